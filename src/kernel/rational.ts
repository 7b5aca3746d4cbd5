/** Exact fractions, for what decimals cannot hold: unit ratios, gas masses out of CO2e, shares. */
import { Decimal, divideRounded, powerOfTen, type Rounding } from './decimal.ts';
import { FootingError, shown } from './errors.ts';

export class Rational {
  /** Numerator and denominator in lowest terms; the denominator is positive. */
  readonly num: bigint;
  readonly den: bigint;

  static readonly ZERO = new Rational(0n, 1n);
  static readonly ONE = new Rational(1n, 1n);

  /** @throws FootingError `invalid` when the denominator is zero. */
  constructor(num: bigint, den: bigint = 1n) {
    if (den === 0n) throw new FootingError('invalid', 'A fraction cannot have the denominator zero');
    const divisor = greatestCommonDivisor(num, den) * (den < 0n ? -1n : 1n);
    this.num = num / divisor;
    this.den = den / divisor;
  }

  static fromDecimal(decimal: Decimal): Rational {
    return new Rational(decimal.mantissa, powerOfTen(decimal.scale));
  }

  /**
   * Reads a decimal (`0.45359237`, `9e-05`) or a fraction of two decimals (`1/3`).
   * @throws FootingError `invalid` for anything else.
   */
  static parse(text: string): Rational {
    const [num, den, ...more] = text.split('/');
    if (num === undefined || more.length > 0) throw new FootingError('invalid', `Not a fraction: ${shown(text)}`);
    const numerator = Rational.fromDecimal(Decimal.parse(num));
    return den === undefined ? numerator : numerator.div(Rational.fromDecimal(Decimal.parse(den)));
  }

  add(other: Rational): Rational {
    return new Rational(this.num * other.den + other.num * this.den, this.den * other.den);
  }

  sub(other: Rational): Rational {
    return this.add(other.neg());
  }

  mul(other: Rational): Rational {
    return new Rational(this.num * other.num, this.den * other.den);
  }

  /** @throws FootingError `invalid` when the other is zero. */
  div(other: Rational): Rational {
    return new Rational(this.num * other.den, this.den * other.num);
  }

  neg(): Rational {
    return new Rational(-this.num, this.den);
  }

  inverse(): Rational {
    return new Rational(this.den, this.num);
  }

  /** -1, 0 or 1, as this is less than, equal to or greater than the other. */
  cmp(other: Rational): -1 | 0 | 1 {
    const left = this.num * other.den;
    const right = other.num * this.den;
    return left < right ? -1 : left > right ? 1 : 0;
  }

  equals(other: Rational): boolean {
    return this.num === other.num && this.den === other.den;
  }

  isZero(): boolean {
    return this.num === 0n;
  }

  sign(): -1 | 0 | 1 {
    return this.num < 0n ? -1 : this.num > 0n ? 1 : 0;
  }

  /** Digits after the point that the value needs as a decimal; `undefined` when no number of digits is enough. */
  decimalPlaces(): number | undefined {
    let rest = this.den;
    let twos = 0;
    let fives = 0;
    for (; rest % 2n === 0n; rest /= 2n) twos += 1;
    for (; rest % 5n === 0n; rest /= 5n) fives += 1;
    return rest === 1n ? Math.max(twos, fives) : undefined;
  }

  /** True when the value is a decimal with finitely many digits. */
  isTerminating(): boolean {
    return this.decimalPlaces() !== undefined;
  }

  /** @throws FootingError `invalid` when the rounding is `exact` and `scale` digits are not enough. */
  toDecimal(scale: number, rounding: Rounding = 'half-even'): Decimal {
    return new Decimal(divideRounded(this.num * powerOfTen(scale), this.den, rounding), scale);
  }

  /** The value as a decimal with all its digits, or `undefined` when it does not terminate. */
  toExactDecimal(): Decimal | undefined {
    const places = this.decimalPlaces();
    return places === undefined ? undefined : this.toDecimal(places, 'exact');
  }

  /** A decimal when the value is one, else `num/den`; {@link parse} reads both back. */
  toString(): string {
    return this.toExactDecimal()?.toString() ?? `${this.num}/${this.den}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}
