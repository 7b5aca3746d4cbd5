/**
 * Columns that grow row by row from the bytes of cells and end as columns of a ClickHouse Native block. The hot path: no
 * JavaScript string is made here. A column's `put` returns 0 or the code of the reason for which the cell is refused; a
 * row is kept or forgotten as a whole by its owner, which passes the row's index again for the next row when it is refused.
 * Little-endian hosts only (all that Node runs on here).
 */

import { DAY_MAX, DAY_MIN, DECIMAL_INTEGER_DIGITS_MAX, DECIMAL_SCALE_MAX } from './limits.ts';
import type { BlockWriter } from './native.ts';
import { type Notation, OK, REASON } from './reasons.ts';
import type { Parsed } from './types.ts';

/** One column under construction. */
export interface Column {
  /** Type as ClickHouse writes it. */
  readonly nativeType: string;
  /** Takes bytes[start, end), trimmed and not empty, as the value of row `row`. */
  put(bytes: Uint8Array, start: number, end: number, row: number): number;
  putEmpty(row: number): void;
  /** The value put last into `row`, for rules over several columns and for reading back. */
  value(row: number): Parsed;
  /** Forgets what the last put or putEmpty wrote beyond fixed-width places. */
  undo(): void;
  /** Writes the data of rows 0 … rows-1. */
  write(out: BlockWriter, rows: number): void;
  /** Starts the next block. */
  reset(): void;
}

export const ZERO = 48;
const ROWS_AT_FIRST = 4096;

abstract class FixedColumn {
  protected nulls: Uint8Array = new Uint8Array(ROWS_AT_FIRST);
  protected readonly required: boolean;
  constructor(required: boolean) {
    this.required = required;
  }
  protected abstract growTo(rows: number): void;
  protected room(row: number): void {
    if (row < this.nulls.length) return;
    const rows = Math.max(row + 1, this.nulls.length * 2);
    const nulls = new Uint8Array(rows);
    nulls.set(this.nulls);
    this.nulls = nulls;
    this.growTo(rows);
  }
  undo(): void {}
  reset(): void {}
  protected writeNulls(out: BlockWriter, rows: number): void {
    if (!this.required) out.bytes(this.nulls.subarray(0, rows));
  }
  protected typed(type: string): string {
    return this.required ? type : `Nullable(${type})`;
  }
}

function grown(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(length);
  next.set(words);
  return next;
}

function bytesOf(words: Uint32Array | Int32Array, count: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, count * 4);
}

const NUMBER_TEXT = new TextDecoder('latin1');

/** Says why bytes that are no plain number are none. */
export function whyNoNumber(bytes: Uint8Array, start: number, end: number, mark: number): number {
  const text = NUMBER_TEXT.decode(bytes.subarray(start, Math.min(end, start + 200)));
  if (/^[+-]?(nan|inf|infinity|-1\.#ind|1\.#inf)$/i.test(text)) return REASON.notFinite;
  if (/^[+-]?\d*[.,]?\d+e[+-]?\d+$/i.test(text)) return REASON.exponent;
  const other = mark === 46 ? ',' : '.';
  if (/^[+-]?[\d.,' \u00a0\u202f]+$/.test(text) && /\d/.test(text)) {
    return text.split(other).length === 2 && !text.includes(String.fromCharCode(mark))
      ? REASON.otherDecimalMark
      : REASON.thousands;
  }
  return REASON.notANumber;
}

const SCALE_UNIT = 10n ** BigInt(DECIMAL_SCALE_MAX);
const POWERS_OF_TEN = Array.from({ length: 16 }, (_, i) => 10 ** i);
const TWO_32 = 4294967296;
const MILLION = 1_000_000;
/** Whole parts up to here go through doubles exactly: 9e9 · 10^6 < 2^53. */
const FAST_WHOLE_MAX = 9_000_000_000;

/** Decimal(38, 12): exact, 128-bit two's complement. */
export class DecimalColumn extends FixedColumn implements Column {
  private words: Uint32Array<ArrayBuffer> = new Uint32Array(ROWS_AT_FIRST * 4);
  private readonly mark: number;
  constructor(required: boolean, decimal: '.' | ',') {
    super(required);
    this.mark = decimal.charCodeAt(0);
  }
  get nativeType(): string {
    return this.typed('Decimal(38, 12)');
  }
  protected growTo(rows: number): void {
    this.words = grown(this.words, rows * 4);
  }
  putEmpty(row: number): void {
    this.room(row);
    this.nulls[row] = 1;
    this.words.fill(0, row * 4, row * 4 + 4);
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.room(row);
    let at = start;
    const sign = bytes[at]!;
    const negative = sign === 45;
    if (negative || sign === 43) at++;
    // Whole part, then fraction, in doubles while they are exact.
    let whole = 0;
    let digits = 0;
    while (at < end && (bytes[at]! - ZERO) >>> 0 <= 9) {
      whole = whole * 10 + bytes[at]! - ZERO;
      if (whole !== 0) digits++;
      at++;
    }
    const wholeBytes = at - start - (negative || sign === 43 ? 1 : 0);
    let fraction = 0;
    let decimals = 0;
    if (at < end) {
      if (bytes[at] !== this.mark) return whyNoNumber(bytes, start, end, this.mark);
      at++;
      const fractionStart = at;
      while (at < end && (bytes[at]! - ZERO) >>> 0 <= 9) {
        if (decimals < DECIMAL_SCALE_MAX) {
          fraction = fraction * 10 + bytes[at]! - ZERO;
          decimals++;
        } else if (bytes[at] !== ZERO) {
          // Might still be no number at all: look at the rest before blaming the decimals.
          while (at < end && (bytes[at]! - ZERO) >>> 0 <= 9) at++;
          return at < end ? whyNoNumber(bytes, start, end, this.mark) : REASON.tooManyDecimals;
        }
        at++;
      }
      if (at < end || (at === fractionStart && wholeBytes === 0)) return whyNoNumber(bytes, start, end, this.mark);
    } else if (wholeBytes === 0) return whyNoNumber(bytes, start, end, this.mark);
    fraction *= POWERS_OF_TEN[DECIMAL_SCALE_MAX - decimals]!;
    this.nulls[row] = 0;
    const words = this.words;
    const place = row * 4;
    if (whole > FAST_WHOLE_MAX) {
      if (digits > DECIMAL_INTEGER_DIGITS_MAX) return REASON.tooManyDigits;
      let exact = 0n;
      for (let i = start; i < end; i++) {
        const digit = bytes[i]! - ZERO;
        if (bytes[i] === this.mark) break;
        if (digit >= 0 && digit <= 9) exact = exact * 10n + BigInt(digit);
      }
      exact = exact * SCALE_UNIT + BigInt(fraction);
      if (negative) exact = -exact;
      for (let i = 0; i < 4; i++) words[place + i] = Number((exact >> BigInt(32 * i)) & 0xffffffffn);
      return OK;
    }
    const millionfold = whole * MILLION;
    const high = Math.floor(millionfold / TWO_32);
    const low = (millionfold - high * TWO_32) * MILLION + fraction;
    const carry = Math.floor(low / TWO_32);
    const middle = high * MILLION + carry;
    let w2 = Math.floor(middle / TWO_32);
    let w0 = low - carry * TWO_32;
    let w1 = middle - w2 * TWO_32;
    let w3 = 0;
    if (negative && (w0 !== 0 || w1 !== 0 || w2 !== 0)) {
      w0 = TWO_32 - w0;
      if (w0 === TWO_32) {
        w0 = 0;
        w1 = TWO_32 - w1;
        if (w1 === TWO_32) {
          w1 = 0;
          w2 = TWO_32 - w2;
        } else w2 = TWO_32 - 1 - w2;
      } else {
        w1 = TWO_32 - 1 - w1;
        w2 = TWO_32 - 1 - w2;
      }
      w3 = TWO_32 - 1;
    }
    words[place] = w0;
    words[place + 1] = w1;
    words[place + 2] = w2;
    words[place + 3] = w3;
    return OK;
  }
  value(row: number): string | null {
    if (this.nulls[row] === 1) return null;
    let exact = 0n;
    for (let i = 3; i >= 0; i--) exact = (exact << 32n) | BigInt(this.words[row * 4 + i]!);
    return decimalText(BigInt.asIntN(128, exact));
  }
  write(out: BlockWriter, rows: number): void {
    this.writeNulls(out, rows);
    out.bytes(bytesOf(this.words, rows * 4));
  }
}

/** Plain notation of a value in units of 10^-12: no exponent, no trailing zeros. */
export function decimalText(scaled: bigint): string {
  const negative = scaled < 0n;
  const digits = (negative ? -scaled : scaled).toString().padStart(DECIMAL_SCALE_MAX + 1, '0');
  const fraction = digits.slice(-DECIMAL_SCALE_MAX).replace(/0+$/, '');
  return `${negative ? '-' : ''}${digits.slice(0, -DECIMAL_SCALE_MAX)}${fraction === '' ? '' : `.${fraction}`}`;
}

const INT64_MAX = 9223372036854775807n;
const EXACT_DIGITS = 15;

/**
 * Int64: cents and other whole numbers. Decimals that are all zero are taken: 5.0 is 5; but not in cents, where 499.00 is most
 * likely an amount in whole units, and taken as 499 cents it would be a hundredth of what was billed.
 */
export class IntegerColumn extends FixedColumn implements Column {
  private words: Uint32Array<ArrayBuffer> = new Uint32Array(ROWS_AT_FIRST * 2);
  private readonly mark: number;
  private readonly unmarked: boolean;
  constructor(required: boolean, decimal: '.' | ',', unmarked: boolean) {
    super(required);
    this.mark = decimal.charCodeAt(0);
    this.unmarked = unmarked;
  }
  get nativeType(): string {
    return this.typed('Int64');
  }
  protected growTo(rows: number): void {
    this.words = grown(this.words, rows * 2);
  }
  putEmpty(row: number): void {
    this.room(row);
    this.nulls[row] = 1;
    this.words[row * 2] = 0;
    this.words[row * 2 + 1] = 0;
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.room(row);
    let at = start;
    const negative = bytes[at] === 45;
    if (negative || bytes[at] === 43) at++;
    const first = at;
    let whole = 0;
    while (at < end && (bytes[at]! - ZERO) >>> 0 <= 9) {
      whole = whole * 10 + bytes[at]! - ZERO;
      at++;
    }
    const last = at;
    if (last === first) return whyNoNumber(bytes, start, end, this.mark);
    if (at < end) {
      if (bytes[at] !== this.mark) return whyNoNumber(bytes, start, end, this.mark);
      at++;
      let zeros = true;
      while (at < end && (bytes[at]! - ZERO) >>> 0 <= 9) {
        if (bytes[at] !== ZERO) zeros = false;
        at++;
      }
      if (at < end) return whyNoNumber(bytes, start, end, this.mark);
      if (!zeros || this.unmarked) return REASON.notWhole;
    }
    this.nulls[row] = 0;
    if (last - first <= EXACT_DIGITS) {
      let high = Math.floor(whole / TWO_32);
      let low = whole - high * TWO_32;
      if (negative && whole !== 0) {
        low = low === 0 ? 0 : TWO_32 - low;
        high = low === 0 ? TWO_32 - high : TWO_32 - 1 - high;
      }
      this.words[row * 2] = low;
      this.words[row * 2 + 1] = high;
      return OK;
    }
    if (last - first > 200) return REASON.outOfInt64;
    let exact = BigInt(NUMBER_TEXT.decode(bytes.subarray(first, last)));
    if (negative) exact = -exact;
    if (exact > INT64_MAX || exact < -INT64_MAX - 1n) return REASON.outOfInt64;
    this.words[row * 2] = Number(exact & 0xffffffffn);
    this.words[row * 2 + 1] = Number((exact >> 32n) & 0xffffffffn);
    return OK;
  }
  value(row: number): bigint | null {
    if (this.nulls[row] === 1) return null;
    return BigInt.asIntN(64, (BigInt(this.words[row * 2 + 1]!) << 32n) | BigInt(this.words[row * 2]!));
  }
  write(out: BlockWriter, rows: number): void {
    this.writeNulls(out, rows);
    out.bytes(bytesOf(this.words, rows * 2));
  }
}

const MONTH_DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970-01-01 of a day of the Gregorian calendar; NaN when there is no such day. */
export function dayNumber(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1) return Number.NaN;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (day > (month === 2 && leap ? 29 : MONTH_DAYS[month]!)) return Number.NaN;
  // Years that begin in March put the leap day last (H. Hinnant, "chrono-compatible low-level date algorithms").
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = ((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear + day - 1;
  return era * 146_097 + dayOfEra - 719_468;
}

/** ISO 8601 of a number of days since 1970-01-01. */
export function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** The number written by bytes[start, start+count), or -1 when one of them is no digit. */
function digitsAt(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

let parsedDay = 0;

/** Reads a calendar day into `parsedDay`. YYYY-MM-DD is taken under every order, because it can mean one thing only. */
function parseDay(bytes: Uint8Array, start: number, end: number, order: Notation['dateOrder']): number {
  let year = -1;
  let month = -1;
  let day = -1;
  if (end - start >= 10 && bytes[start + 4] === 45 && bytes[start + 7] === 45) {
    year = digitsAt(bytes, start, 4);
    month = digitsAt(bytes, start + 5, 2);
    day = digitsAt(bytes, start + 8, 2);
    if (year < 0 || month < 0 || day < 0) return REASON.notADate;
    if (end - start > 10)
      return bytes[start + 10] === 84 || bytes[start + 10] === 32 ? REASON.dateHasTime : REASON.notADate;
  } else {
    if (order === 'iso' || end - start < 8 || end - start > 10) return REASON.notADate;
    const one = bytes[start + 1]! >= ZERO && bytes[start + 1]! <= 57 ? 2 : 1;
    const second = start + one + 1;
    const two = bytes[second + 1]! >= ZERO && bytes[second + 1]! <= 57 ? 2 : 1;
    const third = second + two + 1;
    const separator = bytes[start + one]!;
    if ((separator !== 47 && separator !== 46 && separator !== 45) || bytes[second + two] !== separator)
      return REASON.notADate;
    if (end - third !== 4) return REASON.notADate;
    const a = digitsAt(bytes, start, one);
    const b = digitsAt(bytes, second, two);
    year = digitsAt(bytes, third, 4);
    if (a < 0 || b < 0 || year < 0) return REASON.notADate;
    day = order === 'dmy' ? a : b;
    month = order === 'dmy' ? b : a;
  }
  parsedDay = dayNumber(year, month, day);
  if (Number.isNaN(parsedDay)) return REASON.noSuchDay;
  return parsedDay < DAY_MIN || parsedDay > DAY_MAX ? REASON.dateOutOfRange : OK;
}

/** Date32: days since 1970-01-01. */
export class DateColumn extends FixedColumn implements Column {
  private days: Int32Array<ArrayBuffer> = new Int32Array(ROWS_AT_FIRST);
  private readonly order: Notation['dateOrder'];
  constructor(required: boolean, order: Notation['dateOrder']) {
    super(required);
    this.order = order;
  }
  get nativeType(): string {
    return this.typed('Date32');
  }
  protected growTo(rows: number): void {
    const days = new Int32Array(rows);
    days.set(this.days);
    this.days = days;
  }
  putEmpty(row: number): void {
    this.room(row);
    this.nulls[row] = 1;
    this.days[row] = 0;
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.room(row);
    const reason = parseDay(bytes, start, end, this.order);
    if (reason !== OK) return reason;
    this.nulls[row] = 0;
    this.days[row] = parsedDay;
    return OK;
  }
  /** Days since 1970-01-01; only after a put that was taken. */
  dayAt(row: number): number {
    return this.days[row]!;
  }
  value(row: number): string | null {
    return this.nulls[row] === 1 ? null : dayText(this.days[row]!);
  }
  write(out: BlockWriter, rows: number): void {
    this.writeNulls(out, rows);
    out.bytes(bytesOf(this.days, rows));
  }
}

let parsedInstant = 0;

/** Reads an instant into `parsedInstant` (milliseconds since 1970-01-01 UTC). Without an offset it is taken as UTC. */
function parseInstant(bytes: Uint8Array, start: number, end: number, order: Notation['dateOrder']): number {
  const separator = end - start > 10 ? bytes[start + 10] : 0;
  if (separator !== 84 && separator !== 116 && separator !== 32) {
    const reason = parseDay(bytes, start, end, order);
    if (reason === REASON.notADate || reason === REASON.dateHasTime) return REASON.notADatetime;
    parsedInstant = parsedDay * 86_400_000;
    return reason;
  }
  const reason = parseDay(bytes, start, start + 10, 'iso');
  if (reason !== OK) return reason === REASON.notADate ? REASON.notADatetime : reason;
  let at = start + 11;
  if (end - at < 5 || bytes[at + 2] !== 58) return REASON.notADatetime;
  const hours = digitsAt(bytes, at, 2);
  const minutes = digitsAt(bytes, at + 3, 2);
  at += 5;
  let seconds = 0;
  let milliseconds = 0;
  if (at < end && bytes[at] === 58) {
    if (end - at < 3) return REASON.notADatetime;
    seconds = digitsAt(bytes, at + 1, 2);
    at += 3;
    if (at < end && bytes[at] === 46) {
      at++;
      const first = at;
      let fine = false;
      for (; at < end && (bytes[at]! - ZERO) >>> 0 <= 9; at++) {
        if (at - first < 3) milliseconds += (bytes[at]! - ZERO) * POWERS_OF_TEN[2 - (at - first)]!;
        else if (bytes[at] !== ZERO) fine = true;
      }
      if (at === first) return REASON.notADatetime;
      if (fine) return REASON.tooFineTime;
    }
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return REASON.notADatetime;
  let offset = 0;
  if (at < end) {
    const c = bytes[at]!;
    if ((c === 90 || c === 122) && at + 1 === end) offset = 0;
    else if (c === 43 || c === 45) {
      const colon = bytes[at + 3] === 58 ? 1 : 0;
      if (end - at !== 5 + colon) return REASON.notADatetime;
      const h = digitsAt(bytes, at + 1, 2);
      const m = digitsAt(bytes, at + 3 + colon, 2);
      if (h < 0 || h > 23 || m < 0 || m > 59) return REASON.notADatetime;
      offset = (h * 60 + m) * (c === 45 ? -60_000 : 60_000);
    } else return REASON.notADatetime;
  }
  parsedInstant =
    parsedDay * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + milliseconds - offset;
  return parsedInstant < DAY_MIN * 86_400_000 || parsedInstant >= (DAY_MAX + 1) * 86_400_000
    ? REASON.dateOutOfRange
    : OK;
}

/** DateTime64(3, 'UTC'). */
export class InstantColumn extends FixedColumn implements Column {
  private instants: BigInt64Array<ArrayBuffer> = new BigInt64Array(ROWS_AT_FIRST);
  private readonly order: Notation['dateOrder'];
  constructor(required: boolean, order: Notation['dateOrder']) {
    super(required);
    this.order = order;
  }
  get nativeType(): string {
    return this.typed("DateTime64(3, 'UTC')");
  }
  protected growTo(rows: number): void {
    const instants = new BigInt64Array(rows);
    instants.set(this.instants);
    this.instants = instants;
  }
  putEmpty(row: number): void {
    this.room(row);
    this.nulls[row] = 1;
    this.instants[row] = 0n;
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.room(row);
    const reason = parseInstant(bytes, start, end, this.order);
    if (reason !== OK) return reason;
    this.nulls[row] = 0;
    this.instants[row] = BigInt(parsedInstant);
    return OK;
  }
  value(row: number): string | null {
    return this.nulls[row] === 1 ? null : new Date(Number(this.instants[row])).toISOString();
  }
  write(out: BlockWriter, rows: number): void {
    this.writeNulls(out, rows);
    out.bytes(new Uint8Array(this.instants.buffer, 0, rows * 8));
  }
}

const BOOLEANS: Record<string, 0 | 1> = { true: 1, false: 0, yes: 1, no: 0, '1': 1, '0': 0, t: 1, f: 0, y: 1, n: 0 };

/** Bool: true/false, yes/no, t/f, y/n, 1/0 in either case. */
export class BooleanColumn extends FixedColumn implements Column {
  private flags: Uint8Array<ArrayBuffer> = new Uint8Array(ROWS_AT_FIRST);
  get nativeType(): string {
    return this.typed('Bool');
  }
  protected growTo(rows: number): void {
    const flags = new Uint8Array(rows);
    flags.set(this.flags);
    this.flags = flags;
  }
  putEmpty(row: number): void {
    this.room(row);
    this.nulls[row] = 1;
    this.flags[row] = 0;
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    this.room(row);
    if (end - start > 5) return REASON.notABoolean;
    const word = NUMBER_TEXT.decode(bytes.subarray(start, end)).toLowerCase();
    const flag = Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
    if (flag === undefined) return REASON.notABoolean;
    this.nulls[row] = 0;
    this.flags[row] = flag;
    return OK;
  }
  value(row: number): boolean | null {
    return this.nulls[row] === 1 ? null : this.flags[row] === 1;
  }
  write(out: BlockWriter, rows: number): void {
    this.writeNulls(out, rows);
    out.bytes(this.flags.subarray(0, rows));
  }
}
