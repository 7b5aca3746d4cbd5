/** Invoices, line items and transactions as the ledger has them and as this API shows them. */
import type { Json } from '../../journal/types.ts';
import { shown } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/index.ts';
import type { ApiContext, Call } from './context.ts';
import { ApiError, notFound } from './errors.ts';
import { type IdPrefix, invoiceId, lineId, partsOf, placeOf, planId, subscriptionId, transactionId } from './ids.ts';
import { externalIdOf, NO_LINES } from './invoiceFields.ts';
import { currentRecords, type LedgerRow } from './ledgerReads.ts';
import { fromLedger } from './times.ts';

export type LineRow = LedgerRow & {
  source: string;
  origin_seq: string;
  origin_row: number;
  customer_external_id: string;
  invoice_external_id: string;
  external_id: string;
  type: string;
  subscription_external_id: string;
  plan_external_id: string;
  currency: string;
  excluded: string;
  attributes: Record<string, string>;
};

export type TransactionRow = LedgerRow & {
  source: string;
  invoice_external_id: string;
  external_id: string;
  type: string;
  result: string;
  attributes: Record<string, string>;
};

export interface InvoiceRows {
  id: string;
  source: string;
  customer: string;
  name: string;
  /** At least one; the row without lines included. */
  lines: LineRow[];
  transactions: TransactionRow[];
}

/** Rows as they are before they reach the ledger, in the form in which the ledger gives them back. */
export function asLine(source: string, row: Record<string, Json>): LineRow {
  return { ...LINE_DEFAULTS, ...ledgerForm(row), source } as unknown as LineRow;
}

export function asTransaction(source: string, row: Record<string, Json>): TransactionRow {
  return { amount_in_cents: null, ...ledgerForm(row), source } as unknown as TransactionRow;
}

const LINE_DEFAULTS = {
  subscription_external_id: '',
  plan_external_id: '',
  discount_code: '',
  proration_type: '',
  description: '',
  excluded: '',
  due_date: null,
};

function ledgerForm(row: Record<string, Json>): LedgerRow {
  const attributes: Record<string, Json> = {};
  const values: LedgerRow = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    if (name.startsWith('attributes.')) attributes[name.slice('attributes.'.length)] = value;
    else values[name] = value;
  }
  return { ...values, attributes };
}

/** Invoices named in one query. */
const PLACES_NAMED_MAX = 2_000;

/** Groups lines into invoices, in the order in which the lines come, and gives each its transactions. */
export async function invoicesOf(read: ReadContext, lines: readonly LineRow[]): Promise<InvoiceRows[]> {
  if (lines.length === 0) return [];
  const key = (row: { source: string; invoice_external_id: string }) => `${row.source}\u0000${row.invoice_external_id}`;
  const groups = Map.groupBy(lines, (row) => `${key(row)}\u0000${row.customer_external_id}`);
  const places = [...new Set(lines.map((row) => placeOf(row.source, row.invoice_external_id)))];
  const transactions: TransactionRow[] = [];
  for (let i = 0; i < places.length; i += PLACES_NAMED_MAX) {
    const named = places.slice(i, i + PLACES_NAMED_MAX).join(', ');
    const where = `invoice_hash IN (${named})`;
    transactions.push(...(await currentRecords<TransactionRow>(read, 'transactions', { where })));
  }
  const byInvoice = Map.groupBy(transactions, key);
  return [...groups.values()].map((rows) => {
    const first = rows[0]!;
    const { source, customer_external_id: customer, invoice_external_id: name } = first;
    const id = invoiceId(source, customer, name);
    return { id, source, customer, name, lines: rows, transactions: byInvoice.get(key(first)) ?? [] };
  });
}

/** The invoice with the id as it is now; 404 when there is none. */
export async function findInvoice(context: ApiContext, call: Call, id: string): Promise<InvoiceRows> {
  const parts = partsOf('inv', id);
  if (!parts) throw noSuchId('inv', 'Invoice', id);
  const read = await context.read(call);
  const lines = await currentRecords<LineRow>(read, 'invoices', { where: `customer_hash = ${parts.place}` });
  const own = lines.filter(
    (row) => invoiceIdKept(row.source, row.customer_external_id, row.invoice_external_id) === id,
  );
  const [invoice] = await invoicesOf(read, own);
  if (!invoice) throw notFound('Invoice');
  return invoice;
}

/** What looks like no id at all is refused as such (422); one that names nothing is not found. */
function noSuchId(prefix: IdPrefix, title: string, id: string): ApiError {
  if (new RegExp(`^${prefix}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, 'i').test(id))
    return notFound(title, 'uuid', id);
  return new ApiError(422, 'Invalid UUID passed', [
    { param: 'uuid', code: 'invalid', message: 'Invalid UUID passed', value: shown(id) },
  ]);
}

/** A customer's lines come many to an invoice: its id is computed once in a row. */
let last: [string, string] = ['', ''];
function invoiceIdKept(source: string, customer: string, invoice: string): string {
  const key = `${source}\u0000${customer}\u0000${invoice}`;
  if (last[0] !== key) last = [key, invoiceId(source, customer, invoice)];
  return last[1];
}

/** The line with the id, and its invoice. */
export async function findLine(
  context: ApiContext,
  call: Call,
  id: string,
): Promise<{ invoice: InvoiceRows; line: LineRow }> {
  const parts = partsOf('li', id);
  if (!parts) throw noSuchId('li', 'Line item', id);
  const read = await context.read(call);
  const rows = await currentRecords<LineRow>(read, 'invoices', { where: `customer_hash = ${parts.place}` });
  const line = rows.find(
    (row) =>
      row.external_id !== NO_LINES &&
      lineId(row.source, row.customer_external_id, row.invoice_external_id, row.external_id) === id,
  );
  if (!line) throw notFound('Line item');
  const own = rows.filter((row) => row.source === line.source && row.invoice_external_id === line.invoice_external_id);
  return { invoice: (await invoicesOf(read, own))[0]!, line };
}

export async function findTransaction(context: ApiContext, call: Call, id: string): Promise<TransactionRow> {
  const parts = partsOf('tr', id);
  if (!parts) throw noSuchId('tr', 'Transaction', id);
  const rows = await currentRecords<TransactionRow>(await context.read(call), 'transactions', {
    where: `invoice_hash = ${parts.place}`,
  });
  const row = rows.find((each) => transactionId(each.source, each.invoice_external_id, each.external_id) === id);
  if (!row) throw notFound('Transaction');
  return row;
}

/** Id of the one record of the data source with the external id that the query names; 404 when there is none. */
export async function idByExternalId(
  context: ApiContext,
  call: Call,
  kind: 'invoice' | 'line' | 'transaction',
): Promise<string> {
  const { data_source_uuid: sourceId, external_id: externalId } = call.query;
  const titles = { invoice: 'Invoice', line: 'Line item', transaction: 'Transaction' };
  if (!sourceId || !externalId) {
    throw notFound(titles[kind], sourceId ? 'external_id' : 'data_source_uuid');
  }
  const source = await context.sources.get(call, sourceId);
  const [table, column] =
    kind === 'transaction'
      ? ['transactions', 'external_id']
      : ['invoices', kind === 'line' ? 'external_id' : 'invoice_external_id'];
  const [row] = await currentRecords<LineRow & TransactionRow>(await context.read(call), table!, {
    where: `source = {source:String} AND ${column} = {name:String}`,
    parameters: { source: source.name, name: externalId },
    limit: 1,
  });
  if (!row) throw notFound(titles[kind], 'external_id', externalId);
  if (kind === 'invoice') return invoiceId(row.source, row.customer_external_id, row.invoice_external_id);
  if (kind === 'line') {
    return lineId(row.source, row.customer_external_id, row.invoice_external_id, row.external_id);
  }
  return transactionId(row.source, row.invoice_external_id, row.external_id);
}

export function describeInvoice(
  invoice: InvoiceRows,
  options: { customerOf?: ((invoice: InvoiceRows) => string) | undefined; withState?: boolean } = {},
) {
  const first = invoice.lines[0]!;
  const { attributes } = first;
  const disabled = attributes.invoice_disabled_at !== undefined;
  const billed = billedBy(invoice);
  return {
    uuid: invoice.id,
    ...(options.customerOf && { customer_uuid: options.customerOf(invoice) }),
    external_id: invoice.name,
    date: instant(first.date),
    due_date: instant(first.due_date),
    currency: first.currency,
    ...(attributes.collection_method !== undefined && { collection_method: attributes.collection_method }),
    ...(attributes.invoice_status !== undefined && { status: attributes.invoice_status }),
    line_items: invoice.lines.filter((row) => row.external_id !== NO_LINES).map((row) => describeLine(row)),
    transactions: invoice.transactions.map((row) => describeTransaction(row, billed)),
    errors: Object.assign({}, ...invoice.lines.map(lineErrors)),
    ...(options.withState && {
      disabled,
      disabled_at: attributes.invoice_disabled_at ?? null,
      disabled_by: attributes.invoice_disabled_by ?? null,
    }),
  };
}

export function describeLine(row: LineRow, withState = true): Record<string, Json> {
  const { source, customer_external_id: customer, attributes } = row;
  const recurring = row.type !== 'one_time';
  const text = (value: Json | undefined) => (value === '' || value === undefined ? null : value);
  const whole = (value: Json | undefined) => (value === null || value === undefined ? null : Number(value));
  const subscription: Record<string, Json> = recurring
    ? {
        subscription_external_id: row.subscription_external_id,
        subscription_uuid: subscriptionId(source, customer, row.subscription_external_id),
        subscription_set_external_id: attributes.subscription_set_external_id ?? null,
        service_period_start: instant(row.service_period_start),
        service_period_end: instant(row.service_period_end),
        prorated: row.prorated === true,
        proration_type: text(row.proration_type) ?? (row.prorated === true ? 'differential' : null),
      }
    : { description: text(row.description) };
  return {
    uuid: lineId(source, customer, row.invoice_external_id, row.external_id),
    external_id: externalIdOf(row.external_id),
    type: row.type,
    ...subscription,
    plan_uuid: row.plan_external_id === '' ? null : planId(source, row.plan_external_id),
    amount_in_cents: Number(row.amount_in_cents),
    quantity: whole(row.quantity) ?? 1,
    discount_code: row.discount_code ?? '',
    discount_amount_in_cents: whole(row.discount_amount_in_cents) ?? 0,
    discount_description: attributes.discount_description ?? null,
    tax_amount_in_cents: whole(row.tax_amount_in_cents) ?? 0,
    transaction_fees_in_cents: whole(attributes.transaction_fees_in_cents) ?? 0,
    transaction_fees_currency: attributes.transaction_fees_currency ?? null,
    account_code: attributes.account_code ?? '',
    event_order: whole(row.event_order),
    balance_transfer: attributes.balance_transfer === undefined ? null : attributes.balance_transfer === 'true',
    ...(withState && { ...stateOf(attributes), errors: lineErrors(row) }),
  };
}

/** What keeps a line out of every figure; it came by file or through another API, and is kept. */
export function lineErrors(row: LineRow): Record<string, Json> {
  if (row.type === 'one_time') return {};
  const errors: Record<string, Json> = {};
  const [start, end] = [instant(row.service_period_start), instant(row.service_period_end)];
  if (start === null) errors.service_period_start = ['is missing'];
  if (end === null) errors.service_period_end = ['is missing'];
  if (start !== null && end !== null && end <= start)
    errors.service_period_end = ['must be after service_period_start'];
  if (row.type === 'subscription' && row.plan_external_id === '') errors.plan_uuid = ['is missing'];
  return errors;
}

/** The same in SQL. */
export const LINE_IS_INVALID = `(
  type IN ('subscription', 'trial')
  AND (
    service_period_start IS NULL
    OR service_period_end IS NULL
    OR service_period_end <= service_period_start
    OR (type = 'subscription' AND plan_external_id = '')
  )
)`;

/** What the lines of the invoice add up to. */
export function billedBy(invoice: InvoiceRows): bigint {
  return invoice.lines.reduce((sum, line) => sum + BigInt(String(line.amount_in_cents)), 0n);
}

/** `billed`: with it, a transaction of more than that is flagged in its `errors`. It counts all the same. */
export function describeTransaction(row: TransactionRow, billed?: bigint): Record<string, Json> {
  return {
    uuid: transactionId(row.source, row.invoice_external_id, row.external_id),
    external_id: externalIdOf(row.external_id),
    type: row.type,
    date: instant(row.date),
    result: row.result,
    amount_in_cents: row.amount_in_cents === null ? null : Number(row.amount_in_cents),
    transaction_fees_in_cents:
      row.attributes.transaction_fees_in_cents === undefined ? null : Number(row.attributes.transaction_fees_in_cents),
    transaction_fees_currency: row.attributes.transaction_fees_currency ?? null,
    ...stateOf(row.attributes),
    errors: billed === undefined ? {} : exceeding(row, billed),
  };
}

function exceeding({ amount_in_cents: amount }: TransactionRow, billed: bigint): Record<string, Json> {
  if (amount === null || amount === undefined || BigInt(String(amount)) <= billed) return {};
  return { amount_in_cents: [`is more than the ${billed} that its invoice amounts to`] };
}

function stateOf(attributes: Record<string, string>): Record<string, Json> {
  const at = attributes.disabled_at;
  return {
    errors: {},
    disabled: at !== undefined,
    disabled_at: at ?? null,
    disabled_by: attributes.disabled_by ?? null,
  };
}

/** An instant of the ledger or of a row to be stated. */
function instant(value: Json | undefined): string | null {
  const text = typeof value === 'string' ? value : null;
  return text?.endsWith('Z') ? text : fromLedger(text);
}
