import { cpus } from 'node:os';
import type { Entry, Json } from '../journal/types.ts';
import { FootingError, invariant } from '../kernel/errors.ts';
import { faultPoint } from '../kernel/faults.ts';
import { type BlockRow, blockColumns, encodeRows, parseRows, readFile } from '../streams/index.ts';
import type { IntakeCounts, RejectedRow, ResolvedReadOptions, StreamDefinition } from '../streams/types.ts';
import { IMPORT_KIND } from './posting.ts';
import { KEY_TYPES_NAMED, keyCondition, textLiteral } from './recordKeys.ts';
import { execute, select } from './sql.ts';
import type { PostContext } from './types.ts';

export const POST_KIND = 'records.post';
export const DELETE_KIND = 'records.delete';
export const PATCH_KIND = 'records.patch';
export const DEFAULT_SOURCE = 'default';

/** Rejected rows that an import's result keeps for people; all of them are found again by reading the evidence. */
export const IMPORT_REJECTS_KEPT_ROWS_MAX = 200;
/** Rows whose keys are compared in one query: bounds the memory of finding superseded rows in a large load. */
const SUPERSEDE_ROWS_MAX = 1_500_000;
/** A load of less than one part in this many of the records that are there is compared by looking up its keys. */
const LOOKUP_SHARE = 4;
/** Repeated keys up to which a statement names them. */
const REPEATED_KEYS_NAMED_MAX = 1_000;
const HASHES = 2n ** 64n;
/** Blocks of a load are gathered to about this size before they are inserted: large parts need not be merged. */
const INSERT_BYTES = 64 * 1024 * 1024;
/** Inserts of one load that are on their way to ClickHouse at once, the one being gathered among them. */
const INSERTS_IN_FLIGHT_MAX = 2;

/** Kinds of entries that state records. */
export const RECORD_KINDS: readonly string[] = [IMPORT_KIND, POST_KIND, PATCH_KIND, DELETE_KIND];

/** Payload of `records.import`. */
export interface ImportPayload {
  stream: string;
  source: string;
  file: { name: string; bytes: number };
  options: ResolvedReadOptions;
  allOrNothing: boolean;
}

/** Payload of `records.post`. */
export interface PostPayload {
  stream: string;
  source: string;
  rows: Array<Record<string, Json>>;
}

/** Payload of `records.delete`. */
export interface DeletePayload {
  stream: string;
  source: string;
  keys: Array<Record<string, string>>;
}

/**
 * Payload of `records.patch`: in every current record of the source that has these values in the columns of `match`, the columns of
 * `set` take new values. Resolved when the entry is posted, in the order of the journal, so two patches of one record both count.
 */
export interface PatchPayload {
  stream: string;
  source: string;
  changes: Array<{ match: Record<string, string>; set: Record<string, Json> }>;
}

/** The stream that an entry speaks of, or undefined when it is not about records. */
export function entryStream(entry: Entry): string | undefined {
  if (!RECORD_KINDS.includes(entry.kind)) return undefined;
  return (entry.payload as unknown as { stream: string }).stream;
}

/**
 * Writes what the entries (ascending, all of this stream) add to the stream's record table: their rows with sign 1, then for
 * every record that a later one with the same key supersedes, and for every deleted one, its reversal: the row again with sign
 * -1 and the seq of the entry that caused it. Must run on a table without rows of these entries.
 *
 * `onRows` is told posted rows before they are written. True when rows were added and certainly none was reversed.
 */
export async function loadRecords(
  context: PostContext,
  definition: StreamDefinition,
  entries: readonly Entry[],
  onRows?: (rows: readonly BlockRow[]) => void,
): Promise<boolean> {
  let onlyAdded = true;
  for (const run of runsOfRows(entries)) {
    const [first] = run;
    if (first!.kind === DELETE_KIND) {
      onlyAdded = false;
      await reverseDeleted(context, definition, first!);
      continue;
    }
    if (first!.kind === PATCH_KIND) {
      onlyAdded = false;
      await loadPatched(context, definition, first!);
      await reverseSuperseded(context, definition, first!.seq, first!.seq, true);
      continue;
    }
    const imports: Array<{ entry: Entry; result: ImportResult }> = [];
    const posts: Entry[] = [];
    for (const entry of run) {
      if (entry.kind === IMPORT_KIND) imports.push({ entry, result: await loadFile(context, definition, entry) });
      else posts.push(entry);
    }
    const rows = postedRows(definition, posts);
    if (rows.length > 0) onRows?.(rows);
    // Both are waited for, whatever becomes of the other: no insert may arrive after a failure was cleared up.
    const [repeated, inserted] = await Promise.allSettled([
      imports.length > 0 ? undefined : keysStatedBefore(context, definition, rows, run[0]!.seq),
      insertRows(context, definition, rows),
    ]);
    if (inserted.status === 'rejected') throw inserted.reason;
    if (repeated.status === 'rejected') throw repeated.reason;
    const keys = repeated.value;
    if (keys === undefined || keys.length > 0) onlyAdded = false;
    await faultPoint('records.loaded');
    const [from, to] = [run[0]!.seq, run.at(-1)!.seq];
    if (keys === undefined) {
      const few = imports.length === 0 && rows.length <= KEYS_NAMED_ROWS_MAX;
      await reverseSuperseded(context, definition, from, to, few);
    } else if (keys.length > 0) await insertReversals(context, definition, hashList(keys), from, to);
    await faultPoint('records.superseded');
    for (const { entry, result } of imports) await keepResult(context, definition, entry, result);
  }
  return onlyAdded;
}

/** Entries that bring rows together; each delete and patch alone, because it speaks of the state that the ones before it leave. */
function runsOfRows(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  const bringsRows = (entry: Entry) => entry.kind === IMPORT_KIND || entry.kind === POST_KIND;
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run && bringsRows(run[0]!) && bringsRows(entry)) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

interface ImportResult {
  counts: IntakeCounts;
  rejects: RejectedRow[];
  rowIndex: Json;
}

async function loadFile(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<ImportResult> {
  const payload = entry.payload as unknown as ImportPayload;
  invariant(entry.evidence !== null, `entry ${entry.seq} imports without evidence`);
  const { clickhouse, evidence } = context.engines;
  const columns = blockColumns(definition);
  const rejects: RejectedRow[] = [];
  const inFlight = new Set<Promise<void>>();
  let failed: { error: unknown } | undefined;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  const insert = async (): Promise<void> => {
    if (gathered.length === 0) return;
    const insertion = clickhouse
      .insertNative(context.database, definition.name, columns, gathered)
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => inFlight.delete(insertion));
    inFlight.add(insertion);
    gathered = [];
    gatheredBytes = 0;
    while (inFlight.size >= INSERTS_IN_FLIGHT_MAX) await Promise.race(inFlight);
    if (failed) throw failed.error;
  };
  const reading = readFile(
    await evidence.path(entry.evidence),
    definition,
    payload.options,
    {
      async block(block) {
        await faultPoint('records.block');
        gathered.push(block.bytes);
        gatheredBytes += block.bytes.byteLength;
        if (gatheredBytes >= INSERT_BYTES) await insert();
      },
      async rejects(rows) {
        for (const row of rows) if (rejects.length < IMPORT_REJECTS_KEPT_ROWS_MAX) rejects.push(row);
      },
    },
    {
      constants: { seq: entry.seq, originSeq: entry.seq, sign: 1, source: payload.source },
      threads: Math.max(1, Math.min(4, cpus().length)),
      ...(context.signal && { signal: context.signal }),
      onProgress: (progress) => context.onProgress?.(entry.seq, { stage: 'reading rows', ...progress }),
    },
  );
  // However it ends, no block may arrive after that: the rows of a failed load are removed before the next attempt.
  const read = await reading
    .then(async (result) => {
      await insert();
      return result;
    })
    .finally(() => Promise.all(inFlight));
  if (failed) throw (failed as { error: unknown }).error;
  if (payload.allOrNothing && read.counts.rejected > 0) {
    throw new FootingError(
      'corrupt',
      `Entry ${entry.seq} was accepted as a whole, but ${read.counts.rejected} of its rows are bad`,
    );
  }
  return { counts: read.counts, rejects, rowIndex: read.index as unknown as Json };
}

/** Rows posted as JSON by many entries. They were checked before they were stated, so they must be good. */
export function postedRows(definition: StreamDefinition, entries: readonly Entry[]): BlockRow[] {
  const rows: BlockRow[] = [];
  for (const entry of entries) {
    const payload = entry.payload as unknown as PostPayload;
    for (const [i, parsed] of parseRows(definition, payload.rows, 'stated').entries()) {
      if (parsed.problems.length > 0) {
        throw new FootingError('corrupt', `Row ${i + 1} of entry ${entry.seq} does not hold together any more`, {
          problems: parsed.problems.map(({ column, ...problem }) => ({ field: column, row: i + 1, ...problem })),
        });
      }
      rows.push({
        seq: entry.seq,
        originSeq: entry.seq,
        originRow: i + 1,
        sign: 1,
        source: payload.source,
        row: parsed.row,
      });
    }
  }
  return rows;
}

/** All rows as one block. */
async function insertRows(
  context: PostContext,
  definition: StreamDefinition,
  rows: readonly BlockRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const block = encodeRows(definition, rows);
  await context.engines.clickhouse.insertNative(context.database, definition.name, blockColumns(definition), block);
}

/** Rows up to which their keys are looked for by name: one short query beside the insert instead of three after it. */
const KEYS_NAMED_ROWS_MAX = 2_000;

/**
 * Hashes of the rows' keys that stand in records stated before entry `first`: what the rows may supersede. Undefined where it is not
 * known cheaply: many rows, keys that are not stored as the text that they are, or rows that supersede each other.
 */
export async function keysStatedBefore(
  context: Pick<PostContext, 'engines' | 'database'>,
  definition: StreamDefinition,
  rows: readonly BlockRow[],
  first: number,
): Promise<string[] | undefined> {
  if (rows.length === 0) return [];
  if (rows.length > KEYS_NAMED_ROWS_MAX) return undefined;
  const textual = definition.columns.filter(({ type }) => KEY_TYPES_NAMED.includes(type)).map(({ name }) => name);
  if (!definition.key.every((name) => textual.includes(name))) return undefined;
  const keys = rows.map(({ source, row }) => [source, ...definition.key.map((name) => String(row.values[name] ?? ''))]);
  if (new Set(keys.map((key) => JSON.stringify(key))).size < keys.length) return undefined;
  // As constants, which the indexes are asked for; in the text of the query, for parameters travel in the address, which has to be short.
  const hashes = keys.map((key) => `cityHash64(${key.map(textLiteral).join(', ')})`);
  const found = await select<{ key: string }>(
    context.engines,
    context.database,
    `SELECT DISTINCT toString(key_hash) AS key
     FROM ${definition.name}
     WHERE seq < {first:UInt64}
       AND key_hash IN (${hashes.join(', ')})
     SETTINGS max_threads = 1`,
    { first },
  );
  return found.map(({ key }) => key);
}

/** Hashes as literals, so that they are looked up by the primary key or its skip index. */
const hashList = (keys: readonly string[]): string => keys.map((key) => `toUInt64('${key}')`).join(', ');

/** The patched records as new rows of the entry, numbered in the order of (change, origin). */
async function loadPatched(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<void> {
  const payload = entry.payload as unknown as PatchPayload;
  const before = entry.seq - 1;
  const patched = new Map<string, Record<string, Json>>();
  for (const change of payload.changes) {
    const { condition, parameters } = matchCondition(definition, payload.source, change.match);
    const current = await currentRows(context, definition, before, condition, parameters);
    for (const row of current) {
      const origin = `${row.origin_seq}/${row.origin_row}`;
      const values = patched.get(origin) ?? valuesOf(definition, row);
      patched.set(origin, { ...values, ...change.set });
    }
  }
  const rows: BlockRow[] = [];
  for (const parsed of parseRows(definition, [...patched.values()], 'stated')) {
    if (parsed.problems.length > 0) {
      throw new FootingError('corrupt', `Entry ${entry.seq} patches a record into one that does not hold together`, {
        problems: parsed.problems.map(({ column, ...problem }) => ({ field: column, ...problem })),
      });
    }
    const place = { seq: entry.seq, originSeq: entry.seq, originRow: rows.length + 1, sign: 1 as const };
    rows.push({ ...place, source: payload.source, row: parsed.row });
  }
  if (rows.length === 0) return;
  const block = encodeRows(definition, rows);
  await context.engines.clickhouse.insertNative(context.database, definition.name, blockColumns(definition), block);
}

/** Current rows as of `seq`: posted and not reversed. */
export async function currentRows(
  context: Pick<PostContext, 'engines' | 'database'>,
  definition: StreamDefinition,
  seq: number,
  condition: string,
  parameters: Record<string, unknown>,
): Promise<Array<Record<string, Json>>> {
  const table = definition.name;
  return select(
    context.engines,
    context.database,
    `SELECT *
     FROM ${table}
     WHERE sign = 1
       AND seq <= {as_of:UInt64}
       AND ${condition}
       AND (origin_seq, origin_row) NOT IN (
         SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {as_of:UInt64} AND ${condition}
       )
     ORDER BY origin_seq, origin_row`,
    { ...parameters, as_of: seq },
  );
}

/** A condition on some of the stream's text columns; on the whole key it goes through key_hash. */
function matchCondition(
  definition: StreamDefinition,
  source: string,
  match: Record<string, string>,
): { condition: string; parameters: Record<string, unknown> } {
  const names = Object.keys(match);
  if (names.length === definition.key.length && definition.key.every((name) => names.includes(name))) {
    return keyCondition(definition, source, [match]);
  }
  const parameters: Record<string, unknown> = { match_source: source };
  const conditions = names.map((name, i) => {
    invariant(
      definition.columns.some((column) => column.name === name),
      `${name} is a column of ${definition.name}`,
    );
    parameters[`match_${i}`] = match[name];
    return `${name} = {match_${i}:String}`;
  });
  return { condition: ['source = {match_source:String}', ...conditions].join('\n       AND '), parameters };
}

/** A row of the table as it would be posted: what the stream's columns and attributes say, nothing that is computed. */
function valuesOf(definition: StreamDefinition, row: Record<string, Json>): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const { name, type } of definition.columns) {
    const value = row[name] ?? null;
    // ClickHouse prints instants as "2025-01-31 10:00:00.000", in UTC.
    values[name] = type === 'datetime' && typeof value === 'string' ? `${value.replace(' ', 'T')}Z` : value;
  }
  const attributes = row.attributes as Record<string, string> | undefined;
  for (const [name, value] of Object.entries(attributes ?? {})) values[`attributes.${name}`] = value;
  return values;
}

/**
 * Of live rows with equal keys only the last one (by origin) stays; each earlier one is reversed by the entry of the next one.
 * `loaded` rows are those with seq between first and last; only their keys can be affected. Of `few` loaded rows the keys are
 * looked up without counting anything first.
 */
async function reverseSuperseded(
  context: PostContext,
  definition: StreamDefinition,
  first: number,
  last: number,
  few: boolean,
): Promise<void> {
  const table = definition.name;
  const { rows, before } = few ? { rows: 0, before: 1 } : await loadedAndBefore(context, table, first, last);
  const buckets = BigInt(Math.max(1, Math.ceil(rows / SUPERSEDE_ROWS_MAX)));
  // A load as large as what was there is compared by grouping all keys: looking each one up would take longer.
  const byLookup = rows * LOOKUP_SHARE < before;
  for (let bucket = 0n; bucket < buckets; bucket += 1n) {
    const from = (HASHES * bucket) / buckets;
    const to = (HASHES * (bucket + 1n)) / buckets - 1n;
    const inBucket = buckets === 1n ? '' : `AND key_hash BETWEEN toUInt64('${from}') AND toUInt64('${to}')`;
    const loadedKeys = byLookup
      ? `AND key_hash IN (
          SELECT key_hash
          FROM ${table}
          WHERE seq BETWEEN {first:UInt64} AND {last:UInt64} AND sign = 1 ${inBucket}
        )`
      : inBucket;
    const repeatedKeys = `
      SELECT key_hash
      FROM ${table}
      WHERE sign = 1
        AND seq ${before === 0 ? 'BETWEEN {first:UInt64} AND' : '<='} {last:UInt64}
        ${loadedKeys}
      GROUP BY key_hash
      HAVING count() > 1 AND max(seq) >= {first:UInt64}`;
    const repeated = await select<{ key: string }>(
      context.engines,
      context.database,
      `SELECT toString(key_hash) AS key FROM (${repeatedKeys}) LIMIT ${REPEATED_KEYS_NAMED_MAX + 1}`,
      { first, last },
    );
    if (repeated.length === 0) continue;
    // A few are named, so that they are looked up by the primary key and not found a second and a third time.
    const named = repeated.length <= REPEATED_KEYS_NAMED_MAX;
    await insertReversals(
      context,
      definition,
      named ? hashList(repeated.map(({ key }) => key)) : repeatedKeys,
      first,
      last,
    );
  }
}

async function loadedAndBefore(
  context: PostContext,
  table: string,
  first: number,
  last: number,
): Promise<{ rows: number; before: number }> {
  const [counts] = await select<{ rows: string; before: string }>(
    context.engines,
    context.database,
    `SELECT countIf(seq >= {first:UInt64}) AS rows, countIf(seq < {first:UInt64}) AS before
     FROM ${table}
     WHERE seq <= {last:UInt64} AND sign = 1`,
    { first, last },
  );
  return { rows: Number(counts?.rows ?? 0), before: Number(counts?.before ?? 0) };
}

async function insertReversals(
  context: PostContext,
  definition: StreamDefinition,
  keys: string,
  first: number,
  last: number,
): Promise<void> {
  const table = definition.name;
  const columns = blockColumns(definition);
  await execute(
    context.engines,
    context.database,
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${columns.map((column) => (column === 'seq' ? 'next_seq' : column === 'sign' ? '-1' : column)).join(', ')}
     FROM (
       SELECT *,
              leadInFrame(origin_seq, 1, 0) OVER (
                PARTITION BY source, ${definition.key.join(', ')}
                ORDER BY origin_seq, origin_row
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS next_seq
       FROM ${table}
       WHERE sign = 1
         AND seq <= {last:UInt64}
         AND key_hash IN (${keys})
         AND (origin_seq, origin_row) NOT IN (
           SELECT origin_seq, origin_row
           FROM ${table}
           WHERE sign = -1 AND seq <= {last:UInt64} AND key_hash IN (${keys})
         )
     )
     WHERE next_seq > 0`,
    { first, last },
  );
}

async function reverseDeleted(context: PostContext, definition: StreamDefinition, entry: Entry): Promise<void> {
  const payload = entry.payload as unknown as DeletePayload;
  const table = definition.name;
  const columns = blockColumns(definition);
  const { condition, parameters } = keyCondition(definition, payload.source, payload.keys);
  await execute(
    context.engines,
    context.database,
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${columns.map((column) => (column === 'seq' ? '{seq:UInt64}' : column === 'sign' ? '-1' : column)).join(', ')}
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

async function keepResult(
  context: PostContext,
  definition: StreamDefinition,
  entry: Entry,
  { counts, rejects, rowIndex }: ImportResult,
): Promise<void> {
  const [reversed] = await select<{ rows: string }>(
    context.engines,
    context.database,
    `SELECT count() AS rows FROM ${definition.name} WHERE seq = {seq:UInt64} AND sign = -1`,
    { seq: entry.seq },
  );
  await context.engines.pg.query(
    `INSERT INTO import_results (account_id, seq, rows, accepted, rejected, superseded, rejects, row_index)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (account_id, seq) DO UPDATE
       SET rows = excluded.rows, accepted = excluded.accepted, rejected = excluded.rejected,
           superseded = excluded.superseded, rejects = excluded.rejects, row_index = excluded.row_index`,
    [
      entry.accountId,
      entry.seq,
      counts.rows,
      counts.accepted,
      counts.rejected,
      Number(reversed?.rows ?? 0),
      JSON.stringify(rejects),
      JSON.stringify(rowIndex ?? null),
    ],
  );
}
