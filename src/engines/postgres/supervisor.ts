/** Keeps the embedded PostgreSQL running: started with us, restarted when it ends by itself, stopped with us. */
import type pg from 'pg';
import type { Logger } from 'pino';
import { FootingError } from '../../kernel/errors.ts';
import { type Cluster, openCluster, type ServerProcess } from './cluster.ts';

/** Restarts without a minute of peace between them before giving up. */
const RESTARTS_MAX = 10;
const PEACE_MILLISECONDS = 60_000;

export interface PostgresServer {
  connection(database?: string): pg.PoolConfig;
  readonly pid: number | undefined;
  readonly version: string;
  /** Resolves when the server answers (again); rejects when it has been given up. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(home: string, log: Logger): Promise<PostgresServer> {
  const supervisor = new Supervisor(await openCluster(home, log), log);
  await supervisor.begin();
  return supervisor;
}

class Supervisor implements PostgresServer {
  readonly #cluster: Cluster;
  readonly #log: Logger;
  #process: ServerProcess | undefined;
  #starting: Promise<void> = Promise.resolve();
  #stopping = false;
  #restarts = 0;
  #lastStart = 0;

  constructor(cluster: Cluster, log: Logger) {
    this.#cluster = cluster;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get version(): string {
    return this.#cluster.version;
  }

  connection(database?: string): pg.PoolConfig {
    return this.#cluster.connection(database);
  }

  ready(): Promise<void> {
    return this.#starting;
  }

  async begin(): Promise<void> {
    this.#starting = this.#start();
    await this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#starting.catch(() => {});
    await this.#process?.stop();
  }

  async #start(): Promise<void> {
    this.#lastStart = Date.now();
    const server = await this.#cluster.run();
    this.#process = server;
    void server.ended.then((reason) => this.#onEnd(reason));
  }

  #onEnd(reason: string): void {
    if (this.#stopping) return;
    this.#restarts = Date.now() - this.#lastStart > PEACE_MILLISECONDS ? 1 : this.#restarts + 1;
    this.#log.error({ reason, restarts: this.#restarts }, 'PostgreSQL ended; restarting it');
    if (this.#restarts > RESTARTS_MAX) {
      const message = `The embedded PostgreSQL ended ${this.#restarts} times in a row (${reason}).`;
      const remedy = 'Its log is in the data folder under postgres/log. Free memory and disk space, then restart.';
      this.#starting = Promise.reject(new FootingError('unavailable', message, { remedy }));
    } else this.#starting = this.#start();
    this.#starting.catch((error) => this.#log.error({ error: String(error) }, 'PostgreSQL did not restart'));
  }
}
