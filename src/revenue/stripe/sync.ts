/**
 * Reads an account at Stripe page by page, with its key, and hands each page on. Stands still and tries again where Stripe says so; begins
 * after the last page that was taken when it is run again.
 */
import { FootingError } from '../../kernel/errors.ts';
import { at, isObject, listed } from './objects.ts';

export const STRIPE_URL = 'https://api.stripe.com';
/** The version whose objects say which invoice a charge pays. */
export const STRIPE_VERSION = '2024-06-20';
const PAGE_OBJECTS = 100;
const TRIES_MAX = 8;
const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 60_000;
const ANSWER_MS_MAX = 80_000;
/** Events are kept for 30 days; a sync that is older reads everything again. */
const EVENTS_KEPT_S = 29 * 86_400;
/** Clocks differ, and events may be listed a little late. */
const OVERLAP_S = 3_600;

/** In this order every object is read after those that it speaks of. */
export const RESOURCES = [
  { name: 'products', path: '/v1/products', query: {} },
  { name: 'prices', path: '/v1/prices', query: {} },
  { name: 'plans', path: '/v1/plans', query: {} },
  { name: 'customers', path: '/v1/customers', query: {} },
  { name: 'subscriptions', path: '/v1/subscriptions', query: { status: 'all' } },
  { name: 'invoices', path: '/v1/invoices', query: {} },
  { name: 'credit_notes', path: '/v1/credit_notes', query: {} },
  { name: 'charges', path: '/v1/charges', query: {} },
  { name: 'refunds', path: '/v1/refunds', query: {} },
] as const;

const EVENTS = { name: 'events', path: '/v1/events' } as const;

/** How far a sync has come. */
export interface SyncPosition {
  /** Seconds since 1970 at which the running pass began; null when none runs. */
  started_at: number | null;
  /** Resource and last object that were taken in it. */
  resource: string | null;
  after: string | null;
  /** When the last complete pass began: what changed since is read next. */
  complete_as_of: number | null;
}

export const NO_POSITION: SyncPosition = { started_at: null, resource: null, after: null, complete_as_of: null };

export interface SyncOptions {
  key: string;
  url: string;
  /** Everything again, although only what changed would do. */
  full?: boolean;
  /** Takes a page in: the list object's text, and when it was read, milliseconds since 1970. Then keeps the position. */
  page(page: { resource: string; text: string; asOf: number; count: number }): Promise<void>;
  keep(position: SyncPosition): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  wait(ms: number): Promise<void>;
  onWait?: (ms: number, why: string) => void;
}

/** Reads on from `position`. Errors: `unauthenticated` for a key that Stripe refuses, `unavailable` when it does not answer. */
export async function syncStripe(position: SyncPosition, options: SyncOptions): Promise<SyncPosition> {
  const running = position.started_at !== null && options.full !== true;
  const startedAt = running ? position.started_at! : Math.floor(options.now() / 1000);
  const since = options.full ? null : position.complete_as_of;
  const byEvents = running ? position.resource === EVENTS.name : since !== null && startedAt - since < EVENTS_KEPT_S;
  const all = byEvents
    ? [{ ...EVENTS, query: { 'created[gte]': String((since ?? startedAt) - OVERLAP_S) } }]
    : RESOURCES;
  const first = running
    ? Math.max(
        0,
        all.findIndex(({ name }) => name === position.resource),
      )
    : 0;
  for (const resource of all.slice(first)) {
    let after = running && resource.name === position.resource ? position.after : null;
    for (;;) {
      const asOf = options.now();
      const query = {
        limit: String(PAGE_OBJECTS),
        ...resource.query,
        ...(after !== null && { starting_after: after }),
      };
      const list = await fetched(options, resource.path, query);
      const objects = listed(list);
      for (const object of objects) await completeLines(options, object);
      if (objects.length > 0) {
        const text = JSON.stringify(list);
        await options.page({ resource: resource.name, text, asOf, count: objects.length });
      }
      const last = objects.at(-1)?.id;
      if (at(list, 'has_more') !== true || typeof last !== 'string') break;
      after = last;
      await options.keep({
        started_at: startedAt,
        resource: resource.name,
        after,
        complete_as_of: position.complete_as_of,
      });
    }
  }
  const done: SyncPosition = { started_at: null, resource: null, after: null, complete_as_of: startedAt };
  await options.keep(done);
  return done;
}

/** An invoice or credit note brings its first lines only; the others are fetched. */
async function completeLines(options: SyncOptions, object: Record<string, unknown>): Promise<void> {
  const holder = object.object === 'event' ? at(object, 'data', 'object') : object;
  if (!isObject(holder) || !isObject(holder.lines) || holder.lines.has_more !== true) return;
  const path = holder.object === 'credit_note' ? '/v1/credit_notes' : '/v1/invoices';
  const lines = listed(holder.lines);
  for (let more = true; more; ) {
    const after = lines.at(-1)?.id;
    const query = { limit: String(PAGE_OBJECTS), ...(typeof after === 'string' && { starting_after: after }) };
    const list = await fetched(options, `${path}/${encodeURIComponent(String(holder.id))}/lines`, query);
    const next = listed(list);
    lines.push(...next);
    more = at(list, 'has_more') === true && next.length > 0;
  }
  holder.lines = { ...holder.lines, data: lines, has_more: false };
}

/** One answer; waits and tries again on 429, 5xx and broken connections, as long as Stripe asks for or twice as long each time. */
async function fetched(options: SyncOptions, path: string, query: Record<string, string>): Promise<unknown> {
  const url = new URL(path, options.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  let wait = WAIT_MS_MIN;
  for (let tries = 1; ; tries++) {
    const answer = await once(url, options);
    if (answer.status === 200) return answer.body;
    if (answer.status === 401 || answer.status === 403) {
      throw new FootingError('unauthenticated', `Stripe refuses the key for ${path}: ${answer.why}`, {
        remedy:
          'Give a key that may read customers, products, prices, subscriptions, invoices, credit notes, charges and events.',
      });
    }
    const passing = answer.status === 0 || answer.status === 409 || answer.status === 429 || answer.status >= 500;
    if (!passing || tries >= TRIES_MAX) {
      throw new FootingError('unavailable', `Stripe answered ${path} with ${answer.why} (tried ${tries} times)`, {
        remedy: 'What was read until here is in the book; run the same command again to go on.',
      });
    }
    const ms = Math.min(WAIT_MS_MAX, Math.max(answer.retryAfterMs, wait));
    options.onWait?.(ms, answer.why);
    await options.wait(ms);
    wait *= 2;
  }
}

interface Answer {
  /** 0: none came. */
  status: number;
  body: unknown;
  why: string;
  retryAfterMs: number;
}

async function once(url: URL, { key, now }: SyncOptions): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      headers: {
        authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        'stripe-version': STRIPE_VERSION,
      },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await answer.text();
    const retryAfterMs = waitAsked(answer.headers.get('retry-after') ?? '', now());
    if (answer.status !== 200)
      return { status: answer.status, body: null, why: `status ${answer.status}`, retryAfterMs };
    return { status: 200, body: JSON.parse(text) as unknown, why: '', retryAfterMs };
  } catch (error) {
    return { status: 0, body: null, why: `no answer (${(error as Error).message})`, retryAfterMs: 0 };
  }
}

/** Milliseconds that a Retry-After header asks for: it is a number of seconds or a date (RFC 9110, 10.2.3). 0 where it says neither. */
function waitAsked(header: string, now: number): number {
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
