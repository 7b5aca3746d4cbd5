/**
 * Conversions that hold for one fuel alone: volume > density > mass > heating value > energy, net or gross. Used only where no factor of a
 * family has a unit that converts by itself; the line is flagged, and `explain` names each hop with its source.
 *
 * Specific volumes: SEAI, Energy conversion and emission factors V1.7 (2025 values). Net heating values: IPCC 2006, volume 2, table 1.2.
 */
import { Rational } from '../../kernel/rational.ts';
import type { Unit } from '../../kernel/units.ts';

export type FuelState = 'gas' | 'liquid' | 'coal';
/** Net over gross heating value by state of the fuel, as the methodology says. */
export type NetGross = Record<FuelState, string>;
export const NET_GROSS_DEFAULT: NetGross = { gas: '0.90', liquid: '0.95', coal: '0.95' };

interface Fuel {
  fuel: string;
  names: RegExp;
  state: FuelState;
  /** Litres of a tonne at 15 C; '' = not given. */
  litresPerTonne: string;
  /** Net heating value, MJ/kg. */
  ncv: string;
}

const SEAI = 'SEAI 2025';
const IPCC = 'IPCC 2006';

/** Told by the beginning of a family's name. Blends with biofuel are left out: their shares differ from year to year. */
const FUELS: readonly Fuel[] = [
  fuel('petrol', /^(motor gasoline|petrol \(100% mineral)/i, 'liquid', '1350', '44.3'),
  fuel(
    'diesel and gas oil',
    /^(gas oil and diesel oil|diesel \(100% mineral|distillate fuel oil no\. ?[12]|diesel fuel)/i,
    'liquid',
    '1000/0.845',
    '43',
  ),
  fuel('jet kerosene', /^(jet kerosene|kerosene-type jet fuel|aviation turbine fuel)/i, 'liquid', '1250', '44.1'),
  fuel('kerosene', /^(other kerosene|kerosene|burning oil)/i, 'liquid', '1250', '43.8'),
  fuel('residual fuel oil', /^(residual fuel oil|fuel oil)/i, 'liquid', '1062', '40.4'),
  fuel('LPG', /^(liquefied petroleum gases|lpg)/i, 'liquid', '1915', '47.3'),
  fuel('crude oil', /^crude oil/i, 'liquid', '1067', '42.3'),
  fuel('aviation gasoline', /^(aviation gasoline|aviation spirit)/i, 'liquid', '', '44.3'),
  fuel('naphtha', /^naphtha/i, 'liquid', '', '44.5'),
  fuel('petroleum coke', /^petroleum coke/i, 'coal', '', '32.5'),
  fuel('anthracite', /^anthracite/i, 'coal', '', '26.7'),
  fuel('coking coal', /^(coking coal|coal \(coking)/i, 'coal', '', '28.2'),
  fuel('other bituminous coal', /^(other bituminous coal|bituminous coal)/i, 'coal', '', '25.8'),
  fuel('sub-bituminous coal', /^sub-?bituminous coal/i, 'coal', '', '18.9'),
  fuel('lignite', /^lignite/i, 'coal', '', '11.9'),
  fuel('coke oven coke', /^coke oven coke/i, 'coal', '', '28.2'),
  fuel('natural gas', /^natural gas(?! liquids)/i, 'gas', '', '48'),
];

function fuel(name: string, names: RegExp, state: FuelState, litresPerTonne: string, ncv: string): Fuel {
  return { fuel: name, names, state, litresPerTonne, ncv };
}

export interface FuelConversion {
  ratio: Rational;
  /** The hops, for people, each with its source. */
  words: string;
}

/**
 * Units of `to` in one of `from` for the fuel of a family of factors; undefined where that takes a property that is not known. Energy without
 * a basis and gas volumes are never converted: they must be stated.
 */
export function convertFuel(
  family: string,
  from: Unit,
  to: Unit,
  netGross: NetGross = NET_GROSS_DEFAULT,
): FuelConversion | undefined {
  const known = FUELS.find(({ names }) => names.test(family));
  if (!known || (from.dimension === to.dimension && from.dimension !== 'energy')) return undefined;
  const [start, end] = [kilograms(known, from, netGross), kilograms(known, to, netGross)];
  if (!start || !end) return undefined;
  const words = [...new Set([...start.words, ...end.words])].join('; ');
  return { ratio: start.ratio.div(end.ratio), words: `${known.fuel}: ${words}` };
}

const THOUSAND = Rational.parse('1000');

/** Kilograms of the fuel in one of a unit. */
function kilograms(known: Fuel, unit: Unit, netGross: NetGross): { ratio: Rational; words: string[] } | undefined {
  if (unit.dimension === 'mass') return { ratio: unit.ratio, words: [] };
  if (unit.dimension === 'volume' && unit.qualifier === '' && known.litresPerTonne !== '') {
    const litres = Rational.parse(known.litresPerTonne);
    const density = THOUSAND.div(litres);
    return { ratio: unit.ratio.mul(density), words: [`density ${density.toDecimal(4)} kg/l (${SEAI})`] };
  }
  if (unit.dimension !== 'energy' || unit.qualifier === '') return undefined;
  const net = Rational.parse(known.ncv);
  const words = [`net heating value ${known.ncv} MJ/kg (${IPCC})`];
  if (unit.qualifier === 'net') return { ratio: unit.ratio.div(net), words };
  const share = netGross[known.state];
  words.push(`net over gross ${share} (methodology)`);
  return { ratio: unit.ratio.mul(Rational.parse(share)).div(net), words };
}
