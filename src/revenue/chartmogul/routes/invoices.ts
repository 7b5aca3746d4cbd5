/** Invoices. */
import type { Json } from '../../../journal/types.ts';
import { shown as shownText } from '../../../kernel/errors.ts';
import { type PatchPayload, type ReadContext, type SqlParameters, select } from '../../../ledger/index.ts';
import { invoices, transactions } from '../../streams.ts';
import type { ApiContext, Call, Creation, Route } from '../context.ts';
import { customerRow, mergedMembers, rootsOf } from '../customerRows.ts';
import { withEditHistories } from '../editHistories.ts';
import { type ApiError, badParameter, notFound, refused } from '../errors.ts';
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
import { claim, patchEntry, postEntry, type Row, valuesOf, voidEntry } from '../writes.ts';

const MESSAGES: Record<string, string> = {
  invoice: 'The external ID for this invoice already exists in our system.',
  line: 'The external ID for this line item already exists in our system.',
  transaction: 'has already been taken',
};

export function invoiceRoutes(route: Route, context: ApiContext): void {
  route('POST', '/import/customers/:uuid/invoices', 201, (call) => importInvoices(context, call));
  route('GET', '/import/customers/:uuid/invoices', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const page = await invoicePage(context, call, { customer: row });
    return { customer_uuid: call.params.uuid, ...page };
  });
  route('GET', '/invoices', 200, async (call) => {
    const { customer_uuid: id } = call.query;
    if (id === undefined || id === '') return invoicePage(context, call, { withCustomer: true });
    const customer = await context.references.customer(call, id);
    if (!customer) throw notFound('Customer', 'customer_uuid', id);
    const row = { source: customer.source, external_id: customer.externalId };
    return { customer_uuid: id, ...(await invoicePage(context, call, { customer: row, withCustomer: true })) };
  });

  const described = async (call: Call, invoice: InvoiceRows) => {
    const roots = await rootsOf(await context.read(call), [invoice]);
    return describeInvoice(invoice, { customerOf: roots, withState: true });
  };
  const byId = async (call: Call) => call.params.uuid!;
  const byExternalId = (call: Call) => idByExternalId(context, call, 'invoice');
  route('GET', '/invoices/:uuid', 200, async (call) => {
    const invoice = await findInvoice(context, call, call.params.uuid!);
    if (call.query.include_edit_histories !== 'true') return described(call, invoice);
    const shown = await described(call, invoice);
    return (await withEditHistories(await context.read(call), [invoice], () => shown))[0];
  });
  for (const [path, idOf] of [
    ['/invoices/:uuid', byId],
    ['/invoices', byExternalId],
  ] as const) {
    route('PATCH', path, 200, async (call) => described(call, await changeInvoice(context, call, await idOf(call))));
    route('DELETE', path, 204, async (call) => removeInvoice(context, call, await idOf(call)));
    route('PATCH', `${path}/disabled_state`, 200, async (call) => {
      const fields = new Fields(call.body);
      const disabled = fields.boolean('disabled', { required: true });
      fields.check();
      return described(call, await setDisabled(context, call, await idOf(call), disabled!));
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

/** All invoices of the request together: all or none of them. Answered from what was stated, without waiting for the ledger. */
async function importInvoices(context: ApiContext, call: Call) {
  const customer = await context.references.customer(call, call.params.uuid!);
  if (!customer) throw notFound('Customer', 'customer_uuid', call.params.uuid);
  const { made, entry, more, claims } = await readInvoices(context, call, new Fields(call.body), customer);
  const exists = async () => {
    const found = await Promise.all(
      made.map(({ name, source, customer: externalId }) =>
        context.references.invoiceExists(call, { source, externalId }, name),
      ),
    );
    const at = found.indexOf(true);
    return at >= 0 && claim('invoice', made[at]!.source, made[at]!.name);
  };
  const sources = [...new Set(made.map(({ source }) => source))];
  await stateClaimed(context, call, {
    entry,
    claims: [...claims.keys()],
    params: claims,
    exists,
    unclaimed: { stream: invoices.name, sources },
    more,
  });
  return { invoices: made.map((invoice) => describeInvoice(invoice)) };
}

/** States what claims external ids; which kind of id is taken decides the words of the refusal, `params` where it stands. */
export async function stateClaimed(
  context: ApiContext,
  call: Call,
  creation: Omit<Creation, 'taken'> & { params?: ReadonlyMap<string, string> },
): Promise<void> {
  const { params, ...rest } = creation;
  const taken = (held: string) => takenError(held, params?.get(held) ?? 'external_id');
  await context.claiming(call, { ...rest, taken });
}

function takenError(held: string, param: string): ApiError {
  const [kind, , ...id] = held.split('/') as [string, string, ...string[]];
  return refused(param, MESSAGES[kind]!, 'taken', id.join('/'));
}

/**
 * Rows and claims of `invoices: […]`, and where in the request each claim stands; 400 or 422 with everything that is wrong. `more` are the
 * entries of invoices of customers that were merged into this one from other data sources.
 */
export async function readInvoices(context: ApiContext, call: Call, body: Fields, customer: Reference) {
  const rows = new Map<string, { lines: Row[]; payments: Row[] }>([[customer.source, { lines: [], payments: [] }]]);
  const claims = new Map<string, string>();
  const repeated: string[] = [];
  const claiming = (kind: string, source: string, id: string, param: string) => {
    const each = claim(kind, source, id);
    if (claims.has(each)) repeated.push(each, param);
    else claims.set(each, param);
  };
  const made: InvoiceRows[] = [];
  for (const [i, fields] of body.each('invoices', { required: true, max: INVOICES_MAX }).entries()) {
    const place = `invoices[${i}].`;
    const owner = await ownerOf(context, call, fields, customer);
    const { source } = owner;
    const header = readInvoice(fields, true);
    const name = String(header.invoice_external_id ?? '');
    claiming('invoice', source, name, `${place}external_id`);
    const own: Row[] = [];
    for (const [j, each] of fields.each('line_items', { max: LINES_MAX }).entries()) {
      const line = await readLine(context, call, each, source, true);
      const id = externalIdOf(String(line.external_id));
      if (id !== null) claiming('line', source, id, `${place}line_items[${j}].external_id`);
      own.push({ ...header, customer_external_id: owner.externalId, ...line });
    }
    const paid = fields.each('transactions', { max: LINES_MAX }).map((each, j): Row => {
      const transaction = readTransaction(each, true);
      const id = externalIdOf(String(transaction.external_id));
      if (id !== null) claiming('transaction', source, id, `${place}transactions[${j}].external_id`);
      return { invoice_external_id: name, ...transaction };
    });
    const lines = own.length === 0 ? [rowWithoutLines(header, owner)] : own;
    const ofSource = rows.get(source) ?? { lines: [], payments: [] };
    rows.set(source, ofSource);
    for (const line of lines) ofSource.lines.push(line);
    for (const payment of paid) ofSource.payments.push(payment);
    made.push({
      id: '',
      source,
      customer: owner.externalId,
      name,
      lines: lines.map((row) => asLine(source, row)),
      transactions: paid.map((row) => asTransaction(source, row)),
    });
  }
  body.check();
  const [twice, param] = repeated;
  if (twice !== undefined) {
    const error = takenError(twice, param!);
    throw refused(param!, `${error.message} (It stands twice in this request.)`, 'taken', error.errors[0]!.value);
  }
  const entries = [...rows]
    .filter(([, { lines }]) => lines.length > 0)
    .map(([source, { lines, payments }]) => {
      const entry = postEntry(invoices, source, lines);
      if (payments.length > 0) {
        const checked = postEntry(transactions, source, payments).payload as unknown as CombinedPayload;
        (entry.payload as unknown as CombinedPayload).with = [{ stream: transactions.name, rows: checked.rows }];
      }
      return entry;
    });
  for (const invoice of made) invoice.id = idOf(invoice);
  const [entry, ...more] = entries;
  if (!entry) throw refused('invoices', "invoices can't be blank", 'blank');
  return { made, entry, more, claims };
}

/** Whose invoice it is: the customer's own, or with `customer_external_id` that of one of those that were merged into it. */
async function ownerOf(context: ApiContext, call: Call, fields: Fields, customer: Reference): Promise<Reference> {
  const named = fields.text('customer_external_id');
  if (named === null || named === '' || named === customer.externalId) return customer;
  const members = await mergedMembers(await context.read(call), [
    { source: customer.source, external_id: customer.externalId },
  ]);
  const joined = members.get(placeOf(customer.source, customer.externalId)) ?? [];
  const found =
    joined.find(({ source, externalId }) => externalId === named && source === customer.source) ??
    joined.find(({ externalId }) => externalId === named);
  if (found) return found;
  fields.wrong(
    'customer_external_id',
    `is neither this customer's nor that of one merged into it: ${shownText(named)}`,
    'not_found',
  );
  return customer;
}

function idOf(invoice: InvoiceRows): string {
  return invoiceIdOf(invoice.source, invoice.customer, invoice.name);
}

/** Newest first over all; one customer's in the order in which they were stated. Pages are of invoices, whole ones. */
async function invoicePage(
  context: ApiContext,
  call: Call,
  options: { customer?: { source: string; external_id: string }; withCustomer?: boolean },
): Promise<Record<string, Json>> {
  const read = await context.read(call);
  const conditions: string[] = ['1'];
  const parameters: Record<string, unknown> = {};
  const { data_source_uuid: sourceId, external_id: externalId, validation_type: validation } = call.query;
  if (validation && !['valid', 'invalid', 'all'].includes(validation)) {
    throw badParameter('validation_type', 'validation_type must be one of valid, invalid, all');
  }
  if (options.customer) {
    const place = placeOf(options.customer.source, options.customer.external_id);
    const joined = (await mergedMembers(read, [options.customer])).get(place) ?? [];
    conditions.push(`customer_hash IN (${[place, ...joined.map((member) => member.place)].join(', ')})`);
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
  const counted = request.page !== null || (request.after === null && options.withCustomer !== true);
  const total = counted ? await countInvoices(read, where, parameters, ofKind) : undefined;
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
  const roots = options.withCustomer ? await rootsOf(read, found) : undefined;
  const shown = (invoice: InvoiceRows) =>
    describeInvoice(invoice, { customerOf: roots, withState: roots !== undefined });
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
  const exists = () => context.references.invoiceExists(call, customer, name);
  await stateClaimed(context, call, {
    entry,
    claims,
    exists,
    unclaimed: { stream: invoices.name, sources: [invoice.source] },
  });
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
