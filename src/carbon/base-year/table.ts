/** The ledger's table of what is stated about base years: base years, events, targets and their withdrawals, one row per entry. */
export const BASE_YEAR_STATEMENTS = `
CREATE TABLE IF NOT EXISTS base_year_statements (
  seq UInt64, sign Int8,
  kind LowCardinality(String), name String,
  content String,
  actor String, recorded_at String
) ENGINE = MergeTree ORDER BY (seq)`;
