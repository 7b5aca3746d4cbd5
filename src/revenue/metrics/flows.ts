/** What moved MRR, bucket by bucket, and what the customers of its start still pay at its end. */
import type { Day } from '../../kernel/dates.ts';
import { select } from '../../ledger/index.ts';
import { type Bucket, bucketSql, type StatementInterval } from '../buckets.ts';
import { type Flows, NO_FLOWS } from '../rules/metrics.ts';
import { MOVEMENT_TYPES, type MovementType } from '../statement.ts';
import type { Scope } from './scope.ts';
import { movementRows, totalRows } from './source.ts';

export interface BucketFlows {
  mrrStart: bigint;
  mrrEnd: bigint;
  customersStart: bigint;
  customersEnd: bigint;
  newCustomers: bigint;
  flows: Flows;
}

export interface BucketMembers {
  /** Customers at the start who churned and do not pay at the end. */
  lost: bigint;
  /** Change of MRR over the bucket of the customers at its start. */
  kept: bigint;
  /** The same of those of them who pay less at the end; at most 0. */
  fallen: bigint;
}

/** Range of a report, for its queries. */
export interface Range {
  from: Day;
  to: Day;
  interval: StatementInterval;
  buckets: readonly Bucket[];
}

/** By part, one element per bucket. A part is there when it ever had a movement up to the end of the range. */
export async function readFlows(scope: Scope, range: Range): Promise<Map<string, BucketFlows[]>> {
  const rows = await select<{ part: string; bucket: number; type: MovementType; cents: string; customers: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       part,
       if(d < {from:Date32}, -1, ${bucketSql(range.interval, scope.weekStart, 'd')}) AS bucket,
       type,
       toString(sum(toInt128(amount_cents))) AS cents,
       sum(customers) AS customers
     FROM (${totalRows(scope) ?? movementRows(scope)})
     WHERE d <= least({to:Date32}, {until:Date32})
     GROUP BY part, bucket, type
     ORDER BY part`,
    { ...scope.parameters, from: range.from, to: range.to },
  );
  const parts = new Map<string, BucketFlows[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = Map.groupBy(ofPart, (row) => Number(row.bucket));
    const opening = byBucket.get(-1) ?? [];
    let mrr = total(opening, (row) => row.cents);
    let customers = total(opening, (row) => row.customers);
    parts.set(
      part,
      range.buckets.map(({ number }) => {
        const inBucket = byBucket.get(number) ?? [];
        const flows: Flows = { ...NO_FLOWS };
        for (const type of MOVEMENT_TYPES) {
          flows[type] = total(
            inBucket.filter((row) => row.type === type),
            (row) => row.cents,
          );
        }
        const [mrrStart, customersStart] = [mrr, customers];
        mrr += total(inBucket, (row) => row.cents);
        customers += total(inBucket, (row) => row.customers);
        const newCustomers = total(
          inBucket.filter((row) => row.type === 'new_biz'),
          (row) => row.customers,
        );
        return { mrrStart, mrrEnd: mrr, customersStart, customersEnd: customers, newCustomers, flows };
      }),
    );
  }
  return parts;
}

function total<Row>(rows: readonly Row[], value: (row: Row) => string): bigint {
  return rows.reduce((sum, row) => sum + BigInt(value(row)), 0n);
}

/**
 * By part, one element per bucket. MRR at the start of a bucket is a running sum of signed rows, so reversals need no care. A customer with a
 * single row in a bucket, which nearly all are, is counted from that row; only those with several are gathered.
 */
export async function readMembers(scope: Scope, range: Range): Promise<Map<string, BucketMembers[]>> {
  const told = scope.partitionBy !== null;
  const rows = await select<{ part: string; bucket: number; lost: string; kept: string; fallen: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       part,
       bucket,
       sum(alone_lost) + countIf(several AND opening > 0 AND opening + net = 0 AND churned < 0) AS lost,
       toString(sum(alone_kept) + sumIf(net, several AND opening > 0)) AS kept,
       toString(sum(alone_fallen) + sumIf(least(net, 0), several AND opening > 0)) AS fallen
     FROM (
       SELECT
         ${told ? 'part' : `''`} AS part, bucket, if(alone, toUInt64(0), who) AS member, NOT alone AS several,
         sum(toInt128(amount_cents)) AS net,
         sumIf(toInt128(mrr - amount_cents), first) AS opening,
         sum(left) AS churned,
         countIf(alone AND left < 0 AND mrr = 0) AS alone_lost,
         sumIf(toInt128(amount_cents), alone AND mrr - amount_cents > 0) AS alone_kept,
         sumIf(toInt128(least(amount_cents, 0)), alone AND mrr - amount_cents > 0) AS alone_fallen
       FROM (
         SELECT *, bucket != bucket_before AS first, first AND bucket != bucket_after AS alone
         FROM (
           SELECT
             ${told ? 'part,' : ''} who, bucket, left, amount_cents,
             -- One window for all: its sum runs one row ahead.
             sum(amount_cents) OVER around - leadInFrame(amount_cents, 1, toInt64(0)) OVER around AS mrr,
             lagInFrame(bucket, 1, toInt32(-2)) OVER around AS bucket_before,
             leadInFrame(bucket, 1, toInt32(-2)) OVER around AS bucket_after
           FROM (
             -- Numbers alone go through the window: text in it costs as much as all the rest.
             SELECT
               ${told ? 'part,' : ''} who, at, amount_cents,
               if(type = 'churn', customers, toInt8(0)) AS left,
               if(d < {from:Date32}, -1, ${bucketSql(range.interval, scope.weekStart, 'd')}) AS bucket
             FROM (${movementRows(scope)})
             WHERE d <= least({to:Date32}, {until:Date32})
           )
           WINDOW around AS (PARTITION BY who ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)
         )
         WHERE bucket != -1
       )
       GROUP BY part, bucket, member, several
     )
     GROUP BY part, bucket`,
    { ...scope.parameters, from: range.from, to: range.to },
  );
  const parts = new Map<string, BucketMembers[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = new Map(ofPart.map((row) => [Number(row.bucket), row]));
    parts.set(
      part,
      range.buckets.map(({ number }) => {
        const row = byBucket.get(number);
        return { lost: BigInt(row?.lost ?? 0), kept: BigInt(row?.kept ?? 0), fallen: BigInt(row?.fallen ?? 0) };
      }),
    );
  }
  return parts;
}
