/** Recognised revenue: what has been delivered, not what was invoiced. */
import { addDays, type Day, dayNumber } from '../../kernel/dates.ts';
import { select } from '../../ledger/index.ts';
import { customerCondition, planCondition } from './conditions.ts';
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
 * By part, one element per bucket. A line without tax is spread evenly over the days of its service period, counted in started periods
 * of 24 hours from the day of its start; a line without a period counts on the day of its invoice. What is recognised up to a day is rounded
 * half away from zero, and a bucket has the difference of two such sums: parts of a line add up to the line exactly.
 */
export async function readRecognition(scope: Scope, range: Range): Promise<Map<string, BucketRecognition[]>> {
  // What comes after `until` is not there yet: a bucket that begins later has no days.
  const first = (day: Day) => Math.min(dayNumber(day), dayNumber(scope.until) + 1);
  const bounds = [...range.buckets.map(({ from }) => first(from)), first(addDays(range.to, 1))];
  const { read, currency, timeZone, filter, partitionBy } = scope;
  const key = JSON.stringify([read.database, currency, timeZone, bounds, filter, partitionBy, scope.settings]);
  // Sums over lines, each with its entry: an entry adds what its lines and reversals amount to. Not so where customers or plans decide.
  const adds = filter.length === 0 && partitionBy === null;
  const rows = await kept.at(key, read.seq, (after) => shares(scope, bounds, after), adds ? summed : undefined);
  const parts = new Map<string, BucketRecognition[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = new Map(ofPart.map((row) => [Number(row.bucket), row]));
    const of = (bucket: number) => ({
      recognised: BigInt(byBucket.get(bucket)?.recognised ?? 0),
      invoiced: BigInt(byBucket.get(bucket)?.invoiced ?? 0),
    });
    const opening = of(0);
    let deferred = opening.invoiced - opening.recognised;
    parts.set(
      part,
      range.buckets.map((_, i) => {
        const { recognised, invoiced } = of(i + 1);
        deferred += invoiced - recognised;
        return { recognised, invoiced, deferred };
      }),
    );
  }
  return parts;
}

/** Amounts up to it times twice the days of any period stay within 64 bits. */
const NARROW_CENTS_MAX = 10_000_000_000_000n;

/** Beside the numbers of buckets: what is invoiced, and what is recognised before the first bucket. */
const INVOICED = -1;
const OPENING = -2;

interface ShareRow {
  part: string;
  bucket: number;
  recognised: string;
  invoiced: string;
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
  }
  return [...byBucket.values()];
}

/** What lines of entries after `after` are recognised at between the bounds (days): bucket 0 is what comes before the first. */
async function shares(scope: Scope, bounds: readonly number[], after: number): Promise<ShareRow[]> {
  const byPlan = SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '');
  const { label, join } = byPlan ? { label: planLabel(scope), join: '' } : customerLabel(scope);
  const { engines, database } = scope.read;
  const started = 'ifNull(service_period_end > service_period_start, false)';
  const milliseconds =
    '(toUnixTimestamp64Milli(assumeNotNull(service_period_end)) - toUnixTimestamp64Milli(assumeNotNull(service_period_start)))';
  const visible = `seq <= {seq:UInt64} AND seq > {after:UInt64} AND currency = {currency:String} AND excluded = ''`;
  const meant = `${customerCondition(scope)} AND ${planCondition(scope)}`;
  // After the conditions, which bind their values.
  const parameters = { ...scope.parameters, after };
  const [largest] = await select<{ cents: string }>(
    engines,
    database,
    `SELECT max(abs(toInt128(amount_in_cents) - ifNull(tax_amount_in_cents, 0))) AS cents FROM invoices WHERE ${visible}`,
    parameters,
  );
  // 64 bits are three times as fast as 128, and enough for nearly all books.
  const wide = BigInt(largest?.cents ?? 0) > NARROW_CENTS_MAX ? 'toInt128' : 'toInt64';
  const rounded = (x: string, n: string) => `intDiv(2 * abs(${x}) + ${n}, 2 * ${n}) * sign(${x})`;
  const to = (day: string) => rounded(`${wide}(net) * greatest(least(${day} - begin, days), 0)`, `${wide}(days)`);
  // The bucket of each day of the range, so that a line finds the few that it touches without looking at all.
  const [first, end] = [bounds[0]!, bounds.at(-1)!];
  const bucketOf: number[] = [];
  for (let bucket = 1; bucket < bounds.length; bucket++) {
    for (let day = bounds[bucket - 1]!; day < bounds[bucket]!; day++) bucketOf.push(bucket);
  }
  const numbers = (list: readonly number[]) => `[${list.join(',')}]::Array(Int32)`;
  const bucketAt = (day: string) => `arrayElement(${numbers(bucketOf)}, ${day} - ${first} + 1)`;
  return select<ShareRow>(
    engines,
    database,
    `SELECT
       part,
       multiIf(i = ${INVOICED}, invoiced_in, i = ${OPENING}, 0, i) AS bucket,
       toString(
         sum(toInt128(sign * multiIf(
           i = ${INVOICED}, ${wide}(0),
           i = ${OPENING}, ${to(String(first))},
           ${to(`arrayElement(${numbers(bounds)}, i + 1)`)} - ${to(`arrayElement(${numbers(bounds)}, i)`)}
         )))
       ) AS recognised,
       toString(sumIf(toInt128(sign * net), i = ${INVOICED})) AS invoiced
     FROM (
       SELECT
         ${label} AS part, sign, net, days, begin,
         toInt32(multiIf(invoiced_on < ${first}, 0, invoiced_on >= ${end}, ${bounds.length}, ${bucketAt('invoiced_on')})) AS invoiced_in,
         -- The buckets that the line's days are in.
         toInt32(if(begin >= ${end} OR begin + days <= ${first}, 0, ${bucketAt(`greatest(begin, ${first})`)})) AS first_bucket,
         toInt32(if(first_bucket = 0, -1, ${bucketAt(`least(begin + days, ${end}) - 1`)})) AS last_bucket
       FROM (
         SELECT
           source, customer_hash, plan_external_id, sign,
           amount_in_cents - ifNull(tax_amount_in_cents, 0) AS net,
           toInt32(${dayOf(scope, 'date')}) AS invoiced_on,
           if(${started}, toInt32(${dayOf(scope, 'assumeNotNull(service_period_start)')}), invoiced_on) AS begin,
           if(${started}, toInt32(intDiv(${milliseconds} + 86399999, 86400000)), 1) AS days
         FROM invoices
         WHERE ${visible} AND ${meant}
       ) AS lines ${join}
     )
     -- Numbers alone are multiplied: tuples cost ten times as much.
     ARRAY JOIN arrayConcat(
       [toInt32(${INVOICED})],
       if(begin < ${first}, [toInt32(${OPENING})], emptyArrayInt32()),
       arrayMap(n -> toInt32(first_bucket + n), range(toUInt32(last_bucket - first_bucket + 1)))
     ) AS i
     GROUP BY part, bucket`,
    parameters,
  );
}
