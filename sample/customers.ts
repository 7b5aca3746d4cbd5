/** Who Aldermoor Systems sells to: invented companies, cities, people. */
import { addMonths, day } from './calendar.ts';
import type { Random } from './random.ts';

export interface Customer {
  externalId: string;
  company: string;
  contact: string;
  email: string;
  country: string;
  city: string;
  currency: 'EUR' | 'GBP' | 'USD';
  /** Part of the net price; 0 where the customer accounts for the tax. */
  taxRate: number;
  segment: 'small' | 'middle' | 'enterprise';
  /** First day of service (of the trial, where there is one). */
  start: number;
  leadCreated: number;
}

interface Market {
  weight: number;
  currency: Customer['currency'];
  taxRate: number;
  cities: readonly string[];
  given: readonly string[];
  family: readonly string[];
  forms: readonly string[];
  heads: readonly string[];
}

const ENGLISH_GIVEN = ['Amelia', 'Oliver', 'Priya', 'George', 'Hannah', 'Daniel', 'Grace', 'Callum', 'Zara', 'Thomas'];
const ENGLISH_FAMILY = [
  'Ashdown',
  'Baxter',
  'Cartwright',
  'Dhillon',
  'Fielding',
  "O'Connor",
  'Pemberton',
  'Sinclair',
  'Whitaker',
  'Young',
];
const ENGLISH_HEADS = [
  'Brightwater',
  'Calderbrook',
  'Fenwick',
  'Hollin',
  'Kestrel',
  'Larkfield',
  'Northgate',
  'Oakridge',
  'Penrose',
  'Thornbury',
  'Wexcombe',
  'Yarrow',
];
const GERMAN_GIVEN = ['Anna', 'Jürgen', 'Katharina', 'Lukas', 'Sabine', 'Felix', 'Jörg', 'Miriam'];
const GERMAN_FAMILY = ['Bäcker', 'Fischer', 'Großmann', 'Hartmann', 'Krüger', 'Lindner', 'Schäfer', 'Vogel'];
const GERMAN_HEADS = [
  'Alpenblick',
  'Grünwald',
  'Isartal',
  'Kranich',
  'Nordlicht',
  'Rheinfels',
  'Steinbrück',
  'Weißenfeld',
];
const FRENCH_GIVEN = ['Camille', 'Étienne', 'Hélène', 'Julien', 'Léa', 'Mathieu', 'Noémie', 'Zoé'];
const FRENCH_FAMILY = ['Bérard', 'Chevallier', 'Dubois', 'Fontaine', 'Garçon', 'Lefèvre', 'Moreau', 'Rousseau'];
const FRENCH_HEADS = ['Beaulieu', 'Clairmont', 'Hautecombe', 'Lumière', 'Montfort', 'Rivière', 'Valmont', 'Vertbois'];
const DUTCH_GIVEN = ['Anouk', 'Bram', 'Daan', 'Femke', 'Joost', 'Lotte', 'Sanne', 'Wouter'];
const DUTCH_FAMILY = ['de Boer', 'van Dijk', 'Hendriks', 'Jansen', 'van den Berg', 'Mulder', 'Smit', 'Visser'];
const DUTCH_HEADS = [
  'Amstelveen',
  'Duinzicht',
  'Hollandsdiep',
  'Maasland',
  'Oosterpoort',
  'Rietveld',
  'Veluwe',
  'Zuiderzee',
];

const MARKETS: Record<string, Market> = {
  GB: {
    weight: 28,
    currency: 'GBP',
    taxRate: 0.2,
    cities: ['London', 'Manchester', 'Bristol', 'Leeds', 'Edinburgh', 'Cardiff', 'Norwich'],
    given: ENGLISH_GIVEN,
    family: ENGLISH_FAMILY,
    forms: ['Ltd', 'plc', 'LLP'],
    heads: ENGLISH_HEADS,
  },
  DE: {
    weight: 18,
    currency: 'EUR',
    taxRate: 0.19,
    cities: ['München', 'Berlin', 'Hamburg', 'Köln', 'Leipzig', 'Stuttgart'],
    given: GERMAN_GIVEN,
    family: GERMAN_FAMILY,
    forms: ['GmbH', 'AG', 'GmbH & Co. KG'],
    heads: GERMAN_HEADS,
  },
  FR: {
    weight: 12,
    currency: 'EUR',
    taxRate: 0.2,
    cities: ['Paris', 'Lyon', 'Nantes', 'Toulouse', 'Lille'],
    given: FRENCH_GIVEN,
    family: FRENCH_FAMILY,
    forms: ['SAS', 'SARL', 'SA'],
    heads: FRENCH_HEADS,
  },
  NL: {
    weight: 9,
    currency: 'EUR',
    taxRate: 0.21,
    cities: ['Amsterdam', 'Rotterdam', 'Utrecht', 'Eindhoven'],
    given: DUTCH_GIVEN,
    family: DUTCH_FAMILY,
    forms: ['B.V.', 'N.V.'],
    heads: DUTCH_HEADS,
  },
  IE: {
    weight: 6,
    currency: 'EUR',
    taxRate: 0.23,
    cities: ['Dublin', 'Cork', 'Galway', 'Limerick'],
    given: ['Aoife', 'Cian', 'Niamh', 'Seán', 'Orla', 'Pádraig'],
    family: ['Byrne', 'Doyle', 'Kelly', 'Murphy', 'Ní Bhriain', "O'Sullivan"],
    forms: ['Ltd', 'DAC'],
    heads: ENGLISH_HEADS,
  },
  US: {
    weight: 17,
    currency: 'USD',
    taxRate: 0,
    cities: ['Austin', 'Boston', 'Chicago', 'Columbus', 'Denver', 'Portland', 'Raleigh'],
    given: ENGLISH_GIVEN,
    family: ENGLISH_FAMILY,
    forms: ['Inc.', 'LLC', 'Corp.'],
    heads: ENGLISH_HEADS,
  },
  // Sold across a border: the customer accounts for the tax.
  AT: {
    weight: 3,
    currency: 'EUR',
    taxRate: 0,
    cities: ['Wien', 'Graz', 'Linz'],
    given: GERMAN_GIVEN,
    family: GERMAN_FAMILY,
    forms: ['GmbH', 'AG'],
    heads: GERMAN_HEADS,
  },
  BE: {
    weight: 4,
    currency: 'EUR',
    taxRate: 0,
    cities: ['Antwerpen', 'Gent', 'Liège'],
    given: DUTCH_GIVEN,
    family: DUTCH_FAMILY,
    forms: ['BV', 'NV'],
    heads: DUTCH_HEADS,
  },
  ES: {
    weight: 3,
    currency: 'EUR',
    taxRate: 0,
    cities: ['Madrid', 'Barcelona', 'Valencia'],
    given: ['Álvaro', 'Inés', 'Íñigo', 'Lucía', 'Nuria', 'Sergio'],
    family: ['Álvarez', 'Ibáñez', 'Muñoz', 'Núñez', 'Ortega', 'Soler'],
    forms: ['S.L.', 'S.A.'],
    heads: ['Altavista', 'Montesol', 'Peñalara', 'Ribera', 'Sierra'],
  },
};

const TRADES = [
  'Logistics',
  'Foods',
  'Estates',
  'Facilities',
  'Hotels',
  'Clinics',
  'Cold Chain',
  'Laboratories',
  'Retail',
  'Breweries',
  'Data Centres',
  'Printing',
  'Dairies',
  'Museums',
  'Packaging',
  'Pharma',
  'Transport',
  'Vertical Farms',
];

/** First and last day of what the sample covers (the end is exclusive). */
export const SAMPLE_START = day(2023, 1, 1);
export const SAMPLE_END = day(2026, 1, 1);
const MONTHS = 36;
const CUSTOMERS_AT_START = 820;
/** New customers a month grow from the first number to the second over the 36 months. */
const NEW_A_MONTH = [34, 68] as const;

/** Every customer in the order of their start. `external_id` carries the order in which they signed up. */
export function customers(random: Random): Customer[] {
  const starts: number[] = [];
  for (let i = 0; i < CUSTOMERS_AT_START; i++) starts.push(SAMPLE_START + random.integer(0, 30));
  for (let month = 1; month < MONTHS; month++) {
    const first = addMonths(SAMPLE_START, month);
    const count = NEW_A_MONTH[0] + ((NEW_A_MONTH[1] - NEW_A_MONTH[0]) * month) / MONTHS + random.integer(-6, 6);
    for (let i = 0; i < count; i++) starts.push(random.integer(first, addMonths(first, 1) - 1));
  }
  starts.sort((a, b) => a - b);
  const taken = new Set<string>();
  return starts.map((start, index) => customer(random, index, start, taken));
}

function customer(random: Random, index: number, start: number, taken: Set<string>): Customer {
  const country = random.weighted(Object.entries(MARKETS).map(([code, { weight }]) => [code, weight] as const));
  const market = MARKETS[country]!;
  const company = companyName(random, market, taken);
  const contact = `${random.pick(market.given)} ${random.pick(market.family)}`;
  const existing = index < CUSTOMERS_AT_START;
  return {
    externalId: `C-${String(10_001 + index)}`,
    company,
    contact,
    email: `${ascii(contact.split(' ')[0]!)}@${ascii(company.replace(/ (Ltd|plc|LLP|GmbH.*|AG|SAS|SARL|SA|B\.V\.|N\.V\.|DAC|Inc\.|LLC|Corp\.|BV|NV|S\.L\.|S\.A\.)$/, ''))}.example`,
    country,
    city: random.pick(market.cities),
    currency: market.currency,
    taxRate: market.taxRate,
    segment: random.weighted([
      ['small', 61],
      ['middle', 30],
      ['enterprise', 9],
    ]),
    start,
    // Those who were customers when the sample begins were won in the years before.
    leadCreated: start - (existing ? random.integer(60, 1400) : random.integer(3, 120)),
  };
}

function companyName(random: Random, market: Market, taken: Set<string>): string {
  for (;;) {
    const head = random.pick(market.heads);
    const middle = random.chance(0.5) ? random.pick(TRADES) : `${random.pick(market.family)} ${random.pick(TRADES)}`;
    const name = `${head} ${middle} ${random.pick(market.forms)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function ascii(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll('ß', 'ss')
    .replace(/[^a-zA-Z0-9]+/g, '')
    .toLowerCase();
}
