/**
 * The ledger's table of quantities that methods make of activities. A function of the record alone: written when the record is
 * loaded, never reversed (its lines are). Columns that postings read are named as those of `activities`.
 */
export const COMPONENTS = `
CREATE TABLE IF NOT EXISTS components (
  seq UInt64, origin_seq UInt64, origin_row UInt32,
  key_hash UInt64,
  component UInt8,
  calculation LowCardinality(String),
  problem String,
  words String,
  calculation_flags UInt32,
  entity LowCardinality(String),
  activity String,
  quantity Nullable(Decimal(38, 12)),
  unit LowCardinality(String),
  amount Nullable(Decimal(38, 12)),
  currency LowCardinality(String),
  start_date Date32,
  end_date Nullable(Date32),
  country LowCardinality(String),
  region LowCardinality(String),
  supplier LowCardinality(String),
  category LowCardinality(String),
  data_quality LowCardinality(String),
  attributes Map(String, String),
  descriptor UInt64 DEFAULT cityHash64(
    activity, unit, currency, country, region, category, quantity IS NULL, amount IS NULL, component, calculation, problem,
    calculation_flags),
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row, component)`;
