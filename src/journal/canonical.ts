import { createHash } from 'node:crypto';
import { FootingError } from '../kernel/errors.ts';
import type { Json } from './types.ts';

/**
 * Canonical JSON: keys sorted by UTF-16 code units, no white space, numbers only as safe integers (everything else numeric is
 * a string). One value has one text, so its hash means the value.
 * Errors: `invalid` for a number that is not a safe integer, for undefined, and for text with a lone surrogate or NUL.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new FootingError('invalid', `The number ${value} cannot be stated exactly`, {
        remedy: 'Write decimals and large numbers as strings.',
      });
    }
    return String(value);
  }
  if (typeof value === 'string') return canonicalText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${canonicalText(key)}:${canonicalJson(value[key] as Json)}`);
    return `{${members.join(',')}}`;
  }
  throw new FootingError('invalid', `A value of type ${typeof value} cannot be stated`);
}

function canonicalText(text: string): string {
  // PostgreSQL's text cannot hold NUL, and a lone surrogate has no UTF-8 form: both would change between hash and row.
  if (!text.isWellFormed() || text.includes('\u0000')) {
    throw new FootingError('invalid', 'Text holds a character that cannot be stored (NUL or half of a surrogate pair)');
  }
  return JSON.stringify(text);
}

export function sha256(bytes: Uint8Array | string): Buffer {
  return createHash('sha256').update(bytes).digest();
}
