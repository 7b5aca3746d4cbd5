/**
 * The gases of the US EPA supply-chain factors: what the publisher states of each industry by gas, beside the CO2e of all gases.
 *
 * Each gas is printed with three digits, so the printed gases add up to the printed CO2e within the rounding of both, and not always to its
 * last digit. A factor carries CO2, CH4 and N2O as masses; its fluorinated gases, some 3 % of the CO2e on average, are CO2e under
 * the source's own potentials (`co2e_unsplit`), because a line holds one further gas, not fifteen. Every gas stands in gases.csv.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { type CsvRow, cell, readCells, readCsv, writeCsv } from './csv.ts';
import { type FactorDraft, type ImportedRelease, LIST_SEPARATOR, spreadsheetNumber } from './format.ts';
import { gwpSet } from './gwp.ts';
import { draftsOf, importSupplyChain, naics, releaseHead, type SupplyChainVersion } from './import-supply-chain.ts';
import type { Factor, GwpSet } from './types.ts';

/** Gases as the publisher names them, and as the tables of potentials do. */
const GAS_NAMES: ReadonlyMap<string, string> = new Map([
  ['Carbon dioxide', 'CO2'],
  ['Methane', 'CH4'],
  ['Nitrous oxide', 'N2O'],
  ['HFC-23', 'HFC-23'],
  ['HFC-32', 'HFC-32'],
  ['HFC-125', 'HFC-125'],
  ['HFC-134a', 'HFC-134a'],
  ['HFC-143a', 'HFC-143a'],
  ['HFC-236fa', 'HFC-236fa'],
  ['Carbon tetrafluoride', 'PFC-14'],
  ['Hexafluoroethane', 'PFC-116'],
  ['Perfluoropropane', 'PFC-218'],
  ['Perfluorocyclobutane', 'PFC-318'],
  ['Perfluorobutane', 'PFC-31-10'],
  ['Perfluorohexane', 'PFC-51-14'],
  ['Sulfur hexafluoride', 'SF6'],
  ['Nitrogen trifluoride', 'NF3'],
  ['HFCs and PFCs, unspecified', 'unspecified'],
]);
/** Columns of gases.csv after the industries and the basis: kg per dollar; `unspecified` is kg CO2e. */
export const SUPPLY_CHAIN_GASES: readonly string[] = [...GAS_NAMES.values()];

/** What the numbers stand for: without margins, the margins, with margins. */
export const BASES = ['without margins', 'margins', 'with margins'] as const;
export type Basis = (typeof BASES)[number];
const BASIS_COLUMNS: Record<Basis, string> = {
  'without margins': 'Supply Chain Emission Factors without Margins',
  margins: 'Margins of Supply Chain Emission Factors',
  'with margins': 'Supply Chain Emission Factors with Margins',
};

/** Gases of one industry on one basis, as printed; by the names of the tables of potentials. */
export type GasSplit = ReadonlyMap<string, string>;

/** kg CO2e of a split under a set of potentials; CO2e of gases that are not named counts as it is. */
export function co2eOfSplit(split: GasSplit, set: GwpSet): Rational {
  let total = Rational.ZERO;
  for (const [gas, kg] of split) total = total.add(Rational.parse(kg).mul(potentialOf(gas, set)));
  return total;
}

/** How far the printed CO2e may be from that of the printed gases: half of the last digit of each, weighted by its potential. */
export function roundingOfSplit(split: GasSplit, set: GwpSet): Rational {
  let total = Rational.ZERO;
  for (const [gas, kg] of split) total = total.add(halfOfLastDigit(kg).mul(potentialOf(gas, set)));
  return total;
}

const PRINTED_DIGITS = 3;

/** Half of the last of the three digits that the source prints of a gas. */
function halfOfLastDigit(text: string): Rational {
  const { mantissa, scale } = Decimal.parse(text).normalized();
  if (mantissa === 0n) return Rational.ZERO;
  const digits = mantissa.toString().replace('-', '').length;
  return Rational.fromDecimal(Decimal.parse(`5e${-(scale + (PRINTED_DIGITS - digits)) - 1}`));
}

function potentialOf(gas: string, set: GwpSet): Rational {
  if (gas === 'CO2' || gas === 'unspecified') return Rational.ONE;
  // The source counts all methane of the chain at one potential, the non-fossil one.
  if (gas === 'CH4') return set.ch4NonFossil;
  if (gas === 'N2O') return set.n2o;
  const potential = set.of(gas);
  if (!potential) throw new FootingError('corrupt', `${set.name} has no potential for ${gas}`);
  return potential;
}

/**
 * The publisher's file by gas as the catalogue keeps it: industries that have the same gases share a row.
 * @throws FootingError `malformed` when a gas is missing, unknown, twice, or in another unit.
 */
export function packGases(text: string, priceYear: number): string {
  const byIndustry = new Map<string, Map<string, CsvRow>>();
  for (const row of readCsv(text, 'supply chain by gas')) {
    const [code, name] = [naics(row, 'Code'), cell(row, 'GHG')];
    const gas = GAS_NAMES.get(name);
    const unit = `${gas === 'unspecified' ? 'kg CO2e' : 'kg'}/${priceYear} USD, purchaser price`;
    const gases = byIndustry.get(code) ?? new Map<string, CsvRow>();
    if (gas === undefined || gases.has(gas) || cell(row, 'Unit') !== unit) {
      throw new FootingError('malformed', `NAICS ${code}: ${name} in ${cell(row, 'Unit')} is not what is expected`);
    }
    byIndustry.set(code, gases.set(gas, row));
  }
  const shared = new Map<string, string[]>();
  for (const [code, gases] of byIndustry) {
    if (gases.size !== GAS_NAMES.size) throw new FootingError('malformed', `NAICS ${code}: a gas is missing`);
    const values = BASES.map((basis) =>
      SUPPLY_CHAIN_GASES.map((gas) => spreadsheetNumber(cell(gases.get(gas)!, BASIS_COLUMNS[basis]))),
    );
    const key = JSON.stringify(values);
    shared.set(key, [...(shared.get(key) ?? []), code]);
  }
  const rows = [...shared].flatMap(([key, codes]) =>
    (JSON.parse(key) as string[][]).map((values, i): CsvRow => {
      const pairs = SUPPLY_CHAIN_GASES.map((gas, k): [string, string] => [gas, values[k]!]);
      return { naics: codes.join(LIST_SEPARATOR), basis: BASES[i]!, ...Object.fromEntries(pairs) };
    }),
  );
  return writeCsv(['naics', 'basis', ...SUPPLY_CHAIN_GASES], rows);
}

/** The splits out of the text of a gases.csv, by industry and basis. */
export function unpackGases(text: string): Map<string, GasSplit> {
  const { header, rows } = readCells(text, 'gases.csv');
  const splits = new Map<string, GasSplit>();
  for (const [codes, basis, ...values] of rows) {
    const split = new Map(values.map((value, i): [string, string] => [header[i + 2]!, value]));
    for (const code of codes!.split(LIST_SEPARATOR)) splits.set(`${code} ${basis}`, split);
  }
  return splits;
}

/** The release by gas: the factors of the CO2e file with the masses of gases.csv. */
export function importSupplyChainByGas(text: string, gases: string, version: string): ImportedRelease {
  const { head, drafts, ...rest } = importSupplyChain(text, version);
  const splits = unpackGases(gases);
  return {
    ...rest,
    head: headByGas(head, [
      'Fluorinated gases are CO2e under AR5, which cannot be restated; gases.csv holds the mass of each.',
      'The source counts all methane at 28, the non-fossil potential of AR5, and so it stands here.',
      'Printed gases have three digits: they add up to the printed CO2e within that rounding. Under AR5 the printed CO2e counts.',
    ]),
    drafts: drafts.map((draft) => ({
      ...withMasses(draft, splits, gwpSet(head.gwpSource)),
      sourceTable: 'Supply Chain GHG Emission Factors, by GHG and all GHGs',
    })),
  };
}

/**
 * The publisher's file by gas alone. It prints no CO2e of all gases: that is what its gases come to, within the rounding of their
 * three digits.
 * @throws FootingError `malformed` as {@link packGases}.
 */
export function importSupplyChainGases(text: string, version: SupplyChainVersion): ImportedRelease {
  const gases = packGases(text, version.priceYear);
  const splits = unpackGases(gases);
  const rows = readCsv(text, `supply chain ${version.version} by gas`);
  const titles = new Map(rows.map((row) => [naics(row, 'Code'), naics(row, 'Title')]));
  const head = releaseHead(version);
  return {
    head: headByGas(head, [
      `Fluorinated gases are CO2e under ${head.gwpSource}, which cannot be restated.`,
      'The file prints no CO2e of all gases: it is what the printed gases, of three digits each, come to. All methane counts as non-fossil.',
    ]),
    drafts: [...titles].flatMap(([code, title]) =>
      draftsOf(code, title, version.priceYear).map((draft) => withMasses(draft, splits, gwpSet(head.gwpSource))),
    ),
    rowsRead: rows.length,
    left: {},
    gases,
  };
}

function headByGas(head: ImportedRelease['head'], notes: readonly string[]): ImportedRelease['head'] {
  return {
    ...head,
    id: `${head.id}-by-gas`,
    title: `${head.title}, by gas`,
    notes: [...head.notes, `CO2, CH4 and N2O are masses. ${notes[0]}`, ...notes.slice(1)],
  };
}

/** A factor with the masses that are stated of its industry; fluorinated gases as CO2e. */
function withMasses(draft: FactorDraft, splits: ReadonlyMap<string, GasSplit>, set: GwpSet): FactorDraft {
  const split = splitOf(draft, splits);
  if (!split) throw new FootingError('malformed', `NAICS ${draft.sourceRow} is not in the file by gas`);
  const [co2, ch4, n2o] = ['CO2', 'CH4', 'N2O'].map((gas) => split.get(gas)!);
  const others = new Map([...split].filter(([gas]) => !['CO2', 'CH4', 'N2O'].includes(gas)));
  return {
    ...draft,
    co2_fossil: co2!,
    ch4_non_fossil: ch4!,
    n2o: n2o!,
    co2e_unsplit: co2eOfSplit(others, set).toExactDecimal()!.toString(),
  };
}

const RELEASES = new URL('../../../catalogue/releases/', import.meta.url);
const read = new Map<string, Map<string, GasSplit>>();

/** What an industry and a basis say of a factor's gases. */
function splitOf(
  { sourceRow, lifeCycleStage }: { sourceRow: string; lifeCycleStage: string },
  splits: ReadonlyMap<string, GasSplit>,
): GasSplit | undefined {
  const basis: Basis = lifeCycleStage === 'cradle-to-shelf' ? 'with margins' : 'without margins';
  return splits.get(`${sourceRow} ${basis}`);
}

/** Factors of a release that an account imported, with all gases that its file states. */
export function withAllGases(factors: readonly Factor[], gases: string): Factor[] {
  const splits = unpackGases(gases);
  return factors.map((factor) => {
    const allGases = splitOf(factor, splits);
    return allGases === undefined ? factor : { ...factor, allGases };
  });
}

/** All gases of a factor, as the source prints them; undefined where it states no more than the factor holds. */
export function gasSplitOf(
  factor: Pick<Factor, 'release' | 'sourceRow' | 'lifeCycleStage' | 'allGases'>,
): GasSplit | undefined {
  if (factor.allGases) return factor.allGases;
  if (!/^us-epa-supply-chain-[\d.]+-by-gas$/.test(factor.release)) return undefined;
  let splits = read.get(factor.release);
  if (!splits) {
    const file = new URL(`${factor.release}/gases.csv`, RELEASES);
    splits = existsSync(file) ? unpackGases(readFileSync(file, 'utf8')) : new Map();
    read.set(factor.release, splits);
  }
  return splitOf(factor, splits);
}
