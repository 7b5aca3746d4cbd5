/** The organisation's tables: records of the streams `entities` and `ownership`. */
export const ENTITIES = `
CREATE TABLE IF NOT EXISTS entities (
  seq UInt64, origin_seq UInt64, origin_row UInt32, sign Int8,
  source LowCardinality(String),
  key_hash UInt64 DEFAULT cityHash64(source, external_id),
  external_id String,
  name String DEFAULT '',
  kind LowCardinality(String) DEFAULT '',
  parent String DEFAULT '',
  country LowCardinality(String) DEFAULT '',
  opened Nullable(Date32),
  closed Nullable(Date32),
  lease LowCardinality(String) DEFAULT '',
  lease_role LowCardinality(String) DEFAULT '',
  floor_area Nullable(Decimal(38, 12))
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row)`;

export const OWNERSHIP = `
CREATE TABLE IF NOT EXISTS ownership (
  seq UInt64, origin_seq UInt64, origin_row UInt32, sign Int8,
  source LowCardinality(String),
  key_hash UInt64 DEFAULT cityHash64(source, owner, owned, valid_from),
  owner String,
  owned String,
  equity_share String DEFAULT '',
  financial_control LowCardinality(String) DEFAULT '',
  operational_control LowCardinality(String) DEFAULT '',
  valid_from Date32,
  valid_to Nullable(Date32)
) ENGINE = MergeTree ORDER BY (key_hash, origin_seq, origin_row)`;
