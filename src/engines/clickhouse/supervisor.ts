/** Starts the ClickHouse child, restarts it when it dies, stops it with us. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { FootingError } from '../../kernel/errors.ts';
import { folderIdentity, privateFolder, storageError } from '../files.ts';
import { Keeper, type Running } from '../keeper.ts';
import { isAlive, signal, startedAt, waitForEnd } from '../processes.ts';
import type { Config } from '../types.ts';
import type { ChildMessage, ChildStart } from './child.ts';
import { EXACT_JSON_SETTINGS } from './client.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const CONNECTIONS = 8;
const START_MILLISECONDS_MAX = 30_000;

export interface ClickHouseChild {
  readonly url: string;
  readonly spool: string;
  readonly pid: number | undefined;
  readonly version: string;
  /** Resolves when the child answers (again); rejects with `unavailable` while it cannot be started. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** `launched` is told when the child's process is there. */
export async function startClickHouse(config: Config, log: Logger, launched: () => void): Promise<ClickHouseChild> {
  const supervisor = new Supervisor(config, log, launched);
  await supervisor.begin();
  return supervisor;
}

class Supervisor implements ClickHouseChild {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #launched: () => void;
  readonly #root: string;
  readonly #user = 'footing';
  readonly #password = randomBytes(24).toString('base64url');
  #child: ChildProcess | undefined;
  #port = 0;
  readonly #keeper: Keeper;
  version = '';

  constructor(config: Config, log: Logger, launched: () => void) {
    this.#config = config;
    this.#log = log;
    this.#launched = launched;
    this.#root = join(config.home, 'clickhouse');
    this.#keeper = new Keeper(
      'ClickHouse',
      () => this.#start(),
      'Look at the log; raise FOOTING_CLICKHOUSE_MEMORY_MIB or free memory and disk space.',
      log,
    );
  }

  get url(): string {
    return `http://${this.#user}:${this.#password}@127.0.0.1:${this.#port}`;
  }

  /** The folder of its scratch files; the child makes it and empties it when it starts. */
  get spool(): string {
    return join(this.#root, 'data', 'footing_tmp');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  ready(): Promise<void> {
    return this.#keeper.ready();
  }

  async begin(): Promise<void> {
    await privateFolder(this.#root);
    await this.#endLeftover();
    await this.#keeper.begin();
  }

  async stop(): Promise<void> {
    await this.#keeper.stop();
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // What is waited for must keep the program running until it is there.
    child.ref();
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
    rmSync(join(this.#root, 'child'), { force: true });
  }

  /** A child ends by itself when its parent dies; one that is stuck in a long statement is ended here. */
  async #endLeftover(): Promise<void> {
    let pid: number;
    let started: string | undefined;
    try {
      const [process, folder] = readFileSync(join(this.#root, 'child'), 'utf8').split('\n');
      if (folder && folder !== folderIdentity(this.#root)) return;
      const [first, ...rest] = process!.trim().split(' ');
      pid = Number(first);
      started = rest.join(' ');
    } catch {
      return;
    }
    if (!isAlive(pid) || startedAt(pid) !== started) return;
    if (await waitForEnd(pid, 300)) return;
    this.#log.warn({ pid }, 'a ClickHouse child of an earlier run is still there; ending it');
    signal(pid, 'SIGKILL');
    await waitForEnd(pid, 5_000);
  }

  /** Resolves when the child answers, with the promise of the reason for which it ends. */
  async #start(): Promise<Running> {
    const child = fork(CHILD, [], {
      // A loader or debugger of the parent is not the child's.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        PATH: process.env.PATH ?? '',
        ...(process.env.NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
        TZ: 'UTC',
        LC_ALL: 'C',
        UV_THREADPOOL_SIZE: '16',
        MALLOC_ARENA_MAX: '2',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, name) => resolve(String(code ?? name)));
    });
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors = (errors + chunk).slice(-2000);
    });
    const message = new Promise<ChildMessage>((resolve) => {
      child.once('message', (value) => resolve(value as ChildMessage));
      child.once('error', (error) => resolve({ ready: false, error: error.message }));
      child.once('exit', (code, name) => resolve({ ready: false, error: `it ended (${code ?? name}) ${errors}` }));
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MILLISECONDS_MAX);
    child.send(this.#instructions());
    this.#launched();
    const answer = await message;
    clearTimeout(timer);
    if (!answer.ready) {
      throw new FootingError('unavailable', `The embedded ClickHouse did not start: ${answer.error.trim()}`, {
        remedy: 'Free memory and disk space and start again, or set CLICKHOUSE_URL to a ClickHouse server.',
      });
    }
    this.#port = answer.port;
    this.version = answer.version;
    try {
      writeFileSync(
        join(this.#root, 'child'),
        `${child.pid} ${startedAt(child.pid!) ?? ''}\n${folderIdentity(this.#root)}\n`,
        { mode: 0o600 },
      );
    } catch (error) {
      child.kill('SIGKILL');
      throw storageError(error, this.#root);
    }
    // A child, its pipe and its channel must not keep a finished program running.
    child.unref();
    child.channel?.unref();
    (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
    return { ended: ended.then((reason) => `${reason} ${errors.trim().slice(-500)}`.trim()) };
  }

  #instructions(): ChildStart {
    const { clickhouseMemoryBytes, queryMemoryBytes, querySeconds } = this.#config;
    return {
      folder: join(this.#root, 'data'),
      user: this.#user,
      password: this.#password,
      connections: CONNECTIONS,
      port: this.#port,
      library: findLibrary(),
      engineArguments: [`--config-file=${this.#writeServerConfig(clickhouseMemoryBytes)}`],
      settings: {
        max_memory_usage: String(queryMemoryBytes),
        max_bytes_before_external_group_by: String(Math.floor(queryMemoryBytes / 2)),
        max_bytes_before_external_sort: String(Math.floor(queryMemoryBytes / 2)),
        max_execution_time: String(querySeconds),
        // Else it reads on one thread as soon as less than a gibibyte per thread is free, which here is always.
        max_threads_min_free_memory_per_thread: '0',
        // Compiling an expression when it is met for the third time takes 0.1 s, more than it ever saves here.
        compile_expressions: '0',
        compile_aggregate_expressions: '0',
        compile_sort_description: '0',
        // As the client sends them with every request: the same value here saves setting them each time.
        max_query_size: '67108864',
        ...Object.fromEntries(Object.entries(EXACT_JSON_SETTINGS).map(([name, value]) => [name, String(value)])),
        // A bare expression is not a statement on a ClickHouse server.
        implicit_select: '0',
      },
    };
  }

  /** Caches small, so that an idle child is small. */
  #writeServerConfig(memoryBytes: number): string {
    const path = join(this.#root, 'server.xml');
    const mebibytes = (count: number) => String(count * 1024 * 1024);
    const values: Record<string, string> = {
      max_server_memory_usage: String(memoryBytes),
      mark_cache_size: mebibytes(64),
      primary_index_cache_size: mebibytes(64),
      index_mark_cache_size: mebibytes(16),
      uncompressed_cache_size: '0',
      // Every posted row asks the indexes of keys whether it is known.
      index_uncompressed_cache_size: mebibytes(32),
      query_condition_cache_size: mebibytes(16),
      compiled_expression_cache_size: mebibytes(32),
      background_schedule_pool_size: '4',
    };
    const lines = Object.entries(values).map(([name, value]) => `  <${name}>${value}</${name}>`);
    writeFileSync(path, `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`, { mode: 0o600 });
    return path;
  }
}

/** Path of the engine's native library for this platform, or `platform`. */
function findLibrary(): string {
  const platform = `${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  try {
    return createRequire(import.meta.url).resolve(`@chdb/lib-${platform}`);
  } catch (error) {
    throw new FootingError(
      'platform',
      `The embedded ClickHouse has no build for ${platform}, or it is not installed.`,
      {
        remedy: 'Run npm install again (optional dependencies included), or set CLICKHOUSE_URL to a ClickHouse server.',
        cause: error,
      },
    );
  }
}
