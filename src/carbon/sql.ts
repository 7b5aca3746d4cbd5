/** How the carbon book talks to ClickHouse. */
import { availableParallelism } from 'node:os';
import type { ClickHouseSettings } from '@clickhouse/client';
import type { Engines } from '../engines/types.ts';

/** Rows of one block on the way into a table: bounds memory (about 200 bytes a row, a few blocks at a time). */
const INSERT_BLOCK_ROWS = 500_000;
/** Memory of one statement, bytes. */
const STATEMENT_BYTES_MAX = 1_600_000_000;
/** Bytes from which a GROUP BY goes to disk. */
const GROUP_BYTES_MAX = 500_000_000;

/** Bytes of the text of one statement. */
const QUERY_BYTES_MAX = 64 * 1024 * 1024;

export type SqlParameters = Record<string, unknown>;

/** Where statements run: one ledger database. */
export interface Place {
  engines: Engines;
  accountId: number;
  database: string;
}

const COMMON = {
  max_memory_usage: String(STATEMENT_BYTES_MAX),
  max_bytes_before_external_group_by: String(GROUP_BYTES_MAX),
  // Ranges are checked before anything is multiplied; the check per product would cost more than the product.
  decimal_check_overflow: 0,
  // Shares and names of entities stand in the text of a query.
  max_query_size: String(QUERY_BYTES_MAX),
} as const;

/** Rows of a SELECT; 64-bit integers and decimals arrive as strings. */
export async function read<Row>(place: Place, query: string, parameters: SqlParameters = {}): Promise<Row[]> {
  return (await answered<Row>(place, query, parameters)).rows;
}

/** Rows of a SELECT that ends in a LIMIT, and how many there would be without it. */
export async function readLimited<Row>(
  place: Place,
  query: string,
  parameters: SqlParameters = {},
): Promise<{ rows: Row[]; total: number }> {
  const { rows, total } = await answered<Row>(place, query, parameters, { exact_rows_before_limit: 1 });
  return { rows, total: total ?? rows.length };
}

async function answered<Row>(
  place: Place,
  query: string,
  parameters: SqlParameters,
  settings: Record<string, number> = {},
): Promise<{ rows: Row[]; total: number | undefined }> {
  const result = await place.engines.clickhouse.client(place.database).query({
    query,
    query_params: parameters,
    // As a whole: the embedded engine plans what it answers piece by piece on its only thread for requests, which stops all others.
    // Without the names in every row: of wide rows they are most of the text.
    format: 'JSONCompact',
    clickhouse_settings: {
      ...COMMON,
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_decimals: 1,
      ...settings,
    },
  });
  const { meta = [], data, rows_before_limit_at_least: total } = await result.json<unknown[]>();
  const names = meta.map(({ name }) => name);
  const rows = data.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i += 1) row[names[i]!] = values[i];
    return row as Row;
  });
  return { rows, total };
}

/** Runs INSERT ... SELECT or DDL. */
export async function run(
  place: Place,
  query: string,
  parameters: SqlParameters = {},
  settings: ClickHouseSettings = {},
): Promise<void> {
  await place.engines.clickhouse.client(place.database).command({
    query,
    query_params: parameters,
    clickhouse_settings: {
      ...COMMON,
      max_insert_threads: '2',
      min_insert_block_size_rows: String(INSERT_BLOCK_ROWS),
      min_insert_block_size_bytes: '0',
      ...settings,
    },
  });
}

/**
 * Runs statements that do not depend on each other, two at a time in the order given, each by half of the processors: a statement
 * that groups into many groups by all of them spends most on putting their tables of groups together. Ends when all have ended,
 * whatever became of each.
 */
export async function runSideBySide(
  place: Place,
  statements: readonly string[],
  parameters: SqlParameters = {},
): Promise<void> {
  const waiting = [...statements];
  let failed: { error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !failed; next = waiting.shift()) {
      await run(place, next, parameters, GROUPING).catch((error: unknown) => {
        failed ??= { error };
      });
    }
  };
  await Promise.all([work(), work()]);
  if (failed) throw (failed as { error: unknown }).error;
}

/** Tables of groups are not cut into 256 while they are small: going through them costs more than it spares. */
const GROUPING: ClickHouseSettings = {
  max_threads: Math.max(1, Math.floor(availableParallelism() / 2)),
  group_by_two_level_threshold: '5000000',
  group_by_two_level_threshold_bytes: '400000000',
};

export async function insertRows(
  place: Place,
  table: string,
  rows: ReadonlyArray<Record<string, unknown>>,
): Promise<void> {
  if (rows.length === 0) return;
  await place.engines.clickhouse.client(place.database).insert({ table, values: rows, format: 'JSONEachRow' });
}
