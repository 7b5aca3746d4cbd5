/** Columns of text: plain strings, and dictionary-encoded ones (LowCardinality), whose distinct values are judged once. */
import { isUtf8 } from 'node:buffer';
import { countryCode } from '../kernel/country.ts';
import { currencyCode } from '../kernel/currency.ts';
import type { Column } from './columns.ts';
import { CELL_BYTES_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';
import { type BlockWriter, LOW_CARDINALITY_FLAGS, LOW_CARDINALITY_VERSION } from './native.ts';
import { OK, REASON } from './reasons.ts';
import type { ColumnDefinition } from './types.ts';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const TO_UTF8 = new TextEncoder();

/** 0, or why bytes[start, end) may not be text of at most `charactersMax` characters (code points). */
export function judgeText(bytes: Uint8Array, start: number, end: number, charactersMax: number): number {
  let high = 0;
  let characters = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c === 0) return REASON.nul;
    high |= c;
    if ((c & 0xc0) !== 0x80) characters++;
  }
  if (high >= 128 && !isUtf8(bytes.subarray(start, end))) return REASON.notUtf8;
  return characters > charactersMax ? REASON.tooManyCharacters : OK;
}

/** Strings as Native writes them, one behind the other: length, bytes. */
export class StringHeap {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024);
  at = 0;
  /** Copies source[start, end) behind what is there. */
  append(source: Uint8Array, start: number, end: number): void {
    let length = end - start;
    const count = length;
    if (this.at + length + 5 > this.bytes.length) this.grow(length + 5);
    const bytes = this.bytes;
    let at = this.at;
    while (length >= 128) {
      bytes[at++] = (length & 127) | 128;
      length >>>= 7;
    }
    bytes[at++] = length;
    if (count < 48) for (let i = start; i < end; i++) bytes[at++] = source[i]!;
    else {
      bytes.set(source.subarray(start, end), at);
      at += count;
    }
    this.at = at;
  }
  /**
   * Copies source[start, end) behind what is there in the pass that judges it; nothing is there unless the verdict is 0. Text without
   * bytes over 127 has as many characters as bytes.
   */
  appendJudged(source: Uint8Array, start: number, end: number, charactersMax: number): number {
    const count = end - start;
    if (this.at + count + 5 > this.bytes.length) this.grow(count + 5);
    const bytes = this.bytes;
    let at = this.at;
    let length = count;
    while (length >= 128) {
      bytes[at++] = (length & 127) | 128;
      length >>>= 7;
    }
    bytes[at++] = length;
    let high = 0;
    let nul = 0;
    for (let i = start; i < end; i++) {
      const c = source[i]!;
      high |= c;
      // Negative for 0 alone.
      nul |= c - 1;
      bytes[at++] = c;
    }
    if (nul < 0 || high >= 128 || count > charactersMax) {
      const reason = judgeText(source, start, end, charactersMax);
      if (reason !== OK) return reason;
    }
    this.at = at;
    return OK;
  }
  private grow(by: number): void {
    const next = new Uint8Array(Math.max(this.at + by, this.bytes.length * 2));
    next.set(this.bytes.subarray(0, this.at));
    this.bytes = next;
  }
  /** The string that begins at byte `at`. */
  read(at: number): string {
    let length = 0;
    let shift = 0;
    let place = at;
    for (;;) {
      const c = this.bytes[place++]!;
      length |= (c & 127) << shift;
      if (c < 128) break;
      shift += 7;
    }
    return UTF8.decode(this.bytes.subarray(place, place + length));
  }
}

/** String. */
export class TextColumn implements Column {
  readonly nativeType = 'String';
  private readonly heap = new StringHeap();
  private readonly charactersMax: number;
  private last = 0;
  constructor(definition: ColumnDefinition) {
    this.charactersMax = definition.charactersMax ?? TEXT_CHARACTERS_MAX;
  }
  putEmpty(_row: number): void {
    this.last = this.heap.at;
    this.heap.append(this.heap.bytes, 0, 0);
  }
  put(bytes: Uint8Array, start: number, end: number, _row: number): number {
    this.last = this.heap.at;
    return this.heap.appendJudged(bytes, start, end, this.charactersMax);
  }
  value(_row: number): string {
    return this.heap.read(this.last);
  }
  undo(): void {
    this.heap.at = this.last;
  }
  write(out: BlockWriter, _rows: number): void {
    out.bytes(this.heap.bytes.subarray(0, this.heap.at));
  }
  reset(): void {
    this.heap.at = 0;
    this.last = 0;
  }
}

const ENTRY_WORDS = 4;
/** Strings up to this length are compared four bytes at a time. */
const WORD_BYTES_MAX = 64;
/** The string that is looked for, as words. */
const scratch = new Int32Array(WORD_BYTES_MAX / 4);

/** Distinct byte strings, numbered in order of first appearance. Open addressing over a 32-bit hash. */
export class Dictionary {
  readonly heap = new StringHeap();
  count = 0;
  private slots: Int32Array<ArrayBuffer> = new Int32Array(1024);
  /** Of each string: hash, length, where its bytes begin in the heap, where its words begin in `words`. */
  private entries: Int32Array<ArrayBuffer> = new Int32Array(512 * ENTRY_WORDS);
  private words: Int32Array<ArrayBuffer> = new Int32Array(2048);
  private wordsAt = 0;
  /** Number of source[start, end), added when it is new (then `count` has grown). */
  add(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    // FNV-1a over four bytes at a time, with a last mix.
    let hash = -2128831035;
    let at4 = start;
    const inWords = length <= WORD_BYTES_MAX;
    let count = 0;
    for (const last = end - 4; at4 <= last; at4 += 4) {
      const word = source[at4]! | (source[at4 + 1]! << 8) | (source[at4 + 2]! << 16) | (source[at4 + 3]! << 24);
      if (inWords) scratch[count++] = word;
      hash = Math.imul(hash ^ word, 16777619);
      hash ^= hash >>> 13;
    }
    if (at4 < end) {
      let word = source[at4]!;
      if (at4 + 1 < end) word |= source[at4 + 1]! << 8;
      if (at4 + 2 < end) word |= source[at4 + 2]! << 16;
      if (inWords) scratch[count++] = word;
      hash = Math.imul(hash ^ word, 16777619);
    }
    hash ^= hash >>> 15;
    const { slots, entries } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1;
      if (number < 0) {
        slots[slot] = this.count + 1;
        return this.append(source, start, end, hash, count);
      }
      const entry = number * ENTRY_WORDS;
      if (entries[entry] !== hash || entries[entry + 1] !== length) continue;
      if (inWords) {
        const words = this.words;
        let at = entries[entry + 3]!;
        let i = 0;
        while (i < count && words[at] === scratch[i]) {
          i++;
          at++;
        }
        if (i === count) return number;
        continue;
      }
      const bytes = this.heap.bytes;
      let at = entries[entry + 2]!;
      let i = start;
      while (i < end && bytes[at] === source[i]) {
        i++;
        at++;
      }
      if (i === end) return number;
    }
  }
  private append(source: Uint8Array, start: number, end: number, hash: number, words: number): number {
    const number = this.count++;
    this.heap.append(source, start, end);
    const entry = number * ENTRY_WORDS;
    if (entry === this.entries.length) {
      const next = new Int32Array(entry * 2);
      next.set(this.entries);
      this.entries = next;
    }
    if (this.wordsAt + words > this.words.length) {
      const next = new Int32Array(this.words.length * 2);
      next.set(this.words);
      this.words = next;
    }
    this.entries[entry] = hash;
    this.entries[entry + 1] = end - start;
    this.entries[entry + 2] = this.heap.at - (end - start);
    this.entries[entry + 3] = this.wordsAt;
    for (let i = 0; i < words; i++) this.words[this.wordsAt++] = scratch[i]!;
    if (this.count * 2 > this.slots.length) {
      const slots = new Int32Array(this.slots.length * 2);
      const mask = slots.length - 1;
      for (let i = 0; i < this.count; i++) {
        let slot = this.entries[i * ENTRY_WORDS]! & mask;
        while (slots[slot] !== 0) slot = (slot + 1) & mask;
        slots[slot] = i + 1;
      }
      this.slots = slots;
    }
    return number;
  }
  text(number: number): string {
    const start = this.entries[number * ENTRY_WORDS + 2]!;
    return UTF8.decode(this.heap.bytes.subarray(start, start + this.entries[number * ENTRY_WORDS + 1]!));
  }
  clear(): void {
    this.slots.fill(0);
    this.heap.at = 0;
    this.wordsAt = 0;
    this.count = 0;
  }
}

const EMPTY = new Uint8Array(0);
/** Distinct cells that are remembered from block to block. */
const REMEMBERED_MAX = 8192;

/**
 * LowCardinality(String): texts of few distinct values, currencies, countries, enums. `raw` holds cells as they stand, each judged
 * once; `stored` what they are stored as (upper case of codes). Plain texts are stored as they stand and need only one of the two.
 */
export class DictionaryColumn implements Column {
  readonly nativeType = 'LowCardinality(String)';
  private readonly definition: ColumnDefinition;
  private readonly raw = new Dictionary();
  private readonly stored = new Dictionary();
  /** Of each raw cell: number in `stored`, or minus the code of the reason why it is refused. */
  private verdicts: Int32Array<ArrayBuffer> = new Int32Array(1024);
  private indexes: Uint32Array<ArrayBuffer> = new Uint32Array(4096);
  private values: Map<string, string> | undefined;
  constructor(definition: ColumnDefinition) {
    this.definition = definition;
    if (definition.type === 'enum') {
      this.values = new Map(definition.values?.map((value) => [value.toLowerCase(), value]));
    }
    this.stored.add(EMPTY, 0, 0);
  }
  putEmpty(row: number): void {
    if (row >= this.indexes.length) this.grow(row);
    this.indexes[row] = 0;
  }
  put(bytes: Uint8Array, start: number, end: number, row: number): number {
    const known = this.raw.count;
    const number = this.raw.add(bytes, start, end);
    if (this.raw.count !== known) this.judge(bytes, start, end, number);
    const verdict = this.verdicts[number]!;
    if (verdict < 0) return -verdict;
    if (row >= this.indexes.length) this.grow(row);
    this.indexes[row] = verdict;
    return OK;
  }
  private grow(row: number): void {
    const next = new Uint32Array(Math.max(row + 1, this.indexes.length * 2));
    next.set(this.indexes);
    this.indexes = next;
  }
  private judge(bytes: Uint8Array, start: number, end: number, number: number): void {
    if (number >= this.verdicts.length) {
      const next = new Int32Array(this.verdicts.length * 2);
      next.set(this.verdicts);
      this.verdicts = next;
    }
    const { type, charactersMax, unknown } = this.definition;
    let reason =
      end - start > CELL_BYTES_MAX
        ? REASON.cellTooLong
        : judgeText(bytes, start, end, charactersMax ?? TEXT_CHARACTERS_MAX);
    if (reason === OK && type !== 'text') {
      const text = UTF8.decode(bytes.subarray(start, end));
      const code =
        type === 'currency'
          ? currencyCode(text)
          : type === 'country'
            ? countryCode(text)
            : this.values?.get(text.toLowerCase());
      if (code !== undefined) {
        const canonical = TO_UTF8.encode(code);
        this.verdicts[number] = this.stored.add(canonical, 0, canonical.length);
        return;
      }
      if (unknown !== 'keep') {
        reason =
          type === 'currency'
            ? REASON.unknownCurrency
            : type === 'country'
              ? REASON.unknownCountry
              : REASON.notInValues;
      }
    }
    this.verdicts[number] = reason === OK ? this.stored.add(bytes, start, end) : -reason;
  }
  value(row: number): string {
    return this.stored.text(this.indexes[row]!);
  }
  undo(): void {}
  write(out: BlockWriter, rows: number): void {
    const { count, heap } = this.stored;
    const width = count <= 256 ? 1 : count <= 65_536 ? 2 : 4;
    out.u64(LOW_CARDINALITY_VERSION);
    out.u64(LOW_CARDINALITY_FLAGS + (width === 1 ? 0 : width === 2 ? 1 : 2));
    out.u64(count);
    out.bytes(heap.bytes.subarray(0, heap.at));
    out.u64(rows);
    const indexes = this.indexes;
    const place = out.reserve(rows * width);
    if (width === 1) for (let i = 0; i < rows; i++) place[i] = indexes[i]!;
    else if (width === 2) {
      for (let i = 0, at = 0; i < rows; i++, at += 2) {
        place[at] = indexes[i]! & 255;
        place[at + 1] = indexes[i]! >>> 8;
      }
    } else place.set(new Uint8Array(indexes.buffer, 0, rows * 4));
  }
  reset(): void {
    if (this.raw.count <= REMEMBERED_MAX && this.definition.type !== 'text') return;
    this.raw.clear();
    this.stored.clear();
    this.stored.add(EMPTY, 0, 0);
  }
}

/** `attributes`: Map(String, String), of the non-empty attribute cells of each row. */
export class AttributesColumn {
  readonly nativeType = 'Map(String, String)';
  private readonly keys = new StringHeap();
  private readonly texts = new StringHeap();
  private count = 0;
  private offsets: Uint32Array<ArrayBuffer> = new Uint32Array(4096);
  private rowStart = { keys: 0, texts: 0, count: 0 };
  /** Places in `keys` and `texts` of the pairs of the row put last. */
  private readonly lastPairs: number[] = [];
  private lastPairsCount = 0;
  startRow(): void {
    this.rowStart.keys = this.keys.at;
    this.rowStart.texts = this.texts.at;
    this.rowStart.count = this.count;
    this.lastPairsCount = 0;
  }
  put(key: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
    const place = this.texts.at;
    const reason = this.texts.appendJudged(bytes, start, end, TEXT_CHARACTERS_MAX);
    if (reason !== OK) return reason;
    this.lastPairs[this.lastPairsCount++] = this.keys.at;
    this.lastPairs[this.lastPairsCount++] = place;
    this.keys.append(key, 0, key.length);
    this.count++;
    return OK;
  }
  endRow(row: number): void {
    if (row >= this.offsets.length) {
      const next = new Uint32Array(Math.max(row + 1, this.offsets.length * 2));
      next.set(this.offsets);
      this.offsets = next;
    }
    this.offsets[row] = this.count;
  }
  undo(): void {
    this.keys.at = this.rowStart.keys;
    this.texts.at = this.rowStart.texts;
    this.count = this.rowStart.count;
  }
  /** The pairs of the row put last. */
  value(): Record<string, string> {
    const pairs: [string, string][] = [];
    for (let i = 0; i < this.lastPairsCount; i += 2) {
      pairs.push([this.keys.read(this.lastPairs[i]!), this.texts.read(this.lastPairs[i + 1]!)]);
    }
    return Object.fromEntries(pairs);
  }
  write(out: BlockWriter, rows: number): void {
    const place = out.reserve(rows * 8);
    const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
    for (let i = 0; i < rows; i++) {
      view.setUint32(i * 8, this.offsets[i]!, true);
      view.setUint32(i * 8 + 4, 0, true);
    }
    out.bytes(this.keys.bytes.subarray(0, this.keys.at));
    out.bytes(this.texts.bytes.subarray(0, this.texts.at));
  }
  reset(): void {
    this.keys.at = 0;
    this.texts.at = 0;
    this.count = 0;
  }
}
