/** Figures of an inventory: masses of gas added up, and their CO2e under a set of potentials. All exact. */
import { Rational } from '../kernel/rational.ts';
import { gwpSet } from './catalogue/gwp.ts';
import type { GwpSetName } from './catalogue/types.ts';
import { weighted } from './decide.ts';
import { FLAG_NAMES, type Flag, GASES, type Gas, MASSES, type Mass } from './tables.ts';

/** Sums of lines that share the source's set of potentials and the other gas, as ClickHouse returns them. */
export type SumRow = { gwp_source: string; other_gas: string; lines: string } & Record<Mass, string> &
  Partial<Record<`lines_${Flag}`, string>>;

export interface Figures {
  /** CO2e under the asked set, exact. */
  co2e_kg: string;
  /** The same in tonnes, exact. */
  co2e_t: string;
  /** Masses, kg; biogenic CO2 is shown beside and is in no CO2e. */
  gases_kg: Record<Gas, string>;
  /** Mass of each further gas, kg. */
  other_gases_kg: Record<string, string>;
  /** CO2e of sources that used another set and do not give their gases: taken over as it is, kg. */
  not_restatable_kg: string;
  /** Its share of co2e_kg in percent, two decimals; null when the CO2e is 0. */
  not_restatable_percent: string | null;
  /** Other gases for which the asked set has no potential: they count 0. */
  without_potential: string[];
  lines: number;
  /** Lines by fact that a reader should know; those that occur. */
  flags: Partial<Record<Flag, number>>;
}

/** The figures of rows that belong together. */
export function figuresOf(rows: readonly SumRow[], gwp: GwpSetName): Figures {
  const set = gwpSet(gwp);
  let co2e = Rational.ZERO;
  let fixed = Rational.ZERO;
  let lines = 0;
  const gases = new Map<Gas, Rational>(GASES.map((gas) => [gas, Rational.ZERO]));
  const others = new Map<string, Rational>();
  const without = new Set<string>();
  const flags: Partial<Record<Flag, number>> = {};
  for (const row of rows) {
    const masses = Object.fromEntries(MASSES.map((mass) => [mass, Rational.parse(row[mass])])) as Record<
      Mass,
      Rational
    >;
    lines += Number(row.lines);
    for (const gas of GASES) gases.set(gas, gases.get(gas)!.add(masses[gas]));
    if (!masses.other_kg.isZero()) {
      others.set(row.other_gas, (others.get(row.other_gas) ?? Rational.ZERO).add(masses.other_kg));
    }
    if (row.gwp_source === gwp) co2e = co2e.add(masses.co2e_source);
    else {
      co2e = co2e.add(weighted(masses, row.other_gas, set));
      fixed = fixed.add(masses.co2e_unsplit);
      if (!masses.other_kg.isZero() && !set.of(row.other_gas)) without.add(row.other_gas);
    }
    for (const flag of FLAG_NAMES) {
      const count = Number(row[`lines_${flag}`] ?? 0);
      if (count !== 0) flags[flag] = (flags[flag] ?? 0) + count;
    }
  }
  return {
    co2e_kg: co2e.toString(),
    co2e_t: co2e.div(THOUSAND).toString(),
    gases_kg: Object.fromEntries([...gases].map(([gas, mass]) => [gas, mass.toString()])) as Record<Gas, string>,
    other_gases_kg: Object.fromEntries([...others].sort().map(([gas, mass]) => [gas, mass.toString()])),
    not_restatable_kg: fixed.toString(),
    not_restatable_percent: co2e.isZero() ? null : fixed.mul(HUNDRED).div(co2e).toDecimal(2).toString(),
    without_potential: [...without].sort(),
    lines,
    flags,
  };
}

const HUNDRED = Rational.parse('100');
const THOUSAND = Rational.parse('1000');
