/** Rounding and order as the rules want them. */

/** Nearest whole number; exactly half goes away from zero. The denominator is positive. */
export function roundHalfAway(value: { num: bigint; den: bigint }): bigint {
  const magnitude = value.num < 0n ? -value.num : value.num;
  const rounded = (2n * magnitude + value.den) / (2n * value.den);
  return value.num < 0n ? -rounded : rounded;
}

/** Byte-by-byte order of the UTF-8 forms. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 and UTF-8 order differ only where surrogates are involved.
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const SURROGATE = /[\uD800-\uDFFF]/;

/** One text for several identifiers, without ambiguity. */
export function keyOf(...parts: Array<string | undefined>): string {
  let key = '';
  for (const part of parts) key += `${part?.length ?? 0}:${part ?? ''}`;
  return key;
}
