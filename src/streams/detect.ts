/** What kind of file this is, how it is written, and what its headers mean. */
import { isUtf8 } from 'node:buffer';
import { FootingError, type Problem } from '../kernel/errors.ts';
import { bomBytes, type Encoding, fileBytes, gunzippedBytes, headOf, transcoded } from './bytes.ts';
import { type CsvHeader, emptyFile, openDecoded, readCsvHeader } from './decode.ts';
import { columnMeant, matchHeaders } from './header.ts';
import { jsonHeaders } from './jsonFiles.ts';
import { SAMPLE_BYTES } from './limits.ts';
import { HeaderError } from './preview.ts';
import { Cells, cellText, dialectOf, scanRecord } from './scan.ts';
import type { Detected, HeaderReport, ReadOptions, ResolvedReadOptions, StreamDefinition } from './types.ts';

/** Options as a person gives them, or as an earlier detection resolved them. */
export type GivenOptions = Omit<ReadOptions, 'sheet'> & {
  sheet?: string | null;
  /** Name of the file, where it has one: a text that calls itself .xlsx is refused instead of read as CSV. */
  fileName?: string;
};

const GZIP_MAGIC = [0x1f, 0x8b];
const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
const PARQUET_MAGIC = [0x50, 0x41, 0x52, 0x31];
const OLD_EXCEL_MAGIC = [0xd0, 0xcf, 0x11, 0xe0];
const DELIMITERS = [',', ';', '\t', '|'];
/** Rows of the sample that are looked at for the decimal mark. */
const SAMPLE_ROWS_MAX = 2000;
const COMMA_OR_NO_MARK = /^[+-]?\d+(,\d+)?$/;
const POINTED_THOUSANDS = /^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$/;

/**
 * Detects how a file is to be read as records of a stream, within what `given` says already. Errors: `malformed` (empty,
 * unreadable), `unsupported` (another kind of file), `invalid` with one problem per header that is unknown, doubled or missing.
 */
export async function detect(path: string, definition: StreamDefinition, given: GivenOptions = {}): Promise<Detected> {
  checkGiven(given);
  const start = await headOf(fileBytes(path), 8);
  if (start.length === 0) throw emptyFile();
  const compression = given.compression ?? (begins(start, GZIP_MAGIC) ? 'gzip' : 'none');
  const sample = await headOf(compression === 'gzip' ? gunzippedBytes(path) : fileBytes(path), SAMPLE_BYTES);
  if (sample.length === 0) throw emptyFile();
  const format = given.format ?? formatOf(sample, given.encoding);
  checkFormat(format, sample, given);
  const base: ResolvedReadOptions = {
    format,
    compression,
    encoding: 'utf-8',
    delimiter: ',',
    quote: '"',
    decimal: given.decimal ?? '.',
    dateOrder: given.dateOrder ?? 'iso',
    sheet: given.sheet ?? null,
    mapping: {},
    ...(definition.columns.some(({ type }) => type === 'cents') && { amounts: given.amounts ?? ('cents' as const) }),
  };
  if (given.amounts === 'units') checkUnits(definition);
  if (format === 'xlsx' || format === 'parquet') return detectBinary(path, definition, base, given);
  const encoding = given.encoding ?? encodingOf(sample);
  const notes =
    encoding === 'windows-1252' && given.encoding === undefined
      ? ['The text is not UTF-8; it is read as Windows-1252.']
      : [];
  // A sample that was cut may end in the middle of a character: the decoder keeps an incomplete one back.
  const text = await sampleText(sample, encoding);
  if (new TextDecoder().decode(text).trim() === '') throw emptyFile();
  if (format === 'csv')
    return detectCsv(text, sample.length < SAMPLE_BYTES, definition, { ...base, encoding }, given, notes);
  const headers = await jsonHeaders(path, { ...base, encoding });
  return finish(definition, { ...base, encoding }, given, headers.headers, headers.rows === 0, notes);
}

async function detectBinary(
  path: string,
  definition: StreamDefinition,
  base: ResolvedReadOptions,
  given: GivenOptions,
): Promise<Detected> {
  const opened = await openDecoded(path, base);
  const head = await headOf(opened.body, 1);
  return finish(definition, { ...base, sheet: opened.sheet }, given, opened.headers, head.length === 0, []);
}

function detectCsv(
  text: Uint8Array,
  whole: boolean,
  definition: StreamDefinition,
  base: ResolvedReadOptions,
  given: GivenOptions,
  notes: string[],
): Detected {
  const quote = given.quote ?? '"';
  const stated = given.delimiter ?? separatorLine(text);
  const known = (header: string): boolean =>
    columnMeant(definition, header) !== undefined ||
    (given.mapping !== undefined && Object.hasOwn(given.mapping, header));
  let best: { delimiter: string; header: CsvHeader; score: number } | undefined;
  for (const delimiter of stated === undefined ? DELIMITERS : [stated]) {
    const header = readCsvHeader(text, delimiter, quote, whole || text.length >= SAMPLE_BYTES / 2);
    if (header === undefined) continue;
    const score = header.headers.filter(known).length * 1000 + Math.min(header.headers.length, 999);
    if (best === undefined || score > best.score) best = { delimiter, header, score };
  }
  if (best === undefined) throw emptyFile();
  const { delimiter, header } = best;
  const options = { ...base, delimiter, quote };
  const match = matchHeaders(definition, header.headers, given.mapping);
  const rows = sampleRows(text, header, options, whole);
  const decimal = given.decimal ?? decimalMark(definition, header.headers, match.mapping, rows, options);
  if (given.decimal === undefined && decimal === ',') notes.push('Decimals are written with a comma in this file.');
  // A first row longer than the sample is a row all the same: only a file that was seen whole can be without rows.
  const headerOnly = whole && rows.length === 0;
  return finish(definition, { ...options, decimal }, given, header.headers, headerOnly, notes);
}

function finish(
  definition: StreamDefinition,
  options: ResolvedReadOptions,
  given: GivenOptions,
  headers: string[],
  headerOnly: boolean,
  notes: string[],
): Detected {
  const match = matchHeaders(definition, headers, given.mapping);
  if (match.problems.length > 0) throw headerError(definition, match.problems, headers, options);
  const report: HeaderReport = {
    headers,
    absent: match.absent,
    leftOut: match.leftOut,
    headerOnly,
    notes: [
      ...notes,
      ...match.notes,
      ...(given.amounts === undefined ? centsNotes(definition, match.mapping) : []),
      ...(headerOnly ? ['The file has a header and no rows: there is nothing to import.'] : []),
    ],
  };
  return { options: { ...options, mapping: match.mapping }, report };
}

/** A header such as "amount" does not say that it holds cents: said, because 499 EUR would be taken for 4.99. */
function centsNotes(definition: StreamDefinition, mapping: Record<string, string | null>): string[] {
  const cents = new Set(definition.columns.filter(({ type }) => type === 'cents').map(({ name }) => name));
  return Object.entries(mapping)
    .filter(([header, column]) => column !== null && cents.has(column) && !/cent|minor/i.test(header))
    .map(
      ([header]) =>
        `"${header}" is read as minor units: 499 is 4.99 EUR. If it holds whole units, say so: amounts "units".`,
    );
}

function headerError(
  definition: StreamDefinition,
  problems: Problem[],
  headers: string[],
  options: ResolvedReadOptions,
): FootingError {
  const count = problems.length === 1 ? 'One column' : `${problems.length} columns`;
  const details = {
    problems,
    // Said once, however many headers are wrong.
    remedy: `The columns of ${definition.name} are ${definition.columns.map((column) => column.name).join(', ')}. A template: footing streams template ${definition.name}`,
  };
  return new HeaderError(`${count} of the file cannot be read as ${definition.name}`, details, headers, options);
}

function checkGiven(given: GivenOptions): void {
  const problems: Problem[] = [];
  for (const [field, value] of [
    ['delimiter', given.delimiter],
    ['quote', given.quote],
  ] as const) {
    if (value === undefined || (field === 'quote' && value === '')) continue;
    if (value.length !== 1 || value.charCodeAt(0) > 126 || value === '\n' || value === '\r') {
      problems.push({ field, value, reason: 'must be one ASCII character' });
    }
  }
  if (given.delimiter !== undefined && given.delimiter === given.quote) {
    problems.push({ field: 'quote', value: given.quote, reason: 'must differ from the delimiter' });
  }
  if (problems.length > 0) throw new FootingError('invalid', 'The read options do not hold together', { problems });
}

/** Amounts in whole units are made minor units by the currency of their row. */
function checkUnits(definition: StreamDefinition): void {
  const has = (type: string) => definition.columns.some((column) => column.type === type);
  if (has('cents') && has('currency')) return;
  throw new FootingError('invalid', `Amounts in whole units cannot be read in ${definition.name}`, {
    problems: [
      {
        field: 'amounts',
        value: 'units',
        reason: has('cents')
          ? 'the rows name no currency, so that the decimals of their amounts are not known'
          : 'the stream has no amounts in minor units (cents)',
      },
    ],
    ...(has('cents') && {
      remedy: 'Write whole minor units (12.50 EUR as 1250), or leave the amounts empty where they are optional.',
    }),
  });
}

/** What calls itself XLSX or Parquet must begin as such a file does: text under a wrong name is not guessed at. */
function checkFormat(format: ResolvedReadOptions['format'], sample: Uint8Array, given: GivenOptions): void {
  const named = /\.(xlsx|parquet)(\.gz)?$/i.exec(given.fileName ?? '')?.[1]?.toLowerCase();
  const claimed = format === 'xlsx' || format === 'parquet' ? format : given.format === undefined ? named : undefined;
  if (claimed === undefined) return;
  if (begins(sample, claimed === 'xlsx' ? ZIP_MAGIC : PARQUET_MAGIC)) return;
  const title = claimed === 'xlsx' ? 'an XLSX' : 'a Parquet';
  throw new FootingError(
    'unsupported',
    `This is not ${title} file${given.format === claimed ? '' : ', whatever its name says'}`,
    {
      remedy: `Save it as ${claimed === 'xlsx' ? 'XLSX' : 'Parquet'} again, or name the format that it has, for example: format "csv"`,
    },
  );
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function formatOf(sample: Uint8Array, encoding: Encoding | undefined): ResolvedReadOptions['format'] {
  if (begins(sample, ZIP_MAGIC)) return 'xlsx';
  if (begins(sample, PARQUET_MAGIC)) return 'parquet';
  if (begins(sample, OLD_EXCEL_MAGIC)) {
    throw new FootingError('unsupported', 'This is an Excel file of the old format (.xls)', {
      remedy: 'Save it as .xlsx or CSV.',
    });
  }
  const text = new TextDecoder(encoding ?? encodingOf(sample)).decode(sample.subarray(0, 65_536)).trimStart();
  if (text.startsWith('{')) return 'ndjson';
  return text.startsWith('[') ? 'json' : 'csv';
}

/** Encoding by byte order mark, zero bytes, or validity; what is neither UTF-16 nor UTF-8 is taken as Windows-1252. */
export function encodingOf(sample: Uint8Array): Encoding {
  for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const)
    if (bomBytes(sample, encoding) > 0) return encoding;
  const looked = sample.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < looked.length; i += 2) {
    if (looked[i] === 0) even++;
    if (looked[i + 1] === 0) odd++;
  }
  const pairs = looked.length >> 1;
  if (pairs > 0 && odd > pairs * 0.4 && even < pairs * 0.1) return 'utf-16le';
  if (pairs > 0 && even > pairs * 0.4 && odd < pairs * 0.1) return 'utf-16be';
  const { valid, invalid } = multibyteCharacters(sample);
  return invalid > valid ? 'windows-1252' : 'utf-8';
}

/**
 * Counts characters beyond ASCII that are valid UTF-8, and bytes that are not. A file that is UTF-8 but for a few broken bytes
 * stays UTF-8: its broken cells are refused instead of all others being misread.
 */
function multibyteCharacters(sample: Uint8Array): { valid: number; invalid: number } {
  if (isUtf8(sample)) return { valid: 1, invalid: 0 };
  let valid = 0;
  let invalid = 0;
  for (let i = 0; i < sample.length; ) {
    const c = sample[i]!;
    const length = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (i + length > sample.length && length > 0) break;
    if (length === 1) i++;
    else if (length > 0 && isUtf8(sample.subarray(i, i + length))) {
      valid++;
      i += length;
    } else {
      invalid++;
      i++;
    }
  }
  return { valid, invalid };
}

async function sampleText(sample: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  const even = encoding.startsWith('utf-16') ? sample.subarray(0, sample.length & ~1) : sample;
  async function* once(): AsyncGenerator<Uint8Array> {
    yield even;
  }
  return headOf(transcoded(once(), encoding), SAMPLE_BYTES * 2);
}

function separatorLine(text: Uint8Array): string | undefined {
  return /^"?sep=(.)"?[\r\n]/.exec(new TextDecoder('latin1').decode(text.subarray(0, 16)))?.[1];
}

/** Cells of the sample's whole rows. */
function sampleRows(text: Uint8Array, header: CsvHeader, options: ResolvedReadOptions, whole: boolean): string[][] {
  const dialect = dialectOf(options.delimiter, options.quote, header.newline);
  let limit = text.length;
  let bytes = text;
  if (whole) {
    bytes = Buffer.concat([text, Uint8Array.of(header.newline), new Uint8Array(8)]);
    limit = text.length + 1;
  } else limit = text.lastIndexOf(header.newline) + 1;
  const cells = new Cells(header.headers.length);
  const rows: string[][] = [];
  for (let at = header.end; at < limit && rows.length < SAMPLE_ROWS_MAX; ) {
    at = scanRecord(bytes, at, limit, dialect, cells);
    if (cells.count === 1 && cells.starts[0] === cells.ends[0]) continue;
    rows.push(
      Array.from({ length: Math.min(cells.count, header.headers.length) }, (_, i) =>
        cellText(bytes, cells, i, dialect.quote).trim(),
      ),
    );
  }
  return rows;
}

/**
 * `,` only where the sample leaves no other reading: the delimiter is not a comma, every number of the sample is written with a comma,
 * without any mark or with points between thousands, and at least one comma cannot be a thousands separator. 1.234,5 is refused for its
 * point, but it says how 1.234 in the next row is meant. An ambiguous file is read with `.`, and its rows with commas are refused
 * with the remedy named.
 */
function decimalMark(
  definition: StreamDefinition,
  headers: readonly string[],
  mapping: Record<string, string | null>,
  rows: readonly string[][],
  { delimiter, amounts }: ResolvedReadOptions,
): '.' | ',' {
  if (delimiter === ',') return '.';
  const decimals = new Set(
    definition.columns
      .filter(({ type }) => type === 'decimal' || (type === 'cents' && amounts === 'units'))
      .map((column) => column.name),
  );
  let certain = false;
  for (const [i, header] of headers.entries()) {
    if (!decimals.has(mapping[header] ?? '')) continue;
    for (const row of rows) {
      const cell = row[i] ?? '';
      if (cell === '') continue;
      if (!/^[+-]?[\d.,]+$/.test(cell)) continue;
      if (!COMMA_OR_NO_MARK.test(cell) && !POINTED_THOUSANDS.test(cell)) return '.';
      if (cell.includes(',') && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(cell)) certain = true;
    }
  }
  return certain ? ',' : '.';
}
