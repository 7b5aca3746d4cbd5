/** The server over the whole composition: both books, their statements, and the walk back. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';

let footing: Footing;
let app: FastifyInstance;
const keys = { a: '', b: '' };

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  for (const [name, slug] of [
    ['a', 'alder'],
    ['b', 'birch'],
  ] as const) {
    const account = await footing.accounts.create({ slug, name: slug }, 'cli:test');
    keys[name] = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
  }
  await post('plans', [{ external_id: 'basic', name: 'Basic', interval_count: 1, interval_unit: 'month' }]);
  await post('invoices', [line('l1', '2025-01-01', 100_000), line('l2', '2025-02-01', 150_050)]);
  await post('activities', [
    {
      external_id: 'a1',
      activity: 'Electricity, United Kingdom',
      quantity: '1000',
      unit: 'kWh',
      start_date: '2025-03-01',
      end_date: '2025-03-31',
      country: 'GB',
    },
    {
      external_id: 'a2',
      activity: 'No such thing',
      quantity: '7',
      unit: 'kWh',
      start_date: '2025-03-01',
      end_date: '2025-03-31',
      country: 'GB',
    },
  ]);
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

const line = (id: string, day: string, cents: number) => ({
  customer_external_id: 'c1',
  invoice_external_id: `i-${id}`,
  date: day,
  currency: 'EUR',
  external_id: id,
  type: 'subscription',
  subscription_external_id: 's1',
  plan_external_id: 'basic',
  service_period_start: day,
  service_period_end: `${day.slice(0, 8)}28`,
  amount_in_cents: cents,
  quantity: 1,
});

async function get(url: string, key = keys.a, headers: Record<string, string> = {}) {
  const answer = await app.inject({ url, headers: { authorization: `Bearer ${key}`, ...headers } });
  return { status: answer.statusCode, headers: answer.headers, json: answer.body === '' ? null : answer.json() };
}

async function post(stream: string, rows: unknown[]) {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/records/${stream}`,
    headers: { authorization: `Bearer ${keys.a}` },
    payload: { rows },
  });
  expect([answer.statusCode, answer.body]).toEqual([201, expect.stringContaining('"seq"')]);
  return answer.json() as { seq: number };
}

describe('recurring revenue', () => {
  it('foots in every bucket and follows a posted line at once', async () => {
    const { json } = await get('/api/reports/mrr?from=2025-01&to=2025-03');
    const [january, february, march] = json.currencies[0].buckets;
    expect(january.movements.new_biz).toEqual({ cents: '100000', amount: '1000.00', ref: 'mrr/2025-01/EUR/new_biz' });
    expect(february.movements.expansion.cents).toBe('50050');
    for (const bucket of [january, february, march]) {
      const moved = Object.values<{ cents: string }>(bucket.movements).reduce(
        (sum, { cents }) => sum + BigInt(cents),
        0n,
      );
      expect(BigInt(bucket.start.cents) + moved).toBe(BigInt(bucket.end.cents));
    }
    const { seq } = await post('invoices', [line('l3', '2025-03-01', 150_051)]);
    const after = await get('/api/reports/mrr?from=2025-03&to=2025-03');
    expect(after.json.currencies[0].buckets[0].end.cents).toBe('150051');
    expect(Number(after.headers['footing-seq'])).toBe(seq);
    const before = await get(`/api/reports/mrr?from=2025-03&to=2025-03&as_of=${seq - 1}`);
    expect(before.json.currencies[0].buckets[0].end.cents).toBe('150050');
  });

  it('gives no reference where a bucket is cut', async () => {
    const { json } = await get('/api/reports/mrr?from=2025-01-15&to=2025-02-28');
    const [cut, whole] = json.currencies[0].buckets;
    expect([cut.start.ref, whole.start.ref]).toEqual([null, 'mrr/2025-02/EUR/start']);
    const weeks = await get('/api/reports/mrr?from=2025-01&to=2025-01&interval=week');
    expect(weeks.json.currencies[0].buckets[1].end.ref).toBeNull();
  });

  it('explains every figure that it gives a reference for, to the same amount', async () => {
    const { json } = await get('/api/reports/mrr?from=2025-01&to=2025-03');
    for (const bucket of json.currencies[0].buckets) {
      for (const figure of [bucket.start, ...Object.values(bucket.movements), bucket.end]) {
        const explained = await get(`/api/explain?ref=${encodeURIComponent(figure.ref)}`);
        expect([explained.status, explained.json.value], figure.ref).toEqual([200, figure.amount]);
      }
    }
  });

  it('answers 304 by entry and parameters, the day of the question included', async () => {
    const url = '/api/reports/mrr?from=2025-01&to=2025-03';
    const etag = String((await get(url)).headers.etag);
    expect((await get(url, keys.a, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(`${url}&until=2025-02-01`, keys.a, { 'if-none-match': etag })).status).toBe(200);
    expect((await get(`${url}&interval=year`, keys.a, { 'if-none-match': etag })).status).toBe(200);
  });
});

describe('the inventory', () => {
  it('counts what matches, holds back what does not, and is explained to the row', async () => {
    const { json } = await get('/api/reports/inventory?from=2025-01&to=2025-12');
    expect(Number(json.total.co2e_kg)).toBeGreaterThan(0);
    expect(json.held.map((group: { quantity: string }) => group.quantity)).toEqual(['7']);
    expect((await get('/api/reports/held')).json).toMatchObject({
      total: 1,
      next: null,
      groups: [{ activity: 'No such thing' }],
    });
    let ref: string | null = json.total.ref;
    const kinds: string[] = [];
    for (let step = 0; ref !== null && step < 10; step++) {
      const { json: node } = await get(`/api/explain?ref=${encodeURIComponent(ref)}`);
      kinds.push(node.kind);
      ref = node.children[0]?.ref ?? null;
      if (node.kind === 'posting') break;
    }
    expect(kinds[0]).toBe('figure');
    expect(kinds.at(-1)).toBe('posting');
  });

  it('sums to its total however it is grouped, and refuses what it cannot group by', async () => {
    for (const group of ['scope', 'scope,category', 'month', 'entity,scope', 'factor']) {
      const { json } = await get(`/api/reports/inventory?group_by=${group}`);
      expect(json.rows.length).toBeGreaterThan(0);
      expect(json.group_by).toEqual(group.split(','));
    }
    const bad = await get('/api/reports/inventory?group_by=colour');
    expect([bad.status, bad.json.problems[0].field]).toEqual([422, 'group_by']);
    expect((await get('/api/reports/inventory?from=2025-13')).status).toBe(422);
  });
});

it('shows none of it to another account', async () => {
  const mrr = await get('/api/reports/mrr?from=2025-01&to=2025-12', keys.b);
  expect([mrr.status, mrr.json.currencies]).toEqual([200, []]);
  const inventory = await get('/api/reports/inventory', keys.b);
  expect([inventory.json.rows, inventory.json.held]).toEqual([[], []]);
  expect((await get('/api/reports/held', keys.b)).json.total).toBe(0);
  const figure = (await get('/api/explain?ref=mrr/2025-01/EUR/new_biz', keys.a)).json;
  expect(figure.children).not.toEqual([]);
  expect((await get(`/api/explain?ref=${encodeURIComponent(figure.children[0].ref)}`, keys.b)).status).toBe(404);
  expect((await get('/api/explain?ref=mrr/2025-01/EUR/new_biz', keys.b)).json.children).toEqual([]);
});

it('refuses references of no kind', async () => {
  for (const ref of ['x', "mrr/2025-01/EUR/' OR 1=1", 'inventory?scope=%27', 'emission/1.1.1.1', 'line/1/1.1']) {
    const { status } = await get(`/api/explain?ref=${encodeURIComponent(ref)}`);
    expect([200, 400, 404, 422], ref).toContain(status);
  }
});
