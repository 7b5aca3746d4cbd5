/** What moved MRR, bucket by bucket, and what the customers of its start still pay at its end. */

import type { Day } from '../../kernel/dates.ts';
import { select } from '../../ledger/index.ts';
import { type Bucket, bucketSql, type StatementInterval } from '../buckets.ts';
import { periodName } from '../periods.ts';
import { type Flows, NO_FLOWS } from '../rules/metrics.ts';
import { STATEMENT_ROWS, type StatementRow } from '../statement.ts';
import type { Scope } from './scope.ts';
import { movementRows, postedDays, totalRows } from './source.ts';

export interface BucketFlows {
  mrrStart: bigint;
  mrrEnd: bigint;
  customersStart: bigint;
  customersEnd: bigint;
  newCustomers: bigint;
  flows: Flows;
  members: BucketMembers;
}

export interface BucketMembers {
  /** Customers at the start who churned and do not pay at the end. */
  lost: bigint;
  /** Change of MRR over the bucket of the customers at its start. */
  kept: bigint;
  /** The same of those of them who pay less at the end; at most 0. */
  fallen: bigint;
}

const NO_MEMBERS: BucketMembers = { lost: 0n, kept: 0n, fallen: 0n };

/** Range of a report, for its queries. */
export interface Range {
  from: Day;
  to: Day;
  interval: StatementInterval;
  buckets: readonly Bucket[];
}

interface Row {
  part: string;
  bucket: number;
  type: StatementRow;
  cents: string;
  customers: string;
  kept: string;
  fallen: string;
  lost: string;
}

/**
 * By part, one element per bucket. A part is there when it ever had a movement up to the end of the range. What became of the customers
 * of each bucket's start is there when `members` asks for it.
 */
export async function readFlows(scope: Scope, range: Range, members: boolean): Promise<Map<string, BucketFlows[]>> {
  const period = members ? periodName(range.interval, scope.weekStart) : null;
  const marks = ['kept', 'fallen', 'lost'].map((mark) =>
    members ? `toString(sum(toInt128(${mark}))) AS ${mark}` : `'0' AS ${mark}`,
  );
  const [rows, first] = await Promise.all([
    select<Row>(
      scope.read.engines,
      scope.read.database,
      `SELECT
         part,
         if(d < {from:Date32}, -1, ${bucketSql(range.interval, scope.weekStart, 'd')}) AS bucket,
         type,
         toString(sum(toInt128(amount_cents))) AS cents,
         sum(customers) AS customers,
         ${marks.join(', ')}
       FROM (${totalRows(scope, period) ?? movementRows(scope, period)})
       WHERE d <= least({to:Date32}, {until:Date32})
       GROUP BY part, bucket, type
       ORDER BY part`,
      { ...scope.parameters, from: range.from, to: range.to },
    ),
    members ? cutMembers(scope, range.buckets) : null,
  ]);
  const parts = new Map<string, BucketFlows[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = Map.groupBy(ofPart, (row) => Number(row.bucket));
    const opening = byBucket.get(-1) ?? [];
    let mrr = total(opening, (row) => row.cents);
    let customers = total(opening, (row) => row.customers);
    parts.set(
      part,
      range.buckets.map(({ number }, i) => {
        const inBucket = byBucket.get(number) ?? [];
        const flows: Flows = { ...NO_FLOWS };
        for (const type of STATEMENT_ROWS) {
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
        const ofBucket = {
          lost: total(inBucket, (row) => row.lost),
          kept: total(inBucket, (row) => row.kept),
          fallen: total(inBucket, (row) => row.fallen),
        };
        return {
          mrrStart,
          mrrEnd: mrr,
          customersStart,
          customersEnd: customers,
          newCustomers,
          flows,
          members: first?.has(i) ? (first.get(i)!.get(part) ?? NO_MEMBERS) : ofBucket,
        };
      }),
    );
  }
  return parts;
}

function total<Item>(rows: readonly Item[], value: (row: Item) => string): bigint {
  return rows.reduce((sum, row) => sum + BigInt(value(row)), 0n);
}

/**
 * The members of buckets of which movements do not say what was at the beginning: a first one that begins in the middle of its period, and
 * all of them in another time zone than that of the settings. By number of the bucket and part.
 */
async function cutMembers(scope: Scope, buckets: readonly Bucket[]): Promise<Map<number, Map<string, BucketMembers>>> {
  const found = new Map<number, Map<string, BucketMembers>>();
  for (const [i, bucket] of buckets.entries()) {
    if (bucket.cut || !postedDays(scope)) found.set(i, await membersOf(scope, bucket));
  }
  return found;
}

/** A customer is gathered whole, so reversals cancel. */
async function membersOf(scope: Scope, first: Bucket): Promise<Map<string, BucketMembers>> {
  const rows = await select<{ part: string; lost: string; kept: string; fallen: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       part,
       countIf(standing + gained = 0 AND churned < 0) AS lost,
       toString(sum(net)) AS kept,
       toString(sum(least(net, 0))) AS fallen
     FROM (
       SELECT
         part, who,
         sumIf(customers, d < {from:Date32}) AS standing,
         sumIf(customers, d >= {from:Date32}) AS gained,
         sumIf(toInt128(amount_cents), d >= {from:Date32}) AS net,
         sumIf(customers, d >= {from:Date32} AND type = 'churn') AS churned
       FROM (${movementRows(scope, null)})
       WHERE d <= least({last:Date32}, {until:Date32})
       GROUP BY part, who
       HAVING standing > 0
     )
     GROUP BY part`,
    { ...scope.parameters, from: first.from, last: first.to },
  );
  return new Map(
    rows.map((row) => [row.part, { lost: BigInt(row.lost), kept: BigInt(row.kept), fallen: BigInt(row.fallen) }]),
  );
}
