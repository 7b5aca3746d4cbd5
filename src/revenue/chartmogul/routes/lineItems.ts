/** Line items. */
import type { Json } from '../../../journal/types.ts';
import { invoices } from '../../streams.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { Fields } from '../fields.ts';
import { externalIdOf, NO_LINES, readLine, rowWithoutLines } from '../invoiceFields.ts';
import {
  asLine,
  describeLine,
  findInvoice,
  findLine,
  type InvoiceRows,
  idByExternalId,
  type LineRow,
} from '../invoiceRows.ts';
import type { CombinedPayload } from '../voiding.ts';
import { claim, patchEntry, postEntry, type Row, valuesOf, voidEntry } from '../writes.ts';
import { stateClaimed } from './invoices.ts';

/** What every line repeats of its invoice. */
const HEADER = ['invoice_external_id', 'customer_external_id', 'date', 'due_date', 'currency'];
const HEADER_ATTRIBUTES = /^attributes\.(collection_method|invoice_)/;

export function lineItemRoutes(route: Route, context: ApiContext): void {
  route('POST', '/import/invoices/:uuid/line_items', 201, (call) => createLine(context, call));

  route('GET', '/line_items', 200, async (call) => {
    const { line } = await findLine(context, call, await idByExternalId(context, call, 'line'));
    return { line_items: [describeLine(line)] };
  });
  route('GET', '/line_items/:uuid', 200, async (call) => {
    return describeLine((await findLine(context, call, call.params.uuid!)).line);
  });
  for (const [path, idOf] of [
    ['/line_items/:uuid', async (call: Call) => call.params.uuid!],
    ['/line_items', (call: Call) => idByExternalId(context, call, 'line')],
  ] as const) {
    route('PATCH', path, 200, async (call) => changeLine(context, call, await idOf(call)));
    route('DELETE', path, 204, async (call) => removeLine(context, call, await idOf(call)));
    route('PATCH', `${path}/disabled_state`, 200, async (call) => {
      const fields = new Fields(call.body);
      const disabled = fields.boolean('disabled', { required: true })!;
      fields.check();
      const { invoice, line } = await findLine(context, call, await idOf(call));
      const set: Record<string, Json> = {
        excluded: disabled ? 'disabled' : invoiceExclusion(line),
        'attributes.disabled_at': disabled ? new Date().toISOString() : null,
        'attributes.disabled_by': disabled ? call.actor : null,
      };
      await patchLine(context, call, invoice, line, set);
      return describeLine(asLine(line.source, { ...valuesOf(invoices, line), ...set }));
    });
  }
}

/** Why the line would not count if it were not disabled itself. */
function invoiceExclusion({ attributes }: LineRow): string {
  return attributes.invoice_disabled_at === undefined ? (attributes.invoice_status ?? '') : 'disabled';
}

const keyOf = (line: LineRow) => ({
  invoice_external_id: line.invoice_external_id,
  external_id: line.external_id,
});

async function createLine(context: ApiContext, call: Call) {
  const invoice = await findInvoice(context, call, call.params.uuid!);
  const fields = new Fields(call.body);
  const read = await readLine(context, call, fields, invoice.source, true);
  fields.check();
  const row: Row = { ...headerOf(invoice.lines[0]!), excluded: invoiceExclusion(invoice.lines[0]!), ...read };
  const entry = postEntry(invoices, invoice.source, [row]);
  if (invoice.lines.some((line) => line.external_id === NO_LINES)) {
    const none = { invoice_external_id: invoice.name, external_id: NO_LINES };
    (entry.payload as unknown as CombinedPayload).voids = [{ stream: 'invoices', matches: [none] }];
  }
  const name = externalIdOf(String(row.external_id));
  const exists = async () => invoice.lines.some((line) => line.external_id === name);
  const claims = name === null ? [] : [claim('line', invoice.source, name)];
  await stateClaimed(context, call, { entry, claims, exists });
  return { ...describeLine(asLine(invoice.source, row)), invoice_uuid: invoice.id };
}

function headerOf(line: LineRow): Row {
  return Object.fromEntries(
    Object.entries(valuesOf(invoices, line)).filter(([name]) => HEADER.includes(name) || HEADER_ATTRIBUTES.test(name)),
  );
}

async function changeLine(context: ApiContext, call: Call, id: string) {
  const { invoice, line } = await findLine(context, call, id);
  const fields = new Fields(call.body);
  const set = await readLine(context, call, fields, line.source, false, { type: line.type });
  checkWhole(fields, line, set);
  fields.check();
  const renamed = typeof set.external_id === 'string' && set.external_id !== line.external_id;
  if (renamed) await renameLine(context, call, line, set);
  else if (Object.keys(set).length > 0) await patchLine(context, call, invoice, line, set);
  return describeLine(asLine(line.source, { ...valuesOf(invoices, line), ...set }));
}

/** A changed bound of the service period must fit the other one. */
function checkWhole(fields: Fields, line: LineRow, set: Row): void {
  const values = { ...valuesOf(invoices, line), ...set };
  const [start, end] = [values.service_period_start, values.service_period_end];
  const changed = set.service_period_start !== undefined || set.service_period_end !== undefined;
  if (changed && typeof start === 'string' && typeof end === 'string' && end <= start) {
    fields.wrong('service_period_end', 'must be after service_period_start');
  }
  if (values.type === 'trial' && Number(values.amount_in_cents) !== 0) {
    fields.wrong('amount_in_cents', 'of a trial must be 0');
  }
}

async function patchLine(context: ApiContext, call: Call, _invoice: InvoiceRows, line: LineRow, set: Row) {
  await context.state(call, patchEntry(invoices, line.source, [{ match: keyOf(line), set }], [line]));
}

async function renameLine(context: ApiContext, call: Call, line: LineRow, set: Row): Promise<void> {
  const entry = postEntry(invoices, line.source, [{ ...valuesOf(invoices, line), ...set }]);
  (entry.payload as unknown as CombinedPayload).voids = [{ stream: 'invoices', matches: [keyOf(line)] }];
  const name = externalIdOf(String(set.external_id));
  const claims = name === null ? [] : [claim('line', line.source, name)];
  await stateClaimed(context, call, { entry, claims, exists: async () => false });
  await context.releaseQuietly(call, [claim('line', line.source, line.external_id)]);
}

async function removeLine(context: ApiContext, call: Call, id: string): Promise<void> {
  const { invoice, line } = await findLine(context, call, id);
  const voids = [{ stream: 'invoices', matches: [keyOf(line)] }];
  const releases = [claim('line', line.source, line.external_id)];
  if (invoice.lines.length > 1) {
    await context.state(call, { ...voidEntry(line.source, voids), releases });
    return;
  }
  // The invoice stays, without lines.
  const owner = { source: invoice.source, externalId: invoice.customer };
  const entry = postEntry(invoices, line.source, [rowWithoutLines(headerOf(line), owner)]);
  (entry.payload as unknown as CombinedPayload).voids = voids;
  await context.state(call, { ...entry, releases });
}
