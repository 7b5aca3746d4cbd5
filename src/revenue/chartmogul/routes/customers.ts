/** Customers: records of the ledger; merges; connected subscriptions. */
import { shown } from '../../../kernel/errors.ts';
import type { ReadContext } from '../../../ledger/index.ts';
import { customers } from '../../streams.ts';
import { attributesEntry, checkTypes, readAttributes, tagsEntry } from '../attributeValues.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { type CustomerRow, customerRow, describeCustomers, describeNew, LEAD_STATUSES } from '../customerRows.ts';
import { ApiError, badParameter, refused } from '../errors.ts';
import { Fields, type JsonObject } from '../fields.ts';
import { newId, placeOf } from '../ids.ts';
import { countRecords, currentRecords, inTexts } from '../ledgerReads.ts';
import { connectSubscriptions, disconnectSubscriptions, mergeCustomers, unmergeCustomer } from '../merging.ts';
import { numberPart, pageOf, pageRequest } from '../pages.ts';
import type { CombinedPayload } from '../voiding.ts';
import { claim, type EntryInput, patchEntry, postEntry, type Row, voidEntry } from '../writes.ts';

const TAKEN = () => refused('external_id', 'The external ID for this customer already exists in our system.', 'taken');
const TEXTS = ['name', 'email', 'company', 'state', 'city', 'zip', 'website_url', 'owner'] as const;
const TIMES = ['lead_created_at', 'free_trial_started_at'] as const;
const CONTACT_TEXTS = ['first_name', 'last_name', 'email', 'title', 'phone', 'linked_in', 'twitter', 'notes'] as const;

export function customerRoutes(route: Route, context: ApiContext): void {
  const described = async (call: Call, read: ReadContext, row: CustomerRow) =>
    (await describeCustomers(context, call, read, [row]))[0]!;

  route('POST', '/customers', 201, async (call) => {
    const fields = new Fields(call.body);
    const sourceId = fields.text('data_source_uuid', { required: true });
    const externalId = fields.text('external_id', { required: true });
    const row = { external_id: externalId, ...readRow(fields) };
    const inside = fields.inside('attributes');
    const tags = inside.texts('tags');
    const attributes = readAttributes(inside);
    const contact = fields.has('primary_contact') ? readContact(fields.inside('primary_contact')) : null;
    fields.check();
    const source = await context.sources.find(call, sourceId!);
    if (!source) throw refused('data_source_uuid', 'Data source not found', 'not_found');
    if (attributes.length > 0) await checkTypes(await context.read(call), attributes);
    const reference = { source: source.name, externalId: externalId! };
    const claims = [claim('customer', source.name, externalId!)];
    const entry = postEntry(customers, source.name, [row]);
    const payload = entry.payload as unknown as CombinedPayload;
    const rowsOf = ({ payload }: EntryInput) => (payload as unknown as CombinedPayload).rows;
    payload.with = [
      ...(tags.length > 0
        ? [{ stream: 'customer_tags', rows: rowsOf(tagsEntry(source.name, [externalId!], tags)) }]
        : []),
      ...(attributes.length > 0
        ? [{ stream: 'customer_attributes', rows: rowsOf(attributesEntry(source.name, [externalId!], attributes)) }]
        : []),
    ];
    await context.claiming(call, entry, claims, TAKEN, () => context.references.exists(call, 'customers', reference));
    const uuid = context.references.keep(call, 'customers', reference);
    if (contact) {
      await context.stated.create(call.account.id, call.actor, 'contact', newId('con'), {
        ...contact,
        customer_uuid: uuid,
        customer_external_id: externalId,
        data_source_uuid: source.id,
      });
    }
    return describeNew(context, call, source.name, row, tags, attributes);
  });

  route('GET', '/customers', 200, (call) => customerPage(context, call, {}));
  route('GET', '/customers/search', 200, async (call) => {
    const email = call.query.email;
    if (!email) throw badParameter('email', 'Parameter "email" is missing', 'missing');
    const found = await customerPage(context, call, { email });
    if (found.entries.length === 0 && !call.query.cursor) {
      const message = `Can't find any customers with email: "${email}"`;
      throw new ApiError(404, message, [{ param: 'email', code: 'not_found', message }]);
    }
    return found;
  });
  route('GET', '/customers/:uuid', 200, async (call) => {
    const read = await context.read(call);
    return described(call, read, await customerRow(context, call, call.params.uuid!));
  });

  route('PATCH', '/customers/:uuid', 200, async (call) => {
    const fields = new Fields(call.body);
    const set = readRow(fields);
    const inside = fields.inside('attributes');
    const tags = inside.texts('tags');
    const attributes = Array.isArray(inside.raw('custom')) ? readAttributes(inside) : [];
    fields.check();
    const row = await customerRow(context, call, call.params.uuid!);
    if (attributes.length > 0) await checkTypes(await context.read(call), attributes);
    if (Object.keys(set).length > 0) {
      const changes = [{ match: { external_id: row.external_id }, set }];
      await context.state(call, patchEntry(customers, row.source, changes, [row as unknown as Row]));
    }
    if (tags.length > 0) await context.state(call, tagsEntry(row.source, [row.external_id], tags));
    if (attributes.length > 0) await context.state(call, attributesEntry(row.source, [row.external_id], attributes));
    const read = await context.read(call);
    return described(call, read, await customerRow(context, call, call.params.uuid!));
  });

  route('DELETE', '/customers/:uuid', 204, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    await removeCustomer(context, call, row, call.params.uuid!);
  });

  const accepted = (work: (context: ApiContext, call: Call) => Promise<void>) => async (call: Call) => {
    await work(context, call);
    return {};
  };
  route('POST', '/customers/merges', 202, accepted(mergeCustomers));
  route('POST', '/customers/unmerges', 202, accepted(unmergeCustomer));
  route('POST', '/customers/:uuid/connect_subscriptions', 202, accepted(connectSubscriptions));
  route('POST', '/customers/:uuid/disconnect_subscriptions', 202, accepted(disconnectSubscriptions));
}

/** The columns of the customers stream that the body has. Text that is null becomes ''. */
export function readRow(fields: Fields): Row {
  const row: Row = {};
  for (const name of TEXTS) if (fields.has(name)) row[name] = fields.text(name) ?? '';
  for (const name of TIMES) if (fields.has(name)) row[name] = fields.time(name);
  if (fields.has('country')) row.country = fields.country('country') ?? '';
  if (fields.has('status'))
    row.status = fields.oneOf('status', [...LEAD_STATUSES, 'Active', 'Past Due', 'Cancelled']) ?? '';
  return row;
}

function readContact(fields: Fields): JsonObject {
  const contact: JsonObject = {};
  for (const name of CONTACT_TEXTS) if (fields.has(name)) contact[name] = fields.text(name);
  return contact;
}

export async function customerPage(context: ApiContext, call: Call, fixed: { email?: string }) {
  const read = await context.read(call);
  const conditions: string[] = ['(source, external_id) NOT IN (SELECT source, customer_external_id FROM merged)'];
  const parameters: Record<string, unknown> = {};
  const { data_source_uuid: sourceId, external_id: externalId, system, status } = call.query;
  if (sourceId || system) {
    const sources = await context.sources.list(call, false);
    const wanted = sources.filter((s) => (!sourceId || s.id === sourceId) && (!system || s.system === system));
    if (externalId && wanted.length > 0) {
      const places = wanted.map((s) => placeOf(s.name, externalId));
      conditions.push(`key_hash IN (${places.join(', ')})`);
    }
    conditions.push(`source IN (${inTexts(wanted.map((source) => source.name))})`);
  }
  if (externalId) {
    conditions.push('external_id = {external_id:String}');
    parameters.external_id = externalId;
  }
  if (fixed.email !== undefined) {
    conditions.push('lowerUTF8(email) = lowerUTF8({email:String})');
    parameters.email = fixed.email;
  }
  if (status) conditions.push(statusCondition(status, parameters));
  conditions[0] = conditions[0]!.replace(
    'SELECT source, customer_external_id FROM merged',
    `SELECT source, customer_external_id FROM customer_merges WHERE seq <= {seq:UInt64}
     GROUP BY source, customer_external_id HAVING sum(sign) > 0`,
  );
  const where = conditions.join(' AND ');
  const request = pageRequest(call.query, 2);
  const total = request.page === null ? undefined : await countRecords(read, 'customers', where, parameters);
  const after = request.after?.map(numberPart).map((part) => part.replace('-', '0'));
  const found = await currentRecords<CustomerRow>(read, 'customers', {
    where: after ? `${where} AND (key_hash, origin_seq) > (toUInt64('${after[0]}'), toUInt64('${after[1]}'))` : where,
    parameters,
    orderBy: 'key_hash, origin_seq',
    limit: request.perPage + 1,
    offset: request.page === null ? 0 : (request.page - 1) * request.perPage,
  });
  const { rows, tail } = pageOf(request, found, (row) => [row.key_hash, row.origin_seq], total);
  return {
    entries: await describeCustomers(context, call, read, rows),
    ...tail,
    ...(request.page !== null && { page: request.page, per_page: request.perPage }),
  };
}

/** Filter values use underscores. */
function statusCondition(status: string, parameters: Record<string, unknown>): string {
  const wanted = status.replaceAll('_', ' ').toLowerCase();
  const known = [...LEAD_STATUSES, 'Active', 'Past Due', 'Cancelled'];
  const found = known.find((each) => each.toLowerCase() === wanted);
  if (!found) throw badParameter('status', `status must be one of ${known.join(', ')}, not ${shown(status)}`);
  const figures = (having: string) =>
    `key_hash IN (
       SELECT customer_hash FROM movements WHERE seq <= {seq:UInt64} GROUP BY customer_hash HAVING ${having}
     )`;
  if (found === 'Active' || found === 'Past Due') return figures('sumIf(customers, at <= now64(3)) > 0');
  if (found === 'Cancelled') return figures('sumIf(customers, at <= now64(3)) <= 0 AND sum(sign) != 0');
  parameters.status = found;
  return `if(status = '', 'New Lead', status) = {status:String} AND NOT ${figures('sum(sign) != 0')}`;
}

/** Voids the customer with everything that is the customer's. */
async function removeCustomer(context: ApiContext, call: Call, row: CustomerRow, uuid: string): Promise<void> {
  const read = await context.read(call);
  const customer = { customer_external_id: row.external_id };
  const invoices = await currentRecords<{ name: string }>(read, 'invoices', {
    columns: 'DISTINCT invoice_external_id AS name',
    where: `customer_hash = ${placeOf(row.source, row.external_id)}`,
    orderBy: 'name',
  });
  const names = invoices.map(({ name }) => ({ invoice_external_id: name }));
  const voids = [
    { stream: 'customers', matches: [{ external_id: row.external_id }] },
    { stream: 'invoices', matches: [customer] },
    ...(names.length > 0 ? [{ stream: 'transactions', matches: names }] : []),
    ...[
      'customer_tags',
      'customer_attributes',
      'customer_merges',
      'subscription_connections',
      'subscription_cancellations',
    ].map((stream) => ({ stream, matches: [customer] })),
    // Handed in again, they are to be taken again.
    {
      stream: 'stripe_objects',
      matches: [row.external_id, ...invoices.map(({ name }) => name)].map((id) => ({ object_id: id })),
    },
  ];
  await context.state(call, {
    ...voidEntry(row.source, voids),
    releases: [
      claim('customer', row.source, row.external_id),
      ...invoices.map(({ name }) => claim('invoice', row.source, name)),
    ],
  });
  context.references.forget(call, uuid);
  for (const kind of ['contact', 'customer_note', 'opportunity', 'task'] as const) {
    const where = { customer_uuid: uuid };
    for (const { id } of await context.stated.list(call.account.id, kind, { where, limit: 100_000 })) {
      await context.stated.remove(call.account.id, call.actor, kind, id);
    }
  }
}
