/** Keeps the embedded PostgreSQL running: started with us, restarted when it ends by itself, stopped with us. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { Keeper } from '../keeper.ts';
import { openCluster, type ServerProcess } from './cluster.ts';

export interface PostgresServer {
  connection(database?: string): pg.PoolConfig;
  readonly pid: number | undefined;
  readonly version: string;
  /** Resolves when the server answers (again); rejects with `unavailable` while it cannot be started. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(home: string, log: Logger, launched: () => void): Promise<PostgresServer> {
  const cluster = await openCluster(home, log);
  let server: ServerProcess | undefined;
  const keeper = new Keeper(
    'PostgreSQL',
    async () => {
      server = await cluster.run(launched);
      return server;
    },
    'Its log is in the data folder under postgres/log; free memory and disk space.',
    log,
  );
  await keeper.begin();
  return {
    connection: (database) => cluster.connection(database),
    get pid() {
      return server?.pid;
    },
    version: cluster.version,
    ready: () => keeper.ready(),
    async stop() {
      await keeper.stop();
      await server?.stop();
    },
  };
}
