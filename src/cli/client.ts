/** The command line's side of the API: plain HTTP/1.1, uploads as streams, server-sent events. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import type { ProblemDocument } from '../http/problems.ts';
import { FootingError } from '../kernel/errors.ts';

/** An answer of the API that is a problem document. */
export class ApiProblem extends Error {
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail);
    this.name = 'ApiProblem';
    this.document = document;
  }
}

export type Query = Record<string, string | number | boolean | undefined>;

interface Send {
  query?: Query;
  json?: unknown;
  body?: Readable;
  bytes?: number;
  headers?: Record<string, string>;
}

export interface ServerEvent {
  name: string;
  data: unknown;
}

/** Without an answer for this long the server is taken for gone; event streams have heartbeats well within it. */
const SILENCE_MS_MAX = 15 * 60_000;

export class ApiClient {
  readonly url: string;
  readonly key: string;

  constructor(url: string, key: string) {
    this.url = url.replace(/\/+$/, '');
    this.key = key;
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#json<T>('GET', path, query ? { query } : {});
  }

  post<T>(path: string, json?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.#json<T>('POST', path, json === undefined ? { headers } : { json, headers });
  }

  put<T>(path: string, json: unknown): Promise<T> {
    return this.#json<T>('PUT', path, { json });
  }

  delete(path: string, json?: unknown): Promise<unknown> {
    return this.#json('DELETE', path, json === undefined ? {} : { json });
  }

  /** Sends a file as the body. `bytes` undefined: of unknown length. */
  upload<T>(path: string, query: Query, body: Readable, bytes?: number): Promise<T> {
    return this.#json<T>('POST', path, { query, body, ...(bytes === undefined ? {} : { bytes }) });
  }

  /** The body as a stream, for files. */
  download(path: string): Promise<IncomingMessage> {
    return this.#send('GET', path, {});
  }

  async text(path: string): Promise<string> {
    return textOf(await this.#send('GET', path, {}));
  }

  /** Events until the server ends the stream. */
  async *events(path: string): AsyncGenerator<ServerEvent> {
    const answer = await this.#send('GET', path, { headers: { accept: 'text/event-stream' } });
    answer.setEncoding('utf8');
    let rest = '';
    for await (const chunk of answer as AsyncIterable<string>) {
      rest += chunk;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  }

  async #json<T>(method: string, path: string, send: Send): Promise<T> {
    const text = await textOf(await this.#send(method, path, send));
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  async #send(method: string, path: string, send: Send): Promise<IncomingMessage> {
    const answer = await this.#exchange(method, path, send);
    if ((answer.statusCode ?? 0) < 400) return answer;
    const text = await textOf(answer);
    let document: ProblemDocument;
    try {
      document = JSON.parse(text) as ProblemDocument;
    } catch {
      throw new FootingError(
        'unavailable',
        `${this.url} answered ${answer.statusCode} and does not seem to be Footing.`,
      );
    }
    throw new ApiProblem(document);
  }

  #exchange(method: string, path: string, send: Send): Promise<IncomingMessage> {
    const url = new URL(this.url + path);
    for (const [name, value] of Object.entries(send.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const payload = send.json === undefined ? undefined : Buffer.from(JSON.stringify(send.json));
    const headers: Record<string, string | number> = {
      authorization: `Bearer ${this.key}`,
      accept: 'application/json',
      ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
      ...(send.body ? { 'content-type': 'application/octet-stream' } : {}),
      ...(send.bytes === undefined ? {} : { 'content-length': send.bytes }),
      ...send.headers,
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { method, headers });
      let answered = false;
      request.setTimeout(SILENCE_MS_MAX, () => request.destroy(new Error('no answer in time')));
      request.on('response', (answer) => {
        answered = true;
        resolve(answer);
      });
      request.on('error', (cause: Error) => {
        // A server that refuses an upload answers before it has read all of it; the answer counts, not the cut.
        if (!answered) reject(unreachable(this.url, cause));
      });
      if (send.body) {
        send.body.on('error', (error) => {
          reject(error);
          request.destroy();
        });
        send.body.pipe(request);
      } else {
        request.end(payload);
      }
    });
  }
}

function unreachable(url: string, cause: Error): FootingError {
  return new FootingError('unavailable', `The server at ${url} does not answer: ${cause.message}.`, {
    remedy: 'Start it with `footing serve`, or see its log.',
    cause,
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer as AsyncIterable<string>) text += chunk;
  return text;
}

function eventOf(block: string): ServerEvent | null {
  const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
  const name = fields.find(([field]) => field === 'event')?.[1];
  const data = fields.filter(([field]) => field === 'data').map(([, value]) => value);
  return name === undefined ? null : { name, data: JSON.parse(data.join('\n')) as unknown };
}
