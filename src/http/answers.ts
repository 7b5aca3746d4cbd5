/**
 * Answers that were given, by their ETag. An ETag names account, entry, path, parameters and version of the program, and an answer is a
 * function of these: it is the same bytes again, as it is for a client that gets 304.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes that are kept in all; the answers that were asked for least lately go first. */
const BYTES_MAX = 48 * 1024 * 1024;
/** Larger answers are made again: one would push out all others. */
const ANSWER_BYTES_MAX = BYTES_MAX / 3;

export class Answers {
  readonly #kept = new Map<string, Buffer>();
  #bytes = 0;

  get(etag: string): Buffer | undefined {
    const answer = this.#kept.get(etag);
    if (answer === undefined) return undefined;
    this.#kept.delete(etag);
    this.#kept.set(etag, answer);
    return answer;
  }

  keep(etag: string, text: string): Buffer {
    const answer = Buffer.from(text);
    if (answer.length > ANSWER_BYTES_MAX || this.#kept.has(etag)) return answer;
    this.#kept.set(etag, answer);
    this.#bytes += answer.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= BYTES_MAX) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
    return answer;
  }
}

/** True when the client will have nothing that was kept: what a browser says when a page is loaded anew by force. */
export function wantsAnew(request: FastifyRequest): boolean {
  return request.headers['cache-control']?.includes('no-cache') === true;
}

/** Sends JSON that is text already. */
export function sendAnswer(reply: FastifyReply, answer: Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(answer);
}
