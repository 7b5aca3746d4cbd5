/** Metrics, cohorts and activities over HTTP. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';
import { SCENARIO_A } from './metrics-scenario.ts';
import { month, PLANS } from './revenue-cases.ts';

let footing: Footing;
let app: FastifyInstance;
const keys: Record<'full' | 'empty' | 'other' | 'ltv' | 'zone', string> = {
  full: '',
  empty: '',
  other: '',
  ltv: '',
  zone: '',
};

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  for (const name of ['full', 'empty', 'other', 'ltv', 'zone'] as const) {
    const account = await footing.accounts.create({ slug: name, name, currency: 'USD' }, 'cli:test');
    keys[name] = (await app.keys.create(account.id, { name: 'test', role: 'admin' }, 'cli:test')).secret;
  }
  for (const [stream, rows] of [
    ['plans', PLANS],
    ['invoices', SCENARIO_A],
  ] as const) {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/records/${stream}`,
      headers: { authorization: `Bearer ${keys.full}` },
      payload: { rows },
    });
    if (answer.statusCode >= 300) throw new Error(answer.body);
  }
});
afterAll(async () => {
  await app.close();
  await footing.close();
});

const RANGE = 'from=2026-01&to=2026-04&until=2026-04-30';

async function get(path: string, more: Record<string, string> = {}, key: keyof typeof keys = 'full') {
  const answer = await app.inject({ url: path, headers: { authorization: `Bearer ${keys[key]}`, ...more } });
  return { status: answer.statusCode, headers: answer.headers, json: answer.body === '' ? null : answer.json() };
}

test('metrics with changes, references and an ETag; every reference can be explained', async () => {
  const path = `/api/metrics?${RANGE}&names=mrr,ltv,mrr_churn,mrr_new_business`;
  const { status, json, headers } = await get(path);
  expect(status).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: a bucket as the API gives it
  expect(json.buckets.map(({ metrics }: any) => [metrics.mrr.value, metrics.mrr.change, metrics.ltv.value])).toEqual([
    ['18000', '0.00', '0'],
    ['38900', '116.11', '0'],
    ['31900', '-17.99', '38272'],
    ['37900', '18.81', '0'],
  ]);
  expect(json.currency).toBe('USD');
  const figures = Object.values<{ ref: string | null; value: string }>(json.buckets[2].metrics);
  expect(figures.map(({ ref }) => ref)).toEqual([
    'mrr/2026-03/USD/end',
    'metric/ltv/2026-03/USD',
    'mrr/2026-03/USD/churn',
    'mrr/2026-03/USD/new_biz',
  ]);
  expect((await get(path, { 'if-none-match': String(headers.etag) })).status).toBe(304);
  expect((await get(`${path}&interval=quarter`, { 'if-none-match': String(headers.etag) })).status).toBe(200);
});

const EXPLAINED =
  'mrr,arr,arpa,customers,mrr_new_business,mrr_churn,mrr_expansion,churned_customers,new_customers,nrr,mrr_churn_rate,ltv,quick_ratio,mrr_fx,committed_mrr,recognised_revenue,deferred_revenue';

test.each([
  ['', EXPLAINED],
  ['&interval=week', 'mrr,mrr_new_business,nrr'],
  ['&interval=year', EXPLAINED],
  [`&filters=${encodeURIComponent("customer~NONE~'c1'")}`, EXPLAINED],
  [`&filters=${encodeURIComponent("plan~ANY~'monthly','quarterly'")}`, 'mrr,mrr_new_business,nrr,ltv'],
  ['&partition_by=plan', 'mrr,mrr_new_business,mrr_churn'],
  ['&partition_by=data_source', 'mrr_new_business,recognised_revenue'],
])(
  'every value%s has a reference to the same value, with its movements below',
  async (more, names) => {
    const { json } = await get(`/api/metrics?from=2026-01-10&to=2026-03&until=2026-03-20&names=${names}${more}`);
    expect(json.detail).toBeUndefined();
    const buckets = [json, ...json.parts].flatMap((each: { buckets: object[] }) => each.buckets.slice(0, 2));
    const cents = (text: string) => BigInt(text.replace('.', ''));
    // biome-ignore lint/suspicious/noExplicitAny: buckets as the API gives them
    for (const { metrics } of buckets as any[]) {
      for (const [name, { value, ref }] of Object.entries<{ value: string | null; ref: string | null }>(metrics)) {
        if (ref === null) continue;
        const { json: node, status } = await get(`/api/explain?ref=${encodeURIComponent(ref)}`);
        expect([ref, status, node.detail]).toEqual([ref, 200, undefined]);
        expect([ref, node.value === null ? null : cents(node.value)]).toEqual([
          ref,
          value === null ? null : cents(value),
        ]);
        if (!/^mrr_(new|churn$|exp)/.test(name) || value === '0') continue;
        const sum = node.children.reduce((total: bigint, child: { value: string }) => total + cents(child.value), 0n);
        expect([ref, sum]).toEqual([ref, BigInt(value!)]);
        for (const child of node.children) {
          const { json: below, status: found } = await get(`/api/explain?ref=${encodeURIComponent(child.ref)}`);
          expect([child.ref, found]).toEqual([child.ref, 200]);
          expect(['figure', 'posting', 'record']).toContain(below.kind);
        }
      }
    }
  },
  60_000,
);

test('filters, parts and earlier entries', async () => {
  const { json } = await get(
    `/api/metrics?${RANGE}&names=mrr&partition_by=plan&filters=${encodeURIComponent("plan~ANY~'yearly','quarterly'")}`,
  );
  // biome-ignore lint/suspicious/noExplicitAny: a part as the API gives it
  expect(json.parts.map(({ part, buckets }: any) => [part, buckets[3].metrics.mrr.value])).toEqual([
    ['quarterly', '9900'],
    ['yearly', '10000'],
  ]);
  expect(json.buckets[3].metrics.mrr).toMatchObject({ value: '19900', change: '0.00' });
  const before = await get(`/api/metrics?${RANGE}&names=mrr&as_of=${json.seq - 1}`);
  expect(before.json.buckets[3].metrics.mrr.value).toBe('0');
  expect((await get(`/api/metrics?${RANGE}&names=mrr`, {}, 'empty')).json.buckets[3].metrics.mrr.value).toBe('0');
});

test('cash and recognised revenue in the account currency, at the rate of their day', async () => {
  const post = async (url: string, payload: object, method: 'POST' | 'PUT' = 'POST') => {
    const headers = { authorization: `Bearer ${keys.other}` };
    const answer = await app.inject({ method, url, headers, payload });
    expect([url, answer.statusCode < 300 ? '' : answer.body]).toEqual([url, '']);
  };
  const line = (customer: string, currency: string, amount: number) => ({
    ...month('2026-01-01', amount),
    customer_external_id: customer,
    invoice_external_id: customer,
    currency,
    service_period_end: '2026-03-01',
  });
  const paid = (invoice: string, date: string) => ({
    invoice_external_id: invoice,
    external_id: invoice,
    type: 'payment',
    result: 'successful',
    date,
  });
  await post('/api/records/plans', { rows: PLANS });
  await post('/api/records/invoices', {
    rows: [
      line('dollars', 'USD', 10_000),
      line('euros', 'EUR', 1001),
      line('yen', 'JPY', 1000),
      line('kronor', 'SEK', 700),
    ],
  });
  await post('/api/records/transactions', {
    rows: [
      paid('dollars', '2026-01-05'),
      paid('euros', '2026-02-05'),
      paid('yen', '2026-02-06'),
      paid('kronor', '2026-02-06'),
    ],
  });
  const about = 'from=2026-01&to=2026-02&until=2026-02-28';
  const report = async (more: string) => (await get(`/api/metrics?${about}&${more}`, {}, 'other')).json;
  // biome-ignore lint/suspicious/noExplicitAny: buckets as the API gives them
  const values = (buckets: any[]) =>
    buckets.map(({ metrics }) => Object.values<{ value: string }>(metrics).map(({ value }) => value));
  const names = 'names=recognised_revenue,deferred_revenue,gross_cash_flow';
  expect(values((await report(`${names}&currency=USD`)).buckets)).toEqual([
    ['5000', '5000', '10000'],
    ['5000', '0', '0'],
  ]);
  const rates = [
    { date: '2025-12-31', base: 'EUR', quote: 'USD', rate: '1.1' },
    { date: '2026-02-01', base: 'EUR', quote: 'USD', rate: '1.2' },
    { date: '2025-12-31', base: 'USD', quote: 'JPY', rate: '150' },
  ];
  await post('/api/rates', { source: 'test', rates });
  await post('/api/settings', { settings: { currency: 'USD' } });
  // 10.01 EUR are 11.01 USD at the start of the service and 12.01 when they are paid; 1000 JPY are 6.67 USD; of SEK nothing is known.
  const [buckets, byCustomer] = [
    (await report(names)).buckets,
    (await report(`${names}&partition_by=data_source`)).parts,
  ];
  expect(values(buckets)).toEqual([
    ['5885', '5883', '10000'],
    ['5883', '0', String(1201 + 667)],
  ]);
  expect(values(byCustomer[0].buckets)).toEqual(values(buckets));
  expect(values((await report(`${names}&currency=SEK`)).buckets)).toEqual([
    ['350', '350', '0'],
    ['350', '0', '700'],
  ]);
  expect(values((await report(`${names}&currency=EUR`)).buckets)[1]).toEqual(['0', '0', '0']);
  const all = `names=mrr,customers,mrr_new_business,recognised_revenue,gross_cash_flow`;
  const { buckets: whole, parts } = await report(`${all}&partition_by=currency`);
  const summed = (rows: string[][]) => rows.reduce((a, b) => a.map((each, i) => String(BigInt(each) + BigInt(b[i]!))));
  // biome-ignore lint/suspicious/noExplicitAny: parts as the API gives them
  expect(parts.map(({ part }: any) => part)).toEqual(['EUR', 'JPY', 'USD']);
  // biome-ignore lint/suspicious/noExplicitAny: parts as the API gives them
  for (const i of [0, 1]) expect(summed(parts.map(({ buckets: of }: any) => values(of)[i]))).toEqual(values(whole)[i]);
  for (const [i, currency] of ['EUR', 'JPY', 'USD'].entries()) {
    const filtered = await report(`${all}&filters=${encodeURIComponent(`currency~ANY~'${currency}'`)}`);
    expect(values(filtered.buckets)).toEqual(values(parts[i].buckets));
  }
  expect(values((await report(`${all}&filters=currency~NONE~'EUR','JPY'`)).buckets)).toEqual(values(parts[2].buckets));
  const explained = async (ref: string) => (await get(`/api/explain?ref=${encodeURIComponent(ref)}`, {}, 'other')).json;
  const payments = await explained('metric/gross_cash_flow/2026-02/USD');
  // biome-ignore lint/suspicious/noExplicitAny: nodes as the API gives them
  expect([payments.value, payments.children.map(({ value }: any) => value)]).toEqual(['18.68', ['12.01', '6.67']]);
  const lines = await explained('metric/recognised_revenue/2026-02/USD');
  // biome-ignore lint/suspicious/noExplicitAny: nodes as the API gives them
  expect(lines.children.map(({ value }: any) => value)).toEqual(['100.00', '11.01', '6.67']);
});

test('W87 LTV by the churn of the same interval, or of the last six complete months', async () => {
  const post = async (url: string, payload: object) => {
    const answer = await app.inject({ method: 'POST', url, headers: { authorization: `Bearer ${keys.ltv}` }, payload });
    expect([url, answer.statusCode < 300 ? '' : answer.body]).toEqual([url, '']);
  };
  // A hundred customers at the start of every month: 2, 3, 2, 4, 3 and 4 of them leave, and as many come.
  const leaving = [2, 3, 2, 4, 3, 4];
  const ends = leaving.flatMap((count, i) => Array.from({ length: count }, () => `2026-0${i + 1}-10`));
  const begins = [...Array.from({ length: 100 }, () => '2025-12-01'), ...ends.map((day) => day.replace('-10', '-20'))];
  const rows = begins.map((begin, i) => ({
    ...month(begin, 5000),
    customer_external_id: `c${i}`,
    invoice_external_id: `i${i}`,
    ...(ends[i] ? { cancelled_at: ends[i] } : {}),
  }));
  await post('/api/records/plans', { rows: PLANS });
  await post('/api/records/invoices', { rows });
  const path = '/api/metrics?from=2026-01&to=2026-06&until=2026-06-30&names=customer_churn_rate,arpa,ltv';
  const last = async () => (await get(path, {}, 'ltv')).json.buckets.at(-1).metrics;
  // biome-ignore lint/suspicious/noExplicitAny: buckets as the API gives them
  const rates = (await get(path, {}, 'ltv')).json.buckets.map(({ metrics }: any) => metrics.customer_churn_rate.value);
  expect(rates).toEqual(leaving.map((count) => `${count}.00`));
  expect(await last()).toMatchObject({ arpa: { value: '5000' }, ltv: { value: '125000' } });
  await post('/api/settings', { settings: { ltv_churn_window: 'trailing_6_months' } });
  expect(await last()).toMatchObject({ arpa: { value: '5000' }, ltv: { value: '166666' } });
});

test('W51 days are those of the settings, in metrics, statement, activities and exports alike', async () => {
  const post = async (url: string, payload: object) => {
    const headers = { authorization: `Bearer ${keys.zone}` };
    expect((await app.inject({ method: 'POST', url, headers, payload })).statusCode).toBeLessThan(300);
  };
  await post('/api/settings', { settings: { time_zone: 'Europe/Berlin', week_start_on: 'sunday' } });
  await post('/api/records/plans', { rows: PLANS });
  const scheduled = { subscription_external_id: 'later' };
  await post('/api/records/invoices', {
    rows: [month('2026-03-31T23:30:00Z', 5000), month('2126-01-01', 100, scheduled)],
  });
  const about = 'from=2026-03&to=2026-04&until=2026-04-30';
  const { json } = await get(`/api/metrics?${about}&names=mrr_new_business`, {}, 'zone');
  // biome-ignore lint/suspicious/noExplicitAny: buckets as the API gives them
  const values = (buckets: any[]) => buckets.map(({ metrics }) => metrics.mrr_new_business.value);
  expect([json.time_zone, values(json.buckets)]).toEqual(['Europe/Berlin', ['0', '5000']]);
  const statement = (await get(`/api/reports/mrr?${about}`, {}, 'zone')).json.currencies[0].buckets;
  // biome-ignore lint/suspicious/noExplicitAny: buckets as the API gives them
  expect(statement.map(({ movements }: any) => movements.new_biz.cents)).toEqual(['0', '5000']);
  expect((await get('/api/metrics/activities?from=2026-04-01', {}, 'zone')).json.activities).toHaveLength(1);
  expect((await get('/api/metrics/activities?to=2126-01-01', {}, 'zone')).json.activities).toHaveLength(2);
  const exported = async (more: string) => {
    const headers = { authorization: `Bearer ${keys.zone}` };
    return (await app.inject({ url: `/api/export/metrics?format=csv&${more}`, headers })).body.split('\n');
  };
  const months = (await exported(about)).filter((row) => row.startsWith('mrr_new_business,'));
  expect(months.map((row) => row.split(',')[8])).toEqual(['0', '5000']);
  const weeks = (await exported('from=2026-03-29&to=2026-04-04&interval=week')).filter((row) => row.startsWith('mrr,'));
  expect(weeks).toHaveLength(1);
});

test.each([
  ['/api/metrics?names=fame', 'names', 'fame'],
  ["/api/metrics?filters=country~LIKE~'x'", 'filters', 'LIKE'],
  ['/api/metrics?partition_by=shoes', 'partition_by', 'shoes'],
  ['/api/metrics?from=2026-04&to=2026-01', 'to', '2026-01-31'],
  ['/api/metrics/cohorts?from=2026-13&to=2026-14', 'from', '2026-13'],
])('%s is refused', async (path, field, value) => {
  const { status, json } = await get(path);
  expect(status).toBe(422);
  expect(json.problems[0]).toMatchObject({ field, value });
});

test('cohorts', async () => {
  const { json } = await get('/api/metrics/cohorts?from=2026-01&to=2026-03&last=2026-04&until=2026-04-30');
  // biome-ignore lint/suspicious/noExplicitAny: cohorts as the API gives them
  expect(json.cohorts.map(({ cells }: any) => cells.map(({ percent }: any) => percent))).toEqual([
    ['100.00', '100.00', '66.67', '100.00'],
    ['100.00', '100.00', '100.00'],
    ['100.00', '0.00'],
  ]);
});

test('activities page by page, as of one entry', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { json } = await get(`/api/metrics/activities?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...json.activities.map(({ id }: { id: string }) => id));
    cursor = json.next;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(14);
  expect(seen.length).toBe(14);
  const { json } = await get('/api/metrics/activities?customer_external_id=c3&order=-date&type=reactivation');
  expect(json.activities).toMatchObject([{ date: '2026-04-05T00:00:00.000Z', movement: '4000', mrr: '4000' }]);
  const tampered = await get('/api/metrics/activities?limit=4&cursor=abc');
  expect(tampered.json.problems[0].field).toBe('cursor');
});
