/** Cash: payments and refunds by the day on which they happened. */
import { FootingError } from '../../kernel/errors.ts';
import { select } from '../../ledger/index.ts';
import { bucketSql } from '../buckets.ts';
import { customerCondition } from './conditions.ts';
import type { Range } from './flows.ts';
import { KeptFigures } from './kept.ts';
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
  const { read, currency, timeZone, filter, partitionBy, until } = scope;
  const plain = filter.length === 0 && partitionBy === null;
  const key = JSON.stringify([read.database, currency, timeZone, range, filter, partitionBy, until]);
  const whole = () => cashRows(scope, range, 0, 'all');
  const rows = await kept.at(
    key,
    read.seq,
    (after) => (after === 0 ? whole() : cashRows(scope, range, after, 'new')),
    plain && (await onlyNew(scope, kept.seqOf(key))) ? summed : undefined,
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

interface CashRow {
  part: string;
  bucket: number;
  paid: string;
  refunded: string;
  failed: string;
  failed_count: string;
}

const kept = new KeptFigures<CashRow[]>();

function summed(rows: CashRow[], added: CashRow[]): CashRow[] {
  const byBucket = new Map(rows.map((row) => [`${row.bucket} ${row.part}`, row]));
  const sum = (a: string, b: string) => String(BigInt(a) + BigInt(b));
  for (const row of added) {
    const known = byBucket.get(`${row.bucket} ${row.part}`);
    byBucket.set(
      `${row.bucket} ${row.part}`,
      known === undefined
        ? row
        : {
            ...known,
            paid: sum(known.paid, row.paid),
            refunded: sum(known.refunded, row.refunded),
            failed: sum(known.failed, row.failed),
            failed_count: sum(known.failed_count, row.failed_count),
          },
    );
  }
  return [...byBucket.values()];
}

/**
 * Whether entries after `after` leave earlier payments as they are: they state nothing about invoices that have some. All payments
 * that they add are then on invoices that they state themselves.
 */
async function onlyNew(scope: Scope, after: number | undefined): Promise<boolean> {
  if (after === undefined || after >= scope.read.seq) return false;
  const since = 'seq > {after:UInt64} AND seq <= {seq:UInt64}';
  const [row] = await select<{ earlier: string; elsewhere: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       (
         SELECT count()
         FROM transactions
         WHERE seq <= {after:UInt64}
           AND invoice_hash IN (SELECT ${INVOICE} FROM invoices WHERE ${since})
       ) AS earlier,
       (
         SELECT count()
         FROM transactions
         WHERE ${since} AND invoice_hash NOT IN (SELECT ${INVOICE} FROM invoices WHERE ${since})
       ) AS elsewhere`,
    { seq: scope.read.seq, after },
  );
  return Number(row?.earlier) === 0 && Number(row?.elsewhere) === 0;
}

/** As the table of transactions has it. */
const INVOICE = 'cityHash64(source, invoice_external_id)';

/** Payments of entries after `after`; `new`: they are all on invoices of those entries. */
function cashRows(scope: Scope, range: Range, after: number, invoices: 'all' | 'new'): Promise<CashRow[]> {
  const { label, join } = customerLabel(scope);
  const inRange = `seq <= {seq:UInt64} AND seq > {after:UInt64}
         AND ${dayOf(scope, 'date')} BETWEEN {from:Date32} AND least({to:Date32}, {until:Date32})`;
  return select<CashRow>(
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
         source, customer_hash, type, result, sign,
         ${bucketSql(range.interval, scope.weekStart, 'd')} AS bucket,
         toInt128(ifNull(amount_in_cents, invoiced)) * sign AS cents
       FROM (
         SELECT invoice_hash, type, result, sign, ${dayOf(scope, 'date')} AS d, amount_in_cents FROM transactions WHERE ${inRange}
       ) AS settled
       -- Keys are hashes: texts would cost ten times as much.
       INNER JOIN (
         SELECT
           cityHash64(invoices.source, invoices.invoice_external_id) AS invoice_hash,
           argMax(invoices.source, origin_seq) AS source,
           argMax(customer_hash, origin_seq) AS customer_hash,
           argMax(customer_external_id, origin_seq) AS customer_external_id,
           argMax(invoices.currency, origin_seq) AS currency,
           sum(amount_in_cents * sign) AS invoiced
         FROM invoices
         WHERE seq <= {seq:UInt64} AND ${invoices === 'new' ? 'seq > {after:UInt64}' : '1'}
         GROUP BY invoice_hash
       ) AS invoiced USING (invoice_hash)
       WHERE currency = {currency:String} AND ${customerCondition(scope)}
     ) AS cash ${join}
     GROUP BY part, bucket`,
    { ...scope.parameters, from: range.from, to: range.to, after },
  );
}
