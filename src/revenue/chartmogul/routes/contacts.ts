/** Contacts of customers. */
import type { Json } from '../../../journal/types.ts';
import type { Fields as StatedFields } from '../../stated/apply.ts';
import type { StatedObject } from '../../stated/store.ts';
import { type ApiContext, type Call, changing, type Route } from '../context.ts';
import { notFound, refused } from '../errors.ts';
import { Fields, LONG_TEXT_CHARACTERS_MAX } from '../fields.ts';
import { newId } from '../ids.ts';
import { customValues } from './customValues.ts';
import { given, statedPage } from './lists.ts';

const MISSING = () => notFound('Contact');
const TAKEN = () => refused('external_id', 'has already been taken', 'taken');
const TEXTS = ['first_name', 'last_name', 'title', 'email', 'phone', 'linked_in', 'twitter'] as const;

export function contactRoutes(route: Route, context: ApiContext): void {
  const create = async (call: Call, customerUuid?: string) => {
    const fields = new Fields({ ...call.body, ...(customerUuid !== undefined && { customer_uuid: customerUuid }) });
    const values = readFields(fields);
    const uuid = fields.text('customer_uuid', { required: true });
    const sourceUuid = fields.text('data_source_uuid', { required: customerUuid === undefined });
    fields.check();
    const customer = await context.references.customer(call, uuid!);
    if (!customer)
      throw customerUuid ? notFound('Customer') : refused('customer_uuid', 'Customer not found', 'not_found');
    const source = sourceUuid
      ? await context.sources.find(call, sourceUuid)
      : (await context.sources.list(call)).find(({ name }) => name === customer.source);
    if (!source) throw refused('data_source_uuid', 'Data source not found', 'not_found');
    const externalId = typeof values.external_id === 'string' && values.external_id !== '' ? values.external_id : null;
    const created = await changing(
      context.stated.create(
        call.account.id,
        call.actor,
        'contact',
        newId('con'),
        {
          ...values,
          customer_uuid: uuid,
          customer_external_id: customer.externalId,
          data_source_uuid: source.id,
        },
        externalId === null ? {} : { claims: [claimOf(source.name, externalId)] },
      ),
      MISSING,
      TAKEN,
    );
    return describe(created);
  };
  const list = async (call: Call, customerUuid?: string) => {
    const where = given(call, ['email', 'customer_external_id', 'customer_uuid', 'data_source_uuid']);
    if (customerUuid !== undefined) {
      if (!(await context.references.customer(call, customerUuid))) throw notFound('Customer');
      where.customer_uuid = customerUuid;
    }
    const { objects, tail } = await statedPage(context, call, 'contact', { where });
    return { entries: objects.map(describe), ...tail };
  };

  route('POST', '/contacts', 201, (call) => create(call));
  route('GET', '/contacts', 200, (call) => list(call));
  route('POST', '/customers/:uuid/contacts', 201, (call) => create(call, call.params.uuid));
  route('GET', '/customers/:uuid/contacts', 200, (call) => list(call, call.params.uuid));

  route('GET', '/contacts/:uuid', 200, async (call) => {
    const contact = await context.stated.get(call.account.id, 'contact', call.params.uuid!);
    if (!contact) throw MISSING();
    return describe(contact);
  });
  route('PATCH', '/contacts/:uuid', 200, async (call) => {
    const fields = new Fields(call.body);
    const changes = readFields(fields);
    fields.check();
    const before = await context.stated.get(call.account.id, 'contact', call.params.uuid!);
    if (!before) throw MISSING();
    if (changes.custom !== undefined) {
      changes.custom = { ...(before.body.custom as StatedFields | undefined), ...(changes.custom as StatedFields) };
    }
    return describe(
      await changing(context.stated.update(call.account.id, call.actor, 'contact', before.id, changes), MISSING),
    );
  });
  route('DELETE', '/contacts/:uuid', 200, async (call) => {
    const contact = await context.stated.get(call.account.id, 'contact', call.params.uuid!);
    if (!contact) throw MISSING();
    const source = await context.sources.find(call, String(contact.body.data_source_uuid));
    const releases = contact.body.external_id && source ? [claimOf(source.name, String(contact.body.external_id))] : [];
    await changing(context.stated.remove(call.account.id, call.actor, 'contact', contact.id, { releases }), MISSING);
    return {};
  });
  route('POST', '/contacts/:into/merge/:from', 200, async (call) => {
    const { into, from } = call.params as { into: string; from: string };
    if (into === from) throw refused('from', 'A contact cannot be merged with itself');
    const merged = await changing(
      context.stated.change(
        call.account.id,
        call.actor,
        'contact.merge',
        { into, from },
        { kind: 'contact', id: into },
      ),
      MISSING,
    );
    return describe(merged!);
  });
}

const claimOf = (source: string, externalId: string) => `contact/${encodeURIComponent(source)}/${externalId}`;

/** The writable fields that the body has. */
function readFields(fields: Fields): StatedFields {
  const values: StatedFields = {};
  for (const name of TEXTS) if (fields.has(name)) values[name] = fields.text(name);
  if (fields.has('external_id')) values.external_id = fields.text('external_id');
  if (fields.has('notes')) values.notes = fields.text('notes', { charactersMax: LONG_TEXT_CHARACTERS_MAX });
  if (fields.has('position')) values.position = fields.integer('position', { min: 0, max: 1_000_000 });
  if (fields.has('custom')) values.custom = customValues(fields);
  return values;
}

function describe({ id, body }: StatedObject): Record<string, Json> {
  const field = (name: string): Json => body[name] ?? null;
  return {
    uuid: id,
    customer_uuid: field('customer_uuid'),
    customer_external_id: field('customer_external_id'),
    data_source_uuid: field('data_source_uuid'),
    external_id: field('external_id'),
    position: field('position'),
    first_name: field('first_name'),
    last_name: field('last_name'),
    title: field('title'),
    email: field('email'),
    phone: field('phone'),
    linked_in: field('linked_in'),
    twitter: field('twitter'),
    notes: field('notes'),
    custom: body.custom ?? {},
  };
}
