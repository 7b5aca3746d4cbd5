/**
 * What a stream is: one definition gives validation, CSV template, ClickHouse table and OpenAPI schema.
 * A *stream* is a kind of record (invoices, activities ...); a *record* is one row of it.
 */
export type ColumnType =
  /** UTF-8 text, at most `charactersMax`. ClickHouse String (LowCardinality(String) with `lowCardinality`). */
  | 'text'
  /** Exact decimal with at most DECIMAL_SCALE_MAX (12) decimals and 26 digits before the point. Decimal(38,12). */
  | 'decimal'
  /** Whole number in minor units (amount_in_cents …), 64-bit. Int64. */
  | 'cents'
  /** Whole number, 64-bit. Int64. */
  | 'integer'
  /** Calendar day, ISO 8601 YYYY-MM-DD (other notations only by an explicit mapping option), 1900-01-01 to 2299-12-31. Date32. */
  | 'date'
  /** Instant, RFC 3339, or a date (= midnight UTC); stored in UTC with milliseconds. DateTime64(3,'UTC'). */
  | 'datetime'
  | 'boolean'
  /** ISO 4217 code, upper-cased. LowCardinality(String). */
  | 'currency'
  /** ISO 3166-1 alpha-2, upper-cased. LowCardinality(String). */
  | 'country'
  /** One of `values`. LowCardinality(String). */
  | 'enum';

export interface ColumnDefinition {
  name: string;
  type: ColumnType;
  /** A row without it is refused. Absent optional columns are stored as '' (text kinds), NULL (others). */
  required?: boolean;
  /** Other header names that mean this column; compared after lower-casing and turning everything but letters and digits into `_`. */
  aliases?: readonly string[];
  values?: readonly string[];
  /** Of currency, country and enum columns: what an unknown code means. `refuse` (default): the row is refused; `keep`: stored as stated, to be held as unmatched. */
  unknown?: 'refuse' | 'keep';
  charactersMax?: number;
  lowCardinality?: boolean;
  /** Value taken when the cell is empty; documented in the template. */
  default?: string;
  description: string;
  example: string;
}

/**
 * A rule over several columns in a form that worker threads can be given and that costs almost nothing per row.
 * `anyOf`: at least one group must be filled completely. `notAfter`: date `first` is not after date `last`, when both are given.
 * `together`: all of the columns or none. `requiredWhen`: `column` must be filled when `when` has one of `values`.
 * `needs`: `column` must be filled when `with` is. `daysAtMost`: from date `first` to date `last`, both counted, are at most `days` days.
 */
export type RowCheck =
  | { kind: 'anyOf'; groups: readonly (readonly string[])[]; reason: string; remedy?: string }
  | { kind: 'notAfter'; first: string; last: string; reason: string; remedy?: string }
  | { kind: 'together'; columns: readonly string[]; reason: string; remedy?: string }
  | { kind: 'requiredWhen'; column: string; when: string; values: readonly string[]; reason: string; remedy?: string }
  | { kind: 'needs'; column: string; with: string; reason: string; remedy?: string }
  | { kind: 'daysAtMost'; first: string; last: string; days: number; reason: string; remedy?: string };

export interface StreamDefinition {
  /** Plural noun, the same in code, SQL, API, UI and docs. */
  name: string;
  book: 'revenue' | 'carbon';
  title: string;
  /** Columns whose values make the record's key within a data source; a later row with the same key supersedes the earlier one. */
  key: readonly string[];
  columns: readonly ColumnDefinition[];
  /** `attributes.*` columns are taken into Map(String,String) `attributes`. */
  attributes?: boolean;
  /**
   * `record`: many, only grows, lives in the ledger (ClickHouse). `stated`: few and edited (plans, entities); the
   * present state lives in PostgreSQL, changed in the entry's transaction, and is also kept per seq for as-of reads.
   */
  kept: 'record' | 'stated';
  /** Rules over several columns, fast on files of any size; prefer them to `check`. */
  checks?: readonly RowCheck[];
  /**
   * Rules that no RowCheck expresses: returns what is wrong with the row. Values are the parsed ones (see ParsedRow).
   * A definition with a function is read in the calling thread and pays for JavaScript values: for streams of up to some 100,000 rows.
   */
  check?: (row: ParsedRow) => RowProblem[];
}

/**
 * One parsed value: string for text kinds, date ('YYYY-MM-DD') and datetime (RFC 3339, UTC, milliseconds); bigint for cents
 * and integer; decimal as its plain notation ('-12.5', no exponent, no trailing zeros); boolean; null when empty.
 */
export type Parsed = string | bigint | boolean | null;
export interface ParsedRow {
  values: Record<string, Parsed>;
  attributes: Record<string, string>;
}

export interface RowProblem {
  column: string;
  value: string;
  reason: string;
  remedy?: string;
}

/** How a file is to be read; everything is detected when absent. What was used is stated in the journal entry, so that replay reads alike. */
export interface ReadOptions {
  format?: 'csv' | 'ndjson' | 'json' | 'xlsx' | 'parquet';
  compression?: 'none' | 'gzip';
  encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  delimiter?: string;
  quote?: string;
  decimal?: '.' | ',';
  /** For `date` columns of this file: iso (default), dmy, mdy. */
  dateOrder?: 'iso' | 'dmy' | 'mdy';
  /** How columns of minor units are written: `cents` (default) 49900, or `units` 499.00 with the decimals of the row's currency. */
  amounts?: 'cents' | 'units';
  sheet?: string;
  /** source header -> stream column; headers that are matched by name need not be listed; value null = leave this column out on purpose. */
  mapping?: Record<string, string | null>;
}

/** The same with nothing left open: stated in the entry's payload. `mapping` has every header of the file. */
export type ResolvedReadOptions = Required<Omit<ReadOptions, 'sheet' | 'amounts'>> & {
  sheet: string | null;
  /**
   * `cents`: columns of minor units hold whole numbers without a decimal mark; `units`: amounts of the row's currency. Absent for streams without such columns, and in entries
   * of earlier versions, which took 499.00 for 499: those are replayed as they were read.
   */
  amounts?: 'cents' | 'units';
};

/** What was found at the head of a file, for people. */
export interface HeaderReport {
  /** Headers in file order, as they stand. For JSON and NDJSON: the fields met in the sample, in order of appearance. */
  headers: string[];
  /** Optional columns of the stream that the file does not have. */
  absent: string[];
  /** Headers left out on purpose (mapped to null, or written by a rejects file). */
  leftOut: string[];
  /** True when the file has a header but no row of data: valid, nothing to import. */
  headerOnly: boolean;
  /** Things worth saying that are not wrong, in plain words. */
  notes: string[];
}

export interface Detected {
  options: ResolvedReadOptions;
  report: HeaderReport;
}

export interface RejectedRow {
  /** 1 for the first row of data. */
  row: number;
  /** Cells as they stood in the source, by header. */
  cells: Record<string, string>;
  problems: RowProblem[];
}

export interface IntakeCounts {
  rows: number;
  accepted: number;
  rejected: number;
}

/** Where every so many bytes a row begins, so that a row of a huge file is found again without reading what stands before it. */
export interface ChunkIndexEntry {
  /** Row number of the chunk's first record, 1 for the first row of data. */
  firstRow: number;
  /** Byte at which it begins in the decoded stream (decompressed, as UTF-8 CSV). */
  offset: number;
}

/** Values that are the same in every row of a load. */
export interface BlockConstants {
  seq: number;
  sign?: 1;
  originSeq: number;
  source: string;
}
