/** The Footing side of the bench: the product with the bench's factors as one more release, run as users run it, spoken to over HTTP only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const ROOT = dirname(import.meta.dirname);
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 60_000;
const POLL_MS = 50;
const ACCOUNT = 'bench';

export interface ImportOutcome {
  seconds: number;
  counts: { rows: number; accepted: number; rejected: number };
  /** Seconds from the first sight of each stage of posting to the end. */
  fromStage: Record<string, number>;
}

export class FootingServer {
  readonly #home: string;
  readonly #catalogue: string | undefined;
  #process: ChildProcess | undefined;
  #url = '';
  #key = '';

  /** An empty data folder in `folder`; `catalogue` holds a folder per further release. */
  constructor(folder: string, catalogue: string | undefined) {
    this.#home = join(folder, 'home');
    this.#catalogue = catalogue;
    rmSync(this.#home, { recursive: true, force: true });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get url(): string {
    return this.#url;
  }

  get key(): string {
    return this.#key;
  }

  /** Starts the server; resolves with the seconds until it answered, once it does. */
  async start(): Promise<number> {
    const begun = performance.now();
    const child = spawn(
      process.execPath,
      [join(ROOT, 'src/cli/main.ts'), 'serve', '--port', '0', '--home', this.#home],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        // Compiled code is kept as `footing` and `npm start` keep it.
        env: {
          ...process.env,
          NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
          FOOTING_LOG_LEVEL: 'error',
          FOOTING_CATALOGUE: this.#catalogue ?? '',
        },
      },
    );
    this.#process = child;
    const note = join(this.#home, 'server.json');
    while (!existsSync(note) || JSON.parse(await readFile(note, 'utf8')).pid !== child.pid) {
      if (child.exitCode !== null) throw new Error(`The server ended with exit code ${child.exitCode}`);
      if (performance.now() - begun > START_MS_MAX) throw new Error('The server did not start');
      await sleep(POLL_MS);
    }
    const { url, key } = JSON.parse(await readFile(note, 'utf8'));
    this.#url = url;
    await this.#use(key);
    return (performance.now() - begun) / 1000;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
  }

  /** The account's key; the account is made at the first start. */
  async #use(instanceKey: string): Promise<void> {
    this.#key = instanceKey;
    const { accounts } = await this.get<{ accounts: Array<{ slug: string }> }>('/api/accounts');
    if (!accounts.some(({ slug }) => slug === ACCOUNT)) {
      await this.post('/api/accounts', { slug: ACCOUNT, name: 'Bench', currency: 'EUR', time_zone: 'UTC' });
    }
    const { secret } = await this.post<{ secret: string }>(`/api/accounts/${ACCOUNT}/keys`, {
      name: 'bench',
      role: 'admin',
    });
    this.#key = secret;
  }

  /** Hands a file in and waits until it is posted. */
  async import(stream: string, file: string): Promise<ImportOutcome> {
    const begun = performance.now();
    const answer = JSON.parse(
      await upload(`${this.#url}/api/imports/${stream}?file_name=${basename(file)}`, this.#key, file),
    );
    const seenAt: Record<string, number> = {};
    for (;;) {
      const status = await this.get<{
        state: string;
        error: string | null;
        progress: { stage: string } | null;
        counts: ImportOutcome['counts'];
      }>(`/api/imports/${answer.import.seq}`);
      const now = performance.now();
      if (status.state === 'failed') throw new Error(`Import of ${file} failed: ${status.error}`);
      if (status.state === 'posted') {
        const fromStage = Object.fromEntries(
          Object.entries(seenAt).map(([stage, at]) => [stage, (now - at) / 1000] as const),
        );
        return { seconds: (now - begun) / 1000, counts: status.counts, fromStage };
      }
      if (status.progress !== null) seenAt[status.progress.stage] ??= now;
      await sleep(POLL_MS);
    }
  }

  async get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.call('POST', path, body);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        // What the server has kept of an earlier answer would measure nothing.
        'cache-control': 'no-cache',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  }
}

/** Streams a file as the body of a request; node:http because fetch limits how long an answer may take to begin. */
function upload(url: string, key: string, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'text/csv',
      'content-length': statSync(file).size,
    };
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () =>
        (answer.statusCode ?? 500) < 300
          ? resolve(text)
          : reject(new Error(`${url}: ${answer.statusCode} ${text.slice(0, 500)}`)),
      );
    });
    sent.on('error', reject);
    createReadStream(file, { highWaterMark: 1 << 20 }).pipe(sent);
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
