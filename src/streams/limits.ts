/** Limits of the intake, each with its unit. What goes over one is refused with a reason, never cut. */

/** One cell. A row with a longer one is refused. */
export const CELL_BYTES_MAX = 1024 * 1024;
/** One record. One that does not end within it (a quote that never closes) is refused as one row, together with all that follows. */
export const RECORD_BYTES_MAX = 32 * 1024 * 1024;
/** Record-aligned piece of the decoded stream that one worker turns into one block. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** Characters of a text column that does not say otherwise. */
export const TEXT_CHARACTERS_MAX = 10_000;
export const DECIMAL_SCALE_MAX = 12;
export const DECIMAL_INTEGER_DIGITS_MAX = 26;
/** Columns in one file. */
export const HEADERS_MAX = 2_000;
/** Rows in one file: rows are numbered with 32 bits. */
export const ROWS_MAX = 4_294_967_295;
/** Bytes of the decoded stream that detection looks at. */
export const SAMPLE_BYTES = 1024 * 1024;
/** Bytes that a compressed file may become. */
export const INFLATED_BYTES_MAX = 64 * 1024 ** 3;
/** Inflated to compressed size over which a file counts as a bomb, once it has passed INFLATED_FREE_BYTES. */
export const INFLATION_RATIO_MAX = 400;
/** Inflated bytes under which the ratio is not looked at. */
export const INFLATED_FREE_BYTES = 64 * 1024 * 1024;
/** Text of an XLSX file's shared strings, held in memory. */
export const SHARED_STRINGS_BYTES_MAX = 256 * 1024 * 1024;
/** Cells of one XLSX sheet. */
export const SHEET_CELLS_MAX = 50_000_000;
/** XLSX file, or Parquet file inside gzip: these are read into memory. */
export const XLSX_BYTES_MAX = 256 * 1024 * 1024;
/** Bytes that one part of an XLSX file (sheet, styles, shared strings) may become. */
export const XLSX_PART_BYTES_MAX = 8 * 1024 ** 3;
/** Days since 1970-01-01 of the first and last calendar day that is taken: 1900-01-01 and 2299-12-31. */
export const DAY_MIN = -25_567;
export const DAY_MAX = 120_529;
/** One row group of a Parquet file, decoded in memory. */
export const PARQUET_GROUP_BYTES_MAX = 1024 ** 3;
