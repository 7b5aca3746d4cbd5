/** One row of a file as it stood, for explanations. */
import { FootingError } from '../kernel/errors.ts';
import { openDecoded } from './decode.ts';
import { Cells, cellText, scanRecord } from './scan.ts';
import { split } from './split.ts';
import type { ChunkIndexEntry, ResolvedReadOptions, StreamDefinition } from './types.ts';

const READ_CHUNK_BYTES = 1024 * 1024;

/**
 * Cells of row `row` (1 = first row of data) by header, as they stood. With the index that readFile() returned, reading begins near
 * the row. `not_found` when the file has fewer rows.
 */
export async function readRow(
  path: string,
  _definition: StreamDefinition,
  options: ResolvedReadOptions,
  row: number,
  index: readonly ChunkIndexEntry[] = [],
): Promise<Record<string, string>> {
  const near = index.findLast((entry) => entry.firstRow <= row);
  const decoded = await openDecoded(path, options, near === undefined ? {} : { skip: near.offset });
  const { dialect, headers, faultCell } = decoded;
  const cells = new Cells(headers.length + 1);
  let number = near === undefined ? 0 : near.firstRow - 1;
  for await (const piece of split(decoded.body, dialect, {
    offsetAtStart: decoded.offset,
    chunkBytes: READ_CHUNK_BYTES,
  })) {
    if (piece.kind === 'endless') break;
    for (let at = 0; at < piece.length; ) {
      at = scanRecord(piece.bytes, at, piece.length, dialect, cells);
      if (cells.count === 1 && cells.starts[0] === cells.ends[0] && !cells.quoted && !faultCell) continue;
      if (++number < row) continue;
      return Object.fromEntries(
        headers.map((header, i) => [header, i < cells.count ? cellText(piece.bytes, cells, i, dialect.quote) : '']),
      );
    }
  }
  throw new FootingError('not_found', `The file has no row ${row}`);
}
