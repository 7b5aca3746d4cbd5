/** Rounding and order as the rules want them. */
import type { Rational } from '../../kernel/rational.ts';

/** Nearest whole number; exactly half goes away from zero. */
export function roundHalfAway(value: Rational): bigint {
  const magnitude = value.num < 0n ? -value.num : value.num;
  const rounded = (2n * magnitude + value.den) / (2n * value.den);
  return value.num < 0n ? -rounded : rounded;
}

/** Byte-by-byte order of the UTF-8 forms. */
export function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
