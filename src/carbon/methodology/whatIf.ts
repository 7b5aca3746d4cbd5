/**
 * Two inventories compared by cause: under two methodologies (what if), as of two entries, or of two periods. Both sides are worked
 * out from the quantities by decision; nothing is posted.
 */
import type { Engines } from '../../engines/types.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { type Weights, weightsFor } from '../weights.ts';
import { co2eUnder } from './co2e.ts';
import { type Difference, difference, type Position, type Side } from './difference.ts';
import { type Item, type ItemQuery, itemsUnder } from './items.ts';
import type { MethaneRule, Methodology } from './methodology.ts';

/** Changes of a comparison that is kept: some 1 kB each. */
const CELLS_KEPT_MAX = 20_000;

export interface PositionQuery {
  context: ReadContext;
  from?: string | undefined;
  to?: string | undefined;
  methodology: Methodology;
}

export interface Compared extends Difference {
  /** False where entities are too many to be told apart: then structure is seen only through shares. */
  byEntity: boolean;
  otherBasisLines: { before: number; after: number };
  heldLines: { before: number; after: number };
}

/** The last comparison: whoever looks at one asks next where its figures come from. Both sides are functions of their entries. */
const lastOf = new WeakMap<Engines, { key: string; compared: Compared }>();

/** What changes from the first to the second. `byEntity` tells entities apart, which takes reading all lines. */
export async function compare(before: PositionQuery, after: PositionQuery, byEntity: boolean): Promise<Compared> {
  const key = JSON.stringify([
    byEntity,
    [before, after].map(({ context, ...rest }) => [context.database, context.seq, rest]),
  ]);
  const { engines } = after.context;
  const last = lastOf.get(engines);
  if (last?.key === key) return last.compared;
  const compared = await compareAnew(before, after, byEntity);
  if (compared.cells.length <= CELLS_KEPT_MAX) lastOf.set(engines, { key, compared });
  return compared;
}

async function compareAnew(before: PositionQuery, after: PositionQuery, byEntity: boolean): Promise<Compared> {
  const [weights, weightsAfter] = await Promise.all([weightsOf(before), weightsOf(after)]);
  const counted = Boolean(weights || weightsAfter);
  const entities = byEntity || counted;
  const query = ({ from, to }: PositionQuery, own: Weights | null): ItemQuery => ({
    from,
    to,
    byEntity: entities,
    byMonth: counted,
    weights: own,
  });
  const [first, second] = await Promise.all([
    itemsUnder(before.context, query(before, weights), before.methodology),
    itemsUnder(after.context, query(after, weightsAfter), after.methodology),
  ]);
  const { gwp, methane } = before.methodology;
  return {
    ...difference(
      positionOf(first.items, { gwp, methane }, { ...before, weights }, entities),
      positionOf(second.items, { gwp, methane }, { ...after, weights: weightsAfter }, entities),
    ),
    byEntity: entities,
    otherBasisLines: { before: first.otherBasisLines, after: second.otherBasisLines },
    heldLines: { before: first.heldLines, after: second.heldLines },
  };
}

function weightsOf({ context, from, to, methodology }: PositionQuery): Promise<Weights | null> {
  const { approach, parent } = methodology;
  return weightsFor(context, {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(approach === 'none' ? {} : { approach }),
    ...(parent === '' ? {} : { parent }),
  });
}

/** Items as one side of a comparison. `first`: the potentials of the first side, under which both are compared. */
export function positionOf(
  items: readonly Item[],
  first: { gwp: GwpSetName; methane: MethaneRule },
  {
    methodology,
    weights,
    from,
  }: Pick<PositionQuery, 'methodology' | 'from'> & { weights?: Weights | null | undefined },
  entities: boolean,
): Position {
  const sides = new Map<string, Side & { methods: Set<string> }>();
  const samePotentials = first.gwp === methodology.gwp && first.methane === methodology.methane;
  // Years are compared in their order: the first of one period with the first of the other.
  const firstYear = Number(from?.slice(0, 4) ?? 0);
  for (const item of items) {
    const share = weights ? weights.of(item, item.scope) : Decimal.ONE;
    const moved = weights && (item.scope === 1 || item.scope === 2) ? weights.moved(item.entity) : 0;
    const key = keyOf(item, entities, firstYear);
    let side = sides.get(key);
    if (!side) {
      side = {
        entity: entities ? item.entity : '',
        activity: item.descriptor.activity,
        country: item.descriptor.country,
        scope: moved === 0 ? item.scope : 3,
        category: moved === 0 ? item.category : moved,
        method: '',
        methods: new Set(),
        factors: [],
        used: Rational.ZERO,
        unit: item.unit,
        whole: Decimal.ZERO,
        counted: Decimal.ZERO,
        own: Decimal.ZERO,
      };
      sides.set(key, side);
    }
    const kg = co2eUnder(item.sums, first.gwp, first.methane);
    const ownKg = samePotentials ? kg : co2eUnder(item.sums, methodology.gwp, methodology.methane);
    side.methods.add(`${item.basis}, ${item.method}`);
    if (!side.factors.includes(item.factor)) side.factors.push(item.factor);
    side.used = side.used.add(Rational.fromDecimal(item.used));
    side.whole = side.whole.add(kg);
    side.counted = side.counted.add(kg.mul(share));
    side.own = side.own.add(ownKg.mul(share));
  }
  for (const side of sides.values()) side.method = [...side.methods].sort().join('; ');
  return sides;
}

/** What both sides of a comparison have in common: the same activity, place and unit, and the same part of it. */
function keyOf({ entity, descriptor, role, year }: Item, entities: boolean, firstYear: number): string {
  const { activity, unit, currency, country, region, category, hasQuantity, hasAmount } = descriptor;
  return JSON.stringify([
    entities ? entity : '',
    year - firstYear,
    activity,
    unit,
    currency,
    country,
    region,
    category,
    hasQuantity,
    hasAmount,
    descriptor.calculation ?? '',
    descriptor.part ?? 0,
    role,
  ]);
}
