/** Reads of the derivation in TypeScript: everything about some customers, each row with the span of entries in which it is current. */
import type { PostContext } from '../ledger/index.ts';
import type { BlockRow } from '../streams/index.ts';
import { placeOf } from './chartmogul/ids.ts';
import { type InvoicePayments, invoiceKey, type Line, planInterval } from './rules/index.ts';

/** Customers as a condition over `customer_hash`, and the last entry that is looked at. */
export interface Reading {
  where: string;
  last: number;
}

/** From the entry that stated a row up to (not including) the one that reversed it. */
export interface Span {
  from: number;
  until: number;
}

export const isCurrent = ({ from, until }: Span, seq: number): boolean => from <= seq && seq < until;

/** A line. Its position and interval depend on what else is current. */
export interface StoredLine extends Span {
  customerHash: string;
  planName: string;
  line: Line;
}

export interface StoredPlan extends Span {
  source: string;
  externalId: string;
  interval: Line['interval'];
}

export interface StoredCancellation extends Span {
  customerHash: string;
  source: string;
  customer: string;
  subscription: string;
  cancelledAt: number;
  scheduledAt: number | null;
  origin: { seq: number; row: number };
}

export interface StoredTransaction extends Span {
  /** Of rules: source and invoice in one text. */
  invoice: string;
  type: string;
  at: number;
  amount: bigint | null;
}

export const nameOf = (source: string, externalId: string): string => `${source}\n${externalId}`;

/** Entries after every other: the row was not reversed. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Columns are read as they are and worked on here: every function in a query costs more to plan than it does for a few rows. So does a second thread. */
const LINE_COLUMNS = [
  'seq',
  'sign',
  'origin_seq',
  'origin_row',
  'customer_hash',
  'source',
  'customer_external_id',
  'subscription_external_id',
  'invoice_external_id',
  'external_id',
  'plan_external_id',
  'currency',
  'type',
  'date',
  'service_period_start',
  'service_period_end',
  'amount_in_cents',
  'tax_amount_in_cents',
  'prorated',
  'proration_type',
  'event_order',
  'cancelled_at',
  'excluded',
  'collection',
] as const;

/** What columns are called that are expressions. */
const LINE_EXPRESSIONS: Partial<Record<(typeof LINE_COLUMNS)[number], string>> = {
  collection: "attributes['collection_method'] AS collection",
};

/**
 * Lines, ascending by origin; null when there are more than `linesMax` rows. `excludedToo`: also those of voided and written-off invoices, which
 * may count. `added` are rows that may not be written yet.
 */
export async function readLines(
  context: PostContext,
  { where, last }: Reading,
  excludedToo: boolean,
  linesMax: number,
  added: readonly BlockRow[] = [],
): Promise<StoredLine[] | null> {
  // Attributes are a map: read only where they matter.
  const columns = LINE_COLUMNS.filter((column) => excludedToo || column !== 'collection').map(
    (column) => LINE_EXPRESSIONS[column] ?? column,
  );
  const rows = await compact<Array<string | number | boolean | null>>(
    context,
    `SELECT ${columns.join(', ')}
     FROM invoices
     WHERE ${where}
     LIMIT ${linesMax + 1}
     SETTINGS max_threads = 1`,
  );
  if (rows.length > linesMax) return null;
  const at = Object.fromEntries(LINE_COLUMNS.map((column, i) => [column, i])) as Record<
    (typeof LINE_COLUMNS)[number],
    number
  >;
  const lines = new Map<string, StoredLine>();
  const reversed: Array<[key: string, seq: number]> = [];
  for (const row of [...rows, ...added.map(asRead)]) {
    const text = (column: keyof typeof at) => row[at[column]] as string;
    const instant = (column: keyof typeof at) => (row[at[column]] === null ? null : Date.parse(text(column)));
    const seq = Number(row[at.seq]);
    if (seq > last || (row[at.excluded] !== '' && !excludedToo)) continue;
    const key = `${row[at.origin_seq]}/${row[at.origin_row]}`;
    if ((row[at.sign] as number) < 0) {
      reversed.push([key, seq]);
      continue;
    }
    lines.set(key, {
      customerHash: text('customer_hash'),
      from: seq,
      until: NEVER,
      planName: nameOf(text('source'), text('plan_external_id')),
      line: {
        source: text('source'),
        customer: text('customer_external_id'),
        invoice: text('invoice_external_id'),
        invoiceDate: Date.parse(text('date')),
        currency: text('currency'),
        externalId: text('external_id'),
        lineNumber: 0,
        position: 0,
        origin: { seq: Number(row[at.origin_seq]), row: row[at.origin_row] as number },
        type: text('type'),
        subscription: text('subscription_external_id'),
        plan: text('plan_external_id'),
        planName: text('plan_external_id'),
        interval: null,
        start: instant('service_period_start'),
        end: instant('service_period_end'),
        amount: BigInt(text('amount_in_cents')),
        tax: BigInt(text('tax_amount_in_cents') ?? 0),
        proration: prorationOf(row[at.prorated] === true, text('proration_type')),
        eventOrder: BigInt(text('event_order') ?? 0),
        cancelledAt: instant('cancelled_at'),
        dataSource: text('source'),
        excluded: text('excluded') as Line['excluded'],
        collection: row[at.collection] === 'manual' ? 'manual' : 'automatic',
      },
    });
  }
  end(lines, reversed);
  return [...lines.values()].sort(
    (a, b) => a.line.origin.seq - b.line.origin.seq || a.line.origin.row - b.line.origin.row,
  );
}

/** So many statements of plans are read whole, which costs less than finding the few that are meant. */
const PLANS_READ_MAX = 2_000;

/** A row as the query of lines would give it. */
function asRead(posted: BlockRow): Array<string | number | boolean | null> {
  const { source, row, seq, sign, originSeq, originRow } = posted;
  const { values } = row;
  const text = (name: string) => String(values[name] ?? '');
  const nullable = (name: string) => {
    const value = values[name] ?? null;
    return typeof value === 'bigint' ? String(value) : value;
  };
  const read: Record<(typeof LINE_COLUMNS)[number], string | number | boolean | null> = {
    seq: String(seq),
    sign,
    origin_seq: String(originSeq),
    origin_row: originRow,
    customer_hash: placeOf(source, text('customer_external_id')),
    source,
    customer_external_id: text('customer_external_id'),
    subscription_external_id: text('subscription_external_id'),
    invoice_external_id: text('invoice_external_id'),
    external_id: text('external_id'),
    plan_external_id: text('plan_external_id'),
    currency: text('currency'),
    type: text('type'),
    date: nullable('date'),
    service_period_start: nullable('service_period_start'),
    service_period_end: nullable('service_period_end'),
    amount_in_cents: text('amount_in_cents'),
    tax_amount_in_cents: nullable('tax_amount_in_cents'),
    prorated: nullable('prorated'),
    proration_type: text('proration_type'),
    event_order: nullable('event_order'),
    cancelled_at: nullable('cancelled_at'),
    excluded: text('excluded'),
    collection: row.attributes.collection_method ?? '',
  };
  return LINE_COLUMNS.map((column) => read[column]);
}

type PlanRow = [
  seq: string,
  sign: number,
  originSeq: string,
  originRow: number,
  source: string,
  externalId: string,
  count: string,
  unit: string,
];

/** All statements of plans, where they are few, by the turn in which this process posts a ledger: read again after entries that state plans. */
const plansRead = new WeakMap<object, { database: string; rows: readonly PlanRow[] }>();

/** To be called when entries that state or void plans were loaded. */
export function plansHaveChanged({ turn }: PostContext): void {
  if (turn) plansRead.delete(turn);
}

/** Every statement of the plans that the lines name (or of all plans), ascending by origin. */
export async function readPlans(context: PostContext, { where, last }: Reading): Promise<StoredPlan[]> {
  const rows = [...(await planRows(context, { where, last }))];
  // What states a plan before what reverses it.
  rows.sort((a, b) => Number(a[2]) - Number(b[2]) || a[3] - b[3] || b[1] - a[1]);
  const plans = new Map<string, StoredPlan>();
  for (const [stated, sign, originSeq, originRow, source, externalId, count, unit] of rows) {
    const seq = Number(stated);
    if (seq > last) continue;
    const key = `${originSeq}/${originRow}`;
    if (sign > 0) {
      const interval = planInterval({ interval_count: count, interval_unit: unit });
      plans.set(key, { source, externalId, from: seq, until: NEVER, interval });
    } else {
      const plan = plans.get(key);
      if (plan) plan.until = seq;
    }
  }
  return [...plans.values()];
}

async function planRows(context: PostContext, { where, last }: Reading): Promise<readonly PlanRow[]> {
  const { turn, database } = context;
  const known = turn && plansRead.get(turn);
  if (known?.database === database) return known.rows;
  const select =
    'SELECT seq, sign, origin_seq, origin_row, source, external_id, interval_count, interval_unit FROM plans';
  const rows = await compact<PlanRow>(context, `${select} LIMIT ${PLANS_READ_MAX + 1}`);
  if (rows.length <= PLANS_READ_MAX) {
    if (turn) plansRead.set(turn, { database, rows });
    return rows;
  }
  return compact<PlanRow>(
    context,
    `${select}
     WHERE key_hash IN (
       SELECT cityHash64(source, plan_external_id)
       FROM invoices
       WHERE ${where} AND seq <= ${last}
     )`,
  );
}

/** Cancellations that are stated apart from lines, ascending by origin. */
export async function readCancellations(context: PostContext, { where, last }: Reading): Promise<StoredCancellation[]> {
  type Row = [
    seq: string,
    sign: number,
    originSeq: string,
    originRow: number,
    hash: string,
    source: string,
    customer: string,
    subscription: string,
    cancelledAt: string,
    scheduledAt: string | null,
  ];
  const rows = await compact<Row>(
    context,
    `SELECT seq, sign, origin_seq, origin_row, customer_hash, source, customer_external_id, subscription_external_id, cancelled_at,
       scheduled_at
     FROM (SELECT *, cityHash64(source, customer_external_id) AS customer_hash FROM subscription_cancellations)
     WHERE ${where}`,
  );
  return spans(rows, last, (row, span) => ({
    ...span,
    customerHash: row[4],
    source: row[5],
    customer: row[6],
    subscription: row[7],
    cancelledAt: Date.parse(row[8]),
    scheduledAt: row[9] === null ? null : Date.parse(row[9]),
    origin: { seq: Number(row[2]), row: row[3] },
  }));
}

/** Successful payments and refunds of the customers' invoices. */
export async function readTransactions(context: PostContext, { where, last }: Reading): Promise<StoredTransaction[]> {
  type Row = [
    seq: string,
    sign: number,
    originSeq: string,
    originRow: number,
    source: string,
    invoice: string,
    type: string,
    date: string,
    amount: string | null,
  ];
  const rows = await compact<Row>(
    context,
    `SELECT seq, sign, origin_seq, origin_row, source, invoice_external_id, type, date, amount_in_cents
     FROM transactions
     WHERE result = 'successful'
       AND invoice_hash IN (SELECT cityHash64(source, invoice_external_id) FROM invoices WHERE ${where} AND seq <= ${last})`,
  );
  return spans(rows, last, (row, span) => ({
    ...span,
    invoice: invoiceKey(row[4], row[5]),
    type: row[6],
    at: Date.parse(row[7]),
    amount: row[8] === null ? null : BigInt(row[8]),
  }));
}

/** What was paid and paid back as of entry `seq`, by invoice. */
export function paymentsAsOf(transactions: readonly StoredTransaction[], seq: number): Map<string, InvoicePayments> {
  const current = transactions.filter((each) => isCurrent(each, seq));
  return new Map(
    [...Map.groupBy(current, ({ invoice }) => invoice)].map(([invoice, of]) => [
      invoice,
      {
        paid: of.some(({ type }) => type === 'payment'),
        refunds: of.filter(({ type }) => type === 'refund').map(({ at, amount }) => ({ at, amount })),
      },
    ]),
  );
}

/** Rows that state (sign 1) with their span, ascending by origin; rows begin with seq, sign, origin_seq, origin_row. */
export function spans<
  Row extends [seq: string, sign: number, originSeq: string, originRow: number, ...unknown[]],
  T extends Span,
>(rows: readonly Row[], last: number, toRecord: (row: Row, span: Span) => T): T[] {
  const found = new Map<string, T>();
  const reversed: Array<[key: string, seq: number]> = [];
  const inOrder = [...rows].sort((a, b) => Number(a[2]) - Number(b[2]) || a[3] - b[3]);
  for (const row of inOrder) {
    const seq = Number(row[0]);
    if (seq > last) continue;
    const key = `${row[2]}/${row[3]}`;
    if (row[1] < 0) reversed.push([key, seq]);
    else found.set(key, toRecord(row, { from: seq, until: NEVER }));
  }
  end(found, reversed);
  return [...found.values()];
}

function end(found: ReadonlyMap<string, Span>, reversed: ReadonlyArray<[key: string, seq: number]>): void {
  for (const [key, seq] of reversed) {
    const record = found.get(key);
    if (record) record.until = seq;
  }
}

function prorationOf(prorated: boolean, type: string): Line['proration'] {
  if (!prorated) return 'plain';
  return type === 'full' || type === 'differential_mrr' ? type : 'differential';
}

/** Rows as arrays: 64-bit integers as text, instants as ISO 8601. */
export async function compact<Row>(context: PostContext, query: string): Promise<Row[]> {
  const result = await context.engines.clickhouse.client(context.database).query({
    query,
    format: 'JSONCompact',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1, date_time_output_format: 'iso', max_threads: 1 },
  });
  return (await result.json<Row>()).data as unknown as Row[];
}
