/** The sums of movements that are posted beside them (mrr_totals): which there are, in SQL and in TypeScript. */
import { PERIODS } from './periods.ts';

/**
 * By entry, currency, day, type and cohort (month of the customer's first paid day, YYYYMM). `kept_x`, `fallen_x`: change of MRR of the
 * customers of the beginning of the period x, and what of it took them below what they paid then; `lost_x`: those who left in it.
 */
export const TOTALS_COLUMNS: readonly string[] = [
  'seq',
  'currency',
  'day',
  'type',
  'cohort',
  'amount_cents',
  'customers',
  'movements',
  ...PERIODS.flatMap(({ name }) => [`kept_${name}`, `fallen_${name}`, `lost_${name}`]),
];

/** Change of a customer's MRR below what it was at the beginning of the period, over a row of movements; signed. */
export const fallenSql = (opening: string): string =>
  `if(${opening} > 0, sign * (least(mrr_after, ${opening}) - least(mrr_before, ${opening})), 0)`;
/** Of customers at 0 too, who count as customers of the beginning. */
export const keptSql = (opening: string): string => `if(${opening} != 0, amount_cents, 0)`;

/** The sums as SQL over movements; columns without an entry are the grouping. */
export const TOTALS_SQL: Readonly<Record<string, string>> = {
  cohort: 'toYYYYMM(first_day)',
  amount_cents: 'sum(amount_cents)',
  customers: 'sum(customers)',
  movements: 'sum(sign)',
  ...Object.fromEntries(
    PERIODS.flatMap(({ name }) => [
      [`kept_${name}`, `sum(${keptSql(`opening_${name}`)})`],
      [`fallen_${name}`, `sum(${fallenSql(`opening_${name}`)})`],
      [`lost_${name}`, `sum(lost_${name})`],
    ]),
  ),
};

/** A movement as {@link totalsOf} needs it; amounts not signed. */
export interface SummedMovement {
  seq: number;
  sign: 1 | -1;
  currency: string;
  day: string;
  type: string;
  firstDay: string;
  amount: bigint;
  customers: number;
  mrrBefore: bigint;
  mrrAfter: bigint;
  /** By period, in the order of PERIODS. */
  openings: readonly bigint[];
  lost: readonly number[];
}

/** Rows of mrr_totals in the order of {@link TOTALS_COLUMNS}: what {@link TOTALS_SQL} gives. */
export function totalsOf(movements: Iterable<SummedMovement>): unknown[][] {
  const sums = new Map<string, { group: unknown[]; values: bigint[] }>();
  for (const movement of movements) {
    const { seq, sign, currency, day, type, firstDay } = movement;
    const group = [seq, currency, day, type, Number(firstDay.slice(0, 7).replace('-', ''))];
    const key = JSON.stringify(group);
    const known = sums.get(key) ?? {
      group,
      values: Array.from({ length: TOTALS_COLUMNS.length - group.length }, () => 0n),
    };
    for (const [i, value] of summands(movement).entries()) known.values[i]! += value * BigInt(sign);
    sums.set(key, known);
  }
  return [...sums.values()].map(({ group, values }) => [...group, ...values.map(String)]);
}

function summands(movement: SummedMovement): bigint[] {
  const { amount, customers, mrrBefore, mrrAfter, openings, lost } = movement;
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  return [
    amount,
    BigInt(customers),
    1n,
    ...openings.flatMap((opening, i) => [
      opening !== 0n ? amount : 0n,
      opening > 0n ? least(mrrAfter, opening) - least(mrrBefore, opening) : 0n,
      BigInt(lost[i]!),
    ]),
  ];
}
