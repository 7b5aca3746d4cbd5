/** The state machine that finds the cells of CSV records in bytes. */

/** Bytes that structure a CSV file. */
export interface Dialect {
  delimiter: number;
  /** -1 when the file has no quoting. */
  quote: number;
  /** Byte that ends a record: 10 (LF, and CR LF), or 13 in files that know no LF. */
  newline: 10 | 13;
}

export const FAULT = { none: 0, unterminatedQuote: 1, textAfterQuote: 2 } as const;

/** Where the cells of one record lie. Reused from record to record. */
export class Cells {
  starts: Int32Array<ArrayBuffer>;
  ends: Int32Array<ArrayBuffer>;
  /** 1 where doubled quotes have to be undone. */
  escaped: Uint8Array<ArrayBuffer>;
  /** Cells met; may be more than there is room for, then only the first ones are kept. */
  count = 0;
  quoted = false;
  fault: number = FAULT.none;
  constructor(room: number) {
    this.starts = new Int32Array(room);
    this.ends = new Int32Array(room);
    this.escaped = new Uint8Array(room);
  }
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/**
 * Reads one record that begins at `at`; returns where the next begins. bytes[limit-1] must be the newline byte and one more
 * byte must be readable behind it. A quote opens a quoted cell only as its first byte; a doubled quote inside is one quote.
 */
export function scanRecord(bytes: Uint8Array, from: number, limit: number, dialect: Dialect, cells: Cells): number {
  const { delimiter, quote, newline } = dialect;
  const { starts, ends, escaped } = cells;
  const room = starts.length;
  let at = from;
  let count = 0;
  cells.fault = FAULT.none;
  cells.quoted = false;
  for (;;) {
    let start = at;
    let end = 0;
    let doubled = 0;
    let c = bytes[at]!;
    if (c === quote) {
      cells.quoted = true;
      start = ++at;
      for (;;) {
        while (at < limit && bytes[at] !== quote) at++;
        if (at >= limit || bytes[at + 1] !== quote) break;
        doubled = 1;
        at += 2;
      }
      if (at >= limit) {
        cells.fault = FAULT.unterminatedQuote;
        if (count < room) {
          starts[count] = start;
          ends[count] = limit - 1;
          escaped[count] = doubled;
        }
        cells.count = count + 1;
        return limit;
      }
      end = at++;
      c = bytes[at]!;
      while (c === SPACE || (c === TAB && c !== delimiter)) c = bytes[++at]!;
      if (c === CR && newline === LF && bytes[at + 1] === LF) c = bytes[++at]!;
      if (c !== delimiter && c !== newline) {
        cells.fault = FAULT.textAfterQuote;
        while (c !== delimiter && c !== newline) c = bytes[++at]!;
        start--;
        end = at;
        doubled = 0;
      }
    } else {
      while (c !== delimiter && c !== newline) c = bytes[++at]!;
      end = at;
      if (c === LF && newline === LF && end > start && bytes[end - 1] === CR) end--;
    }
    if (count < room) {
      starts[count] = start;
      ends[count] = end;
      escaped[count] = doubled;
    }
    count++;
    at++;
    if (c === newline) {
      cells.count = count;
      return at;
    }
  }
}

/** Undoes doubled quotes of bytes[start, end) into `target`; returns the length. */
export function undoubled(bytes: Uint8Array, start: number, end: number, quote: number, target: Uint8Array): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    target[length++] = c;
    if (c === quote) i++;
  }
  return length;
}

const LENIENT_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A cell as text, as it stood (doubled quotes undone). */
export function cellText(bytes: Uint8Array, cells: Cells, i: number, quote: number): string {
  const text = LENIENT_UTF8.decode(bytes.subarray(cells.starts[i]!, cells.ends[i]!));
  if (cells.escaped[i] !== 1) return text;
  const mark = String.fromCharCode(quote);
  return text.replaceAll(mark + mark, mark);
}

/** Dialect of a decoded stream from the options and the byte that ends its header. */
export function dialectOf(delimiter: string, quote: string, newline: 10 | 13): Dialect {
  return { delimiter: delimiter.charCodeAt(0), quote: quote === '' ? -1 : quote.charCodeAt(0), newline };
}

/** The dialect of the CSV into which every other format is turned. */
export const CANONICAL_DIALECT: Dialect = { delimiter: 44, quote: 34, newline: LF };

/** One cell of canonical CSV. */
export function canonicalCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
