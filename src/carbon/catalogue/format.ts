/** The catalogue's own files: columns of factors.csv, and what an importer hands over to be written as a release. */
import { createHash } from 'node:crypto';
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError, invariant } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { parseUnit } from '../../kernel/units.ts';
import { type CsvRow, writeCsv } from './csv.ts';
import type { LifeCycleStage, Method, Release, Scope } from './types.ts';

/** Decimals of a gas mass that is derived from the CO2e of the gas, in kg per unit, half-even. */
export const GAS_MASS_SCALE = 12;

/** Digits that a spreadsheet keeps of a number; what stands beyond them is the noise of binary fractions. */
const SPREADSHEET_DIGITS = 15;

export const FACTOR_COLUMNS = [
  'id',
  'name',
  'aliases',
  'accompanies',
  'scope',
  'category',
  'also_categories',
  'method',
  'life_cycle_stage',
  'unit',
  'region',
  'valid_from',
  'valid_to',
  'co2_fossil',
  'co2_biogenic',
  'ch4_fossil',
  'ch4_non_fossil',
  'n2o',
  'co2e_unsplit',
  'other_gas',
  'other_kg',
  'co2e_source',
  'co2e_of_ch4_source',
  'co2e_of_n2o_source',
  'source_table',
  'source_row',
  'notes',
] as const;

/** A further column, there only when some factor of the release states what it errs by. */
export const UNCERTAINTY_COLUMN = 'uncertainty_percent';

/** Separates several values in one cell: aliases, categories. */
export const LIST_SEPARATOR = '|';

/** A factor as an importer states it; numbers are decimals as text, and what is left out is empty. */
export interface FactorDraft {
  name: string;
  aliases?: readonly string[];
  accompanies?: string;
  scope: Scope;
  category?: number;
  alsoCategories?: number[];
  method: Method;
  lifeCycleStage: LifeCycleStage;
  unit: string;
  region: string;
  co2_fossil?: string;
  co2_biogenic?: string;
  ch4_fossil?: string;
  ch4_non_fossil?: string;
  n2o?: string;
  co2e_unsplit?: string;
  other_gas?: string;
  other_kg?: string;
  co2eSource?: string;
  co2eOfCh4Source?: string;
  co2eOfN2oSource?: string;
  sourceTable: string;
  sourceRow: string;
  notes?: string;
  /** Half-width of the 95 % interval, per cent. */
  uncertaintyPercent?: string;
}

/** A publication without what follows from its factors. */
export type ReleaseHead = Omit<Release, 'counts' | 'contentHash'> & { validFrom: string; validTo: string };

export interface ImportedRelease {
  head: ReleaseHead;
  drafts: FactorDraft[];
  rowsRead: number;
  /** Rows that did not become factors, counted by reason. */
  left: Record<string, number>;
  /** Text of a gases.csv, where the source states more gases than a factor holds. */
  gases?: string;
}

/** Text of factors.csv, sorted by id; ids are unique and units are known, or this throws. */
export function writeFactors(imported: ImportedRelease): string {
  const rows = imported.drafts.map((draft) => draftToRow(draft, imported.head));
  rows.sort((a, b) => (a.id! < b.id! ? -1 : a.id! > b.id! ? 1 : 0));
  for (let index = 1; index < rows.length; index++) {
    if (rows[index]!.id === rows[index - 1]!.id) {
      throw new FootingError('conflict', `Two factors of ${imported.head.id} have the id ${rows[index]!.id}`);
    }
  }
  const names = new Set(imported.drafts.map((draft) => draft.name));
  for (const draft of imported.drafts) {
    if (draft.accompanies && !names.has(draft.accompanies)) {
      throw new FootingError('invalid', `${draft.name} accompanies ${draft.accompanies}, which is not in the release`);
    }
  }
  const stated = imported.drafts.some(({ uncertaintyPercent }) => uncertaintyPercent !== undefined);
  return writeCsv(stated ? [...FACTOR_COLUMNS, UNCERTAINTY_COLUMN] : FACTOR_COLUMNS, rows);
}

/** A release with its text, as it is kept. */
export interface WrittenRelease {
  release: Release;
  factors: string;
  /** Text of a gases.csv; the hash of the release is that of its factors, which are made from these. */
  gases?: string;
}

/** What an importer hands over, as a release. */
export function written(imported: ImportedRelease): WrittenRelease {
  const factors = writeFactors(imported);
  const { validFrom: _from, validTo: _to, ...head } = imported.head;
  const counts = { rowsRead: imported.rowsRead, factors: imported.drafts.length, left: imported.left };
  const contentHash = createHash('sha256').update(factors).digest('hex');
  const made = { release: { ...head, counts, contentHash }, factors };
  return imported.gases === undefined ? made : { ...made, gases: imported.gases };
}

/**
 * Number of a publisher's spreadsheet as a plain decimal, without the noise of binary fractions. A file writes the same cell with 15 to 17
 * digits, as the program that saved it pleases: only the shortest text of the binary number is the same for all, so that is rounded.
 */
export function spreadsheetNumber(text: string): string {
  const written = Decimal.parse(text).normalized();
  if (digitsOf(written) <= SPREADSHEET_DIGITS) return written.toString();
  const decimal = Decimal.parse(String(Number(text))).normalized();
  const digits = digitsOf(decimal);
  if (digits <= SPREADSHEET_DIGITS) return decimal.toString();
  return decimal.rescale(Math.max(0, decimal.scale - (digits - SPREADSHEET_DIGITS)), 'half-even').toString();
}

function digitsOf(decimal: Decimal): number {
  return decimal.abs().mantissa.toString().length;
}

/** kg of a gas out of kg CO2e of that gas: value / potential, {@link GAS_MASS_SCALE} decimals, half-even. */
export function gasMass(co2eOfGas: string, potential: string): string {
  return Rational.parse(co2eOfGas).div(Rational.parse(potential)).toDecimal(GAS_MASS_SCALE).toString();
}

/** Readable id: lower-case words joined by hyphens. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/>/g, ' over ')
    .replace(/</g, ' under ')
    .replace(/\+/g, ' plus ')
    .replace(/%/g, ' percent ')
    .replace(/&/g, ' and ')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function draftToRow(draft: FactorDraft, head: ReleaseHead): CsvRow {
  const unit = parseUnit(draft.unit);
  for (const text of [...(draft.aliases ?? []), draft.name]) {
    invariant(!text.includes(LIST_SEPARATOR), `a name holds ${LIST_SEPARATOR}: ${text}`);
  }
  return {
    id: `${slug(draft.name)}/${slug(unit.code)}`,
    name: draft.name,
    aliases: [...new Set(draft.aliases ?? [])].filter((alias) => alias !== draft.name).join(LIST_SEPARATOR),
    accompanies: draft.accompanies ?? '',
    scope: draft.scope,
    category: draft.category === undefined ? '' : String(draft.category),
    also_categories: (draft.alsoCategories ?? []).join(LIST_SEPARATOR),
    method: draft.method,
    life_cycle_stage: draft.lifeCycleStage,
    unit: unit.code,
    region: draft.region,
    valid_from: head.validFrom,
    valid_to: head.validTo,
    co2_fossil: mass(draft.co2_fossil),
    co2_biogenic: mass(draft.co2_biogenic),
    ch4_fossil: mass(draft.ch4_fossil),
    ch4_non_fossil: mass(draft.ch4_non_fossil),
    n2o: mass(draft.n2o),
    co2e_unsplit: mass(draft.co2e_unsplit),
    other_gas: draft.other_gas ?? '',
    other_kg: mass(draft.other_kg),
    co2e_source: draft.co2eSource ?? '',
    co2e_of_ch4_source: draft.co2eOfCh4Source ?? '',
    co2e_of_n2o_source: draft.co2eOfN2oSource ?? '',
    source_table: draft.sourceTable,
    source_row: draft.sourceRow,
    notes: draft.notes ?? '',
    [UNCERTAINTY_COLUMN]: draft.uncertaintyPercent ?? '',
  };
}

/** A mass of zero is an empty cell. */
function mass(text: string | undefined): string {
  if (text === undefined) return '';
  const decimal = Decimal.parse(text);
  return decimal.isZero() ? '' : decimal.toString();
}
