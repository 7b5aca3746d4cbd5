/**
 * The embedded PostgreSQL: created once, started as a child process, stopped with us.
 *
 * Layout under HOME/postgres: `data` (the cluster), `run` (its socket), `password`, `log`. The server's working folder is `data`
 * and it is told every path relative to it. So it runs as another user (root's case) although the data folder above is
 * 0700, and a socket path is never too long for the server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { mkdir, rename, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { FootingError } from '../../kernel/errors.ts';
import { privateFolder, storageError, syncFolder, writeFileDurably } from '../files.ts';
import { commandOf, isAlive, signal, waitForEnd, workingFolderOf } from '../processes.ts';
import { type Binaries, findBinaries, type ServerUser, serverUser } from './binaries.ts';

const USER = 'footing';
const DATABASE = 'footing';
const PORT = 5432;
/** Addresses of Unix sockets are short everywhere: 104 bytes on macOS, 108 on Linux, the name and a zero included. */
const SOCKET_FOLDER_BYTES_MAX = 85;
const START_MILLISECONDS_MAX = 60_000;
const STOP_MILLISECONDS_MAX = 20_000;
const LEFTOVER_MILLISECONDS_MAX = 15_000;
const LOG_BYTES_MAX = 20 * 1024 * 1024;

/** Chosen for a small machine: two cores, other work beside it. Durability is never traded. */
const SETTINGS: Record<string, string> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '64MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_connections: '60',
  max_wal_size: '512MB',
  min_wal_size: '64MB',
  wal_compression: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  checkpoint_completion_target: '0.9',
  max_worker_processes: '4',
  max_parallel_workers: '2',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '60s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  password_encryption: 'scram-sha-256',
  listen_addresses: '',
};

/** One run of the server program. */
export interface ServerProcess {
  pid: number;
  /** Resolves with the reason when the process ends, asked to or not. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Cluster {
  version: string;
  /** How a pool reaches a database of this cluster; the same over restarts. */
  connection(database?: string): pg.PoolConfig;
  /** Starts the server and waits until it answers, recovery after a crash included; `launched` is told when its process is there. */
  run(launched: () => void): Promise<ServerProcess>;
}

/** Creates the cluster where there is none and stops what a killed run left. */
export async function openCluster(home: string, log: Logger): Promise<Cluster> {
  const root = join(home, 'postgres');
  await privateFolder(root);
  const user = serverUser(join(root, 'data'));
  const binaries = await findBinaries(user, root);
  await stopLeftover(join(root, 'data'), log);
  if (!existsSync(join(root, 'data', 'PG_VERSION'))) await createCluster(root, binaries, user, log);
  const socketFolder = join(root, 'run');
  await mkdir(socketFolder, { recursive: true, mode: 0o700 });
  give(user, root, socketFolder);
  const useSocket = Buffer.byteLength(socketFolder) <= SOCKET_FOLDER_BYTES_MAX;
  const place = useSocket ? { host: socketFolder, port: PORT } : { host: '127.0.0.1', port: await freePort() };
  const password = readFileSync(join(root, 'password'), 'utf8').trim();
  const connection = (database = DATABASE): pg.PoolConfig => ({ ...place, user: USER, password, database });
  return {
    version: binaries.version,
    connection,
    run: (launched) =>
      runWhenFree(() => runServer(root, binaries, user, useSocket, connection('postgres'), log, launched)),
  };
}

/**
 * initdb into `data.new`, renamed when complete. A crash before the rename leaves `data.new`, which the next start
 * removes; a crash after it leaves a whole cluster. The password is on disk before the cluster that wants it.
 */
async function createCluster(
  root: string,
  binaries: Binaries,
  user: ServerUser | undefined,
  log: Logger,
): Promise<void> {
  const started = Date.now();
  const fresh = join(root, 'data.new');
  const passwordFile = join(root, 'password');
  const initial = join(root, 'password.initdb');
  await rm(fresh, { recursive: true, force: true });
  if (!existsSync(passwordFile)) await writeFileDurably(passwordFile, randomBytes(24).toString('base64url'));
  await mkdir(fresh, { mode: 0o700 }).catch((error) => {
    throw storageError(error, fresh);
  });
  await writeFileDurably(initial, readFileSync(passwordFile));
  give(user, root, fresh, initial);
  const options = ['--pwfile=../password.initdb', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const child = spawn(binaries.initdb, ['-D', cwdPath(fresh, user), '-U', USER, ...options, ...locale], {
    ...processOptions(fresh, user),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status, name) => resolve(status ?? name ?? -1));
  });
  rmSync(initial, { force: true });
  if (code !== 0) {
    await rm(fresh, { recursive: true, force: true });
    if (/No space left|Disk quota/i.test(output)) {
      throw new FootingError('storage', `There is no room to create the database in ${root}.`, {
        remedy: 'Free at least 200 MB on that disk or set FOOTING_HOME to a folder on a larger one.',
      });
    }
    throw new FootingError('unavailable', `PostgreSQL's initdb failed (${code}): ${output.trim().slice(-800)}`, {
      remedy: 'Footing can use a PostgreSQL server of yours instead: set DATABASE_URL.',
    });
  }
  await rename(fresh, join(root, 'data'));
  await syncFolder(root);
  log.info({ milliseconds: Date.now() - started }, 'created the PostgreSQL cluster');
}

/** After a kill -9 of the server its helpers need a moment to notice and to let go of the shared memory. */
async function runWhenFree(start: () => Promise<ServerProcess>): Promise<ServerProcess> {
  const until = Date.now() + LEFTOVER_MILLISECONDS_MAX;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!/shared memory block|lock file "postmaster.pid"/.test(String(error)) || Date.now() > until) throw error;
      await sleep(50);
    }
  }
}

async function runServer(
  root: string,
  binaries: Binaries,
  user: ServerUser | undefined,
  useSocket: boolean,
  connection: pg.PoolConfig,
  log: Logger,
  launched: () => void,
): Promise<ServerProcess> {
  const data = join(root, 'data');
  const settings = {
    ...SETTINGS,
    port: String(connection.port),
    unix_socket_directories: useSocket ? '../run' : '',
    listen_addresses: useSocket ? '' : '127.0.0.1',
  };
  const logFile = join(root, 'log');
  if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX) await truncate(logFile, 0);
  const logDescriptor = openSync(logFile, 'a', 0o600);
  const logFrom = statSync(logFile).size;
  let child: ChildProcess;
  try {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    child = spawn(binaries.postgres, ['-D', cwdPath(data, user), ...flags], {
      ...processOptions(data, user),
      // Its own group: Ctrl+C in the terminal must reach us first, so that work in progress can end.
      detached: true,
      stdio: ['ignore', logDescriptor, logDescriptor],
    });
  } finally {
    closeSync(logDescriptor);
  }
  launched();
  const tail = () => readFileSync(logFile).subarray(logFrom).toString('utf8').trim().slice(-800);
  let endedWith: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      endedWith = reason;
      resolve(reason);
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (status, name) => end(`status ${status ?? name}`));
  });
  const stop = async () => {
    if (child.pid === undefined || endedWith !== undefined) return;
    signal(child.pid, 'SIGINT');
    const done = await Promise.race([ended.then(() => true), sleep(STOP_MILLISECONDS_MAX, false, { ref: false })]);
    if (!done) {
      log.warn('PostgreSQL did not stop in time and is stopped the hard way; it recovers at the next start');
      signal(child.pid, 'SIGQUIT');
      await ended;
    }
  };
  try {
    await waitUntilReady(connection, () => endedWith, tail);
    await createDatabase(connection);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid!, ended, stop };
}

/** Polls with real connections: "accepts connections" is what callers need, recovery after a crash included. */
async function waitUntilReady(
  connection: pg.PoolConfig,
  endedWith: () => string | undefined,
  tail: () => string,
): Promise<void> {
  const until = Date.now() + START_MILLISECONDS_MAX;
  for (;;) {
    const ended = endedWith();
    if (ended !== undefined) {
      const text = tail();
      const full = /No space left|Disk quota/i.test(text);
      throw new FootingError(full ? 'storage' : 'unavailable', `PostgreSQL ended while starting (${ended}): ${text}`, {
        remedy: full
          ? 'Free space on the disk of the data folder.'
          : 'The log is in the data folder under postgres/log.',
      });
    }
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (Date.now() > until || (error as { code?: string }).code === '28P01') {
        throw new FootingError('unavailable', `PostgreSQL does not answer: ${(error as Error).message}. ${tail()}`, {
          remedy: 'The log is in the data folder under postgres/log.',
          cause: error,
        });
      }
      await sleep(15);
    }
  }
}

async function createDatabase(connection: pg.PoolConfig): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/**
 * A server that outlived a kill -9 of its parent is asked to stop; then ours starts cleanly (0.3 s). It is recognised by the
 * pid in postmaster.pid and by its working folder, so an unrelated process that now has this pid is never touched. The lock on the data
 * folder is ours here: nobody else starts a server in it.
 */
async function stopLeftover(data: string, log: Logger): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isAlive(pid)) return;
  if (!isServerOf(pid, data)) {
    // PostgreSQL only looks whether the pid lives. It is the server of the folder of which this is a copy, or an unrelated process.
    if (workingFolderOf(pid) === undefined) return;
    rmSync(pidFile, { force: true });
    const run = join(dirname(data), 'run');
    for (const name of existsSync(run) ? readdirSync(run) : []) {
      if (name.startsWith('.s.PGSQL.')) rmSync(join(run, name), { force: true });
    }
    return;
  }
  log.warn({ pid }, 'a PostgreSQL server of an earlier run is still there; stopping it');
  for (const [name, milliseconds] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    signal(pid, name);
    if (await waitForEnd(pid, milliseconds)) return;
  }
  throw new FootingError('unavailable', `A PostgreSQL server of an earlier run (process ${pid}) does not stop.`, {
    remedy: `End process ${pid} and start again.`,
  });
}

function isServerOf(pid: number, data: string): boolean {
  const folder = workingFolderOf(pid);
  if (folder !== undefined) return folder === realpathSync(data);
  return /postgres/.test(commandOf(pid) ?? '') && (commandOf(pid) ?? '').includes(data);
}

/** The cluster's folder as the server is told it: as another user only its own working folder is within reach. */
function cwdPath(data: string, user: ServerUser | undefined): string {
  return user !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

function processOptions(folder: string, user: ServerUser | undefined) {
  return {
    cwd: folder,
    // Nothing of our environment: PGDATA, PGPORT and their kin must not reach it, nor our secrets.
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '' },
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  };
}

function give(user: ServerUser | undefined, ...paths: string[]): void {
  if (user !== undefined) for (const path of paths) chownSync(path, user.uid, user.gid);
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
