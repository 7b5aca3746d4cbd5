/** The ledger's table of releases that the account has imported: where their factors stand in the evidence. */
export const IMPORTED_RELEASES = `
CREATE TABLE IF NOT EXISTS imported_releases (
  seq UInt64, sign Int8, release String, hash String, evidence String, file_name String, actor String, recorded_at String
) ENGINE = MergeTree ORDER BY seq`;
