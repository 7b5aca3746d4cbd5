/** Recognised revenue: what has been delivered, not what was invoiced. */
import { addDays, addMonthsToMonth, type Day, dayFromNumber, dayNumber } from '../../kernel/dates.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { layered } from '../derivationLines.ts';
import { customersFirst, planCondition } from './conditions.ts';
import { type Conversion, conversionOf, convertedRows, lineFxDay } from './conversion.ts';
import type { Range } from './flows.ts';
import { KeptFigures } from './kept.ts';
import { dayOf, type Scope, SUBSCRIPTION_PARTITIONS } from './scope.ts';
import { customerLabel, planLabel } from './source.ts';

export interface BucketRecognition {
  recognised: bigint;
  /** Invoiced in the bucket, without tax. */
  invoiced: bigint;
  /** Invoiced less recognised, from the beginning to the end of the bucket. */
  deferred: bigint;
}

/**
 * By part, one element per bucket. A line without tax is spread evenly over its service period, which has started periods of 24 hours from
 * the day of its start: one of whole months in equal parts a month and by days within one, any other by days. A line without a period
 * counts on the day of its invoice. What is recognised up to a day is rounded
 * half away from zero, and a bucket has the difference of two such sums: parts of a line add up to the line exactly.
 */
export async function readRecognition(scope: Scope, range: Range): Promise<Map<string, BucketRecognition[]>> {
  const conversion = await conversionOf(scope);
  // What comes after `until` is not there yet: a bucket that begins later has no days.
  const first = (day: Day) => Math.min(dayNumber(day), dayNumber(scope.until) + 1);
  const bounds = [...range.buckets.map(({ from }) => first(from)), first(addDays(range.to, 1))];
  const grid = (await monthsOfBook(scope, bounds)) ?? bounds;
  const rows = await keptShares(scope, conversion, grid);
  const parts = new Map<string, BucketRecognition[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const buckets = range.buckets.map(() => ({ recognised: 0n, invoiced: 0n }));
    const opening = { recognised: 0n, invoiced: 0n };
    for (const row of ofPart) {
      // Bucket 0 is before the grid, and what is invoiced after it has a number of its own.
      const begins = Number(row.bucket) === 0 ? Number.NEGATIVE_INFINITY : grid[Number(row.bucket) - 1]!;
      if (begins >= bounds.at(-1)!) continue;
      const into = buckets[bounds.findLastIndex((bound) => bound <= begins)] ?? opening;
      into.recognised += BigInt(row.recognised);
      into.invoiced += BigInt(row.invoiced);
    }
    let deferred = opening.invoiced - opening.recognised;
    parts.set(
      part,
      buckets.map(({ recognised, invoiced }) => {
        deferred += invoiced - recognised;
        return { recognised, invoiced, deferred };
      }),
    );
  }
  return parts;
}

/**
 * Recognised from the first to the last day, both inclusive, and the number of lines that have a part in it, as of scope.read; `into` is the
 * currency that is converted into.
 */
export async function recognisedBetween(
  scope: Scope,
  from: Day,
  to: Day,
  into: string | null,
): Promise<{ cents: bigint; lines: number }> {
  const bounds = [dayNumber(from), dayNumber(to) + 1];
  const rows = await shares(scope, await conversionOf(scope, into), bounds, 0);
  const within = rows.filter(({ bucket }) => Number(bucket) === 1);
  return {
    cents: within.reduce((sum, row) => sum + BigInt(row.recognised), 0n),
    lines: rows.reduce((sum, row) => sum + Number(row.lines), 0),
  };
}

/** Figures by the bounds, kept: sums over lines, each with its entry, so that an entry adds what its lines and reversals amount to. */
function keptShares(scope: Scope, conversion: Conversion, bounds: readonly number[]): Promise<ShareRow[]> {
  const { read, currency, timeZone, filter, partitionBy, settings } = scope;
  const { fingerprint } = conversion;
  const key = JSON.stringify([read.database, currency, timeZone, bounds, filter, partitionBy, settings, fingerprint]);
  // Not so where customers or plans decide.
  const adds = filter.length === 0 && partitionBy === null;
  return kept.at(key, read.seq, (after) => shares(scope, conversion, bounds, after), adds ? summed : undefined);
}

/** Longer books are read by the buckets that are asked for. */
const GRID_YEARS_MAX = 100;
/** Bounds of the grid are years divisible by this, so that a new invoice seldom makes another one. */
const GRID_YEARS = 5;

/**
 * First days of all months of the book up to the last bound, where the bounds are first days of months (the last one, today, need not be): figures by
 * month serve every range of months, quarters and years. Null for other bounds.
 */
async function monthsOfBook(scope: Scope, bounds: readonly number[]): Promise<number[] | null> {
  const until = dayNumber(scope.until) + 1;
  if (!bounds.every((bound) => bound === until || dayFromNumber(bound).endsWith('-01'))) return null;
  const extent = await extentOf(scope);
  if (extent.last < extent.first) return null;
  const year = (day: number) => Math.floor(Number(dayFromNumber(day).slice(0, 4)) / GRID_YEARS) * GRID_YEARS;
  const [from, to] = [year(extent.first - 1), year(extent.last + 1) + GRID_YEARS];
  if (to - from > GRID_YEARS_MAX) return null;
  const months = Array.from({ length: (to - from) * 12 + 1 }, (_, i) =>
    dayNumber(`${addMonthsToMonth(`${from}-01`, i)}-01`),
  );
  if (until <= months[0]!) return null;
  return until >= months.at(-1)! ? months : [...months.filter((month) => month < until), until];
}

interface Extent {
  /** Days; first is after last when there is nothing. */
  first: number;
  last: number;
  /** No amount is too large for sums of 64 bits. */
  narrow: boolean;
}

const extents = new KeptFigures<Extent>();

/** What lines are about, reversed ones too. */
function extentOf({ read }: Scope): Promise<Extent> {
  return extents.at(
    read.database,
    read.seq,
    (after) => extentOfEntries(read, after),
    (a, b) => ({
      first: Math.min(a.first, b.first),
      last: Math.max(a.last, b.last),
      narrow: a.narrow && b.narrow,
    }),
  );
}

/** That of entries after `after`. */
async function extentOfEntries(read: ReadContext, after: number): Promise<Extent> {
  const [row] = await select<{ lines: string; first: number; last: number; cents: string }>(
    read.engines,
    read.database,
    `SELECT
       count() AS lines,
       toInt32(toDate32(least(min(date), ifNull(min(service_period_start), min(date))))) AS first,
       toInt32(toDate32(greatest(max(date), ifNull(max(service_period_end), max(date))))) AS last,
       toString(max(abs(toInt128(amount_in_cents) - ifNull(tax_amount_in_cents, 0)))) AS cents
     FROM invoices
     WHERE seq <= {seq:UInt64} AND seq > {after:UInt64}`,
    { seq: read.seq, after },
  );
  return row === undefined || Number(row.lines) === 0
    ? { first: Number.MAX_SAFE_INTEGER, last: Number.MIN_SAFE_INTEGER, narrow: true }
    : { first: row.first - 1, last: row.last + 1, narrow: BigInt(row.cents) <= NARROW_CENTS_MAX };
}

/** Amounts up to it times twice the days of any period stay within 64 bits. */
const NARROW_CENTS_MAX = 10_000_000_000_000n;

interface ShareRow {
  part: string;
  bucket: number;
  recognised: string;
  invoiced: string;
  /** Lines that have days in the first bucket. */
  lines: string;
}

const kept = new KeptFigures<ShareRow[]>();

function summed(rows: ShareRow[], added: ShareRow[]): ShareRow[] {
  const byBucket = new Map(rows.map((row) => [`${row.bucket} ${row.part}`, { ...row }]));
  for (const row of added) {
    const known = byBucket.get(`${row.bucket} ${row.part}`);
    if (!known) {
      byBucket.set(`${row.bucket} ${row.part}`, row);
      continue;
    }
    known.recognised = String(BigInt(known.recognised) + BigInt(row.recognised));
    known.invoiced = String(BigInt(known.invoiced) + BigInt(row.invoiced));
    known.lines = String(BigInt(known.lines) + BigInt(row.lines));
  }
  return [...byBucket.values()];
}

const offsetOf = (instant: string): string => `timezoneOffset(toTimeZone(${instant}, {zone:String}))`;

const monthsBetween = (from: string, to: string): string =>
  `toInt32(toRelativeMonthNum(toDate32(${to}))) - toInt32(toRelativeMonthNum(toDate32(${from})))`;
const monthsAfterBegin = (months: string): string => `toInt32(addMonths(toDate32(begin), ${months}))`;

/** What lines of entries after `after` are recognised at between the bounds (days): bucket 0 is what comes before the first. */
async function shares(
  scope: Scope,
  conversion: Conversion,
  bounds: readonly number[],
  after: number,
): Promise<ShareRow[]> {
  const byPlan = SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '');
  const { label, join } = byPlan ? { label: planLabel(scope), join: '' } : customerLabel(scope);
  const { engines, database } = scope.read;
  const started = 'ifNull(service_period_end > service_period_start, false)';
  const [start, close] = ['assumeNotNull(service_period_start)', 'assumeNotNull(service_period_end)'];
  // By the clock on the wall: a month in which clocks are changed is no longer for it.
  const clocks = scope.timeZone === 'UTC' ? '' : ` + 1000 * (${offsetOf(close)} - ${offsetOf(start)})`;
  const milliseconds = `(toUnixTimestamp64Milli(${close}) - toUnixTimestamp64Milli(${start})${clocks})`;
  const visible = `seq <= {seq:UInt64} AND seq > {after:UInt64} AND excluded = ''`;
  const meant = planCondition(scope);
  const customers = customersFirst(scope);
  const lines = (condition: string) => `
    SELECT
      source, customer_hash, plan_external_id, currency, sign, ${lineFxDay(scope)} AS fx_day,
      amount_in_cents - ifNull(tax_amount_in_cents, 0) AS billed_cents,
      toInt32(${dayOf(scope, 'date')}) AS invoiced_on,
      if(${started}, toInt32(${dayOf(scope, start)}), invoiced_on) AS begin,
      if(${started}, toInt32(intDiv(${milliseconds} + 86399999, 86400000)), 1) AS days
    FROM invoices
    ${customers}
    WHERE ${visible} AND ${condition} AND ${meant}`;
  // After the conditions, which bind their values.
  const parameters = { ...scope.parameters, after };
  // 64 bits are three times as fast as 128, and enough for nearly all books.
  const narrow = conversion.rates === null && (await extentOf(scope)).narrow;
  const wide = narrow ? 'toInt64' : 'toInt128';
  const [first, end] = [bounds[0]!, bounds.at(-1)!];
  // The bucket of each day of the range, so that a line finds the few that it touches without looking at all. 0 is before them.
  const bucketOf: number[] = [];
  for (let bucket = 1; bucket < bounds.length; bucket++) {
    for (let day = bounds[bucket - 1]!; day < bounds[bucket]!; day++) bucketOf.push(bucket);
  }
  const numbers = (list: readonly number[]) => `[${list.join(',')}]::Array(Int32)`;
  const bucketAt = (day: string) =>
    `toInt32(multiIf(${day} < ${first}, 0, ${day} >= ${end}, ${bounds.length}, arrayElement(${numbers(bucketOf)}, ${day} - ${first} + 1)))`;
  const rounded = (part: string, whole: string) => {
    const [x, n] = [`${wide}(cents) * (${part})`, `${wide}(${whole})`];
    return `intDiv(2 * abs(${x}) + ${n}, 2 * ${n}) * sign(${x})`;
  };
  const kept = ['source', 'customer_hash', 'plan_external_id', 'sign', 'invoiced_on', 'begin', 'days'];
  const converted = (condition: string) =>
    `(SELECT * FROM (${convertedRows(conversion, lines, kept)}) WHERE ${condition}) AS lines ${join}`;
  const boundsWithin = 'range(first_bucket + 1, last_bucket + 1)';
  const dayOfBound = `arrayElement(${numbers(bounds)}, i)`;
  const two = TWO_MONTHS_DAYS_MIN;

  // A month and less, or no whole months: by days either way. Most lines are so, and each crosses a bound or two.
  const short = layered(
    `SELECT
       ${label} AS part, cents, days, begin, sign AS times, ${bucketAt('invoiced_on')} AS invoiced_in,
       ${bucketAt('begin')} AS first_bucket, ${bucketAt('(begin + days - 1)')} AS last_bucket
     FROM ${converted('1')}`,
    ['part', 'cents', 'days', 'begin', 'times', 'invoiced_in', 'first_bucket', 'last_bucket'],
    [
      {
        of: `arrayJoin(arrayConcat(
          [(toInt32(${INVOICED}), invoiced_in, cents), (toInt32(${ENDED}), last_bucket, cents)],
          arrayMap(
            i -> (toInt32(i), toInt32(0), ${rounded(`${dayOfBound} - begin`, 'days')}),
            if(days < ${two}, ${boundsWithin}, [])
          )
        ))`,
      },
    ],
    ['part', 'of', 'times', 'first_bucket', 'last_bucket'],
  );
  // Long periods cross many bounds. Their prices and days come again and again: equal lines are spread once.
  const long = layered(
    `SELECT ${label} AS part, cents, days, begin, sum(sign) AS times
     FROM ${converted(`days >= ${two}`)}
     GROUP BY part, cents, days, begin
     HAVING times != 0`,
    ['part', 'cents', 'days', 'begin', 'times'],
    [
      {
        first_bucket: bucketAt('begin'),
        last_bucket: bucketAt('(begin + days - 1)'),
        calendar_months: monthsBetween('begin', 'begin + days'),
      },
      // Months of the period when it has whole ones, else 0.
      { months: `if(${monthsAfterBegin('calendar_months')} = begin + days, calendar_months, 0)` },
      { i: `arrayJoin(${boundsWithin})` },
      { day: dayOfBound },
      { begun: monthsBetween('begin', 'day') },
      // Months of the period that are over on the day; the one that is not, from when and how long.
      { over: `begun - toInt32(${monthsAfterBegin('begun')} > day)` },
      { since: monthsAfterBegin('over'), long: `${monthsAfterBegin('over + 1')} - ${monthsAfterBegin('over')}` },
      {
        before: `if(months = 0, ${rounded('day - begin', 'days')}, ${rounded('over * long + day - since', 'months * long')})`,
      },
    ],
    ['part', 'i', 'times', 'before'],
  );
  const rows = await select<SpreadRow>(
    engines,
    database,
    `SELECT
       part, of.1 AS i, of.2 AS bucket, toString(sum(toInt128(times) * of.3)) AS cents,
       toString(sumIf(times, of.1 = ${ENDED} AND first_bucket <= 1 AND last_bucket >= 1)) AS lines
     FROM (${short})
     GROUP BY part, i, bucket
     UNION ALL
     SELECT part, i, 0 AS bucket, toString(sum(toInt128(times) * before)) AS cents, '0' AS lines
     FROM (${long})
     GROUP BY part, i`,
    parameters,
  );
  return inBuckets(rows);
}

/** Periods of two whole months have at least January and February. */
const TWO_MONTHS_DAYS_MIN = 59;

/** Beside the numbers of bounds: what is invoiced, and what is recognised with the last day of its period. */
const INVOICED = -1;
const ENDED = -2;

interface SpreadRow {
  part: string;
  /** Number of a bound, from 1: what the lines that it falls into are recognised at before it. */
  i: number | string;
  bucket: number;
  cents: string;
  lines: string;
}

/** What is recognised before a bound is in the bucket that ends there, and not in the one that begins. */
function inBuckets(rows: readonly SpreadRow[]): ShareRow[] {
  const found: ShareRow[] = [];
  const add = (part: string, bucket: number, more: Partial<ShareRow>) =>
    found.push({ part, bucket, recognised: '0', invoiced: '0', lines: '0', ...more });
  for (const { part, bucket, cents, lines, ...row } of rows) {
    const i = Number(row.i);
    if (i === INVOICED) add(part, bucket, { invoiced: cents });
    else if (i === ENDED) add(part, bucket, { recognised: cents, lines });
    else {
      add(part, i - 1, { recognised: cents });
      add(part, i, { recognised: String(-BigInt(cents)) });
    }
  }
  return summed([], found);
}
