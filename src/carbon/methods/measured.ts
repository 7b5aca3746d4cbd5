/** Methods for what meters and tickets state: gas at its pressure and temperature, gas bills by calorific value, distances with an economy, flights by coordinates. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { findUnit } from '../../kernel/units.ts';
import { DISTANCES, distanceKm, HUNDRED, MILE_KM, number, scaled, THOUSAND } from './inputs.ts';
import type { CalculationMethod, InputReader, MethodInput } from './types.ts';

const ATMOSPHERE_KPA = Rational.parse('101.325');
const ZERO_C_KELVIN = Rational.parse('273.15');
const MJ_PER_KWH = Rational.parse('3.6');
const US_GALLON_L = Rational.parse('3.785411784');
const UK_GALLON_L = Rational.parse('4.54609');
/** Metered to the conditions for which the calorific value is stated: the factor of UK gas bills (Gas (Calculation of Thermal Energy) Regulations). */
const UK_CORRECTION = '1.02264';
/** Mean radius of the earth (IUGG), kilometres. */
const EARTH_KM = 6371.0088;

const latitude = (name: string, what: string): MethodInput =>
  number(name, `Latitude of ${what}, degrees, south negative`, { min: '-90', max: '90' });
const longitude = (name: string, what: string): MethodInput =>
  number(name, `Longitude of ${what}, degrees, west negative`, { min: '-180', max: '180' });

/** Litres for a kilometre, by the measure in which the economy of a vehicle is stated. */
const ECONOMIES: Record<string, { description: string; litresPerKm: (stated: Rational) => Rational }> = {
  litres_per_100km: { description: 'Litres for 100 kilometres', litresPerKm: (stated) => stated.div(HUNDRED) },
  km_per_litre: { description: 'Kilometres with a litre', litresPerKm: (stated) => Rational.ONE.div(stated) },
  miles_per_us_gal: {
    description: 'Miles with a US gallon',
    litresPerKm: (stated) => US_GALLON_L.div(stated.mul(MILE_KM)),
  },
  miles_per_uk_gal: {
    description: 'Miles with a UK gallon',
    litresPerKm: (stated) => UK_GALLON_L.div(stated.mul(MILE_KM)),
  },
};

/** Inputs that say where a flight begins and ends. */
const PLACES = ['from_latitude', 'from_longitude', 'to_latitude', 'to_longitude'] as const;

export const MEASURED_METHODS: readonly CalculationMethod[] = [
  {
    name: 'gas-volume',
    title: 'Gas as metered, brought to normal conditions (0 °C, 101.325 kPa)',
    formula: 'volume × pressure / 101.325 × 273.15 / (temperature + 273.15) × compressibility',
    quantity: 'volume as metered: m3, ft3',
    inputs: [
      number('pressure_kpa', 'Absolute pressure at the meter, kPa', { min: '1', max: '100000' }),
      number('temperature_c', 'Temperature at the meter, °C', { min: '-100', max: '500' }),
      number('compressibility', 'Ratio of compressibilities, normal to metered', {
        default: '1',
        min: '0.1',
        max: '3',
      }),
    ],
    companions: 'all',
    parts(row, read) {
      const metered = meteredM3(row.unit, read);
      const [pressure, temperature, z] = ['pressure_kpa', 'temperature_c', 'compressibility'].map(read.number) as [
        Rational,
        Rational,
        Rational,
      ];
      const kelvin = temperature.add(ZERO_C_KELVIN);
      if (!metered || kelvin.sign() <= 0) return [];
      const normal = metered.mul(pressure).div(ATMOSPHERE_KPA).mul(ZERO_C_KELVIN).div(kelvin).mul(z);
      const words = `${metered} m3 × ${pressure} / 101.325 kPa × 273.15 / ${kelvin} K × ${z}`;
      return scaled(row, normal, words, 'Nm3');
    },
  },
  {
    name: 'gas-bill',
    title: 'Gas as metered, by the calorific value of the bill',
    formula: 'volume × correction × calorific value / 3.6, gross kWh',
    quantity: 'volume as metered: m3, ft3',
    inputs: [
      number('calorific_value_mj_per_m3', 'Gross calorific value of the bill, MJ per m3', { min: '1', max: '200' }),
      number('volume_correction', 'Metered volume to the conditions of the calorific value; 1.02264 on UK bills', {
        default: UK_CORRECTION,
        min: '0.5',
        max: '20',
      }),
    ],
    companions: 'all',
    parts(row, read) {
      const metered = meteredM3(row.unit, read);
      const [calorific, correction] = [read.number('calorific_value_mj_per_m3'), read.number('volume_correction')];
      if (!metered) return [];
      const energy = metered.mul(correction).mul(calorific).div(MJ_PER_KWH);
      const words = `${metered} m3 × ${correction} × ${calorific} MJ/m3 / 3.6`;
      return scaled(row, energy, words, 'kWh (Gross CV)');
    },
  },
  {
    name: 'fuel-economy',
    title: 'Fuel of vehicles of which the distance and the economy are known',
    formula: 'litres = distance × litres per 100 km / 100, or distance / (kilometres per litre, miles per gallon)',
    quantity: null,
    inputs: [
      ...DISTANCES.slice(0, 2),
      ...Object.keys(ECONOMIES).map((name) =>
        number(name, ECONOMIES[name]!.description, { required: false, min: '0.001' }),
      ),
    ],
    companions: 'all',
    parts(row, read) {
      const distance = distanceKm(read, ['distance_km', 'distance_miles']);
      const stated = Object.keys(ECONOMIES).flatMap((name) => {
        const value = read.optional(name);
        return value === undefined ? [] : [{ name, value }];
      });
      if (!distance) read.problem('neither distance_km nor distance_miles is stated');
      if (stated.length !== 1) {
        const names = Object.keys(ECONOMIES).join(', ');
        read.problem(stated.length === 0 ? `none of ${names} is stated` : 'the economy is stated in several units');
      }
      const [economy] = stated;
      if (!distance || !economy || economy.value.isZero()) return [];
      const litres = distance.mul(ECONOMIES[economy.name]!.litresPerKm(economy.value));
      return scaled(row, litres, `${distance} km at ${economy.value} ${economy.name.replaceAll('_', ' ')}`, 'l');
    },
  },
  {
    name: 'flight',
    title: 'Flights by the coordinates of their airports',
    formula: 'passengers × legs × great-circle distance (haversine, earth of 6371.0088 km), to the metre',
    quantity: 'number of passengers',
    inputs: [
      latitude('from_latitude', 'the departure'),
      longitude('from_longitude', 'the departure'),
      latitude('to_latitude', 'the arrival'),
      longitude('to_longitude', 'the arrival'),
      number('legs', 'Flights between the two: 2 for there and back', { default: '1', min: '1', max: '1000' }),
    ],
    companions: 'all',
    parts(row, read) {
      const passengers = read.quantity();
      const [fromLat, fromLon, toLat, toLon, legs] = [...PLACES, 'legs'].map(read.number) as [
        Rational,
        Rational,
        Rational,
        Rational,
        Rational,
      ];
      const answer = findUnit(row.unit);
      if (!('unit' in answer) || answer.unit.dimension !== 'count') {
        read.problem(`${row.unit || 'no unit'} is no number of passengers`);
        return [];
      }
      const distance = greatCircleKm(fromLat, fromLon, toLat, toLon);
      const stated = PLACES.every((name) => read.optional(name) !== undefined);
      if (stated && distance.isZero()) read.problem('departure and arrival are the same place');
      const people = passengers.mul(answer.unit.ratio);
      return scaled(row, people.mul(legs).mul(distance), `${people} × ${legs} × ${distance} km great circle`, 'pkm');
    },
  },
];

/** Cubic metres of a volume that is stated as metered: a normal or standard cubic metre is brought to its conditions already. */
function meteredM3(name: string, read: InputReader): Rational | undefined {
  const quantity = read.quantity();
  const answer = findUnit(name);
  if (!('unit' in answer) || answer.unit.dimension !== 'volume' || answer.unit.qualifier !== '') {
    read.problem(`${name || 'no unit'} is no volume as metered`);
    return undefined;
  }
  // Base unit of volume is the litre.
  return quantity.mul(answer.unit.ratio).div(THOUSAND);
}

/**
 * Haversine distance in kilometres, rounded to the metre. Sines have no exact value: binary arithmetic is some nanometres off, and the
 * rounding takes that away before anything is multiplied.
 */
export function greatCircleKm(fromLat: Rational, fromLon: Rational, toLat: Rational, toLon: Rational): Rational {
  const [lat1, lon1, lat2, lon2] = [fromLat, fromLon, toLat, toLon].map(
    (degrees) => (Number(degrees.toDecimal(12).toString()) * Math.PI) / 180,
  ) as [number, number, number, number];
  const half = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  const km = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)));
  return Rational.fromDecimal(Decimal.parse(km.toFixed(3)).normalized());
}
