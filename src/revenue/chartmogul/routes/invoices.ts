/** Invoices. */
import type { Json } from '../../../journal/types.ts';
import { type PatchPayload, type ReadContext, type SqlParameters, select } from '../../../ledger/index.ts';
import { invoices, transactions } from '../../streams.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { customerRow } from '../customerRows.ts';
import { withEditHistories } from '../editHistories.ts';
import { badParameter, notFound, refused } from '../errors.ts';
import { Fields } from '../fields.ts';
import { invoiceId as invoiceIdOf, placeOf } from '../ids.ts';
import {
  externalIdOf,
  INVOICES_MAX,
  LINES_MAX,
  readInvoice,
  readLine,
  readTransaction,
  rowWithoutLines,
} from '../invoiceFields.ts';
import {
  asLine,
  asTransaction,
  describeInvoice,
  findInvoice,
  type InvoiceRows,
  idByExternalId,
  invoicesOf,
  LINE_IS_INVALID,
  type LineRow,
} from '../invoiceRows.ts';
import { currentCondition, currentRecords, inTexts } from '../ledgerReads.ts';
import { numberPart, pageOf, pageRequest } from '../pages.ts';
import type { Reference } from '../references.ts';
import type { CombinedPayload } from '../voiding.ts';
import { claim, type EntryInput, patchEntry, postEntry, type Row, valuesOf, voidEntry } from '../writes.ts';

const MESSAGES: Record<string, string> = {
  invoice: 'The external ID for this invoice already exists in our system.',
  line: 'The external ID for this line item already exists in our system.',
  transaction: 'has already been taken',
};

export function invoiceRoutes(route: Route, context: ApiContext): void {
  route('POST', '/import/customers/:uuid/invoices', 201, (call) => importInvoices(context, call));
  route('GET', '/import/customers/:uuid/invoices', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const page = await invoicePage(context, call, { customer: { source: row.source, externalId: row.external_id } });
    return { customer_uuid: call.params.uuid, ...page };
  });
  route('GET', '/invoices', 200, async (call) => {
    const { customer_uuid: id } = call.query;
    if (id === undefined || id === '') return invoicePage(context, call, { withCustomer: true });
    const customer = await context.references.customer(call, id);
    if (!customer) throw notFound('Customer', 'customer_uuid', id);
    return { customer_uuid: id, ...(await invoicePage(context, call, { customer, withCustomer: true })) };
  });

  const shown = (invoice: InvoiceRows) => describeInvoice(invoice, { withCustomer: true, withState: true });
  const byId = async (call: Call) => call.params.uuid!;
  const byExternalId = (call: Call) => idByExternalId(context, call, 'invoice');
  route('GET', '/invoices/:uuid', 200, async (call) => {
    const invoice = await findInvoice(context, call, call.params.uuid!);
    if (call.query.include_edit_histories !== 'true') return shown(invoice);
    return (await withEditHistories(await context.read(call), [invoice], shown))[0];
  });
  for (const [path, idOf] of [
    ['/invoices/:uuid', byId],
    ['/invoices', byExternalId],
  ] as const) {
    route('PATCH', path, 200, async (call) => shown(await changeInvoice(context, call, await idOf(call))));
    route('DELETE', path, 204, async (call) => removeInvoice(context, call, await idOf(call)));
    route('PATCH', `${path}/disabled_state`, 200, async (call) => {
      const fields = new Fields(call.body);
      const disabled = fields.boolean('disabled', { required: true });
      fields.check();
      return shown(await setDisabled(context, call, await idOf(call), disabled!));
    });
  }

  route('PUT', '/data_sources/:ds/invoices/:externalId/status', 200, async (call) => {
    const fields = new Fields(call.body);
    const status = fields.oneOf('status', ['voided', 'written_off'], { required: true });
    fields.check();
    const named = { ...call, query: { data_source_uuid: call.params.ds, external_id: call.params.externalId } };
    const invoice = await findInvoice(context, call, await idByExternalId(context, named, 'invoice'));
    if (invoice.lines[0]!.attributes.invoice_status !== undefined) {
      throw refused('status', 'Status transition is not allowed', 'not_allowed');
    }
    const changes = [{ match: matchOf(invoice), set: { excluded: status!, 'attributes.invoice_status': status! } }];
    await context.state(call, patchEntry(invoices, invoice.source, changes, invoice.lines));
    return { external_id: invoice.name, status };
  });

  route('DELETE', '/data_sources/:ds/customers/:uuid/invoices', 204, async (call) => {
    const source = await context.sources.get(call, call.params.ds!);
    const row = await customerRow(context, call, call.params.uuid!);
    const customer = call.query.customer_external_id || call.body.customer_external_id || row.external_id;
    if (typeof customer !== 'string') throw badParameter('customer_external_id', 'customer_external_id must be text');
    const read = await context.read(call);
    const lines = await currentRecords<LineRow>(read, 'invoices', {
      where: `customer_hash = ${placeOf(source.name, customer)}`,
    });
    if (lines.length > 0) await removeInvoices(context, call, await invoicesOf(read, lines));
  });
}

const matchOf = (invoice: InvoiceRows) => ({
  invoice_external_id: invoice.name,
  customer_external_id: invoice.customer,
});

/** All invoices of the request as one entry: all or none of them. Answered from what was stated, without waiting for the ledger. */
async function importInvoices(context: ApiContext, call: Call) {
  const customer = await context.references.customer(call, call.params.uuid!);
  if (!customer) throw notFound('Customer', 'customer_uuid', call.params.uuid);
  const { made, entry, claims } = await readInvoices(context, call, new Fields(call.body), customer);
  const names = made.map(({ name, customer: externalId }) => ({ name, owner: { ...customer, externalId } }));
  const exists = async () => {
    const found = await Promise.all(
      names.map(({ name, owner }) => context.references.invoiceExists(call, owner, name)),
    );
    return found.some(Boolean);
  };
  await stateClaimed(context, call, entry, claims, exists, 'invoices[0].external_id');
  return { invoices: made.map((invoice) => describeInvoice(invoice)) };
}

/** States what claims external ids; which kind of id is taken decides the words of the refusal. */
export async function stateClaimed(
  context: ApiContext,
  call: Call,
  entry: EntryInput,
  claims: readonly string[],
  exists: () => Promise<boolean>,
  param = 'external_id',
): Promise<void> {
  const taken = (held: string) => refused(param, MESSAGES[held.split('/', 1)[0]!]!, 'taken');
  await context.claiming(call, entry, claims, taken, exists);
}

/** Rows and claims of `invoices: […]`; 400 or 422 with everything that is wrong. */
export async function readInvoices(context: ApiContext, call: Call, body: Fields, customer: Reference) {
  const lines: Row[] = [];
  const payments: Row[] = [];
  const claims: string[] = [];
  const made: InvoiceRows[] = [];
  const { source } = customer;
  for (const fields of body.each('invoices', { required: true, max: INVOICES_MAX })) {
    const owner = { source, externalId: fields.text('customer_external_id') || customer.externalId };
    const header = readInvoice(fields, true);
    const name = String(header.invoice_external_id ?? '');
    claims.push(claim('invoice', source, name));
    const own: Row[] = [];
    for (const each of fields.each('line_items', { max: LINES_MAX })) {
      const line = await readLine(context, call, each, source, true);
      if (externalIdOf(String(line.external_id)) !== null) claims.push(claim('line', source, String(line.external_id)));
      own.push({ ...header, customer_external_id: owner.externalId, ...line });
    }
    const paid = fields.each('transactions', { max: LINES_MAX }).map((each): Row => {
      const transaction = readTransaction(each, true);
      const id = String(transaction.external_id);
      if (externalIdOf(id) !== null) claims.push(claim('transaction', source, id));
      return { invoice_external_id: name, ...transaction };
    });
    const rows = own.length === 0 ? [rowWithoutLines(header, owner)] : own;
    lines.push(...rows);
    payments.push(...paid);
    made.push({
      id: '',
      source,
      customer: owner.externalId,
      name,
      lines: rows.map((row) => asLine(source, row)),
      transactions: paid.map((row) => asTransaction(source, row)),
    });
  }
  body.check();
  const twice = firstRepeated(claims);
  if (twice !== undefined) {
    throw refused('invoices', `${MESSAGES[twice.split('/', 1)[0]!]} (It stands twice in this request.)`, 'taken');
  }
  const entry = postEntry(invoices, source, lines);
  if (payments.length > 0) {
    const [checked] = [postEntry(transactions, source, payments).payload as unknown as CombinedPayload];
    (entry.payload as unknown as CombinedPayload).with = [{ stream: transactions.name, rows: checked.rows }];
  }
  for (const invoice of made) invoice.id = idOf(invoice);
  return { made, entry, claims };
}

function firstRepeated(claims: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return claims.find((each) => seen.size === seen.add(each).size);
}

function idOf(invoice: InvoiceRows): string {
  return invoiceIdOf(invoice.source, invoice.customer, invoice.name);
}

/** Newest first over all; one customer's in the order in which they were stated. Pages are of invoices, whole ones. */
async function invoicePage(
  context: ApiContext,
  call: Call,
  options: { customer?: Reference; withCustomer?: boolean },
): Promise<Record<string, Json>> {
  const read = await context.read(call);
  const conditions: string[] = ['1'];
  const parameters: Record<string, unknown> = {};
  const { data_source_uuid: sourceId, external_id: externalId, validation_type: validation } = call.query;
  if (validation && !['valid', 'invalid', 'all'].includes(validation)) {
    throw badParameter('validation_type', 'validation_type must be one of valid, invalid, all');
  }
  if (options.customer) {
    const { source, externalId: name } = options.customer;
    conditions.push(`customer_hash = ${placeOf(source, name)}`);
  }
  if (sourceId) {
    conditions.push('source = {source:String}');
    parameters.source = (await context.sources.get(call, sourceId)).name;
  }
  if (externalId) {
    conditions.push('invoice_external_id = {external_id:String}');
    parameters.external_id = externalId;
  }
  if (call.query.with_disabled !== 'true') conditions.push(`attributes['invoice_disabled_at'] = ''`);
  const where = conditions.join(' AND ');
  const request = pageRequest(call.query, 3);
  // A customer's invoices are all listed where nobody can ask for one kind of them.
  const kind = validation || (options.withCustomer ? 'valid' : 'all');
  const invalid = `countIf(${LINE_IS_INVALID}) > 0`;
  const ofKind = kind === 'all' ? '1' : kind === 'invalid' ? invalid : `NOT ${invalid}`;
  const total = request.page === null ? undefined : await countInvoices(read, where, parameters, ofKind);
  const ascending = options.customer !== undefined;
  let having = `HAVING ${ofKind}`;
  if (request.after) {
    const [seq, row] = request.after.slice(0, 2).map(numberPart) as [string, string];
    parameters.after_name = request.after[2];
    having += ` AND (first.1, first.2, invoice_external_id) ${ascending ? '>' : '<'}
      (toUInt64('${seq}'), toUInt32('${row}'), {after_name:String})`;
  }
  const order = ascending ? 'ASC' : 'DESC';
  const keys = await currentRecords<{
    place: string;
    invoice_external_id: string;
    first_seq: string;
    first_row: number;
  }>(read, 'invoices', {
    columns: 'toString(customer_hash) AS place, invoice_external_id, first.1 AS first_seq, first.2 AS first_row',
    where,
    parameters,
    orderBy: `first.1 ${order}, first.2 ${order}, invoice_external_id ${order}`,
    groupBy: 'customer_hash, invoice_external_id',
    having,
    with: 'min((origin_seq, origin_row)) AS first',
    limit: request.perPage + 1,
    offset: request.page === null ? 0 : (request.page - 1) * request.perPage,
  });
  const { rows, tail } = pageOf(
    request,
    keys,
    (key) => [key.first_seq, String(key.first_row), key.invoice_external_id],
    total,
  );
  const lines =
    rows.length === 0
      ? []
      : await currentRecords<LineRow>(read, 'invoices', {
          where: `customer_hash IN (${[...new Set(rows.map(({ place }) => place))].join(', ')})
                  AND invoice_external_id IN (${inTexts(rows.map((row) => row.invoice_external_id))})`,
        });
  const byKey = new Map(
    (await invoicesOf(read, lines)).map((invoice) => [
      `${placeOf(invoice.source, invoice.customer)} ${invoice.name}`,
      invoice,
    ]),
  );
  const found = rows.map((row) => byKey.get(`${row.place} ${row.invoice_external_id}`)!);
  const shown = (invoice: InvoiceRows) =>
    describeInvoice(invoice, {
      withCustomer: options.withCustomer === true,
      withState: options.withCustomer === true,
    });
  const withHistory = call.query.include_edit_histories === 'true';
  return {
    invoices: withHistory ? await withEditHistories(read, found, shown) : found.map(shown),
    ...tail,
  } as Record<string, Json>;
}

async function countInvoices(
  read: ReadContext,
  where: string,
  parameters: SqlParameters,
  having: string,
): Promise<number> {
  const [row] = await select<{ count: string }>(
    read.engines,
    read.database,
    `SELECT count() AS count
     FROM (
       SELECT 1
       FROM invoices
       WHERE ${currentCondition('invoices', where)}
       GROUP BY customer_hash, invoice_external_id
       HAVING ${having}
     )`,
    { ...parameters, seq: read.seq },
  );
  return Number(row?.count ?? 0);
}

async function changeInvoice(context: ApiContext, call: Call, id: string): Promise<InvoiceRows> {
  const fields = new Fields(call.body);
  const set = readInvoice(fields, false);
  fields.check();
  const invoice = await findInvoice(context, call, id);
  const name = set.invoice_external_id;
  if (typeof name === 'string' && name !== invoice.name) {
    await renameInvoice(context, call, invoice, set, name);
    return findInvoice(context, call, invoiceIdOf(invoice.source, invoice.customer, name));
  }
  if (Object.keys(set).length > 0) {
    const changes = [{ match: matchOf(invoice), set }];
    await context.state(call, patchEntry(invoices, invoice.source, changes, invoice.lines));
  }
  return findInvoice(context, call, id);
}

/** Another external id is another key: the old records are voided and stated anew, by one entry. */
async function renameInvoice(context: ApiContext, call: Call, invoice: InvoiceRows, set: Row, name: string) {
  const rows = invoice.lines.map((row) => ({ ...valuesOf(invoices, row), ...set }));
  const paid = invoice.transactions.map((row) => ({ ...valuesOf(transactions, row), invoice_external_id: name }));
  const entry = postEntry(invoices, invoice.source, rows);
  const payload = entry.payload as unknown as CombinedPayload;
  payload.voids = [{ stream: 'invoices', matches: [matchOf(invoice)] }];
  if (paid.length > 0) {
    const posted = postEntry(transactions, invoice.source, paid).payload as unknown as CombinedPayload;
    payload.with = [{ stream: 'transactions', rows: posted.rows }];
    payload.voids.push({ stream: 'transactions', matches: [{ invoice_external_id: invoice.name }] });
  }
  const customer = { source: invoice.source, externalId: invoice.customer };
  const claims = [claim('invoice', invoice.source, name)];
  await stateClaimed(context, call, entry, claims, () => context.references.invoiceExists(call, customer, name));
  await context.releaseQuietly(call, [claim('invoice', invoice.source, invoice.name)]);
}

async function removeInvoice(context: ApiContext, call: Call, id: string): Promise<void> {
  await removeInvoices(context, call, [await findInvoice(context, call, id)]);
}

async function removeInvoices(context: ApiContext, call: Call, removed: readonly InvoiceRows[]): Promise<void> {
  for (const [source, own] of Map.groupBy(removed, (invoice) => invoice.source)) {
    const voids = [
      { stream: 'invoices', matches: own.map(matchOf) },
      { stream: 'transactions', matches: own.map(({ name }) => ({ invoice_external_id: name })) },
      { stream: 'stripe_objects', matches: own.map(({ name }) => ({ object_id: name })) },
    ];
    const releases = own.flatMap((invoice) => [
      claim('invoice', source, invoice.name),
      ...invoice.lines.map((row) => claim('line', source, row.external_id)),
      ...invoice.transactions.map((row) => claim('transaction', source, row.external_id)),
    ]);
    await context.state(call, { ...voidEntry(source, voids), releases });
  }
}

async function setDisabled(context: ApiContext, call: Call, id: string, disabled: boolean): Promise<InvoiceRows> {
  const invoice = await findInvoice(context, call, id);
  const { attributes } = invoice.lines[0]!;
  if ((attributes.invoice_disabled_at !== undefined) === disabled) return invoice;
  const changes: PatchPayload['changes'] = [
    {
      match: matchOf(invoice),
      set: {
        excluded: disabled ? 'disabled' : (attributes.invoice_status ?? ''),
        'attributes.invoice_disabled_at': disabled ? new Date().toISOString() : null,
        'attributes.invoice_disabled_by': disabled ? call.actor : null,
      },
    },
  ];
  if (!disabled) {
    // Lines that were disabled one by one stay so.
    for (const line of invoice.lines.filter((row) => row.attributes.disabled_at !== undefined)) {
      changes.push({
        match: { invoice_external_id: line.invoice_external_id, external_id: line.external_id },
        set: { excluded: 'disabled' },
      });
    }
  }
  await context.state(call, patchEntry(invoices, invoice.source, changes, invoice.lines));
  return findInvoice(context, call, id);
}
