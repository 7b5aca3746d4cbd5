/** Exact fractions of whole numbers, as far as the rules need them. */
export interface Fraction {
  numerator: bigint;
  /** Above 0. */
  denominator: bigint;
}

export const ONE: Fraction = { numerator: 1n, denominator: 1n };

export function fraction(numerator: bigint, denominator: bigint): Fraction {
  return denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

export function whole(value: bigint): Fraction {
  return { numerator: value, denominator: 1n };
}

/** Nearest whole number; exactly half goes away from zero. */
export function roundHalfAway(value: Fraction): bigint {
  const negative = value.numerator < 0n;
  const magnitude = negative ? -value.numerator : value.numerator;
  const rounded = (2n * magnitude + value.denominator) / (2n * value.denominator);
  return negative ? -rounded : rounded;
}

/** Byte-by-byte order of the UTF-8 forms. */
export function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
