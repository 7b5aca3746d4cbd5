/**
 * One part of the DuckDB side in a process of its own; prints JSON.
 *   node bench/duckdb/measure.ts activities|invoices <folder of the files> <work folder>
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDb } from './duckdb.ts';

const THREADS = 2;
const MEMORY_LIMIT = '2.5GB';
const INVENTORY_RUNS = 5;

const [part, data, work] = process.argv.slice(2);
if (data === undefined || work === undefined)
  throw new Error('Usage: node bench/duckdb/measure.ts <part> <data> <work>');
mkdirSync(work, { recursive: true });
const database = join(work, `${part}.duckdb`);
remove();
const db = await DuckDb.open({
  database,
  threads: THREADS,
  memoryLimit: MEMORY_LIMIT,
  temporaryFolder: join(work, 'spill'),
});
process.stdout.write(JSON.stringify(part === 'activities' ? await activities() : await invoices()));
db.close();
remove();

async function activities(): Promise<Record<string, unknown>> {
  const files = {
    activities_file: join(data!, 'activities.csv'),
    factors_file: join(data!, 'bench-factors', 'factors.csv'),
  };
  const importSeconds = await seconds(async () => {
    await db.script('activities.sql', files);
    await db.run('CHECKPOINT');
    await db.script('inventory.sql');
  });
  const runs: number[] = [];
  for (let i = 0; i < INVENTORY_RUNS; i++) runs.push(await seconds(() => db.script('inventory.sql')));
  const [counts] = await db.rows(
    'SELECT (SELECT count(*) FROM activities)::INT AS rows, (SELECT count(*) FROM postings)::INT AS postings',
  );
  const inventory = await db.rows(
    `SELECT scope::VARCHAR AS scope, strftime(month, '%Y-%m') AS month, co2e_kg::VARCHAR AS co2e_kg FROM inventory`,
  );
  return { importSeconds, inventorySeconds: median(runs), inventory, ...counts };
}

async function invoices(): Promise<Record<string, number>> {
  const files = { invoices_file: join(data!, 'invoices.csv'), plans_file: join(data!, 'plans.csv') };
  const loadSeconds = await seconds(async () => {
    await db.script('load-invoices.sql', files);
    await db.run('CHECKPOINT');
  });
  const mrrSeconds = await seconds(async () => {
    await db.script('mrr.sql');
    await db.run('CHECKPOINT');
  });
  const [counts] = await db.rows(
    'SELECT (SELECT count(*) FROM lines)::INT AS rows, (SELECT count(*) FROM movements)::INT AS movements',
  );
  return { loadSeconds, mrrSeconds, ...(counts as Record<string, number>) };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function remove(): void {
  for (const suffix of ['', '.wal']) rmSync(`${database}${suffix}`, { force: true });
  rmSync(join(work!, 'spill'), { recursive: true, force: true });
}
