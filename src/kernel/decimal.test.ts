import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DECIMAL_DIGITS_MAX, Decimal, divideRounded, sumDecimals } from './decimal.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))
  .map(([mantissa, scale]) => new Decimal(mantissa, scale));

describe('decimal text', () => {
  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['12', '12'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0.000', '0'],
    ['9e-05', '0.00009'],
    ['1.5E3', '1500'],
    ['0.022000000000000002', '0.022000000000000002'],
    [
      '1234567890123456789012345678901234567890.000000000000000000000001',
      '1234567890123456789012345678901234567890.000000000000000000000001',
    ],
  ])('%s reads as %s', (text, plain) => {
    expect(Decimal.parse(text).toString()).toBe(plain);
  });

  test.each([
    '',
    '.',
    '-',
    'NaN',
    'Infinity',
    '1,5',
    '1 000',
    '0x10',
    '1e',
    '1_000',
    '٣',
    '1e999999',
    `1${'0'.repeat(DECIMAL_DIGITS_MAX)}`,
  ])('%j is refused', (text) => {
    expect(Decimal.tryParse(text)).toBeUndefined();
    expect(() => Decimal.parse(text)).toThrow(/Not a decimal number/);
  });

  test('what is printed reads back as the same value', () => {
    fc.assert(fc.property(decimals, (decimal) => Decimal.parse(decimal.toString()).equals(decimal)));
    fc.assert(fc.property(decimals, (decimal) => Decimal.parse(decimal.toFixed()).scale === decimal.scale));
  });

  test('for people: thousands and half-even digits', () => {
    expect(Decimal.parse('1234567.895').toGrouped(2)).toBe('1,234,567.90');
    expect(Decimal.parse('1234567.885').toGrouped(2)).toBe('1,234,567.88');
    expect(Decimal.parse('-1234.5').toGrouped(0)).toBe('-1,234');
    expect(Decimal.parse('999').toGrouped(0)).toBe('999');
    expect(Decimal.parse('1234.5').toGrouped(1, { thousands: ' ', point: ',' })).toBe('1 234,5');
  });
});

describe('decimal arithmetic', () => {
  test('sums and products are exact where binary fractions are not', () => {
    expect(Decimal.parse('0.1').add(Decimal.parse('0.2')).toString()).toBe('0.3');
    expect(Decimal.parse('1.005').mul(Decimal.parse('100')).toString()).toBe('100.5');
  });

  test('a sum does not depend on the order, and a reversal cancels it', () => {
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 20 }), (items) => {
        const total = sumDecimals(items);
        return (
          sumDecimals([...items].reverse()).equals(total) &&
          total.add(sumDecimals(items.map((item) => item.neg()))).isZero()
        );
      }),
    );
  });

  test('multiplication associates and distributes', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        return (
          a
            .mul(b)
            .mul(c)
            .equals(a.mul(b.mul(c))) && a.mul(b.add(c)).equals(a.mul(b).add(a.mul(c)))
        );
      }),
    );
  });

  test('order agrees with subtraction', () => {
    fc.assert(fc.property(decimals, decimals, (a, b) => a.cmp(b) === a.sub(b).sign()));
  });
});

describe('rounding', () => {
  test.each([
    ['0.5', '0'],
    ['1.5', '2'],
    ['2.5', '2'],
    ['-0.5', '0'],
    ['-1.5', '-2'],
    ['-2.5', '-2'],
    ['2.5000001', '3'],
  ])('%s to the half-even integer %s', (text, rounded) => {
    expect(Decimal.parse(text).rescale(0, 'half-even').toString()).toBe(rounded);
  });

  test('exact refuses to lose a digit, down cuts towards zero', () => {
    expect(() => Decimal.parse('1.25').rescale(1, 'exact')).toThrow();
    expect(Decimal.parse('1.20').rescale(1, 'exact').toString()).toBe('1.2');
    expect(Decimal.parse('-1.29').rescale(1, 'down').toString()).toBe('-1.2');
  });

  test('half-even is never more than half a unit away, and even on a tie', () => {
    const numerators = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    const denominators = fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }).filter((n) => n !== 0n);
    fc.assert(
      fc.property(numerators, denominators, (num, den) => {
        const quotient = divideRounded(num, den, 'half-even');
        const error = num - quotient * den;
        const twice = 2n * (error < 0n ? -error : error);
        const size = den < 0n ? -den : den;
        return twice < size || (twice === size && quotient % 2n === 0n);
      }),
    );
  });
});
