/** The MRR statement: what recurring revenue was, what moved it, what it is. */
import { type Day, dayNumber } from '../kernel/dates.ts';
import { type ReadContext, select } from '../ledger/index.ts';
import { bucketOf, bucketsBetween, rangeDays, type StatementInterval } from './buckets.ts';
import { type DayTotal, readTotals } from './dailyTotals.ts';
import { type Money, money } from './money.ts';

export const MOVEMENT_TYPES = ['new_biz', 'expansion', 'contraction', 'churn', 'reactivation'] as const;
/** What customers did. */
export type MovementType = (typeof MOVEMENT_TYPES)[number];
/** The same and what exchange rates did: everything between start and end. */
export const STATEMENT_ROWS = [...MOVEMENT_TYPES, 'fx'] as const;
export type StatementRow = (typeof STATEMENT_ROWS)[number];

/** What the types are called where people read them. */
export const MOVEMENT_LABELS: Record<StatementRow, string> = {
  new_biz: 'new business',
  expansion: 'expansion',
  contraction: 'contraction',
  churn: 'churn',
  reactivation: 'reactivation',
  fx: 'exchange rates',
};

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
  movements: Record<StatementRow, Money>;
  end: Money;
  /** Customers at the end: those with MRR above 0 in this currency, or reduced to 0 and still subscribed. */
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

/**
 * MRR by bucket and currency as of read.seq, in exact minor units. `daily` are the sums that are kept of live ledgers (DailyTotals), or are
 * known before they are posted (UnpostedTotals).
 * Errors: `invalid` for dates or intervals that do not hold together.
 */
export async function mrrStatement(
  read: ReadContext,
  parameters: MrrStatementParameters,
  daily?: { of(read: ReadContext): Promise<readonly DayTotal[]> },
): Promise<MrrStatement> {
  const interval = parameters.interval ?? 'month';
  const { from, to } = rangeDays(parameters.from, parameters.to);
  const until = parameters.until ?? to;
  const buckets = bucketsBetween(from, to, interval);

  const last = [until, to].sort()[0]!;
  const asked = { from, to: last, interval, currency: parameters.currency?.toUpperCase() };
  const rows = added(await (daily === undefined ? readTotals(read, 0) : daily.of(read)), asked);

  // A currency of which everything was reversed (a setting converts it now) has no statement.
  const standing = [...Map.groupBy(rows, (row) => row.currency)].filter(([, ofCurrency]) =>
    ofCurrency.some(({ cents, postings }) => cents !== 0n || postings !== 0),
  );
  const currencies = standing.map(([currency, ofCurrency]) => {
    const byBucket = Map.groupBy(ofCurrency, (row) => row.bucket);
    let balance = sum(byBucket.get(BEFORE), (row) => row.cents);
    let customers = sum(byBucket.get(BEFORE), (row) => BigInt(row.customers));
    return {
      currency,
      buckets: buckets.map((bucket): MrrBucket => {
        const inBucket = byBucket.get(bucket.number) ?? [];
        const start = balance;
        const movements = Object.fromEntries(
          STATEMENT_ROWS.map((type) => {
            const cents = sum(
              inBucket.filter((row) => row.type === type),
              (row) => row.cents,
            );
            balance += cents;
            return [type, money(cents, currency)];
          }),
        ) as Record<StatementRow, Money>;
        customers += sum(inBucket, (row) => BigInt(row.customers));
        return {
          bucket: bucket.label.replace(/^W/, ''),
          from: bucket.from,
          to: bucket.to,
          start: money(start, currency),
          movements,
          end: money(balance, currency),
          customers: Number(customers),
          postings: inBucket.reduce((total, row) => total + row.postings, 0),
        };
      }),
    };
  });
  return { seq: read.seq, from, to, interval, until, currencies };
}

/** Bucket of what was before the range. */
const BEFORE = -1;

/** Sums of a currency, bucket and type; several of the same add up. */
interface BucketTotal {
  currency: string;
  bucket: number;
  type: StatementRow;
  cents: bigint;
  customers: number;
  postings: number;
}

interface Asked {
  from: Day;
  /** Inclusive. */
  to: Day;
  interval: StatementInterval;
  currency: string | undefined;
}

function added(totals: readonly DayTotal[], { from, to, interval, currency }: Asked): BucketTotal[] {
  const [first, last] = [dayNumber(from), dayNumber(to)];
  const buckets = new Map<number, number>();
  const bucketOfDay = (day: number): number => {
    if (day < first) return BEFORE;
    let bucket = buckets.get(day);
    if (bucket === undefined) {
      bucket = bucketOf(day, interval, 'monday').number;
      buckets.set(day, bucket);
    }
    return bucket;
  };
  const sums = new Map<string, BucketTotal>();
  for (const total of totals) {
    if (total.day > last || (currency !== undefined && total.currency !== currency)) continue;
    const bucket = bucketOfDay(total.day);
    const key = `${total.currency}${total.type}${bucket}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { ...total, bucket });
    else {
      known.cents += total.cents;
      known.customers += total.customers;
      known.postings += total.postings;
    }
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : Number(a.currency > b.currency)));
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
