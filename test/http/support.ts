/**
 * The HTTP server over real stores, with the smallest book there can be: one stream of records and no postings. What the
 * books add is tested with the books.
 */
import type { FastifyInstance } from 'fastify';
import type { Engines } from '../../src/engines/index.ts';
import type { Footing } from '../../src/footing.ts';
import type { Limits } from '../../src/http/limits.ts';
import { buildServer } from '../../src/http/server.ts';
import { openAccounts, openJournal } from '../../src/journal/index.ts';
import {
  type Book,
  entryStream,
  loadRecords,
  openImports,
  openLedger,
  openRecords,
  verifyAccount,
} from '../../src/ledger/index.ts';
import { clickhouseTable, type StreamDefinition } from '../../src/streams/index.ts';
import { testEngines } from '../support/engines.ts';

export const READINGS: StreamDefinition = {
  name: 'readings',
  book: 'carbon',
  title: 'Meter readings',
  key: ['external_id'],
  kept: 'record',
  attributes: true,
  columns: [
    { name: 'external_id', type: 'text', required: true, charactersMax: 100, description: 'Key', example: 'R-1' },
    { name: 'day', type: 'date', description: 'Day of the reading', example: '2025-03-01' },
    { name: 'quantity', type: 'decimal', description: 'What was read', example: '12.5' },
    { name: 'notes', type: 'text', charactersMax: 10_000, description: 'Remarks', example: 'estimated' },
  ],
};

const book: Book = {
  name: 'carbon',
  schemaVersion: 1,
  tables: [clickhouseTable(READINGS)],
  tableNames: [READINGS.name],
  concerns: (entry) => entryStream(entry) === READINGS.name,
  post: (context, entries) => loadRecords(context, READINGS, entries).then(() => {}),
  totals: async () => ({}),
};

export interface TestServer {
  engines: Engines;
  footing: Footing;
  app: FastifyInstance;
  url: string;
  /** Keys of two accounts that know nothing of each other, and of the instance. */
  keys: { a: string; aRead: string; aWrite: string; b: string; instance: string };
  accounts: { a: number; b: number };
  call(path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface CallOptions {
  key?: string | null;
  method?: string;
  json?: unknown;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  json: any;
}

export async function testServer(limits: Partial<Limits> = {}): Promise<TestServer> {
  const engines = await testEngines();
  const journal = openJournal(engines.pg, engines.evidence);
  const accounts = openAccounts(engines.pg, journal);
  const ledger = await openLedger(engines, journal, [book], engines.config.ledgerPrefix);
  const streams = [READINGS];
  const footing: Footing = {
    config: engines.config,
    engines,
    journal,
    ledger,
    accounts,
    imports: openImports(engines, journal, ledger, streams),
    records: openRecords(engines, journal, streams),
    books: [book],
    streams,
    async read(accountId, name, asOf) {
      const seq = asOf ?? (await journal.head(accountId)).seq;
      await ledger.caughtUp(accountId, name, seq);
      return { engines, accountId, database: await ledger.database(accountId), seq };
    },
    verify: (accountId, report) => verifyAccount(engines, journal, ledger, [book], accountId, report),
    close: async () => {
      await ledger.close();
      await engines.close();
    },
  };
  const app = await buildServer(footing, { limits });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const a = await accounts.create({ slug: 'alder', name: 'Alder' }, 'cli:test');
  const b = await accounts.create({ slug: 'birch', name: 'Birch' }, 'cli:test');
  const make = async (account: number | null, role: 'read' | 'write' | 'admin') =>
    (await app.keys.create(account, { name: role, role }, 'cli:test')).secret;
  const keys = {
    a: await make(a.id, 'admin'),
    aRead: await make(a.id, 'read'),
    aWrite: await make(a.id, 'write'),
    b: await make(b.id, 'admin'),
    instance: await make(null, 'admin'),
  };
  return {
    engines,
    footing,
    app,
    url,
    keys,
    accounts: { a: a.id, b: b.id },
    async call(path, { key = keys.a, method, json, body, headers = {} } = {}) {
      const payload = json === undefined ? body : JSON.stringify(json);
      const answer = await fetch(url + path, {
        method: method ?? (payload === undefined ? 'GET' : 'POST'),
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload === undefined ? {} : { body: payload as NonNullable<RequestInit['body']> }),
      });
      const text = await answer.text();
      const isJson = /json/.test(answer.headers.get('content-type') ?? '');
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        json: isJson && text !== '' ? JSON.parse(text) : null,
      };
    },
    async close() {
      await app.close();
      await footing.close();
    },
  };
}

/** One row, enough for most tests. */
export const row = (id: string, fields: Record<string, unknown> = {}) => ({
  external_id: id,
  quantity: '1',
  ...fields,
});
