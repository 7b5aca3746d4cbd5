/** The first rows of a file as they are read: cells as text, before anything is judged. */
import { FootingError, type Problem } from '../kernel/errors.ts';
import { openDecoded } from './decode.ts';
import { Cells, cellText, scanRecord } from './scan.ts';
import { split } from './split.ts';
import type { ResolvedReadOptions } from './types.ts';

/** Rows in a preview: a screen of them. */
export const PREVIEW_ROWS_MAX = 20;
/** Characters of a cell in a preview; a longer one ends with … */
export const PREVIEW_CELL_CHARACTERS_MAX = 200;
/** Decoded bytes that are read for it at first. */
const PREVIEW_BYTES = 64 * 1024;

export interface FilePreview {
  headers: string[];
  /** In the order of the headers; cells beyond the header are left to the judging of rows. */
  rows: string[][];
}

/** The header of a file does not fit the stream. Says what stands in the file, so that its columns can be mapped. */
export class HeaderError extends FootingError {
  readonly headers: string[];
  readonly options: ResolvedReadOptions;
  /** Set where the file is at hand. */
  file: FilePreview | undefined;

  constructor(
    message: string,
    details: { problems: Problem[]; remedy: string },
    headers: string[],
    options: ResolvedReadOptions,
  ) {
    super('invalid', message, details);
    this.headers = headers;
    this.options = options;
  }
}

/** Reads the first PREVIEW_ROWS_MAX rows of a file; little more of it is read. */
export async function previewFile(path: string, options: ResolvedReadOptions): Promise<FilePreview> {
  const { headers, body, dialect, offset } = await openDecoded(path, options);
  const pieces = split(body, dialect, { offsetAtStart: offset, chunkBytes: PREVIEW_BYTES });
  const cells = new Cells(Math.max(headers.length, 1));
  const rows: string[][] = [];
  for await (const piece of pieces) {
    if (piece.kind !== 'records') break;
    for (let at = 0; at < piece.length && rows.length < PREVIEW_ROWS_MAX; ) {
      at = scanRecord(piece.bytes, at, piece.length, dialect, cells);
      const count = Math.min(cells.count, headers.length);
      const row = Array.from({ length: count }, (_, i) => shortened(cellText(piece.bytes, cells, i, dialect.quote)));
      // An empty line is no row.
      if (row.some((text) => text !== '')) rows.push(row);
    }
    if (rows.length >= PREVIEW_ROWS_MAX) break;
  }
  return { headers, rows };
}

const shortened = (text: string): string =>
  text.length <= PREVIEW_CELL_CHARACTERS_MAX ? text : `${text.slice(0, PREVIEW_CELL_CHARACTERS_MAX)}…`;
