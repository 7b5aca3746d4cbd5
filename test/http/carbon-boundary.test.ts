/** Organisation, boundary, checks and intensity over HTTP, on the whole composition of both books. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { recognisedShare } from '../../src/revenue/index.ts';
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
  await state('entities', [
    { external_id: 'P' },
    { external_id: 'A' },
    { external_id: 'Site', parent: 'A', kind: 'site' },
  ]);
  await state('ownership', [
    { owner: 'P', owned: 'A', equity_share: '80%', financial_control: 'yes', valid_from: '2020-01-01' },
  ]);
  await state('activities', [activity('1', 'P', '10000'), activity('2', 'Site', '25000')]);
  await state('screening', [{ category: '15', status: 'not_applicable', reason: 'None are held' }]);
  // 12,000 for a year from October, invoiced at once.
  await state('invoices', [
    {
      external_id: 'L1',
      invoice_external_id: 'I1',
      customer_external_id: 'C1',
      date: '2025-10-01T00:00:00Z',
      currency: 'EUR',
      type: 'subscription',
      subscription_external_id: 'S1',
      plan_external_id: 'year',
      service_period_start: '2025-10-01T00:00:00Z',
      service_period_end: '2026-10-01T00:00:00Z',
      amount_in_cents: '1200000',
    },
  ]);
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

const activity = (external_id: string, entity: string, quantity: string) => ({
  external_id,
  entity,
  activity: 'Carbon dioxide',
  quantity,
  unit: 'kg',
  country: 'GB',
  start_date: '2025-03-01',
});

async function state(stream: string, rows: object[]): Promise<void> {
  const answer = await call('POST', `/api/records/${stream}`, { rows });
  expect(answer).toMatchObject({ status: 201 });
}

async function call(method: 'GET' | 'POST', url: string, body?: object, key = keys.a) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return { status: answer.statusCode, json: answer.json() as any };
}
const get = async (url: string, key = keys.a) => (await call('GET', url, undefined, key)).json;

describe('the boundary of an inventory', () => {
  it('is a parameter of the report', async () => {
    const all = await get('/api/reports/inventory');
    expect([all.total.co2e_kg, all.boundary]).toEqual(['35000', null]);
    const equity = await get('/api/reports/inventory?approach=equity&group_by=entity');
    expect(equity.total.co2e_kg).toBe('30000');
    expect(equity.boundary).toMatchObject({
      parent: 'P',
      excluded: { co2e_kg: '5000', entities: [{ entity: 'Site', shares: [{ share: '0.8' }] }] },
    });
    expect((await get('/api/reports/inventory?approach=financial')).total.co2e_kg).toBe('35000');
    expect((await get('/api/reports/inventory?approach=operational')).total.co2e_kg).toBe('10000');
    expect((await get('/api/reports/inventory?under=A')).total.co2e_kg).toBe('25000');
  });

  it('goes along on the walk to the line', async () => {
    let ref: string = (await get('/api/reports/inventory?approach=equity&group_by=entity')).rows.find(
      (row: { keys: { entity: string } }) => row.keys.entity === 'Site',
    ).ref;
    for (let depth = 0; depth < 6; depth += 1) {
      const node = await get(`/api/explain?ref=${encodeURIComponent(ref)}`);
      expect(node.value).toBe('20000');
      const [child] = node.children;
      if (child.kind === 'posting') {
        expect(child.value).toBe('20000');
        expect(child.facts).toContainEqual(['share', '0.8']);
        expect(child.facts).toContainEqual(['counted wholly, kg CO2e', '25000']);
        return;
      }
      ref = child.ref;
    }
    throw new Error('no line was reached');
  });

  it('refuses what it does not know', async () => {
    expect(await call('GET', '/api/reports/inventory?approach=mine')).toMatchObject({ status: 422 });
    expect(await call('GET', '/api/reports/inventory?approach=equity&parent=Nobody')).toMatchObject({ status: 422 });
  });

  it('is of one account alone', async () => {
    expect(await get('/api/organisation', keys.b)).toMatchObject({ entities: [] });
    expect((await get('/api/reports/inventory?approach=equity', keys.b)).total.co2e_kg).toBe('0');
  });
});

it('shows the organisation with shares, and what is wrong with it', async () => {
  const tree = await get('/api/organisation?approach=equity&from=2025-01&to=2025-12');
  expect(tree).toMatchObject({ parent: 'P', roots: ['P'] });
  const of = (id: string) => tree.entities.find((entity: { id: string }) => entity.id === id);
  expect(of('Site')).toMatchObject({ parent: 'A', shares: [{ from: '2025-01-01', share: '0.8' }] });
  expect(of('A')).toMatchObject({ children: ['Site'], owners: [{ owner: 'P', equity_share: '0.8' }] });
  expect((await get('/api/organisation/check')).findings).toEqual([]);
  await state('ownership', [{ owner: 'Q', owned: 'A', equity_share: '30%', valid_from: '2026-01-01' }]);
  expect((await get('/api/organisation/check')).findings).toMatchObject([
    { severity: 'contradiction', entity: 'A', from: '2026-01-01', to: null, words: expect.stringContaining('110 %') },
  ]);
});

it('a share that cannot be meant is refused with a remedy', async () => {
  const answer = await call('POST', '/api/records/ownership', {
    rows: [{ owner: 'P', owned: 'B', equity_share: '80', valid_from: '2020-01-01' }],
  });
  expect(answer.status).toBe(422);
  expect(JSON.stringify(answer.json)).toContain('80%');
});

it('checks answer', async () => {
  expect(await get('/api/carbon/checks')).toMatchObject({ duplicates: 0, negatives: 0, categories_without_reason: 14 });
  expect((await get('/api/carbon/checks/screening')).categories[14]).toMatchObject({
    status: 'not_applicable',
    problem: '',
  });
  for (const path of ['completeness', 'periods', 'outliers', 'units', 'duplicates', 'negatives', 'quality'])
    expect([path, (await call('GET', `/api/carbon/checks/${path}`)).status]).toEqual([path, 200]);
});

describe('R-08: intensity divides by recognised revenue', () => {
  it('a year from October is recognised by a quarter in that year', async () => {
    const query = '/api/reports/intensity?from=2025-01&to=2025-12&per=1000';
    expect(await get(`${query}&approach=equity&parent=P`)).toMatchObject({
      basis: 'recognised',
      currency: 'EUR',
      revenue: '3000',
      location_based: { co2e_t: '30', intensity: '10' },
    });
    expect(await get(`${query}&approach=equity&parent=P&revenue=12000&currency=EUR`)).toMatchObject({
      basis: 'stated',
      location_based: { intensity: '2.5' },
    });
    expect(await call('GET', `${query}&currency=USD`)).toMatchObject({ status: 422 });
  });

  it('revenue in another currency is converted at its rate; without one it is said, not added', async () => {
    await state('invoices', [
      {
        external_id: 'L2',
        invoice_external_id: 'I2',
        customer_external_id: 'C2',
        date: '2025-01-01T00:00:00Z',
        currency: 'JPY',
        type: 'subscription',
        subscription_external_id: 'S2',
        plan_external_id: 'year',
        service_period_start: '2025-01-01T00:00:00Z',
        service_period_end: '2026-01-01T00:00:00Z',
        amount_in_cents: '200000',
      },
    ]);
    const query = '/api/reports/intensity?from=2025-01&to=2025-12&per=1000&currency=EUR';
    const before = await get(query);
    expect(before).toMatchObject({ revenue: '3000', revenue_lines: 1 });
    expect(JSON.stringify(before)).toContain('no exchange rate is stated for it: 200000 JPY');

    const rates = [{ date: '2024-12-31', base: 'EUR', quote: 'JPY', rate: '160' }];
    expect(await call('POST', '/api/rates', { source: 'test', rates })).toMatchObject({ status: 201 });
    expect(await get(query)).toMatchObject({ revenue: '4250', revenue_lines: 2 });
  });

  it.each([
    ['2025-10-01', '2026-10-01', '2025-01-01', '2026-01-01', '0.25'],
    ['2025-10-01', '2026-10-01', '2026-01-01', '2027-01-01', '0.75'],
    ['2025-01-31', '2025-02-28', '2025-01-01', '2025-02-01', '1/28'],
    ['2025-01-01', '2025-01-11', '2025-01-06', '2025-02-01', '0.5'],
    ['2025-01-15', '2025-03-15', '2025-01-01', '2025-02-01', '17/62'],
    ['2025-05-01', '2025-05-01', '2025-05-01', '2025-06-01', '1'],
    ['2025-05-01', '2025-05-01', '2025-06-01', '2025-07-01', '0'],
  ])('%s to %s: from %s until before %s it is %s', (first, end, from, to, share) =>
    expect(recognisedShare(first, end, from, to).toString()).toBe(share),
  );
});
