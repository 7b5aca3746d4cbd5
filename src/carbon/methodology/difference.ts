/**
 * Two inventories compared by cause, exact to the last digit. Pure. Cells are what both can be matched by: an activity (of an
 * entity, where entities are told apart) and its part (the line itself, its upstream part, …). In the fixed order:
 *
 *     activity   (A1 - A0) F0 S0      how much was done
 *     factor     A1 (F1 - F0) S0      emissions per unit of it
 *     structure  A1 F1 (S1 - S0)      the share of the entity that counts; entities that are there on one side only
 *     method     what is calculated in another way (spend instead of quantity …), or in another scope or category
 *     scope_of_data  what is stated, or held back, on one side only
 *     gwp        the potentials
 *
 * Every effect but the last of a cell is rounded half-even to 24 decimals of a kg; the last is what remains, so they add up.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { MASS_SCALE } from '../tables.ts';

export const CAUSES = ['activity', 'factor', 'structure', 'method', 'scope_of_data', 'gwp'] as const;
export type Cause = (typeof CAUSES)[number];

export const CAUSE_WORDS: Record<Cause, string> = {
  activity: 'more or less was done',
  factor: 'the factors are others',
  structure: 'other shares of entities count, or other entities',
  method: 'it is calculated in another way, or belongs to another scope or category',
  scope_of_data: 'it is stated, or held back, on one side only',
  gwp: 'the potentials of the gases are others',
};

/** One side of a cell. */
export interface Side {
  entity: string;
  activity: string;
  country: string;
  /** 0 = outside the scopes. */
  scope: number;
  category: number;
  /** How it is calculated: cells of different methods are not compared by activity and factor. */
  method: string;
  factors: string[];
  /** What was done, in `unit`, of all of the entity. */
  used: Rational;
  unit: string;
  /** kg CO2e of all of the entity, and of the share that counts, under the potentials of the first side … */
  whole: Decimal;
  counted: Decimal;
  /** … and of the share that counts under those of the side itself. */
  own: Decimal;
}

export type Position = ReadonlyMap<string, Side>;

export type Effects = Record<Cause, Decimal>;

export interface CellChange {
  key: string;
  before: Side | null;
  after: Side | null;
  effects: Effects;
}

export interface Difference {
  before: Decimal;
  after: Decimal;
  effects: Effects;
  /** By scope and category as they stand on each side. */
  parts: Array<{ scope: number; category: number; before: Decimal; after: Decimal; effects: Effects }>;
  cells: CellChange[];
}

export const noEffects = (): Effects => ({
  activity: Decimal.ZERO,
  factor: Decimal.ZERO,
  structure: Decimal.ZERO,
  method: Decimal.ZERO,
  scope_of_data: Decimal.ZERO,
  gwp: Decimal.ZERO,
});

/** What changes from one position to the other. Sides outside the scopes are no part of it. */
export function difference(before: Position, after: Position): Difference {
  const entitiesBefore = entitiesOf(before);
  const entitiesAfter = entitiesOf(after);
  const cells: CellChange[] = [];
  const parts = new Map<string, Difference['parts'][number]>();
  const total = { before: Decimal.ZERO, after: Decimal.ZERO, effects: noEffects() };
  const partOf = ({ scope, category }: Side) => {
    const key = `${scope}/${category}`;
    let part = parts.get(key);
    if (!part) {
      part = { scope, category, before: Decimal.ZERO, after: Decimal.ZERO, effects: noEffects() };
      parts.set(key, part);
    }
    return part;
  };
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const key of keys) {
    const was = inScopes(before.get(key));
    const is = inScopes(after.get(key));
    if (!was && !is) continue;
    const effects =
      was && is && !samePlace(was, is)
        ? { ...noEffects(), method: is.counted.sub(was.counted), gwp: is.own.sub(is.counted) }
        : was && is
          ? effectsOf(was, is)
          : oneSided(was, is, was ? entitiesAfter : entitiesBefore);
    if (was) {
      total.before = total.before.add(was.counted);
      partOf(was).before = partOf(was).before.add(was.counted);
    }
    if (is) {
      total.after = total.after.add(is.own);
      partOf(is).after = partOf(is).after.add(is.own);
    }
    const cell = { key, before: was, after: is, effects };
    for (const { side, effects: own } of effectsByPlace(cell)) add(partOf(side).effects, own);
    add(total.effects, effects);
    if (CAUSES.some((cause) => !effects[cause].isZero())) cells.push(cell);
  }
  return {
    ...total,
    parts: [...parts.values()].sort((a, b) => a.scope - b.scope || a.category - b.category),
    cells: cells.sort((a, b) => size(b).cmp(size(a)) || (a.key < b.key ? -1 : 1)),
  };
}

const samePlace = (a: Side, b: Side): boolean => a.scope === b.scope && a.category === b.category;

/** A cell's effects on the scope and category of its sides: what goes from one to another leaves the first and arrives at the second. */
export function effectsByPlace({ before, after, effects }: CellChange): Array<{ side: Side; effects: Effects }> {
  if (!before || !after || samePlace(before, after)) return [{ side: (after ?? before)!, effects }];
  return [
    { side: before, effects: { ...noEffects(), method: before.counted.neg() } },
    { side: after, effects: { ...noEffects(), method: after.counted, gwp: effects.gwp } },
  ];
}

function inScopes(side: Side | undefined): Side | null {
  return side && side.scope !== 0 ? side : null;
}

function entitiesOf(position: Position): Set<string> {
  return new Set([...position.values()].filter(({ counted }) => !counted.isZero()).map(({ entity }) => entity));
}

/** There on one side only: structure when nothing of its entity counts on the other, else a matter of what is stated. */
function oneSided(was: Side | null, is: Side | null, others: ReadonlySet<string>): Effects {
  const change = is ? is.counted : was!.counted.neg();
  const cause: Cause = others.has((is ?? was)!.entity) ? 'scope_of_data' : 'structure';
  return { ...noEffects(), [cause]: change, gwp: is ? is.own.sub(is.counted) : Decimal.ZERO };
}

function effectsOf(was: Side, is: Side): Effects {
  const gwp = is.own.sub(is.counted);
  if (was.method !== is.method || was.unit !== is.unit) {
    return { ...noEffects(), method: is.counted.sub(was.counted), gwp };
  }
  if (was.used.isZero()) {
    const change = is.counted.sub(was.counted);
    return { ...noEffects(), [is.used.isZero() ? 'factor' : 'activity']: change, gwp };
  }
  const [counted0, whole0] = [Rational.fromDecimal(was.counted), Rational.fromDecimal(was.whole)];
  const [counted1, whole1] = [Rational.fromDecimal(is.counted), Rational.fromDecimal(is.whole)];
  // The share that counts, from emissions: where there are none, the other side's.
  const share1 = whole1.isZero() ? undefined : counted1.div(whole1);
  const share0 = whole0.isZero() ? (share1 ?? Rational.ONE) : counted0.div(whole0);
  const afterActivity = round(counted0.mul(is.used).div(was.used));
  const afterFactor = round(whole1.mul(share0));
  return {
    ...noEffects(),
    activity: afterActivity.sub(was.counted),
    factor: afterFactor.sub(afterActivity),
    structure: is.counted.sub(afterFactor),
    gwp,
  };
}

/** Digits after the point up to which an effect is kept whole: a mass has 24, a share 18. */
const EXACT_SCALE_MAX = 60;

function round(value: Rational): Decimal {
  const places = value.decimalPlaces();
  return places !== undefined && places <= EXACT_SCALE_MAX
    ? value.toDecimal(places, 'exact')
    : value.toDecimal(MASS_SCALE);
}

function add(to: Effects, effects: Effects): void {
  for (const cause of CAUSES) to[cause] = to[cause].add(effects[cause]);
}

function size({ effects }: CellChange): Decimal {
  return CAUSES.reduce((sum, cause) => sum.add(effects[cause].abs()), Decimal.ZERO);
}
