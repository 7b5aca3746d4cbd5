/** Customers: records of the ledger; merges; connected subscriptions. */
import type { ReadContext } from '../../../ledger/index.ts';
import { customers } from '../../streams.ts';
import { attributesEntry, checkTypes, readAttributeMap, readAttributes, tagsEntry } from '../attributeValues.ts';
import type { ApiContext, Call, Part, Route } from '../context.ts';
import { customerPage } from '../customerList.ts';
import {
  type CustomerRow,
  customerRow,
  describeCustomers,
  describeNew,
  LEAD_STATUSES,
  type Member,
  mergedMembers,
  rootRow,
} from '../customerRows.ts';
import { ApiError, badParameter, refused } from '../errors.ts';
import { Fields, isObject, type JsonObject } from '../fields.ts';
import { customerId, newId } from '../ids.ts';
import { currentRecords } from '../ledgerReads.ts';
import { connectSubscriptions, disconnectSubscriptions, mergeCustomers, unmergeCustomer } from '../merging.ts';
import type { CombinedPayload } from '../voiding.ts';
import { claim, type EntryInput, patchEntry, postEntry, type Row, voidEntry } from '../writes.ts';

const taken = (id: string) =>
  refused('external_id', 'The external ID for this customer already exists in our system.', 'taken', id);
const STATUSES = [...LEAD_STATUSES, 'Active', 'Past Due', 'Cancelled'];
const TEXTS = ['name', 'company', 'state', 'city', 'zip', 'website_url', 'owner'] as const;
const TIMES = ['lead_created_at', 'free_trial_started_at'] as const;
const CONTACT_TEXTS = ['first_name', 'last_name', 'email', 'title', 'phone', 'linked_in', 'twitter', 'notes'] as const;

export function customerRoutes(route: Route, context: ApiContext): void {
  const described = async (call: Call, read: ReadContext, row: CustomerRow) =>
    (await describeCustomers(context, call, read, [row]))[0]!;

  route('POST', '/customers', 201, async (call) => {
    const fields = new Fields(call.body);
    const sourceId = fields.text('data_source_uuid', { required: true });
    const externalId = fields.text('external_id', { required: true });
    const row = { external_id: externalId, ...readRow(fields, LEAD_STATUSES) };
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
    const uuid = customerId(source.name, externalId!);
    const belongs = { customer_uuid: uuid, customer_external_id: externalId, data_source_uuid: source.id };
    const more = contact
      ? [context.part(call, 'contact.create', { id: newId('con'), fields: { ...contact, ...belongs } })]
      : [];
    await context.claiming(call, {
      entry,
      claims,
      taken: () => taken(externalId!),
      exists: () => context.references.exists(call, 'customers', reference),
      unclaimed: { stream: 'customers', sources: [source.name] },
      more,
    });
    context.references.keep(call, 'customers', reference);
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
    return described(call, read, await rootRow(context, call, call.params.uuid!));
  });

  route('PATCH', '/customers/:uuid', 200, async (call) => {
    const fields = new Fields(call.body);
    const set = readRow(fields, STATUSES);
    // What a customer pays decides these; a client that sends back what it read changes nothing.
    if (typeof set.status === 'string' && !LEAD_STATUSES.includes(set.status)) delete set.status;
    const inside = fields.inside('attributes');
    const tags = inside.texts('tags');
    const read = await context.read(call);
    const listed = Array.isArray(inside.raw('custom')) ? readAttributes(inside) : [];
    const mapped = isObject(inside.raw('custom')) ? await readAttributeMap(read, inside) : [];
    fields.check();
    const row = await customerRow(context, call, call.params.uuid!);
    if (listed.length > 0) await checkTypes(read, listed);
    const attributes = [...listed, ...mapped];
    const parts: Part[] = [];
    if (Object.keys(set).length > 0) {
      const changes = [{ match: { external_id: row.external_id }, set }];
      parts.push(patchEntry(customers, row.source, changes, [row as unknown as Row]));
    }
    if (tags.length > 0) parts.push(tagsEntry(row.source, [row.external_id], tags));
    if (attributes.length > 0) parts.push(attributesEntry(row.source, [row.external_id], attributes));
    await context.stateAll(call, parts);
    const after = await context.read(call);
    return described(call, after, await customerRow(context, call, call.params.uuid!));
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
export function readRow(fields: Fields, statuses: readonly string[]): Row {
  const row: Row = {};
  for (const name of TEXTS) if (fields.has(name)) row[name] = fields.text(name) ?? '';
  if (fields.has('email')) row.email = fields.email('email') ?? '';
  for (const name of TIMES) if (fields.has(name)) row[name] = fields.time(name);
  if (fields.has('country')) row.country = fields.country('country') ?? '';
  if (fields.has('status')) row.status = fields.oneOf('status', statuses) ?? '';
  return row;
}

function readContact(fields: Fields): JsonObject {
  const contact: JsonObject = {};
  for (const name of CONTACT_TEXTS) if (fields.has(name)) contact[name] = fields.text(name);
  return contact;
}

/** Voids the customer, and those that were merged into it, with everything that is theirs: all or nothing. */
async function removeCustomer(context: ApiContext, call: Call, row: CustomerRow, uuid: string): Promise<void> {
  const read = await context.read(call);
  const joined = (await mergedMembers(read, [row])).get(row.key_hash) ?? [];
  const all: Member[] = [{ place: row.key_hash, source: row.source, externalId: row.external_id }, ...joined];
  const parts: Part[] = [];
  for (const [source, members] of Map.groupBy(all, (each) => each.source)) {
    parts.push(await removal(read, source, members));
  }
  const owners = all.map((each) => customerId(each.source, each.externalId));
  for (const kind of ['contact', 'customer_note', 'opportunity', 'task'] as const) {
    for (const owner of new Set([uuid, ...owners])) {
      const where = { customer_uuid: owner };
      for (const { id } of await context.stated.list(call.account.id, kind, { where, limit: 100_000 })) {
        parts.push(context.part(call, `${kind}.delete`, { id }));
      }
    }
  }
  await context.stateAll(call, parts);
  for (const owner of owners) context.references.forget(call, owner);
}

/** The entry that voids customers of one source. */
async function removal(read: ReadContext, source: string, members: readonly Member[]): Promise<Part> {
  const invoices = await currentRecords<{ name: string }>(read, 'invoices', {
    columns: 'DISTINCT invoice_external_id AS name',
    where: `customer_hash IN (${members.map(({ place }) => place).join(', ')})`,
    orderBy: 'name',
  });
  const names = invoices.map(({ name }) => ({ invoice_external_id: name }));
  const customer = members.map(({ externalId }) => ({ customer_external_id: externalId }));
  const voids = [
    { stream: 'customers', matches: members.map(({ externalId }) => ({ external_id: externalId })) },
    { stream: 'invoices', matches: customer },
    ...(names.length > 0 ? [{ stream: 'transactions', matches: names }] : []),
    ...[
      'customer_tags',
      'customer_attributes',
      'customer_merges',
      'subscription_connections',
      'subscription_cancellations',
    ].map((stream) => ({ stream, matches: customer })),
    // Handed in again, they are to be taken again.
    {
      stream: 'stripe_objects',
      matches: [...members.map(({ externalId }) => externalId), ...invoices.map(({ name }) => name)].map((id) => ({
        object_id: id,
      })),
    },
  ];
  return {
    ...voidEntry(source, voids),
    releases: [
      ...members.map(({ externalId }) => claim('customer', source, externalId)),
      ...invoices.map(({ name }) => claim('invoice', source, name)),
    ],
  };
}
