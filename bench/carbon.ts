/** The carbon book: ten million activities in, reports, and what a change of factors costs. */
import { join } from 'node:path';
import type { FootingServer } from './footing.ts';
import { type BenchFactor, benchFactors, DESCRIPTORS, FACTORS, generateActivities } from './generate-activities.ts';
import { MemorySampler } from './memory.ts';
import { numbers, RowFile } from './output.ts';
import { atLeast, below, note, ratio } from './results.ts';
import { at, type Bench, duckDb, durations, generated, millions, milliseconds, slowest, withFooting } from './tools.ts';

export const CARBON_PARTS = [
  'import',
  'inventory',
  'reports',
  'estimate',
  'factor',
  'release',
  'memory',
  'start',
] as const;

const ACTIVITIES = 10_000_000;
const INVENTORY_RUNS = 20;
const REPORT_RUNS = 5;
const RANGE = 'from=2024-01&to=2025-12';
const INVENTORY_PATH = '/api/reports/inventory?group_by=scope,month&gwp=AR6';
const ESTIMATE_SECONDS = 5;
const ESTIMATE_ITEMS = 20_000;
const ESTIMATE_SINGLES = 300;
const NEW_DESCRIPTIONS = 100_000;
/** One line in a hundred. */
const REPLACED_SHARE = 0.01;
const IDLE_SETTLE_MS = 15_000;
const MEBIBYTE = 2 ** 20;

export async function carbon(bench: Bench): Promise<void> {
  const rows = Math.round(ACTIVITIES * bench.scale);
  const data = generated(bench, `activities-${rows}`, (folder) => generateActivities(folder, rows));
  const { wants } = bench;
  const duckdb = wants('import', 'inventory') ? await duckDb<DuckActivities>(bench, 'activities', data) : undefined;
  await withFooting(bench, 'carbon', data, async (footing) => {
    const memory = new MemorySampler(footing.pid);
    const imported = await footing.import('activities', join(data, 'activities.csv'));
    const first = await footing.get<Inventory>(INVENTORY_PATH);
    const peak = memory.stop() / MEBIBYTE;
    if (duckdb !== undefined) compare(first, duckdb.inventory);
    const { accepted, rejected } = imported.counts;
    note(
      `import: ${accepted} accepted, ${rejected} rejected; inventory ${first.total.co2e_t} t CO2e of ${first.total.lines} lines`,
    );
    if (wants('import')) {
      ratio(`${millions(rows)} activities: file to posted inventory`, imported.seconds, duckdb?.importSeconds, 's', 2);
    }
    if (wants('inventory')) {
      const taken = await durations(INVENTORY_RUNS, () => footing.get(INVENTORY_PATH));
      const duck = duckdb === undefined ? undefined : duckdb.inventorySeconds * 1000;
      below('inventory by scope and month, median', at(taken, 0.5), 'ms', 100, duck);
      below('one corrected activity until it is in the report', await correction(footing), 'ms', 250);
    }
    if (wants('memory')) {
      below('peak memory of all processes during the import', peak, 'MiB', 2500 * (1e6 / MEBIBYTE));
    }
    if (wants('reports')) await reports(footing);
    if (wants('estimate')) await estimates(footing, bench.scale);
    if (wants('start', 'memory')) await restart(footing, bench);
    if (wants('factor')) await replacedFactor(footing);
    if (wants('release')) await newRelease(footing, bench);
  });
}

async function restart(footing: FootingServer, { wants }: Bench): Promise<void> {
  await footing.stop();
  const seconds = await footing.start();
  if (wants('start')) below('start of this folder, warm', seconds, 's', 3);
  if (!wants('memory')) return;
  await new Promise((resolve) => setTimeout(resolve, IDLE_SETTLE_MS));
  const idle = new MemorySampler(footing.pid);
  below('memory of all processes, idle', idle.sample() / MEBIBYTE, 'MiB', 600 * (1e6 / MEBIBYTE));
  idle.stop();
}

interface Inventory {
  seq: number;
  rows: Array<{ keys: { scope: string; month: string }; co2e_kg: string; ref?: string }>;
  total: { co2e_t: string; lines: number };
}

interface DuckActivities {
  importSeconds: number;
  inventorySeconds: number;
  inventory: Array<{ scope: string; month: string; co2e_kg: string }>;
}

/** Both sides must come to the same CO2e in every scope and month, to the last digit: else one of them has not done the work. */
function compare(footing: Inventory, duckdb: DuckActivities['inventory']): void {
  const plain = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);
  const theirs = new Map(duckdb.map((row) => [`scope ${row.scope}, ${row.month}`, plain(row.co2e_kg)]));
  const ours = new Map(footing.rows.map(({ keys, co2e_kg }) => [`scope ${keys.scope}, ${keys.month}`, plain(co2e_kg)]));
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    if (ours.get(key) !== theirs.get(key))
      throw new Error(`${key}: Footing says ${ours.get(key)} kg CO2e, DuckDB ${theirs.get(key)}`);
  }
  note(`inventory: ${ours.size} sums by scope and month, equal on both sides to the last digit`);
}

/** States one of the imported activities anew with another quantity, and reads the inventory in the next request. */
async function correction(footing: FootingServer): Promise<number> {
  const { rows } = await footing.get<{ rows: Array<Record<string, unknown>> }>(
    '/api/records/activities?external_id=ACT-00000001',
  );
  const { source, ...row } = rows[0]!;
  const columns = ['external_id', 'entity', 'activity', 'unit', 'start_date', 'end_date', 'country', 'category'];
  const stated = Object.fromEntries(columns.map((name) => [name, row[name]]));
  const taken = await durations(5, async (i) => {
    await footing.post('/api/records/activities', { source, rows: [{ ...stated, quantity: String(i + 1) }] });
    await footing.get(INVENTORY_PATH);
  });
  return at(taken, 0.5);
}

/** Every kind of report, and what stands behind a figure; the slowest counts. And the first report under another set of potentials. */
async function reports(footing: FootingServer): Promise<void> {
  const inventory = (grouped: string) => () =>
    footing.get<Inventory>(`/api/reports/inventory?group_by=${grouped}&gwp=AR6&${RANGE}`);
  const explain = (query: string) => () =>
    footing.get(`/api/explain?ref=${encodeURIComponent(`inventory?gwp=AR6&from=2024-01&to=2025-12${query}`)}`);
  const worst = await slowest(
    {
      'inventory by scope and category': inventory('scope,category'),
      'inventory by entity': inventory('entity'),
      'inventory by entity and country': inventory('entity,country'),
      'inventory by month and category': inventory('month,category'),
      'inventory by factor': inventory('factor'),
      'what is held back': () => footing.get('/api/reports/held'),
      'review queue': () => footing.get('/api/carbon/queue?limit=50'),
      'explanation of the total': explain(''),
      'explanation of a scope': explain('&scope=1'),
      'explanation of an entity': explain('&entity=site-007'),
    },
    REPORT_RUNS,
  );
  note(`reports: the slowest is ${worst.name}`);
  below('any report or explanation, median of the slowest', worst.ms, 'ms', 200);
  await footing.get('/api/reports/inventory?group_by=scope,month&gwp=AR5');
  const other = await milliseconds(() => footing.get('/api/reports/inventory?group_by=scope,month&gwp=AR4'));
  below('another set of potentials: the inventory under it', other, 'ms', 1000);
}

/** Estimates in large calls, single ones, and of descriptions that nobody has seen before. */
async function estimates(footing: FootingServer, scale: number): Promise<void> {
  const factors = benchFactors();
  const known = Array.from({ length: ESTIMATE_ITEMS }, (_, i) => item(factors[(i * 7) % factors.length]!));
  const estimate = (items: unknown[], candidates = 0) => footing.post('/api/carbon/estimate', { items, candidates });
  await estimate(known);
  let results = 0;
  const begun = performance.now();
  // Two callers: while one reads its answer, which takes as long as making it, the server works for the other.
  const caller = async () => {
    while (performance.now() - begun < ESTIMATE_SECONDS * 1000) {
      await estimate(known);
      results += known.length;
    }
  };
  await Promise.all([caller(), caller()]);
  atLeast('estimates in large calls, results', results / ((performance.now() - begun) / 1000), '/s', 100_000);
  const singles = await durations(ESTIMATE_SINGLES, (i) => estimate([known[i]!]));
  note(`estimate: a single one, median ${at(singles, 0.5).toFixed(1)} ms`);
  below('a single estimate, p99', at(singles, 0.99), 'ms', 10);

  const random = numbers(77);
  const words = ['spare', 'invoice', 'branch', 'north', 'quarterly', 'delivery', 'site', 'annual', 'pump', 'office'];
  const fresh = Array.from({ length: Math.round(NEW_DESCRIPTIONS * scale) }, (_, i) => {
    const factor = factors[Math.floor(random() * factors.length)]!;
    const extra = [0, 1].map(() => words[Math.floor(random() * words.length)]).join(' ');
    return { ...item(factor), activity: `${factor.name.replace('of grade', extra)} no ${i}` };
  });
  const seconds = (await milliseconds(() => estimate(fresh, 3))) / 1000;
  below(`${fresh.length} new distinct descriptions matched against all factors`, seconds, 's', 60 * scale);
}

const item = (factor: BenchFactor) => ({
  activity: factor.name,
  quantity: '12.5',
  unit: factor.units[0],
  date: '2025-03-01',
  country: factor.region,
});

/** An account's own factor goes before the catalogue's of the same name, place and unit: so a row replaces a factor. */
const ownFactor = (factor: BenchFactor, co2: string) => ({
  external_id: `${factor.name}/${factor.region}`,
  name: factor.name,
  unit: factor.unit,
  region: factor.region,
  scope: factor.scope,
  ...(factor.category === '' ? {} : { category: Number(factor.category) }),
  method: factor.method,
  life_cycle_stage: factor.stage,
  co2_kg: co2,
  ch4_kg: '0',
  n2o_kg: '0',
  gwp_set: 'AR6',
});

/** The factors of so many descriptors that one line in a hundred takes one of them. */
async function replacedFactor(footing: FootingServer): Promise<void> {
  const count = Math.round(DESCRIPTORS * REPLACED_SHARE);
  const all = benchFactors();
  const used = Array.from({ length: count }, (_, i) => {
    const descriptor = Math.floor(((i + 0.5) * DESCRIPTORS) / count);
    return all[Math.floor((descriptor * FACTORS) / DESCRIPTORS)]!;
  });
  const before = await footing.get<Inventory>(INVENTORY_PATH);
  const taken = await durations(3, async (i) => {
    await footing.post('/api/records/factors', { rows: used.map((factor) => ownFactor(factor, `1.${i + 1}`)) });
    await footing.get(INVENTORY_PATH);
  });
  const after = await footing.get<Inventory>(INVENTORY_PATH);
  if (before.total.co2e_t === after.total.co2e_t) throw new Error('Other factors have changed no figure');
  below('factors of 1 % of the lines replaced, until it is in the report', at(taken, 0.5) / 1000, 's', 2);
}

/** Other numbers for every factor, as a file; meanwhile the figures as they were must be readable. */
async function newRelease(footing: FootingServer, bench: Bench): Promise<void> {
  const folder = generated(bench, 'release', (into) => {
    const factors = benchFactors();
    const columns = Object.keys({ ...ownFactor(factors[0]!, '1'), category: 1 });
    const file = new RowFile(join(into, 'factors.csv'), columns);
    for (const [i, factor] of factors.entries()) {
      const row: Record<string, unknown> = ownFactor(factor, `2.${String(i % 1000).padStart(3, '0')}`);
      file.write(columns.map((column) => `"${row[column] ?? ''}"`).join(','));
    }
    file.close();
  });
  const before = await footing.get<Inventory>(INVENTORY_PATH);
  let seconds = 0;
  const replacing = milliseconds(async () => {
    const { counts } = await footing.import('factors', join(folder, 'factors.csv'));
    if (counts.rejected > 0) throw new Error(`${counts.rejected} of the new factors were rejected`);
    await footing.get(INVENTORY_PATH);
  }).then((ms) => {
    seconds = ms / 1000;
  });
  const meanwhile: number[] = [];
  while (seconds === 0) {
    meanwhile.push(
      await milliseconds(async () => {
        const again = await footing.get<Inventory>(`${INVENTORY_PATH}&as_of=${before.seq}`);
        if (again.total.co2e_t !== before.total.co2e_t) throw new Error('The figures as they were have changed');
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await replacing;
  const longest = Math.max(...meanwhile);
  note(
    `release: read ${meanwhile.length} times as it was while all ${FACTORS} factors changed, at most ${longest.toFixed(0)} ms`,
  );
  below('a new release for all lines, until it is in the report', seconds, 's', 30);
}
