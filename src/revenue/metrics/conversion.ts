/** Money that was billed in other currencies than the one that a report is in. */
import { createHash } from 'node:crypto';
import { minorUnits } from '../../kernel/currency.ts';
import { dayNumber } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { rateTable } from '../../rates/index.ts';
import { current } from './current.ts';
import type { Scope } from './scope.ts';

/**
 * What a report is of: rows in its currency (`own`) that have no other to be in, and rows in others of which the rate is known.
 *
 * With an account currency, a report in it has everything that a rate turns into it; a report in another currency has only what has
 * no rate, as statements of MRR do. Without one, nothing is converted.
 */
export interface Conversion {
  /** What is billed in something else and has a rate: a table of billed, day, num, den; null when there is nothing. */
  rates: string | null;
  /** Condition over currency and fx_day: rows in the report's own currency that count in it. */
  own: string;
  /** Names the rates that are used, for figures that are kept. */
  fingerprint: string;
}

const AS_BILLED: Conversion = { rates: null, own: '1', fingerprint: '' };

/** How a report in scope.currency sees rows; `into`: the currency that is converted into, by default that of the account. */
export async function conversionOf(scope: Scope, into = scope.settings.currency): Promise<Conversion> {
  if (into === null) return AS_BILLED;
  const { read, currency } = scope;
  const billed = await billedCurrencies(read);
  const others = (into === currency ? billed : [currency]).filter((each) => each !== into);
  if (others.length === 0) return AS_BILLED;
  const table = await rateTable(read.engines.pg, read.accountId, read.seq, [...new Set([into, ...billed])]);
  const units = (of: string) => new Rational(10n ** BigInt(minorUnits(of) ?? 2));
  const steps = others.flatMap((other) =>
    table.steps(other, into).map(({ day, rate }) => ({
      other,
      day: dayNumber(day),
      factor: rate.mul(units(into)).div(units(other)),
    })),
  );
  if (into !== currency) {
    const first = steps[0]?.day;
    return first === undefined ? AS_BILLED : { rates: null, own: `fx_day < ${first}`, fingerprint: `before ${first}` };
  }
  if (steps.length === 0) return AS_BILLED;
  const rows = steps.map(({ other, day, factor }) => `${other}\t${day}\t${factor.num}\t${factor.den}\n`).join('');
  return {
    rates: `SELECT * FROM format(TSV, 'billed String, day Int32, num Int256, den Int256', '${rows.replaceAll('\t', '\\t').replaceAll('\n', '\\n')}')`,
    own: '1',
    fingerprint: createHash('sha256').update(rows).digest('hex'),
  };
}

/** Currencies in which lines are billed. */
export async function billedCurrencies(read: ReadContext): Promise<string[]> {
  const rows = await select<{ currency: string }>(
    read.engines,
    read.database,
    'SELECT DISTINCT currency FROM invoices WHERE seq <= {seq:UInt64} ORDER BY currency',
    { seq: read.seq },
  );
  return rows.map(({ currency }) => currency);
}

/** The currency that customers are billed in: that of their latest line. */
export const BILLED_IN = `
    SELECT customer_hash, argMax(toString(currency), (date, origin_seq, origin_row)) AS label
    FROM invoices
    WHERE ${current('invoices')}
    GROUP BY customer_hash`;

/**
 * SELECT of `columns` and `cents` of the rows that count; `rows` is a SELECT of these, currency, fx_day and billed_cents. A row is
 * converted at the rate of its day and rounded once, half away from zero.
 */
export function convertedRows(
  { rates, own }: Conversion,
  rows: (condition: string) => string,
  columns: readonly string[],
): string {
  const inOwn = `
    SELECT ${columns.join(', ')}, billed_cents AS cents
    FROM (${rows('currency = {currency:String}')})
    WHERE ${own}`;
  if (rates === null) return inOwn;
  const scaled = 'toInt256(billed_cents) * rates.num';
  return `${inOwn}
    UNION ALL
    SELECT ${columns.map((column) => `foreign.${column} AS ${column}`).join(', ')},
      toInt64(intDiv(2 * abs(${scaled}) + rates.den, 2 * rates.den) * sign(${scaled})) AS cents
    FROM (
      SELECT *, toString(currency) AS billed
      FROM (${rows('currency != {currency:String}')})
    ) AS foreign
    ASOF INNER JOIN (${rates}) AS rates ON foreign.billed = rates.billed AND foreign.fx_day >= rates.day`;
}

/** The day whose rate counts for a line (days of rates are days in UTC), by the setting `fx_date`. */
export function lineFxDay({ settings: { fxDate } }: Scope): string {
  const instant = {
    service_period_start: 'service_period_start',
    invoice_date: 'date',
    period_end: 'service_period_end',
  }[fxDate];
  return `toInt32(toDate32(ifNull(${instant}, date)))`;
}
