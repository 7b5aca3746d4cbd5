/**
 * Paging cursors: opaque, and sealed, so that nobody can make one up, change one, or use one for another account or with
 * other parameters than it was made for.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { FootingError } from '../kernel/errors.ts';

const SEAL_BYTES = 16;
const CURSOR_CHARACTERS_MAX = 4_000;

export class Cursors {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** `scope` is what the cursor holds for (route, account, parameters); `position` is where the next page begins. */
  seal(scope: string, position: unknown): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.#sealOf(scope, body), body]).toString('base64url');
  }

  /** The position; `invalid` when the cursor was not made for this scope. */
  open<Position>(scope: string, cursor: string): Position {
    const bytes = cursor.length <= CURSOR_CHARACTERS_MAX ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
    const body = bytes.subarray(SEAL_BYTES);
    const canonical = bytes.toString('base64url') === cursor;
    if (!canonical || body.length === 0 || !timingSafeEqual(bytes.subarray(0, SEAL_BYTES), this.#sealOf(scope, body))) {
      throw new FootingError('invalid', 'This cursor was not given out for this list.', {
        problems: [{ field: 'cursor', value: cursor.slice(0, 40), reason: 'is not a cursor of this list' }],
        remedy: 'Take `next` of the previous page as it is, with the same other parameters, or begin without a cursor.',
      });
    }
    return JSON.parse(body.toString()) as Position;
  }

  #sealOf(scope: string, body: Buffer): Buffer {
    const scopeHash = createHash('sha256').update(scope).digest();
    return createHmac('sha256', this.#secret).update(scopeHash).update(body).digest().subarray(0, SEAL_BYTES);
  }
}
