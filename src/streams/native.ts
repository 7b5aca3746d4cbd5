/** ClickHouse's Native format: a block is its counts, then each column as name, type and data. */

const UTF8 = new TextEncoder();

/** A byte buffer that grows; what was written is taken once with `take`. */
export class BlockWriter {
  private buffer: Uint8Array<ArrayBuffer>;
  private at = 0;
  constructor(bytesExpected: number) {
    this.buffer = new Uint8Array(Math.max(1024, bytesExpected));
  }
  get position(): number {
    return this.at;
  }
  private room(count: number): void {
    if (this.at + count <= this.buffer.length) return;
    const next = new Uint8Array(Math.max(this.at + count, Math.ceil(this.buffer.length * 1.5)));
    next.set(this.buffer.subarray(0, this.at));
    this.buffer = next;
  }
  bytes(source: Uint8Array): void {
    this.room(source.length);
    this.buffer.set(source, this.at);
    this.at += source.length;
  }
  byte(value: number): void {
    this.room(1);
    this.buffer[this.at++] = value;
  }
  varint(value: number): void {
    this.room(9);
    let rest = value;
    while (rest >= 128) {
      this.buffer[this.at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at++] = rest;
  }
  text(value: string): void {
    const bytes = UTF8.encode(value);
    this.varint(bytes.length);
    this.bytes(bytes);
  }
  u64(value: number): void {
    this.room(8);
    const view = new DataView(this.buffer.buffer, this.at, 8);
    view.setUint32(0, value % 4294967296, true);
    view.setUint32(4, Math.floor(value / 4294967296), true);
    this.at += 8;
  }
  /** Room for `count` bytes to be filled by the caller, as a view that is valid until the next write. */
  reserve(count: number): Uint8Array {
    this.room(count);
    const view = this.buffer.subarray(this.at, this.at + count);
    this.at += count;
    return view;
  }
  /** What was written, in a buffer of its own (fit to be transferred to another thread). */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.buffer.subarray(0, this.at);
    this.buffer = new Uint8Array(0);
    this.at = 0;
    return taken;
  }
}

/** Version word that begins every LowCardinality column: dictionaries are shared within a block, with additional keys. */
export const LOW_CARDINALITY_VERSION = 1;
/** Flags of a LowCardinality column's data: has additional keys, dictionary is to be updated. */
export const LOW_CARDINALITY_FLAGS = 0x600;

/** A UInt64 column with one value in every row. */
export function writeConstantU64(out: BlockWriter, value: number, rows: number): void {
  const view = out.reserve(rows * 8);
  const words = new DataView(view.buffer, view.byteOffset, view.byteLength);
  const low = value % 4294967296;
  const high = Math.floor(value / 4294967296);
  for (let i = 0; i < rows; i++) {
    words.setUint32(i * 8, low, true);
    words.setUint32(i * 8 + 4, high, true);
  }
}

/** A LowCardinality(String) column with one value in every row. */
export function writeConstantText(out: BlockWriter, value: string, rows: number): void {
  out.u64(LOW_CARDINALITY_VERSION);
  out.u64(LOW_CARDINALITY_FLAGS);
  out.u64(1);
  out.text(value);
  out.u64(rows);
  out.reserve(rows).fill(0);
}

/**
 * Writes `count` row numbers as UInt32 into a block at byte `at`: rows are counted in a worker from 0, and only the
 * thread that sees all chunks in order knows how many rows stood before.
 */
export function addToRowNumbers(block: Uint8Array, at: number, count: number, add: number): void {
  const view = new DataView(block.buffer, block.byteOffset + at, count * 4);
  for (let i = 0; i < count * 4; i += 4) view.setUint32(i, view.getUint32(i, true) + add, true);
}
