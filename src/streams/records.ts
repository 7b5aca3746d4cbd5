/** Records of other formats on their way to canonical CSV: how a reader writes them. */

import { canonicalCell } from './scan.ts';
import type { RowProblem } from './types.ts';

export interface OtherRecords {
  headers: string[];
  body: AsyncGenerator<Uint8Array>;
  /** Name of the sheet that is read, of formats that have sheets. */
  sheet?: string;
}

const FLUSH_CHARACTERS = 256 * 1024;
const UTF8 = new TextEncoder();

/** Gathers canonical CSV lines and gives them away as bytes of a good size. */
export class CanonicalLines {
  private text = '';
  /** Adds one record: its cells in header order, and what the reader found wrong with it. */
  add(cells: readonly string[], problems: readonly RowProblem[] = []): void {
    let line = '';
    for (const cell of cells) line += `${canonicalCell(cell)},`;
    this.text += `${line}${problems.length === 0 ? '' : canonicalCell(JSON.stringify(problems))}\n`;
  }
  get full(): boolean {
    return this.text.length >= FLUSH_CHARACTERS;
  }
  take(): Uint8Array {
    // Lone surrogates become U+FFFD here; readers refuse them before.
    const bytes = UTF8.encode(this.text);
    this.text = '';
    return bytes;
  }
}
