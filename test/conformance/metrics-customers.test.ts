/** Customers, segments and filtered activities over HTTP, on scenario A. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';
import { SCENARIO_A } from './metrics-scenario.ts';
import { PLANS } from './revenue-cases.ts';

let footing: Footing;
let app: FastifyInstance;
let key = '';

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  const account = await footing.accounts.create({ slug: 'full', name: 'full', currency: 'USD' }, 'cli:test');
  key = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
  const customers = [
    { external_id: 'c1', name: 'Nordlicht GmbH', country: 'DE' },
    { external_id: 'c2', name: 'ångström ab', country: 'SE' },
    { external_id: 'c5', name: 'Zeta', country: 'DE' },
    { external_id: 'lead', name: 'A lead', email: 'hello@lead.example' },
  ];
  for (const [stream, rows] of [
    ['plans', PLANS],
    ['customers', customers],
    ['invoices', SCENARIO_A],
  ] as const) {
    const { status, json } = await send('POST', `/api/records/${stream}`, { rows });
    if (status >= 300) throw new Error(JSON.stringify(json));
  }
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

async function send(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, json: answer.body === '' ? null : answer.json() };
}

const UNTIL = 'until=2026-04-30';

async function listed(query: string): Promise<Array<Record<string, string>>> {
  const seen = [];
  let cursor: string | null = null;
  do {
    const page = await send(
      'GET',
      `/api/customers?${query}&${UNTIL}&limit=3${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    expect(page.status, JSON.stringify(page.json)).toBe(200);
    seen.push(...page.json.customers);
    cursor = page.json.next;
  } while (cursor !== null);
  return seen;
}

test('the list page by page: each customer once, those without a record and leads too', async () => {
  const byMrr = await listed('sort=mrr');
  expect(byMrr.map(({ external_id, mrr, status }) => [external_id, mrr, status])).toEqual([
    ['c2', '10000', 'active'],
    ['c5', '9900', 'active'],
    ['c1', '7000', 'active'],
    ['c7', '5000', 'active'],
    ['c3', '4000', 'active'],
    ['c4', '2000', 'active'],
    expect.arrayContaining(['0']),
    expect.arrayContaining(['0']),
  ]);
  expect(
    byMrr
      .slice(6)
      .map(({ external_id, status }) => `${external_id} ${status}`)
      .sort(),
  ).toEqual(['c6 cancelled', 'lead lead']);
  expect(byMrr.reduce((sum, { mrr }) => sum + Number(mrr), 0)).toBe(37900);
  expect(byMrr[1]).toMatchObject({ name: 'Zeta', plans: ['quarterly'], customer_since: '2026-02-10', country: 'DE' });
  const first = await send('GET', `/api/customers?${UNTIL}&limit=3`);
  expect(first.json.total).toBe(8);
});

test('sorted otherwise, searched, filtered', async () => {
  const names = (await listed('sort=name&order=desc')).map(({ name }) => name).filter(Boolean);
  expect(names).toEqual(['ångström ab', 'Zeta', 'Nordlicht GmbH', 'A lead']);
  expect((await listed('sort=customer_since&order=asc')).map(({ external_id }) => external_id)).toEqual([
    'c1',
    'c2',
    'c3',
    'c4',
    'c7',
    'c5',
    'c6',
    'lead',
  ]);
  expect((await listed('q=NORD')).map(({ external_id }) => external_id)).toEqual(['c1']);
  expect((await listed('q=lead.example')).map(({ external_id }) => external_id)).toEqual(['lead']);
  const german = encodeURIComponent("country~ANY~'DE'");
  expect((await listed(`filters=${german}`)).map(({ external_id }) => external_id)).toEqual(['c5', 'c1']);
  const yearly = encodeURIComponent("plan~ANY~'yearly'");
  expect((await listed(`filters=${yearly}`)).map(({ external_id }) => external_id)).toEqual(['c2']);
  const paying = encodeURIComponent("customer_status~ANY~'active'~AND~mrr~GTE~50");
  expect((await listed(`filters=${paying}`)).map(({ external_id }) => external_id)).toEqual(['c2', 'c5', 'c1', 'c7']);
  expect((await send('GET', '/api/customers?cursor=abc')).json.problems[0].field).toBe('cursor');
});

test('one customer: balances, subscriptions with their changes, invoices', async () => {
  const { status, json } = await send('GET', `/api/customers/default/c3?${UNTIL}`);
  expect(status, JSON.stringify(json)).toBe(200);
  expect(json.balances).toEqual([
    { currency: 'USD', mrr: '4000', since: '2026-01-15', last_movement: '2026-04-05', movements: 3 },
  ]);
  expect(
    json.subscriptions.flatMap(({ changes }: { changes: Array<{ at: string; mrr_after: string }> }) =>
      changes.map((each) => [each.at, each.mrr_after]),
    ),
  ).toEqual([
    ['2026-01-15T00:00:00Z', '3000'],
    ['2026-03-15T00:00:00Z', '0'],
    ['2026-04-05T00:00:00Z', '4000'],
  ]);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await send(
      'GET',
      `/api/customers/default/c3/invoices?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    expect(page.status, JSON.stringify(page.json)).toBe(200);
    seen.push(...page.json.invoices.map((invoice: { date: string }) => invoice.date));
    const line = page.json.invoices[0].lines[0];
    expect((await send('GET', `/api/explain?ref=${encodeURIComponent(line.ref)}`)).json.kind).toBe('record');
    cursor = page.json.next;
  } while (cursor !== null);
  expect(seen).toEqual([...seen].sort().reverse());
  expect(seen.length).toBe(SCENARIO_A.filter((row) => row.customer_external_id === 'c3').length);
  expect((await send('GET', '/api/customers/default/nobody')).status).toBe(404);
  expect((await send('GET', '/api/customers/default/lead')).json.record.email).toBe('hello@lead.example');
});

test('segments: saved under a name, used in reports, as of any entry', async () => {
  const filters = "country~ANY~'DE'";
  const made = await send('POST', '/api/segments', { name: 'Germany', filters });
  expect([made.status, made.json.name, made.json.filters]).toEqual([201, 'Germany', filters]);
  const seq = (await send('GET', '/api/journal?limit=1')).json.entries[0].seq;
  const mrr = async (query: string) =>
    (await send('GET', `/api/metrics?from=2026-04&to=2026-04&${UNTIL}&names=mrr&${query}`)).json;
  expect((await mrr('segment=Germany')).buckets[0].metrics.mrr.value).toBe('16900');
  const both = encodeURIComponent("plan~ANY~'quarterly'");
  expect((await mrr(`segment=Germany&filters=${both}`)).buckets[0].metrics.mrr.value).toBe('9900');
  expect((await listed('segment=Germany')).length).toBe(2);
  const feed = await send('GET', '/api/metrics/activities?segment=Germany');
  expect(feed.json.activities.map((each: { customer_external_id: string }) => each.customer_external_id)).toEqual([
    'c1',
    'c5',
    'c1',
  ]);
  const cohorts = await send('GET', `/api/metrics/cohorts?from=2026-01&to=2026-02&${UNTIL}&segment=Germany`);
  expect(cohorts.json.cohorts.map(({ customers }: { customers: number }) => customers)).toEqual([1, 1]);

  const again = await send('POST', '/api/segments', { name: 'Germany', filters: "country~ANY~'SE'" });
  expect([again.status, again.json.id]).toEqual([200, made.json.id]);
  expect((await mrr('segment=Germany')).buckets[0].metrics.mrr.value).toBe('10000');
  expect((await mrr(`segment=Germany&as_of=${seq}`)).buckets[0].metrics.mrr.value).toBe('16900');
  expect((await send('DELETE', '/api/segments/Germany')).status).toBe(204);
  expect((await mrr('segment=Germany')).status).toBe(404);
  expect((await mrr(`segment=Germany&as_of=${seq}`)).buckets[0].metrics.mrr.value).toBe('16900');
  expect((await send('GET', '/api/segments')).json.segments).toEqual([]);
  const account = await footing.accounts.get('full');
  expect((await footing.verify(account.id)).findings).toEqual([]);
});

test.each([
  [{ name: 'x', filters: 'country~LIKE~1' }, 'filters'],
  [{ name: 'x', filters: '' }, 'filters'],
  [{ name: ' x', filters: "country~ANY~'DE'" }, 'name'],
])('a segment that is none is refused', async (body, field) => {
  const { status, json } = await send('POST', '/api/segments', body);
  expect([status, json.problems[0].field]).toEqual([422, field]);
});
