/**
 * US EPA GHG Emission Factors Hub, its tables as CSV -> factors in the catalogue's format.
 *
 * The source's traps: CO2 in kg beside CH4 and N2O in g; grid factors in lb; waste in *tonnes* CO2e per *short ton*;
 * biomass CO2 in the same column as fossil CO2; heat contents are gross; empty means not available, not zero;
 * non-baseload grid rates are for avoided emissions and stay out.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { type CsvRow, cell, readCsv } from './csv.ts';
import { type FactorDraft, GAS_MASS_SCALE, type ImportedRelease, spreadsheetNumber } from './format.ts';

/** Date of a publication, and the grid data that it holds. */
export interface HubEdition {
  edition: string;
  grid: string;
}

/** Editions that are transcribed as tables. */
const EDITIONS: Record<number, HubEdition> = {
  2025: { edition: 'January 2025', grid: 'eGRID2023' },
};

const KG_PER_LB = Rational.parse('0.45359237');
const GRAMS_PER_KG = Rational.parse('1000');

const UNITS: Record<string, string> = {
  gallon: 'us_gal',
  'short ton': 'short_ton',
  scf: 'scf',
  'vehicle-mile': 'vehicle-mile',
  'short ton-mile': 'short-ton-mile',
  'ton-mile': 'short-ton-mile',
  'passenger-mile': 'passenger-mile',
};

/** Fuels of the table of mobile CO2 whose carbon is biogenic. */
const BIOFUELS = ['Biodiesel (100%)', 'Ethanol (100%)'];

/** US subregions that are whole islands or states are still subregions: `US-CAMX`. */
const US = 'US';

type Masses = Pick<FactorDraft, 'co2_fossil' | 'co2_biogenic' | 'ch4_non_fossil' | 'n2o'>;

type Table = (rows: CsvRow[], left: Record<string, number>, edition: HubEdition) => FactorDraft[];

const TABLES: Record<string, Table> = {
  stationary_combustion: stationary,
  mobile_co2: mobileCo2,
  mobile_gasoline_onroad: onroad,
  mobile_diesel_alt_onroad: onroad,
  mobile_nonroad: nonroad,
  egrid_subregion: grid,
  steam_heat: steam,
  cat4_9_transport: freight,
  cat5_12_waste: waste,
  cat6_7_travel: travel,
};

/**
 * @param tables text of each table by its name, as {@link TABLES} lists them
 * @param stated what the publication says of itself; else it is one of those that are known by their year
 * @throws FootingError `unsupported` for a year this importer does not know, `malformed` for tables of another shape.
 */
export function importEpaHub(tables: Map<string, string>, year: number, stated?: HubEdition): ImportedRelease {
  const edition = stated ?? EDITIONS[year];
  if (!edition) throw new FootingError('unsupported', `The hub of ${year} is not known to this importer`);
  const left: Record<string, number> = {};
  const drafts: FactorDraft[] = [];
  let rowsRead = 0;
  for (const [name, read] of Object.entries(TABLES)) {
    const text = tables.get(name);
    if (text === undefined) throw new FootingError('malformed', `The table ${name} is missing`);
    const rows = readCsv(text, name);
    rowsRead += rows.length;
    drafts.push(...read(rows, left, edition));
  }
  return { head: releaseHead(year, edition), drafts, rowsRead, left };
}

function stationary(rows: CsvRow[]): FactorDraft[] {
  return rows.flatMap((row) => {
    const group = cell(row, 'group').replace(/\s+/g, ' ');
    const fuel = group.includes('Kraft') ? `Kraft pulping liquor, ${cell(row, 'fuel')}` : cell(row, 'fuel').trim();
    const biogenic = group.includes('Biomass');
    const co2 = spreadsheetNumber(cell(row, 'kg_CO2_per_mmBtu'));
    const ch4 = kgOfGrams(cell(row, 'g_CH4_per_mmBtu'));
    const n2o = kgOfGrams(cell(row, 'g_N2O_per_mmBtu'));
    const common = {
      name: `${fuel} (US)`,
      aliases: [fuel],
      scope: '1',
      method: 'fuel',
      lifeCycleStage: 'combustion',
      region: US,
      sourceTable: 'Table 1 Stationary Combustion',
      sourceRow: `${group}: ${cell(row, 'fuel')}`,
    } as const;
    const perEnergy: FactorDraft = { ...common, unit: 'mmBtu (Gross CV)', ...combustion(co2, ch4, n2o, biogenic) };
    const printedHeat = cell(row, 'mmBtu_per_unit_HHV');
    if (printedHeat === '') return [perEnergy];
    const heat = spreadsheetNumber(printedHeat);
    const printed = cell(row, 'kg_CO2_per_unit');
    const unit = cell(row, 'physical_unit');
    const perUnit: FactorDraft = {
      ...common,
      unit: unitOf(unit),
      ...combustion(times(co2, heat), times(ch4, heat), times(n2o, heat), biogenic),
      notes: `${heat} mmBtu (gross) per ${unit} times the factor per mmBtu; the source prints it rounded, ${printed} kg CO2`,
    };
    return [perEnergy, perUnit];
  });
}

function mobileCo2(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => {
    const fuel = cell(row, 'fuel').trim();
    return {
      name: `${fuel}, mobile combustion (US)`,
      scope: '1',
      method: 'fuel',
      lifeCycleStage: 'combustion',
      unit: unitOf(cell(row, 'unit')),
      region: US,
      ...combustion(spreadsheetNumber(cell(row, 'kg_CO2_per_unit')), '0', '0', BIOFUELS.includes(fuel)),
      sourceTable: 'Table 2 Mobile Combustion CO2',
      sourceRow: fuel,
      notes: 'CO2 only: CH4 and N2O are an activity of their own, by distance or by engine',
    };
  });
}

/** CH4 and N2O of road vehicles by distance; the CO2 comes with the fuel. */
function onroad(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => {
    const vehicle = clean(cell(row, 'vehicle_type'));
    const fuel = row.fuel ? `, ${row.fuel}` : '';
    const years = cell(row, 'model_year') === '' ? '' : `, model year ${cell(row, 'model_year')}`;
    return {
      name: `CH4 and N2O: ${vehicle}${fuel}${years} (US)`,
      scope: '1',
      method: 'distance',
      lifeCycleStage: 'combustion',
      unit: 'vehicle-mile',
      region: US,
      ch4_non_fossil: kgOfGrams(cell(row, 'g_CH4_per_mile')),
      n2o: kgOfGrams(cell(row, 'g_N2O_per_mile')),
      sourceTable: row.fuel
        ? 'Table 4 Mobile Combustion, diesel and alternative fuels'
        : 'Table 3 Mobile Combustion, gasoline',
      sourceRow: `${vehicle}${fuel}${years}`,
      notes: 'No CO2 in it: that comes with the fuel',
    };
  });
}

function nonroad(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => {
    const name = `${clean(cell(row, 'vehicle_type'))}, ${cell(row, 'fuel')}`;
    return {
      name: `CH4 and N2O: ${name} (US)`,
      scope: '1',
      method: 'fuel',
      lifeCycleStage: 'combustion',
      unit: 'us_gal',
      region: US,
      ch4_non_fossil: kgOfGrams(cell(row, 'g_CH4_per_gallon')),
      n2o: kgOfGrams(cell(row, 'g_N2O_per_gallon')),
      sourceTable: 'Table 5 Mobile Combustion, non-road',
      sourceRow: name,
      notes: 'No CO2 in it: that comes with the fuel',
    };
  });
}

/** Grid averages by subregion, and the losses between plant and meter: rate x L / (1 - L), L relating to generation. */
function grid(rows: CsvRow[], left: Record<string, number>, edition: HubEdition): FactorDraft[] {
  return rows.flatMap((row) => {
    const code = cell(row, 'subregion');
    const whole = code === 'US Average';
    const name = whole ? 'Electricity, United States' : `Electricity, United States, ${code} (${cell(row, 'name')})`;
    const own = whole ? ['Electricity, US', 'US electricity'] : [`Electricity, ${code}`, code];
    const rates = ['lb_CO2_per_MWh', 'lb_CH4_per_MWh', 'lb_N2O_per_MWh'].map((column) =>
      Rational.parse(spreadsheetNumber(cell(row, column))).mul(KG_PER_LB),
    );
    const common = {
      unit: 'MWh',
      region: whole ? US : `US-${code}`,
      method: 'average-data',
      sourceTable: `Table 6 Electricity (${edition.grid}), total output`,
      sourceRow: code,
    } as const;
    const generation: FactorDraft = {
      ...common,
      name,
      aliases: [...own, 'Grid electricity', 'Electricity'],
      scope: '2',
      lifeCycleStage: 'generation',
      ...masses(rates.map(exact)),
      notes: 'lb per MWh times 0.45359237',
    };
    const loss = cell(row, 'grid_gross_loss_fraction');
    if (loss === '') {
      left['no loss rate for the subregion'] = (left['no loss rate for the subregion'] ?? 0) + 1;
      return [generation];
    }
    const share = Rational.parse(spreadsheetNumber(loss));
    const perDelivered = share.div(Rational.ONE.sub(share));
    return [
      generation,
      {
        ...common,
        name: `T&D losses: ${name}`,
        accompanies: name,
        scope: '3',
        category: 3,
        lifeCycleStage: 'transmission',
        ...masses(rates.map((rate) => rate.mul(perDelivered).toDecimal(GAS_MASS_SCALE).toString())),
        notes: `Grid average times L / (1 - L) with the gross loss L = ${share}`,
      },
    ];
  });
}

function steam(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => ({
    name: `${cell(row, 'name')} (US)`,
    aliases: [cell(row, 'name')],
    scope: '2',
    method: 'average-data',
    lifeCycleStage: 'generation',
    unit: 'mmBtu',
    region: US,
    ...kgGramGram(row, 'mmBtu'),
    sourceTable: 'Table 7 Steam and Heat',
    sourceRow: cell(row, 'name'),
  }));
}

function freight(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => ({
    name: `Freight, ${lower(clean(cell(row, 'vehicle_type')))} (US)`,
    scope: '3',
    category: 4,
    alsoCategories: [9],
    method: 'distance',
    lifeCycleStage: 'transport',
    unit: unitOf(cell(row, 'unit')),
    region: US,
    ...kgGramGram(row, 'unit'),
    sourceTable: 'Table 8 Scope 3 categories 4 and 9',
    sourceRow: `${clean(cell(row, 'vehicle_type'))}, ${cell(row, 'unit')}`,
  }));
}

function travel(rows: CsvRow[]): FactorDraft[] {
  return rows.map((row) => ({
    name: `Travel, ${lower(clean(cell(row, 'vehicle_type')))} (US)`,
    scope: '3',
    category: 6,
    alsoCategories: [7],
    method: 'distance',
    lifeCycleStage: 'transport',
    unit: unitOf(cell(row, 'unit')),
    region: US,
    ...kgGramGram(row, 'unit'),
    sourceTable: 'Table 10 Scope 3 categories 6 and 7',
    sourceRow: clean(cell(row, 'vehicle_type')),
  }));
}

const TREATMENTS: Record<string, string> = {
  recycled: 'recycled',
  landfilled: 'landfilled',
  combusted: 'combusted',
  composted: 'composted',
  anaerobic_dry: 'anaerobically digested, dry',
  anaerobic_wet: 'anaerobically digested, wet',
};

function waste(rows: CsvRow[], left: Record<string, number>): FactorDraft[] {
  const drafts: FactorDraft[] = [];
  for (const row of rows) {
    for (const [column, treatment] of Object.entries(TREATMENTS)) {
      const tonnes = cell(row, column);
      if (tonnes === '') {
        left['no value: not applicable'] = (left['no value: not applicable'] ?? 0) + 1;
        continue;
      }
      const kilograms = times(spreadsheetNumber(tonnes), '1000');
      const material = clean(cell(row, 'material'));
      drafts.push({
        name: `Waste, ${lower(material)}, ${treatment} (US)`,
        scope: '3',
        category: 5,
        alsoCategories: [12],
        method: 'average-data',
        lifeCycleStage: 'end-of-life',
        unit: 'short_ton',
        region: US,
        co2e_unsplit: kilograms,
        co2eSource: kilograms,
        sourceTable: 'Table 9 Scope 3 categories 5 and 12',
        sourceRow: `${material}: ${column}`,
        notes: 'Tonnes CO2e per short ton times 1000',
      });
    }
  }
  return drafts;
}

/** Methane of combustion takes the non-fossil potential whatever the fuel; biogenic CO2 stands outside the scopes. */
function combustion(co2: string, ch4: string, n2o: string, biogenic: boolean): Masses {
  const gases = { ch4_non_fossil: ch4, n2o };
  return biogenic ? { co2_biogenic: co2, ...gases } : { co2_fossil: co2, ...gases };
}

function masses([co2, ch4, n2o]: string[]): Masses {
  return { co2_fossil: co2!, ch4_non_fossil: ch4!, n2o: n2o! };
}

function kgGramGram(row: CsvRow, per: string): Masses {
  return masses([
    spreadsheetNumber(cell(row, `kg_CO2_per_${per}`)),
    kgOfGrams(cell(row, `g_CH4_per_${per}`)),
    kgOfGrams(cell(row, `g_N2O_per_${per}`)),
  ]);
}

function kgOfGrams(text: string): string {
  return exact(Rational.parse(spreadsheetNumber(text)).div(GRAMS_PER_KG));
}

function times(left: string, right: string): string {
  return Decimal.parse(left)
    .mul(Decimal.parse(spreadsheetNumber(right)))
    .toString();
}

function exact(value: Rational): string {
  const decimal = value.toExactDecimal();
  if (!decimal) throw new FootingError('internal', `${value} is no decimal`);
  return decimal.toString();
}

function unitOf(text: string): string {
  const unit = UNITS[text];
  if (!unit) throw new FootingError('malformed', `The unit ${text} is not known in the hub`);
  return unit;
}

/** Without the letter of a footnote at its end: `Passenger Car A`, `Medium- and Heavy-Duty TruckC`. */
function clean(text: string): string {
  return text
    .replace(/(?: |(?<=[a-z]))[A-F]$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Small first letters of words that are not abbreviations. */
function lower(text: string): string {
  return text.replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}

function releaseHead(year: number, { edition, grid: gridData }: HubEdition): ImportedRelease['head'] {
  return {
    id: `us-epa-hub-${year}`,
    title: `GHG Emission Factors Hub, ${year}`,
    publisher: 'United States Environmental Protection Agency, Center for Corporate Climate Leadership',
    year,
    edition,
    licence: 'US-PD',
    licenceUrl: 'https://www.usa.gov/government-works',
    attribution: `US EPA, GHG Emission Factors Hub, ${edition}. Work of the US Government, public domain.`,
    url: 'https://www.epa.gov/climateleadership/ghg-emission-factors-hub',
    gwpSource: 'AR5',
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    notes: [
      `Grid rates are those of ${gridData}, total output; non-baseload rates are for avoided emissions and are not here.`,
      'Heat contents and factors per mmBtu are gross (higher heating value).',
      'CO2 of the groups called Biomass is biogenic, peat among them as the source has it; their CH4 and N2O stay in the scope.',
      'Factors per physical unit are heat content times factor per mmBtu, exactly; the source prints them rounded.',
      'Numbers with more than 15 significant digits are rounded to 15, half-even: the rest is noise of the spreadsheet.',
    ],
  };
}
