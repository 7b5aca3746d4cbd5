/**
 * From a file to its *decoded stream*: CSV as UTF-8 bytes, header first. CSV files are decoded as they stand; every other format is
 * turned into CSV on the way, so that one path judges, numbers and finds again the rows of all of them.
 */
import { FootingError } from '../kernel/errors.ts';
import { textBytes } from './bytes.ts';
import { jsonRecords } from './jsonFiles.ts';
import { HEADERS_MAX, RECORD_BYTES_MAX } from './limits.ts';
import { parquetRecords } from './parquetFiles.ts';
import type { OtherRecords } from './records.ts';
import { CANONICAL_DIALECT, Cells, cellText, type Dialect, dialectOf, FAULT, scanRecord } from './scan.ts';
import type { ResolvedReadOptions } from './types.ts';
import { xlsxRecords } from './xlsxFiles.ts';

export interface Decoded {
  headers: string[];
  dialect: Dialect;
  /** Decoded byte at which `body` begins. */
  offset: number;
  /** Records of data, without the header. */
  body: AsyncIterable<Uint8Array>;
  /** True when each record has one more cell than there are headers: what the reader found wrong with it, as JSON (RowProblem[]). */
  faultCell: boolean;
  /** Name of the sheet that is read, of formats that have sheets. */
  sheet: string | null;
  /** Lets go of the file when the body is not read; a body that is read, wholly or in part, does so itself. */
  close: () => Promise<void>;
}

/** Opens the decoded stream; with `skip`, a decoded byte at which a record begins, the body starts there. */
export async function openDecoded(
  path: string,
  options: ResolvedReadOptions,
  read: { skip?: number; onRead?: (bytes: number) => void } = {},
): Promise<Decoded> {
  if (options.format === 'csv') return openCsv(path, options, read);
  const { headers, body, sheet } = await openOther(path, options, read.onRead);
  return {
    headers,
    dialect: CANONICAL_DIALECT,
    offset: read.skip ?? 0,
    body: read.skip === undefined ? body : skipped(body, read.skip),
    faultCell: true,
    sheet: sheet ?? null,
    close: async () => {
      await body.next();
      await body.return(undefined);
    },
  };
}

function openOther(
  path: string,
  options: ResolvedReadOptions,
  onRead?: (bytes: number) => void,
): Promise<OtherRecords> {
  switch (options.format) {
    case 'xlsx':
      return xlsxRecords(path, options);
    case 'parquet':
      return parquetRecords(path, options);
    default:
      return jsonRecords(path, options, onRead);
  }
}

async function* skipped(source: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let skip = count;
  for await (const part of source) {
    if (skip >= part.length) skip -= part.length;
    else {
      yield part.subarray(skip);
      skip = 0;
    }
  }
}

async function openCsv(
  path: string,
  options: ResolvedReadOptions,
  read: { skip?: number; onRead?: (bytes: number) => void },
): Promise<Decoded> {
  const source = textBytes(path, options, read.onRead === undefined ? {} : { onRead: read.onRead });
  let head: Uint8Array = new Uint8Array(0);
  let header: CsvHeader | undefined;
  for (;;) {
    const next = await source.next();
    const ended = next.done === true;
    if (!ended) head = Buffer.concat([head, next.value]);
    header = readCsvHeader(head, options.delimiter, options.quote, ended);
    if (header !== undefined || ended) break;
    if (head.length > RECORD_BYTES_MAX)
      throw new FootingError('malformed', 'The header does not end: is a quote left open in it?');
  }
  if (header === undefined) {
    await source.return(undefined);
    throw emptyFile();
  }
  const { headers, newline, end } = header;
  const dialect = dialectOf(options.delimiter, options.quote, newline);
  if (read.skip !== undefined) {
    await source.return(undefined);
    return {
      headers,
      dialect,
      offset: read.skip,
      body: textBytes(path, options, { skip: read.skip }),
      faultCell: false,
      sheet: null,
      close: async () => {},
    };
  }
  const rest = head.subarray(Math.min(end, head.length));
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      if (rest.length > 0) yield rest;
      yield* source;
    } finally {
      await source.return(undefined);
    }
  }
  return {
    headers,
    dialect,
    offset: end,
    body: body(),
    faultCell: false,
    sheet: null,
    close: async () => void (await source.return(undefined)),
  };
}

export function emptyFile(): FootingError {
  return new FootingError('malformed', 'The file is empty: not even a header is there', {
    remedy: 'Send a file whose first line names its columns.',
  });
}

export interface CsvHeader {
  headers: string[];
  newline: 10 | 13;
  /** Byte behind the header record. */
  end: number;
}

const SEPARATOR_LINE = /^"?sep=."?(\r\n|\n|\r)/;

/** Reads the header record at the beginning of `head`; undefined when it is not there whole (or at all). */
export function readCsvHeader(
  head: Uint8Array,
  delimiter: string,
  quote: string,
  ended: boolean,
): CsvHeader | undefined {
  const beginning = new TextDecoder('latin1').decode(head.subarray(0, 16));
  let at = SEPARATOR_LINE.exec(beginning)?.[0].length ?? 0;
  while (at < head.length && (head[at] === 10 || head[at] === 13)) at++;
  if (at >= head.length) return undefined;
  const newline = newlineOf(head, at, quote);
  if (newline === undefined && !ended) return undefined;
  // Closed by a newline of our own, for a header without rows.
  const closed = new Uint8Array(head.length + 9);
  closed.set(head);
  closed[head.length] = newline ?? 10;
  const cells = new Cells(HEADERS_MAX);
  const end = scanRecord(closed, at, head.length + 1, dialectOf(delimiter, quote, newline ?? 10), cells);
  if (end > head.length && !ended) return undefined;
  if (cells.fault === FAULT.unterminatedQuote) {
    throw new FootingError('malformed', 'A quote in the header is never closed');
  }
  if (cells.count > HEADERS_MAX) throw new FootingError('too_large', `The file has more than ${HEADERS_MAX} columns`);
  const mark = quote === '' ? -1 : quote.charCodeAt(0);
  const headers = Array.from({ length: cells.count }, (_, i) => cellText(closed, cells, i, mark).trim());
  return { headers, newline: newline ?? 10, end: Math.min(end, head.length) };
}

/** What ends the first record: LF (or CR LF), or CR alone; undefined while none is met. */
function newlineOf(head: Uint8Array, from: number, quote: string): 10 | 13 | undefined {
  const mark = quote === '' ? -1 : quote.charCodeAt(0);
  let quoted = false;
  for (let i = from; i < head.length; i++) {
    const c = head[i];
    if (c === mark) quoted = !quoted;
    else if (quoted) continue;
    else if (c === 10) return 10;
    else if (c === 13) return i + 1 === head.length ? undefined : head[i + 1] === 10 ? 10 : 13;
  }
  return undefined;
}
