/**
 * Reads: as of which entry, and whether the client has that very answer already. A figure is a function of the journal's seq
 * and of its parameters, so the two make the ETag, and it is known before anything is calculated.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FootingError } from '../kernel/errors.ts';
import type { Book, ReadContext } from '../ledger/types.ts';
import { accountOf, type HttpContext, setSeq } from './context.ts';
import { pathOf } from './problems.ts';

/** The entry that the request is to be answered as of: `asked`, or the journal's last. `invalid` when it is not there yet. */
export async function seqToRead(context: HttpContext, accountId: number, asked: number | undefined): Promise<number> {
  const head = await context.footing.journal.head(accountId);
  if (asked === undefined) return head.seq;
  if (asked > head.seq) {
    throw new FootingError('invalid', `The journal ends at entry ${head.seq}.`, {
      problems: [{ field: 'as_of', value: String(asked), reason: `is after the last entry, ${head.seq}` }],
    });
  }
  return asked;
}

/**
 * Sets ETag and Footing-Seq. `defaults` are parameters that the request left open and that change with time.
 * True when the client holds this answer: 304 has been sent and there is nothing left to do.
 */
export function answeredFromCache(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  seq: number,
  defaults: Record<string, string> = {},
): boolean {
  const accountId = accountOf(request);
  const parameters = Object.entries({ ...defaults, ...(request.query as Record<string, unknown>) }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const hash = createHash('sha256')
    .update(JSON.stringify([context.version, pathOf(request), parameters]))
    .digest('base64url')
    .slice(0, 16);
  const etag = `"${accountId}-${seq}-${hash}"`;
  setSeq(reply, seq);
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (!matches(request.headers['if-none-match'], etag)) return false;
  reply.code(304).send();
  return true;
}

/** What a report reads from, or null when 304 has been sent. Waits until the book's postings hold the entry. */
export async function openRead(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  book: Book['name'],
  defaults: Record<string, string> = {},
): Promise<ReadContext | null> {
  const accountId = accountOf(request);
  const seq = await seqToRead(context, accountId, (request.query as { as_of?: number }).as_of);
  if (answeredFromCache(context, request, reply, seq, defaults)) return null;
  return context.footing.read(accountId, book, seq);
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((given) => given.trim().replace(/^W\//, '') === etag || given.trim() === '*');
}
