/**
 * Ids as this API shows them: a prefix and a UUID. Ids of what lives in the ledger are computed from data source and external id, so
 * no table of ids is kept and a record that came by file has one too. The first 64 bits are the hash by which the record's
 * table is sorted (customer_hash, key_hash, invoice_hash): an id says where to look; the other 56 bits say which record there it is.
 * Ids of stated objects are random and stated in the entry that creates them.
 */
import { hash, randomUUID } from 'node:crypto';
import { cityHash64 } from './cityHash.ts';

export type IdPrefix = 'acc' | 'ds' | 'cus' | 'pl' | 'plg' | 'inv' | 'li' | 'tr' | 'sub' | 'con' | 'note';

export interface IdParts {
  /** First 64 bits, decimal: where to look. */
  place: string;
  /** The other 56 bits, hex. */
  which: string;
}

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f])([0-9a-f]{2})-([0-9a-f]{12})$/;

/** cityHash64(source, external id), decimal: key_hash of customers and plans, customer_hash of lines, invoice_hash of transactions. */
export function placeOf(source: string, externalId: string): string {
  const key = `${source}\u0000${externalId}`;
  const known = places.get(key);
  if (known !== undefined) return known;
  const place = cityHash64(source, externalId).toString();
  if (places.size >= PLACES_KEPT_MAX) places.clear();
  places.set(key, place);
  return place;
}
const PLACES_KEPT_MAX = 50_000;
const places = new Map<string, string>();

function whichOf(...parts: string[]): string {
  return hash('sha256', parts.join('\u0000'), 'hex').slice(0, 14);
}

/** A computed UUID without prefix: of activities. */
export const bareId = (place: string, ...which: string[]): string => uuid(place, whichOf(...which));

/** Where to look for what a computed UUID without prefix names; null for text that is none. */
export function placeOfBareId(text: string): string | null {
  return partsOf('acc', `acc_${text}`)?.place ?? null;
}

const id = (prefix: IdPrefix, place: string, which: string): string => `${prefix}_${uuid(place, which)}`;

function uuid(place: string, which: string): string {
  const high = BigInt(place).toString(16).padStart(16, '0');
  const groups = [
    high.slice(0, 8),
    high.slice(8, 12),
    `8${high.slice(12, 15)}`,
    `8${high[15]}${which.slice(0, 2)}`,
    which.slice(2),
  ];
  return groups.join('-');
}

/** The parts of a computed id; null for text that is none (also for another prefix). */
export function partsOf(prefix: IdPrefix, text: string): IdParts | null {
  if (!text.startsWith(`${prefix}_`)) return null;
  const match = UUID.exec(text.slice(prefix.length + 1).toLowerCase());
  if (!match) return null;
  const [, a, b, c, d, e, f] = match;
  return { place: BigInt(`0x${a}${b}${c}${d}`).toString(), which: `${e}${f}` };
}

export const customerId = (source: string, externalId: string): string =>
  id('cus', placeOf(source, externalId), whichOf('customer', source, externalId));
export const planId = (source: string, externalId: string): string =>
  id('pl', placeOf(source, externalId), whichOf('plan', source, externalId));
export const invoiceId = (source: string, customer: string, invoice: string): string =>
  id('inv', placeOf(source, customer), whichOf('invoice', source, customer, invoice));
export const lineId = (source: string, customer: string, invoice: string, line: string): string =>
  id('li', placeOf(source, customer), whichOf('line', source, customer, invoice, line));
export const subscriptionId = (source: string, customer: string, subscription: string): string =>
  id('sub', placeOf(source, customer), whichOf('subscription', source, customer, subscription));
export const transactionId = (source: string, invoice: string, transaction: string): string =>
  id('tr', placeOf(source, invoice), whichOf('transaction', source, invoice, transaction));

export const dataSourceId = (accountId: number, name: string): string =>
  id('ds', placeOf(`account ${accountId}`, name), whichOf('data source', String(accountId), name));
export const accountUuid = (accountId: number, slug: string): string =>
  id('acc', placeOf(`account ${accountId}`, slug), whichOf('account', String(accountId), slug));

/** The integer that some answers carry beside the UUID: 53 bits, so that JavaScript clients read it exactly. */
export function numberOf(uuid: string): number {
  const digits = uuid.replace(/^[a-z]+_/, '').replaceAll('-', '');
  return Number(BigInt(`0x${digits.slice(0, 16)}`) >> 12n) + 1;
}

/** A new random id for a stated object. */
export function newId(prefix?: IdPrefix): string {
  return prefix === undefined ? randomUUID() : `${prefix}_${randomUUID()}`;
}
