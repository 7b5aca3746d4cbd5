/** Tables as files: CSV, NDJSON, Parquet, XLSX, as of any entry, streamed. */

import type { ReadContext } from '../types.ts';
import { parquet } from './parquet.ts';
import { csv, ndjson } from './text.ts';
import type { ExportFormat, ExportOptions, ExportTable } from './types.ts';
import { xlsx } from './xlsx.ts';

export { recordTable, type SqlColumn, sqlRows, standing, withoutSql } from './rows.ts';
export {
  EXPORT_FORMATS,
  type ExportColumn,
  type ExportFormat,
  type ExportOptions,
  type ExportRow,
  type ExportTable,
} from './types.ts';

export const MEDIA_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The bytes of a table as of read.seq: the same for the same table, entry, options and format. */
export function exported(
  read: ReadContext,
  table: ExportTable,
  format: ExportFormat,
  options: ExportOptions,
): AsyncIterable<Uint8Array> {
  const rows = table.rows(read, options);
  switch (format) {
    case 'csv':
      return csv(table.columns, rows);
    case 'ndjson':
      return ndjson(table.columns, rows);
    case 'parquet':
      return parquet(table.columns, rows);
    default:
      return xlsx(table.title, table.columns, rows);
  }
}
