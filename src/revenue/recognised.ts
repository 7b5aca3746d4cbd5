/**
 * Revenue recognised in a period: the net amount of every invoice line, spread evenly over its service period. It is what an intensity
 * per net revenue divides by; neither MRR, nor bookings, nor what was billed. It is no ledger of deferred revenue: what a company's
 * accounts recognise otherwise (usage, breakage, set-up fees) is to be stated instead.
 */

import { minorUnits } from '../kernel/currency.ts';
import { type Day, daysBetween } from '../kernel/dates.ts';
import { addIntervalToDay } from '../kernel/intervals.ts';
import { Rational } from '../kernel/rational.ts';
import type { ReadContext } from '../ledger/types.ts';
import { rateTable } from '../rates/index.ts';

export interface RecognisedRevenue {
  currency: string;
  /** Minor units, exact. */
  cents: Rational;
  /** Lines that have a part in the period. */
  lines: number;
}

interface PeriodRow {
  currency: string;
  first: Day;
  end: Day;
  cents: string;
  lines: string;
}

/**
 * Revenue recognised from the day `from` until before the day `to`, by currency. Lines that are disabled or void count nothing; lines
 * without a service period are recognised on their date. With `into`, lines billed in other currencies are converted at the rate of the first
 * day of their service period, exactly; those without a rate stay in their own currency, as entries of their own.
 */
export async function recognisedRevenue(
  context: ReadContext,
  from: Day,
  to: Day,
  into?: string,
): Promise<RecognisedRevenue[]> {
  const result = await context.engines.clickhouse.client(context.database).query({
    query: `
SELECT toString(currency) AS currency,
  toString(toDate32(coalesce(service_period_start, date))) AS first,
  -- An end at the last second of a day means the day after.
  toString(greatest(toDate32(coalesce(service_period_end, service_period_start, date) + INTERVAL 1 SECOND), toDate32(coalesce(service_period_start, date)))) AS end,
  toString(sum(sign * (toInt128(amount_in_cents) - ifNull(tax_amount_in_cents, 0)))) AS cents,
  toString(sum(sign)) AS lines
FROM invoices
WHERE seq <= {seq:UInt64} AND excluded NOT IN ('disabled', 'voided')
  AND toDate32(coalesce(service_period_start, date)) < toDate32({to:String})
GROUP BY currency, first, end
HAVING sum(sign) != 0
ORDER BY currency, first, end`,
    query_params: { seq: context.seq, to },
    format: 'JSONEachRow',
  });
  const found = new Map<string, RecognisedRevenue>();
  const rows = await result.json<PeriodRow>();
  const converted = await conversion(context, rows, into);
  for (const row of rows) {
    const share = recognisedShare(row.first, row.end, from, to);
    if (share.isZero()) continue;
    const { currency, factor } = converted(row);
    const sum = found.get(currency) ?? { currency, cents: Rational.ZERO, lines: 0 };
    found.set(currency, {
      currency,
      cents: sum.cents.add(Rational.parse(row.cents).mul(share).mul(factor)),
      lines: sum.lines + Number(row.lines),
    });
  }
  return [...found.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** How the minor units of a row are turned into those of `into`. */
async function conversion(
  { engines, accountId, seq }: ReadContext,
  rows: readonly PeriodRow[],
  into: string | undefined,
): Promise<(row: PeriodRow) => { currency: string; factor: Rational }> {
  const asBilled = (row: PeriodRow) => ({ currency: row.currency, factor: Rational.ONE });
  if (into === undefined) return asBilled;
  const currencies = [...new Set([into, ...rows.map((row) => row.currency)])];
  const table = await rateTable(engines.pg, accountId, seq, currencies);
  const units = (currency: string) => new Rational(10n ** BigInt(minorUnits(currency) ?? 2));
  return (row) => {
    const rate = row.currency === into ? Rational.ONE : table.rate(row.currency, into, row.first)?.rate;
    if (rate === undefined) return asBilled(row);
    return { currency: into, factor: rate.mul(units(into)).div(units(row.currency)) };
  };
}

/**
 * Part of a service period that lies from `from` until before `to`. A period of whole months is recognised in equal parts a month, by
 * days within one; any other period by days. One without length is recognised on its first day.
 */
export function recognisedShare(first: Day, end: Day, from: Day, to: Day): Rational {
  if (end <= first) return first >= from && first < to ? Rational.ONE : Rational.ZERO;
  return elapsed(first, end, to).sub(elapsed(first, end, from));
}

/** Part of the period that is over before the day. */
function elapsed(first: Day, end: Day, day: Day): Rational {
  if (day <= first) return Rational.ZERO;
  if (day >= end) return Rational.ONE;
  const months = wholeMonths(first, end);
  if (months === 0) return ratio(daysBetween(first, day), daysBetween(first, end));
  let done = 0;
  while (monthAfter(first, done + 1) <= day) done += 1;
  const start = monthAfter(first, done);
  const within = ratio(daysBetween(start, day), daysBetween(start, monthAfter(first, done + 1)));
  return new Rational(BigInt(done)).add(within).div(new Rational(BigInt(months)));
}

/** Months of the period when it has whole ones, else 0. */
function wholeMonths(first: Day, end: Day): number {
  const about = Math.round(daysBetween(first, end) / 30.436875);
  for (const months of [about - 1, about, about + 1])
    if (months > 0 && monthAfter(first, months) === end) return months;
  return 0;
}

function monthAfter(first: Day, months: number): Day {
  return addIntervalToDay(first, { count: 1, unit: 'month' }, months);
}

function ratio(part: number, whole: number): Rational {
  return new Rational(BigInt(part), BigInt(whole));
}
