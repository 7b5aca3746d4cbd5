/** The streams room: what a record is, and the intake of files and rows. */

export type { ColumnDescription } from './describe.ts';
export { clickhouseTable, clickhouseType, csvTemplate, describe, jsonSchema } from './describe.ts';
export { detect } from './detect.ts';
export { columnMeant, matchHeaders, REJECT_PROBLEMS_HEADER, REJECT_ROW_HEADER } from './header.ts';
export type { Block, IntakeProgress, IntakeResult, IntakeSettings, Sink } from './intake.ts';
export { readFile, validateFile } from './intake.ts';
export type { BlockRow, ParsedJsonRow } from './jsonRows.ts';
export { encodeRows, parseRows, textOfParsed } from './jsonRows.ts';
export { DAY_MAX, DAY_MIN } from './limits.ts';
export type { FilePreview } from './preview.ts';
export { HeaderError, PREVIEW_ROWS_MAX, previewFile } from './preview.ts';
export { readRow } from './readRow.ts';
export { problemText, rejectsFile, rejectsHeader, rejectsLine, rejectsOptions } from './rejects.ts';
export { blockColumns } from './rows.ts';
export * from './types.ts';
export { sheetNames, sheetTexts } from './xlsxFiles.ts';
