/** What moved MRR: the feed of all customers and of one, a customer's subscriptions as metrics show them, and exports of the feed. */
import { type Day, dayOfInstant } from '../../../kernel/dates.ts';
import type { ReadContext } from '../../../ledger/index.ts';
import {
  type Activity,
  type ActivityQuery,
  activities,
  type CustomerSubscription,
  customerSubscriptions,
} from '../../metrics/index.ts';
import { MOVEMENT_TYPES, type MovementType } from '../../statement.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { type CustomerRow, currencySign, customerRow, mergedMembers } from '../customerRows.ts';
import { badParameter, notFound, wrongFields } from '../errors.ts';
import { type ActivityExport, describeExport } from '../exports.ts';
import { placeOfBareId } from '../ids.ts';
import { currentRecords } from '../ledgerReads.ts';
import { type ConnectionRow, connections } from '../merging.ts';
import {
  activityId,
  dayOf,
  dayParameter,
  describeActivity,
  describeSubscription,
  movement,
  numberOfHash,
  reading,
  subscriptionSets,
} from '../metricAnswers.ts';
import { pageOf, pageRequest } from '../pages.ts';

const LOOKUP_PAGE = 1_000;

export function activityRoutes(route: Route, context: ApiContext): void {
  route('GET', '/activities', 200, async (call) => {
    const request = pageRequest(call.query, 1);
    const order = call.query.order || 'date';
    if (order !== 'date' && order !== '-date') throw badParameter('order', 'order must be date or -date');
    const read = await context.read(call);
    const startAfter = call.query['start-after'];
    const found = await reading(
      activities(read, {
        from: dayParameter(call, 'start-date', false) as ActivityQuery['from'],
        to: (dayParameter(call, 'end-date', false) ?? today(call)) as ActivityQuery['to'],
        type: typeOf(call.query.type, 'type'),
        timeZone: call.account.timeZone,
        newestFirst: order === '-date',
        after: request.after?.[0] ?? (startAfter ? await positionOf(read, startAfter) : undefined),
        limit: request.perPage,
      }),
    );
    const rows = found.activities;
    const sets = await subscriptionSets(read, rows.map(customerOf));
    const { tail } = pageOf(request, rows, ({ position }) => [position]);
    return {
      entries: rows.map((row) => describeActivity(call, row, sets)),
      ...tail,
      has_more: found.more,
      per_page: request.perPage,
    };
  });

  route('GET', '/customers/:uuid/activities', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const request = pageRequest(call.query, 1);
    const found = await reading(
      activities(await context.read(call), {
        customer: { source: row.source, externalId: row.external_id },
        to: today(call),
        timeZone: call.account.timeZone,
        newestFirst: true,
        after: request.after?.[0],
        limit: request.perPage,
      }),
    );
    const { tail } = pageOf(request, found.activities, ({ position }) => [position]);
    return {
      entries: found.activities.map((each) => ({
        id: numberOfHash(each.id),
        ...movement(call, each),
        'currency-sign': currencySign(each.currency),
        'subscription-external-id': each.subscriptionExternalId || null,
      })),
      ...tail,
      has_more: found.more,
      per_page: request.perPage,
      page: request.page ?? 1,
    };
  });

  route('GET', '/customers/:uuid/subscriptions', 200, async (call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    const customer = { source: row.source, externalId: row.external_id };
    const request = pageRequest(call.query, 1);
    const read = await context.read(call);
    const [each, connections, sets] = await Promise.all([
      customerSubscriptions(read, customer, today(call)),
      connectionsOf(read, row),
      subscriptionSets(read, [customer]),
    ]);
    const all = connected(each, connections);
    const start =
      request.after === null ? ((request.page ?? 1) - 1) * request.perPage : placeAfter(request.after[0]!, all);
    const page = all.slice(start, start + request.perPage + 1);
    const { rows, tail } = pageOf(request, page, ({ id }) => [id]);
    return {
      entries: rows.map((each) => ({
        ...describeSubscription(call, each, sets),
        'currency-sign': currencySign(each.currency),
      })),
      ...tail,
      per_page: request.perPage,
      page: request.page ?? 1,
    };
  });

  route('POST', '/activities_export', 200, async (call) => {
    const text = (name: string) => {
      const value = call.body[name];
      if (value === undefined || value === null || value === '') return undefined;
      if (typeof value === 'string') return value;
      throw wrongFields([{ param: name, code: 'invalid', message: `${name} must be text` }]);
    };
    const from = dayOf(call, text('start-date') ?? text('start_date'), 'start-date', false);
    const to = dayOf(call, text('end-date') ?? text('end_date'), 'end-date', false);
    if (from !== undefined && to !== undefined && from > to) {
      throw badParameter('end-date', 'end-date must not be before start-date');
    }
    const { seq } = await context.read(call);
    const made = await context.exports.add(call.account, { from, to, type: typeOf(text('type'), 'type'), seq });
    // The first answer says pending, as clients expect; the file can be had at once.
    return { ...describeExport(made, call.origin), status: 'pending', file_url: null, expires_at: null };
  });
  route('GET', '/activities_export/:id', 200, async (call) => {
    const found: ActivityExport | undefined = await context.exports.get(call.params.id!);
    if (found === undefined || found.accountId !== call.account.id) throw notFound('Activities export', 'id');
    return describeExport(found, call.origin);
  });
}

/** What is scheduled has not moved anything yet: the feed ends today where no end is named. */
const today = (call: Call): Day => dayOfInstant(Date.now(), call.account.timeZone);

const customerOf = ({ source, customerExternalId }: Activity) => ({ source, externalId: customerExternalId });

function typeOf(text: string | undefined, param: string): MovementType | undefined {
  if (text === undefined || text === '') return undefined;
  const type = MOVEMENT_TYPES.find((each) => each === text);
  if (type === undefined) throw badParameter(param, `${param} must be one of ${MOVEMENT_TYPES.join(', ')}`);
  return type;
}

/** Where the list goes on after the activity with this UUID. */
async function positionOf(read: ReadContext, uuid: string): Promise<string> {
  const hash = placeOfBareId(uuid);
  for (let after: string | undefined; hash !== null; ) {
    const page = await activities(read, { customer: { hash }, after, limit: LOOKUP_PAGE });
    const found = page.activities.find((each) => activityId(each) === uuid.toLowerCase());
    if (found) return found.position;
    if (!page.more) break;
    after = page.activities.at(-1)!.position;
  }
  throw badParameter('start-after', 'There is no activity with this uuid', 'not_found');
}

/** Connections among the customer's subscriptions and those of customers merged into it. */
async function connectionsOf(read: ReadContext, row: CustomerRow) {
  const members = (await mergedMembers(read, [row])).get(row.key_hash) ?? [];
  const places = [row.key_hash, ...members.map(({ place }) => place)];
  const rows = await currentRecords<ConnectionRow>(read, 'subscription_connections', {
    where: `cityHash64(source, customer_external_id) IN (${places.join(', ')})`,
  });
  return connections(rows);
}

/** Of connected subscriptions the one is left that they were connected into, with the earliest start. */
function connected(
  all: readonly CustomerSubscription[],
  joined: Awaited<ReturnType<typeof connectionsOf>>,
): CustomerSubscription[] {
  const key = (source: string, name: string) => `${source}\u0000${name}`;
  const into = new Map(
    joined.map((each) => [key(each.from.source, each.from.name), key(each.into.source, each.into.name)]),
  );
  const there = new Set(all.map((each) => key(each.source, each.externalId)));
  const groups = Map.groupBy(all, (each) => {
    const own = key(each.source, each.externalId);
    const target = into.get(own) ?? own;
    return there.has(target) ? target : own;
  });
  return [...groups].map(([name, members]) => {
    const left = members.find((each) => key(each.source, each.externalId) === name) ?? members[0]!;
    const startDate = members.map((member) => member.startDate).toSorted()[0]!;
    return { ...left, startDate };
  });
}

function placeAfter(id: string, all: ReadonlyArray<{ id: string }>): number {
  const at = all.findIndex((each) => each.id === id);
  if (at < 0) throw badParameter('cursor', 'The cursor is not valid; its subscription is no more');
  return at + 1;
}
