/** Items of imports by JSON as entries: one section at a time. What is wrong with one item does not keep out the others. */
import type { Json } from '../../journal/types.ts';
import { customers, invoices, plans, transactions } from '../streams.ts';
import type { ApiContext, Call } from './context.ts';
import { LEAD_STATUSES } from './customerRows.ts';
import { answerOf, refused } from './errors.ts';
import { Fields, isObject, type JsonObject } from './fields.ts';
import { NAMELESS, NO_LINES, readInvoice, readLine, readTransaction, rowWithoutLines } from './invoiceFields.ts';
import type { LineRow } from './invoiceRows.ts';
import { currentRecords, inTexts } from './ledgerReads.ts';
import { readRow } from './routes/customers.ts';
import { readEvent, stateEvent } from './routes/subscriptionEvents.ts';
import type { DataSource } from './sources.ts';
import type { CombinedPayload } from './voiding.ts';
import { type EntryInput, postEntry, type Row, valuesOf } from './writes.ts';

/** In this order: what others speak of comes before them. */
export const SECTIONS = [
  'customers',
  'plans',
  'invoices',
  'line_items',
  'transactions',
  'subscription_events',
] as const;
export type Section = (typeof SECTIONS)[number];

/** Names in one query. */
const NAMES_MAX = 1_000;

export interface SectionOf {
  /** Id of the import: with the item's place it names lines and payments that have no external id, so that a second try states them again. */
  importId: string;
  source: DataSource;
  section: Section;
  items: readonly Json[];
}

/** Entries of the good items of a section (rows of one stream are one entry), and each item's outcome by its external id. */
export async function readSection(
  context: ApiContext,
  call: Call,
  of: SectionOf,
): Promise<{ entries: EntryInput[]; outcome: JsonObject }> {
  const outcome: JsonObject = {};
  const entries: EntryInput[] = [];
  const { headers, empty } =
    of.section === 'line_items' ? await headersOf(context, call, of) : { headers: new Map<string, Row>(), empty: [] };
  for (const [i, item] of of.items.entries()) {
    const name = isObject(item) && typeof item.external_id === 'string' ? item.external_id : `${of.section}[${i}]`;
    try {
      const entry = await entryOf(context, call, of, item, `${of.importId}:${of.section}:${i}`, headers);
      if (entry) entries.push(entry);
      outcome[name] = { status: 'imported' };
    } catch (error) {
      const { status, body } = answerOf(error);
      if (status >= 500) throw error;
      outcome[name] = { status: 'failed', errors: body.errors as Json };
    }
  }
  const joined = together(entries);
  const stated = joined[0]?.payload as unknown as CombinedPayload | undefined;
  const filled = empty.filter((name) => stated?.rows?.some((row) => row.invoice_external_id === name));
  if (stated && filled.length > 0) {
    // The row that stood for an invoice without lines goes.
    const matches = filled.map((name) => ({ invoice_external_id: name, external_id: NO_LINES }));
    stated.voids = [{ stream: 'invoices', matches }];
  }
  return { entries: joined, outcome };
}

function together(entries: readonly EntryInput[]): EntryInput[] {
  type Payload = { stream: string; source: string; rows: Row[] };
  return [...Map.groupBy(entries, ({ payload }) => (payload as Payload).stream).values()].map((group) => {
    const first = group[0]!;
    const rows = group.flatMap(({ payload }) => (payload as Payload).rows);
    return { kind: first.kind, payload: { ...(first.payload as Payload), rows } };
  });
}

/** What lines repeat of the invoices that the section names, and which of these have no lines. */
async function headersOf(
  context: ApiContext,
  call: Call,
  { source, items }: SectionOf,
): Promise<{ headers: Map<string, Row>; empty: string[] }> {
  const names = [
    ...new Set(
      items.flatMap((item) =>
        isObject(item) && typeof item.invoice_external_id === 'string' ? item.invoice_external_id : [],
      ),
    ),
  ];
  const headers = new Map<string, Row>();
  const empty: string[] = [];
  const read = await context.read(call);
  for (let i = 0; i < names.length; i += NAMES_MAX) {
    const rows = await currentRecords<LineRow>(read, 'invoices', {
      where: `source = {source:String} AND invoice_external_id IN (${inTexts(names.slice(i, i + NAMES_MAX))})`,
      parameters: { source: source.name },
    });
    for (const row of rows) {
      if (row.external_id === NO_LINES) empty.push(row.invoice_external_id);
      if (headers.has(row.invoice_external_id)) continue;
      const { customer_external_id, date, due_date, currency } = valuesOf(invoices, row);
      const header = { invoice_external_id: row.invoice_external_id, customer_external_id, date, due_date, currency };
      headers.set(row.invoice_external_id, header as Row);
    }
  }
  return { headers, empty };
}

async function entryOf(
  context: ApiContext,
  call: Call,
  { source, section }: SectionOf,
  item: Json,
  place: string,
  headers: ReadonlyMap<string, Row>,
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
    const lines: Row[] = [];
    for (const [i, each] of fields.each('line_items').entries()) {
      lines.push(named(await readLine(context, call, each, source.name, true), `${place}:${i}`));
    }
    fields.check();
    const rows = lines.map((line) => ({ ...header, customer_external_id: customer, ...line }));
    return postEntry(invoices, source.name, rows.length === 0 ? [rowWithoutLines(header, owner)] : rows);
  }
  const invoice = fields.text('invoice_external_id', { required: true });
  if (section === 'transactions') {
    const row = { invoice_external_id: invoice, ...named(readTransaction(fields, true), place) };
    fields.check();
    return postEntry(transactions, source.name, [row]);
  }
  const line = named(await readLine(context, call, fields, source.name, true), place);
  fields.check();
  const header = headers.get(invoice!);
  if (!header) throw refused('invoice_external_id', `Invoice not found: ${invoice}`, 'not_found', invoice!);
  return postEntry(invoices, source.name, [{ ...header, ...line }]);
}

/** A line or payment without an external id is named by its place in the import. */
const named = (row: Row, place: string): Row =>
  String(row.external_id).startsWith(NAMELESS) ? { ...row, external_id: `${NAMELESS}${place}` } : row;
