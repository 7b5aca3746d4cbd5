/**
 * Entries that void records by what they say instead of by their keys: everything of a data source, of a customer, of an invoice. Which
 * records that are is found when the entry is posted, so nothing that was stated before it is missed.
 */
import type { Entry } from '../../journal/types.ts';
import { execute, type PostContext } from '../../ledger/index.ts';
import { blockColumns } from '../../streams/index.ts';
import type { StreamDefinition } from '../../streams/types.ts';

export const VOID_KIND = 'records.void';

/** In each stream, the current records of `source` that have all the values of one of `matches`; {} matches every record. */
export interface VoidPayload {
  source: string;
  voids: Array<{ stream: string; matches: Array<Record<string, string>> }>;
}

/** Streams that the entry voids records of; [] for entries of other kinds. */
export function voidedStreams(entry: Entry): string[] {
  if (entry.kind !== VOID_KIND) return [];
  return (entry.payload as unknown as VoidPayload).voids.map(({ stream }) => stream);
}

/** Reverses what the entry voids in one stream: the rows again with sign -1 and the entry's seq. */
export async function voidRecords(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<void> {
  const payload = entry.payload as unknown as VoidPayload;
  const matches = payload.voids.filter(({ stream }) => stream === definition.name).flatMap((each) => each.matches);
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
