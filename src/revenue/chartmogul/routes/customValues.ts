/** `custom: [{key, value}]` of contacts and opportunities (a map is taken too) as a map. */
import type { Json } from '../../../journal/types.ts';
import { type Fields, isObject, type JsonObject } from '../fields.ts';

export const CUSTOM_VALUES_MAX = 200;

export function customValues(fields: Fields): JsonObject {
  const given = fields.raw('custom');
  if (isObject(given)) {
    for (const [key, value] of Object.entries(given)) {
      if (!isScalar(value)) fields.wrong(`custom.${key}`, 'must be text, a number, true, false or null');
    }
    return given;
  }
  const values: JsonObject = {};
  for (const each of fields.each('custom', { max: CUSTOM_VALUES_MAX })) {
    const key = each.text('key', { required: true });
    const value = each.raw('value') ?? null;
    if (!isScalar(value)) each.wrong('value', 'must be text, a number, true, false or null');
    if (key !== null) values[key] = value;
  }
  return values;
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}
