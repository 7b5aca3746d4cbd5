/** Scenario A of the conformance specification (5.2), entered and asked through the official Node client. */
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityExports } from '../../src/revenue/chartmogul/exports.ts';
import { type Any, failure, type LiveServer, liveServer } from './support.ts';

const SETUP_MS_MAX = 180_000;
let server: LiveServer;
let C: Any;
let config: Any;
let ds: string;
const customers: Record<string, string> = {};
const plans: Record<string, string> = {};

const RANGE = { 'start-date': '2026-01-01', 'end-date': '2026-04-30' };

interface Line {
  plan?: string;
  type?: string;
  set?: string;
}

/** One invoice with one line of a subscription. */
async function invoice(customer: string, sub: string, from: string, to: string, cents: number, line: Line = {}) {
  await C.Invoice.create(config, customers[customer], {
    invoices: [
      {
        external_id: `${customer}-${sub}-${from}`,
        date: `2026-${from} 00:00:00`,
        currency: 'USD',
        line_items: [
          {
            type: line.type ?? 'subscription',
            subscription_external_id: `${customer}-${sub}`,
            ...(line.set && { subscription_set_external_id: line.set }),
            plan_uuid: plans[line.plan ?? 'monthly'],
            service_period_start: `2026-${from} 00:00:00`,
            service_period_end: `${to.length === 5 ? `2026-${to}` : to} 00:00:00`,
            amount_in_cents: cents,
          },
        ],
      },
    ],
  });
}

async function cancel(customer: string, sub: string, day: string) {
  const { subscriptions } = await C.Subscription.all(config, customers[customer]);
  const { uuid } = subscriptions.find((each: Any) => each.external_id === `${customer}-${sub}`);
  await C.Subscription.cancel(config, uuid, { cancelled_at: `2026-${day}` });
}

beforeAll(async () => {
  server = await liveServer({ slug: 'birch', name: 'Birch', currency: 'USD' });
  ({ ChartMogul: C, config } = server);
  ds = (await C.DataSource.create(config, { name: 'Billing' })).uuid;
  for (const [name, count, unit] of [
    ['monthly', 1, 'month'],
    ['quarterly', 3, 'month'],
    ['yearly', 1, 'year'],
  ] as const) {
    const plan = { data_source_uuid: ds, external_id: name, name, interval_count: count, interval_unit: unit };
    plans[name] = (await C.Plan.create(config, plan)).uuid;
  }
  for (const name of ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7']) {
    const country = name === 'c2' ? 'FR' : 'US';
    const made = await C.Customer.create(config, { data_source_uuid: ds, external_id: name, name, country });
    customers[name] = made.uuid;
  }
  await invoice('c1', 's', '01-01', '02-01', 5000);
  await invoice('c1', 's', '02-01', '03-01', 5000);
  await invoice('c1', 's', '03-01', '04-01', 5000);
  await invoice('c1', 's', '04-01', '05-01', 7000);
  await invoice('c2', 's', '01-10', '2027-01-10', 120_000, { plan: 'yearly', set: 'contract-2' });
  await invoice('c3', 's', '01-15', '02-15', 3000);
  await invoice('c3', 's', '02-15', '03-15', 3000);
  await cancel('c3', 's', '03-15');
  await invoice('c3', 's', '04-05', '05-05', 4000);
  await invoice('c4', 'a', '02-01', '03-01', 2000);
  await invoice('c4', 'b', '02-01', '03-01', 1000);
  await cancel('c4', 'b', '03-01');
  await invoice('c5', 's', '02-10', '05-10', 29_700, { plan: 'quarterly' });
  await invoice('c6', 's', '02-20', '03-06', 0, { type: 'trial' });
  await invoice('c6', 's', '03-06', '04-06', 6000);
  await cancel('c6', 's', '03-20');
  await invoice('c7', 's', '02-05', '03-05', 8000);
  await invoice('c7', 's', '03-05', '04-05', 5000);
}, SETUP_MS_MAX);
afterAll(() => server.close());

const column = (answer: Any, key: string) => answer.entries.map((entry: Any) => entry[key]);

/** W66–W69, as section 5.2 has it. */
const TABLE = {
  'mrr-new-business': [18000, 20900, 6000, 0],
  'mrr-expansion': [0, 0, 0, 2000],
  'mrr-contraction': [0, 0, -4000, 0],
  'mrr-churn': [0, 0, -9000, 0],
  'mrr-reactivation': [0, 0, 0, 4000],
  mrr: [18000, 38900, 31900, 37900],
  arr: [216000, 466800, 382800, 454800],
  customers: [3, 6, 5, 6],
  arpa: [6000, 6483, 6380, 6316],
  asp: [6000, 6967, 6000, 0],
  'customer-churn-rate': [0, 0, 16.67, 0],
  'mrr-churn-rate': [0, 0, 33.42, -18.81],
  ltv: [0, 0, 38272, 0],
};
const DATES = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'];

describe('metrics of scenario A', () => {
  const endpoints: Array<[method: string, keys: Array<keyof typeof TABLE>]> = [
    ['mrr', ['mrr', 'mrr-new-business', 'mrr-expansion', 'mrr-contraction', 'mrr-churn', 'mrr-reactivation']],
    ['arr', ['arr']],
    ['arpa', ['arpa']],
    ['asp', ['asp']],
    ['customerCount', ['customers']],
    ['customerChurnRate', ['customer-churn-rate']],
    ['mrrChurnRate', ['mrr-churn-rate']],
    ['ltv', ['ltv']],
  ];
  test.each(endpoints)('%s', async (method, keys) => {
    const answer = await C.Metrics[method](config, { ...RANGE, interval: 'month' });
    expect(Object.keys(answer)).toEqual(['entries', 'summary']);
    expect(column(answer, 'date')).toEqual(DATES);
    for (const key of keys) expect([key, column(answer, key)]).toEqual([key, TABLE[key]]);
    expect(Object.keys(answer.entries[0])).toEqual(['date', ...keys, 'percentage-change']);
    expect(answer.entries[0]['percentage-change']).toBe(0);
    expect(Object.keys(answer.summary)).toEqual(['current', 'previous', 'percentage-change']);
    for (const value of Object.values(answer.summary)) expect(value).toBeTypeOf('number');
  });

  test('all at once', async () => {
    const answer = await C.Metrics.all(config, RANGE);
    expect(Object.keys(answer)).toEqual(['entries', 'summary']);
    const keys = ['customers', 'customer-churn-rate', 'mrr-churn-rate', 'ltv', 'asp', 'arpa', 'arr', 'mrr'] as const;
    for (const key of keys) expect([key, column(answer, key)]).toEqual([key, TABLE[key]]);
    expect(Object.keys(answer.entries[0]).sort()).toEqual(
      ['date', ...keys.flatMap((key) => [key, `${key}-percentage-change`])].sort(),
    );
    expect(column(answer, 'mrr-percentage-change')).toEqual([0, 116.11, -17.99, 18.81]);
    expect(Object.keys(answer.summary).sort()).toEqual(
      keys.flatMap((key) => [`current-${key}`, `previous-${key}`, `${key}-percentage-change`]).sort(),
    );
  });

  test('rates are written as decimals, amounts as whole numbers', async () => {
    const { text } = await server.call('GET', '/metrics/all?start-date=2026-01-01&end-date=2026-01-31');
    expect(text).toMatch(/"customer-churn-rate":0\.0,/);
    expect(text).toMatch(/"mrr":18000,"mrr-percentage-change":0\.0\}/);
  });

  test('by quarter, the last one cut (W75)', async () => {
    const answer = await C.Metrics.mrr(config, { ...RANGE, interval: 'quarter' });
    expect(column(answer, 'date')).toEqual(['2026-03-31', '2026-04-30']);
    expect(answer.entries[0]).toMatchObject({
      mrr: 31900,
      'mrr-new-business': 44900,
      'mrr-contraction': -4000,
      'mrr-churn': -9000,
    });
  });

  test('by week and by day, the last one cut (W78, W79)', async () => {
    const march = { 'start-date': '2026-03-01', 'end-date': '2026-03-17' };
    const weeks = await C.Metrics.mrr(config, { ...march, interval: 'week' });
    expect(column(weeks, 'date')).toEqual(['2026-03-01', '2026-03-08', '2026-03-15', '2026-03-17']);
    const days = await C.Metrics.arr(config, { 'start-date': '2026-03-17', 'end-date': '2026-03-19', interval: 'day' });
    expect(column(days, 'date')).toEqual(['2026-03-17', '2026-03-18', '2026-03-19']);
  });

  test('of a time without data are zeros (W82)', async () => {
    const answer = await C.Metrics.all(config, { 'start-date': '2020-01-01', 'end-date': '2020-02-29' });
    for (const { date, ...values } of answer.entries) {
      expect([date, new Set(Object.values(values))]).toEqual([date, new Set([0])]);
    }
  });

  test('of a plan, by name, external id and UUID (W73)', async () => {
    for (const given of ['yearly', plans.yearly]) {
      const answer = await C.Metrics.mrr(config, { ...RANGE, plans: given });
      expect(column(answer, 'mrr')).toEqual([10000, 10000, 10000, 10000]);
      expect(column(answer, 'mrr-new-business')).toEqual([10000, 0, 0, 0]);
    }
    const two = await C.Metrics.mrr(config, { ...RANGE, plans: 'yearly,quarterly' });
    expect(column(two, 'mrr')).toEqual([10000, 19900, 19900, 19900]);
  });

  test('of countries and by a filter', async () => {
    const geo = await C.Metrics.customerCount(config, { ...RANGE, geo: 'FR' });
    expect(column(geo, 'customers')).toEqual([1, 1, 1, 1]);
    const filtered = await C.Metrics.mrr(config, { ...RANGE, filters: "region~ANY~'FR','DE'~AND~currency~ANY~'USD'" });
    expect(column(filtered, 'mrr')).toEqual([10000, 10000, 10000, 10000]);
  });

  test('of a plan group; conditions on plans and groups hold when one of them does', async () => {
    const members = [plans.yearly, plans.quarterly];
    const group = await C.PlanGroup.create(config, { name: "Long 'terms'", plans: members });
    const april = { 'start-date': '2026-04-01', 'end-date': '2026-04-30' };
    const mrr = async (filters: string) => column(await C.Metrics.mrr(config, { ...april, filters }), 'mrr');
    expect(await mrr("plan_group~ANY~'Long ''terms'''")).toEqual([19900]);
    expect(await mrr(`plan_group~NONE~'${group.uuid}'~AND~currency~ANY~'USD'`)).toEqual([18000]);
    expect(await mrr(`plan_group~ANY~'${group.uuid}'~AND~plan~ANY~'monthly'`)).toEqual([37900]);
    const bad = await failure(C.Metrics.mrr(config, { ...april, filters: "plan_group~ANY~'Short'" }));
    expect([bad.status, bad.body.param]).toEqual([400, 'filters']);
  });

  test('refuse what they cannot answer, by name', async () => {
    const refusals: Array<[query: Record<string, string>, param: string]> = [
      [{ 'end-date': '2026-04-30' }, 'start-date'],
      [{ 'start-date': '2026-01-01' }, 'end-date'],
      [{ ...RANGE, 'end-date': '2026-02-30' }, 'end-date'],
      [{ 'start-date': '2026-05-01', 'end-date': '2026-04-30' }, 'end-date'],
      [{ ...RANGE, interval: 'fortnight' }, 'interval'],
      [{ ...RANGE, geo: 'FR,XX' }, 'geo'],
      [{ ...RANGE, plans: 'monthly,weekly' }, 'plans'],
      [{ ...RANGE, filters: "shoe_size~ANY~'44'" }, 'filters'],
      [{ ...RANGE, filters: 'mrr~GT' }, 'filters'],
    ];
    for (const [query, param] of refusals) {
      const { status, body } = await failure(C.Metrics.mrr(config, query));
      expect([query, status, body.param]).toEqual([query, 400, param]);
    }
  });
});

const MOVEMENTS = [
  ['2026-01-01T00:00:00+00:00', 'new_biz', 'c1', 5000, 5000],
  ['2026-01-10T00:00:00+00:00', 'new_biz', 'c2', 10000, 10000],
  ['2026-01-15T00:00:00+00:00', 'new_biz', 'c3', 3000, 3000],
  ['2026-02-05T00:00:00+00:00', 'new_biz', 'c7', 8000, 8000],
  ['2026-02-10T00:00:00+00:00', 'new_biz', 'c5', 9900, 9900],
  ['2026-03-01T00:00:00+00:00', 'contraction', 'c4', -1000, 2000],
  ['2026-03-05T00:00:00+00:00', 'contraction', 'c7', -3000, 5000],
  ['2026-03-06T00:00:00+00:00', 'new_biz', 'c6', 6000, 6000],
  ['2026-03-15T00:00:00+00:00', 'churn', 'c3', -3000, 0],
  ['2026-03-20T00:00:00+00:00', 'churn', 'c6', -6000, 0],
  ['2026-04-01T00:00:00+00:00', 'expansion', 'c1', 2000, 7000],
  ['2026-04-05T00:00:00+00:00', 'reactivation', 'c3', 4000, 4000],
];
const shortly = (entry: Any) => [
  entry.date,
  entry.type,
  entry['customer-external-id'],
  entry['activity-mrr-movement'],
  entry['activity-mrr'],
];

describe('activities', () => {
  test('are every movement, oldest first', async () => {
    const answer = await C.Metrics.Activity.all(config);
    const found = answer.entries.map(shortly);
    expect(found.filter(([, , name]: Any) => name !== 'c4')).toEqual(MOVEMENTS.filter(([, , name]) => name !== 'c4'));
    const ofC4 = found.filter(([date, , name]: Any) => name === 'c4' && date < '2026-03');
    expect(ofC4.reduce((sum: number, [, , , cents]: Any) => sum + cents, 0)).toBe(3000);
    expect(answer.has_more).toBe(false);
    expect(answer.entries[1]).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      date: '2026-01-10T00:00:00+00:00',
      type: 'new_biz',
      description: expect.any(String),
      'activity-mrr-movement': 10000,
      'activity-mrr': 10000,
      'activity-arr': 120000,
      currency: 'USD',
      'customer-name': 'c2',
      'customer-uuid': customers.c2,
      'customer-external-id': 'c2',
      'subscription-external-id': 'c2-s',
      'subscription-set-external-id': 'contract-2',
      'plan-external-id': 'yearly',
      'billing-connector-uuid': ds,
    });
  });

  test('come page by page, each once, by cursor and by start-after, both ways', async () => {
    const whole = (await C.Metrics.Activity.all(config)).entries.map((each: Any) => each.uuid);
    expect(new Set(whole).size).toBe(whole.length);
    for (const order of ['date', '-date']) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const query = { per_page: 4, order, ...(cursor && { cursor }) };
        const page = await C.Metrics.Activity.all(config, query);
        seen.push(...page.entries.map((each: Any) => each.uuid));
        if (!page.has_more) break;
        cursor = page.cursor;
      }
      expect(seen).toEqual(order === 'date' ? whole : whole.toReversed());
    }
    const rest = await C.Metrics.Activity.all(config, { 'start-after': whole[2] });
    expect(rest.entries.map((each: Any) => each.uuid)).toEqual(whole.slice(3));
    const bad = await failure(C.Metrics.Activity.all(config, { 'start-after': 'nonsense' }));
    expect([bad.status, bad.body.param]).toEqual([400, 'start-after']);
    for (const inside of [
      'x',
      Buffer.from('["1","2"]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ]) {
      const cursor = Buffer.from(encodeURIComponent(inside)).toString('base64');
      const forged = await failure(C.Metrics.Activity.all(config, { cursor }));
      expect([inside, forged.status, forged.body.param]).toEqual([inside, 400, 'cursor']);
    }
  });

  test('of a time and a type', async () => {
    const query = { 'start-date': '2026-03-01', 'end-date': '2026-03-31', type: 'churn' };
    const answer = await C.Metrics.Activity.all(config, query);
    expect(answer.entries.map(shortly)).toEqual(MOVEMENTS.slice(8, 10));
    const bad = await failure(C.Metrics.Activity.all(config, { type: 'joy' }));
    expect([bad.status, bad.body.param]).toEqual([400, 'type']);
  });

  test('of a customer, newest first', async () => {
    const answer = await C.Metrics.Customer.activities(config, customers.c3);
    expect(answer.entries.map((each: Any) => [each.type, each['activity-mrr-movement']])).toEqual([
      ['reactivation', 4000],
      ['churn', -3000],
      ['new_biz', 3000],
    ]);
    for (const each of answer.entries) expect(Number.isSafeInteger(each.id)).toBe(true);
    expect(new Set(answer.entries.map((each: Any) => each.id)).size).toBe(3);
    expect(answer.entries[0]).toMatchObject({ currency: 'USD', 'currency-sign': '$', 'activity-arr': 48000 });
    expect((await failure(C.Metrics.Customer.activities(config, 'cus_nobody'))).status).toBe(404);
  });

  test('are exported as a zip of CSV that is fetched without key', async () => {
    const made = await C.Metrics.ActivitiesExport.create(config, { ...RANGE, type: 'churn' });
    expect(made).toMatchObject({
      status: 'pending',
      file_url: null,
      expires_at: null,
      params: {
        kind: 'activities',
        params: { activity_type: 'churn', start_date: '2026-01-01', end_date: '2026-04-30' },
      },
    });
    const done = await C.Metrics.ActivitiesExport.retrieve(config, made.id);
    expect(done.status).toBe('succeeded');
    const file = await fetch(done.file_url);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/zip']);
    const csv = Buffer.from(unzipSync(new Uint8Array(await file.arrayBuffer()))['activities.csv']!).toString();
    const lines = csv.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^uuid,date,type,/);
    expect(lines[1]).toContain(',churn,');
    expect(lines[1]).toContain(customers.c3);
    const reader = new C.Config(server.readKey, server.url);
    reader.retries = 0;
    expect((await C.Metrics.ActivitiesExport.create(reader, RANGE)).status).toBe('pending');
    expect((await failure(C.DataSource.create(reader, { name: 'No' }))).status).toBe(403);
    const secret = done.file_url.split('/').at(-2);
    // Nothing of it is kept by the server alone: another one, or the same one started again, has it too.
    const kept = await new ActivityExports(server.footing.engines.pg).withSecret(done.id, secret);
    expect(kept?.question).toMatchObject({ from: '2026-01-01', to: '2026-04-30', type: 'churn' });
    expect((await fetch(done.file_url.replace(secret, 'x'.repeat(secret.length)))).status).toBe(404);
    expect((await failure(C.Metrics.ActivitiesExport.retrieve(config, 'none'))).status).toBe(404);
  });
});

test('subscriptions of a customer, as metrics show them', async () => {
  const c2 = await C.Metrics.Customer.subscriptions(config, customers.c2);
  expect(c2).toMatchObject({ has_more: false, per_page: 200, page: 1 });
  expect(c2.entries).toEqual([
    {
      id: expect.any(Number),
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      external_id: 'c2-s',
      subscription_set_external_id: 'contract-2',
      plan: 'yearly',
      quantity: 1,
      mrr: 10000,
      arr: 120000,
      status: 'active',
      'billing-cycle': 'year',
      'billing-cycle-count': 1,
      'start-date': '2026-01-10T00:00:00+00:00',
      'end-date': '2027-01-10T00:00:00+00:00',
      currency: 'USD',
      'currency-sign': '$',
    },
  ]);
  const c4 = await C.Metrics.Customer.subscriptions(config, customers.c4, { per_page: 1 });
  expect(c4.has_more).toBe(true);
  const rest = await C.Metrics.Customer.subscriptions(config, customers.c4, { per_page: 1, cursor: c4.cursor });
  expect([...c4.entries, ...rest.entries].map((each: Any) => [each.external_id, each.status, each.mrr])).toEqual([
    ['c4-a', 'active', 2000],
    ['c4-b', 'inactive', 1000],
  ]);
});

test('connected subscriptions are one, until they are disconnected', async () => {
  const before = (await C.Metrics.Customer.subscriptions(config, customers.c4)).entries;
  await C.Metrics.Customer.connectSubscriptions(config, ds, customers.c4, before);
  const one = (await C.Metrics.Customer.subscriptions(config, customers.c4)).entries;
  expect(one).toEqual([before.at(-1)]);
  await C.Metrics.Customer.disconnectSubscriptions(config, ds, customers.c4, before);
  expect((await C.Metrics.Customer.subscriptions(config, customers.c4)).entries).toEqual(before);
});

test('a subscription is cancelled and taken back by the uuid that metrics show', async () => {
  const [{ uuid }] = (await C.Metrics.Customer.subscriptions(config, customers.c5)).entries;
  const april = { 'start-date': '2026-04-01', 'end-date': '2026-04-30' };
  await C.Subscription.cancel(config, uuid, { cancelled_at: '2026-04-10' });
  expect(column(await C.Metrics.mrr(config, april), 'mrr')).toEqual([37900 - 9900]);
  await C.Subscription.cancel(config, uuid, { cancellation_dates: [] });
  expect(column(await C.Metrics.mrr(config, april), 'mrr')).toEqual([37900]);
});

test('deleting an invoice takes it out of the figures (W76)', async () => {
  const { invoices } = await C.Invoice.all(config, customers.c6);
  const paid = invoices.find((each: Any) => each.external_id === 'c6-s-03-06');
  await C.Invoice.destroy(config, paid.uuid);
  const march = { 'start-date': '2026-02-01', 'end-date': '2026-03-31' };
  const mrr = await C.Metrics.mrr(config, march);
  expect(mrr.entries[1]).toMatchObject({ 'mrr-new-business': 0, 'mrr-churn': -3000 });
  expect(column(await C.Metrics.customerChurnRate(config, march), 'customer-churn-rate')[1]).toBe(16.67);
  expect(column(await C.Metrics.mrrChurnRate(config, march), 'mrr-churn-rate')[1]).toBe(17.99);
});

test('an export of more activities than are read at once has each once', async () => {
  const LINES = 1_100;
  const { uuid } = await C.Customer.create(config, { data_source_uuid: ds, external_id: 'many', name: 'Many, "Ltd"' });
  const line_items = Array.from({ length: LINES }, (_, i) => ({
    type: 'subscription',
    subscription_external_id: `many-${i}`,
    plan_uuid: plans.monthly,
    service_period_start: '2026-05-01',
    service_period_end: '2026-06-01',
    amount_in_cents: 100 + i,
  }));
  const many = { external_id: 'many-1', date: '2026-05-01', currency: 'USD', line_items };
  await C.Invoice.create(config, uuid, { invoices: [many] });
  const made = await C.Metrics.ActivitiesExport.create(config, {
    'start-date': '2026-05-01',
    'end-date': '2026-05-31',
  });
  const { file_url } = await C.Metrics.ActivitiesExport.retrieve(config, made.id);
  const zip = unzipSync(new Uint8Array(await (await fetch(file_url)).arrayBuffer()));
  const rows = Buffer.from(zip['activities.csv']!).toString().trimEnd().split('\r\n').slice(1);
  expect(rows).toHaveLength(LINES);
  expect(new Set(rows.map((row) => row.split(',', 1)[0])).size).toBe(LINES);
  expect(rows[0]).toContain(',"Many, ""Ltd""",');
});

describe('in another account', () => {
  let other: Any;
  beforeAll(async () => {
    const company = { slug: 'cedar', name: 'Cedar', currency: 'USD', timeZone: 'America/New_York' };
    const account = await server.footing.accounts.create(company, 'cli:test');
    const { secret } = await server.app.keys.create(account.id, { name: 'test', role: 'write' }, 'cli:test');
    other = new C.Config(secret, server.url);
    other.retries = 0;
  });

  test('nothing of the first one is seen', async () => {
    expect((await C.Metrics.Activity.all(other)).entries).toEqual([]);
    expect(column(await C.Metrics.mrr(other, RANGE), 'mrr')).toEqual([0, 0, 0, 0]);
    const made = await C.Metrics.ActivitiesExport.create(config, RANGE);
    expect((await failure(C.Metrics.ActivitiesExport.retrieve(other, made.id))).status).toBe(404);
    expect((await failure(C.Metrics.Customer.subscriptions(other, customers.c1))).status).toBe(404);
  });

  test('days are those of its time zone', async () => {
    const source = await C.DataSource.create(other, { name: 'Billing' });
    const owned = { data_source_uuid: source.uuid };
    const { uuid } = await C.Customer.create(other, { ...owned, external_id: 'x', name: 'X' });
    const plan = { ...owned, external_id: 'm', name: 'M', interval_count: 1, interval_unit: 'month' };
    const { uuid: plan_uuid } = await C.Plan.create(other, plan);
    const line = {
      type: 'subscription',
      subscription_external_id: 's',
      plan_uuid,
      service_period_start: '2026-02-01T02:00:00Z',
      service_period_end: '2026-03-01T02:00:00Z',
      amount_in_cents: 700,
    };
    await C.Invoice.create(other, uuid, {
      invoices: [{ external_id: 'i', date: '2026-02-01T02:00:00Z', currency: 'USD', line_items: [line] }],
    });
    const mrr = await C.Metrics.mrr(other, { 'start-date': '2026-01-01', 'end-date': '2026-02-28' });
    expect(column(mrr, 'mrr-new-business')).toEqual([700, 0]);
    const [activity] = (await C.Metrics.Activity.all(other, { 'end-date': '2026-01-31' })).entries;
    expect(activity.date).toBe('2026-01-31T21:00:00-05:00');
    expect((await C.Metrics.Activity.all(other, { 'start-date': '2026-02-01' })).entries).toEqual([]);
  });
});
