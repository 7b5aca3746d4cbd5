/** Tags and custom attributes as requests bring them. */
import type { Json } from '../../journal/types.ts';
import { shown } from '../../kernel/errors.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { ATTRIBUTE_TYPES, customerAttributes, customerTags } from '../customerStreams.ts';
import { ApiError } from './errors.ts';
import type { Fields } from './fields.ts';
import { currentCondition, inTexts } from './ledgerReads.ts';
import { parseTime } from './times.ts';
import { type EntryInput, postEntry } from './writes.ts';

export const TAGS_MAX = 200;
export const ATTRIBUTES_MAX = 200;

export interface Attribute {
  name: string;
  type: (typeof ATTRIBUTE_TYPES)[number];
  value: string;
}

/** `custom: [{type, key, value}]`; what is wrong is noted in `fields`. */
export function readAttributes(fields: Fields): Attribute[] {
  return fields.each('custom', { max: ATTRIBUTES_MAX }).flatMap((each) => {
    const name = each.text('key', { required: true });
    const type = each.oneOf('type', ATTRIBUTE_TYPES, { required: true }) as Attribute['type'] | null;
    if (name === null || type === null) return [];
    const value = textOf(type, each.raw('value') ?? null);
    if (value === null) {
      each.wrong('value', `is no ${type}: ${shown(each.raw('value') ?? null)}`);
      return [];
    }
    return [{ name, type, value }];
  });
}

/**
 * `custom: {key: value}`: of keys that are known, values of their type; new ones are text. Lists and objects are kept as their JSON. What is
 * wrong is noted in `fields`.
 */
export async function readAttributeMap(read: ReadContext, fields: Fields): Promise<Attribute[]> {
  const given = Object.entries((fields.raw('custom') ?? {}) as Record<string, Json>);
  const types = await knownTypes(
    read,
    given.map(([name]) => name),
  );
  return given.flatMap(([name, value]) => {
    // Null is what a client shows for an attribute that a customer has not.
    if (value === null) return [];
    const type = types.get(name) ?? 'String';
    const kept = type === 'String' && typeof value === 'object' ? JSON.stringify(value) : value;
    const text = textOf(type, kept);
    if (text !== null) return [{ name, type, value: text }];
    fields.wrong(`custom.${name}`, `is no ${type}: ${shown(value)}`);
    return [];
  });
}

/** The value of a type as the ledger keeps it; null when it is none. */
export function textOf(type: Attribute['type'], value: Json): string | null {
  if (value === null || typeof value === 'object') return null;
  const text = String(value);
  if (type === 'String') return text.length <= 255 && text !== '' ? text : null;
  if (type === 'Integer') return /^-?\d{1,18}$/.test(text) ? BigInt(text).toString() : null;
  if (type === 'Decimal') return /^-?\d{1,26}(\.\d{1,12})?$/.test(text) ? text : null;
  if (type === 'Boolean') return text === 'true' || text === 'false' ? text : null;
  const time = parseTime(text);
  return time === null ? null : new Date(time).toISOString();
}

/** Types of the attributes that the account's customers have, by name: the type of a name is fixed at its first use. */
export async function knownTypes(read: ReadContext, names: readonly string[]): Promise<Map<string, Attribute['type']>> {
  if (names.length === 0) return new Map();
  const rows = await select<{ name: string; type: Attribute['type'] }>(
    read.engines,
    read.database,
    `SELECT name, argMin(type, (origin_seq, origin_row)) AS type
     FROM customer_attributes
     WHERE ${currentCondition('customer_attributes', `name IN (${inTexts(names)})`)}
     GROUP BY name`,
    { seq: read.seq },
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** 422 when an attribute has another type than its name has so far. */
export async function checkTypes(read: ReadContext, attributes: readonly Attribute[]): Promise<void> {
  const types = await knownTypes(
    read,
    attributes.map(({ name }) => name),
  );
  const errors = attributes.flatMap(({ name, type }, i) => {
    const known = types.get(name);
    if (known === undefined || known === type) return [];
    const message = `The custom attribute "${shown(name)}" has the type ${known}, not ${type}`;
    return [{ param: `custom[${i}].type`, code: 'invalid', message }];
  });
  if (errors.length > 0) throw new ApiError(422, errors[0]!.message, errors);
}

export function tagsEntry(source: string, customers: readonly string[], tags: readonly string[]): EntryInput {
  const rows = customers.flatMap((customer) => tags.map((tag) => ({ customer_external_id: customer, tag })));
  return postEntry(customerTags, source, rows);
}

export function attributesEntry(
  source: string,
  customers: readonly string[],
  values: readonly Attribute[],
): EntryInput {
  const rows = customers.flatMap((customer) => values.map((value) => ({ customer_external_id: customer, ...value })));
  return postEntry(customerAttributes, source, rows);
}
