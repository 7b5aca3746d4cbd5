/** Invoices, line items and transactions as requests bring them, read into rows of the ledger's streams. */
import { randomUUID } from 'node:crypto';
import type { ApiContext, Call } from './context.ts';
import type { Fields } from './fields.ts';
import type { Reference } from './references.ts';
import type { Row } from './writes.ts';

export const INVOICES_MAX = 1_000;
export const LINES_MAX = 10_000;

/** Begins the keys of lines and transactions that have no external id of their own. */
export const NAMELESS = '~';
/** Key of the row that stands for an invoice without lines. */
export const NO_LINES = '~none';

export const namelessKey = (): string => `${NAMELESS}${randomUUID()}`;
/** The external id that a client gave, or null. */
export const externalIdOf = (key: string): string | null => (key.startsWith(NAMELESS) ? null : key);

const LINE_TYPES = ['subscription', 'one_time', 'trial'];
const PRORATION_TYPES = ['differential', 'differential_mrr', 'full'];
/** Fields of a line that no figure depends on are kept among its attributes. */
const TEXT_ATTRIBUTES = ['subscription_set_external_id', 'discount_description'] as const;

/** Columns of the invoice itself that the body has: they stand on each of its lines. */
export function readInvoice(fields: Fields, creating: boolean): Row {
  const row: Row = {};
  const required = { required: true };
  if (creating || fields.has('external_id')) row.invoice_external_id = fields.text('external_id', required);
  if (creating || fields.has('date')) row.date = fields.time('date', required);
  if (creating || fields.has('currency')) row.currency = fields.currency('currency', required);
  if (fields.has('due_date')) row.due_date = fields.time('due_date');
  if (fields.has('collection_method')) {
    row['attributes.collection_method'] = fields.oneOf('collection_method', ['automatic', 'manual']);
  }
  return row;
}

/** Columns of a line item that the body has; on creation the required ones must be there. */
export async function readLine(
  context: ApiContext,
  call: Call,
  fields: Fields,
  source: string,
  creating: boolean,
  known: { type?: string } = {},
): Promise<Row> {
  const row: Row = {};
  const has = (name: string) => fields.has(name);
  if (fields.raw('external_id') === NO_LINES) fields.wrong('external_id', 'is reserved');
  if (creating) row.external_id = fields.text('external_id') || namelessKey();
  else if (has('external_id')) row.external_id = fields.text('external_id') || namelessKey();
  if (creating || has('type')) row.type = fields.oneOf('type', LINE_TYPES, { required: true });
  const type = row.type ?? known.type;
  const recurring = type === 'subscription' || type === 'trial';
  if (creating || has('amount_in_cents')) row.amount_in_cents = fields.integer('amount_in_cents', { required: true });
  if (type === 'trial' && typeof row.amount_in_cents === 'number' && row.amount_in_cents !== 0) {
    fields.wrong('amount_in_cents', 'of a trial must be 0');
  }
  if ((creating && recurring) || has('subscription_external_id')) {
    row.subscription_external_id = fields.text('subscription_external_id', { required: recurring });
  }
  if ((creating && recurring) || has('service_period_start')) {
    row.service_period_start = fields.time('service_period_start', { required: recurring });
  }
  if ((creating && recurring) || has('service_period_end')) {
    row.service_period_end = fields.time('service_period_end', { required: recurring });
  }
  checkPeriod(fields, row);
  if (has('plan_external_id') && !has('plan_uuid')) {
    row.plan_external_id = fields.text('plan_external_id', { required: creating && recurring });
  } else if ((creating && recurring) || has('plan_uuid')) {
    row.plan_external_id = await planOf(context, call, fields, source, recurring);
  }
  if (has('cancelled_at')) row.cancelled_at = fields.time('cancelled_at');
  if (creating || has('quantity')) row.quantity = fields.integer('quantity') ?? 1;
  if (has('prorated')) row.prorated = fields.boolean('prorated');
  if (has('proration_type')) row.proration_type = fields.oneOf('proration_type', PRORATION_TYPES) ?? '';
  if (has('discount_code')) row.discount_code = fields.text('discount_code');
  if (has('discount_amount_in_cents')) row.discount_amount_in_cents = fields.integer('discount_amount_in_cents');
  if (has('tax_amount_in_cents')) row.tax_amount_in_cents = fields.integer('tax_amount_in_cents');
  if (has('event_order')) row.event_order = fields.integer('event_order');
  if (has('description')) row.description = fields.text('description', { charactersMax: 2000 });
  for (const name of TEXT_ATTRIBUTES) if (has(name)) row[`attributes.${name}`] = fields.text(name) || null;
  if (has('account_code')) row['attributes.account_code'] = fields.text('account_code', { charactersMax: 30 }) || null;
  if (has('balance_transfer')) {
    const value = fields.boolean('balance_transfer');
    row['attributes.balance_transfer'] = value === null ? null : String(value);
  }
  readFees(fields, row);
  return row;
}

function checkPeriod(fields: Fields, row: Row): void {
  const { service_period_start: start, service_period_end: end } = row;
  if (typeof start === 'string' && typeof end === 'string' && end <= start) {
    fields.wrong('service_period_end', 'must be after service_period_start');
  }
}

function readFees(fields: Fields, row: Row): void {
  if (fields.has('transaction_fees_in_cents')) {
    const fees = fields.integer('transaction_fees_in_cents');
    row['attributes.transaction_fees_in_cents'] = fees === null ? null : String(fees);
  }
  if (fields.has('transaction_fees_currency')) {
    row['attributes.transaction_fees_currency'] = fields.currency('transaction_fees_currency');
  }
}

/** External id of the plan that plan_uuid means; null when there is none and none is needed. */
async function planOf(
  context: ApiContext,
  call: Call,
  fields: Fields,
  source: string,
  required: boolean,
): Promise<string | null> {
  const id = fields.text('plan_uuid', { required });
  if (id === null || id === '') return null;
  const plan = await context.references.plan(call, id);
  if (plan?.source === source) return plan.externalId;
  fields.wrong('plan_uuid', plan ? 'is a plan of another data source' : `=Plan not found: ${id}`, 'not_found');
  return null;
}

/** Columns of a transaction that the body has. */
export function readTransaction(fields: Fields, creating: boolean): Row {
  const row: Row = {};
  const required = { required: true };
  if (creating || fields.has('external_id')) row.external_id = fields.text('external_id') || namelessKey();
  if (creating || fields.has('type')) row.type = fields.oneOf('type', ['payment', 'refund'], required);
  if (creating || fields.has('date')) row.date = fields.time('date', required);
  if (creating || fields.has('result')) row.result = fields.oneOf('result', ['successful', 'failed'], required);
  if (fields.has('amount_in_cents')) row.amount_in_cents = fields.integer('amount_in_cents', { min: 0 });
  readFees(fields, row);
  return row;
}

/** The row that stands for an invoice without lines: it amounts to nothing and is not shown. */
export function rowWithoutLines(invoice: Row, customer: Reference): Row {
  return {
    ...invoice,
    customer_external_id: customer.externalId,
    external_id: NO_LINES,
    type: 'one_time',
    amount_in_cents: 0,
  };
}
