/** What `footing doctor` prints, as data: versions, sizes, health, settings in force, and what is wrong with its remedy. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { arch, availableParallelism, freemem, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../kernel/errors.ts';
import { engineParts } from './open.ts';
import { residentBytes } from './processes.ts';
import type { Engines } from './types.ts';

/** Below this the next import may fail. */
const FREE_BYTES_MIN = 2 * 1024 ** 3;
const FREE_MEMORY_BYTES_MIN = 512 * 1024 ** 2;
/** Above this a statement waits longer for the disk than for anything else. */
const SLOW_MILLISECONDS = 500;

export interface StoreDiagnosis {
  kind: 'embedded' | 'remote';
  version: string;
  /** Milliseconds of the simplest question; undefined when there was no answer. */
  answersInMilliseconds: number | undefined;
  pid: number | undefined;
  /** Resident memory of the process (PostgreSQL: of its parent process only). */
  residentBytes: number | undefined;
  databases: { name: string; bytes: number }[];
  settings: Record<string, string>;
}

export interface Diagnosis {
  platform: { system: string; release: string; architecture: string; node: string; cpus: number; memoryBytes: number };
  home: { path: string; mode: string; freeBytes: number; parts: { name: string; bytes: number }[] };
  postgres: StoreDiagnosis;
  clickhouse: StoreDiagnosis;
  evidence: { files: number; bytes: number };
  migrations: { number: number; name: string; appliedAt: string }[];
  problems: Problem[];
  healthy: boolean;
}

/** Looks at everything and never throws for what it finds: that goes into `problems`. */
export async function diagnose(engines: Engines): Promise<Diagnosis> {
  const problems: Problem[] = [];
  const { home } = engines.config;
  const [postgres, clickhouse, evidence, migrations, parts, space, info] = await Promise.all([
    diagnosePostgres(engines, problems),
    diagnoseClickHouse(engines, problems),
    countEvidence(engines),
    appliedMigrations(engines),
    folderSizes(home),
    statfs(home),
    stat(home),
  ]);
  const freeBytes = space.bavail * space.bsize;
  const mode = (info.mode & 0o777).toString(8).padStart(4, '0');
  if (freeBytes < FREE_BYTES_MIN) {
    problems.push({
      field: 'FOOTING_HOME',
      value: home,
      reason: `only ${Math.floor(freeBytes / 1024 ** 2)} MiB are free on its disk`,
      remedy: 'Free space or move the data folder; an import needs about three times the size of its file.',
    });
  }
  if (mode !== '0700') {
    problems.push({
      field: 'FOOTING_HOME',
      value: home,
      reason: `others can look into it (mode ${mode})`,
      remedy: `chmod 700 ${home}`,
    });
  }
  if (freemem() < FREE_MEMORY_BYTES_MIN) {
    problems.push({
      field: 'memory',
      value: `${Math.floor(freemem() / 1024 ** 2)} MiB`,
      reason: 'little memory is free',
      remedy: 'Lower FOOTING_CLICKHOUSE_MEMORY_MIB and FOOTING_QUERY_MEMORY_MIB or end other programs.',
    });
  }
  return {
    platform: {
      system: process.platform,
      release: release(),
      architecture: arch(),
      node: process.version,
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
    },
    home: { path: home, mode, freeBytes, parts },
    postgres,
    clickhouse,
    evidence,
    migrations,
    problems,
    healthy: problems.length === 0,
  };
}

const POSTGRES_SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'data_checksums',
  'shared_buffers',
  'max_connections',
  'max_wal_size',
  'server_encoding',
  'TimeZone',
];

async function diagnosePostgres(engines: Engines, problems: Problem[]): Promise<StoreDiagnosis> {
  const pid = engineParts(engines).postgres?.pid;
  const found: StoreDiagnosis = {
    kind: engines.config.databaseUrl === undefined ? 'embedded' : 'remote',
    version: 'unknown',
    answersInMilliseconds: undefined,
    pid,
    residentBytes: pid === undefined ? undefined : residentBytes(pid),
    databases: [],
    settings: {},
  };
  try {
    const started = performance.now();
    const version = await engines.pg.query<{ server_version: string }>('SHOW server_version');
    found.answersInMilliseconds = performance.now() - started;
    found.version = version.rows[0]!.server_version;
    const databases = await engines.pg.query<{ name: string; bytes: string }>(`
      SELECT datname AS name, pg_database_size(datname) AS bytes
      FROM pg_database
      WHERE NOT datistemplate AND has_database_privilege(datname, 'CONNECT')
      ORDER BY datname`);
    found.databases = databases.rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }));
    const settings = await engines.pg.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY ($1) ORDER BY name',
      [POSTGRES_SETTINGS],
    );
    found.settings = Object.fromEntries(settings.rows.map(({ name, value }) => [name, value]));
  } catch (error) {
    problems.push(silent('PostgreSQL', 'DATABASE_URL', error));
    return found;
  }
  if (Number.parseInt(found.version, 10) < 16) {
    problems.push({
      field: 'DATABASE_URL',
      value: found.version,
      reason: 'this PostgreSQL is older than 16',
      remedy: 'Use PostgreSQL 16 or later.',
    });
  }
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    if (found.settings[name] === 'off') {
      problems.push({
        field: name,
        value: 'off',
        reason: 'an acknowledged entry could be lost in a power cut',
        remedy: `Set ${name} = on in PostgreSQL.`,
      });
    }
  }
  checkSpeed('PostgreSQL', found, problems);
  return found;
}

const CLICKHOUSE_SETTINGS = [
  'max_memory_usage',
  'max_bytes_before_external_group_by',
  'max_execution_time',
  'max_threads',
];

async function diagnoseClickHouse(engines: Engines, problems: Problem[]): Promise<StoreDiagnosis> {
  const pid = engineParts(engines).clickhouse?.pid;
  const found: StoreDiagnosis = {
    kind: engines.config.clickhouseUrl === undefined ? 'embedded' : 'remote',
    version: 'unknown',
    answersInMilliseconds: undefined,
    pid,
    residentBytes: pid === undefined ? undefined : residentBytes(pid),
    databases: [],
    settings: {},
  };
  const ask = async <T>(query: string, values: Record<string, unknown> = {}): Promise<T[]> => {
    const client = engines.clickhouse.client('default');
    return await (await client.query({ query, query_params: values, format: 'JSONEachRow' })).json<T>();
  };
  try {
    const started = performance.now();
    const [version] = await ask<{ version: string }>('SELECT version() AS version');
    found.answersInMilliseconds = performance.now() - started;
    found.version = version!.version;
    const databases = await ask<{ name: string; bytes: string }>(
      `SELECT d.name AS name, toString(sum(p.bytes_on_disk)) AS bytes
       FROM system.databases AS d
       LEFT JOIN (SELECT database, bytes_on_disk FROM system.parts WHERE active) AS p ON p.database = d.name
       WHERE startsWith(d.name, {prefix:String})
       GROUP BY d.name
       ORDER BY d.name`,
      { prefix: engines.config.ledgerPrefix },
    );
    found.databases = databases.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }));
    const settings = await ask<{ name: string; value: string }>(
      'SELECT name, value FROM system.settings WHERE has({names:Array(String)}, name) ORDER BY name',
      { names: CLICKHOUSE_SETTINGS },
    );
    found.settings = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
    checkSpeed('ClickHouse', found, problems);
  } catch (error) {
    problems.push(silent('ClickHouse', 'CLICKHOUSE_URL', error));
  }
  return found;
}

function silent(store: string, field: string, error: unknown): Problem {
  return {
    field,
    reason: `${store} does not answer: ${(error as Error).message}`,
    remedy:
      (error as { remedy?: string }).remedy ??
      'Look at the log and restart; a remote server: check that it is up and that the URL is right.',
  };
}

function checkSpeed(store: string, { answersInMilliseconds }: StoreDiagnosis, problems: Problem[]): void {
  if (answersInMilliseconds !== undefined && answersInMilliseconds > SLOW_MILLISECONDS) {
    problems.push({
      field: store,
      value: `${Math.round(answersInMilliseconds)} ms`,
      reason: `${store} takes long to answer the simplest question`,
      remedy: 'The machine or the network to the server is overloaded.',
    });
  }
}

async function countEvidence(engines: Engines): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 };
  for await (const { bytes } of engines.evidence.list()) {
    total.files += 1;
    total.bytes += bytes;
  }
  return total;
}

async function appliedMigrations(engines: Engines): Promise<Diagnosis['migrations']> {
  try {
    const { rows } = await engines.pg.query<{ number: number; name: string; applied_at: Date }>(
      'SELECT number, name, applied_at FROM schema_migrations ORDER BY number',
    );
    return rows.map(({ number, name, applied_at }) => ({ number, name, appliedAt: applied_at.toISOString() }));
  } catch {
    // Not migrated yet, or no answer, which is among the problems already.
    return [];
  }
}

/** Bytes on disk of each part of the data folder. Files that vanish while they are counted are no error. */
async function folderSizes(home: string): Promise<{ name: string; bytes: number }[]> {
  const entries = await readdir(home, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(folders.sort().map(async (name) => ({ name, bytes: await bytesBelow(join(home, name)) })));
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else if (entry.isFile()) bytes += ((await stat(path).catch(() => undefined))?.blocks ?? 0) * 512;
  }
  return bytes;
}
