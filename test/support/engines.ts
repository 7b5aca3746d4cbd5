/** Stores for one test file: its own PostgreSQL database, its own ClickHouse databases, its own evidence folder. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { type Config, type Engines, loadConfig, openEngines } from '../../src/engines/index.ts';

/**
 * Engines on the run's shared servers. PostgreSQL: a clone of the migrated template, so all tables are there and empty.
 * ClickHouse: only databases whose names begin with `config.ledgerPrefix` are this file's. `close()` removes all of it.
 *
 *     let engines: Engines;
 *     beforeAll(async () => { engines = await testEngines(); });
 *     afterAll(() => engines.close());
 */
export async function testEngines(overrides: Partial<Config> = {}): Promise<Engines> {
  const { databaseUrl, clickhouseUrl, template } = inject('stores');
  const id = `t_${randomBytes(5).toString('hex')}`;
  await asAdministrator(databaseUrl, (client) => client.query(`CREATE DATABASE ${id} TEMPLATE ${template}`));
  const url = new URL(databaseUrl);
  url.pathname = `/${id}`;
  const home = await mkdtemp(join(tmpdir(), `footing-${id}-`));
  const engines = await openEngines(
    loadConfig(
      { FOOTING_LOG_LEVEL: process.env.FOOTING_LOG_LEVEL ?? 'fatal' },
      {
        home,
        databaseUrl: url.href,
        clickhouseUrl,
        ledgerPrefix: `${id}_`,
        databaseConnections: 8,
        port: 0,
        ...overrides,
      },
    ),
  );
  const close = engines.close;
  let closing: Promise<void> | undefined;
  const remove = async () => {
    const system = engines.clickhouse.client('default');
    const result = await system.query({
      query: 'SELECT name FROM system.databases WHERE startsWith(name, {prefix:String})',
      query_params: { prefix: `${id}_` },
      format: 'JSONEachRow',
    });
    for (const { name } of await result.json<{ name: string }>()) {
      await system.command({ query: `DROP DATABASE IF EXISTS \`${name}\`` });
    }
    await close();
    await asAdministrator(databaseUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${id} WITH (FORCE)`));
    await rm(home, { recursive: true, force: true });
  };
  engines.close = () => {
    closing ??= remove();
    return closing;
  };
  return engines;
}

async function asAdministrator<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
