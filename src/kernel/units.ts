/**
 * Units of measure: a canonical code, the names people write for it, what it measures, and its exact ratio to the base
 * unit of that. Two units convert only when dimension *and* qualifier are equal: energy by gross calorific value is not
 * energy by net calorific value, a standard cubic foot is not a metered one, a euro is not a dollar.
 */
import { CURRENCIES } from './currency.ts';
import { FootingError, type Problem, shown } from './errors.ts';
import { Rational } from './rational.ts';

/** What a unit measures. A `distance` may be that of one vehicle: ten vehicle-km are ten km driven. */
export type Dimension =
  | 'mass'
  | 'volume'
  | 'energy'
  | 'distance'
  | 'mass-distance'
  | 'passenger-distance'
  | 'area'
  | 'area-time'
  | 'time'
  | 'fte-time'
  | 'room-time'
  | 'count'
  | 'data'
  | 'currency';

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

/** code, ratio to the base unit, other names for it. */
type Row = [code: string, ratio: string, ...names: string[]];

const POUND_KG = '0.45359237';
const MILE_KM = '1.609344';
const US_GALLON_L = '3.785411784';
const BTU_J = '1055.05585262';

const ENERGY_IN_MJ: Row[] = [
  ['Wh', '0.0036'],
  ['kWh', '3.6', 'kilowatt hour', 'kilowatt hours', 'kilowatt-hour', 'kilowatt-hours', 'kW·h'],
  ['MWh', '3600', 'megawatt hour', 'megawatt hours', 'megawatt-hour', 'megawatt-hours'],
  ['GWh', '3600000', 'gigawatt hour', 'gigawatt hours'],
  ['TWh', '3600000000', 'terawatt hour', 'terawatt hours'],
  ['kJ', '0.001', 'kilojoule', 'kilojoules'],
  ['MJ', '1', 'megajoule', 'megajoules'],
  ['GJ', '1000', 'gigajoule', 'gigajoules'],
  ['TJ', '1000000', 'terajoule', 'terajoules'],
  ['Btu', product(BTU_J, '0.000001'), 'British thermal unit', 'British thermal units'],
  ['mmBtu', BTU_J, 'million Btu', 'MMBTU'],
  ['therm_us', '105.4804', 'therm (US)', 'therms (US)', 'US therm', 'US therms'],
  [
    'therm_ec',
    product(BTU_J, '0.1'),
    'therm (EC)',
    'therms (EC)',
    'therm (EPA)',
    'therms (EPA)',
    'therm (UK)',
    'therms (UK)',
  ],
  ['toe', '41868', 'tonne of oil equivalent', 'tonnes of oil equivalent'],
  ['Gcal', '4186.8', 'gigacalorie', 'gigacalories'],
];

const PLAIN: [Dimension, Row[]][] = [
  [
    'mass',
    [
      ['mg', '0.000001', 'milligram', 'milligrams'],
      ['g', '0.001', 'gram', 'grams', 'gramme', 'grammes'],
      ['kg', '1', 'kilogram', 'kilograms', 'kilogramme', 'kilogrammes', 'kgs', 'kilo', 'kilos'],
      ['t', '1000', 'tonne', 'tonnes', 'metric ton', 'metric tons', 'metric tonne', 'metric tonnes', 'Mg', 'megagram'],
      ['kt', '1000000', 'kilotonne', 'kilotonnes', 'Gg', 'thousand tonnes'],
      ['lb', POUND_KG, 'lbs', 'pound', 'pounds'],
      ['short_ton', product(POUND_KG, '2000'), 'short ton', 'short tons', 'US ton', 'US tons', 'short-ton'],
      ['long_ton', product(POUND_KG, '2240'), 'long ton', 'long tons', 'imperial ton', 'imperial tons', 'long-ton'],
    ],
  ],
  [
    'volume',
    [
      ['ml', '0.001', 'mL', 'millilitre', 'millilitres', 'milliliter', 'milliliters'],
      ['l', '1', 'L', 'litre', 'litres', 'liter', 'liters', 'ltr', 'dm3'],
      ['m3', '1000', 'm³', 'cubic metre', 'cubic metres', 'cubic meter', 'cubic meters', 'cbm', 'kl', 'kL', 'm^3'],
      ['million_l', '1000000', 'million litres', 'million liters', 'megalitre', 'megalitres', 'Ml'],
      ['us_gal', US_GALLON_L, 'US gallon', 'US gallons', 'US gal', 'gallon (US)', 'gallons (US)', 'gal (US)'],
      [
        'imp_gal',
        '4.54609',
        'imperial gallon',
        'imperial gallons',
        'UK gallon',
        'UK gallons',
        'gallon (UK)',
        'gallons (UK)',
        'gallon (imperial)',
        'imp gal',
      ],
      ['bbl', product(US_GALLON_L, '42'), 'barrel', 'barrels', 'oil barrel', 'oil barrels'],
      ['ft3', '28.316846592', 'ft³', 'cubic foot', 'cubic feet', 'cu ft', 'cuft', 'ft^3'],
      ['hundred_ft3', '2831.6846592', 'hundred cubic feet', '100 ft3'],
    ],
  ],
  [
    'distance',
    [
      ['m', '0.001', 'metre', 'metres', 'meter', 'meters'],
      ['km', '1', 'kilometre', 'kilometres', 'kilometer', 'kilometers', 'kms'],
      ['mile', MILE_KM, 'miles', 'mi', 'statute mile', 'statute miles'],
      ['nmi', '1.852', 'nautical mile', 'nautical miles'],
      ['vehicle-km', '1', 'vkm', 'vehicle km', 'vehicle.km', 'v.km', 'vehicle-kilometre', 'vehicle-kilometres'],
      ['vehicle-mile', MILE_KM, 'vehicle mile', 'vehicle miles', 'vehicle-miles', 'VMT'],
    ],
  ],
  [
    'mass-distance',
    [
      [
        'tkm',
        '1',
        'tonne.km',
        'tonne-km',
        'tonne km',
        't.km',
        't-km',
        't km',
        'tonne-kilometre',
        'tonne-kilometres',
        'tonne kilometres',
      ],
      ['kg-km', '0.001', 'kgkm', 'kg.km', 'kg km'],
      [
        'short-ton-mile',
        product(product(POUND_KG, '2'), MILE_KM),
        'short ton-mile',
        'short ton-miles',
        'short ton mile',
        'short ton miles',
        'short-ton-miles',
      ],
    ],
  ],
  [
    'passenger-distance',
    [
      [
        'pkm',
        '1',
        'passenger.km',
        'passenger-km',
        'passenger km',
        'p.km',
        'passenger-kilometre',
        'passenger-kilometres',
        'passenger kilometres',
      ],
      ['passenger-mile', MILE_KM, 'passenger mile', 'passenger miles', 'passenger-miles', 'pmi'],
    ],
  ],
  [
    'area',
    [
      ['m2', '1', 'm²', 'sqm', 'square metre', 'square metres', 'square meter', 'square meters', 'm^2'],
      ['ft2', '0.09290304', 'ft²', 'sq ft', 'sqft', 'square foot', 'square feet', 'ft^2'],
      ['ha', '10000', 'hectare', 'hectares'],
      ['km2', '1000000', 'km²', 'square kilometre', 'square kilometres'],
    ],
  ],
  ['area-time', [['m2-year', '1', 'm2.year', 'm2 year', 'm²a', 'm2a']]],
  [
    'time',
    [
      ['min', '1/60', 'minute', 'minutes'],
      ['h', '1', 'hour', 'hours', 'hr', 'hrs'],
      ['day', '24', 'days'],
    ],
  ],
  [
    'fte-time',
    [
      [
        'FTE-hour',
        '1',
        'per FTE Working Hour',
        'FTE hour',
        'FTE hours',
        'FTE-hours',
        'FTE working hour',
        'FTE working hours',
        'working hour',
        'working hours',
      ],
    ],
  ],
  [
    'room-time',
    [
      [
        'room-night',
        '1',
        'Room per night',
        'room night',
        'room nights',
        'room-nights',
        'night',
        'nights',
        'hotel night',
        'hotel nights',
      ],
    ],
  ],
  [
    'count',
    [
      ['each', '1', 'piece', 'pieces', 'pc', 'pcs', 'item', 'items', 'unit', 'units', 'ea', 'number'],
      ['thousand', '1000', 'thousands', 'thousand pieces'],
    ],
  ],
  [
    'data',
    [
      ['MB', '0.001', 'megabyte', 'megabytes'],
      ['GB', '1', 'gigabyte', 'gigabytes'],
      ['TB', '1000', 'terabyte', 'terabytes'],
      ['PB', '1000000', 'petabyte', 'petabytes'],
    ],
  ],
];

/** Gas volumes at stated conditions: ratios to litres, but never to litres at other conditions. */
const GAS_VOLUMES: [qualifier: string, Row[]][] = [
  [
    '60F-1atm',
    [
      ['scf', '28.316846592', 'standard cubic foot', 'standard cubic feet'],
      ['thousand_scf', '28316.846592', 'thousand scf', 'Mscf', 'thousand standard cubic feet'],
      ['million_scf', '28316846.592', 'million scf', 'MMscf', 'million standard cubic feet'],
    ],
  ],
  ['0C-1atm', [['Nm3', '1000', 'Nm³', 'normal cubic metre', 'normal cubic metres']]],
  ['15C-1atm', [['Sm3', '1000', 'Sm³', 'standard cubic metre', 'standard cubic metres']]],
];

/** Names that mean different amounts to different people, with what to write instead. */
const AMBIGUOUS: [names: string[], alternatives: string[]][] = [
  [
    ['ton', 'tons'],
    ['t (1000 kg)', 'short_ton (US)', 'long_ton (UK)'],
  ],
  [
    ['gallon', 'gallons', 'gal', 'gals'],
    ['us_gal', 'imp_gal'],
  ],
  [
    ['therm', 'therms'],
    ['therm_us (Gross CV)', 'therm_ec (Gross CV)', 'therm_ec (Net CV)'],
  ],
  [
    ['ccf', 'hcf'],
    ['hundred_ft3 (as metered)', 'scf, with the quantity times 100 (at standard conditions)'],
  ],
  [['mcf'], ['ft3, with the quantity times 1000', 'thousand_scf (at standard conditions)']],
  [['mmcf'], ['million_scf (at standard conditions)']],
  [
    ['ton-mile', 'ton-miles', 'ton mile', 'ton miles'],
    ['short-ton-mile', 'tkm'],
  ],
  [['ton-km', 'ton km', 'ton.km'], ['tkm']],
  [
    ['cal', 'calorie', 'calories', 'kcal'],
    ['kJ', 'MJ'],
  ],
];

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

function product(left: string, right: string): string {
  return Rational.parse(left).mul(Rational.parse(right)).toString();
}
