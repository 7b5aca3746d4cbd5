/** The pool of connections, patient while the embedded server is being restarted, and PostgreSQL's failures as ours. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { FootingError } from '../../kernel/errors.ts';

const PATIENCE_MILLISECONDS = 15_000;

type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/**
 * A pool whose new connections wait out a restart: no statement has been sent then, so waiting is always safe. A statement
 * whose connection breaks is never repeated here, because it may have been done: the caller gets the error.
 */
export class PatientPool extends pg.Pool {
  readonly #ready: () => Promise<void>;

  constructor(config: pg.PoolConfig, ready: () => Promise<void>) {
    super(config);
    this.#ready = ready;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const connecting = this.#connectPatiently();
    if (callback === undefined) return connecting;
    connecting.then(
      (client) => callback(undefined, client, (release) => client.release(release as Error | boolean | undefined)),
      (error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  async #connectPatiently(): Promise<pg.PoolClient> {
    const until = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      await this.#ready();
      try {
        return await super.connect();
      } catch (error) {
        if (!isNotUp(error)) throw error;
        if (Date.now() > until) throw storeError(error);
        await sleep(50);
      }
    }
  }
}

/** The server is down, starting or stopping. */
function isNotUp(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  return (
    ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03'].includes(code ?? '') ||
    message === 'Connection terminated unexpectedly'
  );
}

/**
 * PostgreSQL's failures that a person can do something about as FootingErrors: disk full -> `storage`; connection lost or
 * server going down -> `unavailable`; too many connections -> `busy`. Every other error is returned as it is.
 */
export function storeError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FootingError) return error;
  const code = (error as { code?: string }).code ?? '';
  if (code === '53100' || code === 'ENOSPC') {
    return new FootingError('storage', `PostgreSQL has no room left: ${error.message}`, {
      remedy: 'Free space on its disk, then repeat the request.',
      cause: error,
    });
  }
  if (code === '53300') {
    return new FootingError('busy', `PostgreSQL takes no more connections: ${error.message}`, {
      remedy: 'Repeat the request a moment later, or lower FOOTING_DATABASE_CONNECTIONS.',
      cause: error,
    });
  }
  if (isNotUp(error) || code.startsWith('08') || /timeout exceeded when trying to connect/.test(error.message)) {
    return new FootingError('unavailable', `PostgreSQL does not answer: ${error.message}`, {
      remedy: 'Repeat the request with the same idempotency key; if this stays, look at the log.',
      cause: error,
    });
  }
  return error;
}
