/** Starts the stores of a test run in a folder of their own, and removes everything after it. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { engineParts, loadConfig, migrate, openEngines } from '../../src/engines/index.ts';

export interface SharedStores {
  /** Connection string of the maintenance database. */
  databaseUrl: string;
  clickhouseUrl: string;
  /** Migrated once; cloned for every test file. */
  template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    stores: SharedStores;
    propertySeed: number;
  }
}

const TEMPLATE = 'footing_template';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'footing-test-'));
  const engines = await openEngines(loadConfig({ FOOTING_LOG_LEVEL: 'warn' }, { home }));
  const postgres = engineParts(engines).postgres!;
  const databaseUrl = connectionString(postgres.connection());
  await engines.pg.query(`CREATE DATABASE ${TEMPLATE}`);
  const pool = new pg.Pool({ ...postgres.connection(TEMPLATE), max: 1 });
  await migrate(pool, await migrationFolders());
  await pool.end();
  const propertySeed = Number(process.env.FOOTING_TEST_SEED ?? seedOfCheckout() ?? randomInt(2 ** 31 - 1));
  console.log(`Property tests: seed ${propertySeed} (repeat with FOOTING_TEST_SEED=${propertySeed})`);
  project.provide('stores', { databaseUrl, clickhouseUrl: engines.clickhouse.url, template: TEMPLATE });
  project.provide('propertySeed', propertySeed);
  return async () => {
    await engines.close();
    await rm(home, { recursive: true, force: true });
  };
}

/**
 * Under CI a checkout is tested with the seed that its content names: every run over the same files tries the same histories, so that a
 * change is not refused for what another one brought in, and what failed fails again. Elsewhere every run tries new ones.
 */
function seedOfCheckout(): number | undefined {
  if (!process.env.CI) return undefined;
  const tree = spawnSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: import.meta.dirname, encoding: 'utf8' });
  return tree.status === 0 ? Number.parseInt(tree.stdout.slice(0, 7), 16) : undefined;
}

/** The migrations folders of all rooms that have one. */
async function migrationFolders(): Promise<string[]> {
  const src = join(import.meta.dirname, '..', '..', 'src');
  const rooms = await readdir(src, { withFileTypes: true });
  return rooms.filter((room) => room.isDirectory()).map((room) => join(src, room.name, 'migrations'));
}

function connectionString({ host, port, user, password, database }: pg.PoolConfig): string {
  const credentials = `${encodeURIComponent(user!)}:${encodeURIComponent(String(password))}`;
  return `postgresql://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host!)}`;
}
