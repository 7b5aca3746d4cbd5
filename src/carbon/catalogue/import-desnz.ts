/**
 * UK Government conversion factors (DESNZ), flat file as CSV -> factors in the catalogue's format.
 *
 * The file's traps: rows `kg CO2e of CH4 per unit` are CO2e of the gas, not its mass; rows in kWh are energy conversions;
 * an empty factor means not applicable, not zero; biogenic CO2, losses and well-to-tank stand in rows of their own.
 */
import { FootingError } from '../../kernel/errors.ts';
import { findUnit } from '../../kernel/units.ts';
import { type CsvRow, cell, readCsv } from './csv.ts';
import { type DesnzRow, desnzFactors, OUTSIDE_BASKET } from './desnz-names.ts';
import { type FactorDraft, gasMass, type ImportedRelease, spreadsheetNumber } from './format.ts';

/** Potentials that the publisher calculated with: AR5, methane of no stated origin at the non-fossil value. */
const CH4_AR5 = '28';
const N2O_AR5 = '265';

const TOTAL = 'kg CO2e';
const OF_CO2 = 'kg CO2e of CO2 per unit';
const OF_CH4 = 'kg CO2e of CH4 per unit';
const OF_N2O = 'kg CO2e of N2O per unit';

/** Editions that were looked at by hand; a later one is taken when its layout and its potentials are the same. */
const EDITIONS: Record<number, string> = { 2024: 'version 1.1, October 2024', 2025: 'version 1.0, June 2025' };

/**
 * @param text the flat file as CSV with the columns id, scope, level1..level4, column_text, uom, ghg, factor
 * @throws FootingError `unsupported` for a year whose file this importer does not know; `malformed` for unknown rows.
 */
export function importDesnz(text: string, year: number): ImportedRelease {
  const rows = readCsv(text, `DESNZ ${year}`);
  const edition = EDITIONS[year] ?? laterEdition(rows, year);
  const left: Record<string, number> = {};
  const drafts: FactorDraft[] = [];
  for (const group of groupRows(rows, left)) {
    const values = valuesOf(group);
    const masses = massesOf(group.row, values);
    if (!masses) {
      count(left, 'gas group is incomplete', group.rows.length);
      continue;
    }
    const factors = desnzFactors(group.row, masses);
    if (factors.length === 0) count(left, 'total that repeats the Kyoto and the non-Kyoto row', group.rows.length);
    drafts.push(...factors);
  }
  return { head: releaseHead(year, edition), drafts: blendsThatStandAlone(drafts), rowsRead: rows.length, left };
}

/** The first edition that carries the keys by which gases of one activity are found. */
const FIRST_YEAR = 2024;

function laterEdition(rows: readonly CsvRow[], year: number): string {
  const unknown = (reason: string) =>
    new FootingError('unsupported', `The flat file of ${year} is not one that this importer can read: ${reason}.`, {
      remedy: 'Import it in the documented format of factors.csv, or wait for an importer of this layout',
    });
  if (year < FIRST_YEAR) throw unknown('files before 2024 have no keys and other potentials');
  for (const [gas, potential] of [
    ['Methane', CH4_AR5],
    ['Nitrous oxide', N2O_AR5],
  ] as const) {
    const row = rows.find(
      (each) => cell(each, 'level3').trim() === gas && cell(each, 'uom') === 'kg' && cell(each, 'factor') !== '',
    );
    if (!row) throw unknown(`it has no row ${gas}`);
    if (spreadsheetNumber(cell(row, 'factor')) !== potential) {
      throw unknown(`its potential of ${gas} is ${cell(row, 'factor')}, not the ${potential} of AR5`);
    }
  }
  return `flat file of ${year}`;
}

/** A blend without any gas of the Kyoto basket has no row that its other part could go along with: it goes by the plain name. */
function blendsThatStandAlone(drafts: FactorDraft[]): FactorDraft[] {
  const names = new Set(drafts.map((draft) => draft.name));
  return drafts.map((draft) => {
    if (!draft.name.endsWith(OUTSIDE_BASKET) || names.has(draft.accompanies ?? '')) return draft;
    const { accompanies: name, ...rest } = draft;
    return { ...rest, name: name ?? draft.name, aliases: [(name ?? '').replace('R-', 'R')] };
  });
}

interface Group {
  row: DesnzRow;
  rows: CsvRow[];
}

/** Rows of one activity and unit: their ids differ in the last part alone, the gas. */
function groupRows(rows: CsvRow[], left: Record<string, number>): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    if (cell(row, 'factor') === '') {
      count(left, 'no value: not applicable');
      continue;
    }
    if (cell(row, 'ghg').startsWith('kWh')) {
      count(left, 'energy conversion, not an emission');
      continue;
    }
    const key = cell(row, 'id').replace(/_\d+$/, '');
    const group = groups.get(key);
    if (group) {
      group.rows.push(row);
      continue;
    }
    groups.set(key, { row: describe(row, key), rows: [row] });
  }
  return [...groups.values()];
}

function describe(row: CsvRow, key: string): DesnzRow {
  const unit = findUnit(cell(row, 'uom'));
  if ('problem' in unit)
    throw new FootingError('malformed', `Row ${key}: ${unit.problem.reason}`, { problems: [unit.problem] });
  return {
    key,
    scope: cell(row, 'scope'),
    level1: cell(row, 'level1').trim(),
    level2: cell(row, 'level2').trim(),
    level3: cell(row, 'level3').trim(),
    level4: cell(row, 'level4').trim(),
    column: cell(row, 'column_text').trim(),
    unit: unit.unit.code,
  };
}

function valuesOf(group: Group): Map<string, string> {
  const values = new Map<string, string>();
  for (const row of group.rows) {
    const gas = cell(row, 'ghg');
    if (![TOTAL, OF_CO2, OF_CH4, OF_N2O].includes(gas))
      throw new FootingError('malformed', `${group.row.key}: gas ${gas} is not known`);
    if (values.has(gas)) throw new FootingError('malformed', `${group.row.key} states ${gas} twice`);
    values.set(gas, spreadsheetNumber(cell(row, 'factor')));
  }
  return values;
}

/** The part of a factor that comes out of the numbers; undefined when some of the gases are missing. */
function massesOf(row: DesnzRow, values: Map<string, string>): Partial<FactorDraft> | undefined {
  const total = values.get(TOTAL);
  const co2 = values.get(OF_CO2);
  const ch4 = values.get(OF_CH4);
  const n2o = values.get(OF_N2O);
  if (row.level1 === 'Outside of scopes' && co2 !== undefined && values.size === 1) return { co2_biogenic: co2 };
  if (total !== undefined && values.size === 1) return { co2e_unsplit: total, co2eSource: total };
  if (total === undefined || co2 === undefined || ch4 === undefined || n2o === undefined) return undefined;
  return {
    co2_fossil: co2,
    ch4_non_fossil: gasMass(ch4, CH4_AR5),
    n2o: gasMass(n2o, N2O_AR5),
    co2eSource: total,
    co2eOfCh4Source: ch4,
    co2eOfN2oSource: n2o,
  };
}

function releaseHead(year: number, edition: string): ImportedRelease['head'] {
  return {
    id: `uk-desnz-${year}`,
    title: `UK Government GHG Conversion Factors for Company Reporting, ${year}`,
    publisher: 'Department for Energy Security and Net Zero, United Kingdom',
    year,
    edition,
    licence: 'OGL-UK-3.0',
    licenceUrl: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
    attribution: `Contains public sector information: UK Government GHG Conversion Factors for Company Reporting, ${year}. Crown copyright, Open Government Licence v3.0.`,
    url: 'https://www.gov.uk/government/collections/government-conversion-factors-for-company-reporting',
    gwpSource: 'AR5',
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    notes: [
      'The source states CO2e of each gas; masses of CH4 and N2O are that value divided by 28 and 265, at 12 decimals. The published values stand beside them, and under AR5 the published total is used.',
      'The published gases add up to the published total only within the rounding of the source.',
      'Numbers with more than 15 significant digits are rounded to 15, half-even: the rest is noise of the spreadsheet.',
      'Flight factors hold an uplift of 8% on great-circle distance; rows with RF count the effects of altitude beside CO2.',
      'Refrigerants, bioenergy, hotels, water, waste, materials, homeworking and all well-to-tank rows come as CO2e only.',
    ],
  };
}

function count(counts: Record<string, number>, reason: string, by = 1): void {
  counts[reason] = (counts[reason] ?? 0) + by;
}
