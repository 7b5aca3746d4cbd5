/** Conversions by fuel: exact, reversible, and never where the basis is not stated. */
import { expect, test } from 'vitest';
import { Rational } from '../../kernel/rational.ts';
import { parseUnit } from '../../kernel/units.ts';
import { decide, indexFactors } from '../decide.ts';
import { FLAGS } from '../tables.ts';
import { convertFuel } from './fuels.ts';
import { gwpSet } from './gwp.ts';
import { loadCatalogue } from './load.ts';

const ratio = (family: string, from: string, to: string) => convertFuel(family, parseUnit(from), parseUnit(to))?.ratio;
const COAL = 'Other bituminous coal, energy industries (IPCC default)';
const DIESEL = 'Gas oil and diesel oil, commercial and institutional (IPCC default)';

test.each([
  ['mass to net energy', COAL, 'kt', 'TJ (Net CV)', '25.8'],
  ['mass to gross energy', COAL, 'kt', 'TJ (Gross CV)', '25.8/0.95'],
  ['net to gross', COAL, 'GJ (Net CV)', 'GJ (Gross CV)', '1/0.95'],
  ['volume to mass', DIESEL, 'm3', 't', '0.845'],
  ['volume to net energy', DIESEL, 'l', 'MJ (Net CV)', '0.845 * 43'],
  ['gallons to gross energy', DIESEL, 'us_gal', 'MJ (Gross CV)', '3.785411784 * 0.845 * 43 / 0.95'],
])('%s of %s', (_, family, from, to, expected) => {
  const value = expected
    .split(' * ')
    .map((text) => text.split('/').map((part) => Rational.parse(part.trim())))
    .reduce((all, [num, den]) => all.mul(num!).div(den ?? Rational.ONE), Rational.ONE);
  expect(ratio(family, from, to)?.toString()).toBe(value.toString());
  expect(ratio(family, to, from)?.mul(value).toString()).toBe('1');
});

test.each([
  ['energy without a basis', COAL, 'GJ', 't'],
  ['a gas volume', 'Natural gas', 'scf', 'kg'],
  ['a fuel without a density', COAL, 'l', 'kg'],
  ['a blend', 'Diesel (average biofuel blend)', 'l', 'kg'],
  ['what is no fuel', 'Steam and Heat', 'kg', 'GJ (Net CV)'],
  ['a distance', DIESEL, 'km', 'kg'],
])('%s is not converted', (_, family, from, to) => {
  expect(ratio(family, from, to)).toBeUndefined();
});

test('a line by such a conversion is flagged and names its factor; a plain conversion goes first', () => {
  const index = indexFactors(loadCatalogue().factors, gwpSet);
  const ask = (unit: string) =>
    decide(
      {
        activity: DIESEL,
        unit,
        currency: '',
        country: '',
        region: '',
        category: '',
        hasQuantity: true,
        hasAmount: false,
      },
      2025,
      index,
    );
  const [converted, plain] = [ask('l'), ask('kg')];
  if ('held' in converted || 'held' in plain) throw new Error(JSON.stringify([converted, plain]));
  expect(converted.lines[0]!.flags & FLAGS.fuel_conversion).toBe(FLAGS.fuel_conversion);
  expect(plain.lines[0]!.flags & FLAGS.fuel_conversion).toBe(0);
  const kg = (decision: typeof plain) => decision.lines[0]!.coefficients.co2_fossil;
  expect(kg(converted).toString()).toBe(kg(plain).mul(Rational.parse('0.845')).toString());
});
