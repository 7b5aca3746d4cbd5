/** Cash: payments and refunds by the day on which they happened. */
import { type Day, dayNumber } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import { select } from '../../ledger/index.ts';
import { customerCondition } from './conditions.ts';
import { type Conversion, conversionOf, convertedRows } from './conversion.ts';
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
  const conversion = await conversionOf(scope);
  const rows = await keptRows(scope, conversion, range);
  const bounds = range.buckets.map(({ from }) => dayNumber(from));
  const [first, last] = [bounds[0]!, Math.min(dayNumber(range.to), dayNumber(scope.until))];
  const parts = new Map<string, BucketCash[]>();
  for (const row of rows) {
    const day = Number(row.day);
    if (day < first || day > last) continue;
    const ofPart = parts.get(row.part) ?? range.buckets.map(() => ({ ...NOTHING }));
    parts.set(row.part, ofPart);
    const bucket = ofPart[bounds.findLastIndex((bound) => bound <= day)]!;
    bucket.paid += BigInt(row.paid);
    bucket.refunded += BigInt(row.refunded);
    bucket.failed += BigInt(row.failed);
    bucket.failedCount += BigInt(row.failed_count);
  }
  return parts;
}

/** Of all customers: every day of the book, whatever the range is, so that one reading serves all reports. */
async function keptRows(scope: Scope, conversion: Conversion, range: Range): Promise<CashRow[]> {
  const { read, currency, timeZone, filter, partitionBy, until, settings } = scope;
  const plain = filter.length === 0 && partitionBy === null;
  const days = plain ? null : { from: range.from, to: [range.to, until].sort()[0]! };
  const { fingerprint } = conversion;
  const key = JSON.stringify([read.database, currency, timeZone, days, filter, partitionBy, settings, fingerprint]);
  return kept.at(
    key,
    read.seq,
    (after) => cashRows(scope, conversion, days, after, after === 0 ? 'all' : 'new'),
    plain && (await onlyNew(scope, kept.seqOf(key))) ? summed : undefined,
  );
}

interface CashRow {
  part: string;
  /** Days since 1970. */
  day: number;
  paid: string;
  refunded: string;
  failed: string;
  failed_count: string;
}

const kept = new KeptFigures<CashRow[]>();

function summed(rows: CashRow[], added: CashRow[]): CashRow[] {
  const byDay = new Map(rows.map((row) => [`${row.day} ${row.part}`, row]));
  const sum = (a: string, b: string) => String(BigInt(a) + BigInt(b));
  for (const row of added) {
    const known = byDay.get(`${row.day} ${row.part}`);
    byDay.set(
      `${row.day} ${row.part}`,
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
  return [...byDay.values()];
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

/** Up to so many payments their invoices are looked for; more, and those of all invoices are summed up at once. */
const LOOKED_FOR_MAX = 500_000;

/** Payments of entries after `after`; `new`: they are all on invoices of those entries. Without `days` of all time. */
async function cashRows(
  scope: Scope,
  conversion: Conversion,
  days: { from: Day; to: Day } | null,
  after: number,
  invoices: 'all' | 'new',
): Promise<CashRow[]> {
  const since = 'seq <= {seq:UInt64} AND seq > {after:UInt64}';
  const [payments] = await select<{ count: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT count() AS count FROM transactions WHERE ${since}`,
    { seq: scope.read.seq, after },
  );
  const count = Number(payments?.count ?? 0);
  if (count === 0) return [];
  const paid =
    count <= LOOKED_FOR_MAX
      ? `cityHash64(invoices.source, invoices.invoice_external_id) IN (SELECT invoice_hash FROM transactions WHERE ${since})`
      : '1';
  const { label, join } = customerLabel(scope);
  const within = days === null ? '1' : `${dayOf(scope, 'date')} BETWEEN {from:Date32} AND {to:Date32}`;
  const settled = (condition: string) => `
    SELECT
      source, customer_hash, customer_external_id, currency, type, result, sign, d, fx_day,
      toInt64(ifNull(amount_in_cents, invoiced)) AS billed_cents
    FROM (
      SELECT
        invoice_hash, type, result, sign, amount_in_cents, toInt32(${dayOf(scope, 'date')}) AS d, toInt32(toDate32(date)) AS fx_day
      FROM transactions
      WHERE ${since} AND ${within}
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
      WHERE seq <= {seq:UInt64} AND ${invoices === 'new' ? 'seq > {after:UInt64}' : '1'} AND ${paid}
      GROUP BY invoice_hash
    ) AS invoiced USING (invoice_hash)
    WHERE ${condition} AND ${customerCondition(scope)}`;
  return select<CashRow>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       ${label} AS part,
       d AS day,
       toString(sumIf(toInt128(cents) * sign, type = 'payment' AND result = 'successful')) AS paid,
       toString(sumIf(toInt128(cents) * sign, type = 'refund' AND result = 'successful')) AS refunded,
       toString(sumIf(toInt128(cents) * sign, type = 'payment' AND result = 'failed')) AS failed,
       sumIf(sign, type = 'payment' AND result = 'failed') AS failed_count
     FROM (${convertedRows(conversion, settled, ['source', 'customer_hash', 'type', 'result', 'sign', 'd'])}) AS cash ${join}
     GROUP BY part, day`,
    { ...scope.parameters, ...days, after },
  );
}
