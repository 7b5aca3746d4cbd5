import type { Engines } from '../engines/types.ts';
import type { Entry, Journal } from '../journal/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { faultPoint } from '../kernel/faults.ts';
import type { Generation, Generations } from './generations.ts';
import type { Book, PostContext, Progress } from './types.ts';

/** Entries looked at together. */
export const PAGE_ENTRIES_MAX = 500;
/** Payload bytes looked at together: bounds memory when entries are large. */
export const PAGE_PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;

export const IMPORT_KIND = 'records.import';

/**
 * Brings one book of one generation from its posted seq up to `target`, batch by batch. Returns the seq that it reached.
 *
 * Steps of a batch, and what a crash between two of them means:
 *  1. entries are read from the journal. Crash: nothing has happened.
 *  2. book.post writes rows with seq > posted. Crash: rows that no reader sees (seq <= posted) and that `undo` removes before the
 *     batch is posted again.
 *  3. posted_seq moves in PostgreSQL. Crash after it: done; before it: as 2.
 */
export async function postUpTo(
  dependencies: { engines: Engines; journal: Journal; generations: Generations },
  ledger: Generation,
  book: Book,
  target: number,
  options: {
    onProgress?: (seq: number, progress: Progress) => void;
    onPosted?: (seq: number) => void;
    /** False once another process may be posting the account: what was written then stays invisible and is removed. */
    mayPost?: () => boolean;
    signal?: AbortSignal;
    /** See PostContext. */
    turn?: object;
  } = {},
): Promise<number> {
  const { engines, journal, generations } = dependencies;
  const context: PostContext = {
    engines,
    journal,
    accountId: ledger.accountId,
    database: ledger.database,
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.signal && { signal: options.signal }),
    ...(options.turn && { turn: options.turn }),
  };
  let posted = await generations.posted(ledger, book.name);
  while (posted < target) {
    options.signal?.throwIfAborted();
    const page = await journal.list(ledger.accountId, {
      after: posted,
      before: target + 1,
      limit: PAGE_ENTRIES_MAX,
      payloadBytesMax: PAGE_PAYLOAD_BYTES_MAX,
    });
    if (page.length === 0) break;
    const { batch, upTo } = nextBatch(page, book);
    if (batch.length > 0) {
      await faultPoint('posting.begun');
      await book.post(context, batch);
      await faultPoint('posting.written');
    }
    if (options.mayPost?.() === false) {
      throw new FootingError(
        'unavailable',
        'The connection that holds the right to post was lost; posting begins again',
      );
    }
    await generations.setPosted(ledger, book.name, posted, upTo);
    if (batch.length > 0) await faultPoint('posting.visible');
    posted = upTo;
    options.onPosted?.(posted);
  }
  return posted;
}

/** One import alone, or all small entries up to the next import; and how far the journal is dealt with after it. */
export function nextBatch(page: readonly Entry[], book: Book): { batch: Entry[]; upTo: number } {
  const batch: Entry[] = [];
  let upTo = 0;
  for (const entry of page) {
    if (book.concerns(entry)) {
      const alone = entry.kind === IMPORT_KIND;
      if (batch.length > 0 && (alone || batch[0]!.kind === IMPORT_KIND)) break;
      batch.push(entry);
    }
    upTo = entry.seq;
  }
  return { batch, upTo };
}
