/**
 * The ClickHouse child: the engine as a library (npm chdb) behind as much of ClickHouse's HTTP protocol as
 * @clickhouse/client, and a person with curl, need. Run by supervisor.ts only; it ends when its parent does.
 *
 * A statement runs on a leased connection; connections share one data folder and run in parallel. Statements with data
 * (`INSERT … FORMAT F` and bytes) go through a file: the engine's own inline path cuts binary data at two newlines.
 */
import '../../kernel/compiler.ts';
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import {
  formatClause,
  hasSeveralStatements,
  insertFromFile,
  quote,
  quoteName,
  statementKind,
  substituteParameters,
} from './sql.ts';

/** What the parent sends first. */
export interface ChildStart {
  folder: string;
  user: string;
  password: string;
  connections: number;
  engineArguments: string[];
  /** Settings of a statement that names none of its own, by name; also what a changed setting returns to. */
  settings: Record<string, string>;
  library: string;
  /** Where to listen, so that a restarted child is found where the one before it was; 0 or taken: any. */
  port: number;
}

/** What the child answers. */
export type ChildMessage = { ready: true; port: number; version: string } | { ready: false; error: string };

interface NativeResult {
  bytes: Uint8Array;
  elapsed: number;
  rowsRead: number;
  bytesRead: number;
}

/** One block of a streamed result, formatted by itself. */
interface NativeChunk {
  done: boolean;
  bytes: Uint8Array;
}

interface Engine {
  CreateConnection(folder: string, options: string[]): unknown;
  CloseConnection(connection: unknown): void;
  QueryAsyncConnection(connection: unknown, sql: string, format: string): Promise<NativeResult>;
  StreamQuery(connection: unknown, sql: string, format: string): unknown;
  StreamFetch(stream: unknown): Promise<NativeChunk>;
  StreamCancel(stream: unknown): void;
}

/** Files of data that the parent puts into the scratch folder itself. */
const FILE_NAME = /^[0-9a-f-]{36}\.data$/;

/** Parameters of statements travel in the address; a ClickHouse server takes as much. */
const ADDRESS_BYTES_MAX = 1024 * 1024;

/** URL parameters that are the protocol's own, not settings. */
const PROTOCOL_PARAMETERS = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'user',
  'password',
  'session_id',
  'session_timeout',
  'session_check',
  'wait_end_of_query',
  'buffer_size',
  'compress',
  'decompress',
  'enable_http_compression',
  'role',
  'quota_key',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_write_exception_in_output_format',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'stacktrace',
  'close_session',
]);

interface Statement {
  sql: string;
  database: string;
  format: string;
  settings: ReadonlyMap<string, string>;
  streams: boolean;
}

/** Formats without a beginning and an end of their own: only of these is a result the sum of its blocks. */
const CHUNKED_FORMATS =
  /^(JSONEachRow|JSONCompactEachRow|TSV|TSVRaw|TabSeparated|TabSeparatedRaw|CSV|RowBinary|Native)$/;

class Lease {
  readonly handle: unknown;
  database: string | undefined = 'default';
  /** Settings that differ, or may differ, from the defaults, with their values. */
  changed = new Map<string, string>();

  constructor(handle: unknown) {
    this.handle = handle;
  }
}

let engine: Engine;
let start: ChildStart;
let scratch: string;
const idle: Lease[] = [];
const waiting: ((lease: Lease) => void)[] = [];
let control: Lease;

process.once('message', (message) => {
  begin(message as ChildStart).catch((error) => {
    process.send?.({ ready: false, error: String((error as Error).message ?? error) } satisfies ChildMessage, () =>
      process.exit(1),
    );
  });
});
// The parent is gone, or wants us gone. An orderly exit would wait for statements that still run, and the library's own end crashes or
// hangs for seconds where it has just begun; the folder survives a hard end (every acknowledged block is there, none is torn).
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
// Signals to the whole group (Ctrl+C) are the parent's business.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => {});

async function begin(options: ChildStart): Promise<void> {
  start = options;
  scratch = join(start.folder, 'footing_tmp');
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(scratch)) rmSync(join(scratch, name), { force: true });
  engine = createRequire(import.meta.url)(start.library) as Engine;
  control = await connect();
  for (let i = 0; i < start.connections; i++) idle.push(await connect());
  const version = text(await engine.QueryAsyncConnection(control.handle, 'SELECT version()', 'TSVRaw')).trim();
  const server = createServer(
    { keepAliveTimeout: 600_000, requestTimeout: 0, maxHeaderSize: ADDRESS_BYTES_MAX },
    (request, response) => {
      handle(request, response).catch((error) => fail(response, String(error?.message ?? error)));
    },
  );
  const listen = (port: number) =>
    server.listen(port, '127.0.0.1', 256, () => {
      process.send?.({ ready: true, port: (server.address() as AddressInfo).port, version } satisfies ChildMessage);
    });
  server.on('error', () => listen(0));
  listen(start.port);
}

async function connect(): Promise<Lease> {
  const lease = new Lease(engine.CreateConnection(start.folder, start.engineArguments));
  const assignments = Object.entries(start.settings).map(([name, value]) => `${name} = ${quote(value)}`);
  if (assignments.length > 0) await engine.QueryAsyncConnection(lease.handle, `SET ${assignments.join(', ')}`, 'Null');
  return lease;
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  if (!authenticated(request, url)) {
    request.resume();
    return fail(
      response,
      `Code: 516. DB::Exception: ${start.user}: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)`,
    );
  }
  const queryId = url.searchParams.get('query_id') ?? randomUUID();
  response.setHeader('X-ClickHouse-Query-Id', queryId);
  const body: Readable = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  const parameters = new Map<string, string>();
  const settings = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters.set(name.slice(6), value);
    else if (!PROTOCOL_PARAMETERS.has(name) && /^\w+$/.test(name)) settings.set(name, value);
  }
  const database = url.searchParams.get('database') ?? header(request, 'x-clickhouse-database') ?? 'default';
  const defaultFormat =
    url.searchParams.get('default_format') ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated';
  let sql = url.searchParams.get('query') ?? '';
  // Many parameters come as the parts of a form, the statement among them.
  const form = await formOf(request, body);
  for (const [name, value] of form ?? []) {
    if (name === 'query') sql = value;
    else if (name.startsWith('param_')) parameters.set(name.slice(6), value);
  }
  const handedIn = header(request, 'x-footing-file');
  const file = join(scratch, FILE_NAME.test(handedIn ?? '') ? handedIn! : `${randomUUID()}.data`);
  const withFile = sql === '' || form !== undefined ? undefined : insertFromFile(sql, file);
  try {
    if (withFile !== undefined && handedIn !== undefined) {
      request.resume();
      sql = withFile;
    } else if (withFile !== undefined) {
      await pipeline(body, createWriteStream(file, { mode: 0o600, highWaterMark: 1 << 20 }));
      sql = withFile;
    } else if (form === undefined) {
      const rest = (await collect(body)).toString('utf8');
      sql = sql === '' ? rest : `${sql}\n${rest}`;
    }
    sql = substituteParameters(sql, parameters);
    if (request.method === 'GET' && !settings.has('readonly')) settings.set('readonly', '2');
    const kind = statementKind(sql);
    if (kind === 'USE' || kind === 'SET') {
      throw new Error(`Code: 48. DB::Exception: ${kind} has no effect here: there are no sessions. (NOT_IMPLEMENTED)`);
    }
    if (kind !== 'INSERT' && hasSeveralStatements(sql)) {
      throw new Error('Code: 62. DB::Exception: Syntax error (Multi-statements are not allowed). (SYNTAX_ERROR)');
    }
    const format = formatClause(sql) ?? defaultFormat;
    const streams = (kind === 'SELECT' || kind === 'WITH') && CHUNKED_FORMATS.test(format);
    response.setHeader('X-ClickHouse-Format', format);
    response.setHeader('X-ClickHouse-Timezone', 'UTC');
    await execute({ sql, database, format, settings, streams }, response);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      fail(response, `Code: 243. DB::Exception: No space left on device for ${file}. (NOT_ENOUGH_SPACE)`);
    } else fail(response, String((error as Error).message ?? error));
  } finally {
    if (withFile !== undefined) rmSync(file, { force: true });
  }
}

async function formOf(request: IncomingMessage, body: Readable): Promise<Array<[string, string]> | undefined> {
  const type = header(request, 'content-type');
  if (type === undefined || !type.startsWith('multipart/form-data')) return undefined;
  const bytes = new Uint8Array(await collect(body));
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  return [...form].map(([name, value]) => [name, String(value)]);
}

/** Runs one statement on a free connection and answers with its result. */
async function execute(statement: Statement, response: ServerResponse): Promise<void> {
  // A connection that was made read-only stays so: such a statement gets one of its own.
  const once = statement.settings.has('readonly');
  const lease = once ? await connect() : await acquire(statement);
  const marker = `/*footing:${randomUUID()}*/`;
  const kill = () => void killQuery(marker);
  let clean = false;
  try {
    // The client may have gone away while the statement waited for its turn.
    if (!response.destroyed) {
      response.once('close', kill);
      await prepare(lease, statement);
      const sql = `${marker} ${statement.sql}`;
      if (statement.streams) await answerInChunks(lease, sql, statement.format, response);
      else answerWhole(await engine.QueryAsyncConnection(lease.handle, sql, statement.format), statement, response);
    }
    clean = true;
  } finally {
    response.off('close', kill);
    if (once) engine.CloseConnection(lease.handle);
    else release(clean ? lease : await cleansed(lease));
  }
}

function answerWhole(result: NativeResult, statement: Statement, response: ServerResponse): void {
  const summary = {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(Math.round(result.elapsed * 1e9)),
  };
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summary));
  response.setHeader('Content-Type', contentType(statement.format));
  response.end(result.bytes);
}

/** Passes a large result on block by block, no faster than the client reads: neither side ever holds it whole. */
async function answerInChunks(lease: Lease, sql: string, format: string, response: ServerResponse): Promise<void> {
  const stream = engine.StreamQuery(lease.handle, sql, format);
  let done = false;
  try {
    while (!response.destroyed) {
      const chunk = await engine.StreamFetch(stream);
      if (chunk.done) {
        done = true;
        break;
      }
      // Headers go out with the first block, so that what fails before it is answered with a status.
      if (!response.headersSent) response.writeHead(200, { 'Content-Type': contentType(format) });
      // The engine reuses its memory after the next fetch.
      if (!response.write(Buffer.from(chunk.bytes))) await drained(response);
    }
  } catch (error) {
    done = true;
    throw error;
  } finally {
    if (!done) engine.StreamCancel(stream);
  }
  if (!response.headersSent) response.setHeader('Content-Type', contentType(format));
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
    if (response.destroyed) done();
  });
}

/**
 * After a failed statement the engine keeps what it had written of the result and puts it before the NEXT result of that
 * connection. So a connection that failed is flushed, and replaced when it is still not clean.
 */
async function cleansed(lease: Lease): Promise<Lease> {
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await engine.QueryAsyncConnection(lease.handle, "SELECT 'clean'", 'TSVRaw');
      if (text(answer) === 'clean\n') return lease;
    }
  } catch {
    // Not even that works: replaced.
  }
  try {
    engine.CloseConnection(lease.handle);
    return await connect();
  } catch {
    // The engine is beyond repair; the supervisor starts another.
    process.exit(70);
  }
}

/** Brings the connection to the database and to the settings of the request; what an earlier request set is undone. */
async function prepare(lease: Lease, { database, settings }: Statement): Promise<void> {
  const run = (sql: string) => engine.QueryAsyncConnection(lease.handle, sql, 'Null');
  const assignments: string[] = [];
  for (const name of lease.changed.keys()) {
    if (settings.has(name)) continue;
    const value = start.settings[name];
    assignments.push(`${name} = ${value === undefined ? 'DEFAULT' : quote(value)}`);
  }
  const wanted = otherThanDefault(settings);
  for (const [name, value] of settings) {
    if (name === 'readonly' || (lease.changed.get(name) ?? start.settings[name]) === value) continue;
    assignments.push(`${name} = ${quote(value)}`);
    // Should this fail half way, nothing is known about the setting but that it must be set again.
    lease.changed.set(name, '');
  }
  if (assignments.length > 0) await run(`SET ${assignments.join(', ')}`);
  lease.changed = wanted;
  if (lease.database !== database) {
    lease.database = undefined;
    await run(`USE ${quoteName(database)}`);
    lease.database = database;
  }
  const readonly = settings.get('readonly');
  if (readonly !== undefined) await run(`SET readonly = ${quote(readonly)}`);
}

/** Settings of a statement that are not those of every one. */
function otherThanDefault(settings: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...settings].filter(([name, value]) => name !== 'readonly' && start.settings[name] !== value));
}

/** An idle connection: one that has the statement's database and settings already, else the one that was used least recently. */
function acquire({ database, settings }: Statement): Promise<Lease> {
  if (idle.length > 0) {
    const wanted = otherThanDefault(settings);
    const fits = (lease: Lease) =>
      lease.database === database &&
      lease.changed.size === wanted.size &&
      [...wanted].every(([name, value]) => lease.changed.get(name) === value);
    const [lease] = idle.splice(Math.max(0, idle.findLastIndex(fits)), 1);
    return Promise.resolve(lease!);
  }
  return new Promise((resolve) => waiting.push(resolve));
}

function release(lease: Lease): void {
  const next = waiting.shift();
  if (next === undefined) idle.push(lease);
  else next(lease);
}

async function killQuery(marker: string): Promise<void> {
  try {
    const sql = `KILL QUERY WHERE position(query, ${quote(marker)}) > 0 AND query NOT LIKE 'KILL%' ASYNC`;
    await engine.QueryAsyncConnection(control.handle, sql, 'Null');
  } catch {
    // It ended by itself.
  }
}

function authenticated(request: IncomingMessage, url: URL): boolean {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const [basicUser, ...rest] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':');
  const user = basicUser ?? header(request, 'x-clickhouse-user') ?? url.searchParams.get('user') ?? '';
  const password =
    basic === undefined
      ? (header(request, 'x-clickhouse-key') ?? url.searchParams.get('password') ?? '')
      : rest.join(':');
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(`${user}:${password}`), digest(`${start.user}:${start.password}`));
}

function contentType(format: string): string {
  return /^JSON/i.test(format) ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8';
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** HTTP status of an exception, as ClickHouse chooses it for the codes that clients look at. */
function fail(response: ServerResponse, message: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1001';
  const status: Record<string, number> = {
    '516': 403,
    '60': 404,
    '81': 404,
    '62': 400,
    '456': 400,
    '159': 408,
    '241': 500,
  };
  response.writeHead(status[code] ?? 500, {
    'X-ClickHouse-Exception-Code': code,
    'Content-Type': 'text/plain; charset=UTF-8',
  });
  response.end(`${message.startsWith('Code:') ? message : `Code: ${code}. DB::Exception: ${message}`}\n`);
}

function text(result: NativeResult): string {
  return Buffer.from(result.bytes).toString('utf8');
}
