/** Starts or connects the stores and hands them out as {@link Engines}. */
import { chmodSync } from 'node:fs';
import { FootingError } from '../kernel/errors.ts';
import { onFault } from '../kernel/faults.ts';
import { HttpClickHouse } from './clickhouse/client.ts';
import { type ClickHouseChild, startClickHouse } from './clickhouse/supervisor.ts';
import { createLogger } from './config.ts';
import { openEvidence } from './evidence.ts';
import { privateFolder } from './files.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { PatientPool } from './postgres/pool.ts';
import { type PostgresServer, startPostgres } from './postgres/supervisor.ts';
import { signal, waitForEnd } from './processes.ts';
import type { Config, Engines } from './types.ts';

/** What runs behind an Engines object, for `footing doctor` and for the tests that kill it. */
export interface EngineParts {
  postgres: PostgresServer | undefined;
  clickhouse: ClickHouseChild | undefined;
}

const parts = new WeakMap<Engines, EngineParts>();

/** The child processes behind `engines`; undefined for what is remote. */
export function engineParts(engines: Engines): EngineParts {
  return parts.get(engines) ?? { postgres: undefined, clickhouse: undefined };
}

/**
 * Locks the data folder, starts the embedded stores (both at once) or connects the remote ones. `launched` is told when the processes of the
 * stores are there and only have to get ready: until then what keeps this process busy would keep them from starting.
 * Errors: `conflict` when another server has the folder; `platform`, `storage`, `unavailable` with remedies.
 */
export async function openEngines(config: Config, launched = () => {}): Promise<Engines> {
  const log = createLogger(config.logLevel);
  await privateFolder(config.home);
  const lock = await lockFolder(config.home);
  let started: EngineParts = { postgres: undefined, clickhouse: undefined };
  try {
    chmodSync(config.home, 0o700);
    started = await startAll(config, log, launched);
    return await assemble(config, log, started, lock);
  } catch (error) {
    await Promise.allSettled([started.clickhouse?.stop(), started.postgres?.stop()]);
    lock.release();
    throw error;
  }
}

/** Starts what is not remote. When one fails the other is stopped again, so that nothing is left behind. */
async function startAll(config: Config, log: Engines['log'], launched: () => void): Promise<EngineParts> {
  let waiting = [config.databaseUrl, config.clickhouseUrl].filter((url) => url === undefined).length;
  if (waiting === 0) launched();
  const oneLaunched = () => {
    waiting -= 1;
    if (waiting === 0) launched();
  };
  const [postgres, clickhouse] = await Promise.allSettled([
    config.databaseUrl === undefined ? startPostgres(config.home, log, oneLaunched) : undefined,
    config.clickhouseUrl === undefined ? startClickHouse(config, log, oneLaunched) : undefined,
  ]);
  if (postgres.status === 'fulfilled' && clickhouse.status === 'fulfilled') {
    return { postgres: postgres.value, clickhouse: clickhouse.value };
  }
  if (postgres.status === 'fulfilled') await postgres.value?.stop();
  if (clickhouse.status === 'fulfilled') await clickhouse.value?.stop();
  throw postgres.status === 'rejected' ? postgres.reason : (clickhouse as PromiseRejectedResult).reason;
}

async function assemble(config: Config, log: Engines['log'], started: EngineParts, lock: FolderLock): Promise<Engines> {
  const evidence = await openEvidence(config.home, config.evidence);
  const pool = new PatientPool(
    {
      ...(started.postgres?.connection() ?? { connectionString: config.databaseUrl! }),
      max: config.databaseConnections,
      application_name: 'footing',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    },
    () => started.postgres?.ready() ?? Promise.resolve(),
  );
  let closing: Promise<void> | undefined;
  // An idle connection that breaks must not end the process; the next query opens another.
  pool.on('error', (error) => {
    if (closing === undefined) log.warn({ error: error.message }, 'an idle PostgreSQL connection broke');
  });
  // Nor must one that breaks while it is lent out between two statements: who holds it learns of it at its next statement.
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (closing === undefined) log.warn({ error: error.message }, 'a PostgreSQL connection in use broke');
    });
  });
  const clickhouse = new HttpClickHouse(started.clickhouse ?? { url: config.clickhouseUrl!, ready: async () => {} });
  const close = async () => {
    await clickhouse.close();
    await pool.end();
    await Promise.all([started.clickhouse?.stop(), started.postgres?.stop()]);
    lock.release();
  };
  const engines: Engines = {
    config,
    log,
    pg: pool,
    clickhouse,
    evidence,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  parts.set(engines, started);
  if (process.env.FOOTING_FAULT !== undefined) letFaultsEndStores(started);
  try {
    await checkAnswers(engines);
  } catch (error) {
    await Promise.allSettled([clickhouse.close(), pool.end()]);
    throw error;
  }
  return engines;
}

async function checkAnswers(engines: Engines): Promise<void> {
  await engines.pg.query('SELECT 1').catch((error: Error) => {
    throw new FootingError('unavailable', `PostgreSQL does not answer: ${error.message}`, {
      remedy: 'Check DATABASE_URL and that the server is up.',
      cause: error,
    });
  });
  const ping = await engines.clickhouse.client('default').ping();
  if (!ping.success) {
    throw new FootingError('unavailable', `ClickHouse does not answer: ${ping.error.message}`, {
      remedy: 'Check CLICKHOUSE_URL and that the server is up.',
      cause: ping.error,
    });
  }
}

/** For fault tests (see kernel/faults.ts): how the children are ended, as by the kernel when memory runs out. */
function letFaultsEndStores({ postgres, clickhouse }: EngineParts): void {
  const end = (store: { readonly pid: number | undefined } | undefined) => async () => {
    const pid = store?.pid;
    if (pid === undefined) return;
    signal(pid, 'SIGKILL');
    await waitForEnd(pid, 5_000);
  };
  onFault('end-postgres', end(postgres));
  onFault('end-clickhouse', end(clickhouse));
}
