/** Text of small files: bytes that are not UTF-8 are named, never replaced by a sign for something unreadable. */
import { FootingError } from './errors.ts';

const STRICT = new TextDecoder('utf-8', { fatal: true });
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const NEWLINE = 0x0a;

/**
 * The text, without a byte order mark.
 * @throws FootingError `malformed` naming the first byte that is not UTF-8, with its line.
 */
export function utf8Text(bytes: Uint8Array, fileName: string): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    const at = firstOther(bytes, new TextEncoder().encode(LENIENT.decode(bytes)));
    const line = 1 + bytes.subarray(0, at).filter((byte) => byte === NEWLINE).length;
    const value = `0x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}`;
    throw new FootingError('malformed', `${fileName} is not text in UTF-8.`, {
      problems: [{ field: `line ${line}, byte ${at + 1} of the file`, value, reason: 'is not UTF-8' }],
      remedy: 'Save the file as CSV in UTF-8. From Excel: "CSV UTF-8"',
    });
  }
}

/** Where what was decoded and encoded again differs from what was there. */
function firstOther(bytes: Uint8Array, again: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === again[at]) at += 1;
  return at;
}
