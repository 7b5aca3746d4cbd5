/**
 * Carbon intensity of electricity by country (Ember, through Our World in Data) -> factors in the catalogue's format.
 *
 * The source counts the whole life cycle of each technology. So these are a fallback where no national publication is
 * held, must not be joined by an upstream line of their own, and are marked with the stage `generation-life-cycle`.
 */
import { COUNTRIES } from '../../kernel/country.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { type FactorDraft, type ImportedRelease, spreadsheetNumber } from './format.ts';

/** Countries that publish factors of their own which the catalogue holds. */
const HELD_FROM_NATIONAL_SOURCES = ['GB', 'US'];

/** One release per year of data: the file holds each country's latest year. */
const YEARS: Record<number, string> = {
  2022: 'Yearly electricity data, countries whose latest year is 2022',
  2023: 'Yearly electricity data, countries whose latest year is 2023',
};

/** Names that differ from those of {@link COUNTRIES}. */
const RESPELT: Record<string, string> = {
  'Antigua and Barbuda': 'AG',
  'Bosnia and Herzegovina': 'BA',
  "Cote d'Ivoire": 'CI',
  'Democratic Republic of Congo': 'CD',
  Congo: 'CG',
  'Hong Kong': 'HK',
  'Saint Kitts and Nevis': 'KN',
  'Saint Lucia': 'LC',
  Macao: 'MO',
  Myanmar: 'MM',
  Palestine: 'PS',
  Reunion: 'RE',
  'Saint Helena': 'SH',
  'Saint Pierre and Miquelon': 'PM',
  'Sao Tome and Principe': 'ST',
  'Turks and Caicos Islands': 'TC',
  'East Timor': 'TL',
  'Trinidad and Tobago': 'TT',
  Turkey: 'TR',
  'Saint Vincent and the Grenadines': 'VC',
  'United States Virgin Islands': 'VI',
};

interface Entry {
  iso_code: string;
  country_name: string;
  carbon_intensity: number;
  year: number;
}

const CODES = new Map([...COUNTRIES].map(([code, name]) => [name, code]));

/**
 * @param text JSON: an object of entries with iso_code, country_name, carbon_intensity in g CO2e per kWh, year
 * @throws FootingError `malformed` for a country that is not known, `unsupported` for a year that is not.
 */
export function importWorldGrid(text: string, year: number): ImportedRelease {
  const edition = YEARS[year];
  if (!edition) throw new FootingError('unsupported', `Grid data of ${year} are not known to this importer`);
  const entries = Object.values(JSON.parse(text) as Record<string, Entry>);
  const left: Record<string, number> = {};
  const drafts: FactorDraft[] = [];
  for (const entry of entries) {
    const region = RESPELT[entry.country_name] ?? CODES.get(entry.country_name);
    if (!region) throw new FootingError('malformed', `The country ${entry.country_name} is not known`);
    const reason = whyLeft(entry, region, year);
    if (reason) left[reason] = (left[reason] ?? 0) + 1;
    else drafts.push(draft(entry, region));
  }
  return { head: releaseHead(year, edition), drafts, rowsRead: entries.length, left };
}

function whyLeft(entry: Entry, region: string, year: number): string | undefined {
  if (entry.year !== year) return 'data of another year';
  if (HELD_FROM_NATIONAL_SOURCES.includes(region)) return 'a national publication is held';
  if (entry.carbon_intensity === 0) return 'printed as zero, which no grid is by life cycle';
  return undefined;
}

function draft(entry: Entry, region: string): FactorDraft {
  const perKwh = Rational.parse(spreadsheetNumber(String(entry.carbon_intensity)))
    .div(Rational.parse('1000'))
    .toString();
  const country = COUNTRIES.get(region) ?? entry.country_name;
  return {
    name: `Electricity, ${country}`,
    aliases: ['Grid electricity', 'Electricity'],
    scope: '2',
    method: 'average-data',
    lifeCycleStage: 'generation-life-cycle',
    unit: 'kWh',
    region,
    co2e_unsplit: perKwh,
    co2eSource: perKwh,
    sourceTable: 'Carbon intensity of electricity generation',
    sourceRow: entry.iso_code,
    notes: 'Whole life cycle of each technology: add no upstream line for the same kWh',
  };
}

function releaseHead(year: number, edition: string): ImportedRelease['head'] {
  return {
    id: `world-grid-${year}`,
    title: `Carbon intensity of electricity by country, ${year}`,
    publisher: 'Ember, processed by Our World in Data and collected by CodeCarbon',
    year,
    edition,
    licence: 'CC-BY-4.0',
    licenceUrl: 'https://creativecommons.org/licenses/by/4.0/',
    attribution: `Ember (2024), with major processing by Our World in Data: "Carbon intensity of electricity generation". CC BY 4.0; collected by CodeCarbon (MIT). Changed here: g to kg, one factor per country.`,
    url: 'https://ourworldindata.org/grapher/carbon-intensity-electricity',
    gwpSource: 'AR5',
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    notes: [
      'A fallback where no national publication is held. It is not a combustion-only location-based factor: life-cycle emissions of each technology are in it, so a scope-2 figure on it holds parts that belong to category 3.',
      'CO2e only: cannot be restated to another GWP set. The technology factors of the source are those of the IPCC of 2014 (AR5).',
      'Production mix of the country, imports not counted.',
    ],
  };
}
