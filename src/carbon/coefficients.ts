/** What one unit of activity comes to by a factor: exact masses of gas per unit, and their CO2e. */
import { Rational } from '../kernel/rational.ts';
import type { Factor, GwpSet, GwpSetName } from './catalogue/types.ts';
import { FAST_COEFFICIENT_SCALE, GASES, MASSES, type Mass } from './tables.ts';

/** Coefficients by factor and ratio: thousands of descriptors differ only in what does not matter to them. */
const coefficients = new WeakMap<Factor, Map<string, Record<Mass, Rational>>>();

/** kg of each gas, and of CO2e by the source's own potentials, per unit of activity; the same object when asked again. */
export function coefficientsOf(
  factor: Factor,
  ratio: Rational,
  gwp: (name: GwpSetName) => GwpSet,
): Record<Mass, Rational> {
  const ofFactor = coefficients.get(factor) ?? new Map<string, Record<Mass, Rational>>();
  coefficients.set(factor, ofFactor);
  const key = ratio.toString();
  const known = ofFactor.get(key);
  if (known) return known;
  const calculated = calculateCoefficients(factor, ratio, gwp);
  ofFactor.set(key, calculated);
  return calculated;
}

function calculateCoefficients(
  factor: Factor,
  ratio: Rational,
  gwp: (name: GwpSetName) => GwpSet,
): Record<Mass, Rational> {
  const { gases } = factor;
  const perUnit = Object.fromEntries(GASES.map((gas) => [gas, Rational.parse(gases[gas] || '0')])) as Record<
    Mass,
    Rational
  >;
  perUnit.co2e_source =
    factor.co2eSource === null
      ? weighted(perUnit, gases.other_gas, gwp(factor.gwpSource))
      : Rational.parse(factor.co2eSource);
  return Object.fromEntries(MASSES.map((mass) => [mass, perUnit[mass].mul(ratio)])) as Record<Mass, Rational>;
}

/** CO2e of masses of gas under a set of potentials. Biogenic CO2 is not in it. */
export function weighted(
  masses: Record<Exclude<Mass, 'co2e_source'>, Rational>,
  otherGas: string,
  set: GwpSet,
): Rational {
  return masses.co2_fossil
    .mul(set.co2)
    .add(masses.ch4_fossil.mul(set.ch4Fossil))
    .add(masses.ch4_non_fossil.mul(set.ch4NonFossil))
    .add(masses.n2o.mul(set.n2o))
    .add(masses.co2e_unsplit)
    .add(masses.other_kg.isZero() ? Rational.ZERO : masses.other_kg.mul(potential(set, otherGas)));
}

/** Potential of a named gas; 0 where the set has none (the statement says so). */
export function potential(set: GwpSet, gas: string): Rational {
  return gas === '' ? Rational.ZERO : (set.of(gas) ?? Rational.ZERO);
}

export function commonDenominator(coefficients: Record<Mass, Rational>): bigint {
  let den = 1n;
  for (const mass of MASSES) den = (den / gcd(den, coefficients[mass].den)) * coefficients[mass].den;
  return den;
}

/** True when every coefficient is a decimal of at most FAST_COEFFICIENT_SCALE digits. */
export function isFast(coefficients: Record<Mass, Rational>): boolean {
  return MASSES.every(
    (mass) => (coefficients[mass].decimalPlaces() ?? Number.POSITIVE_INFINITY) <= FAST_COEFFICIENT_SCALE,
  );
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
