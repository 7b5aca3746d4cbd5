/** Figures of an inventory: masses of gas added up, and their CO2e under a set of potentials. All exact. */
import { Decimal } from '../kernel/decimal.ts';
import { invariant } from '../kernel/errors.ts';
import { Rational } from '../kernel/rational.ts';
import { componentsOf, gwpSet } from './catalogue/gwp.ts';
import type { GwpSetName } from './catalogue/types.ts';
import { FLAG_NAMES, type Flag, GASES, type Gas, type Mass } from './tables.ts';

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
  /** Mass of each further gas, kg; of a blend, of each of its components. */
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

/** A sum of kg that is made of texts: a single one stays as it is written, which most groups of a large report are. */
class KgSum {
  #first = '';
  #sum: Decimal | undefined;

  add(kg: string): void {
    if (kg === '0') return;
    if (this.#sum !== undefined) this.#sum = this.#sum.add(kgOf(kg));
    else if (this.#first === '') this.#first = kg;
    else this.#sum = kgOf(this.#first).add(kgOf(kg));
  }

  addProduct(kg: string, factor: Decimal): void {
    if (factor === Decimal.ONE) this.add(kg);
    else if (factor !== Decimal.ZERO) {
      const before = this.#sum ?? (this.#first === '' ? Decimal.ZERO : kgOf(this.#first));
      this.#sum = before.add(kgOf(kg).mul(factor));
    }
  }

  toString(): string {
    if (this.#sum !== undefined) return this.#sum.toString();
    return this.#first === '' ? '0' : withoutNeedlessZeros(this.#first);
  }
}

/** Plain notation, as sums are written: read several times faster than any notation a person may use. */
function kgOf(text: string): Decimal {
  const point = text.indexOf('.');
  if (point === -1) return new Decimal(BigInt(text), 0);
  return new Decimal(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1);
}

function withoutNeedlessZeros(text: string): string {
  return text.endsWith('0') && text.includes('.') ? kgOf(text).toString() : text;
}

/** kg in plain notation without needless zeros, as tonnes in the same. */
export function tonnesOf(kg: string): string {
  if (kg.startsWith('-')) return `-${tonnesOf(kg.slice(1))}`;
  if (kg === '0') return kg;
  const point = kg.indexOf('.');
  const whole = (point === -1 ? kg : kg.slice(0, point)).padStart(4, '0');
  const fraction = whole.slice(-3) + (point === -1 ? '' : kg.slice(point + 1));
  let end = fraction.length;
  while (end > 0 && fraction.charCodeAt(end - 1) === ZERO_CODE) end -= 1;
  return end === 0 ? whole.slice(0, -3) : `${whole.slice(0, -3)}.${fraction.slice(0, end)}`;
}

const ZERO_CODE = 48;

/** The figures of rows that belong together. `byGas`: out of the masses of the gases even where the source publishes a total. */
export function figuresOf(rows: readonly SumRow[], gwp: GwpSetName, byGas = false): Figures {
  const potentials = potentialsOf(gwp);
  const co2e = new KgSum();
  const fixed = new KgSum();
  let lines = 0;
  const gases: Partial<Record<Gas, KgSum>> = {};
  const others = new Map<string, Decimal>();
  const without = new Set<string>();
  const flags: Partial<Record<Flag, number>> = {};
  for (const row of rows) {
    const own = row.gwp_source === gwp;
    lines += Number(row.lines);
    for (const gas of GASES) {
      const kg = row[gas];
      if (kg === '0') continue;
      gases[gas] ??= new KgSum();
      gases[gas].add(kg);
      if (gas === 'other_kg') {
        const mass = kgOf(kg);
        for (const [component, share] of partsOf(row.other_gas))
          others.set(component, (others.get(component) ?? Decimal.ZERO).add(mass.mul(share)));
      }
      if (own && !byGas) continue;
      const potential = gas === 'other_kg' ? potentials.of(row.other_gas) : potentials[gas];
      if (potential === undefined) without.add(row.other_gas);
      else co2e.addProduct(kg, potential);
      if (gas === 'co2e_unsplit' && !own) fixed.add(kg);
    }
    if (own && !byGas) co2e.add(row.co2e_source);
    for (const [flag, column] of FLAG_COLUMNS) {
      const text = row[column];
      if (text === undefined || text === '0') continue;
      const count = Number(text);
      if (count !== 0) flags[flag] = (flags[flag] ?? 0) + count;
    }
  }
  const co2eKg = co2e.toString();
  const fixedKg = fixed.toString();
  const gasesKg = {} as Record<Gas, string>;
  for (const gas of GASES) gasesKg[gas] = gases[gas]?.toString() ?? '0';
  return {
    co2e_kg: co2eKg,
    co2e_t: tonnesOf(co2eKg),
    gases_kg: gasesKg,
    other_gases_kg:
      others.size === 0 ? {} : Object.fromEntries([...others].sort().map(([gas, mass]) => [gas, mass.toString()])),
    not_restatable_kg: fixedKg,
    not_restatable_percent: co2eKg === '0' ? null : fixedKg === '0' ? '0' : percentOf(kgOf(fixedKg), kgOf(co2eKg)),
    without_potential: [...without].sort(),
    lines,
    flags,
  };
}

const FLAG_COLUMNS = FLAG_NAMES.map((flag) => [flag, `lines_${flag}`] as const);

/** Two decimals. */
function percentOf(part: Decimal, whole: Decimal): string {
  return Rational.fromDecimal(part).mul(HUNDRED).div(Rational.fromDecimal(whole)).toDecimal(2).toString();
}

/** What is left of a published total that its gases, as published, do not add up to. */
export const ROUNDING = 'rounding of the source';

/** The figures of rows gas by gas; the CO2e of the gases adds up to that of the rows. Lines and flags stand with every gas that they emit. */
export function figuresByGas(rows: readonly SumRow[], gwp: GwpSetName): Array<[gas: string, figures: Figures]> {
  const found = new Map<string, Figures>();
  const zero = Object.fromEntries([...GASES, 'co2e_source'].map((mass) => [mass, '0'])) as Record<Mass, string>;
  for (const gas of GASES) {
    const alone = rows.filter((row) => row[gas] !== '0').map((row) => ({ ...row, ...zero, [gas]: row[gas] }));
    if (alone.length === 0) continue;
    if (gas !== 'other_kg') found.set(gas, figuresOf(alone, gwp, true));
    else for (const [name, figures] of furtherGases(alone, gwp)) found.set(name, figures);
  }
  const total = Decimal.parse(figuresOf(rows, gwp).co2e_kg);
  const sum = [...found.values()].reduce((added, { co2e_kg }) => added.add(Decimal.parse(co2e_kg)), Decimal.ZERO);
  const rest = total.sub(sum);
  if (!rest.isZero()) {
    const empty = figuresOf([], gwp);
    found.set(ROUNDING, { ...empty, co2e_kg: rest.toString(), co2e_t: rest.mul(THOUSANDTH).toString() });
  }
  return [...found];
}

/** Rows of further gases gas by gas: a blend is its components, of which those outside the Kyoto basket count 0. */
function furtherGases(rows: readonly SumRow[], gwp: GwpSetName): Array<[gas: string, figures: Figures]> {
  const set = gwpSet(gwp);
  const parts = rows.flatMap((row) =>
    partsOf(row.other_gas).map(([component, share]) => ({
      row,
      component,
      mass: Decimal.parse(row.other_kg).mul(share),
    })),
  );
  return [...new Set(parts.map(({ component }) => component))].sort().map((component) => {
    const own = parts.filter((part) => part.component === component);
    const figures = figuresOf(
      own.map(({ row }) => ({ ...row, other_kg: '0' })),
      gwp,
      true,
    );
    let [mass, co2e] = [Decimal.ZERO, Decimal.ZERO];
    const without = new Set<string>();
    for (const part of own) {
      mass = mass.add(part.mass);
      const potential = part.row.other_gas === component ? set.of(component) : set.inBlend(component);
      if (potential === undefined) without.add(component);
      else co2e = co2e.add(part.mass.mul(exact(potential)));
    }
    const kg = mass.toString();
    return [
      component,
      {
        ...figures,
        co2e_kg: co2e.toString(),
        co2e_t: co2e.mul(THOUSANDTH).toString(),
        gases_kg: { ...figures.gases_kg, other_kg: kg },
        other_gases_kg: { [component]: kg },
        without_potential: [...without],
      },
    ];
  });
}

/** A blend as its components, any other gas as itself. */
function partsOf(gas: string): Array<readonly [gas: string, share: Decimal]> {
  return (componentsOf(gas) ?? [[gas, Rational.ONE] as const]).map(([name, share]) => [name, exact(share)] as const);
}

const HUNDRED = Rational.parse('100');
const THOUSANDTH = Decimal.parse('0.001');

interface Potentials extends Record<Exclude<Gas, 'other_kg'>, Decimal> {
  of(gas: string): Decimal | undefined;
}

const potentialsBySet = new Map<GwpSetName, Potentials>();

/** Potentials as decimals; biogenic CO2 counts nothing, CO2e that is not split counts as it is. */
function potentialsOf(gwp: GwpSetName): Potentials {
  const known = potentialsBySet.get(gwp);
  if (known) return known;
  const set = gwpSet(gwp);
  const made: Potentials = {
    co2_fossil: exact(set.co2),
    co2_biogenic: Decimal.ZERO,
    ch4_fossil: exact(set.ch4Fossil),
    ch4_non_fossil: exact(set.ch4NonFossil),
    n2o: exact(set.n2o),
    co2e_unsplit: Decimal.ONE,
    of(gas) {
      const potential = set.of(gas);
      return potential === undefined ? undefined : exact(potential);
    },
  };
  potentialsBySet.set(gwp, made);
  return made;
}

function exact(potential: Rational): Decimal {
  const decimal = potential.toExactDecimal();
  invariant(decimal !== undefined, `${potential} is no decimal`);
  return decimal;
}
