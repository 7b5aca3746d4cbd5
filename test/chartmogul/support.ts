/** A live server over real stores with one account, and the official Node client pointed at it. */
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import type { Account } from '../../src/journal/types.ts';
import { testEngines } from '../support/engines.ts';

// biome-ignore lint/suspicious/noExplicitAny: the client has no types, and answers of every shape are looked into
export type Any = any;

export interface LiveServer {
  footing: Footing;
  app: FastifyInstance;
  url: string;
  key: string;
  readKey: string;
  account: Account;
  /** The client's module, unmodified. */
  ChartMogul: Any;
  config: Any;
  /** A raw request with the key as Basic user. */
  call(method: string, path: string, options?: RawOptions): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface RawOptions {
  key?: string | null;
  password?: string;
  body?: string;
  json?: unknown;
  headers?: Record<string, string>;
}

export interface RawAnswer {
  status: number;
  statusText: string;
  headers: Headers;
  text: string;
  json: Any;
}

export async function liveServer(company = { slug: 'alder', name: 'Alder', currency: 'EUR' }): Promise<LiveServer> {
  const footing = await composeFooting(await testEngines());
  const app = await buildServer(footing);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const account = await footing.accounts.create(company, 'cli:test');
  const key = (await app.keys.create(account.id, { name: 'test', role: 'write' }, 'cli:test')).secret;
  const readKey = (await app.keys.create(account.id, { name: 'read', role: 'read' }, 'cli:test')).secret;
  const ChartMogul = createRequire(import.meta.url)('chartmogul-node');
  const config = new ChartMogul.Config(key, url);
  config.retries = 0;
  return {
    footing,
    app,
    url,
    key,
    readKey,
    account,
    ChartMogul,
    config,
    async call(method, path, { key: other, password = '', body, json, headers = {} } = {}) {
      const user = other === undefined ? key : other;
      const payload = json === undefined ? body : JSON.stringify(json);
      const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      const answer = await fetch(`${url}/v1${path}`, {
        method,
        headers: {
          ...(user === null ? {} : { authorization: basic }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload === undefined ? {} : { body: payload }),
      });
      const text = await answer.text();
      const parsed = text === '' ? null : JSON.parse(text);
      return { status: answer.status, statusText: answer.statusText, headers: answer.headers, text, json: parsed };
    },
    async close() {
      await app.close();
      await footing.close();
    },
  };
}

/** What a rejected call of the client says: status, phrase, body. */
export async function failure(work: Promise<unknown>): Promise<{ status: number; message: string; body: Any }> {
  try {
    await work;
  } catch (error) {
    const { status, message, response } = error as Any;
    return { status, message, body: response?.body };
  }
  throw new Error('The call was expected to fail.');
}

/** Hands an import by JSON in and asks for it until it is done, as clients do. */
export async function imported({ ChartMogul, config }: LiveServer, ds: string, body: object): Promise<Any> {
  const made = await ChartMogul.JsonImport.create(config, ds, body);
  return finished({ ChartMogul, config }, ds, made.id);
}

export async function finished(
  { ChartMogul, config }: Pick<LiveServer, 'ChartMogul' | 'config'>,
  ds: string,
  id: string,
): Promise<Any> {
  for (let tries = 0; ; tries++) {
    const found = await ChartMogul.JsonImport.retrieve(config, ds, id);
    if (found.status === 'completed') return found;
    if (tries > 600) throw new Error(`The import ${id} is ${found.status} after a minute.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
