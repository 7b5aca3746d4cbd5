/**
 * The workbook of the US EPA GHG Emission Factors Hub -> its tables, as `catalogue/import-epa-hub.ts` reads them. All tables stand on one
 * sheet, one below the other; each is found by the words of its header, never by its place, so rows that a year adds move nothing.
 * What is merged over rows (kind of vehicle, fuel) stands in the first of them only. A table that is missing, or whose header
 * or units say something else, is another layout: refused, never guessed.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import { type CsvRow, writeCsv } from '../catalogue/csv.ts';
import { gwpSet } from '../catalogue/gwp.ts';

export interface HubWorkbook {
  year: number;
  /** Such as `January 2025`. */
  edition: string;
  /** Edition of the grid data, such as `eGRID2023`. */
  grid: string;
  /** Text of each table as CSV, by the names that `importEpaHub` knows. */
  tables: Map<string, string>;
}

/** Words by which a sheet is known as the hub's. */
const TITLE = /GHG Emission Factors Hub|Emission Factors for Greenhouse Gas Inventories/i;
const MODIFIED = /Last Modified:?\s*(?:\d{1,2}\s+)?([A-Z][a-z]+)(?:\s+\d{1,2},)?\s+(20\d\d)/;
const GRID_DATA = /eGRID\s?(20\d\d)/;
/** A row that begins so ends a table. */
const END = /^(Table \d|Sources?:|Notes?:)/i;
/** Rows between a header and the end of its table, at most. */
const TABLE_ROWS_MAX = 1_000;

interface TableLayout {
  name: string;
  /** Words of the header's cells, from the first on; the further cells of the row do not matter. */
  header: readonly RegExp[];
  /** Columns of the table, from the header's first cell on. */
  columns: readonly string[];
  /** Columns whose blank cells repeat what stands above. */
  repeated?: readonly string[];
}

const VEHICLE_FACTORS = [
  /^Vehicle Type$/i,
  /^CO2 Factor \(kg CO2 ?\/ ?unit\)$/i,
  /^CH4 Factor \(g CH4 ?\/ ?unit\)$/i,
  /^N2O Factor \(g N2O ?\/ ?unit\)$/i,
  /^Units?$/i,
];
const VEHICLE_COLUMNS = ['vehicle_type', 'kg_CO2_per_unit', 'g_CH4_per_unit', 'g_N2O_per_unit', 'unit'];
const perMile = (gas: string) => new RegExp(`^${gas} Factor \\(g ${gas} ?/ ?vehicle-mile\\)$`, 'i');
const perGallon = (gas: string) => new RegExp(`^${gas} Factor \\(g ${gas} ?/ ?gallon\\)$`, 'i');

/** In the order of the workbook: two have the same header. */
const LAYOUTS: readonly TableLayout[] = [
  {
    name: 'mobile_co2',
    header: [/^Fuel Type$/i, /^kg CO2 per unit$/i, /^Unit$/i],
    columns: ['fuel', 'kg_CO2_per_unit', 'unit'],
  },
  {
    name: 'mobile_gasoline_onroad',
    header: [/^Vehicle Type$/i, /^(Model )?Year$/i, perMile('CH4'), perMile('N2O')],
    columns: ['vehicle_type', 'model_year', 'g_CH4_per_mile', 'g_N2O_per_mile'],
    repeated: ['vehicle_type'],
  },
  {
    name: 'mobile_diesel_alt_onroad',
    header: [/^Vehicle Type$/i, /^Fuel Type$/i, /^Model Year$/i, perMile('CH4'), perMile('N2O')],
    columns: ['vehicle_type', 'fuel', 'model_year', 'g_CH4_per_mile', 'g_N2O_per_mile'],
    repeated: ['vehicle_type', 'fuel'],
  },
  {
    name: 'mobile_nonroad',
    header: [/^Vehicle Type$/i, /^Fuel Type$/i, perGallon('CH4'), perGallon('N2O')],
    columns: ['vehicle_type', 'fuel', 'g_CH4_per_gallon', 'g_N2O_per_gallon'],
    repeated: ['vehicle_type'],
  },
  {
    name: 'steam_heat',
    header: [
      /^/,
      /^CO2 Factor \(kg CO2 ?\/ ?mmBtu\)$/i,
      /^CH4 Factor \(g CH4 ?\/ ?mmBtu\)$/i,
      /^N2O Factor \(g N2O ?\/ ?mmBtu\)$/i,
    ],
    columns: ['name', 'kg_CO2_per_mmBtu', 'g_CH4_per_mmBtu', 'g_N2O_per_mmBtu'],
  },
  { name: 'cat4_9_transport', header: VEHICLE_FACTORS, columns: VEHICLE_COLUMNS },
  {
    name: 'cat5_12_waste',
    header: [
      /^Material$/i,
      /^Recycled/i,
      /^Landfilled/i,
      /^Combusted/i,
      /^Composted/i,
      /Dry Digestate/i,
      /Wet Digestate/i,
    ],
    columns: ['material', 'recycled', 'landfilled', 'combusted', 'composted', 'anaerobic_dry', 'anaerobic_wet'],
  },
  { name: 'cat6_7_travel', header: VEHICLE_FACTORS, columns: VEHICLE_COLUMNS },
];

/** True of the rows of a sheet that looks like the hub, of whatever year. */
export function isHub(rows: readonly string[][]): boolean {
  return rows.slice(0, 30).some((cells) => cells.some((text) => TITLE.test(plain(text))));
}

/**
 * @param asked year that the user states, where the workbook does not say when it was last modified
 * @throws FootingError `unsupported` when the workbook is laid out otherwise or calculates with other potentials than AR5.
 */
export function readHub(sheet: readonly string[][], asked?: number): HubWorkbook {
  const rows = sheet.map((cells) => cells.map(plain));
  const texts = rows.flat();
  const modified = texts.map((text) => MODIFIED.exec(text)).find((found) => found !== null);
  const year = modified ? Number(modified[2]) : asked;
  if (year === undefined) {
    throw refused('it does not say when it was last modified', 'State the year of the publication: --year 2026');
  }
  if (asked !== undefined && asked !== year) throw refused(`it was last modified in ${year}, not in ${asked}`);
  const grid = texts.map((text) => GRID_DATA.exec(text)).find((found) => found !== null);
  if (!grid) throw refused('it does not name the edition of eGRID that its grid rates are of');
  checkPotentials(rows, year);
  const tables = new Map<string, string>([
    ['stationary_combustion', stationary(rows)],
    ['egrid_subregion', subregions(rows)],
  ]);
  let from = 0;
  for (const layout of LAYOUTS) {
    const { text, end } = tableOf(rows, layout, from);
    tables.set(layout.name, text);
    from = end;
  }
  return { year, edition: modified ? `${modified[1]} ${year}` : String(year), grid: `eGRID${grid[1]}`, tables };
}

/** The masses are of the source; that their potentials are AR5's decides what its CO2e of waste is worth. */
function checkPotentials(rows: readonly string[][], year: number): void {
  const set = gwpSet('AR5');
  for (const [gas, potential] of [
    ['Methane', set.ch4NonFossil],
    ['Nitrous oxide', set.n2o],
  ] as const) {
    const row = rows.find((cells) => cells.some((text) => text.toLowerCase() === gas.toLowerCase()));
    const printed = row
      ?.filter((text) => /^[\d,]+(\.\d+)?$/.test(text))
      .at(-1)
      ?.replaceAll(',', '');
    if (printed === undefined) throw refused(`its table of potentials does not name ${gas.toLowerCase()}`);
    if (Decimal.parse(printed).toString() !== potential.toString()) {
      throw refused(`its potential of ${gas.toLowerCase()} is ${printed}, not the ${potential} of AR5`, REMEDY, year);
    }
  }
}

function tableOf(rows: readonly string[][], layout: TableLayout, from: number): { text: string; end: number } {
  const { name, header, columns, repeated = [] } = layout;
  const found = findHeader(rows, from, header);
  if (!found) throw refused(`its table ${name} has no header with ${header.map(words).filter(Boolean).join(', ')}`);
  const records: CsvRow[] = [];
  const above: Record<string, string> = {};
  let end = found.row + 1;
  for (; end < rows.length && end - found.row < TABLE_ROWS_MAX; end += 1) {
    const cells = columns.map((_, i) => rows[end]![found.column + i] ?? '');
    if (cells.every((text) => text === '') || END.test(cells[0]!)) break;
    const record: CsvRow = Object.fromEntries(columns.map((column, i) => [column, cells[i]!]));
    for (const column of repeated) {
      if (record[column] === '') record[column] = above[column] ?? '';
      else above[column] = record[column]!;
    }
    for (const column of columns.slice(1)) record[column] = numberIn(name, column, record[column]!);
    records.push(record);
  }
  if (records.length === 0) throw refused(`its table ${name} has no rows`);
  return { text: writeCsv(columns, records), end };
}

/** Words are kept; of numbers, what says that there is none becomes empty. */
function numberIn(table: string, column: string, text: string): string {
  if (!/_per_|^(recycled|landfilled|combusted|composted|anaerobic_)/.test(column)) return text;
  if (text === '' || /^(NA|N\/A|-|–)$/i.test(text)) return '';
  const number = text.replaceAll(',', '');
  if (!Decimal.tryParse(number))
    throw refused(`its table ${table} has "${text.slice(0, 50)}" where ${column} is a number`);
  return number;
}

const STATIONARY_COLUMNS = [
  'fuel',
  'mmBtu_per_unit_HHV',
  'kg_CO2_per_mmBtu',
  'g_CH4_per_mmBtu',
  'g_N2O_per_mmBtu',
  'kg_CO2_per_unit',
  'g_CH4_per_unit',
  'g_N2O_per_unit',
];
const STATIONARY_HEADER = [
  /^Fuel Type$/i,
  /^Heat Content/i,
  /^CO2 Factor/i,
  /^CH4 Factor/i,
  /^N2O Factor/i,
  /^CO2 Factor/i,
];
const UNITS_PER_MMBTU = ['kg CO2 per mmBtu', 'g CH4 per mmBtu', 'g N2O per mmBtu'];

/** Fuels under groups; rows of units stand between them and hold for the groups below. */
function stationary(rows: readonly string[][]): string {
  const found = findHeader(rows, 0, STATIONARY_HEADER);
  if (!found) throw refused('its table of stationary combustion has another header');
  const records: CsvRow[] = [];
  let group = '';
  let unit = '';
  for (let at = found.row + 1; at < rows.length && at - found.row < TABLE_ROWS_MAX; at += 1) {
    const cells = STATIONARY_COLUMNS.map((_, i) => rows[at]![found.column + i] ?? '');
    const [fuel, heat, ...values] = cells as [string, string, ...string[]];
    if (cells.every((text) => text === '') || END.test(fuel)) break;
    if (values.slice(0, 3).some((text) => / per /.test(text))) {
      unit = /^mmBtu per (.+)$/i.exec(heat)?.[1] ?? '';
      const other = values.slice(0, 3).find((text, i) => text !== UNITS_PER_MMBTU[i]);
      if (other !== undefined || unit === '')
        throw refused(`stationary combustion is in ${heat}, ${values.join(', ')}`);
    } else if (heat === '' && values.every((text) => text === '')) group = fuel;
    else {
      // Pulping liquors have no heat content: they are stated per mmBtu alone, under no unit.
      const numbers = [heat, ...values].map((text, i) =>
        numberIn('stationary_combustion', STATIONARY_COLUMNS[i + 1]!, text),
      );
      const pairs = STATIONARY_COLUMNS.slice(1).map((column, i): [string, string] => [column, numbers[i]!]);
      records.push({ group, fuel, physical_unit: heat === '' ? '' : unit, ...Object.fromEntries(pairs) });
    }
  }
  if (records.length === 0) throw refused('its table of stationary combustion has no rows');
  const [first, ...others] = STATIONARY_COLUMNS;
  return writeCsv(['group', first!, 'physical_unit', ...others], records);
}

const SUBREGION_COLUMNS = [
  'subregion',
  'name',
  'lb_CO2_per_MWh',
  'lb_CH4_per_MWh',
  'lb_N2O_per_MWh',
  'nb_lb_CO2_per_MWh',
  'nb_lb_CH4_per_MWh',
  'nb_lb_N2O_per_MWh',
  'grid_gross_loss_fraction',
];

/** Grid rates: the header is spread over up to three rows (kind of rate, gas, unit). Losses came with 2025. */
function subregions(rows: readonly string[][]): string {
  const found = findHeader(rows, 0, [/Subregion Acronym$/i, /Subregion Name$/i]);
  if (!found) throw refused('its table of electricity has no eGRID Subregion Acronym');
  const heads = SUBREGION_COLUMNS.map((_, i) =>
    [-1, 0, 1].map((by) => rows[found.row + by]?.[found.column + i] ?? '').join(' '),
  );
  for (const [i, gas] of [/CO2/, /CH4/, /N2O/].entries()) {
    if (!gas.test(heads[2 + i]!) || !/lb/.test(heads[2 + i]!))
      throw refused(`its grid rates are in ${heads[2 + i]!.trim()}`);
  }
  const losses = /loss/i.test(heads[8]!);
  const records: CsvRow[] = [];
  for (let at = found.row + 1; at < rows.length && at - found.row < TABLE_ROWS_MAX; at += 1) {
    const cells = SUBREGION_COLUMNS.map((_, i) => rows[at]![found.column + i] ?? '');
    // Between the header and the first subregion: units.
    if (cells[0] === '' && records.length === 0) continue;
    if (cells[0] === '' || END.test(cells[0]!)) break;
    const [subregion, printed] = cells as [string, string];
    const name = new RegExp(`^${subregion} \\((.+)\\)$`).exec(printed)?.[1] ?? (printed || subregion);
    const rates = cells.slice(2, 8).map((text, i) => numberIn('electricity', SUBREGION_COLUMNS[2 + i]!, text));
    const loss = losses ? lossOf(cells[8]!) : '';
    const values = [subregion, name, ...rates, loss];
    records.push(Object.fromEntries(SUBREGION_COLUMNS.map((column, i) => [column, values[i]!])));
  }
  if (records.length === 0) throw refused('its table of electricity has no rows');
  return writeCsv(SUBREGION_COLUMNS, records);
}

/** A share of generation: a cell shown as 4.1 % holds 0.041; one that is written so holds `4.1%`. */
function lossOf(text: string): string {
  if (text === '' || /^(NA|N\/A|-|–)$/i.test(text)) return '';
  const percent = /^([\d.]+) ?%$/.exec(text)?.[1];
  const share = percent === undefined ? Decimal.tryParse(text) : Decimal.tryParse(`${percent}e-2`);
  if (!share || share.sign() < 0 || share.cmp(Decimal.ONE) >= 0)
    throw refused(`a gross loss of the grid is ${text}, no share`);
  return share.toString();
}

function findHeader(
  rows: readonly string[][],
  from: number,
  header: readonly RegExp[],
): { row: number; column: number } | undefined {
  for (let row = from; row < rows.length; row += 1) {
    const cells = rows[row]!;
    for (let column = 0; column + header.length <= cells.length; column += 1) {
      if (header.every((pattern, i) => pattern.test(cells[column + i]!))) return { row, column };
    }
  }
  return undefined;
}

/** Cells have their text on several lines. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const words = (pattern: RegExp) => pattern.source.replace(/[\^$?]|\\|\(Model \)/g, '');

const REMEDY =
  'Import the workbook as the EPA ships it. A hub of another layout takes an importer of a later version, or the CSV of catalogue/README.md';

function refused(why: string, remedy = REMEDY, year?: number): FootingError {
  const of = year === undefined ? '' : ` of ${year}`;
  return new FootingError('unsupported', `This hub${of} is not laid out as those of 2024 and 2025: ${why}.`, {
    problems: [{ field: 'workbook', reason: why }],
    remedy,
  });
}
