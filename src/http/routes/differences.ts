/** A difference between two inventories as it is answered: by cause, by category, and the largest changes, each with its reference. */
import {
  CAUSE_WORDS,
  CAUSES,
  type Cause,
  type CellChange,
  type Compared,
  compare,
  type DifferencePlace,
  decidesOtherwise,
  type Effects,
  keysOfPlace,
  methodologyId,
  type PositionQuery,
  refsOfFirst,
  type Side,
  scope2Statement,
} from '../../carbon/index.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { type Asked, nameOf, refsOf } from './differenceRefs.ts';

const PERCENT_PLACES = 4;
/** Changes of single activities that an answer lists. */
export const CHANGES_DEFAULT = 20;
export const CHANGES_MAX = 1_000;

export async function differenceView(asked: Asked, changes = CHANGES_DEFAULT) {
  const { before, after, byEntity } = asked;
  const ref = refsOf(asked);
  const [found, marketBefore, marketAfter, first] = await Promise.all([
    compare(before, after, byEntity),
    marketOf(before),
    marketOf(after),
    refsOfFirst(before, after),
  ]);
  const refs = (effects: Effects, place: Pick<DifferencePlace, 'scope' | 'category'>) => ({
    before: first?.(keysOfPlace(place)) ?? null,
    ...refsView(effects, ref, place),
  });
  const change = found.after.sub(found.before);
  // A reference to the market-based figure says no entry: it is read as of that of the second side.
  const sameEntry = before.context.seq === after.context.seq;
  return {
    before: positionView(before, found, 'before', marketBefore, sameEntry, methodologyId(before.methodology)),
    after: positionView(after, found, 'after', marketAfter, isMarketStated(asked), nameOf(asked)),
    change_kg: text(change),
    change_percent: found.before.isZero() ? null : percentOf(change, found.before),
    effects: effectsView(found.effects),
    refs: refs(found.effects, {}),
    words: CAUSE_WORDS,
    by_category: found.parts.map(({ scope, category, before: was, after: is, effects }) => ({
      scope: String(scope),
      category: category === 0 ? '' : String(category),
      before_kg: text(was),
      after_kg: text(is),
      effects: effectsView(effects),
      refs: refs(effects, { scope, category }),
    })),
    changes: found.cells
      .slice(0, changes)
      .map((cell) => ({ ...cellView(cell), ref: ref({ of: 'change', cell: cell.key }) })),
    changes_total: found.cells.length,
    by_entity: found.byEntity,
    exact: true,
  };
}

/** What a reference to a market-based figure says beside its methodology. */
const SAID_BY_MARKET_REF = ['gwp', 'approach', 'parent'];

/** Whether a stated methodology, with what the reference says beside it, gives the market-based figure of the second side. */
function isMarketStated({ after, tried }: Asked): boolean {
  if (tried === null) return true;
  const isNamed = methodologyId(tried.from) === methodologyId(after.methodology);
  return isNamed && Object.keys(tried.parameters).every((name) => SAID_BY_MARKET_REF.includes(name));
}

function percentOf(change: Decimal, of: Decimal): string {
  const hundredfold = Rational.fromDecimal(change).mul(Rational.parse('100'));
  return hundredfold.div(Rational.fromDecimal(of)).toDecimal(PERCENT_PLACES).toString();
}

/** Scope 2 by the market-based method; null where factors are others than the posted ones: what nothing covers takes those. */
async function marketOf({ context, from, to, methodology }: PositionQuery) {
  if (await decidesOtherwise(context, methodology)) return null;
  const { approach, parent, gwp } = methodology;
  const statement = await scope2Statement(
    context,
    {
      gwp,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(approach === 'none' ? {} : { approach }),
      ...(parent === '' ? {} : { parent }),
    },
    { methodology },
  );
  return statement?.market_based ?? null;
}

function positionView(
  { context, from, to, methodology }: PositionQuery,
  found: Compared,
  side: 'before' | 'after',
  market: { co2e_kg: string; ref: string } | null,
  isStated: boolean,
  name: string,
) {
  return {
    seq: context.seq,
    from: from ?? null,
    to: to ?? null,
    methodology: name,
    gwp: methodology.gwp,
    co2e_kg: text(found[side]),
    scope_2_market_kg: market && text(Decimal.parse(market.co2e_kg)),
    scope_2_market_ref: isStated ? (market?.ref ?? null) : null,
    held_lines: found.heldLines[side],
    as_posted_lines: found.otherBasisLines[side],
  };
}

function cellView({ before, after, effects: own }: CellChange) {
  const side = (after ?? before)!;
  return {
    entity: side.entity,
    activity: side.activity,
    country: side.country,
    scope: String(side.scope),
    category: side.category === 0 ? '' : String(side.category),
    before: sideView(before, 'counted'),
    after: sideView(after, 'own'),
    effects: effectsView(own),
  };
}

function sideView(side: Side | null, figure: 'counted' | 'own') {
  if (!side) return null;
  return {
    co2e_kg: text(side[figure]),
    used: side.used.toExactDecimal()?.toString() ?? null,
    unit: side.unit,
    method: side.method,
    factors: side.factors,
  };
}

const effectsView = (of: Effects) =>
  Object.fromEntries(CAUSES.map((cause) => [cause, text(of[cause])])) as Record<(typeof CAUSES)[number], string>;

/** References to what the second side comes to, to the change and to each cause of it; null where a cause has no effect. */
function refsView(effects: Effects, ref: (place: DifferencePlace) => string, place: Omit<DifferencePlace, 'of'>) {
  return {
    after: ref({ of: 'after', ...place }),
    change: ref({ of: 'change', ...place }),
    effects: Object.fromEntries(
      CAUSES.map((cause) => [cause, effects[cause].isZero() ? null : ref({ of: cause, ...place })]),
    ) as Record<Cause, string | null>,
  };
}

/** All digits: effects add up as they are shown. */
const text = (kg: Decimal): string => kg.toString();
