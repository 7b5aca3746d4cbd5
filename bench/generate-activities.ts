/**
 * Activity data of a large group and a factor catalogue to match, both repeatable.
 *   node bench/generate-activities.ts <folder> [rows]     default 10,000,000 rows, about 1.6 GB
 * Writes `activities.csv` (every column of the stream, 5,000 distinct descriptors, 500 entities, two years, half a per cent of the
 * rows without a factor) and `bench-factors/` (43,000 factors in the format of catalogue/releases, read by Footing as a
 * release and by DuckDB as a CSV).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbers, RowFile } from './output.ts';

export const RELEASE_ID = 'bench-factors';
export const FACTORS = 43_000;
export const DESCRIPTORS = 5_000;
const ENTITIES = 500;
const UNMATCHED_SHARE = 0.005;
const COUNTRIES = [
  'GB',
  'IE',
  'DE',
  'FR',
  'NL',
  'US',
  'ES',
  'IT',
  'PL',
  'SE',
  'BE',
  'AT',
  'CZ',
  'DK',
  'FI',
  'PT',
  'CA',
  'JP',
  'AU',
  'CH',
];
const FACTOR_HEADER =
  'id,name,aliases,accompanies,scope,category,also_categories,method,life_cycle_stage,unit,region,valid_from,valid_to,co2_fossil,co2_biogenic,ch4_fossil,ch4_non_fossil,n2o,co2e_unsplit,other_gas,other_kg,co2e_source,co2e_of_ch4_source,co2e_of_n2o_source,source_table,source_row,notes';
const ACTIVITY_HEADER =
  'external_id,entity,activity,quantity,unit,amount,currency,start_date,end_date,country,region,supplier,category,data_quality,notes,attributes.meter';

/** What kinds of factors there are: [noun, scope, category, method, stage, unit, units that convert to it]. */
const KINDS = [
  ['Fuel', '1', '', 'fuel', 'combustion', 'l', ['l', 'm3']],
  ['Grid supply', '2', '', 'average-data', 'generation', 'kWh', ['kWh', 'MWh']],
  ['Purchased material', '3', '1', 'average-data', 'cradle-to-gate', 'kg', ['kg', 't']],
  ['Freight lane', '3', '4', 'distance', 'transport', 'tkm', ['tkm']],
  ['Waste stream', '3', '5', 'average-data', 'end-of-life', 't', ['t', 'kg']],
  ['Passenger route', '3', '6', 'distance', 'transport', 'km', ['km', 'mile']],
] as const;

export interface BenchFactor {
  name: string;
  region: string;
  unit: string;
  /** Units that activities state, of which it is one. */
  units: readonly string[];
  scope: string;
  category: string;
  method: string;
  stage: string;
}

/** What the factors are for, in the order of their numbers; the same at every call. */
export function benchFactors(): BenchFactor[] {
  return Array.from({ length: FACTORS }, (_, i) => {
    const number = Math.floor(i / COUNTRIES.length);
    const region = COUNTRIES[i % COUNTRIES.length]!;
    const [noun, scope, category, method, stage, unit, units] = KINDS[number % KINDS.length]!;
    const name = `${noun} ${String(number).padStart(4, '0')} of grade ${'ABCDEFG'[number % 7]}`;
    return { name, region, unit, units, scope, category, method, stage };
  });
}

export function generateActivities(folder: string, rows: number): void {
  mkdirSync(join(folder, RELEASE_ID), { recursive: true });
  const factors = writeFactors(join(folder, RELEASE_ID));
  writeActivities(join(folder, 'activities.csv'), rows, factors);
}

function writeFactors(folder: string): BenchFactor[] {
  const random = numbers(43_000);
  const lines: string[] = [];
  const factors = benchFactors();
  for (const [i, { name, region, unit, scope, category, method, stage }] of factors.entries()) {
    const gases =
      random() < 0.7
        ? [(random() * 3).toFixed(6), '', '', (random() * 0.002).toFixed(9), (random() * 0.0004).toFixed(9), '']
        : ['', '', '', '', '', (random() * 3).toFixed(6)];
    lines.push(
      `${slug(name)}-${region.toLowerCase()}/${unit.toLowerCase()},"${name}",,,${scope},${category},,${method},${stage},${unit},${region},2020-01-01,2031-01-01,${gases.join(',')},,,,,,Bench,${i + 1},`,
    );
  }
  lines.sort();
  writeFileSync(join(folder, 'factors.csv'), `${FACTOR_HEADER}\n${lines.join('\n')}\n`);
  const release = {
    id: RELEASE_ID,
    title: 'Invented factors for benchmarks',
    publisher: 'The Footing project',
    year: 2025,
    edition: 'generated',
    licence: 'Apache-2.0',
    licenceUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
    attribution: 'Invented numbers, of no use for reporting.',
    url: 'https://www.apache.org/licenses/LICENSE-2.0',
    gwpSource: 'AR6',
    validFrom: '2020-01-01',
    validTo: '2031-01-01',
    notes: [],
    counts: { rowsRead: FACTORS, factors: FACTORS, left: {} },
  };
  writeFileSync(join(folder, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
  return factors;
}

function writeActivities(path: string, rows: number, factors: readonly BenchFactor[]): void {
  const random = numbers(10_000_000);
  const out = new RowFile(path, ACTIVITY_HEADER.split(','));
  const periods = months();
  // A descriptor is what decides the factor: name, unit, country, category. Its text is made once.
  const descriptors = Array.from({ length: DESCRIPTORS }, (_, i) => {
    const factor = factors[Math.floor((i * FACTORS) / DESCRIPTORS)]!;
    const known = i >= DESCRIPTORS * UNMATCHED_SHARE;
    return {
      before: known ? factor.name : `Unlisted service ${i}`,
      unit: factor.units[i % factor.units.length]!,
      after: `${factor.region},,Supplier ${String(i % 900).padStart(3, '0')} Trading,${factor.category}`,
    };
  });
  const currencies = ['EUR', 'GBP', 'USD'];
  const qualities = ['measured', 'measured', 'estimated', 'calculated'];
  for (let row = 1; row <= rows; row++) {
    const { before, unit, after } = descriptors[Math.floor(random() * DESCRIPTORS)]!;
    const thousandths = 1 + Math.floor(random() * 9_000_000);
    const hundredths = 100 + Math.floor(random() * 900_000);
    const site = Math.floor(random() * ENTITIES);
    const number = String(row).padStart(8, '0');
    out.write(
      `ACT-${number},site-${String(site).padStart(3, '0')},${before},${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')},${unit},${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')},${currencies[site % 3]},${periods[row % 24]},${after},${qualities[row & 3]},Document ${number} read on site,M-${site}-${row % 7}`,
    );
  }
  out.close();
}

/** `first,last` of each month of 2024 and 2025. */
function months(): string[] {
  return Array.from({ length: 24 }, (_, m) => {
    const day = (d: Date): string => d.toISOString().slice(0, 10);
    return `${day(new Date(Date.UTC(2024, m, 1)))},${day(new Date(Date.UTC(2024, m + 1, 0)))}`;
  });
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

if (import.meta.main) {
  const [folder, rows = '10000000'] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Usage: node bench/generate-activities.ts <folder> [rows]');
  const start = performance.now();
  generateActivities(folder, Number(rows));
  process.stdout.write(`${rows} rows in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}
