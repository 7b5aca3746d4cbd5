/**
 * Takes Stripe's objects into the book: what was handed in is evidence, what it amounts to is stated by entries that name it. An object that
 * says nothing new states nothing, so files may overlap, be handed in again and come in any order of time.
 */
import { gunzipSync } from 'node:zlib';
import type { Engines } from '../../engines/types.ts';
import { sha256 } from '../../journal/canonical.ts';
import type { Journal, Json } from '../../journal/types.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { POST_KIND, type ReadContext, select } from '../../ledger/index.ts';
import { parseRows } from '../../streams/index.ts';
import { placeOf } from '../chartmogul/ids.ts';
import { currentCondition, Together } from '../chartmogul/ledgerReads.ts';
import type { CombinedPayload } from '../chartmogul/voiding.ts';
import { revenueStreams } from '../streams.ts';
import type { Row } from './lines.ts';
import { type Mapped, type MappingContext, mapObject } from './mapping.ts';
import { at, idOf, isObject, isStripeObject, listed, objectsIn, type StripeObject, Unreadable } from './objects.ts';
import { partEnds } from './partEnds.ts';

/** A file that is read at once; more is handed in as several files. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Rows of one entry. */
const ENTRY_ROWS_MAX = 5_000;
const IDS_ASKED_MAX = 2_000;
const LISTED_MAX = 200;

export interface StripeFooting {
  engines: Engines;
  journal: Journal;
  read(accountId: number, book: 'revenue'): Promise<ReadContext>;
}

/** Something handed in. */
export interface Handed {
  accountId: number;
  actor: string;
  /** Data source that its records belong to. */
  source: string;
  /** As it was handed in: becomes the evidence of the entries, when there are any. */
  bytes: Buffer;
  fileName: string;
  /** Milliseconds since 1970: when Stripe had it so. An event's object is of the event's own time. */
  asOf: number;
  metered: MappingContext['metered'];
  /** State objects although they say nothing new: what they amounted to was taken back, say. */
  again?: boolean;
  idempotency?: { key: string; requestHash: string };
}

export interface LeftOut {
  id: string;
  object: string;
  field: string;
  value: string;
  reason: string;
}

export interface StripeOutcome {
  /** Entries that were stated. */
  seqs: number[];
  objects: number;
  /** Objects that said something new, by kind. */
  stated: Record<string, number>;
  unchanged: number;
  /** Objects of which a later state is in the book. */
  older: number;
  /** Objects that the book has no use for, by kind. */
  unused: Record<string, number>;
  /** Objects that could not be taken; at most 200 are listed. */
  held: number;
  held_listed: LeftOut[];
  /** Unusual things that were taken; at most 200. */
  notes: Array<{ id: string; note: string }>;
}

interface Known {
  asOf: number;
  digest: string;
  object: string;
  facts: Record<string, string>;
}

const ORDER = [
  'product',
  'price',
  'plan',
  'customer',
  'subscription',
  'invoice_payment',
  'invoice',
  'credit_note',
  'charge',
  'refund',
];

export class StripeConnector {
  readonly #footing: StripeFooting;
  readonly #queues = new Map<string, Together<Handed, StripeOutcome | Error>>();

  constructor(footing: StripeFooting) {
    this.#footing = footing;
  }

  /**
   * Takes one document in, after all that were handed in before it for the same source; those that wait are taken together.
   * Errors: `invalid` for what is no JSON of Stripe's objects.
   */
  async take(handed: Handed): Promise<StripeOutcome> {
    const key = `${handed.accountId}/${handed.source}`;
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = new Together((group: Handed[]) => this.#alone(group));
      this.#queues.set(key, queue);
    }
    const outcome = await queue.answer(handed);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }

  /** One process at a time decides what is new. */
  async #alone(group: Handed[]): Promise<Array<StripeOutcome | Error>> {
    const { accountId, source } = group[0]!;
    const lock = await this.#footing.engines.pg.connect();
    const name = BigInt.asIntN(64, BigInt(placeOf(`stripe ${accountId}`, source))).toString();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [name]);
      return await this.#takeAll(group);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [name]).catch(() => {});
      lock.release();
    }
  }

  async #takeAll(group: Handed[]): Promise<Array<StripeOutcome | Error>> {
    const read: Array<{ handed: Handed; objects: Dated[]; unreadable: LeftOut[] } | Error> = [];
    for (const handed of group) {
      try {
        const document = parseDocument(handed.bytes);
        read.push({ handed, ...datedObjects(document, handed.asOf) });
      } catch (error) {
        if (!(error instanceof FootingError)) throw error;
        read.push(error);
      }
    }
    const objects = read.flatMap((each) => (each instanceof Error ? [] : each.objects.map(({ object }) => object)));
    const known = await this.#known(group[0]!, new Set(objects.flatMap(idsIn)));
    const outcomes: Array<StripeOutcome | Error> = [];
    for (const each of read) {
      outcomes.push(
        each instanceof Error ? each : await this.#state(each.handed, each.objects, each.unreadable, known),
      );
    }
    return outcomes;
  }

  /** What the book knows of the objects. */
  async #known({ accountId, source }: Handed, ids: Set<string>): Promise<Map<string, Known>> {
    const read = await this.#footing.read(accountId, 'revenue');
    const known = new Map<string, Known>();
    const all = [...ids];
    for (let i = 0; i < all.length; i += IDS_ASKED_MAX) {
      const places = all.slice(i, i + IDS_ASKED_MAX).map((id) => placeOf(source, id));
      const rows = await select<{
        object_id: string;
        object: string;
        ms: string;
        digest: string;
        attributes: Record<string, string>;
      }>(
        read.engines,
        read.database,
        `SELECT object_id, object, toString(toUnixTimestamp64Milli(as_of)) AS ms, digest, attributes
         FROM stripe_objects
         WHERE ${currentCondition('stripe_objects', `source = {source:String} AND key_hash IN (${places.join(', ')})`)}`,
        { seq: read.seq, source },
      );
      for (const row of rows) {
        known.set(row.object_id, {
          asOf: Number(row.ms),
          digest: row.digest,
          object: row.object,
          facts: row.attributes,
        });
      }
    }
    return known;
  }

  async #state(
    handed: Handed,
    objects: Dated[],
    unreadable: LeftOut[],
    known: Map<string, Known>,
  ): Promise<StripeOutcome> {
    const outcome: StripeOutcome = {
      seqs: [],
      objects: objects.length + unreadable.length,
      stated: {},
      unchanged: 0,
      older: 0,
      unused: {},
      held: unreadable.length,
      held_listed: unreadable.slice(0, LISTED_MAX),
      notes: [],
    };
    let entry = new EntryRows();
    const finish = async () => {
      if (entry.rows === 0) return;
      const seq = await this.#append(handed, entry, outcome.seqs.length);
      outcome.seqs.push(seq);
      entry = new EntryRows();
    };
    for (const { object, at: asOf } of objects) {
      const digest = sha256(stable(object)).toString('hex');
      const before = known.get(object.id);
      if (before && before.digest === digest && !handed.again) {
        outcome.unchanged++;
        continue;
      }
      if (before && before.digest !== '' && before.asOf > asOf) {
        outcome.older++;
        continue;
      }
      let mapped: Mapped | null;
      try {
        mapped = mapObject(object, {
          fact: (id, name) => (id === null ? undefined : known.get(id)?.facts[name]),
          metered: handed.metered,
          known: before !== undefined && before.digest !== '',
          asOf,
        });
        if (mapped) checkRows(mapped);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        hold(outcome, object, error);
        const facts = { ...before?.facts, held: `${error.field} ${error.message}`, held_digest: digest };
        if (before?.facts.held_digest === digest && before.facts.held === facts.held) continue;
        const kept = { asOf, digest: before?.digest ?? '', object: object.object, facts };
        entry.note(object.id, kept);
        known.set(object.id, kept);
        continue;
      }
      if (mapped === null) {
        outcome.unused[object.object] = (outcome.unused[object.object] ?? 0) + 1;
        continue;
      }
      outcome.stated[object.object] = (outcome.stated[object.object] ?? 0) + 1;
      for (const note of mapped.notes) {
        if (outcome.notes.length < LISTED_MAX) outcome.notes.push({ id: object.id, note });
      }
      const { held: _held, held_digest: _digest, ...earlier } = before?.facts ?? {};
      const now = { asOf, digest, object: object.object, facts: { ...earlier, ...mapped.facts } };
      if (entry.mentions(object.id, mapped)) await finish();
      entry.add(object.id, now, mapped);
      known.set(object.id, now);
      for (const link of mapped.links) {
        const there = known.get(link.id);
        if (there && Object.entries(link.facts).every(([name, value]) => there.facts[name] === value)) continue;
        const linked = {
          asOf: there?.asOf ?? asOf,
          digest: there?.digest ?? '',
          object: there?.object ?? link.object,
          facts: { ...there?.facts, ...link.facts },
        };
        entry.note(link.id, linked);
        known.set(link.id, linked);
      }
      if (entry.rows >= ENTRY_ROWS_MAX) await finish();
    }
    // An entry of its own: what it takes back may stand in the one before. After a crash in between, the document is handed in again, as it was not
    // answered: its objects say nothing new then, and what is still to be stated of their subscriptions is stated all the same.
    await finish();
    for (const id of subscriptionsIn(objects)) {
      const ends = partEnds(id, (of, name) => known.get(of ?? '')?.facts[name]);
      const there = known.get(id);
      if (ends === null || there === undefined) continue;
      if (!handed.again && ends.stated === (there.facts.ends_stated ?? '')) continue;
      for (const note of ends.notes) {
        if (outcome.notes.length < LISTED_MAX) outcome.notes.push({ id, note });
      }
      const now = { ...there, facts: { ...there.facts, ends_stated: ends.stated } };
      const voids = [{ stream: 'subscription_cancellations', matches: ends.matches }];
      entry.add(id, now, { voids, rows: { subscription_cancellations: ends.rows } });
      known.set(id, now);
      if (entry.rows >= ENTRY_ROWS_MAX) await finish();
    }
    await finish();
    return outcome;
  }

  async #append(handed: Handed, rows: EntryRows, part: number): Promise<number> {
    const { idempotency, bytes, fileName } = handed;
    const { sha256: evidence } = await this.#footing.engines.evidence.put(bytes);
    const payload = { ...rows.payload(handed.source), file: { name: fileName, bytes: bytes.length } };
    const { entry } = await this.#footing.journal.append(handed.accountId, {
      kind: POST_KIND,
      actor: handed.actor,
      payload: payload as unknown as Json,
      evidence,
      ...(idempotency && { idempotency: { ...idempotency, key: `${idempotency.key}:${part}` } }),
    });
    return entry.seq;
  }
}

interface Dated {
  object: StripeObject;
  at: number;
}

/** Objects in the order in which they must be read, each once: its latest state. */
function datedObjects(document: unknown, asOf: number): { objects: Dated[]; unreadable: LeftOut[] } {
  const byId = new Map<string, Dated>();
  const unreadable: LeftOut[] = [];
  for (const [i, { object, at: seconds }] of objectsIn(document).entries()) {
    if (!isStripeObject(object) || object.id.length > 255) {
      unreadable.push({
        id: '',
        object: isObject(object) ? String(object.object ?? '') : '',
        field: `[${i}]`,
        value: shown(JSON.stringify(object) ?? ''),
        reason: 'is no object of Stripe: it needs `object` and `id`',
      });
      continue;
    }
    const time = seconds === null ? asOf : seconds * 1000;
    const before = byId.get(object.id);
    if (!before || before.at <= time) byId.set(object.id, { object, at: time });
  }
  const rank = ({ object }: Dated) => {
    const found = ORDER.indexOf(object.object);
    return found === -1 ? ORDER.length : found;
  };
  return { objects: [...byId.values()].sort((a, b) => rank(a) - rank(b)), unreadable };
}

/** Subscriptions that a document is about: themselves, and those that its invoices bill. */
function subscriptionsIn(objects: readonly Dated[]): Set<string> {
  const ids = objects.flatMap(({ object }) =>
    object.object === 'subscription' ? [object.id] : subscriptionsBilled(listed(object.lines)),
  );
  return new Set(ids);
}

const subscriptionsBilled = (lines: Record<string, unknown>[]): string[] =>
  lines
    .flatMap((line) => [
      line.subscription,
      at(line, 'parent', 'subscription_item_details', 'subscription'),
      at(line, 'parent', 'invoice_item_details', 'subscription'),
    ])
    .flatMap((each) => idOf(each) ?? []);

/** Its own id and those of objects that the mapping asks about. */
function idsIn(object: StripeObject): string[] {
  const lines = listed(object.lines);
  const ids = [
    object,
    object.charge,
    object.payment_intent,
    object.product,
    at(object, 'payment', 'charge'),
    at(object, 'payment', 'payment_intent'),
    ...listed(object.payments).flatMap((each) => [
      at(each, 'payment', 'charge'),
      at(each, 'payment', 'payment_intent'),
    ]),
    ...listed(object.items).flatMap((item) => [item.price, item.plan, at(item.price, 'product')]),
    ...subscriptionsBilled(lines),
    ...lines.flatMap((line) => [
      line.price,
      line.plan,
      at(line.price, 'product'),
      at(line, 'pricing', 'price_details', 'price'),
    ]),
  ];
  return ids.flatMap((each) => idOf(each) ?? []);
}

/** Rows must hold together before they are stated; one that does not makes its object unreadable. */
function checkRows(mapped: Mapped): void {
  for (const [stream, rows] of Object.entries(mapped.rows)) {
    const definition = revenueStreams.find(({ name }) => name === stream)!;
    for (const { problems } of parseRows(definition, rows.map(withoutNulls))) {
      const [problem] = problems;
      if (problem) throw new Unreadable(problem.column, problem.value, problem.reason);
    }
  }
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

function hold(outcome: StripeOutcome, object: StripeObject, error: Unreadable): void {
  outcome.held++;
  if (outcome.held_listed.length >= LISTED_MAX) return;
  outcome.held_listed.push({
    id: object.id,
    object: object.object,
    field: error.field,
    value: error.value === undefined ? '' : shown(JSON.stringify(error.value) ?? ''),
    reason: error.message,
  });
}

/** Rows of one entry to be. */
class EntryRows {
  readonly #objects = new Map<string, Row>();
  readonly #streams = new Map<string, Row[]>();
  readonly #voids: Mapped['voids'] = [];
  readonly #stated = new Set<string>();
  rows = 0;

  /** True when an object's rows are in the entry already: what takes them back must come after it. */
  mentions(id: string, mapped: Mapped): boolean {
    return mapped.voids.length > 0 && this.#stated.has(id);
  }

  add(id: string, known: Known, mapped: Pick<Mapped, 'voids' | 'rows'>): void {
    this.note(id, known);
    this.#stated.add(id);
    this.#voids.push(...mapped.voids);
    for (const [stream, rows] of Object.entries(mapped.rows)) {
      if (rows.length === 0) continue;
      const own = this.#streams.get(stream) ?? [];
      own.push(...rows.map(withoutNulls));
      this.#streams.set(stream, own);
      this.rows += rows.length;
    }
  }

  /** What is known of an object; the last word counts. */
  note(id: string, { asOf, digest, object, facts }: Known): void {
    const attributes = Object.entries(facts).map(([name, value]): [string, Json] => [`attributes.${name}`, value]);
    if (!this.#objects.has(id)) this.rows++;
    this.#objects.set(id, {
      object_id: id,
      object,
      as_of: new Date(asOf).toISOString(),
      ...(digest !== '' && { digest }),
      ...Object.fromEntries(attributes),
    });
  }

  payload(source: string): CombinedPayload {
    const voids = [...Map.groupBy(this.#voids, ({ stream }) => stream)].map(([stream, group]) => ({
      stream,
      matches: group.flatMap(({ matches }) => matches),
    }));
    return {
      stream: 'stripe_objects',
      source,
      rows: [...this.#objects.values()],
      with: [...this.#streams].map(([stream, rows]) => ({ stream, rows })),
      ...(voids.length > 0 && { voids }),
    };
  }
}

/** JSON with keys in one order: the same object has one text. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const pairs = Object.keys(value)
    .sort()
    .filter((key) => value[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${stable(value[key])}`);
  return `{${pairs.join(',')}}`;
}

const GZIP = [0x1f, 0x8b];

/** A JSON document, or one to a line. Errors: `invalid`. */
export function parseDocument(bytes: Buffer): unknown {
  if (bytes.length > FILE_BYTES_MAX) {
    throw new FootingError('too_large', `A file of Stripe's objects has at most ${FILE_BYTES_MAX} bytes`, {
      remedy: 'Divide it into several files.',
    });
  }
  const plain = bytes[0] === GZIP[0] && bytes[1] === GZIP[1] ? unzipped(bytes) : bytes;
  const content = plain.toString('utf8').replace(/^\ufeff/, '');
  try {
    return JSON.parse(content);
  } catch (whole) {
    const documents: unknown[] = [];
    for (const [i, line] of content.split('\n').entries()) {
      if (line.trim() === '') continue;
      try {
        documents.push(JSON.parse(line));
      } catch {
        const reason = i === 0 ? (whole as Error).message.slice(0, 200) : `Line ${i + 1} is no JSON.`;
        throw new FootingError('invalid', `The file holds no JSON of Stripe's objects: ${reason}`, {
          remedy: 'Hand in a JSON list as the API gives it, or one object to a line.',
        });
      }
    }
    return documents;
  }
}

function unzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: FILE_BYTES_MAX });
  } catch (cause) {
    throw new FootingError('invalid', 'The file cannot be unpacked, or unpacks to too much', { cause });
  }
}
