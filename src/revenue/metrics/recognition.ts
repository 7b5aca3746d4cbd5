/** Recognised revenue: what has been delivered, not what was invoiced. */
import { addDays, type Day, dayNumber } from '../../kernel/dates.ts';
import { select } from '../../ledger/index.ts';
import { customerCondition, planCondition } from './conditions.ts';
import type { Range } from './flows.ts';
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
  const byPlan = SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '');
  const { label, join } = byPlan ? { label: planLabel(scope), join: '' } : customerLabel(scope);
  // What comes after `until` is not there yet: a bucket that begins later has no days.
  const first = (day: Day) => Math.min(dayNumber(day), dayNumber(scope.until) + 1);
  const bounds = [...range.buckets.map(({ from }) => first(from)), first(addDays(range.to, 1))];
  const started = `ifNull(service_period_end > service_period_start, false)`;
  const milliseconds = `(toUnixTimestamp64Milli(assumeNotNull(service_period_end)) - toUnixTimestamp64Milli(assumeNotNull(service_period_start)))`;
  const rows = await select<{ part: string; bucket: number; recognised: string; invoiced: string }>(
    scope.read.engines,
    scope.read.database,
    `WITH
       {bounds:Array(Int32)} AS bounds,
       (x, n) -> intDiv(2 * abs(x) + n, 2 * n) * sign(x) AS rounded,
       (net, days, elapsed) -> rounded(toInt128(net) * greatest(least(elapsed, days), 0), toInt128(days)) AS recognised_to
     SELECT
       part,
       share.1 AS bucket,
       toString(sum(share.2 * sign)) AS recognised,
       toString(sum(toInt128(share.3) * sign)) AS invoiced
     FROM (
       SELECT
         ${label} AS part, sign, net, days, begin,
         toInt32(arrayCount(b -> b <= invoiced_on, bounds)) AS invoiced_in
       FROM (
         SELECT
           source, customer_hash, plan_external_id, sign,
           amount_in_cents - ifNull(tax_amount_in_cents, 0) AS net,
           toInt32(${dayOf(scope, 'date')}) AS invoiced_on,
           if(${started}, toInt32(${dayOf(scope, 'assumeNotNull(service_period_start)')}), invoiced_on) AS begin,
           if(${started}, toInt32(intDiv(${milliseconds} + 86399999, 86400000)), 1) AS days
         FROM invoices
         WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND excluded = ''
           AND ${customerCondition(scope)} AND ${planCondition(scope)}
       ) AS lines ${join}
     )
     ARRAY JOIN arrayConcat(
       [(toInt32(0), recognised_to(net, days, bounds[1] - begin), toInt64(0)), (invoiced_in, toInt128(0), net)],
       arrayMap(
         i -> (
           toInt32(i),
           recognised_to(net, days, bounds[i + 1] - begin) - recognised_to(net, days, bounds[i] - begin),
           toInt64(0)
         ),
         arrayFilter(i -> bounds[i] < begin + days AND bounds[i + 1] > begin, range(1, length(bounds)))
       )
     ) AS share
     GROUP BY part, bucket`,
    { ...scope.parameters, bounds },
  );
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
