/** Customers that are one, and subscriptions that continue one another. */
import { customerMerges, subscriptionConnections } from '../customerStreams.ts';
import type { StatedKind } from '../stated/apply.ts';
import type { ApiContext, Call, Part } from './context.ts';
import { customerRow, type Member, mergedMembers } from './customerRows.ts';
import { notFound, refused } from './errors.ts';
import { Fields } from './fields.ts';
import { customerId, dataSourceId, placeOf, subscriptionId } from './ids.ts';
import { currentRecords } from './ledgerReads.ts';
import type { Reference } from './references.ts';
import { postEntry, voidEntry } from './writes.ts';

const OBJECTS = { notes: 'customer_note', tasks: 'task', opportunities: 'opportunity' } as const;
type Movable = keyof typeof OBJECTS;
const MOVABLE = Object.keys(OBJECTS) as Movable[];
const OBJECTS_MAX = 100_000;

/**
 * Makes `from`, with all that was merged into it before, part of `into`. Merges are flat: a customer belongs to one that belongs to
 * none. Contacts, notes, tasks and opportunities go along.
 */
export async function mergeCustomers(context: ApiContext, call: Call): Promise<void> {
  const from = await referenced(context, call, 'from');
  const into = await referenced(context, call, 'into');
  if (from.source === into.source && from.externalId === into.externalId) {
    throw refused('into', 'A customer cannot be merged with itself');
  }
  const read = await context.read(call);
  const above = await currentRecords<{ source: string; customer_external_id: string }>(read, 'customer_merges', {
    where: `cityHash64(source, customer_external_id) IN (${placeOf(from.source, from.externalId)}, ${placeOf(into.source, into.externalId)})`,
  });
  const merged = ({ source, externalId }: Reference) =>
    above.some((each) => each.source === source && each.customer_external_id === externalId);
  if (merged(into)) throw refused('into', 'This customer was merged into another one; merge into that one');
  if (merged(from)) throw refused('from', 'This customer was merged into another one; merge that one');
  const members = await currentRecords<{ source: string; customer_external_id: string }>(read, 'customer_merges', {
    where: 'into_source = {source:String} AND into_external_id = {name:String}',
    parameters: { source: from.source, name: from.externalId },
  });
  const moved = [
    from,
    ...members.map((member) => ({ source: member.source, externalId: member.customer_external_id })),
  ];
  const parts: Part[] = [...Map.groupBy(moved, (each) => each.source)].map(([source, references]) => {
    const rows = references.map(({ externalId }) => ({
      customer_external_id: externalId,
      into_source: into.source,
      into_external_id: into.externalId,
    }));
    return postEntry(customerMerges, source, rows);
  });
  const [old, now] = [from, into].map(({ source, externalId }) => customerId(source, externalId));
  for (const kind of ['contact', ...Object.values(OBJECTS)] as const)
    parts.push(...(await movedObjects(context, call, kind, old!, now!)));
  await context.stateAll(call, parts);
}

/** Takes one customer out again; of the merged customer's notes, tasks and opportunities it gets those that are asked for. */
export async function unmergeCustomer(context: ApiContext, call: Call): Promise<void> {
  const fields = new Fields(call.body);
  const sourceId = fields.text('data_source_uuid', { required: true });
  const externalId = fields.text('external_id', { required: true });
  const uuid = fields.text('customer_uuid', { required: true });
  const moving = fields.texts('move_to_new_customer');
  for (const [i, name] of moving.entries()) {
    if (!MOVABLE.includes(name as Movable)) {
      fields.wrong(`move_to_new_customer[${i}]`, `must be one of ${MOVABLE.join(', ')}, not ${name}`);
    }
  }
  fields.check();
  const source = await context.sources.get(call, sourceId!);
  const [merged] = await currentRecords<{ into_source: string; into_external_id: string }>(
    await context.read(call),
    'customer_merges',
    {
      where: 'source = {source:String} AND customer_external_id = {name:String}',
      parameters: { source: source.name, name: externalId },
    },
  );
  if (!merged) throw refused('external_id', 'This customer is not merged into another one');
  const root = customerId(merged.into_source, merged.into_external_id);
  const own = customerId(source.name, externalId!);
  if (uuid !== root && uuid !== own)
    throw refused('customer_uuid', 'This customer is not part of that one', 'not_found');
  const voids = [{ stream: 'customer_merges', matches: [{ customer_external_id: externalId! }] }];
  const parts: Part[] = [voidEntry(source.name, voids)];
  for (const name of new Set(moving)) {
    parts.push(...(await movedObjects(context, call, OBJECTS[name as Movable], root, own)));
  }
  // A contact says which source's customer it came with.
  const came = { data_source_uuid: dataSourceId(call.account.id, source.name), customer_external_id: externalId! };
  parts.push(...(await movedObjects(context, call, 'contact', root, own, came)));
  await context.stateAll(call, parts);
}

async function movedObjects(
  context: ApiContext,
  call: Call,
  kind: StatedKind,
  from: string,
  into: string,
  more: Record<string, string> = {},
): Promise<Part[]> {
  const where = { customer_uuid: from, ...more };
  const objects = await context.stated.list(call.account.id, kind, { where, limit: OBJECTS_MAX });
  return objects.map(({ id }) => context.part(call, `${kind}.update`, { id, changes: { customer_uuid: into } }));
}

/** `{customer_uuid}` or `{data_source_uuid, external_id}` as a customer that is there. */
async function referenced(context: ApiContext, call: Call, name: string): Promise<Reference> {
  const outer = new Fields(call.body);
  outer.required(name);
  const fields = outer.inside(name);
  const uuid = fields.text('customer_uuid');
  const sourceId = fields.text('data_source_uuid', { required: !uuid });
  const externalId = fields.text('external_id', { required: !uuid });
  outer.check();
  if (uuid) {
    const found = await context.references.customer(call, uuid);
    if (!found) throw notFound('Customer', `${name}.customer_uuid`, uuid);
    return found;
  }
  const source = await context.sources.get(call, sourceId!, `${name}.data_source_uuid`);
  const reference = { source: source.name, externalId: externalId! };
  if (!(await context.references.exists(call, 'customers', reference))) {
    await context.read(call);
    if (!(await context.references.exists(call, 'customers', reference))) {
      throw notFound('Customer', `${name}.external_id`, externalId!);
    }
  }
  return reference;
}

interface Subscription {
  source: string;
  customer: string;
  name: string;
}

/** All that are named become one history under the name of the last. What was connected into one of them before goes along. */
export async function connectSubscriptions(context: ApiContext, call: Call): Promise<void> {
  const named = await namedSubscriptions(context, call);
  const into = named.at(-1)!;
  const before = await connectionsOf(context, call, named);
  const follow = before.filter((each) => named.slice(0, -1).some((one) => same(one, each.into)));
  const moved = [...named.slice(0, -1), ...follow.map(({ from }) => from)].filter((one) => !same(one, into));
  const unique = [...new Map(moved.map((one) => [keyOf(one), one])).values()];
  if (unique.length === 0) throw refused('subscriptions', 'Name at least two subscriptions');
  const ofInto = before.filter(({ from }) => same(from, into));
  const parts: Part[] = [...Map.groupBy(unique, (one) => one.source)].map(([source, group]) => {
    const rows = group.map((one) => ({
      customer_external_id: one.customer,
      subscription_external_id: one.name,
      into_subscription_external_id: into.name,
      ...(into.source !== source && { into_source: into.source }),
      ...(into.customer !== one.customer && { into_customer_external_id: into.customer }),
    }));
    return postEntry(subscriptionConnections, source, rows);
  });
  // The last one may have been connected into another before: it stands for itself now.
  for (const { from } of ofInto) parts.push(voidedConnections(from.source, [matchOf(from)]));
  await context.stateAll(call, parts);
}

/** Those that are named stand for themselves again, and so do those that were connected into them. */
export async function disconnectSubscriptions(context: ApiContext, call: Call): Promise<void> {
  const named = await namedSubscriptions(context, call);
  const before = await connectionsOf(context, call, named);
  const gone = before.filter(({ from, into }) => named.some((one) => same(one, from) || same(one, into)));
  const parts = [...Map.groupBy(gone, ({ from }) => from.source)].map(([source, group]) =>
    voidedConnections(
      source,
      group.map(({ from }) => matchOf(from)),
    ),
  );
  await context.stateAll(call, parts);
}

const same = (a: Subscription, b: Subscription) => keyOf(a) === keyOf(b);
const keyOf = ({ source, customer, name }: Subscription) => JSON.stringify([source, customer, name]);
const matchOf = ({ customer, name }: Subscription) => ({
  customer_external_id: customer,
  subscription_external_id: name,
});

const voidedConnections = (source: string, matches: Array<Record<string, string>>): Part =>
  voidEntry(source, [{ stream: 'subscription_connections', matches }]);

/** Connections of all customers that the named subscriptions belong to. */
async function connectionsOf(
  context: ApiContext,
  call: Call,
  named: readonly Subscription[],
): Promise<Array<{ from: Subscription; into: Subscription }>> {
  const row = await customerRow(context, call, call.params.uuid!);
  const read = await context.read(call);
  const members = (await mergedMembers(read, [row])).get(row.key_hash) ?? [];
  const places = [
    ...new Set([
      row.key_hash,
      ...members.map(({ place }) => place),
      ...named.map((one) => placeOf(one.source, one.customer)),
    ]),
  ];
  return connections(
    await currentRecords<ConnectionRow>(read, 'subscription_connections', {
      where: `cityHash64(source, customer_external_id) IN (${places.join(', ')})`,
    }),
  );
}

export interface ConnectionRow {
  source: string;
  customer_external_id: string;
  subscription_external_id: string;
  into_subscription_external_id: string;
  into_source: string;
  into_customer_external_id: string;
}

export function connections(rows: readonly ConnectionRow[]): Array<{ from: Subscription; into: Subscription }> {
  return rows.map((row) => ({
    from: { source: row.source, customer: row.customer_external_id, name: row.subscription_external_id },
    into: {
      source: row.into_source || row.source,
      customer: row.into_customer_external_id || row.customer_external_id,
      name: row.into_subscription_external_id,
    },
  }));
}

/** The subscriptions of the customer, and of those merged into it, that the body names, in its order. */
async function namedSubscriptions(context: ApiContext, call: Call): Promise<Subscription[]> {
  const row = await customerRow(context, call, call.params.uuid!);
  const read = await context.read(call);
  const own: Member = { place: row.key_hash, source: row.source, externalId: row.external_id };
  const owners = [own, ...((await mergedMembers(read, [row])).get(row.key_hash) ?? [])];
  const there = await currentRecords<{ source: string; customer: string; name: string }>(read, 'invoices', {
    columns: 'DISTINCT source, customer_external_id AS customer, subscription_external_id AS name',
    where: `customer_hash IN (${owners.map(({ place }) => place).join(', ')}) AND type IN ('subscription', 'trial')`,
    orderBy: 'source, customer, name',
  });
  const fields = new Fields(call.body);
  const named = fields.each('subscriptions', { required: true }).flatMap((each) => {
    const uuid = each.text('uuid');
    const externalId = each.text('external_id');
    const sourceId = each.text('data_source_uuid');
    const found = there.find((one) => {
      if (sourceId && dataSourceId(call.account.id, one.source) !== sourceId) return false;
      const id = subscriptionId(one.source, one.customer, one.name);
      return one.name === externalId || id === uuid || id.slice('sub_'.length) === uuid;
    });
    if (!found) each.wrong(uuid ? 'uuid' : 'external_id', 'is no subscription of this customer', 'not_found');
    return found ? [found] : [];
  });
  fields.check();
  return named;
}
