/** Cuts a decoded CSV stream into pieces that end where a record ends, looking at little more than its quotes. */
import { CHUNK_BYTES, RECORD_BYTES_MAX } from './limits.ts';
import type { Dialect } from './scan.ts';

/** Bytes of slack behind a piece, so that the scanner may look one byte ahead. */
export const PIECE_SLACK_BYTES = 8;

export type Piece =
  /** Whole records: bytes[0, length), the last one ended by the newline byte; PIECE_SLACK_BYTES more bytes are readable. */
  | { kind: 'records'; bytes: Uint8Array<ArrayBuffer>; length: number; offset: number }
  /** A record that does not end within RECORD_BYTES_MAX, with all that follows it; `bytes` is its beginning. Always the last piece. */
  | { kind: 'endless'; bytes: Uint8Array<ArrayBuffer>; length: number; offset: number; recordBytes: number };

const CR = 13;
/** Of an endless record, what is kept to show. */
const ENDLESS_SHOWN_BYTES = 1024;

/**
 * Cuts the stream. `offset` counts decoded bytes from the stream's beginning plus `offsetAtStart`.
 * Quoting is followed exactly as the scanner does: a quote opens a cell only behind a delimiter, a newline or at the beginning.
 */
export async function* split(
  source: AsyncIterable<Uint8Array>,
  dialect: Dialect,
  options: { offsetAtStart: number; chunkBytes?: number },
): AsyncGenerator<Piece> {
  const chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
  const { delimiter, quote, newline } = dialect;
  let buffer = new Uint8Array(Math.ceil(chunkBytes * 1.25) + PIECE_SLACK_BYTES);
  let filled = 0;
  let scanned = 0;
  let open = false;
  /** Position behind the last newline that ends a record. */
  let boundary = 0;
  let offset = options.offsetAtStart;
  /** Set when a record does not end within the limit: from there on the stream is only counted. */
  let endless: { shown: Uint8Array<ArrayBuffer>; bytes: number } | undefined;

  /** Follows the quotes of buffer[scanned, filled); updates `open`, `boundary`. Keeps back a last quote that may be doubled. */
  const follow = (last: boolean): void => {
    const view = Buffer.from(buffer.buffer, 0, filled);
    if (quote < 0) {
      const at = view.lastIndexOf(newline);
      if (at >= scanned) boundary = at + 1;
      scanned = filled;
      return;
    }
    let at = scanned;
    let closed = at;
    // Gaps between quoted cells, the latest last: that is where records end.
    const gaps: number[] = [];
    while (at < filled) {
      const next = view.indexOf(quote, at);
      if (next < 0) {
        at = filled;
        break;
      }
      if (!open) {
        const before = next === 0 ? newline : buffer[next - 1];
        if (before === delimiter || before === newline) {
          if (next > closed) gaps.push(closed, next);
          open = true;
        }
        at = next + 1;
      } else {
        if (next + 1 >= filled && !last) {
          // Whether this quote is doubled is known with the next bytes.
          at = next;
          break;
        }
        if (buffer[next + 1] === quote && next + 1 < filled) at = next + 2;
        else {
          open = false;
          closed = next + 1;
          at = next + 1;
        }
      }
    }
    if (!open && at > closed) gaps.push(closed, at);
    scanned = at;
    for (let i = gaps.length - 2; i >= 0; i -= 2) {
      const found = view.lastIndexOf(newline, gaps[i + 1]! - 1);
      if (found >= gaps[i]!) {
        boundary = found + 1;
        break;
      }
    }
  };

  const cut = (): Piece => {
    const rest = filled - boundary;
    const next = new Uint8Array(Math.max(Math.ceil(chunkBytes * 1.25), rest + chunkBytes) + PIECE_SLACK_BYTES);
    next.set(buffer.subarray(boundary, filled));
    const piece: Piece = { kind: 'records', bytes: buffer, length: boundary, offset };
    offset += boundary;
    buffer.fill(0, boundary, boundary + PIECE_SLACK_BYTES);
    buffer = next;
    filled = rest;
    scanned -= boundary;
    boundary = 0;
    return piece;
  };

  for await (const part of source) {
    let from = 0;
    if (endless !== undefined) {
      endless.bytes += part.length;
      continue;
    }
    while (from < part.length) {
      const take = Math.min(part.length - from, buffer.length - PIECE_SLACK_BYTES - filled);
      if (take > 0) {
        buffer.set(part.subarray(from, from + take), filled);
        filled += take;
        from += take;
      }
      if (filled < chunkBytes && take > 0) continue;
      follow(false);
      if (boundary > 0) {
        yield cut();
        continue;
      }
      if (filled > RECORD_BYTES_MAX) {
        const shown = new Uint8Array(ENDLESS_SHOWN_BYTES + PIECE_SLACK_BYTES);
        shown.set(buffer.subarray(0, ENDLESS_SHOWN_BYTES));
        endless = { shown, bytes: filled + part.length - from };
        from = part.length;
      } else if (filled === buffer.length - PIECE_SLACK_BYTES) {
        const larger = new Uint8Array(buffer.length * 2);
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
    }
  }
  if (endless !== undefined) {
    yield { kind: 'endless', bytes: endless.shown, length: ENDLESS_SHOWN_BYTES, offset, recordBytes: endless.bytes };
    return;
  }
  follow(true);
  if (filled === 0) return;
  // The last record may lack its newline.
  if (boundary !== filled) {
    if (buffer.length < filled + 1 + PIECE_SLACK_BYTES) {
      const larger = new Uint8Array(filled + 1 + PIECE_SLACK_BYTES);
      larger.set(buffer.subarray(0, filled));
      buffer = larger;
    }
    if (newline === 10 && buffer[filled - 1] === CR && !open) filled--;
    buffer[filled++] = newline;
  }
  buffer.fill(0, filled, Math.min(buffer.length, filled + PIECE_SLACK_BYTES));
  yield { kind: 'records', bytes: buffer, length: filled, offset };
}
