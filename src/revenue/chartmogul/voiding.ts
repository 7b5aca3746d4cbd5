/**
 * Entries that void records by what they say instead of by their keys: everything of a data source, of a customer, of an invoice. Which
 * records that are is found when the entry is posted, so nothing that was stated before it is missed.
 */
import type { Entry } from '../../journal/types.ts';
import { invariant } from '../../kernel/errors.ts';
import { entryStream, execute, POST_KIND, type PostContext, type PostPayload } from '../../ledger/index.ts';
import { blockColumns } from '../../streams/index.ts';
import type { StreamDefinition } from '../../streams/types.ts';

export const VOID_KIND = 'records.void';

/** In each stream, the current records of `source` that have all the values of one of `matches`; {} matches every record. */
export interface VoidPayload {
  source: string;
  voids: Array<{ stream: string; matches: Array<Record<string, string>> }>;
}

/**
 * A `records.post` that states rows of further streams too (an invoice with its payments), or first voids what it replaces (an invoice
 * that takes another external id): one entry, so that all of it is there or nothing.
 */
export interface CombinedPayload extends PostPayload {
  with?: Array<{ stream: string; rows: PostPayload['rows'] }>;
  voids?: VoidPayload['voids'];
}

/** Entries about stated objects that state or void records beside: what a subscription event says of a cancellation. */
const WITH_RECORDS = /^subscription_event\./;

const combined = (entry: Entry): Partial<CombinedPayload> => {
  if (entry.kind === POST_KIND) return entry.payload as unknown as CombinedPayload;
  return WITH_RECORDS.test(entry.kind) ? ((entry.payload as { records?: CombinedPayload }).records ?? {}) : {};
};

/** Streams that the entry voids records of; [] for entries that void none. */
export function voidedStreams(entry: Entry): string[] {
  const payload = entry.kind === VOID_KIND ? (entry.payload as unknown as VoidPayload) : combined(entry);
  return (payload.voids ?? []).map(({ stream }) => stream);
}

/** Streams that the entry states records of. */
export function statedStreams(entry: Entry): string[] {
  const first = entryStream(entry) ?? combined(entry).stream;
  return first === undefined ? [] : [first, ...(combined(entry).with ?? []).map(({ stream }) => stream)];
}

/** The entry as one of the given stream alone. */
export function partOfStream(entry: Entry, stream: string): Entry {
  const payload = combined(entry);
  const posted = entry.kind === POST_KIND;
  if (payload.stream === undefined || (posted && (payload.with === undefined || payload.stream === stream)))
    return entry;
  const rows =
    payload.stream === stream
      ? payload.rows!
      : (payload.with ?? []).filter((part) => part.stream === stream).flatMap((part) => part.rows);
  return { ...entry, kind: POST_KIND, payload: { stream, source: payload.source!, rows } };
}

/** Text of the matches in one query: well within what a query may have. */
const MATCHES_CHARACTERS_MAX = 20_000;

/** Reverses what the entry voids in one stream: the rows again with sign -1 and the entry's seq. */
export async function voidRecords(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<void> {
  const payload = entry.kind === VOID_KIND ? (entry.payload as unknown as VoidPayload) : combined(entry);
  const matches = (payload.voids ?? [])
    .filter(({ stream }) => stream === definition.name)
    .flatMap((each) => each.matches);
  for (const part of inParts(matches)) await voidMatching(context, definition, entry.seq, payload.source!, part);
}

function inParts(matches: ReadonlyArray<Record<string, string>>): Array<Array<Record<string, string>>> {
  const parts: Array<Array<Record<string, string>>> = [];
  let characters = 0;
  for (const match of matches) {
    const size = Object.values(match).join('').length;
    if (parts.length === 0 || characters + size > MATCHES_CHARACTERS_MAX) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)!.push(match);
    characters += size + 8;
  }
  return parts;
}

async function voidMatching(
  context: PostContext,
  definition: StreamDefinition,
  seq: number,
  source: string,
  matches: ReadonlyArray<Record<string, string>>,
): Promise<void> {
  const table = definition.name;
  const columns = blockColumns(definition).map((column) =>
    column === 'seq' ? '{seq:UInt64}' : column === 'sign' ? '-1' : column,
  );
  const condition = matchesCondition(definition, source, matches);
  // What another part of the same entry voided is not voided twice: reversals of this very entry are seen.
  await execute(
    context.engines,
    context.database,
    `INSERT INTO ${table} (${blockColumns(definition).join(', ')})
     SELECT ${columns.join(', ')}
     FROM ${table}
     WHERE sign = 1
       AND seq < {seq:UInt64}
       AND ${condition}
       AND (origin_seq, origin_row) NOT IN (
         SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {seq:UInt64} AND ${condition}
       )`,
    { seq },
  );
}

/** Hashes by which tables are sorted or indexed: found through them, a few records of many cost little. */
const PLACES: Record<string, ReadonlyArray<{ hash: string; column: string }>> = {
  invoices: [{ hash: 'customer_hash', column: 'customer_external_id' }],
  transactions: [{ hash: 'invoice_hash', column: 'invoice_external_id' }],
};

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function matchesCondition(
  definition: StreamDefinition,
  source: string,
  matches: ReadonlyArray<Record<string, string>>,
): string {
  // Matches on the same columns become one list: deleting many invoices is one condition, not many.
  const groups = Map.groupBy(matches, (match) => Object.keys(match).sort().join(','));
  const alternatives = [...groups].map(([key, group]) => {
    if (key === '') return '1';
    const names = key.split(',');
    for (const name of names) {
      invariant(
        definition.columns.some((column) => column.name === name),
        `${name} is a column of ${definition.name}`,
      );
    }
    const values = (name: string) => group.map((match) => quoted(match[name]!)).join(', ');
    const placed = (PLACES[definition.name] ?? [])
      .filter(({ column }) => names.includes(column))
      .map(({ hash, column }) => `${hash} IN (SELECT cityHash64(${quoted(source)}, arrayJoin([${values(column)}])))`);
    const rows = group.map((match) => `(${names.map((name) => quoted(match[name]!)).join(', ')})`);
    return [...placed, `(${names.join(', ')}) IN (${rows.join(', ')})`].join(' AND ');
  });
  return `source = ${quoted(source)} AND (${alternatives.map((each) => `(${each})`).join(' OR ')})`;
}
