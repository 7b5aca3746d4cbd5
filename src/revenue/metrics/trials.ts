/** Trials and what became of them. */
import { select } from '../../ledger/index.ts';
import { bucketSql } from '../buckets.ts';
import { customerCondition } from './conditions.ts';
import { current } from './current.ts';
import type { Range } from './flows.ts';
import { dayOf, type Scope } from './scope.ts';
import { customerLabel } from './source.ts';

export interface BucketTrials {
  /** Customers whose first trial began in the bucket. */
  started: bigint;
  /** Those of them who have paid by `until`. */
  paid: bigint;
  /** Days from the trial's to the first paid day, summed over those. */
  days: bigint;
}

/**
 * By part, one element per bucket. A trial begins with a line of type trial, in the currency asked for, or as stated with the customer (which has
 * no currency and counts in each). Plans are not looked at: a trial may lead to any.
 */
export async function readTrials(scope: Scope, range: Range): Promise<Map<string, BucketTrials[]>> {
  const { label, join } = customerLabel(scope);
  const rows = await select<{ part: string; bucket: number; started: string; paid: string; days: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       ${label} AS part,
       ${bucketSql(range.interval, scope.weekStart, 'trial_day')} AS bucket,
       count() AS started,
       countIf(paid_day IS NOT NULL) AS paid,
       toString(sum(ifNull(toInt64(paid_day) - toInt64(trial_day), 0))) AS days
     FROM (
       SELECT customer_hash, any(trials.source) AS source, min(trial) AS trial_day, any(first_paid) AS paid_day
       FROM (
         SELECT customer_hash, source, customer_external_id, currency, ${dayOf(scope, 'assumeNotNull(service_period_start)')} AS trial
         FROM invoices
         WHERE ${current('invoices', `type = 'trial' AND currency = {currency:String}`)}
           AND excluded = '' AND service_period_start IS NOT NULL
         UNION ALL
         SELECT key_hash, source, external_id, {currency:String}, ${dayOf(scope, 'assumeNotNull(free_trial_started_at)')}
         FROM customers
         WHERE ${current('customers', 'free_trial_started_at IS NOT NULL')}
       ) AS trials
       LEFT ANY JOIN (
         SELECT customer_hash, toNullable(min(on_day)) AS first_paid
         FROM (
           SELECT customer_hash, ${dayOf(scope, 'at')} AS on_day
           FROM movements
           WHERE seq <= {seq:UInt64} AND type = 'new_biz' AND day <= {until:Date32}
           GROUP BY customer_hash, on_day
           HAVING sum(sign) > 0
         )
         GROUP BY customer_hash
       ) AS paying USING (customer_hash)
       WHERE trial <= {until:Date32} AND ${customerCondition(scope)}
       GROUP BY customer_hash
     ) AS customers ${join}
     WHERE trial_day BETWEEN {from:Date32} AND {to:Date32}
     GROUP BY part, bucket`,
    { ...scope.parameters, from: range.from, to: range.to },
  );
  const parts = new Map<string, BucketTrials[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = new Map(ofPart.map((row) => [Number(row.bucket), row]));
    parts.set(
      part,
      range.buckets.map(({ number }) => {
        const row = byBucket.get(number);
        return { started: BigInt(row?.started ?? 0), paid: BigInt(row?.paid ?? 0), days: BigInt(row?.days ?? 0) };
      }),
    );
  }
  return parts;
}
