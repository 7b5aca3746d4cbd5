/**
 * Exact decimals: an integer mantissa and a scale, `value = mantissa / 10^scale`.
 *
 * Why not decimal.js: it rounds every result to its `precision`, so a sum or product is exact only while it happens to
 * fit; here nothing is ever rounded unless {@link Decimal.rescale} is asked to.
 */
import { FootingError, shown } from './errors.ts';

/** Digits a decimal may have, on both sides of the point together; keeps `1e999999999` from eating the memory. */
export const DECIMAL_DIGITS_MAX = 200;

/** `half-even` is the accountants' rounding; `exact` refuses to lose a digit; `down` cuts towards zero. */
export type Rounding = 'half-even' | 'exact' | 'down';

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

const ZERO_CODE = 48;
const POINT_CODE = 46;

export class Decimal {
  readonly mantissa: bigint;
  /** Digits after the point, 0 or more. */
  readonly scale: number;

  static readonly ZERO = new Decimal(0n, 0);
  static readonly ONE = new Decimal(1n, 0);

  constructor(mantissa: bigint, scale: number) {
    this.mantissa = mantissa;
    this.scale = scale;
  }

  /**
   * Reads plain or scientific notation with a decimal point: `12`, `-0.5`, `.5`, `9e-05`. No separators, no spaces.
   * @throws FootingError `invalid` for anything else, and for more than {@link DECIMAL_DIGITS_MAX} digits.
   */
  static parse(text: string): Decimal {
    const decimal = Decimal.tryParse(text);
    if (decimal) return decimal;
    throw new FootingError('invalid', `Not a decimal number: ${shown(text)}`, {
      problems: [
        {
          value: shown(text),
          reason: `is not a decimal number of at most ${DECIMAL_DIGITS_MAX} digits`,
          remedy: 'Write it like 1234.56',
        },
      ],
    });
  }

  /** As {@link parse}, but `undefined` instead of an error. */
  static tryParse(text: string): Decimal | undefined {
    if (text.length > DECIMAL_DIGITS_MAX + 16) return undefined;
    const match = DECIMAL_TEXT.exec(text);
    if (!match) return undefined;
    const [, sign, whole = '', fraction = '', exponent = '0'] = match;
    const digits = whole + fraction;
    if (digits === '') return undefined;
    const scale = fraction.length - Number(exponent);
    const written = Math.max(digits.length, digits.length - scale, scale);
    if (written > DECIMAL_DIGITS_MAX) return undefined;
    const magnitude = BigInt(digits);
    const mantissa = sign === '-' ? -magnitude : magnitude;
    return scale >= 0 ? new Decimal(mantissa, scale) : new Decimal(mantissa * powerOfTen(-scale), 0);
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.mantissaAt(scale) + other.mantissaAt(scale), scale);
  }

  sub(other: Decimal): Decimal {
    return this.add(other.neg());
  }

  mul(other: Decimal): Decimal {
    return new Decimal(this.mantissa * other.mantissa, this.scale + other.scale);
  }

  neg(): Decimal {
    return new Decimal(-this.mantissa, this.scale);
  }

  abs(): Decimal {
    return this.mantissa < 0n ? this.neg() : this;
  }

  /** -1, 0 or 1, as this is less than, equal to or greater than the other. */
  cmp(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const left = this.mantissaAt(scale);
    const right = other.mantissaAt(scale);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.cmp(other) === 0;
  }

  sign(): -1 | 0 | 1 {
    return this.mantissa < 0n ? -1 : this.mantissa > 0n ? 1 : 0;
  }

  isZero(): boolean {
    return this.mantissa === 0n;
  }

  /**
   * The same value with `scale` digits after the point.
   * @throws FootingError `invalid` when the rounding is `exact` and digits would be lost.
   */
  rescale(scale: number, rounding: Rounding = 'exact'): Decimal {
    if (scale >= this.scale) return new Decimal(this.mantissaAt(scale), scale);
    return new Decimal(divideRounded(this.mantissa, powerOfTen(this.scale - scale), rounding), scale);
  }

  /** The same value without zeros at the end of its fraction. */
  normalized(): Decimal {
    let { mantissa, scale } = this;
    while (scale > 0 && mantissa % 10n === 0n) {
      mantissa /= 10n;
      scale -= 1;
    }
    return scale === this.scale ? this : new Decimal(mantissa, scale);
  }

  /** Plain notation without needless zeros: `-0.5`, `1200`, never `1.2e3`. */
  toString(): string {
    const text = this.toFixed();
    if (this.scale === 0) return text;
    // Cutting zeros off the text is several times faster than dividing the number.
    let end = text.length;
    while (text.charCodeAt(end - 1) === ZERO_CODE) end -= 1;
    if (text.charCodeAt(end - 1) === POINT_CODE) end -= 1;
    return text.slice(0, end);
  }

  /** Plain notation with all `scale` digits. */
  toFixed(): string {
    const digits = (this.mantissa < 0n ? -this.mantissa : this.mantissa).toString().padStart(this.scale + 1, '0');
    const sign = this.mantissa < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  /** For people: thousands separated, rounded half-even to `scale` digits; `-1,234.50`. */
  toGrouped(scale: number, separators: { thousands: string; point: string } = { thousands: ',', point: '.' }): string {
    const [whole = '', fraction] = this.rescale(scale, 'half-even').toFixed().split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, separators.thousands);
    return fraction === undefined ? grouped : `${grouped}${separators.point}${fraction}`;
  }

  /** JSON carries decimals as strings. */
  toJSON(): string {
    return this.toString();
  }

  private mantissaAt(scale: number): bigint {
    return scale === this.scale ? this.mantissa : this.mantissa * powerOfTen(scale - this.scale);
  }
}

/** Sum of any number of decimals, exact and so independent of their order. */
export function sumDecimals(decimals: Iterable<Decimal>): Decimal {
  let total = Decimal.ZERO;
  for (const decimal of decimals) total = total.add(decimal);
  return total;
}

export function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 100 }, (_, exponent) => 10n ** BigInt(exponent));

/**
 * Integer quotient of two integers under a rounding rule; the one place where this project divides and rounds.
 * @throws FootingError `invalid` when the rounding is `exact` and the quotient is not an integer.
 */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n || rounding === 'down') return quotient;
  if (rounding === 'exact') {
    throw new FootingError('invalid', `${numerator}/${denominator} does not fit the digits that were asked for`);
  }
  const twice = remainder < 0n ? -remainder * 2n : remainder * 2n;
  const size = denominator < 0n ? -denominator : denominator;
  const away = twice > size || (twice === size && quotient % 2n !== 0n);
  if (!away) return quotient;
  return numerator < 0n === denominator < 0n ? quotient + 1n : quotient - 1n;
}
