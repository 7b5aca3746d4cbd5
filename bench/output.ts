/** Writes rows of ASCII text to a file in large pieces, which is what makes the generators fast. */
import { closeSync, openSync, writeSync } from 'node:fs';

const PIECE_CHARACTERS = 4 << 20;

export class RowFile {
  readonly #file: number;
  #text = '';
  bytes = 0;
  rows = 0;

  constructor(path: string, header: readonly string[]) {
    this.#file = openSync(path, 'w');
    this.#text = `${header.join(',')}\n`;
  }

  /** `row` without its line feed. ASCII only. */
  write(row: string): void {
    this.#text += row;
    this.#text += '\n';
    this.rows += 1;
    if (this.#text.length >= PIECE_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text, 'latin1');
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.bytes += bytes.length;
    this.#text = '';
  }
}

/** One 32-bit generator for a whole file (xorshift); the seed makes it repeatable. */
export function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
