/** Amounts by scope of a base year, exact, in t CO2e; and how they are read from the books in a given state. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { consolidatedSums, consolidationOf } from '../consolidation.ts';
import { DEFAULT_GWP, type Dimension, type InventoryQuery } from '../dimensions.ts';
import { figuresOf } from '../figures.ts';
import { boundaryFor } from '../inventory.ts';
import { checkFilters } from '../known.ts';
import { scope2Statement } from '../scope2/statement.ts';
import { type KeyedSum, readSums } from '../sums.ts';
import { SCOPES, type ScopeName } from './names.ts';
import type { ShownAmounts } from './shapes.ts';

export type Amounts = Record<ScopeName, Rational>;

const KG_PER_TONNE = Rational.parse('1000');
/** Digits of an amount that no decimal gives exactly, as an average of three years. */
const SHOWN_SCALE = 18;

export const NOTHING: Amounts = { '1': Rational.ZERO, '2': Rational.ZERO, '3': Rational.ZERO };

export function combine(one: Amounts, other: Amounts, how: (a: Rational, b: Rational) => Rational): Amounts {
  return { '1': how(one['1'], other['1']), '2': how(one['2'], other['2']), '3': how(one['3'], other['3']) };
}
export const plus = (one: Amounts, other: Amounts): Amounts => combine(one, other, (a, b) => a.add(b));
export const minus = (one: Amounts, other: Amounts): Amounts => combine(one, other, (a, b) => a.sub(b));

/** Together, of the scopes named. */
export function sumOf(amounts: Amounts, scopes: readonly ScopeName[] = SCOPES): Rational {
  return scopes.reduce((sum, scope) => sum.add(amounts[scope]), Rational.ZERO);
}

export const isNothing = (amounts: Amounts): boolean => SCOPES.every((scope) => amounts[scope].isZero());

/** Exact where a decimal can be, else 18 digits after the point. */
export function shownExactly(value: Rational): string {
  return (value.toExactDecimal() ?? value.toDecimal(SHOWN_SCALE)).toString();
}

export function shownAmounts(amounts: Amounts): ShownAmounts {
  return {
    scope_1_t: shownExactly(amounts['1']),
    scope_2_t: shownExactly(amounts['2']),
    scope_3_t: shownExactly(amounts['3']),
    total_t: shownExactly(sumOf(amounts)),
  };
}

/** Tonnes of a period by year and scope, with scope 2 by the method asked for. */
export async function amountsByYear(
  context: ReadContext,
  query: InventoryQuery,
  scope2: 'location' | 'market',
): Promise<Map<string, Amounts>> {
  const found = new Map<string, Amounts>();
  const add = (year: string, scope: ScopeName, kg: string) => {
    const before = found.get(year) ?? NOTHING;
    const tonnes = Rational.fromDecimal(Decimal.parse(kg)).div(KG_PER_TONNE);
    found.set(year, { ...before, [scope]: before[scope].add(tonnes) });
  };
  const [sums, both] = await Promise.all([
    countedSums(context, query),
    scope2 === 'market' ? scope2Statement(context, { ...query, groupBy: ['year'] }) : null,
  ]);
  const groups = Map.groupBy(sums, ({ k0: year, k1: scope }) => `${year} ${scope}`);
  for (const [key, rows] of groups) {
    const [year, name] = key.split(' ');
    const scope = SCOPES.find((one) => one === name);
    // What is beside the scopes is in no total. Scope 2 by the market comes from its own statement.
    if (scope === undefined || (scope === '2' && both !== null)) continue;
    add(year!, scope, figuresOf(rows, query.gwp ?? DEFAULT_GWP).co2e_kg);
  }
  for (const { keys, co2e_kg } of both?.rows ?? []) add(keys.year!, '2', co2e_kg);
  return found;
}

/** What counts by year and scope, as `inventory` has it, and nothing besides: a report reads dozens of these. */
async function countedSums(context: ReadContext, query: InventoryQuery): Promise<KeyedSum[]> {
  const { approach } = query;
  const by: Dimension[] = ['year', 'scope'];
  await checkFilters(context, { ...query.filters });
  if (approach === undefined) return readSums(context, query, by);
  const { boundary, names, months } = await boundaryFor(context, { ...query, approach });
  return consolidatedSums(context, query, by, await consolidationOf(context, boundary, names, months));
}

/** Of all years of the period: the average of a year. */
export async function amountsAYear(
  context: ReadContext,
  query: InventoryQuery,
  scope2: 'location' | 'market',
  years: number,
): Promise<Amounts> {
  const all = [...(await amountsByYear(context, query, scope2)).values()].reduce(plus, NOTHING);
  if (years === 1) return all;
  const count = new Rational(BigInt(years));
  return { '1': all['1'].div(count), '2': all['2'].div(count), '3': all['3'].div(count) };
}
