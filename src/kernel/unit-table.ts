/** The units there are: codes, exact ratios and the names people write. Constants: exact by definition (BIPM, NIST SP 811). */
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

/** code, ratio to the base unit, other names for it. */
export type Row = [code: string, ratio: string, ...names: string[]];

const POUND_KG = '0.45359237';
const MILE_KM = '1.609344';
const US_GALLON_L = '3.785411784';
const BTU_J = '1055.05585262';

export const ENERGY_IN_MJ: Row[] = [
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

export const PLAIN: [Dimension, Row[]][] = [
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
export const GAS_VOLUMES: [qualifier: string, Row[]][] = [
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
export const AMBIGUOUS: [names: string[], alternatives: string[]][] = [
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

function product(left: string, right: string): string {
  return Rational.parse(left).mul(Rational.parse(right)).toString();
}
