/**
 * Units of measure: a canonical code, the names people write for it, what it measures, and its exact ratio to the base
 * unit of that. Two units convert only when dimension *and* qualifier are equal: energy by gross calorific value is not
 * energy by net calorific value, a standard cubic foot is not a metered one, a euro is not a dollar.
 */
import { CURRENCIES } from './currency.ts';
import { FootingError, type Problem, shown } from './errors.ts';
import { Rational } from './rational.ts';
import { AMBIGUOUS, type Dimension, ENERGY_IN_MJ, GAS_VOLUMES, PLAIN, type Row } from './unit-table.ts';

export type { Dimension } from './unit-table.ts';

export interface Unit {
  /** Canonical code: `kWh (Gross CV)`, `t`, `short-ton-mile`, `EUR`. */
  code: string;
  dimension: Dimension;
  /** What must be equal beside the dimension: `gross` or `net`, the conditions of a gas volume, the currency. */
  qualifier: string;
  /** Base units in one of these: kg, l, MJ, km, tkm, pkm, m2, m2-year, h, FTE-hour, room-night, 1, GB, the currency. */
  ratio: Rational;
}

export type UnitAnswer = { unit: Unit } | { problem: Problem };
export type ConversionAnswer = { ratio: Rational } | { problem: Problem };

const BASES: [basis: string, suffix: string, spellings: RegExp][] = [
  [
    'gross',
    ' (Gross CV)',
    /^(.*\S)\s*[([]\s*(?:gross(?:[ -]cv)?|gcv|hhv|higher heating value|gross calorific value)\s*[)\]]$/i,
  ],
  ['net', ' (Net CV)', /^(.*\S)\s*[([]\s*(?:net(?:[ -]cv)?|ncv|lhv|lower heating value|net calorific value)\s*[)\]]$/i],
];

const PRICED_CURRENCY = /^([A-Z]{3}) \((\d{4}) (purchaser|basic) price\)$/;

const UNITS = new Map<string, Unit>();
const BY_NAME = new Map<string, Unit>();
/** Lower-case names of two or more letters, where only one unit goes by them: `KWH` is kWh, but `MG` may be mg or Mg. */
const BY_LOWER_NAME = new Map<string, Unit | 'several'>();
const AMBIGUOUS_NAMES = new Map(
  AMBIGUOUS.flatMap(([names, alternatives]) => names.map((name) => [name, alternatives])),
);

for (const [dimension, rows] of PLAIN) for (const row of rows) register(row, dimension, '');
for (const [qualifier, rows] of GAS_VOLUMES) for (const row of rows) register(row, 'volume', qualifier);
for (const row of ENERGY_IN_MJ) {
  register(row, 'energy', '');
  for (const [basis, suffix] of BASES) register([row[0] + suffix, row[1]], 'energy', basis);
}

/** Every unit there is, currencies apart. */
export function allUnits(): readonly Unit[] {
  return [...UNITS.values()];
}

/**
 * The unit that a name or code means, or the reason why it means none; ambiguous names are refused with the alternatives.
 * Energy takes a basis in brackets: `MWh (Gross CV)`, `kWh (LHV)`. Three capital letters are an ISO 4217 currency;
 * `USD (2022 purchaser price)` is money of one year and kind of price.
 */
export function findUnit(text: string): UnitAnswer {
  const name = text.normalize('NFC').trim().replace(/\s+/g, ' ');
  if (name === '') return { problem: { value: shown(text), reason: 'no unit is stated', remedy: 'State the unit' } };
  const known = BY_NAME.get(name);
  if (known) return { unit: known };
  const lower = name.toLowerCase();
  const alternatives = AMBIGUOUS_NAMES.get(lower);
  if (alternatives) return { problem: ambiguous(name, alternatives as string[]) };
  const currency = findCurrency(name);
  if (currency) return { unit: currency };
  for (const [, suffix, spelling] of BASES) {
    const match = spelling.exec(name);
    if (match) return findEnergyOnBasis(match[1] ?? '', suffix, name);
  }
  const similar = name.length >= 2 ? BY_LOWER_NAME.get(lower) : undefined;
  if (similar === 'several') {
    return {
      problem: {
        value: shown(name),
        reason: 'means different units in capitals and small letters',
        remedy: 'Write it exactly, such as mg or Mg',
      },
    };
  }
  if (similar) return { unit: similar };
  return {
    problem: {
      value: shown(text),
      reason: 'is not a unit that is known',
      remedy: 'Write a unit such as kWh, l, kg, t, km, tkm or pkm',
    },
  };
}

/**
 * As {@link findUnit}, for where no unit is an error.
 * @throws FootingError `invalid` with the problem.
 */
export function parseUnit(text: string): Unit {
  const answer = findUnit(text);
  if ('unit' in answer) return answer.unit;
  throw new FootingError('invalid', `Unit ${shown(text)}: ${answer.problem.reason}`, { problems: [answer.problem] });
}

/** How many of `to` one of `from` is, exactly; or why that cannot be said. */
export function convert(from: Unit, to: Unit): ConversionAnswer {
  if (from.dimension !== to.dimension) {
    return {
      problem: {
        value: from.code,
        reason: `${from.code} measures ${from.dimension} and ${to.code} measures ${to.dimension}`,
        remedy: `State the quantity in ${to.code} or another unit of ${to.dimension}`,
      },
    };
  }
  if (from.qualifier !== to.qualifier) return { problem: qualifiersDiffer(from, to) };
  return { ratio: from.ratio.div(to.ratio) };
}

/**
 * A quantity stated in one unit, in another.
 * @throws FootingError `invalid` when the units do not convert.
 */
export function convertQuantity(quantity: Rational, from: Unit, to: Unit): Rational {
  const answer = convert(from, to);
  if ('ratio' in answer) return quantity.mul(answer.ratio);
  throw new FootingError('invalid', answer.problem.reason, { problems: [answer.problem] });
}

function qualifiersDiffer(from: Unit, to: Unit): Problem {
  const value = from.code;
  if (from.dimension === 'currency') {
    return { value, reason: `${from.code} is not ${to.code}: that takes an exchange rate or a price index` };
  }
  if (from.dimension === 'energy') {
    const stated = from.qualifier === '' ? 'no calorific basis' : `${from.qualifier} calorific value`;
    const wanted = to.qualifier === '' ? 'energy without a calorific basis' : `${to.qualifier} calorific value`;
    return {
      value,
      reason: `${from.code} states ${stated} where ${wanted} is needed; their ratio depends on the fuel`,
      remedy: `State the quantity in ${to.code}`,
    };
  }
  return {
    value,
    reason: `${from.code} and ${to.code} are volumes at different conditions`,
    remedy: `State the quantity in ${to.code}`,
  };
}

function findEnergyOnBasis(inner: string, suffix: string, name: string): UnitAnswer {
  const plain = findUnit(inner);
  if ('problem' in plain) return { problem: { ...plain.problem, value: shown(name) } };
  const unit = plain.unit.qualifier === '' ? UNITS.get(plain.unit.code + suffix) : undefined;
  if (unit) return { unit };
  return { problem: { value: shown(name), reason: 'gross and net apply to units of energy alone' } };
}

function findCurrency(name: string): Unit | undefined {
  if (name.length === 3 && CURRENCIES.has(name)) {
    return { code: name, dimension: 'currency', qualifier: name, ratio: Rational.ONE };
  }
  const priced = PRICED_CURRENCY.exec(name);
  if (priced && CURRENCIES.has(priced[1] ?? '')) {
    return { code: name, dimension: 'currency', qualifier: name, ratio: Rational.ONE };
  }
  return undefined;
}

function ambiguous(name: string, alternatives: string[]): Problem {
  return {
    value: shown(name),
    reason: 'means different amounts in different places',
    remedy: `Write one of: ${alternatives.join('; ')}`,
  };
}

function register([code, ratio, ...names]: Row, dimension: Dimension, qualifier: string): void {
  const unit: Unit = { code, dimension, qualifier, ratio: Rational.parse(ratio) };
  UNITS.set(code, unit);
  for (const name of [code, ...names]) {
    if (BY_NAME.has(name)) throw new FootingError('internal', `Two units are called ${name}`);
    BY_NAME.set(name, unit);
    const lower = name.toLowerCase();
    const other = BY_LOWER_NAME.get(lower);
    BY_LOWER_NAME.set(lower, other === undefined || other === unit ? unit : 'several');
  }
}
