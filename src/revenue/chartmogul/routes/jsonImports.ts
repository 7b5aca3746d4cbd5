/**
 * Imports by JSON: arrays of customers, plans, invoices, line items, transactions and subscription events under one external id. Items are
 * stated one section after the other; an item with a known external id takes the place of the one before. What became of each item
 * stands in status_details.
 */
import type { Json } from '../../../journal/types.ts';
import type { StatedObject } from '../../stated/store.ts';
import { customers, invoices, plans, transactions } from '../../streams.ts';
import { type ApiContext, type Call, changing, type Route } from '../context.ts';
import { LEAD_STATUSES } from '../customerRows.ts';
import { answerOf, notFound, refused } from '../errors.ts';
import { Fields, isObject, type JsonObject } from '../fields.ts';
import { newId } from '../ids.ts';
import { readInvoice, readLine, readTransaction, rowWithoutLines } from '../invoiceFields.ts';
import type { LineRow } from '../invoiceRows.ts';
import { currentRecords } from '../ledgerReads.ts';
import type { DataSource } from '../sources.ts';
import { type EntryInput, postEntry, type Row, valuesOf } from '../writes.ts';
import { readRow } from './customers.ts';
import { readEvent, stateEvent } from './subscriptionEvents.ts';

const SECTIONS = ['customers', 'plans', 'invoices', 'line_items', 'transactions', 'subscription_events'] as const;
type Section = (typeof SECTIONS)[number];
export const ITEMS_MAX = 20_000;
const KIND = 'json_import';

export function jsonImportRoutes(route: Route, context: ApiContext): void {
  route('POST', '/data_sources/:ds/json_imports', 201, async (call) => {
    const source = await context.sources.get(call, call.params.ds!);
    const fields = new Fields(call.body);
    const externalId = fields.text('external_id', { required: true });
    const items = SECTIONS.flatMap((section) =>
      fields.list(section, { max: ITEMS_MAX }).map((item, i) => ({ section, item, i })),
    );
    fields.check();
    if (items.length === 0) throw refused('customers', `Give at least one of ${SECTIONS.join(', ')}`);
    const details: Record<string, JsonObject> = {};
    for (const section of SECTIONS) {
      const own = items.filter((each) => each.section === section);
      if (own.length > 0)
        details[section] = await importSection(
          context,
          call,
          source,
          section,
          own.map(({ item }) => item),
        );
    }
    const id = newId();
    const created = await changing(
      context.stated.create(call.account.id, call.actor, KIND, id, {
        data_source_uuid: source.id,
        external_id: externalId,
        status: 'completed',
        status_details: details,
      }),
      () => notFound('Import'),
    );
    return describe(created);
  });

  route('GET', '/data_sources/:ds/json_imports/:id', 200, async (call) => {
    const source = await context.sources.get(call, call.params.ds!);
    const byId = await context.stated.get(call.account.id, KIND, call.params.id!);
    const where = { external_id: call.params.id!, data_source_uuid: source.id };
    const found = byId ?? (await context.stated.list(call.account.id, KIND, { where, limit: 1 }))[0];
    if (!found || found.body.data_source_uuid !== source.id) throw notFound('Import', 'id', call.params.id);
    return describe(found);
  });
}

/** States the good items of a section as one entry; gives each item's outcome by its external id. */
async function importSection(
  context: ApiContext,
  call: Call,
  source: DataSource,
  section: Section,
  items: readonly Json[],
): Promise<JsonObject> {
  const outcome: JsonObject = {};
  const entries: EntryInput[] = [];
  for (const [i, item] of items.entries()) {
    const name = isObject(item) && typeof item.external_id === 'string' ? item.external_id : `${section}[${i}]`;
    try {
      const entry = await entryOf(context, call, source, section, item);
      if (entry) entries.push(entry);
      outcome[name] = { status: 'imported' };
    } catch (error) {
      const { status, body } = answerOf(error);
      if (status >= 500) throw error;
      outcome[name] = { status: 'failed', errors: body.errors as Json };
    }
  }
  for (const entry of together(entries)) await context.state(call, entry);
  return outcome;
}

/** Rows of one stream become one entry. */
function together(entries: readonly EntryInput[]): EntryInput[] {
  type Payload = { stream: string; source: string; rows: Row[] };
  return [...Map.groupBy(entries, ({ payload }) => (payload as Payload).stream).values()].map((group) => {
    const first = group[0]!;
    const rows = group.flatMap(({ payload }) => (payload as Payload).rows);
    return { kind: first.kind, payload: { ...(first.payload as Payload), rows } };
  });
}

async function entryOf(
  context: ApiContext,
  call: Call,
  source: DataSource,
  section: Section,
  item: Json,
): Promise<EntryInput | null> {
  const fields = new Fields(item);
  if (section === 'subscription_events') {
    const event = new Fields({ ...(isObject(item) ? item : {}), data_source_uuid: source.id });
    const values = readEvent(event, true);
    event.check();
    await stateEvent(context, call, values);
    return null;
  }
  if (section === 'customers') {
    const row = { external_id: fields.text('external_id', { required: true }), ...readRow(fields, LEAD_STATUSES) };
    fields.check();
    return postEntry(customers, source.name, [row]);
  }
  if (section === 'plans') {
    const row = {
      external_id: fields.text('external_id', { required: true }),
      name: fields.text('name', { required: true }),
      interval_count: fields.integer('interval_count', { required: true, min: 1 }),
      interval_unit: fields.oneOf('interval_unit', ['day', 'month', 'year'], { required: true }),
    };
    fields.check();
    return postEntry(plans, source.name, [row]);
  }
  if (section === 'invoices') {
    const customer = fields.text('customer_external_id', { required: true });
    const header = readInvoice(fields, true);
    fields.check();
    const owner = { source: source.name, externalId: customer! };
    const lines = await linesIn(context, call, fields, source.name);
    const rows = lines.map((line) => ({ ...header, customer_external_id: customer, ...line }));
    return postEntry(invoices, source.name, rows.length === 0 ? [rowWithoutLines(header, owner)] : rows);
  }
  const invoice = fields.text('invoice_external_id', { required: true });
  if (section === 'transactions') {
    const row = { invoice_external_id: invoice, ...readTransaction(fields, true) };
    fields.check();
    return postEntry(transactions, source.name, [row]);
  }
  const line = await readLine(context, call, fields, source.name, true);
  fields.check();
  const [there] = await currentRecords<LineRow>(await context.read(call), 'invoices', {
    where: 'source = {source:String} AND invoice_external_id = {name:String}',
    parameters: { source: source.name, name: invoice },
    limit: 1,
  });
  if (!there) throw refused('invoice_external_id', `Invoice not found: ${invoice}`, 'not_found');
  const { customer_external_id, date, due_date, currency } = valuesOf(invoices, there);
  const header = { invoice_external_id: invoice, customer_external_id, date, due_date, currency } as Row;
  return postEntry(invoices, source.name, [{ ...header, ...line }]);
}

async function linesIn(context: ApiContext, call: Call, fields: Fields, source: string): Promise<Row[]> {
  const lines: Row[] = [];
  for (const each of fields.each('line_items')) lines.push(await readLine(context, call, each, source, true));
  fields.check();
  return lines;
}

function describe({ id, body, createdAt, updatedAt }: StatedObject) {
  return {
    id,
    data_source_uuid: body.data_source_uuid ?? null,
    status: body.status ?? 'queued',
    external_id: body.external_id ?? null,
    status_details: body.status_details ?? {},
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
