/**
 * A publisher's file -> a release. Which publisher it is, is told by the layout of the file, not by its name:
 * - UK DESNZ flat file as XLSX (sheet "Factors by Category"), 2024 and later;
 * - US EPA GHG Emission Factors Hub as XLSX (all tables on one sheet), 2024 and later;
 * - US EPA supply-chain factors by NAICS as CSV, CO2e of all gases or gas by gas;
 * - the documented CSV of catalogue/README.md, columns of factors.csv, where what is left out is empty.
 */
import { FootingError, type Problem } from '../../kernel/errors.ts';
import { findUnit } from '../../kernel/units.ts';
import { utf8Text } from '../../kernel/utf8.ts';
import { sheetNames, sheetTexts } from '../../streams/index.ts';
import { type CsvRow, cell, readCells, readCsv, writeCsv } from '../catalogue/csv.ts';
import {
  type FactorDraft,
  type ImportedRelease,
  LIST_SEPARATOR,
  slug,
  type WrittenRelease,
  written,
} from '../catalogue/format.ts';
import { GWP_SET_NAMES } from '../catalogue/gwp.ts';
import { importDesnz } from '../catalogue/import-desnz.ts';
import { importEpaHub } from '../catalogue/import-epa-hub.ts';
import { importSupplyChain, type SupplyChainVersion } from '../catalogue/import-supply-chain.ts';
import { importSupplyChainGases } from '../catalogue/supply-chain-gases.ts';
import type { GwpSetName, LifeCycleStage, Method, Scope } from '../catalogue/types.ts';
import { isHub, readHub } from './epaHubWorkbook.ts';

/** What a file does not say of its publication: the documented CSV nothing, the supply-chain factors neither version nor potentials. */
export interface ReleaseOptions {
  /** Id of the release, such as acme-2026. */
  release?: string;
  title?: string;
  publisher?: string;
  year?: number;
  gwp?: GwpSetName;
  licence?: string;
  url?: string;
  validFrom?: string;
  validTo?: string;
  edition?: string;
}

const DESNZ_SHEET = 'Factors by Category';
const DESNZ_COLUMNS: ReadonlyArray<readonly [header: string, column: string]> = [
  ['ID', 'id'],
  ['Scope', 'scope'],
  ['Level 1', 'level1'],
  ['Level 2', 'level2'],
  ['Level 3', 'level3'],
  ['Level 4', 'level4'],
  ['Column Text', 'column_text'],
  ['UOM', 'uom'],
  ['GHG/Unit', 'ghg'],
];
const DESNZ_VALUE = /^GHG Conversion Factor (\d{4})$/;
/** The code of an industry is named either way round, by version. */
const SUPPLY_CHAIN_COLUMNS = [
  ['2017 NAICS Code', 'NAICS Code 2017'],
  ['2017 NAICS Title', 'NAICS Title 2017'],
  ['GHG'],
  ['Unit'],
];
const SUPPLY_CHAIN_UNIT = /^kg(?: CO2e)?\/(\d{4}) USD, purchaser price$/;
/** Versions by the year of their dollars that ship, so that nobody need state what their files do not say. */
const SUPPLY_CHAIN_VERSIONS: Record<string, string> = { '2022': '1.3' };

/**
 * @throws FootingError `unsupported` for a file of none of these layouts, `invalid` or `malformed` naming rows that do not hold.
 */
export async function readPublication(
  bytes: Uint8Array,
  fileName: string,
  options: ReleaseOptions,
): Promise<WrittenRelease> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, 2).toString('latin1') === 'PK') return written(await workbook(file, fileName, options));
  const text = utf8Text(bytes, fileName);
  const { header } = readCells(`${text.slice(0, 64 * 1024).split('\n', 1)[0]!}\n`, fileName);
  const columns = header.map((name) => name.trim());
  if (SUPPLY_CHAIN_COLUMNS.every((names) => names.some((name) => columns.includes(name))))
    return written(supplyChain(text, fileName, options));
  if (columns.includes('name') && columns.includes('unit')) return written(documented(text, fileName, options));
  throw new FootingError('unsupported', `${fileName} has none of the layouts that can be read.`, {
    problems: [
      { field: 'columns', value: columns.slice(0, 8).join(', '), reason: 'are those of no publication that is known' },
    ],
    remedy:
      'Import the UK flat file or the US EPA hub (XLSX), the US EPA supply-chain factors (CSV), or a CSV with the columns of catalogue/README.md',
  });
}

/** Sheets of a workbook that are looked at. */
const SHEETS_MAX = 20;

async function workbook(file: Buffer, fileName: string, options: ReleaseOptions): Promise<ImportedRelease> {
  const names = await sheetNames(file);
  if (names.includes(DESNZ_SHEET)) return desnz(file);
  for (const name of names.slice(0, SHEETS_MAX)) {
    const rows = await sheetTexts(file, name);
    if (!isHub(rows)) continue;
    const { tables, year, edition, grid } = readHub(rows, options.year);
    return importEpaHub(tables, year, { edition, grid });
  }
  throw new FootingError('unsupported', `${fileName} is a workbook of no publication that is known.`, {
    problems: [
      { field: 'sheets', value: names.slice(0, SHEETS_MAX).join(', '), reason: 'are of none that can be read' },
    ],
    remedy: `Import the UK flat file, which has a sheet "${DESNZ_SHEET}", or the US EPA GHG Emission Factors Hub`,
  });
}

async function desnz(file: Buffer): Promise<ImportedRelease> {
  const rows = await sheetTexts(file, DESNZ_SHEET);
  const at = rows.findIndex((cells) => cells[0]?.trim() === 'ID');
  const header = (rows[at] ?? []).map((text) => text.trim());
  const valueAt = header.findIndex((text) => DESNZ_VALUE.test(text));
  const places = DESNZ_COLUMNS.map(([name]) => header.indexOf(name));
  const missing = DESNZ_COLUMNS.filter((_, i) => places[i] === -1).map(([name]) => name);
  if (at === -1 || valueAt === -1 || missing.length > 0) {
    throw new FootingError('unsupported', 'The workbook is not laid out as a UK flat file of 2024 or later.', {
      problems: [
        {
          field: 'columns',
          value: header.join(', '),
          reason:
            at === -1
              ? 'no row begins with ID'
              : `lack ${[...missing, ...(valueAt === -1 ? ['GHG Conversion Factor YEAR'] : [])].join(', ')}`,
        },
      ],
    });
  }
  const year = Number(DESNZ_VALUE.exec(header[valueAt]!)![1]);
  const records = rows
    .slice(at + 1)
    .filter((cells) => (cells[places[0]!] ?? '').trim() !== '')
    .map(
      (cells): CsvRow => ({
        ...Object.fromEntries(DESNZ_COLUMNS.map(([, column], i) => [column, cells[places[i]!] ?? ''])),
        factor: (cells[valueAt] ?? '').trim(),
      }),
    );
  return importDesnz(writeCsv([...DESNZ_COLUMNS.map(([, column]) => column), 'factor'], records), year);
}

function supplyChain(text: string, fileName: string, options: ReleaseOptions): ImportedRelease {
  const [first] = readCsv(text, fileName);
  const unit = first ? cell(first, 'Unit') : '';
  const priceYear = SUPPLY_CHAIN_UNIT.exec(unit)?.[1];
  if (first === undefined || priceYear === undefined) {
    throw new FootingError('unsupported', `${fileName}: factors in ${unit || 'no unit'} are not read.`, {
      remedy:
        'Known are factors in kg CO2e/2022 USD, purchaser price, by gas in kg/2022 USD, and the same in dollars of other years',
    });
  }
  const byGas = cell(first, 'GHG') !== 'All GHGs';
  const version = SUPPLY_CHAIN_VERSIONS[priceYear];
  if (byGas && version !== undefined) {
    throw new FootingError('unsupported', `${fileName} is version ${version} by gas, which ships with Footing.`, {
      remedy: `Adopt us-epa-supply-chain-${version}-by-gas: it has these gases, and the CO2e that the publisher prints beside them`,
    });
  }
  if (byGas) return importSupplyChainGases(text, statedVersion(Number(priceYear), fileName, options));
  return importSupplyChain(text, version ?? statedVersion(Number(priceYear), fileName, options));
}

/** A version that does not ship: the file says the year of its dollars, and nothing else that a release must say. */
function statedVersion(priceYear: number, fileName: string, options: ReleaseOptions): SupplyChainVersion {
  const { release = '', year, gwp } = options;
  const [, version] = /^us-epa-supply-chain-(\d+(?:\.\d+)*)$/.exec(release) ?? [];
  if (version === undefined || year === undefined || gwp === undefined) {
    const problems: Problem[] = [];
    if (version === undefined)
      problems.push({
        field: 'release',
        value: release,
        reason: 'must name the version, such as us-epa-supply-chain-1.4',
      });
    if (year === undefined) problems.push({ field: 'year', reason: 'is missing: the year of the publication' });
    if (gwp === undefined)
      problems.push({
        field: 'gwp',
        reason: `is missing: the set of potentials of the source, one of ${GWP_SET_NAMES.join(', ')}`,
      });
    throw new FootingError(
      'invalid',
      `${fileName} has factors per dollar of ${priceYear}, of a version that is not known: state what the file does not say.`,
      { problems },
    );
  }
  const edition = options.edition ?? `version ${version}, ${year}`;
  return { id: release, version, edition, priceYear, year, gwpSource: gwp, url: options.url ?? '' };
}

const MASSES = [
  'co2_fossil',
  'co2_biogenic',
  'ch4_fossil',
  'ch4_non_fossil',
  'n2o',
  'co2e_unsplit',
  'other_kg',
] as const;
const SCOPES = ['1', '2', '3', 'outside'];
const METHODS = ['fuel', 'distance', 'average-data', 'spend-based', 'supplier-specific'];
const STAGES =
  'combustion fugitive generation generation-life-cycle transmission upstream transport cradle-to-gate cradle-to-shelf use end-of-life'.split(
    ' ',
  );
/** Problems that are listed. */
const PROBLEMS_MAX = 50;

function documented(text: string, fileName: string, options: ReleaseOptions): ImportedRelease {
  const problems: Problem[] = [];
  const { release = '', year } = options;
  if (!/^[a-z0-9][a-z0-9.-]{1,60}$/.test(release)) {
    problems.push({
      field: 'release',
      value: release,
      reason: 'is no id of a release',
      remedy: 'Write it like acme-2026',
    });
  }
  if (year === undefined) problems.push({ field: 'year', reason: 'is missing: the year of the publication' });
  if (options.gwp === undefined) {
    problems.push({
      field: 'gwp',
      reason: `is missing: the set of potentials of the source, one of ${GWP_SET_NAMES.join(', ')}`,
    });
  }
  const rows = readCsv(text, fileName);
  const drafts = rows.map((row, i) => draftOf(row, i + 1, problems));
  if (problems.length > 0) {
    throw new FootingError('invalid', `${fileName} cannot be imported as a release.`, {
      problems: problems.slice(0, PROBLEMS_MAX),
    });
  }
  return {
    head: {
      id: release,
      title: options.title ?? release,
      publisher: options.publisher ?? 'not stated',
      year: year!,
      edition: options.edition ?? String(year),
      licence: options.licence ?? 'not stated',
      licenceUrl: '',
      attribution: options.publisher ?? '',
      url: options.url ?? '',
      gwpSource: options.gwp!,
      validFrom: options.validFrom ?? `${year}-01-01`,
      validTo: options.validTo ?? `${year! + 1}-01-01`,
      notes: [],
    },
    drafts,
    rowsRead: rows.length,
    left: {},
  };
}

function draftOf(row: CsvRow, number: number, problems: Problem[]): FactorDraft {
  const text = (column: string) => (row[column] ?? '').trim();
  const wrong = (field: string, reason: string, remedy?: string) =>
    problems.push({ row: number, field, value: text(field), reason, ...(remedy === undefined ? {} : { remedy }) });
  const oneOf = (field: string, allowed: readonly string[], otherwise: string) => {
    const value = text(field) || otherwise;
    if (!allowed.includes(value)) wrong(field, `is not one of ${allowed.join(', ')}`);
    return value;
  };
  if (text('name') === '' || slug(text('name')) === '') wrong('name', 'is missing');
  const unit = findUnit(text('unit'));
  if ('problem' in unit) wrong('unit', unit.problem.reason, unit.problem.remedy);
  const masses: Partial<Record<(typeof MASSES)[number], string>> = {};
  for (const mass of MASSES) {
    if (text(mass) === '') continue;
    if (/^\d+(\.\d+)?$/.test(text(mass))) masses[mass] = text(mass);
    else wrong(mass, 'is not a number of at least 0');
  }
  if (MASSES.every((mass) => text(mass) === '')) wrong('co2e_unsplit', 'no emission is stated');
  const split = ['co2_fossil', 'ch4_non_fossil', 'n2o'] as const;
  const given = split.filter((gas) => masses[gas] !== undefined);
  if (given.length > 0 && given.length < split.length) {
    const missing = split.filter((gas) => masses[gas] === undefined);
    wrong(
      missing[0]!,
      `a gas is missing: ${missing.join(', ')}`,
      'State all of CO2, CH4 and N2O, 0 where there is none',
    );
  }
  if ((masses.other_kg === undefined) !== (text('other_gas') === ''))
    wrong('other_gas', 'the further gas has no name or no mass');
  const uncertainty = text('uncertainty_percent');
  if (uncertainty !== '' && !/^\d+(\.\d+)?$/.test(uncertainty)) {
    wrong(
      'uncertainty_percent',
      'is not a number of at least 0',
      'Write the half-width of the 95 % interval, such as 7',
    );
  }
  const scope = oneOf('scope', SCOPES, '3') as Scope;
  const category = text('category');
  if (category !== '' && !/^([1-9]|1[0-5])$/.test(category)) wrong('category', 'is not a scope-3 category, 1 to 15');
  return {
    name: text('name') || 'x',
    aliases: text('aliases') === '' ? [] : text('aliases').split(LIST_SEPARATOR),
    accompanies: text('accompanies'),
    scope,
    ...(scope === '3' && { category: Number(category || '1') }),
    ...(text('also_categories') !== '' && {
      alsoCategories: text('also_categories').split(LIST_SEPARATOR).map(Number),
    }),
    method: oneOf('method', METHODS, 'average-data') as Method,
    lifeCycleStage: oneOf('life_cycle_stage', STAGES, 'cradle-to-gate') as LifeCycleStage,
    unit: 'unit' in unit ? unit.unit.code : 'kg',
    region: text('region').toUpperCase() || 'GLO',
    ...masses,
    ...(text('other_gas') !== '' && { other_gas: text('other_gas') }),
    ...(text('co2e_source') !== '' && { co2eSource: text('co2e_source') }),
    sourceTable: text('source_table') || 'table',
    sourceRow: text('source_row') || `row ${number}`,
    notes: text('notes'),
    ...(uncertainty !== '' && { uncertaintyPercent: uncertainty }),
  };
}
