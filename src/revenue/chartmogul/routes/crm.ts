/** Customer notes, opportunities and tasks: objects of a customer with fields of their own and the same five routes. */
import type { Json } from '../../../journal/types.ts';
import type { Fields as StatedFields, StatedKind } from '../../stated/apply.ts';
import type { ListOptions, StatedObject } from '../../stated/store.ts';
import { type ApiContext, type Call, changing, type Route } from '../context.ts';
import { badParameter, notFound, refused } from '../errors.ts';
import { Fields, LONG_TEXT_CHARACTERS_MAX } from '../fields.ts';
import { newId } from '../ids.ts';
import { parseTime } from '../times.ts';
import { customValues } from './customValues.ts';
import { given, statedPage } from './lists.ts';

interface Resource {
  kind: StatedKind & ('customer_note' | 'opportunity' | 'task');
  path: string;
  title: string;
  prefix?: 'note';
  /** Reads the fields that the body has; on creation the required ones must be there. */
  read(fields: Fields, creating: boolean): StatedFields;
  describe(object: StatedObject): Record<string, Json>;
  filters(call: Call): Omit<ListOptions, 'limit' | 'after' | 'offset'>;
}

const NOTE: Resource = {
  kind: 'customer_note',
  path: '/customer_notes',
  title: 'Customer note',
  prefix: 'note',
  read: (fields, creating) => ({
    ...when(fields, creating, 'type', () => fields.oneOf('type', ['note', 'call'], { required: true })),
    ...when(fields, false, 'text', () => fields.text('text', { charactersMax: LONG_TEXT_CHARACTERS_MAX })),
    ...when(fields, false, 'call_duration', () => fields.integer('call_duration', { min: 0 })),
    ...when(fields, false, 'author_email', () => fields.text('author_email')),
    ...when(fields, false, 'created_at', () => fields.time('created_at')),
  }),
  describe: ({ id, body, createdAt, updatedAt }) => ({
    uuid: id,
    customer_uuid: body.customer_uuid ?? null,
    type: body.type ?? 'note',
    author: author(body.author_email),
    text: body.text ?? null,
    call_duration: body.call_duration ?? 0,
    created_at: body.created_at ?? createdAt,
    updated_at: updatedAt,
  }),
  filters: (call) => ({ where: given(call, ['customer_uuid', 'author_email', 'type']) }),
};

const OPPORTUNITY: Resource = {
  kind: 'opportunity',
  path: '/opportunities',
  title: 'Opportunity',
  read: (fields, creating) => ({
    ...when(fields, creating, 'owner', () => fields.text('owner', { required: true })),
    ...when(fields, creating, 'pipeline', () => fields.text('pipeline', { required: true })),
    ...when(fields, creating, 'pipeline_stage', () => fields.text('pipeline_stage', { required: true })),
    ...when(fields, creating, 'estimated_close_date', () => day(fields, 'estimated_close_date')),
    ...when(fields, creating, 'currency', () => fields.currency('currency', { required: true })),
    ...when(fields, creating, 'amount_in_cents', () => fields.integer('amount_in_cents', { required: true })),
    ...when(fields, false, 'type', () => fields.oneOf('type', ['recurring', 'one-time'])),
    ...when(fields, false, 'forecast_category', () =>
      fields.oneOf('forecast_category', ['pipeline', 'best_case', 'committed', 'lost', 'won']),
    ),
    ...when(fields, false, 'win_likelihood', () => fields.integer('win_likelihood', { min: 0, max: 100 })),
    ...when(fields, false, 'custom', () => customValues(fields)),
  }),
  describe: ({ id, body, createdAt, updatedAt }) => ({
    uuid: id,
    customer_uuid: body.customer_uuid ?? null,
    owner: body.owner ?? null,
    pipeline: body.pipeline ?? null,
    pipeline_stage: body.pipeline_stage ?? null,
    estimated_close_date: body.estimated_close_date ?? null,
    currency: body.currency ?? null,
    amount_in_cents: body.amount_in_cents ?? 0,
    type: body.type ?? 'recurring',
    forecast_category: body.forecast_category ?? 'pipeline',
    win_likelihood: body.win_likelihood ?? 0,
    custom: body.custom ?? {},
    created_at: createdAt,
    updated_at: updatedAt,
  }),
  filters: (call) => ({
    where: given(call, ['customer_uuid', 'owner', 'pipeline', 'pipeline_stage']),
    from: dayBound(call, 'estimated_close_date_on_or_after', 'estimated_close_date'),
    upTo: dayBound(call, 'estimated_close_date_on_or_before', 'estimated_close_date'),
  }),
};

const TASK: Resource = {
  kind: 'task',
  path: '/tasks',
  title: 'Task',
  read: (fields, creating) => ({
    ...when(fields, creating, 'assignee', () => fields.text('assignee', { required: true })),
    ...when(fields, creating, 'task_details', () =>
      fields.text('task_details', { required: true, charactersMax: LONG_TEXT_CHARACTERS_MAX }),
    ),
    ...when(fields, creating, 'due_date', () => fields.time('due_date', { required: true })),
    ...when(fields, false, 'completed_at', () => fields.time('completed_at')),
  }),
  describe: ({ id, body, createdAt, updatedAt }) => ({
    task_uuid: id,
    customer_uuid: body.customer_uuid ?? null,
    task_details: body.task_details ?? null,
    assignee: body.assignee ?? null,
    due_date: body.due_date ?? null,
    completed_at: body.completed_at ?? null,
    created_at: createdAt,
    updated_at: updatedAt,
  }),
  filters: (call) => ({
    where: given(call, ['customer_uuid', 'assignee']),
    from: timeBound(call, 'due_date_on_or_after', 'due_date'),
    before: timeBound(call, 'due_date_before', 'due_date'),
    upTo: timeBound(call, 'due_date_on_or_before', 'due_date'),
    ...(call.query.completed && { filled: { completed_at: call.query.completed === 'true' } }),
  }),
};

export function crmRoutes(route: Route, context: ApiContext): void {
  for (const resource of [NOTE, OPPORTUNITY, TASK]) resourceRoutes(route, context, resource);
}

function resourceRoutes(route: Route, context: ApiContext, resource: Resource): void {
  const { kind, path } = resource;
  const missing = () => notFound(resource.title);

  route('POST', path, 201, async (call) => {
    const fields = new Fields(call.body);
    const customerUuid = fields.text('customer_uuid', { required: true });
    const values = resource.read(fields, true);
    fields.check();
    if (!(await context.references.customer(call, customerUuid!))) {
      throw refused('customer_uuid', 'Customer not found', 'not_found');
    }
    const created = { ...values, customer_uuid: customerUuid };
    return resource.describe(
      await context.stated.create(call.account.id, call.actor, kind, newId(resource.prefix), created),
    );
  });
  route('GET', path, 200, async (call) => {
    const { objects, tail } = await statedPage(context, call, kind, resource.filters(call));
    return { entries: objects.map(resource.describe), ...tail };
  });
  route('GET', `${path}/:uuid`, 200, async (call) => {
    const object = await context.stated.get(call.account.id, kind, call.params.uuid!);
    if (!object) throw missing();
    return resource.describe(object);
  });
  route('PATCH', `${path}/:uuid`, 200, async (call) => {
    const fields = new Fields(call.body);
    const changes = resource.read(fields, false);
    fields.check();
    const before = await context.stated.get(call.account.id, kind, call.params.uuid!);
    if (!before) throw missing();
    if (changes.custom !== undefined) {
      changes.custom = { ...(before.body.custom as StatedFields | undefined), ...(changes.custom as StatedFields) };
    }
    const changed = context.stated.update(call.account.id, call.actor, kind, before.id, changes);
    return resource.describe(await changing(changed, missing));
  });
  route('DELETE', `${path}/:uuid`, 200, async (call) => {
    await changing(context.stated.remove(call.account.id, call.actor, kind, call.params.uuid!), missing);
    return {};
  });
}

/** The field when the body has it, or when it is required. */
function when(fields: Fields, required: boolean, name: string, read: () => Json): StatedFields {
  return required || fields.has(name) ? { [name]: read() } : {};
}

/** A day: the part before any time of day. */
function day(fields: Fields, name: string): string | null {
  return fields.time(name, { required: true })?.slice(0, 10) ?? null;
}

function dayBound(call: Call, parameter: string, field: string): Record<string, string> {
  const bound = timeBound(call, parameter, field)[field];
  return bound === undefined ? {} : { [field]: bound.slice(0, 10) };
}

function timeBound(call: Call, parameter: string, field: string): Record<string, string> {
  const text = call.query[parameter];
  if (text === undefined || text === '') return {};
  const time = parseTime(text);
  if (time === null) throw badParameter(parameter, `${parameter} is no date or time`);
  return { [field]: new Date(time).toISOString() };
}

/** ChartMogul shows `Name (mail)`; users have no names here. */
function author(email: Json | undefined): string | null {
  return typeof email === 'string' && email !== '' ? `${email.split('@')[0]} (${email})` : null;
}
