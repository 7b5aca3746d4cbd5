/** The {@link ClickHouse} interface over HTTP: the same for the embedded child and for a remote server. */

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { FootingError } from '../../kernel/errors.ts';
import type { ClickHouse } from '../types.ts';
import { quoteName } from './sql.ts';

const SOCKETS_MAX = 32;
const REQUEST_MILLISECONDS_MAX = 1_200_000;

/** Where the server is now; an embedded child changes its port when it is restarted. */
export interface ClickHouseSource {
  readonly url: string;
  ready(): Promise<void>;
}

export class HttpClickHouse implements ClickHouse {
  readonly #source: ClickHouseSource;
  #clients = new Map<string, ClickHouseClient>();
  #clientsUrl = '';
  #agent: HttpAgent | HttpsAgent;

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
      client = createClient({
        url: this.url,
        database,
        request_timeout: REQUEST_MILLISECONDS_MAX,
        max_open_connections: SOCKETS_MAX,
        http_agent: this.#agent,
        // The server keeps idle sockets for minutes: reuse is safe.
        keep_alive: { enabled: true, idle_socket_ttl: 60_000 },
        // Errors reach the caller; printing them here as well would only clutter the log.
        log: { level: ClickHouseLogLevel.OFF },
      });
      this.#clients.set(database, client);
    }
    return client;
  }

  async insertNative(database: string, table: string, columns: readonly string[], block: Uint8Array): Promise<void> {
    const query = `INSERT INTO ${quoteName(table)} (${columns.map(quoteName).join(', ')}) FORMAT Native`;
    await this.#source.ready();
    const target = new URL(this.url);
    const authorization = `Basic ${Buffer.from(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`).toString('base64')}`;
    target.username = '';
    target.password = '';
    target.searchParams.set('database', database);
    target.searchParams.set('query', query);
    const { status, text } = await this.#post(target, authorization, block);
    if (status !== 200) throw new Error(text.trim());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#agent.destroy();
  }

  #post(target: URL, authorization: string, body: Uint8Array): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(
        target,
        { method: 'POST', agent: this.#agent, headers: { authorization, 'content-length': body.byteLength } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', lost);
        },
      );
      const lost = (error: Error) => {
        reject(
          new FootingError('unavailable', `ClickHouse did not answer: ${error.message}`, {
            remedy: 'The work is repeated from the journal; if this stays, look at the log.',
            cause: error,
          }),
        );
      };
      request.on('error', lost);
      request.end(body);
    });
  }
}
