import type { Engines } from '../engines/types.ts';

export type SqlParameters = Record<string, unknown>;

/** Text of a query at most, bytes: lists of keys stand in it. */
const QUERY_BYTES_MAX = '67108864';

/** Tables of dry runs begin so; what a killed process left is dropped when the account is taken over a day later. */
export const DRY_RUN_PREFIX = 'dry_run_';

/** Rows of a SELECT in the given ledger database; 64-bit integers and decimals arrive as strings. */
export async function select<Row>(
  engines: Engines,
  database: string,
  query: string,
  parameters: SqlParameters = {},
): Promise<Row[]> {
  const result = await engines.clickhouse.client(database).query({
    query,
    query_params: parameters,
    // As a whole: the embedded engine plans what it answers piece by piece on its only thread for requests, which stops all others.
    format: 'JSON',
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_decimals: 1,
      max_query_size: QUERY_BYTES_MAX,
    },
  });
  return (await result.json<Row>()).data;
}

/** Runs a statement without a result (DDL, INSERT ... SELECT) in the given ledger database. */
export async function execute(
  engines: Engines,
  database: string,
  query: string,
  parameters: SqlParameters = {},
): Promise<void> {
  await engines.clickhouse.client(database).command({
    query,
    query_params: parameters,
    clickhouse_settings: { max_query_size: QUERY_BYTES_MAX },
  });
}
