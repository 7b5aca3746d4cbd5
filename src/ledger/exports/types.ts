/** What can be exported: tables with typed columns, as of an entry. */
import type { StreamDefinition } from '../../streams/types.ts';
import type { Book, ReadContext } from '../types.ts';

/**
 * `integer`, `decimal`: exact, as text on the way; `date` YYYY-MM-DD; `instant` RFC 3339 in UTC with milliseconds; `boolean` "true" or
 * "false"; `json`: an object as JSON.
 */
export type ExportType = 'text' | 'integer' | 'decimal' | 'date' | 'instant' | 'boolean' | 'json';

export interface ExportColumn {
  name: string;
  type: ExportType;
}

/** Cells in the order of the columns; null is empty. */
export type ExportRow = ReadonlyArray<string | null>;

/** What a request may say of a table that is a report. */
export interface ExportOptions {
  from?: string | undefined;
  to?: string | undefined;
  interval?: string | undefined;
  currency: string;
  timeZone: string;
  /** Day up to which movements count. */
  until: string;
  filters?: string | undefined;
  segment?: string | undefined;
}

export interface ExportTable {
  name: string;
  title: string;
  book: Book['name'];
  columns: readonly ExportColumn[];
  /** Rows as of read.seq, in one order that depends on nothing else. */
  rows(read: ReadContext, options: ExportOptions): AsyncIterable<ExportRow>;
}

export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet', 'xlsx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type Streams = readonly StreamDefinition[];
