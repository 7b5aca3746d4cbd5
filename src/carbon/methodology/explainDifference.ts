/**
 * The walk from a difference between two inventories to what makes it: total -> causes -> activities -> both sides of one of them,
 * the lines in the books and the factors. What is tried is posted nowhere, so the walk ends at what it is worked out from.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode } from '../../ledger/types.ts';
import { inventoryRef } from '../dimensions.ts';
import { leaf } from '../nodes.ts';
import {
  CAUSE_WORDS,
  CAUSES,
  type Cause,
  type CellChange,
  type Effects,
  effectsByPlace,
  noEffects,
  type Side,
} from './difference.ts';
import { differsFromBooks } from './inventoryUnder.ts';
import { methodologyId } from './methodology.ts';
import { type Compared, compare, type PositionQuery } from './whatIf.ts';

/** Which figure of a difference is meant. */
export interface DifferencePlace {
  /** `after`: what the second side comes to; `change`: all causes together. */
  of: 'after' | 'change' | Cause;
  /** One scope and category as the comparison has them; absent = the total. Category 0 = none. */
  scope?: number;
  category?: number;
  /** One activity, by the key of its cell. */
  cell?: string;
}

export interface ExplainedDifference {
  before: PositionQuery;
  after: PositionQuery;
  byEntity: boolean;
  /** What the second side is called where no methodology states it. */
  tried: string | null;
}

export interface WalkOptions {
  refOf: (place: DifferencePlace) => string;
  limit?: number;
  offset?: number;
}

const CHILDREN_MAX = 50;
const UNIT = 'kg CO2e';

/** @throws FootingError `not_found` for an activity that changes nothing in the comparison. */
export async function explainDifference(
  sides: ExplainedDifference,
  place: DifferencePlace,
  options: WalkOptions,
): Promise<ExplanationNode> {
  const { before, after, byEntity } = sides;
  const found = await compare(before, after, byEntity);
  const beforeRef = await refsOfFirst(before, after);
  if (place.cell !== undefined) {
    const cell = found.cells.find(({ key }) => key === place.cell);
    if (!cell) throw new FootingError('not_found', `Nothing changes for ${shown(place.cell)} in this comparison.`);
    return cellNode(sides, cell, place, options, beforeRef);
  }
  return place.of === 'after' || place.of === 'change'
    ? sumNode(sides, found, place, options, beforeRef)
    : causeNode(sides, found, place, place.of, options);
}

/** References to figures of the first side, read as of the entry of the second; null where they are not in the books either. */
export async function refsOfFirst(before: PositionQuery, after: PositionQuery) {
  const { context, from, to, methodology } = before;
  if (await differsFromBooks(context, methodology)) return null;
  const { gwp, approach, parent } = methodology;
  const query = {
    gwp,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(approach === 'none' ? {} : { approach }),
    ...(parent === '' ? {} : { parent }),
    ...(context.seq === after.context.seq ? {} : { asOf: context.seq }),
  };
  return (keys: Parameters<typeof inventoryRef>[1]) => inventoryRef(query, keys);
}

type BeforeRef = Awaited<ReturnType<typeof refsOfFirst>>;

/** What one side comes to, or the change, in all or in one scope and category. */
function sumNode(
  sides: ExplainedDifference,
  found: Compared,
  place: DifferencePlace,
  { refOf }: WalkOptions,
  beforeRef: BeforeRef,
): ExplanationNode {
  const part = partOf(found, place);
  const causes = CAUSES.filter((cause) => !part.effects[cause].isZero());
  return {
    kind: 'figure',
    ref: refOf(place),
    title: `${place.of === 'after' ? 'Inventory' : 'Change of the inventory'} under ${nameOf(sides)}${placeWords(place)}`,
    value: (place.of === 'after' ? part.after : part.after.sub(part.before)).toString(),
    unit: UNIT,
    words:
      place.of === 'after'
        ? 'What it was before, and what each cause adds to it. It is worked out from the quantities in the books; nothing is posted for it.'
        : 'The sum of its causes, in their fixed order. It is worked out from the quantities in the books; nothing is posted for it.',
    facts: factsOf(sides, found),
    children: [
      ...(place.of === 'after'
        ? [
            leaf(
              'part',
              beforeRef?.(keysOfPlace(place)) ?? null,
              `Before, under ${idOf(sides.before)}`,
              part.before.toString(),
            ),
          ]
        : []),
      ...causes.map((cause) =>
        leaf('part', refOf({ ...place, of: cause }), sentence(CAUSE_WORDS[cause]), part.effects[cause].toString()),
      ),
    ],
    childrenTotal: causes.length + (place.of === 'after' ? 1 : 0),
  };
}

/** What one cause adds, activity by activity, the largest first. */
function causeNode(
  sides: ExplainedDifference,
  found: Compared,
  place: DifferencePlace,
  cause: Cause,
  { refOf, limit = CHILDREN_MAX, offset = 0 }: WalkOptions,
): ExplanationNode {
  const parts = found.cells
    .map((cell) => ({ cell, effect: effectIn(cell, place)[cause] }))
    .filter(({ effect }) => !effect.isZero())
    .sort((a, b) => b.effect.abs().cmp(a.effect.abs()) || (a.cell.key < b.cell.key ? -1 : 1));
  return {
    kind: 'figure',
    ref: refOf(place),
    title: `${sentence(CAUSE_WORDS[cause])}${placeWords(place)}`,
    value: partOf(found, place).effects[cause].toString(),
    unit: UNIT,
    words: null,
    facts: factsOf(sides, found),
    children: parts
      .slice(offset, offset + limit)
      .map(({ cell, effect }) =>
        leaf('part', refOf({ ...place, cell: cell.key }), activityOf((cell.after ?? cell.before)!), effect.toString()),
      ),
    childrenTotal: parts.length,
  };
}

/** One activity on both sides, with the lines in the books and the factors of either. */
function cellNode(
  sides: ExplainedDifference,
  cell: CellChange,
  place: DifferencePlace,
  { refOf }: WalkOptions,
  beforeRef: BeforeRef,
): ExplanationNode {
  const { before, after } = cell;
  const effects = effectIn(cell, place);
  const change = (after?.own ?? Decimal.ZERO).sub(before?.counted ?? Decimal.ZERO);
  const value = place.of === 'after' || place.of === 'change' ? change : effects[place.of];
  const causes = CAUSES.filter((cause) => !effects[cause].isZero());
  const lines =
    before && beforeRef
      ? [leaf('part', beforeRef(keysOf(before)), `The lines as they stand in the books, ${activityOf(before)}`, null)]
      : [];
  const factors = [...new Set([...(before?.factors ?? []), ...(after?.factors ?? [])])].filter((id) => id !== '');
  const children = [...lines, ...factors.map((id) => leaf('factor', `factor/${id}`, `Factor ${id}`, null))];
  return {
    kind: 'posting',
    ref: refOf(place),
    title: activityOf((after ?? before)!),
    value: value.toString(),
    unit: UNIT,
    words: sentence(
      `${causes.map((cause) => `${CAUSE_WORDS[cause]} (${signed(effects[cause])} kg)`).join('; ') || 'nothing changes'}.`,
    ),
    facts: [
      ...sideFacts(`before, ${idOf(sides.before)}`, before, 'counted'),
      ...sideFacts(nameOf(sides), after, 'own'),
    ],
    children,
    childrenTotal: children.length,
  };
}

function partOf(found: Compared, { scope, category }: DifferencePlace) {
  if (scope === undefined) return found;
  const part = found.parts.find((each) => each.scope === scope && each.category === (category ?? 0));
  return part ?? { before: Decimal.ZERO, after: Decimal.ZERO, effects: noEffects() };
}

/** A cell's effects in a scope and category, or all of them. */
function effectIn(cell: CellChange, { scope, category }: DifferencePlace): Effects {
  if (scope === undefined) return cell.effects;
  const here = effectsByPlace(cell).find(({ side }) => side.scope === scope && side.category === (category ?? 0));
  return here?.effects ?? noEffects();
}

/** What an inventory is narrowed to for a place. */
export const keysOfPlace = ({ scope, category }: Pick<DifferencePlace, 'scope' | 'category'>) =>
  scope === undefined ? {} : { scope: String(scope), category: category ? String(category) : '' };

function keysOf({ entity, activity, country, scope, category }: Side) {
  return {
    ...(entity === '' ? {} : { entity }),
    activity,
    country,
    ...keysOfPlace({ scope, category }),
  };
}

function sideFacts(label: string, side: Side | null, figure: 'counted' | 'own'): Array<[string, string]> {
  if (!side) return [[label, 'not there']];
  const used = side.used.toExactDecimal()?.toString() ?? side.used.toDecimal(12).toString();
  return [
    [label, `${side[figure].toString()} kg CO2e`],
    [`${label}: used`, `${used} ${side.unit}`],
    [`${label}: factor`, side.factors.join(', ')],
    [`${label}: method`, side.method],
  ];
}

function factsOf({ before, after }: ExplainedDifference, found: Compared): Array<[string, string]> {
  const period = ({ from, to }: PositionQuery) => `${from ?? 'the beginning'} to ${to ?? 'the end'}`;
  const samePeriod = before.from === after.from && before.to === after.to;
  return [
    ['compared with', idOf(before)],
    ...(samePeriod
      ? [['period', period(after)] as [string, string]]
      : [['period', period(after)] as [string, string], ['period compared with', period(before)] as [string, string]]),
    ['potentials', `${after.methodology.gwp}, before ${before.methodology.gwp}`],
    ...count('held back, before', found.heldLines.before),
    ...count('held back, after', found.heldLines.after),
    ...count('left as posted', found.otherBasisLines.after),
  ];
}

const count = (label: string, lines: number): Array<[string, string]> =>
  lines === 0 ? [] : [[label, `${lines} lines`]];
const idOf = ({ methodology }: PositionQuery): string => methodologyId(methodology);
const nameOf = ({ after, tried }: ExplainedDifference): string => tried ?? idOf(after);
const activityOf = ({ activity, entity, country }: Side): string =>
  [activity, entity, country].filter((part) => part !== '').join(', ');
const signed = (value: Decimal): string => (value.sign() > 0 ? `+${value}` : value.toString());
const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function placeWords({ scope, category }: DifferencePlace): string {
  if (scope === undefined) return '';
  return category ? `, scope ${scope}, category ${category}` : `, scope ${scope}`;
}
