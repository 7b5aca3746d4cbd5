import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { Rational } from './rational.ts';

const rationals = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 12n }))
  .map(([num, den]) => new Rational(num, den));

describe('fractions', () => {
  test('are kept in lowest terms with a positive denominator', () => {
    const half = new Rational(-3n, -6n);
    expect([half.num, half.den]).toEqual([1n, 2n]);
    expect(new Rational(0n, -7n).den).toBe(1n);
    expect(() => new Rational(1n, 0n)).toThrow(/denominator zero/);
    expect(() => Rational.ONE.div(Rational.ZERO)).toThrow(/denominator zero/);
  });

  test('read decimals and fractions of decimals', () => {
    expect(Rational.parse('9e-05').toString()).toBe('0.00009');
    expect(Rational.parse('0.5/1.5').toString()).toBe('1/3');
    expect(() => Rational.parse('1/2/3')).toThrow(/Not a fraction/);
    expect(() => Rational.parse('a')).toThrow();
  });

  test('what is printed reads back as the same value', () => {
    fc.assert(fc.property(rationals, (value) => Rational.parse(value.toString()).equals(value)));
  });

  test('addition and multiplication associate, commute and invert', () => {
    fc.assert(
      fc.property(rationals, rationals, rationals, (a, b, c) => {
        expect(
          a
            .add(b)
            .add(c)
            .equals(a.add(b.add(c))),
        ).toBe(true);
        expect(
          a
            .mul(b)
            .mul(c)
            .equals(a.mul(b.mul(c))),
        ).toBe(true);
        expect(a.mul(b.add(c)).equals(a.mul(b).add(a.mul(c)))).toBe(true);
        expect(a.add(b).equals(b.add(a))).toBe(true);
        expect(a.sub(a).isZero()).toBe(true);
        if (!b.isZero()) expect(a.div(b).mul(b).equals(a)).toBe(true);
        expect(a.cmp(b)).toBe(a.sub(b).sign());
      }),
    );
  });

  test('terminate exactly when the denominator has no factor but 2 and 5', () => {
    expect(new Rational(1n, 8n).decimalPlaces()).toBe(3);
    expect(new Rational(1n, 3n).isTerminating()).toBe(false);
    expect(new Rational(6n, 3n).decimalPlaces()).toBe(0);
    expect(new Rational(1n, 28n).toExactDecimal()).toBeUndefined();
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.integer({ min: 0, max: 20 }),
        (mantissa, scale) => {
          const decimal = new Decimal(mantissa, scale);
          return Rational.fromDecimal(decimal).toExactDecimal()!.equals(decimal);
        },
      ),
    );
  });

  test('round half-even to a scale', () => {
    expect(Rational.parse('0.00028/28').toDecimal(12).toString()).toBe('0.00001');
    expect(Rational.parse('0.00009/265').toDecimal(12).toString()).toBe('0.000000339623');
    expect(new Rational(1n, 2n).toDecimal(0).toString()).toBe('0');
    expect(new Rational(3n, 2n).toDecimal(0).toString()).toBe('2');
    expect(() => new Rational(1n, 3n).toDecimal(30, 'exact')).toThrow();
  });
});
