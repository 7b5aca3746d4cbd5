/**
 * `npm run bench`: Footing and hand-written DuckDB on the same files, one after the other, in one table with the targets.
 *   npm run bench -- [--only import,inventory,memory,start,mrr,posts] [--scale 0.1] [--folder DIR] [--keep] [--record]
 * Scale 1 is 10 million activities and 20 million invoice lines. Needs Linux for the memory figures. What is measured: README.md.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { FootingServer } from './footing.ts';
import { generateActivities } from './generate-activities.ts';
import { generateInvoices } from './generate-invoices.ts';
import { MemorySampler } from './memory.ts';

const PARTS = ['import', 'inventory', 'memory', 'start', 'mrr', 'posts'] as const;
type Part = (typeof PARTS)[number];

const ACTIVITIES = 10_000_000;
const INVOICE_LINES = 20_000_000;
const POST_CONNECTIONS = 32;
const POST_SECONDS = 15;
const INVENTORY_RUNS = 20;
const INVENTORY_PATH = '/api/reports/inventory?group_by=scope,month&gwp=AR6';
const IDLE_SETTLE_MS = 15_000;
const MEBIBYTE = 2 ** 20;

interface Result {
  what: string;
  footing: number | null;
  duckdb: number | null;
  unit: string;
  /** The highest (lowest, for a rate) value or ratio that is good enough. */
  target: string;
  met: boolean | null;
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    scale: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(import.meta.dirname, 'data') },
    keep: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const scale = Number(options.scale);
const chosen = new Set(options.only.split(','));
for (const part of chosen)
  if (!PARTS.includes(part as Part)) throw new Error(`Unknown part ${part}; there are ${PARTS.join(', ')}`);
const results: Result[] = [];
const notes: string[] = [];
const wants = (...parts: Part[]): boolean => parts.some((part) => chosen.has(part));

if (wants('import', 'inventory', 'memory', 'start')) await carbon();
if (wants('mrr')) await revenue();
if (wants('posts')) await posts();
report();

async function carbon(): Promise<void> {
  const rows = Math.round(ACTIVITIES * scale);
  const data = generated(`activities-${rows}`, (folder) => generateActivities(folder, rows));
  const duckdb = wants('import', 'inventory') ? await duckDb<DuckActivities>('activities', data) : undefined;
  await withFooting('carbon', data, async (footing) => {
    const memory = new MemorySampler(footing.pid);
    const imported = await footing.import('activities', join(data, 'activities.csv'));
    const first = await footing.get<Inventory>(INVENTORY_PATH);
    const peak = memory.stop() / MEBIBYTE;
    if (duckdb !== undefined) compare(first, duckdb.inventory);
    const { accepted, rejected } = imported.counts;
    notes.push(
      `import: ${accepted} accepted, ${rejected} rejected; inventory ${first.total.co2e_t} t CO2e of ${first.total.lines} lines`,
    );
    if (wants('import')) {
      add(
        `${millions(rows)} activities: file to posted inventory`,
        imported.seconds,
        duckdb?.importSeconds,
        's',
        2,
        'at most 2 x DuckDB',
      );
    }
    if (wants('inventory')) {
      const runs: number[] = [];
      for (let i = 0; i < INVENTORY_RUNS; i++) runs.push(await milliseconds(() => footing.get(INVENTORY_PATH)));
      const duck = duckdb === undefined ? undefined : duckdb.inventorySeconds * 1000;
      limit('inventory by scope and month, median', median(runs), duck, 'ms', 100);
      limit('one corrected activity until it is in the report', await correction(footing), undefined, 'ms', 250);
    }
    if (wants('memory'))
      limit('peak memory of all processes during the import', peak, undefined, 'MiB', 2500 * (1e6 / MEBIBYTE));
    if (!wants('start', 'memory')) return;
    await footing.stop();
    const seconds = await footing.start();
    if (wants('start')) limit('start of this folder, warm', seconds, undefined, 's', 3);
    if (!wants('memory')) return;
    await new Promise((resolve) => setTimeout(resolve, IDLE_SETTLE_MS));
    const idle = new MemorySampler(footing.pid);
    limit('memory of all processes, idle', idle.sample() / MEBIBYTE, undefined, 'MiB', 600 * (1e6 / MEBIBYTE));
    idle.stop();
  });
}

interface Inventory {
  seq: number;
  rows: Array<{ keys: { scope: string; month: string }; co2e_kg: string }>;
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
  notes.push(`inventory: ${ours.size} sums by scope and month, equal on both sides to the last digit`);
}

/** States one of the imported activities anew with another quantity, and reads the inventory in the next request. */
async function correction(footing: FootingServer): Promise<number> {
  const { rows } = await footing.get<{ rows: Array<Record<string, unknown>> }>(
    '/api/records/activities?external_id=ACT-00000001',
  );
  const { source, ...row } = rows[0]!;
  const columns = ['external_id', 'entity', 'activity', 'unit', 'start_date', 'end_date', 'country', 'category'];
  const stated = Object.fromEntries(columns.map((name) => [name, row[name]]));
  return milliseconds(async () => {
    await footing.post('/api/records/activities', { source, rows: [{ ...stated, quantity: '1' }] });
    await footing.get(INVENTORY_PATH);
  });
}

async function revenue(): Promise<void> {
  const lines = Math.round(INVOICE_LINES * scale);
  const data = generated(`invoices-${lines}`, (folder) => generateInvoices(folder, lines));
  const duckdb = await duckDb<Record<string, number>>('invoices', data);
  await withFooting('revenue', undefined, async (footing) => {
    await footing.import('plans', join(data, 'plans.csv'));
    const imported = await footing.import('invoices', join(data, 'invoices.csv'));
    // The lines are records once their movements begin to be derived.
    const derivedIn = imported.fromStage['deriving movements'];
    if (derivedIn === undefined) throw new Error('The derivation of the movements was not seen');
    notes.push(
      `mrr: load of ${imported.counts.accepted} lines took Footing ${(imported.seconds - derivedIn).toFixed(1)} s, DuckDB ${duckdb.loadSeconds!.toFixed(1)} s`,
    );
    const mrr = await footing.get<{
      currencies: Array<{ currency: string; buckets: Array<{ postings: number; end: { amount: string } }> }>;
    }>('/api/reports/mrr?from=2023-01&to=2026-12&until=2026-12-31');
    const postings = mrr.currencies.flatMap(({ buckets }) => buckets).reduce((sum, bucket) => sum + bucket.postings, 0);
    notes.push(`mrr: ${postings} movements posted by Footing, ${duckdb.movements} by DuckDB`);
    add(
      `${millions(lines)} invoice lines already imported: posted MRR movements`,
      derivedIn,
      duckdb.mrrSeconds,
      's',
      1.5,
      'at most 1.5 x DuckDB',
    );
  });
}

async function posts(): Promise<void> {
  await withFooting('posts', undefined, async (footing) => {
    await footing.post('/api/records/plans', {
      source: 'load',
      rows: [{ external_id: 'basic-month', name: 'Basic', interval_count: 1, interval_unit: 'month' }],
    });
    const output = await run('bench/posts.ts', [
      footing.url,
      footing.key,
      String(POST_CONNECTIONS),
      String(POST_SECONDS),
    ]);
    const { perSecond, p50, p99, failures } = JSON.parse(output);
    notes.push(`posts: median ${p50} ms; failures ${JSON.stringify(failures)}`);
    results.push({
      what: `single-invoice posts, ${POST_CONNECTIONS} connections, durable`,
      footing: perSecond,
      duckdb: null,
      unit: '/s',
      target: 'at least 1000',
      met: perSecond >= 1000,
    });
    limit('single-invoice posts, p99', p99, undefined, 'ms', 150);
  });
}

/** Folder with generated files; made once per size. */
function generated(name: string, make: (folder: string) => void): string {
  const folder = join(options.folder, name);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    say(`Generating ${name} …`);
    make(folder);
    writeFileSync(done, '');
  }
  return folder;
}

async function withFooting(
  name: string,
  catalogue: string | undefined,
  work: (footing: FootingServer) => Promise<void>,
): Promise<void> {
  say(`Footing: ${name} …`);
  const folder = join(options.folder, `footing-${name}`);
  mkdirSync(folder, { recursive: true });
  const footing = new FootingServer(folder, catalogue);
  try {
    await footing.start();
    await work(footing);
  } finally {
    await footing.stop();
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

async function duckDb<Figures>(part: string, data: string): Promise<Figures> {
  say(`DuckDB: ${part} …`);
  return JSON.parse(await run('bench/duckdb/measure.ts', [part, data, join(options.folder, 'duckdb')]));
}

/** Standard output of a script of the project, run by this Node. */
async function run(script: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', script), ...args], {
    maxBuffer: MEBIBYTE,
  });
  return stdout;
}

function add(
  what: string,
  footing: number,
  duckdb: number | undefined,
  unit: string,
  ratioMax: number,
  target: string,
): void {
  results.push({
    what,
    footing,
    duckdb: duckdb ?? null,
    unit,
    target,
    met: duckdb === undefined ? null : footing / duckdb <= ratioMax,
  });
}

function limit(what: string, footing: number, duckdb: number | undefined, unit: string, max: number): void {
  results.push({
    what,
    footing,
    duckdb: duckdb ?? null,
    unit,
    target: `below ${Math.round(max)} ${unit}`,
    met: footing < max,
  });
}

function report(): void {
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()} ${arch()}`,
    node: process.versions.node,
  };
  const figure = (value: number | null, unit: string): string =>
    value === null ? '' : `${value.toFixed(unit === 's' ? 1 : 0)} ${unit}`;
  const rows = results.map(({ what, footing, duckdb, unit, target, met }) => [
    what,
    figure(footing, unit),
    figure(duckdb, unit),
    footing === null || duckdb === null ? '' : (footing / duckdb).toFixed(2),
    target,
    met === null ? '' : met ? 'yes' : 'NO',
  ]);
  const table = [['what', 'Footing', 'DuckDB', 'ratio', 'target', 'met'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    );
  for (const note of notes) process.stdout.write(`${note}\n`);
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}; scale ${scale}\n`,
  );
  const written = `${JSON.stringify({ at: new Date().toISOString(), scale, machine, results, notes }, null, 2)}\n`;
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.json'), written);
  if (options.record) writeFileSync(join(import.meta.dirname, 'results.json'), written);
}

function millions(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} million` : String(count);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
