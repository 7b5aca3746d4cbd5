/** The ledger's tables of methodologies: every version that was stated, and which of them the account adopted when. */
export const METHODOLOGIES = `
CREATE TABLE IF NOT EXISTS methodologies (
  seq UInt64, sign Int8,
  name String, version UInt32,
  content String,
  actor String, recorded_at String
) ENGINE = MergeTree ORDER BY (seq)`;

export const METHODOLOGIES_ADOPTED = `
CREATE TABLE IF NOT EXISTS methodologies_adopted (
  seq UInt64, sign Int8,
  name String, version UInt32
) ENGINE = MergeTree ORDER BY (seq)`;
