/** 100-year warming potentials by IPCC report, blends of refrigerants, and CO2e out of gas masses: all exact. */
import { readFileSync } from 'node:fs';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { cell, readCsv } from './csv.ts';
import { LIST_SEPARATOR } from './format.ts';
import type { Factor, GasVector, GwpSet, GwpSetName } from './types.ts';

export const GWP_SET_NAMES: readonly GwpSetName[] = ['AR4', 'AR5', 'AR6'];

const FOLDER = new URL('../../../catalogue/gwp/', import.meta.url);
const sets = new Map<GwpSetName, GwpSet>();

/** One value of a table, as it is shipped: with its source, and whether it was compared with a second publication. */
export interface GwpEntry {
  gas: string;
  gwp100: Rational;
  /** In the basket of the Kyoto Protocol: counted in the scopes. */
  kyoto: boolean;
  status: 'checked' | 'unverified';
  source: string;
  note: string;
}

/**
 * The potentials of one IPCC report; read once.
 * @throws FootingError `not_found` for a name that is not AR4, AR5 or AR6.
 */
export function gwpSet(name: GwpSetName): GwpSet {
  if (!GWP_SET_NAMES.includes(name)) {
    throw new FootingError('not_found', `There is no GWP set ${name}`, {
      remedy: `Use one of ${GWP_SET_NAMES.join(', ')}`,
    });
  }
  const known = sets.get(name);
  if (known) return known;
  const set = buildSet(name, gwpEntries(name), readBlends());
  sets.set(name, set);
  return set;
}

/** The table of one report with the source of each value. */
export function gwpEntries(name: GwpSetName): GwpEntry[] {
  const file = `${name.toLowerCase()}.csv`;
  return readCsv(readFileSync(new URL(file, FOLDER), 'utf8'), file).map((row) => ({
    gas: cell(row, 'gas'),
    gwp100: Rational.parse(cell(row, 'gwp100')),
    kyoto: cell(row, 'kyoto') === 'yes',
    status: cell(row, 'status') as GwpEntry['status'],
    source: cell(row, 'source'),
    note: cell(row, 'note'),
  }));
}

/**
 * kg CO2e of gas masses: CO2 fossil + sum of mass x potential + CO2e that the source does not split. Biogenic CO2 is not in it.
 * @throws FootingError `invalid` when the set has no potential for the other gas.
 */
export function co2e(gases: GasVector, set: GwpSet): Rational {
  let total = Rational.parse(gases.co2_fossil)
    .mul(set.co2)
    .add(Rational.parse(gases.ch4_fossil).mul(set.ch4Fossil))
    .add(Rational.parse(gases.ch4_non_fossil).mul(set.ch4NonFossil))
    .add(Rational.parse(gases.n2o).mul(set.n2o))
    .add(Rational.parse(gases.co2e_unsplit));
  const other = Rational.parse(gases.other_kg);
  if (!other.isZero()) {
    const potential = set.of(gases.other_gas);
    if (!potential)
      throw new FootingError(
        'invalid',
        `${set.name} has no potential for ${gases.other_gas || 'a gas without a name'}`,
      );
    total = total.add(other.mul(potential));
  }
  return total;
}

/** kg CO2e per unit of a factor: what the source publishes when it used the same set, else out of the gas masses. */
export function factorCo2e(factor: Factor, set: GwpSet): Rational {
  if (factor.co2eSource !== null && factor.gwpSource === set.name) return Rational.parse(factor.co2eSource);
  return co2e(factor.gases, set);
}

function buildSet(
  name: GwpSetName,
  entries: GwpEntry[],
  blends: Map<string, [gas: string, share: Rational][]>,
): GwpSet {
  const potentials = new Map(entries.map((entry) => [entry.gas, entry]));
  const required = (gas: string): Rational => {
    const entry = potentials.get(gas);
    if (!entry) throw new FootingError('corrupt', `The GWP set ${name} has no value for ${gas}`);
    return entry.gwp100;
  };
  const inBlend = (component: string): Rational => {
    const entry = potentials.get(component);
    return entry?.kyoto ? entry.gwp100 : Rational.ZERO;
  };
  return {
    name,
    co2: required('CO2'),
    ch4Fossil: required('CH4 fossil'),
    ch4NonFossil: required('CH4 non-fossil'),
    n2o: required('N2O'),
    of(gas) {
      const blend = blends.get(gas);
      if (!blend) return potentials.get(gas)?.gwp100;
      return blend.reduce((sum, [component, share]) => sum.add(inBlend(component).mul(share)), Rational.ZERO);
    },
    inBlend,
  };
}

let blends: Map<string, [gas: string, share: Rational][]> | undefined;

/** Components of a blend with their shares of its mass; undefined for a gas that is none. */
export function componentsOf(gas: string): ReadonlyArray<readonly [gas: string, share: Rational]> | undefined {
  blends ??= readBlends();
  return blends.get(gas);
}

/** Mass shares of blends; components outside the Kyoto basket (HCFC, hydrocarbons) count nothing in the scopes. */
function readBlends(): Map<string, [gas: string, share: Rational][]> {
  const rows = readCsv(readFileSync(new URL('blends.csv', FOLDER), 'utf8'), 'blends.csv');
  return new Map(
    rows.map((row) => [
      cell(row, 'blend'),
      cell(row, 'components')
        .split(LIST_SEPARATOR)
        .map((part): [string, Rational] => {
          const at = part.lastIndexOf(':');
          return [part.slice(0, at), Rational.parse(part.slice(at + 1))];
        }),
    ]),
  );
}
