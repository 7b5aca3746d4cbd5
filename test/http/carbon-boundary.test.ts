/** Organisation, boundary, checks and intensity over HTTP, on the whole composition of both books. */
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
  // R-08: 12,000 for a year from October, invoiced at once.
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

async function call(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, key = keys.a) {
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
});

describe('a base year', () => {
  const b = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) =>
    call(method, url, body, keys.b).then(({ status, json }) => ({ ...json, status }));
  const stated = async (url: string, body: object): Promise<number> => {
    const answer = await b('POST', url, body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.seq;
  };
  const rows = (stream: string, ...all: object[]) => stated(`/api/records/${stream}`, { rows: all });
  const tonnes = (id: string, entity: string, year: number, t: number) => ({
    ...activity(`${id}-${year}`, entity, String(t * 1000)),
    start_date: `${year}-03-01`,
  });
  /** Every step is a difference of two figures, so they add up to the last digit. */
  const report = async (query = '') => {
    const found = await b('GET', `/api/reports/base-year${query}`);
    expect(found).toMatchObject({ status: 200 });
    for (const name of ['scope_1_t', 'scope_2_t', 'scope_3_t', 'total_t']) {
      const of = (amounts: Record<string, string>) => Number(amounts[name]);
      const sum = (all: Array<{ change: Record<string, string> }>) => all.reduce((s, { change }) => s + of(change), 0);
      const moved = of(found.recalculated) - of(found.original);
      expect(sum(found.by_cause)).toBe(moved);
      expect(sum(found.steps)).toBe(moved + of(found.pending) + of(found.organic));
    }
    return found;
  };
  const walked = (found: { steps: Array<Record<string, unknown>> }) =>
    found.steps.map(({ day, cause, percent, recalculated, base_t }) => [day, cause, percent, recalculated, base_t]);
  let first = '';

  it('R-02: two acquisitions pass the threshold together; both are read from the lines of the base year', async () => {
    await rows(
      'entities',
      ...['G', 'X', 'Y', 'Z', 'Mill'].map((external_id) => ({
        external_id,
        ...(external_id === 'Mill' && { parent: 'G', closed: '2022-01-01' }),
      })),
    );
    await rows(
      'ownership',
      { owner: 'G', owned: 'X', equity_share: '100%', financial_control: 'yes', valid_from: '2022-07-01' },
      { owner: 'G', owned: 'Y', equity_share: '60%', financial_control: 'yes', valid_from: '2023-07-01' },
    );
    await rows(
      'activities',
      ...[tonnes('m', 'Mill', 2020, 1_000), tonnes('g', 'G', 2020, 99_000), tonnes('g', 'G', 2025, 76_000)],
      ...[2020, 2025].flatMap((year) => [tonnes('x', 'X', year, 3_000), tonnes('y', 'Y', year, 5_000)]),
    );
    expect(await b('GET', '/api/reports/base-year')).toMatchObject({ status: 404 });
    await stated('/api/carbon/base-years', { from: '2020-01', to: '2020-12', approach: 'equity' });
    await stated('/api/carbon/targets', { name: 'near', scopes: ['1', '2'], target_year: 2030, annual_percent: '4.2' });
    const found = await report();
    expect(found).toMatchObject({
      parent: 'G',
      original: { total_t: '100000' },
      recalculated: { total_t: '106000', steps: 1 },
    });
    expect(walked(found)).toEqual([
      ['2022-07-01', 'structure', '3', false, '100000'],
      ['2023-07-01', 'structure', '3', true, '106000'],
    ]);
    expect(found.steps[1]).toMatchObject({ kind: 'acquisition', words: 'Y 0 % to 60 %', cumulative_percent: '6' });
    // Looked at from before the second, the first is pending.
    expect(await report('?year=2022')).toMatchObject({
      recalculated: { total_t: '100000' },
      pending: { total_t: '3000' },
    });
    expect(found.series.at(-1)).toMatchObject({
      year: 2025,
      reported: { total_t: '82000' },
      restated: { total_t: '82000' },
    });
    expect(found.targets).toMatchObject([
      {
        base: '106000',
        target: '61480',
        path: '83740',
        actual: '82000',
        gap: '-1740',
        progress_percent: '53.908355795',
        on_track: true,
      },
    ]);
    first = JSON.stringify(await report(`?as_of=${found.seq}`));
  });

  it('corrections, entries with a label, stated amounts and moves are causes of their own', async () => {
    const corrected = await rows('activities', tonnes('g', 'G', 2020, 95_000));
    const organic = await rows('activities', tonnes('new', 'G', 2020, 500));
    const events = '/api/carbon/base-years/events';
    await stated(events, {
      id: 'site',
      day: '2024-01-01',
      cause: 'organic',
      title: 'A site was forgotten',
      entries: [organic],
    });
    await stated(events, {
      id: 'z',
      day: '2024-02-01',
      cause: 'structure',
      title: 'Z, backcast',
      changes: [{ scope: '3', co2e_t: '1200.5' }],
    });
    const moved = { direction: 'outsourced', where: { entity: ['Mill'] } };
    await stated(events, {
      id: 'mill',
      day: '2024-03-01',
      cause: 'structure',
      title: 'The mill is run by others',
      moved,
    });
    const found = await report();
    expect(
      found.steps.map(({ cause, change, entries }: Record<string, unknown>) => [
        cause,
        (change as { total_t: string }).total_t,
        entries,
      ]),
    ).toEqual([
      ['structure', '3000', null],
      ['structure', '3000', null],
      ['structure', '1200.5', null],
      ['structure', '0', null],
      ['error', '-4000', { first: corrected, last: corrected }],
      ['organic', '500', { first: organic, last: organic }],
    ]);
    expect(found.steps[3].change).toMatchObject({ scope_1_t: '-1000', scope_3_t: '1000' });
    expect(found).toMatchObject({ pending: { total_t: '-2799.5' }, organic: { total_t: '500' } });
    expect(await b('DELETE', `${events}/site`)).toMatchObject({ status: 200 });
    expect((await report()).organic.total_t).toBe('0');
  });

  it('what is recorded later is an event of its own day, and the data of an acquired entity comes with it', async () => {
    await rows('ownership', {
      owner: 'G',
      owned: 'Z',
      equity_share: '50%',
      financial_control: 'joint',
      valid_from: '2024-05-01',
    });
    const seq = await rows('activities', tonnes('z', 'Z', 2020, 20_000));
    const last = (await report()).steps.at(-1);
    expect(last).toMatchObject({
      cause: 'structure',
      entries: { first: seq, last: seq },
      change: { total_t: '10000' },
      recalculated: true,
    });
    expect(await b('GET', `/api/explain?ref=${encodeURIComponent(last.ref)}`)).toMatchObject({ value: '10000000' });
    let node = await b('GET', `/api/explain?ref=${encodeURIComponent(`${last.after_ref}&entity=Z`)}`);
    for (let depth = 0; node.kind !== 'posting' && depth < 4; depth += 1) {
      expect(node.value).toBe('10000000');
      node = await b('GET', `/api/explain?ref=${encodeURIComponent(node.children[0].ref)}`);
    }
    expect(node.children.map(({ kind }: { kind: string }) => kind)).toEqual(['record', 'factor']);
  });

  it('another set of potentials, and the same bytes as of the same entry', async () => {
    const found = await report('?gwp=AR6');
    expect(found.steps[0]).toMatchObject({ cause: 'gwp', recalculated: true });
    const before = JSON.parse(first);
    expect(JSON.stringify(await report(`?as_of=${before.seq}`))).toBe(first);
  });

  it.each([
    ['/api/carbon/base-years', { from: '2020-01', to: '2020-11' }, 'is not a period of 1 to 5 whole years'],
    ['/api/carbon/base-years', { from: '2020-01', to: '2020-12', threshold_percent: '101' }, 'percent from 0 to 100'],
    [
      '/api/carbon/base-years',
      { from: '2020-01', to: '2020-12', approach: 'equity', parent: 'Nobody' },
      'neither stated',
    ],
    [
      '/api/carbon/base-years/events',
      { id: 'e', day: '2024-02-30', cause: 'error', title: 'x', entries: [1] },
      'is not a day',
    ],
    [
      '/api/carbon/base-years/events',
      { id: 'e', day: '2024-02-01', cause: 'error', title: 'x', entries: [9_999] },
      'is not an entry',
    ],
    ['/api/carbon/base-years/events', { id: 'e', day: '2024-02-01', cause: 'error', title: 'x' }, 'exactly one of'],
    ['/api/carbon/targets', { name: 't', scopes: ['1', '1'], target_year: 2030, annual_percent: '4' }, 'each once'],
    ['/api/carbon/targets', { name: 't', scopes: ['1'], target_year: 2020, annual_percent: '4' }, 'does not lie after'],
    [
      '/api/carbon/targets',
      { name: 't', scopes: ['1'], target_year: 2030, kind: 'intensity', reduction_percent: '4' },
      'is missing',
    ],
    [
      '/api/carbon/targets',
      { name: 't', scopes: ['1'], target_year: 2030, base_year: 'other', annual_percent: '4' },
      'is not stated',
    ],
  ])('%s %j is refused', async (url, body, reason) => {
    const answer = await b('POST', url, body);
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.problems.map((problem: { reason: string }) => problem.reason).join()).toContain(reason);
  });
});
