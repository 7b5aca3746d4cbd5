/** The ledger's table of what people have decided about matching: a row per decision or rule, signed, with the entry that caused it. */
export const CHOICES = `
CREATE TABLE IF NOT EXISTS choices (
  seq UInt64, sign Int8,
  stated_seq UInt64, number UInt32,
  kind LowCardinality(String),
  subject String,
  conditions String,
  factor String, family String, left_out UInt8,
  reason String,
  priority Int32, first_year UInt16, last_year UInt16,
  actor String, recorded_at String
) ENGINE = MergeTree ORDER BY (stated_seq, number)`;
