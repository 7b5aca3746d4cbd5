/** The whole product as a person meets it: a server on real stores, the built page, and a browser that opens it. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { MONEY, SAMPLE } from '../../src/cli/commands/demo.ts';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';
import { launchBrowser } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The first answer of a busy machine may take its time; a page that never answers still fails. */
const WAIT_MS_MAX = 45_000;

export interface Application {
  url: string;
  footing: Footing;
  app: FastifyInstance;
  browser: Browser;
  /** Keys of the account with books, of one without, and of the instance. */
  keys: { admin: string; read: string; empty: string; instance: string };
  /** A key of the account with books that can be spent. */
  newKey(): Promise<{ id: string; secret: string }>;
  call(
    path: string,
    options?: { key?: string; method?: string; body?: string | Uint8Array<ArrayBuffer>; json?: unknown },
  ): Promise<unknown>;
  /** A person: a window of their own, signed in when `key` is given, at `path`. Everything that went wrong is in `faults`. */
  visit(path: string, options?: VisitOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface VisitOptions {
  key?: string | null;
  width?: number;
  height?: number;
  colorScheme?: 'light' | 'dark';
}

export interface Visit {
  page: Page;
  /** Errors in the console and uncaught ones: refusals of the content security policy are among them. */
  faults: string[];
  close(): Promise<void>;
}

export async function openApplication(): Promise<Application> {
  buildPage();
  const footing = await composeFooting(await testEngines());
  const app = await buildServer(footing);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const books = await footing.accounts.create({ slug: 'alder', name: 'Alder Works' }, 'cli:test');
  const empty = await footing.accounts.create({ slug: 'birch', name: 'Birch' }, 'cli:test');
  const make = (account: number | null, role: 'read' | 'admin') =>
    app.keys.create(account, { name: `test ${role}`, role }, 'cli:test');
  const keys = {
    admin: (await make(books.id, 'admin')).secret,
    read: (await make(books.id, 'read')).secret,
    empty: (await make(empty.id, 'admin')).secret,
    instance: (await make(null, 'admin')).secret,
  };
  const browser = await launchBrowser();
  const contextFor = openContexts(browser);
  return {
    url,
    footing,
    app,
    browser,
    keys,
    async newKey() {
      const { key, secret } = await make(books.id, 'admin');
      return { id: key.id, secret };
    },
    async call(path, { key = keys.admin, method, body, json } = {}) {
      const payload = json === undefined ? body : JSON.stringify(json);
      const answer = await fetch(url + path, {
        method: method ?? (payload === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${key}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(payload === undefined ? {} : { body: payload }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    async visit(path, options = {}) {
      const { key = keys.admin, colorScheme = 'light' } = options;
      return visit(await contextFor(colorScheme), url + path, key, options);
    },
    async close() {
      await browser.close();
      await app.close();
      await footing.close();
    },
  };
}

/** Windows of one colour scheme share the browser's cache, as those of a person do; what they keep for themselves is their own. */
function openContexts(browser: Browser): (colorScheme: 'light' | 'dark') => Promise<BrowserContext> {
  const contexts = new Map<string, Promise<BrowserContext>>();
  return (colorScheme) => {
    const context =
      contexts.get(colorScheme) ??
      browser.newContext({
        colorScheme,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        acceptDownloads: true,
        permissions: ['clipboard-read', 'clipboard-write'],
      });
    contexts.set(colorScheme, context);
    return context;
  };
}

async function visit(context: BrowserContext, address: string, key: string | null, options: VisitOptions) {
  const { width = 1360, height = 900 } = options;
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.addInitScript(`if (!sessionStorage.getItem('visited')) {
    localStorage.clear();
    sessionStorage.setItem('visited', '1');
    ${key === null ? '' : `sessionStorage.setItem('footing.key', ${JSON.stringify(key)});`}
  }`);
  page.setDefaultTimeout(WAIT_MS_MAX);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // A status that the page shows as a message is logged by the browser too.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  await page.goto(address);
  return { page, faults, close: () => page.close() };
}

/** Builds the page when it is missing or older than its sources. */
function buildPage(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/web.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The page could not be built:\n${stdout}${stderr}`);
}

/** The sample company, imported as `footing demo` does it. */
export async function importSample(application: Application): Promise<void> {
  const send = async (path: string, file: string) => {
    const bytes = await readFile(join(ROOT, 'sample/files', file));
    const separator = path.includes('?') ? '&' : '?';
    await application.call(`${path}${separator}file_name=${file}`, { body: new Uint8Array(bytes) });
  };
  for (const [path, file, source] of MONEY) await send(`${path}?source=${encodeURIComponent(source)}`, file);
  await application.call('/api/settings', { json: { settings: { currency: 'EUR' } } });
  for (const [stream, file] of SAMPLE) await send(`/api/imports/${stream}`, file);
  await posted(application);
}

/** Until both books hold everything that was stated; on a busy machine that may take longer than a report waits. */
export async function posted({ url, keys, call }: Application): Promise<void> {
  const { seq } = (await call('/api/account')) as { seq: number };
  const stream = await fetch(`${url}/api/journal/events?until=${seq}`, {
    headers: { authorization: `Bearer ${keys.admin}` },
  });
  await stream.text();
}

/** Two months of one customer and two activities: figures that can be counted on fingers. */
export async function stateSmallBooks(application: Application): Promise<void> {
  const post = (stream: string, rows: unknown[]) => application.call(`/api/records/${stream}`, { json: { rows } });
  await post('plans', [{ external_id: 'basic', name: 'Basic', interval_count: 1, interval_unit: 'month' }]);
  await post('invoices', [invoiceLine('l1', '2025-01', 100_000), invoiceLine('l2', '2025-02', 150_050)]);
  await post('activities', [
    activity('a1', 'Electricity, United Kingdom', '1000'),
    activity('a2', 'No such thing', '7'),
  ]);
}

export const invoiceLine = (id: string, month: string, cents: number) => ({
  customer_external_id: 'c1',
  invoice_external_id: `i-${id}`,
  date: `${month}-01`,
  currency: 'EUR',
  external_id: id,
  type: 'subscription',
  subscription_external_id: 's1',
  plan_external_id: 'basic',
  service_period_start: `${month}-01`,
  service_period_end: `${month}-28`,
  amount_in_cents: cents,
});

export const activity = (id: string, name: string, quantity: string) => ({
  external_id: id,
  activity: name,
  quantity,
  unit: 'kWh',
  start_date: '2025-03-01',
  end_date: '2025-03-31',
  country: 'GB',
});
