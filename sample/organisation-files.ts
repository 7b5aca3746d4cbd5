/** Who belongs to the group and since when, and what was bought and made in electricity: the files beside the activities. */
import { csv } from './csv.ts';
import { LEGAL_ENTITIES, SITES } from './sites.ts';

/** Floor area by site, m2. */
const FLOOR_AREA: Record<string, number> = {
  'reading-hq': 9_400,
  'manchester-office': 2_100,
  'swindon-warehouse': 11_800,
  'dublin-office': 2_450,
  'cork-assembly': 7_900,
  'munich-office': 2_800,
  'leipzig-plant': 12_600,
  'paris-office': 1_950,
  'lyon-depot': 3_300,
  'rotterdam-logistics': 14_200,
  'austin-office': 3_900,
  'columbus-warehouse': 9_700,
};

/** File name -> text. */
export function organisationFiles(): Record<string, string> {
  return {
    'entities.csv': entitiesFile(),
    'ownership.csv': ownershipFile(),
    'instruments.csv': instrumentsFile(),
    'residual-mixes.csv': residualMixesFile(),
    'own-generation.csv': ownGenerationFile(),
  };
}

function entitiesFile(): string {
  return csv(
    ['external_id', 'name', 'kind', 'parent', 'country', 'floor_area'],
    [
      ...LEGAL_ENTITIES.map(({ id, name, parent, country }) => [id, name, 'company', parent, country, '']),
      ...SITES.map(({ id, name, parent, country }) => [id, name, 'site', parent, country, FLOOR_AREA[id] ?? '']),
    ],
  );
}

/**
 * France has a partner with a fifth; half of the Dutch company was bought from the other founder in May 2024, until then a joint
 * venture that the other one operated.
 */
function ownershipFile(): string {
  const group = 'aldermoor-systems';
  const whole = (owned: string) => [group, owned, '100%', 'yes', 'yes', '2015-01-01', ''];
  return csv(
    ['owner', 'owned', 'equity_share', 'financial_control', 'operational_control', 'valid_from', 'valid_to'],
    [
      whole('aldermoor-uk'),
      whole('aldermoor-ie'),
      whole('aldermoor-de'),
      [group, 'aldermoor-fr', '80%', 'yes', 'yes', '2019-07-01', ''],
      [group, 'aldermoor-nl', '50%', 'joint', 'no', '2018-01-01', '2024-05-01'],
      [group, 'aldermoor-nl', '100%', 'yes', 'yes', '2024-05-01', ''],
      whole('aldermoor-us'),
    ],
  );
}

/** Certificates for Leipzig and Cork, a supplier's rate in Britain, and certificates of another market that do not count. */
function instrumentsFile(): string {
  const header = [
    'external_id',
    'kind',
    'mwh',
    'emission_rate',
    'vintage_start',
    'vintage_end',
    'country',
    'site',
    'registry',
    'first_certificate',
    'last_certificate',
    'issue_date',
    'retirement_date',
    'beneficiary',
    'technology',
    'sole_claim',
    'net_of_resold',
    'evidence_document',
  ];
  const group = 'Aldermoor Systems plc';
  const certificates = (
    [id, kind, mwh, year, country, site, registry, technology, document]: readonly [
      string,
      string,
      number,
      number,
      string,
      string,
      string,
      string,
      string,
    ],
    first: number,
  ) => [
    id,
    kind,
    mwh,
    '0',
    `${year}-01-01`,
    `${year}-12-31`,
    country,
    site,
    registry,
    `${country}-${year}-${String(first).padStart(7, '0')}`,
    `${country}-${year}-${String(first + mwh - 1).padStart(7, '0')}`,
    `${year}-12-15`,
    `${year + 1}-02-10`,
    group,
    technology,
    'yes',
    '',
    document,
  ];
  return csv(header, [
    certificates(
      ['GO-DE-2024', 'certificate_unbundled', 1_500, 2024, 'DE', '', 'HKNR', 'onshore wind', 'HKNR-24-118.pdf'],
      410_001,
    ),
    certificates(
      ['GO-DE-2025', 'certificate_unbundled', 2_400, 2025, 'DE', '', 'HKNR', 'onshore wind', 'HKNR-25-207.pdf'],
      522_301,
    ),
    certificates(
      ['PPA-IE-2025', 'certificate_ppa', 1_200, 2025, 'IE', 'cork-assembly', 'SEMO', 'solar', 'PPA-Cork-2025.pdf'],
      88_101,
    ),
    [
      'RATE-GB-2025',
      'supplier_rate',
      '',
      '0.098',
      '2025-01-01',
      '2025-12-31',
      'GB',
      'reading-hq',
      '',
      '',
      '',
      '',
      '',
      '',
      'mix of the supplier',
      'yes',
      'yes',
      'Severnside fuel mix disclosure 2025.pdf',
    ],
    // Norwegian water power for a site in Ohio: another market.
    certificates(
      ['GO-NO-2025', 'certificate_unbundled', 300, 2025, 'NO', 'columbus-warehouse', 'NECS', 'hydro', 'NECS-25-9.pdf'],
      61_001,
    ),
  ]);
}

function residualMixesFile(): string {
  const source = 'Invented for the sample; take the published mix of your market';
  const mixes: ReadonlyArray<readonly [country: string, kgPerKwh: string]> = [
    ['DE', '0.69'],
    ['FR', '0.06'],
    ['GB', '0.35'],
    ['IE', '0.48'],
    ['NL', '0.41'],
  ];
  return csv(
    ['external_id', 'country', 'year', 'kg_per_kwh', 'publication'],
    [2024, 2025].flatMap((year) => mixes.map(([country, rate]) => [`${country}-${year}`, country, year, rate, source])),
  );
}

/** kWh by month of the roof in Leipzig. Its certificates were sold in 2024 and are kept since. */
function ownGenerationFile(): string {
  const kwh = [9_800, 15_200, 28_900, 39_400, 46_100, 47_300, 46_800, 41_200, 31_500, 20_600, 11_300, 7_900];
  return csv(
    ['external_id', 'site', 'start_date', 'end_date', 'country', 'used_kwh', 'exported_kwh', 'certificates'],
    [2024, 2025].flatMap((year) =>
      kwh.map((generated, month) => {
        const first = `${year}-${String(month + 1).padStart(2, '0')}-01`;
        const last = new Date(Date.UTC(year, month + 1, 0)).toISOString().slice(0, 10);
        const certificates = year === 2024 ? 'sold' : 'kept';
        return [`PV-LEIPZIG-${first.slice(0, 7)}`, 'leipzig-plant', first, last, 'DE', generated, 0, certificates];
      }),
    ),
  );
}
