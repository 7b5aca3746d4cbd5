import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rational } from './rational.ts';
import { allUnits, convert, convertQuantity, findUnit, parseUnit } from './units.ts';

const units = fc.constantFrom(...allUnits());

function times(from: string, to: string): string {
  const answer = convert(parseUnit(from), parseUnit(to));
  if ('problem' in answer) throw new Error(answer.problem.reason);
  return answer.ratio.toString();
}

describe('exact constants', () => {
  test.each([
    ['kWh', 'MJ', '3.6'],
    ['mmBtu', 'MJ', '1055.05585262'],
    ['therm_ec', 'mmBtu', '0.1'],
    ['therm_us', 'MJ', '105.4804'],
    ['toe', 'GJ', '41.868'],
    ['Gcal', 'GJ', '4.1868'],
    ['lb', 'kg', '0.45359237'],
    ['short_ton', 'kg', '907.18474'],
    ['long_ton', 'kg', '1016.0469088'],
    ['us_gal', 'l', '3.785411784'],
    ['imp_gal', 'l', '4.54609'],
    ['bbl', 'us_gal', '42'],
    ['ft3', 'm3', '0.028316846592'],
    ['mile', 'km', '1.609344'],
    ['nmi', 'km', '1.852'],
    ['GWh (Gross CV)', 'kWh (Gross CV)', '1000000'],
    ['vehicle-mile', 'km', '1.609344'],
    ['passenger-mile', 'pkm', '1.609344'],
    ['million litres', 'cubic metres', '1000'],
  ])('1 %s = %3$s %s', (from, to, ratio) => {
    expect(times(from, to)).toBe(ratio);
  });

  test('1 mmBtu is 293.07107017 kWh to the digits printed in the specification', () => {
    expect(convertQuantity(Rational.ONE, parseUnit('mmBtu'), parseUnit('kWh')).toDecimal(8).toString()).toBe(
      '293.07107017',
    );
  });

  test('S3-09: 1 short ton-mile in tonne-km, and 500 short tons over 1,000 miles', () => {
    expect(Rational.parse(times('short-ton-mile', 'tkm')).toDecimal(14).toString()).toBe('1.45997231821056');
    const tkm = convertQuantity(Rational.parse('500000'), parseUnit('short ton-miles'), parseUnit('tonne.km'));
    expect(tkm.toDecimal(8).toString()).toBe('729986.15910528');
  });
});

describe('names', () => {
  test.each([
    ['kwh', 'kWh'],
    ['Tonnes', 't'],
    ['  cubic   metres ', 'm3'],
    ['kWh (Net CV)', 'kWh (Net CV)'],
    ['MWh (HHV)', 'MWh (Gross CV)'],
    ['GJ (LHV)', 'GJ (Net CV)'],
    ['therms (US) (gross)', 'therm_us (Gross CV)'],
    ['Room per night', 'room-night'],
    ['per FTE Working Hour', 'FTE-hour'],
    ['passenger.km', 'pkm'],
    ['EUR', 'EUR'],
    ['USD (2022 purchaser price)', 'USD (2022 purchaser price)'],
    ['Mg', 't'],
    ['mg', 'mg'],
    ['km²', 'km2'],
  ])('%j is %s', (text, code) => {
    expect(parseUnit(text).code).toBe(code);
  });

  test.each([
    ['ton', 'short_ton'],
    ['Tons', 'long_ton'],
    ['gallon', 'imp_gal'],
    ['GAL', 'us_gal'],
    ['therm', 'therm_ec'],
    ['therms (Gross CV)', 'therm_us'],
    ['ccf', 'hundred_ft3'],
    ['ton-mile', 'short-ton-mile'],
  ])('%s is refused and %s is among the alternatives', (text, alternative) => {
    const answer = findUnit(text);
    expect(answer).toMatchObject({ problem: { reason: 'means different amounts in different places' } });
    expect('problem' in answer && answer.problem.remedy).toContain(alternative);
  });

  test('MG may be mg or Mg and is refused', () => {
    expect(findUnit('MG')).toMatchObject({ problem: { reason: expect.stringContaining('capitals') } });
  });

  test.each([
    '',
    '   ',
    'furlong',
    'kg (Gross CV)',
    'XQZ',
    'XXQ (2022 basic price)',
    "kWh'; DROP TABLE factors; --",
    '__proto__',
    'constructor',
  ])('%j is no unit', (text) => {
    expect(findUnit(text)).toHaveProperty('problem');
    expect(() => parseUnit(text)).toThrow();
  });

  test('every canonical code means its own unit', () => {
    for (const unit of allUnits()) expect(parseUnit(unit.code)).toBe(unit);
  });
});

describe('conversion', () => {
  test('goes there and back, and through a third unit, without a difference', () => {
    fc.assert(
      fc.property(units, units, units, (a, b, c) => {
        const ab = convert(a, b);
        const ba = convert(b, a);
        expect('ratio' in ab).toBe('ratio' in ba);
        expect('ratio' in ab).toBe(a.dimension === b.dimension && a.qualifier === b.qualifier);
        if (!('ratio' in ab) || !('ratio' in ba)) return;
        expect(ab.ratio.mul(ba.ratio).equals(Rational.ONE)).toBe(true);
        const bc = convert(b, c);
        const ac = convert(a, c);
        if ('ratio' in bc && 'ratio' in ac) expect(ab.ratio.mul(bc.ratio).equals(ac.ratio)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('S1-02: a calorific basis is never assumed nor changed', () => {
    for (const [from, to] of [
      ['kWh', 'kWh (Gross CV)'],
      ['kWh (Gross CV)', 'kWh (Net CV)'],
      ['kWh (Net CV)', 'kWh'],
      ['mmBtu', 'kWh (Gross CV)'],
    ] as const) {
      expect(convert(parseUnit(from), parseUnit(to))).toMatchObject({
        problem: { reason: expect.stringContaining('depends on the fuel'), remedy: `State the quantity in ${to}` },
      });
    }
  });

  test('a dimension, the condition of a gas and a currency are not crossed', () => {
    expect(convert(parseUnit('m3'), parseUnit('kWh'))).toMatchObject({
      problem: { reason: 'm3 measures volume and kWh measures energy' },
    });
    expect(convert(parseUnit('ft3'), parseUnit('scf'))).toMatchObject({
      problem: { reason: expect.stringContaining('different conditions') },
    });
    expect(convert(parseUnit('EUR'), parseUnit('USD'))).toMatchObject({
      problem: { reason: expect.stringContaining('exchange rate') },
    });
    expect(convert(parseUnit('USD'), parseUnit('USD (2022 purchaser price)'))).toHaveProperty('problem');
  });
});
