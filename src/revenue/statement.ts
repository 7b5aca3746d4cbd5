/** The MRR statement: what recurring revenue was, what moved it, what it is. */
import { type Day, dayFromNumber, dayFromParts, dayNumber, dayParts, monthDays } from '../kernel/dates.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import { type ReadContext, select } from '../ledger/index.ts';
import { type Money, money } from './money.ts';

export const MOVEMENT_TYPES = ['new_biz', 'expansion', 'contraction', 'churn', 'reactivation'] as const;
export type MovementType = (typeof MOVEMENT_TYPES)[number];

/** What the types are called where people read them. */
export const MOVEMENT_LABELS: Record<MovementType, string> = {
  new_biz: 'new business',
  expansion: 'expansion',
  contraction: 'contraction',
  churn: 'churn',
  reactivation: 'reactivation',
};

export const INTERVALS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type StatementInterval = (typeof INTERVALS)[number];

/** Buckets of one statement. */
export const BUCKETS_MAX = 4_000;

export interface MrrStatementParameters {
  /** First day (YYYY-MM-DD) or month (YYYY-MM). */
  from: string;
  /** Last day or month, inclusive. */
  to: string;
  /** Weeks begin on Monday. Default month. */
  interval?: StatementInterval;
  /** ISO 4217; default: every currency that has movements. */
  currency?: string;
  /**
   * Movements dated after this day are not counted: services that start in the future make no MRR yet. Default: the end of the
   * range. No figure is calculated by a clock: who means today says so.
   */
  until?: Day;
}

export interface MrrBucket {
  /** 2025-04-01, 2025-W14 (by its Monday), 2025-04, 2025-Q2 or 2025. */
  bucket: string;
  /** Days that are counted, inclusive. */
  from: Day;
  to: Day;
  start: Money;
  /** By type, signed: contraction and churn are negative. start + their sum = end, always. */
  movements: Record<MovementType, Money>;
  end: Money;
  /** Paying customers at the end: those with MRR above 0 in this currency. */
  customers: number;
  /** How many postings stand behind the bucket. */
  postings: number;
}

export interface MrrStatement {
  seq: number;
  from: Day;
  to: Day;
  interval: StatementInterval;
  until: Day;
  /** One per currency, in order of its code; amounts of different currencies are never added. */
  currencies: Array<{ currency: string; buckets: MrrBucket[] }>;
}

/** Numbers that name the buckets, in SQL over a Date32 and in {@link bucketsBetween} alike. */
const BUCKET_SQL: Record<StatementInterval, string> = {
  day: 'toInt32(day)',
  week: 'intDiv(toInt32(day) + 3, 7)',
  month: 'toInt32(toYYYYMM(day))',
  quarter: 'toInt32(toYear(day) * 10 + toQuarter(day))',
  year: 'toInt32(toYear(day))',
};

/**
 * MRR by bucket and currency as of read.seq, in exact minor units.
 * Errors: `invalid` for dates or intervals that do not hold together.
 */
export async function mrrStatement(read: ReadContext, parameters: MrrStatementParameters): Promise<MrrStatement> {
  const interval = parameters.interval ?? 'month';
  if (!INTERVALS.includes(interval)) {
    throw new FootingError('invalid', `There is no interval "${shown(interval)}"`, {
      problems: [{ field: 'interval', value: shown(interval), reason: `It is one of ${INTERVALS.join(', ')}.` }],
    });
  }
  const { from, to } = daysOf(parameters);
  const until = parameters.until ?? to;
  const buckets = bucketsBetween(from, to, interval);

  const rows = await select<{
    currency: string;
    bucket: number;
    type: MovementType;
    cents: string;
    customers: string;
    postings: string;
  }>(
    read.engines,
    read.database,
    `SELECT
       currency,
       if(day < {from:Date32}, -1, ${BUCKET_SQL[interval]}) AS bucket,
       type,
       toString(sum(toInt128(amount_cents))) AS cents,
       sum(customers) AS customers,
       sum(movements) AS postings
     FROM mrr_totals
     WHERE seq <= {seq:UInt64}
       AND day <= least({to:Date32}, {until:Date32})
       ${parameters.currency === undefined ? '' : 'AND currency = {currency:String}'}
     GROUP BY currency, bucket, type
     ORDER BY currency`,
    {
      seq: read.seq,
      from,
      to,
      until,
      ...(parameters.currency !== undefined && { currency: parameters.currency.toUpperCase() }),
    },
  );

  const currencies = [...Map.groupBy(rows, (row) => row.currency)].map(([currency, ofCurrency]) => {
    const byBucket = Map.groupBy(ofCurrency, (row) => Number(row.bucket));
    let balance = sum(byBucket.get(-1), (row) => BigInt(row.cents));
    let customers = sum(byBucket.get(-1), (row) => BigInt(row.customers));
    return {
      currency,
      buckets: buckets.map((bucket): MrrBucket => {
        const inBucket = byBucket.get(bucket.number) ?? [];
        const start = balance;
        const movements = Object.fromEntries(
          MOVEMENT_TYPES.map((type) => {
            const cents = sum(
              inBucket.filter((row) => row.type === type),
              (row) => BigInt(row.cents),
            );
            balance += cents;
            return [type, money(cents, currency)];
          }),
        ) as Record<MovementType, Money>;
        customers += sum(inBucket, (row) => BigInt(row.customers));
        return {
          bucket: bucket.label,
          from: bucket.from,
          to: bucket.to,
          start: money(start, currency),
          movements,
          end: money(balance, currency),
          customers: Number(customers),
          postings: Number(sum(inBucket, (row) => BigInt(row.postings))),
        };
      }),
    };
  });
  return { seq: read.seq, from, to, interval, until, currencies };
}

/** Currencies that have movements as of read.seq, each with the newest month in which one moved, up to the day `until`. */
export async function movementMonths(
  read: ReadContext,
  until?: Day,
): Promise<{ currencies: Readonly<Record<string, string>> }> {
  const rows = await select<{ currency: string; month: string }>(
    read.engines,
    read.database,
    `SELECT currency, substring(toString(max(day)), 1, 7) AS month
     FROM (
       SELECT currency, day
       FROM mrr_totals
       WHERE seq <= {seq:UInt64}
         ${until === undefined ? '' : 'AND day <= {until:Date32}'}
       GROUP BY currency, day, type
       HAVING sum(movements) != 0
     )
     GROUP BY currency
     ORDER BY currency`,
    { seq: read.seq, ...(until !== undefined && { until }) },
  );
  return { currencies: Object.fromEntries(rows.map(({ currency, month }) => [currency, month])) };
}

function sum<T>(rows: readonly T[] | undefined, amount: (row: T) => bigint): bigint {
  return (rows ?? []).reduce((total, row) => total + amount(row), 0n);
}

/** First and last day of the range; months stand for their first and last days. */
function daysOf({ from, to }: MrrStatementParameters): { from: Day; to: Day } {
  const day = (field: string, value: string, end: boolean): Day => {
    try {
      if (/^\d{4}-\d{2}$/.test(value)) return end ? monthDays(value).last : monthDays(value).first;
      return dayFromNumber(dayNumber(value));
    } catch {
      throw new FootingError('invalid', `"${shown(value)}" is not a day or month`, {
        problems: [{ field, value: shown(value), reason: 'It must be written 2025-04-01 or 2025-04.' }],
      });
    }
  };
  const range = { from: day('from', from, false), to: day('to', to, true) };
  if (range.from > range.to) {
    throw new FootingError('invalid', 'The range ends before it begins', {
      problems: [{ field: 'to', value: range.to, reason: `It is before ${range.from}.` }],
    });
  }
  return range;
}

/** The buckets that touch the range, the first and last cut to it. */
function bucketsBetween(from: Day, to: Day, interval: StatementInterval) {
  const buckets: Array<{ number: number; label: string; from: Day; to: Day }> = [];
  const last = dayNumber(to);
  for (let first = dayNumber(from); first <= last; ) {
    const { number, label, end } = bucketOf(dayFromNumber(first), interval);
    const cut = Math.min(end, last);
    buckets.push({ number, label, from: dayFromNumber(first), to: dayFromNumber(cut) });
    first = cut + 1;
    if (buckets.length > BUCKETS_MAX) {
      throw new FootingError('too_large', `The range has more than ${BUCKETS_MAX} buckets`, {
        remedy: 'Ask for a shorter range or a longer interval.',
      });
    }
  }
  return buckets;
}

/** Number and label of the bucket that a day is in, and the number of the bucket's last day. */
function bucketOf(day: Day, interval: StatementInterval): { number: number; label: string; end: number } {
  const { year, month } = dayParts(day);
  const number = dayNumber(day);
  switch (interval) {
    case 'day':
      return { number, label: day, end: number };
    case 'week': {
      const week = Math.floor((number + 3) / 7);
      return { number: week, label: dayFromNumber(week * 7 - 3), end: week * 7 + 3 };
    }
    case 'month':
      return { number: year * 100 + month, label: day.slice(0, 7), end: lastDay(year, month) };
    case 'quarter': {
      const quarter = Math.ceil(month / 3);
      return { number: year * 10 + quarter, label: `${year}-Q${quarter}`, end: lastDay(year, quarter * 3) };
    }
    default:
      return { number: year, label: String(year), end: lastDay(year, 12) };
  }
}

function lastDay(year: number, month: number): number {
  return dayNumber(monthDays(dayFromParts(year, month, 1).slice(0, 7)).last);
}
