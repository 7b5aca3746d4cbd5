/**
 * Entries that void records by what they say instead of by their keys: everything of a data source, of a customer, of an invoice. Which
 * records that are is found when the entry is posted, so nothing that was stated before it is missed.
 */
import type { Entry } from '../../journal/types.ts';
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

const combined = (entry: Entry): Partial<CombinedPayload> =>
  entry.kind === POST_KIND ? (entry.payload as unknown as CombinedPayload) : {};

/** Streams that the entry voids records of; [] for entries that void none. */
export function voidedStreams(entry: Entry): string[] {
  const payload = entry.kind === VOID_KIND ? (entry.payload as unknown as VoidPayload) : combined(entry);
  return (payload.voids ?? []).map(({ stream }) => stream);
}

/** Streams that the entry states records of. */
export function statedStreams(entry: Entry): string[] {
  const first = entryStream(entry);
  return first === undefined ? [] : [first, ...(combined(entry).with ?? []).map(({ stream }) => stream)];
}

/** The entry as one of the given stream alone. */
export function partOfStream(entry: Entry, stream: string): Entry {
  const payload = combined(entry);
  if (payload.with === undefined || payload.stream === stream) return entry;
  const rows = payload.with.filter((part) => part.stream === stream).flatMap((part) => part.rows);
  return { ...entry, payload: { stream, source: payload.source!, rows } };
}

/** Reverses what the entry voids in one stream: the rows again with sign -1 and the entry's seq. */
export async function voidRecords(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<void> {
  const payload = entry.payload as unknown as VoidPayload;
  const matches = (payload.voids ?? [])
    .filter(({ stream }) => stream === definition.name)
    .flatMap((each) => each.matches);
  if (matches.length === 0) return;
  const table = definition.name;
  const columns = blockColumns(definition).map((column) =>
    column === 'seq' ? '{seq:UInt64}' : column === 'sign' ? '-1' : column,
  );
  const { condition, parameters } = matchesCondition(definition, payload.source, matches);
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
         SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq < {seq:UInt64} AND ${condition}
       )`,
    { ...parameters, seq: entry.seq },
  );
}

/** Hashes by which tables are sorted or indexed: found through them, a few records of many cost little. */
const PLACES: Record<string, ReadonlyArray<{ hash: string; column: string }>> = {
  invoices: [{ hash: 'customer_hash', column: 'customer_external_id' }],
  transactions: [{ hash: 'invoice_hash', column: 'invoice_external_id' }],
};

function matchesCondition(
  definition: StreamDefinition,
  source: string,
  matches: ReadonlyArray<Record<string, string>>,
): { condition: string; parameters: Record<string, unknown> } {
  const parameters: Record<string, unknown> = { void_source: source };
  // Matches on the same columns become one list of tuples: deleting 10,000 invoices is one condition, not 10,000.
  const groups = new Map<string, string[][]>();
  for (const match of matches) {
    const names = Object.keys(match).sort();
    const known = names.every((name) => definition.columns.some((column) => column.name === name));
    if (!known) throw new Error(`${names.join(', ')} are not columns of ${definition.name}`);
    const key = names.join(',');
    groups.set(key, [...(groups.get(key) ?? []), names.map((name) => match[name]!)]);
  }
  const alternatives = [...groups].map(([key, rows], g) => {
    if (key === '') return '1';
    const names = key.split(',');
    const places = (PLACES[definition.name] ?? []).filter(({ column }) => names.includes(column));
    for (const [i] of names.entries()) parameters[`void_${g}_${i}`] = rows.map((row) => row[i]);
    const arrays = names.map((_, i) => `{void_${g}_${i}:Array(String)}`);
    const elements = names.map((_, i) => `tupleElement(wanted, ${i + 1})`).join(', ');
    const found = `(${names.join(', ')}) IN (
         SELECT ${elements} FROM (SELECT arrayJoin(arrayZip(${arrays.join(', ')})) AS wanted)
       )`;
    const placed = places.map(({ hash, column }) => {
      const array = arrays[names.indexOf(column)]!;
      return `${hash} IN (SELECT cityHash64({void_source:String}, arrayJoin(${array})))`;
    });
    return [...placed, found].join(' AND ');
  });
  return {
    condition: `source = {void_source:String} AND (${alternatives.map((each) => `(${each})`).join(' OR ')})`,
    parameters,
  };
}
