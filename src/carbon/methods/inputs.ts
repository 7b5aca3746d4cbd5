/** What methods are made of: inputs, distances, shares, parts. */
import { Rational } from '../../kernel/rational.ts';
import type { InputReader, MethodInput, Part } from './types.ts';

/** Names in the release `footing-stated-1`: gases and CO2e that are measured or stated by others. */
export const CO2_STATED = 'Carbon dioxide, stated';
export const CO2E_STATED = 'CO2e, stated';

export const number = (name: string, description: string, more: Partial<MethodInput> = {}): MethodInput => ({
  name,
  kind: 'number',
  required: more.default === undefined,
  description,
  ...more,
});
export const text = (name: string, description: string, more: Partial<MethodInput> = {}): MethodInput => ({
  name,
  kind: 'text',
  required: more.default === undefined,
  description,
  ...more,
});
export const share = (name: string, description: string, more: Partial<MethodInput> = {}) =>
  number(name, description, { max: '1', ...more });

export const HUNDRED = Rational.parse('100');
export const THOUSAND = Rational.parse('1000');
export const MILE_KM = Rational.parse('1.609344');
const NAUTICAL_MILE_KM = Rational.parse('1.852');

/** Mass of CO2 per mole and of carbonates (g/mol) with the moles of CO2 that one sets free: IPCC 2006, volume 3, table 2.1. */
export const CO2_MOLAR = '44.0095';
export const CARBON_MOLAR = '12.0107';
export const CARBONATES: Readonly<Record<string, { molar: string; moles: string }>> = {
  CaCO3: { molar: '100.0869', moles: '1' },
  MgCO3: { molar: '84.3139', moles: '1' },
  'CaMg(CO3)2': { molar: '184.4008', moles: '2' },
  FeCO3: { molar: '115.8539', moles: '1' },
  MnCO3: { molar: '114.9469', moles: '1' },
  Na2CO3: { molar: '105.9884', moles: '1' },
};

export const DISTANCES = [
  number('distance_km', 'Kilometres', { required: false }),
  number('distance_miles', 'Miles, instead of kilometres', { required: false }),
  number('distance_nmi', 'Nautical miles, instead of kilometres', { required: false }),
];

const DISTANCE_KM: Readonly<Record<string, Rational>> = {
  distance_km: Rational.ONE,
  distance_miles: MILE_KM,
  distance_nmi: NAUTICAL_MILE_KM,
};

/** The distance in kilometres, of the inputs that a method has for it: all of them, unless they are named. */
export function distanceKm(read: InputReader, names = Object.keys(DISTANCE_KM)): Rational | undefined {
  const stated = names
    .map((name) => read.optional(name)?.mul(DISTANCE_KM[name]!))
    .filter((value) => value !== undefined);
  if (stated.length > 1) read.problem('the distance is stated in several units');
  return stated[0];
}

/** `A: 0.8; B: 0.2` -> names and shares that add up to 1. */
function sharesOf(read: InputReader, name: string): Array<[family: string, share: Rational]> {
  const stated = read.text(name);
  const found: Array<[string, Rational]> = [];
  for (const part of stated.split(';')) {
    const at = part.lastIndexOf(':');
    const family = part.slice(0, at).trim();
    const value = /^\s*\d+(\.\d+)?\s*$/.test(part.slice(at + 1))
      ? Rational.parse(part.slice(at + 1).trim())
      : undefined;
    if (at < 1 || family === '' || !value) {
      read.problem(`${name} is not written like "Diesel: 0.8; Biodiesel: 0.2"`);
      return [];
    }
    found.push([family, value]);
  }
  const sum = found.reduce((total, [, value]) => total.add(value), Rational.ZERO);
  if (!sum.equals(Rational.ONE)) read.problem(`${name} add up to ${sum}, not to 1`);
  return found;
}

export function byShares(row: { unit: string }, read: InputReader): Part[] {
  const quantity = read.quantity();
  return sharesOf(read, 'shares').map(([activity, value]) => ({
    activity,
    quantity: quantity.mul(value),
    unit: row.unit,
    words: `${quantity} × ${value}`,
  }));
}
export const SHARES = text('shares', 'Factors and shares that add up to 1: "Diesel: 0.8; Biodiesel: 0.2"');

/** One part: the activity's own quantity times something. */
export function scaled(
  row: { activity: string; unit: string },
  quantity: Rational,
  words: string,
  unit = row.unit,
): Part[] {
  return [{ activity: row.activity, quantity, unit, words }];
}
