/** Cash: payments and refunds by the day on which they happened. */
import { FootingError } from '../../kernel/errors.ts';
import { select } from '../../ledger/index.ts';
import { bucketSql } from '../buckets.ts';
import { customerCondition } from './conditions.ts';
import type { Range } from './flows.ts';
import { bySubscription, dayOf, type Scope } from './scope.ts';
import { customerLabel } from './source.ts';

export interface BucketCash {
  /** Successful payments, tax included, fees not taken off. */
  paid: bigint;
  /** Successful refunds, positive. */
  refunded: bigint;
  failed: bigint;
  failedCount: bigint;
}

const NOTHING: BucketCash = { paid: 0n, refunded: 0n, failed: 0n, failedCount: 0n };

/**
 * By part, one element per bucket. A transaction has the currency and the customer of its invoice; one without an amount settles all of
 * it. Error `invalid` when subscriptions are told apart: a payment settles an invoice, not a subscription.
 */
export async function readCash(scope: Scope, range: Range): Promise<Map<string, BucketCash[]>> {
  if (bySubscription(scope)) {
    throw new FootingError('invalid', 'Payments are not made for a plan', {
      problems: [
        {
          field: scope.filter.some((each) => each.level === 'subscription') ? 'filters' : 'partition_by',
          reason: 'Cash flow goes with conditions on customers only: a payment settles a whole invoice.',
        },
      ],
    });
  }
  const { label, join } = customerLabel(scope);
  const inRange = `seq <= {seq:UInt64}
         AND ${dayOf(scope, 'date')} BETWEEN {from:Date32} AND least({to:Date32}, {until:Date32})`;
  const rows = await select<{
    part: string;
    bucket: number;
    paid: string;
    refunded: string;
    failed: string;
    failed_count: string;
  }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       ${label} AS part,
       bucket,
       toString(sumIf(cents, type = 'payment' AND result = 'successful')) AS paid,
       toString(sumIf(cents, type = 'refund' AND result = 'successful')) AS refunded,
       toString(sumIf(cents, type = 'payment' AND result = 'failed')) AS failed,
       sumIf(sign, type = 'payment' AND result = 'failed') AS failed_count
     FROM (
       SELECT
         source, customer_hash, toString(type) AS type, toString(result) AS result, sign,
         ${bucketSql(range.interval, scope.weekStart, dayOf(scope, 'date'))} AS bucket,
         toInt128(ifNull(amount_in_cents, invoiced)) * sign AS cents
       FROM (
         SELECT source, invoice_external_id, type, result, sign, date, amount_in_cents FROM transactions WHERE ${inRange}
       ) AS settled
       INNER JOIN (
         SELECT
           source, invoice_external_id,
           argMax(customer_hash, origin_seq) AS customer_hash,
           argMax(customer_external_id, origin_seq) AS customer_external_id,
           argMax(invoices.currency, origin_seq) AS currency,
           sum(amount_in_cents * sign) AS invoiced
         FROM invoices
         WHERE seq <= {seq:UInt64}
           AND (source, invoice_external_id) IN (SELECT source, invoice_external_id FROM transactions WHERE ${inRange})
         GROUP BY source, invoice_external_id
       ) AS invoiced USING (source, invoice_external_id)
       WHERE currency = {currency:String} AND ${customerCondition(scope)}
     ) AS cash ${join}
     GROUP BY part, bucket`,
    { ...scope.parameters, from: range.from, to: range.to },
  );
  const parts = new Map<string, BucketCash[]>();
  for (const [part, ofPart] of Map.groupBy(rows, (row) => row.part)) {
    const byBucket = new Map(ofPart.map((row) => [Number(row.bucket), row]));
    parts.set(
      part,
      range.buckets.map(({ number }) => {
        const row = byBucket.get(number);
        if (!row) return NOTHING;
        return {
          paid: BigInt(row.paid),
          refunded: BigInt(row.refunded),
          failed: BigInt(row.failed),
          failedCount: BigInt(row.failed_count),
        };
      }),
    );
  }
  return parts;
}
