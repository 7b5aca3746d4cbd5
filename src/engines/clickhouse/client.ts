/** The {@link ClickHouse} interface over HTTP: the same for the embedded child and for a remote server. */

import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
  parseError,
} from '@clickhouse/client';
import { FootingError } from '../../kernel/errors.ts';
import { storageError } from '../files.ts';
import type { ClickHouse } from '../types.ts';
import { quoteName } from './sql.ts';

/** Numbers that JSON's readers would round to floats travel as text: exact, for embedded and remote alike. */
export const EXACT_JSON_SETTINGS = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
} as const;

const SOCKETS_MAX = 32;
/** Idle sockets kept per ledger database: there may be hundreds of databases. */
const FREE_SOCKETS_MAX = 4;
/** Inserts of fewer bytes go through the socket: that is one round trip without a file. */
const SPOOLED_BYTES_MIN = 1024 * 1024;
/** Names the file of the spool folder that holds the data of an insert. */
export const SPOOL_HEADER = 'x-footing-file';
const REQUEST_MILLISECONDS_MAX = 1_200_000;

/** Where the server is now; an embedded child changes its port when it is restarted. */
export interface ClickHouseSource {
  readonly url: string;
  /** A folder out of which the server reads the data of inserts: it need not travel through a socket. */
  readonly spool?: string;
  ready(): Promise<void>;
}

export class HttpClickHouse implements ClickHouse {
  readonly #source: ClickHouseSource;
  #clients = new Map<string, ClickHouseClient>();
  #clientsUrl = '';
  #agent: HttpAgent | HttpsAgent;
  readonly #underWay = new Interruption();

  constructor(source: ClickHouseSource) {
    this.#source = source;
    this.#agent = new (source.url.startsWith('https:') ? HttpsAgent : HttpAgent)({
      keepAlive: true,
      maxSockets: SOCKETS_MAX,
    });
  }

  get url(): string {
    return this.#source.url;
  }

  client(database: string): ClickHouseClient {
    if (this.#clientsUrl !== this.url) {
      for (const client of this.#clients.values()) void client.close();
      this.#clients = new Map();
      this.#clientsUrl = this.url;
    }
    let client = this.#clients.get(database);
    if (client === undefined) {
      // An agent of its own: clients add listeners to the sockets of their agent, so a shared one would gather them by the database.
      const agent = new (this.url.startsWith('https:') ? HttpsAgent : HttpAgent)({
        keepAlive: true,
        maxSockets: SOCKETS_MAX,
        maxFreeSockets: FREE_SOCKETS_MAX,
      });
      client = createClient({
        url: this.url,
        database,
        request_timeout: REQUEST_MILLISECONDS_MAX,
        max_open_connections: SOCKETS_MAX,
        http_agent: agent,
        // The server keeps idle sockets for minutes: reuse is safe.
        keep_alive: { enabled: true, idle_socket_ttl: 15_000 },
        clickhouse_settings: EXACT_JSON_SETTINGS,
        // Lists of thousands of keys are too long for an address.
        use_multipart_params_auto: true,
        // Errors reach the caller; printing them here as well would only clutter the log.
        log: { level: ClickHouseLogLevel.OFF },
      });
      guard(client, this.#source, this.#underWay);
      this.#clients.set(database, client);
    }
    return client;
  }

  async insertNative(
    database: string,
    table: string,
    columns: readonly string[],
    blocks: Uint8Array | readonly Uint8Array[],
  ): Promise<void> {
    const parts = blocks instanceof Uint8Array ? [blocks] : blocks;
    const query = `INSERT INTO ${quoteName(table)} (${columns.map(quoteName).join(', ')}) FORMAT Native`;
    await withRetry(this.#source, false, async () => {
      const { target, authorization } = this.#address();
      target.searchParams.set('database', database);
      target.searchParams.set('query', query);
      const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
      const { spool } = this.#source;
      const { status, text } =
        spool === undefined || bytes < SPOOLED_BYTES_MIN
          ? await this.#post(target, { authorization }, parts)
          : await spooled(spool, parts, (file) => this.#post(target, { authorization, [SPOOL_HEADER]: file }, []));
      if (status !== 200) throw parseError(text);
    });
  }

  #address(): { target: URL; authorization: string } {
    const target = new URL(this.url);
    const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
    target.username = '';
    target.password = '';
    return { target, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }

  interrupt(): void {
    this.#underWay.now();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#agent.destroy();
  }

  #post(
    target: URL,
    headers: Record<string, string>,
    body: readonly Uint8Array[],
  ): Promise<{ status: number; text: string }> {
    const bytes = body.reduce((sum, part) => sum + part.byteLength, 0);
    return new Promise((resolve, reject) => {
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(
        target,
        { method: 'POST', agent: this.#agent, headers: { ...headers, 'content-length': bytes } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      for (const part of body) request.write(part);
      request.end();
    });
  }
}

/** Writes the data into a file of the folder and hands on its name; the server removes the file, and so do we if it did not. */
async function spooled<T>(
  folder: string,
  parts: readonly Uint8Array[],
  work: (name: string) => Promise<T>,
): Promise<T> {
  const name = `${randomUUID()}.data`;
  const path = join(folder, name);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    return await work(name);
  } catch (error) {
    throw storageError(error, folder);
  } finally {
    await rm(path, { force: true });
  }
}

/** A signal that each statement takes when it begins, so that what is under way at one moment can be ended together. */
class Interruption {
  #present = freshController();

  get signal(): AbortSignal {
    return this.#present.signal;
  }

  now(): void {
    const before = this.#present;
    this.#present = freshController();
    before.abort();
  }
}

/** Every statement under way listens: many at once are no leak. */
function freshController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Makes a client's failures FootingErrors where a person can do something about them, and repeats what is safe to repeat. */
function guard(client: ClickHouseClient, source: ClickHouseSource, underWay: Interruption): void {
  const { query, command, insert, exec } = client;
  client.query = (async (parameters) => {
    const ask = () => query.call(client, { abort_signal: underWay.signal, ...parameters });
    const result = await withRetry(source, true, ask);
    rereadWhenCut(result, source, ask);
    return result;
  }) as typeof query;
  client.command = (parameters) =>
    withRetry(source, false, () => command.call(client, { abort_signal: underWay.signal, ...parameters }));
  client.insert = ((parameters) => {
    // A stream can be read once only.
    const once = !Array.isArray(parameters.values);
    return withRetry(source, false, () => insert.call(client, parameters as never), once);
  }) as typeof insert;
  client.exec = ((parameters) => withRetry(source, false, () => exec.call(client, parameters), true)) as typeof exec;
}

/**
 * The connection may break after the head of an answer has come: what is read whole (`text`, `json`) is then asked for again, as
 * reads are. A `stream` ends with the error of the connection: its reader has seen a part and alone knows what to do.
 */
function rereadWhenCut(
  result: Awaited<ReturnType<ClickHouseClient['query']>>,
  source: ClickHouseSource,
  ask: () => ReturnType<ClickHouseClient['query']>,
): void {
  for (const whole of ['text', 'json'] as const) {
    const first = result[whole].bind(result);
    const read = async (): Promise<unknown> => {
      try {
        return await first();
      } catch (error) {
        if (lostConnection(error) === undefined) throw translated(error);
      }
      return withRetry(source, true, async () => (await ask())[whole]());
    };
    Object.defineProperty(result, whole, { value: read });
  }
}

/** The connection broke: whether the statement ran is unknown. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);
/** The request never reached a server. */
const UNREACHED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** A restart takes 0.3 s, on an overloaded machine a few seconds. */
const PATIENCE_MILLISECONDS = 10_000;
const PAUSE_MILLISECONDS = 50;

/**
 * Waits for a child that is being restarted. A statement that never reached the server is repeated; one whose connection
 * broke only when it `reads`: the caller of a write gets `unavailable` and looks at what is there before it repeats.
 */
async function withRetry<T>(
  source: ClickHouseSource,
  reads: boolean,
  work: () => Promise<T>,
  once = false,
): Promise<T> {
  const until = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    await source.ready();
    try {
      return await work();
    } catch (error) {
      const lost = lostConnection(error);
      if (lost === undefined) throw translated(error);
      const repeatable = !once && (lost === 'unreached' || reads);
      if (!repeatable || Date.now() > until) {
        throw new FootingError('unavailable', `ClickHouse did not answer: ${(error as Error).message}`, {
          remedy: 'Repeat the request; what the journal holds is posted as soon as ClickHouse answers again.',
          cause: error,
        });
      }
      // The exit of a child is noticed a moment after its connections break.
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

function lostConnection(error: unknown): 'broken' | 'unreached' | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && UNREACHED.has(code)) return 'unreached';
  if ((code !== undefined && BROKEN.has(code)) || message === 'socket hang up' || message === 'aborted')
    return 'broken';
  return undefined;
}

/** ClickHouse's limits as errors with a remedy; every other of its errors stays what it is. */
function translated(error: unknown): unknown {
  if (!(error instanceof ClickHouseError)) return error;
  if (error.code === '81') {
    return new FootingError('unavailable', 'The ledger has moved to another database since it was looked up', {
      remedy: 'Repeat the request.',
      cause: error,
    });
  }
  if (error.code === '243' || /No space left|errno: 28\b/.test(error.message)) {
    return new FootingError('storage', `ClickHouse has no room left: ${error.message}`, {
      remedy: 'Free space on the disk of the ledger. The journal holds everything; posting goes on by itself.',
      cause: error,
    });
  }
  if (error.code === '241') {
    return new FootingError('busy', `The query needs more memory than it may take: ${error.message}`, {
      remedy: 'Ask for less at once, repeat it when less is running, or raise FOOTING_QUERY_MEMORY_MIB.',
      cause: error,
    });
  }
  if (error.code === '159') {
    return new FootingError('busy', `The query took longer than it may: ${error.message}`, {
      remedy: 'Ask for less at once or raise FOOTING_QUERY_SECONDS.',
      cause: error,
    });
  }
  return error;
}
