/** Tags and custom attributes of customers. */
import type { Json } from '../../../journal/types.ts';
import { customers } from '../../streams.ts';
import {
  type Attribute,
  attributesEntry,
  checkTypes,
  knownTypes,
  readAttributes,
  tagsEntry,
  textOf,
} from '../attributeValues.ts';
import type { ApiContext, Call, Part, Route } from '../context.ts';
import { attributesOf, type CustomerRow, customerRow, describeCustomers } from '../customerRows.ts';
import { ApiError, refused } from '../errors.ts';
import { Fields, isObject } from '../fields.ts';
import { currentRecords } from '../ledgerReads.ts';
import { patchEntry, type Row, voidEntry } from '../writes.ts';

export function attributeRoutes(route: Route, context: ApiContext): void {
  const current = async (call: Call) => {
    const row = await customerRow(context, call, call.params.uuid!);
    return { row, attributes: (await attributesOf(await context.read(call), [row.key_hash]))(row) };
  };
  const tagsNow = async (call: Call) => ({ tags: (await current(call)).attributes.tags });
  const customNow = async (call: Call) => ({ custom: (await current(call)).attributes.custom });

  route('GET', '/customers/:uuid/attributes', 200, async (call) => (await current(call)).attributes);

  route('POST', '/customers/:uuid/attributes/tags', 200, async (call) => {
    const tags = readTags(call);
    const { row, attributes } = await current(call);
    const fresh = tags.filter((tag) => !(attributes.tags as string[]).includes(tag));
    if (fresh.length > 0) await context.state(call, tagsEntry(row.source, [row.external_id], fresh));
    return tagsNow(call);
  });
  route('DELETE', '/customers/:uuid/attributes/tags', 200, async (call) => {
    const tags = readTags(call);
    const { row } = await current(call);
    const matches = tags.map((tag) => ({ customer_external_id: row.external_id, tag }));
    await context.state(call, voidEntry(row.source, [{ stream: 'customer_tags', matches }]));
    return tagsNow(call);
  });

  route('POST', '/customers/:uuid/attributes/custom', 200, async (call) => {
    const values = readCustom(call);
    const { row } = await current(call);
    await checkTypes(await context.read(call), values);
    await context.state(call, attributesEntry(row.source, [row.external_id], values));
    return customNow(call);
  });
  route('PUT', '/customers/:uuid/attributes/custom', 200, async (call) => {
    const custom = call.body.custom;
    if (!isObject(custom) || Object.keys(custom).length === 0) {
      throw refused('custom', 'custom must be a map of keys and values');
    }
    const { row } = await current(call);
    const types = await knownTypes(await context.read(call), Object.keys(custom));
    const values = Object.entries(custom).map(([name, value]): Attribute => {
      const type = types.get(name) ?? 'String';
      const text = textOf(type, value);
      if (text === null) throw refused(`custom.${name}`, `custom.${name} must be a value of the type ${type}`);
      return { name, type, value: text };
    });
    await context.state(call, attributesEntry(row.source, [row.external_id], values));
    return customNow(call);
  });
  route('DELETE', '/customers/:uuid/attributes/custom', 204, async (call) => {
    const fields = new Fields(call.body);
    const names = fields.texts('custom', { required: true });
    fields.check();
    const { row } = await current(call);
    await removeAttributes(context, call, row, names);
  });

  route('POST', '/customers/attributes/tags', 200, async (call) => {
    const tags = readTags(call);
    return byEmail(context, call, (source, names) => tagsEntry(source, names, tags));
  });
  route('POST', '/customers/attributes/custom', 200, async (call) => {
    const values = readCustom(call);
    await checkTypes(await context.read(call), values);
    return byEmail(context, call, (source, names) => attributesEntry(source, names, values));
  });
}

function readTags(call: Call): string[] {
  const fields = new Fields(call.body);
  const tags = fields.texts('tags', { required: true });
  fields.check();
  return [...new Set(tags)];
}

function readCustom(call: Call): Attribute[] {
  const fields = new Fields(call.body);
  fields.required('custom');
  const values = readAttributes(fields);
  fields.check();
  return values;
}

/** Those stated as attributes are voided; those that came with the customer's own record are patched away. */
async function removeAttributes(context: ApiContext, call: Call, row: CustomerRow, names: readonly string[]) {
  const matches = names.map((name) => ({ customer_external_id: row.external_id, name }));
  const parts: Part[] = [voidEntry(row.source, [{ stream: 'customer_attributes', matches }])];
  const own = names.filter((name) => row.attributes[name] !== undefined);
  if (own.length > 0) {
    const set: Record<string, Json> = Object.fromEntries(own.map((name) => [`attributes.${name}`, null]));
    const changes = [{ match: { external_id: row.external_id }, set }];
    parts.push(patchEntry(customers, row.source, changes, [row as unknown as Row]));
  }
  await context.stateAll(call, parts);
}

/** The same change for every customer with the e-mail address of the body. */
async function byEmail(
  context: ApiContext,
  call: Call,
  entryOf: (source: string, names: string[]) => { kind: string; payload: Json },
) {
  const fields = new Fields(call.body);
  const email = fields.text('email', { required: true });
  fields.check();
  const where = { where: 'lowerUTF8(email) = lowerUTF8({email:String})', parameters: { email } };
  const rows = await currentRecords<CustomerRow>(await context.read(call), 'customers', where);
  if (rows.length === 0) {
    const message = `Can't find any customers with email: "${email}"`;
    throw new ApiError(404, message, [{ param: 'email', code: 'not_found', message }]);
  }
  const parts = [...Map.groupBy(rows, (row) => row.source)].map(([source, found]) =>
    entryOf(
      source,
      found.map((row) => row.external_id),
    ),
  );
  await context.stateAll(call, parts);
  return { entries: await describeCustomers(context, call, await context.read(call), rows) };
}
