/** Server-sent events: what happens to a long-running thing, numbered, so that a client that comes back misses nothing. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FootingError } from '../kernel/errors.ts';
import type { Limits } from './limits.ts';

interface Event {
  id: number;
  name: string;
  /** One line of JSON. */
  data: string;
}

/** Every event carries the whole state, so forgetting the oldest ones loses steps and never the outcome. */
const EVENTS_KEPT_MAX = 500;
/** How long the events of a finished thing can still be asked for. */
const KEPT_AFTER_END_MS = 10 * 60_000;
/** A client that reads this much too slowly is cut off; it may come back with Last-Event-ID. */
const UNSENT_BYTES_MAX = 1024 * 1024;

export class EventLog {
  #events: Event[] = [];
  #listeners = new Set<() => void>();
  #lastId = 0;
  ended = false;

  add(name: string, data: unknown): void {
    if (this.ended) return;
    this.#events.push({ id: ++this.#lastId, name, data: JSON.stringify(data) });
    if (this.#events.length > EVENTS_KEPT_MAX) this.#events.shift();
    for (const listener of this.#listeners) listener();
  }

  /** The last event; nothing follows it. */
  end(name: string, data: unknown): void {
    this.add(name, data);
    this.ended = true;
    for (const listener of this.#listeners) listener();
  }

  after(id: number): Event[] {
    return this.#events.filter((event) => event.id > id);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class EventLogs {
  readonly #logs = new Map<string, EventLog>();
  readonly #open = new Map<number, Set<() => void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The log of a topic; `begin` runs when it is new. A topic's name must hold the account. */
  of(topic: string, begin: (log: EventLog) => void): EventLog {
    const existing = this.#logs.get(topic);
    if (existing) return existing;
    const log = new EventLog();
    this.#logs.set(topic, log);
    begin(log);
    return log;
  }

  /** Forgets the log after a while; call it when the log has ended. */
  release(topic: string): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#logs.delete(topic);
    }, KEPT_AFTER_END_MS);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Answers with the log as an event stream, from the Last-Event-ID on, until it ends or the client leaves. */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    accountId: number,
    log: EventLog,
    /** `resume: false`: the log was made for this request, so numbers of an earlier stream mean nothing in it. */
    { resume = true } = {},
  ): void {
    if (request.raw.destroyed || reply.raw.destroyed) {
      // The client has left while the route looked things up; nobody would tell us again.
      reply.hijack();
      return;
    }
    const open = this.#open.get(accountId) ?? new Set();
    if (open.size >= this.#limits.eventStreamsMax) {
      throw new FootingError('busy', `The account has ${open.size} event streams open, which is the limit.`);
    }
    this.#open.set(accountId, open);
    let sentId = resume ? lastEventId(request) : 0;
    reply.hijack();
    const raw = reply.raw;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Asks nginx not to collect events before it passes them on.
      'x-accel-buffering': 'no',
    });
    if (request.method === 'HEAD') {
      raw.end();
      return;
    }
    const stop = () => {
      clearInterval(heartbeat);
      unlisten();
      open.delete(stop);
      if (!raw.writableEnded) raw.end();
    };
    const sendNew = () => {
      for (const event of log.after(sentId)) {
        raw.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${event.data}\n\n`);
        sentId = event.id;
      }
      if (raw.writableLength > UNSENT_BYTES_MAX) raw.destroy();
      if (log.ended) stop();
    };
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), this.#limits.heartbeatMs);
    const unlisten = log.listen(sendNew);
    open.add(stop);
    raw.on('close', stop);
    sendNew();
  }

  /** Ends every open stream, for the server's stop. */
  close(): void {
    for (const streams of this.#open.values()) for (const stop of [...streams]) stop();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function lastEventId(request: FastifyRequest): number {
  const given = request.headers['last-event-id'];
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : 0;
}
