export type { HeldForecast, HoldTeller } from './dryRun.ts';
export {
  EXPORT_FORMATS,
  type ExportColumn,
  type ExportFormat,
  type ExportOptions,
  type ExportRow,
  type ExportTable,
  exported,
  MEDIA_TYPES,
  recordTable,
  type SqlColumn,
  sqlRows,
  standing,
  withoutSql,
} from './exports/index.ts';
export { type ImportOutcome, type ImportRequest, type ImportStatus, type Imports, openImports } from './imports.ts';
export { type LedgerService, openLedger } from './ledger.ts';
export {
  currentRows,
  DEFAULT_SOURCE,
  DELETE_KIND,
  entryStream,
  keysStatedBefore,
  loadRecords,
  PATCH_KIND,
  type PatchPayload,
  POST_KIND,
  type PostPayload,
  postedRows,
} from './records.ts';
export { findStream, openRecords, POST_ROWS_MAX } from './recordsService.ts';
export { execute, type SqlParameters, select } from './sql.ts';
export type {
  Book,
  ExplanationNode,
  Ledger,
  PostContext,
  Progress,
  ReadContext,
  RecordSource,
} from './types.ts';
export { lastMarked, markingUnclaimed, unclaimedMarks } from './unclaimed.ts';
export {
  differences,
  entriesOfKinds,
  type StatedCheck,
  type StatedDifference,
  type VerifyFinding,
  type VerifyProgress,
  type VerifyReport,
  verifyAccount,
} from './verify.ts';
