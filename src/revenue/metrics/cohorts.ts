/** Cohorts: customers by the month of their first paid subscription, and what became of them month by month. */
import { type Day, type Month, monthDays, monthOf, monthRange } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { hundredths, percentage } from '../rules/metrics.ts';
import { type Filter, parseFilter } from './filters.ts';
import { scopeOf } from './scope.ts';
import { movementRows, totalRows } from './source.ts';

/**
 * `customers`: paying at the end of the month, of all of the cohort; `mrr`: MRR at the end of the month, of the cohort's new business;
 * `nrr`: the same of the cohort's MRR at the end of its first month.
 */
export const COHORT_KINDS = ['customers', 'mrr', 'nrr'] as const;
export type CohortKind = (typeof COHORT_KINDS)[number];
export const COHORT_MONTHS_MAX = 240;

export interface CohortParameters {
  kind: CohortKind;
  /** First and last cohort, YYYY-MM. */
  from: Month;
  to: Month;
  /** Last month that is looked at; default that of `until`, or `to`. */
  last?: Month | undefined;
  currency: string;
  timeZone?: string | undefined;
  filters?: string | Filter | undefined;
  /** Movements dated after this day are not counted. Default the end of the last month. */
  until?: Day | undefined;
}

export interface Cohort {
  month: Month;
  /** Customers of the cohort. */
  customers: number;
  /** Their new business, in minor units. */
  newBusiness: string;
  /** From the cohort's own month on: what the table shows, percent with two decimals; null where there is nothing to divide by. */
  cells: Array<{ month: Month; percent: string | null; customers: number; mrr: string }>;
}

export interface CohortReport {
  seq: number;
  kind: CohortKind;
  currency: string;
  until: Day;
  cohorts: Cohort[];
}

/** The cohort table as of read.seq. Errors: `invalid` for kinds and months that do not hold together. */
export async function cohorts(read: ReadContext, parameters: CohortParameters): Promise<CohortReport> {
  const { kind, from, to } = parameters;
  if (!COHORT_KINDS.includes(kind)) {
    throw new FootingError('invalid', `There are no cohorts by "${shown(kind)}"`, {
      problems: [{ field: 'kind', value: shown(kind), reason: `It is one of ${COHORT_KINDS.join(', ')}.` }],
    });
  }
  monthsBetween(from, to);
  const last = parameters.last ?? (parameters.until === undefined ? to : monthOf(parameters.until));
  const months = monthsBetween(from, [last, to].sort()[1]!);
  const until = parameters.until ?? monthDays(last).last;
  const filter = typeof parameters.filters === 'string' ? parseFilter(parameters.filters) : parameters.filters;
  const scope = await scopeOf(read, { ...parameters, until, filter });
  const rows = await select<{
    cohort: number;
    month: number;
    cents: string;
    paying: string;
    opening: string;
    members: string;
  }>(
    read.engines,
    read.database,
    `SELECT
       cohort,
       toInt32(toYYYYMM(d)) AS month,
       toString(sum(toInt128(amount_cents))) AS cents,
       sum(customers) AS paying,
       toString(sumIf(toInt128(amount_cents), type = 'new_biz')) AS opening,
       sumIf(customers, type = 'new_biz') AS members
     FROM (${totalRows(scope, null) ?? movementRows(scope, null)})
     WHERE d <= least({last_day:Date32}, {until:Date32}) AND cohort BETWEEN {from:UInt32} AND {to:UInt32}
     GROUP BY cohort, month`,
    { ...scope.parameters, last_day: monthDays(last).last, from: numberOf(from), to: numberOf(to) },
  );
  const byCohort = Map.groupBy(rows, (row) => Number(row.cohort));
  return {
    seq: read.seq,
    kind,
    currency: scope.currency,
    until,
    cohorts: months
      .filter((month) => month <= to)
      .map((month) =>
        cohortOf(
          month,
          months.filter((each) => each >= month && each <= last && monthDays(each).first <= until),
          byCohort.get(numberOf(month)) ?? [],
          kind,
        ),
      ),
  };
}

function cohortOf(
  month: Month,
  months: readonly Month[],
  rows: ReadonlyArray<{ month: number; cents: string; paying: string; opening: string; members: string }>,
  kind: CohortKind,
): Cohort {
  const byMonth = new Map(rows.map((row) => [Number(row.month), row]));
  const own = byMonth.get(numberOf(month));
  const newBusiness = BigInt(own?.opening ?? 0);
  const balances: Array<{ month: Month; mrr: bigint; customers: bigint }> = [];
  let [mrr, customers] = [0n, 0n];
  for (const each of months) {
    const row = byMonth.get(numberOf(each));
    mrr += BigInt(row?.cents ?? 0);
    customers += BigInt(row?.paying ?? 0);
    balances.push({ month: each, mrr, customers });
  }
  const members = BigInt(own?.members ?? 0);
  const first = balances[0]?.mrr ?? 0n;
  const cells = balances.map((balance, i) => {
    const [part, whole] =
      kind === 'customers' ? [balance.customers, members] : [balance.mrr, kind === 'mrr' ? newBusiness : first];
    // The cohort's own month is where it is counted from: 100 by definition, also of those who left in it.
    const percent = whole === 0n ? null : i === 0 ? '100.00' : hundredths(percentage(part, whole));
    return { month: balance.month, percent, customers: Number(balance.customers), mrr: String(balance.mrr) };
  });
  return { month, customers: Number(members), newBusiness: String(newBusiness), cells };
}

const numberOf = (month: Month): number => Number(month.replace('-', ''));

function monthsBetween(first: string, last: string): Month[] {
  for (const [field, month] of [
    ['from', first],
    ['to', last],
  ] as const) {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      throw new FootingError('invalid', `"${shown(month)}" is not a month`, {
        problems: [{ field, value: shown(month), reason: 'It must be written 2025-04.' }],
      });
    }
  }
  if (first > last) {
    throw new FootingError('invalid', 'The range ends before it begins', {
      problems: [{ field: 'to', value: last, reason: `It is before ${first}.` }],
    });
  }
  const months = monthRange(first, last);
  if (months.length > COHORT_MONTHS_MAX) {
    throw new FootingError('too_large', `The range has more than ${COHORT_MONTHS_MAX} months`, {
      remedy: 'Ask for a shorter range.',
    });
  }
  return months;
}
