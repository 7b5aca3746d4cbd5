/**
 * US EPA Supply Chain GHG Emission Factors for NAICS industries -> spend factors in the catalogue's format.
 *
 * Their unit is money of one year at purchaser price. Spend in another year's money or in another currency does not
 * convert to it by itself: that takes a price index or an exchange rate.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import { type CsvRow, cell, readCsv } from './csv.ts';
import { type FactorDraft, type ImportedRelease, spreadsheetNumber } from './format.ts';
import type { GwpSetName } from './types.ts';

const WITHOUT_MARGINS = 'Supply Chain Emission Factors without Margins';
const MARGINS = 'Margins of Supply Chain Emission Factors';
const WITH_MARGINS = 'Supply Chain Emission Factors with Margins';

/** What a file does not say of itself. */
export interface SupplyChainVersion {
  id: string;
  version: string;
  edition: string;
  /** Year of the dollars, and of the data. */
  priceYear: number;
  /** Year of the publication. */
  year: number;
  gwpSource: GwpSetName;
  url: string;
}

/** Versions that this importer knows. */
const VERSIONS: Record<string, SupplyChainVersion> = {
  '1.3': {
    id: 'us-epa-supply-chain-1.3',
    version: '1.3',
    edition: 'version 1.3.0, 2024',
    priceYear: 2022,
    year: 2024,
    gwpSource: 'AR5',
    url: 'https://catalog.data.gov/dataset/supply-chain-greenhouse-gas-emission-factors-v1-3-by-naics-6',
  },
};

/** Three printed decimals each: a sum may be off by one of the last. */
const ROUNDING_OF_SOURCE = Decimal.parse('0.001');

/** Categories in which purchases are reported beside category 1. */
const OTHER_PURCHASES = [2, 4, 5, 6, 8, 9];

/** @throws FootingError `unsupported` for an unknown version, `malformed` for rows of another unit or that do not add up. */
export function importSupplyChain(text: string, version: string | SupplyChainVersion): ImportedRelease {
  const known = typeof version === 'string' ? VERSIONS[version] : version;
  if (!known) throw new FootingError('unsupported', `Version ${version} is not known to this importer`);
  const rows = readCsv(text, `supply chain ${known.version}`);
  return {
    head: releaseHead(known),
    drafts: rows.flatMap((row) => factorsOf(row, known.priceYear)),
    rowsRead: rows.length,
    left: {},
  };
}

function factorsOf(row: CsvRow, priceYear: number): FactorDraft[] {
  const code = naics(row, 'Code');
  if (cell(row, 'Unit') !== `kg CO2e/${priceYear} USD, purchaser price`) {
    throw new FootingError('malformed', `NAICS ${code}: the unit is ${cell(row, 'Unit')}`);
  }
  const [without, margins, withMargins] = [WITHOUT_MARGINS, MARGINS, WITH_MARGINS].map((column) =>
    spreadsheetNumber(cell(row, column)),
  ) as [string, string, string];
  const apart = Decimal.parse(without).add(Decimal.parse(margins)).sub(Decimal.parse(withMargins)).abs();
  if (apart.cmp(ROUNDING_OF_SOURCE) > 0) {
    throw new FootingError('malformed', `NAICS ${code}: the margins do not add up`);
  }
  const [asBought, asMade] = draftsOf(code, naics(row, 'Title'), priceYear);
  return [
    { ...asBought, co2e_unsplit: withMargins, co2eSource: withMargins },
    { ...asMade, co2e_unsplit: without, co2eSource: without },
  ];
}

/** Code or title of an industry; the columns are named the other way round before version 1.3. */
export function naics(row: CsvRow, what: 'Code' | 'Title'): string {
  const earlier = row[`NAICS ${what} 2017`];
  return (earlier ?? cell(row, `2017 NAICS ${what}`)).trim();
}

/** The two factors of an industry, with margins and without, before their emissions. */
export function draftsOf(code: string, title: string, priceYear: number): [FactorDraft, FactorDraft] {
  const common = {
    scope: '3',
    category: 1,
    alsoCategories: OTHER_PURCHASES,
    method: 'spend-based',
    unit: `USD (${priceYear} purchaser price)`,
    region: 'US',
    sourceTable: 'Supply Chain GHG Emission Factors, all GHGs',
    sourceRow: code,
  } as const;
  return [
    {
      ...common,
      name: `Spend, ${title}`,
      aliases: [`NAICS ${code}`],
      lifeCycleStage: 'cradle-to-shelf',
      notes: 'With margins: trade and inbound transport are in it',
    },
    {
      ...common,
      name: `Spend, ${title}, without margins`,
      aliases: [`NAICS ${code}, without margins`],
      lifeCycleStage: 'cradle-to-gate',
    },
  ];
}

/** What a release of a version says of itself. */
export function releaseHead(known: SupplyChainVersion): ImportedRelease['head'] {
  const { id, version, edition, priceYear, year, gwpSource, url } = known;
  return {
    id,
    title: `Supply Chain GHG Emission Factors for US Commodities and Industries, version ${version}`,
    publisher: 'United States Environmental Protection Agency',
    year,
    edition,
    licence: 'US-PD',
    licenceUrl: 'https://www.usa.gov/government-works',
    attribution: `US EPA, Supply Chain GHG Emission Factors by NAICS-6, version ${version}. Work of the US Government, public domain.`,
    url,
    gwpSource,
    validFrom: `${priceYear}-01-01`,
    validTo: `${priceYear + 1}-01-01`,
    notes: [
      `kg CO2e per US dollar of ${priceYear} at purchaser price; GHG data of ${priceYear}. Spend of another year or currency needs an index or a rate first.`,
      'US technology for everything, imports too. Electricity, government and household codes are missing in the source.',
      'With margins is for goods bought through trade: do not add category 4 for the same spend.',
    ],
  };
}
