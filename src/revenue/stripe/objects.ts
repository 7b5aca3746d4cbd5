/** Reading Stripe's API objects: both shapes of invoices and lines (before and since the version of March 2025), without trusting any field. */
import { minorUnits } from '../../kernel/currency.ts';

export type StripeObject = { id: string; object: string } & Record<string, unknown>;

/** What is wrong with one object: it is left out, named, and nothing of it is stated. */
export class Unreadable extends Error {
  readonly field: string;
  readonly value: unknown;

  constructor(field: string, value: unknown, reason: string) {
    super(reason);
    this.name = 'Unreadable';
    this.field = field;
    this.value = value;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isStripeObject(value: unknown): value is StripeObject {
  return isObject(value) && typeof value.object === 'string' && typeof value.id === 'string' && value.id !== '';
}

/** The value at a path of keys; undefined where something on the way is missing. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}

/** Text; null where it is missing, null or blank. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Id of an object that may be expanded. */
export function idOf(value: unknown): string | null {
  return text(isObject(value) ? value.id : value);
}

export function whole(value: unknown, field: string): number | null {
  if (value === undefined || value === null) return null;
  if (!Number.isSafeInteger(value)) throw new Unreadable(field, value, 'must be a whole number');
  return value as number;
}

/** Seconds since 1970 as an instant in RFC 3339. */
export function instant(value: unknown, field: string): string | null {
  const seconds = whole(value, field);
  if (seconds === null) return null;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new Unreadable(field, value, 'must be seconds since 1970');
  return date.toISOString();
}

/** `data` of a list object, or the list itself. */
export function listed(value: unknown): Record<string, unknown>[] {
  const data = Array.isArray(value) ? value : at(value, 'data');
  return Array.isArray(data) ? data.filter(isObject) : [];
}

/** Currencies whose Stripe amounts have other decimals than two. */
const STRIPE_DECIMALS: Record<string, number> = Object.fromEntries([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0],
  ),
  ...['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map((code) => [code, 3]),
]);

export function currency(value: unknown, field = 'currency'): string {
  const code = text(value)?.toUpperCase() ?? '';
  if (minorUnits(code) === undefined) throw new Unreadable(field, value, 'is no currency of ISO 4217');
  return code;
}

/**
 * An amount of Stripe in the minor units of ISO 4217. They are the same but for few currencies: Stripe writes the króna and the Ugandan
 * shilling with two decimals, the ariary without any. What does not divide evenly is refused, not rounded.
 */
export function cents(value: unknown, code: string, field: string): number | null {
  const amount = whole(value, field);
  if (amount === null) return null;
  const shift = minorUnits(code)! - (STRIPE_DECIMALS[code] ?? 2);
  if (shift >= 0) return whole(amount * 10 ** shift, field);
  const divisor = 10 ** -shift;
  if (amount % divisor !== 0) throw new Unreadable(field, value, `of ${code} must be a multiple of ${divisor}`);
  return amount / divisor;
}

/** The objects that a document holds: one, a list, an array, or events with their objects. */
export function objectsIn(document: unknown): Array<{ object: unknown; at: number | null }> {
  if (Array.isArray(document)) return document.flatMap(objectsIn);
  if (isObject(document) && document.object === 'list') return objectsIn(document.data ?? []);
  if (isObject(document) && document.object === 'event') {
    const created = Number.isSafeInteger(document.created) ? (document.created as number) : null;
    return [{ object: eventObject(document), at: created }];
  }
  return [{ object: document, at: null }];
}

/** An object that an event says is deleted carries that mark. */
function eventObject(event: Record<string, unknown>): unknown {
  const object = at(event, 'data', 'object');
  const deleted = typeof event.type === 'string' && event.type.endsWith('.deleted');
  return deleted && isObject(object) && object.object !== 'subscription' ? { ...object, deleted: true } : object;
}
