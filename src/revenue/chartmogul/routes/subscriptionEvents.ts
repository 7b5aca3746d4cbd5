/** Subscription events: stated objects with integer ids. */
import type { Json } from '../../../journal/types.ts';
import type { Fields as StatedFields } from '../../stated/apply.ts';
import type { StatedObject } from '../../stated/store.ts';
import { cancellationChange } from '../cancellations.ts';
import { type ApiContext, type Call, changing, type Route } from '../context.ts';
import { badParameter, notFound, refused } from '../errors.ts';
import { Fields, isObject, type JsonObject } from '../fields.ts';
import { newId } from '../ids.ts';
import { parseTime, seconds } from '../times.ts';
import { claim } from '../writes.ts';
import { given, statedPage } from './lists.ts';

const EVENT_TYPES = [
  'subscription_start',
  'subscription_start_scheduled',
  'scheduled_subscription_start_retracted',
  'subscription_updated',
  'subscription_update_scheduled',
  'scheduled_subscription_update_retracted',
  'subscription_cancelled',
  'subscription_cancellation_scheduled',
  'scheduled_subscription_cancellation_retracted',
  'subscription_event_retracted',
];
/** These need plan, currency and amount. */
const PRICED_TYPES = [
  'subscription_start',
  'subscription_start_scheduled',
  'subscription_updated',
  'subscription_update_scheduled',
];
const TEXTS = ['customer_external_id', 'subscription_external_id'] as const;
const OPTIONAL_TEXTS = [
  'external_id',
  'subscription_set_external_id',
  'plan_external_id',
  'retracted_event_id',
] as const;
const INTEGERS = ['amount_in_cents', 'tax_amount_in_cents', 'quantity', 'event_order'] as const;
const FILTERS = [
  'data_source_uuid',
  'external_id',
  'customer_external_id',
  'subscription_external_id',
  'event_type',
  'plan_external_id',
];

const KIND = 'subscription_event';
const MISSING = () => notFound('Subscription event');
const TAKEN = () => refused('external_id', 'The external ID for this subscription event already exists.', 'taken');

export function subscriptionEventRoutes(route: Route, context: ApiContext): void {
  route('GET', '/subscription_events', 200, async (call) => {
    const where = given(call, FILTERS);
    for (const name of ['event_date', 'effective_date']) {
      const text = call.query[name];
      if (!text) continue;
      const time = parseTime(text);
      if (time === null) throw badParameter(name, `${name} is no date or time`);
      where[name] = new Date(time).toISOString();
    }
    const { objects, tail } = await statedPage(context, call, KIND, { where }, true);
    const { cursor, has_more, current_page, total_pages } = tail;
    const last = objects.at(-1);
    return {
      subscription_events: objects.map(describe),
      cursor,
      has_more,
      meta: {
        prev_key: null,
        next_key: has_more ? (last?.createdSeq ?? null) : null,
        before_key: last?.createdAt ?? null,
        page: current_page ?? 1,
        total_pages: total_pages ?? 1,
        cursor,
        has_more,
      },
    };
  });

  route('POST', '/subscription_events', 201, async (call) => {
    const fields = new Fields(eventIn(call));
    const values = readEvent(fields, true);
    fields.check();
    return describe(await createEvent(context, call, values));
  });

  route('PATCH', '/subscription_events', 200, async (call) => {
    const given = eventIn(call);
    const event = await find(context, call, given);
    const fields = new Fields(given);
    const changes = readEvent(fields, false);
    fields.check();
    delete changes.data_source_uuid;
    if (event.body.external_id === changes.external_id) delete changes.external_id;
    return describe(await updateEvent(context, call, event, changes));
  });

  route('DELETE', '/subscription_events', 204, async (call) => {
    const event = await find(context, call, { ...bracketed(call), ...eventIn(call) });
    await changing(
      context.stated.remove(call.account.id, call.actor, KIND, event.id, {
        releases: await claimsOf(context, call, event.body),
        records: await cancellationChange(context, call, event, null),
      }),
      MISSING,
    );
  });

  const disable = async (call: Call, event: StatedObject) => {
    const fields = new Fields(call.body);
    const disabled = fields.boolean('disabled', { required: true })!;
    fields.check();
    const changes = {
      disabled,
      disabled_at: disabled ? new Date().toISOString() : null,
      disabled_by: disabled ? call.actor : null,
    };
    const after = describe(await updateEvent(context, call, event, changes));
    return { ...after, subscription_event: after };
  };
  route('PATCH', '/subscription_events/:id/disabled_state', 200, async (call) =>
    disable(call, await find(context, call, { id: call.params.id! })),
  );
  route('PATCH', '/subscription_events/disabled_state', 200, async (call) =>
    disable(call, await find(context, call, { ...given(call, ['data_source_uuid', 'external_id']), ...eventIn(call) })),
  );
}

/** States the event; its integer id is the number of the entry that does. */
export async function createEvent(context: ApiContext, call: Call, values: StatedFields): Promise<StatedObject> {
  if (!(await context.sources.find(call, String(values.data_source_uuid)))) {
    throw refused('data_source_uuid', 'Data source not found', 'not_found');
  }
  return changing(
    context.stated.create(call.account.id, call.actor, KIND, newId(), values, {
      claims: await claimsOf(context, call, values),
      records: await cancellationChange(context, call, null, values),
    }),
    MISSING,
    TAKEN,
  );
}

/** States the event; one with the same external id takes the new values. */
export async function stateEvent(context: ApiContext, call: Call, values: StatedFields): Promise<StatedObject> {
  const where = { external_id: String(values.external_id ?? ''), data_source_uuid: String(values.data_source_uuid) };
  const [there] = where.external_id === '' ? [] : await context.stated.list(call.account.id, KIND, { where, limit: 1 });
  return there ? updateEvent(context, call, there, values) : createEvent(context, call, values);
}

async function updateEvent(context: ApiContext, call: Call, event: StatedObject, changes: StatedFields) {
  const records = await cancellationChange(context, call, event, { ...event.body, ...changes });
  return changing(context.stated.update(call.account.id, call.actor, KIND, event.id, changes, { records }), MISSING);
}

async function claimsOf(context: ApiContext, call: Call, values: StatedFields): Promise<string[]> {
  if (typeof values.external_id !== 'string' || values.external_id === '') return [];
  const source = await context.sources.find(call, String(values.data_source_uuid));
  return source ? [claim('event', source.name, values.external_id)] : [];
}

/** The body's subscription_event, or the body itself. */
function eventIn(call: Call): JsonObject {
  const inner = call.body.subscription_event;
  return isObject(inner) ? inner : call.body;
}

/** Ruby's client sends `subscription_event[id]=…` in the query. */
function bracketed(call: Call): JsonObject {
  const found: JsonObject = {};
  for (const [name, value] of Object.entries(call.query)) {
    const match = /^subscription_event\[(\w+)\]$/.exec(name);
    if (match && value !== undefined) found[match[1]!] = value;
  }
  return found;
}

export function readEvent(fields: Fields, creating: boolean): StatedFields {
  const values: StatedFields = {};
  const put = (name: string, required: boolean, read: () => Json) => {
    if (required || fields.has(name)) values[name] = read();
  };
  put('data_source_uuid', creating, () => fields.text('data_source_uuid', { required: true }));
  for (const name of TEXTS) put(name, creating, () => fields.text(name, { required: true }));
  put('event_type', creating, () => fields.oneOf('event_type', EVENT_TYPES, { required: true }));
  const priced = creating && PRICED_TYPES.includes(String(values.event_type));
  for (const name of ['event_date', 'effective_date']) put(name, creating, () => fields.time(name, { required: true }));
  for (const name of OPTIONAL_TEXTS) {
    const required = priced && name === 'plan_external_id';
    put(name, required, () => fields.text(name, { required }));
  }
  put('currency', priced, () => fields.currency('currency', { required: priced }));
  for (const name of INTEGERS) {
    const required = priced && name === 'amount_in_cents';
    put(name, required, () => fields.integer(name, { required }));
  }
  return values;
}

/** By integer id, or by data source and external id. */
async function find(context: ApiContext, call: Call, given: JsonObject): Promise<StatedObject> {
  const { id, external_id: externalId, data_source_uuid: sourceId } = given;
  if (id !== undefined && id !== null) {
    const found = await context.stated.byNumber(call.account.id, KIND, String(id));
    if (!found) throw MISSING();
    return found;
  }
  if (!externalId || !sourceId) throw badParameter('id', 'Parameter "id" is missing', 'missing');
  const where = { external_id: String(externalId), data_source_uuid: String(sourceId) };
  const [found] = await context.stated.list(call.account.id, KIND, { where, limit: 1 });
  if (!found) throw MISSING();
  return found;
}

function describe({ createdSeq, createdAt, updatedAt, body }: StatedObject): Record<string, Json> {
  const field = (name: string): Json => body[name] ?? null;
  const time = (name: string): Json => (typeof body[name] === 'string' ? seconds(body[name]) : null);
  return {
    id: createdSeq,
    data_source_uuid: field('data_source_uuid'),
    customer_external_id: field('customer_external_id'),
    subscription_set_external_id: field('subscription_set_external_id'),
    subscription_external_id: field('subscription_external_id'),
    plan_external_id: field('plan_external_id'),
    event_date: time('event_date'),
    effective_date: time('effective_date'),
    event_type: field('event_type'),
    external_id: field('external_id'),
    errors: {},
    created_at: seconds(createdAt),
    updated_at: seconds(updatedAt),
    quantity: field('quantity'),
    currency: field('currency'),
    amount_in_cents: field('amount_in_cents'),
    tax_amount_in_cents: field('tax_amount_in_cents'),
    event_order: field('event_order'),
    retracted_event_id: field('retracted_event_id'),
    disabled: body.disabled === true,
    disabled_at: field('disabled_at'),
    disabled_by: field('disabled_by'),
  };
}
