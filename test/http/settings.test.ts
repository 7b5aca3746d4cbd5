/** Rates and settings over HTTP: stated, tried, adopted, taken back; figures in one currency with what exchange rates did apart. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeFooting, type Footing } from '../../src/footing.ts';
import { buildServer } from '../../src/http/server.ts';
import { testEngines } from '../support/engines.ts';

let footing: Footing;
let app: FastifyInstance;
const keys = { admin: '', read: '' };

beforeAll(async () => {
  footing = await composeFooting(await testEngines());
  app = await buildServer(footing);
  const account = await footing.accounts.create({ slug: 'acme', name: 'Acme' }, 'cli:test');
  for (const role of ['admin', 'read'] as const) {
    keys[role] = (await app.keys.create(account.id, { name: role, role }, 'cli:test')).secret;
  }
  await call('POST', '/api/records/plans', {
    rows: [{ external_id: 'm', name: 'Monthly', interval_count: 1, interval_unit: 'month' }],
  });
  await call('POST', '/api/records/invoices', {
    rows: [
      line('a', 'USD', '2026-03-01', '2026-04-01', 10_000),
      line('a', 'USD', '2026-04-01', '2026-05-01', 15_000, { cancelled_at: '2026-04-20' }),
      line('b', 'EUR', '2026-03-05', '2026-04-05', 5000),
      line('c', 'CHF', '2026-03-05', '2026-04-05', 700),
    ],
  });
}, 120_000);
afterAll(async () => {
  await app.close();
  await footing.close();
});

const line = (customer: string, currency: string, start: string, end: string, cents: number, more: object = {}) => ({
  customer_external_id: customer,
  invoice_external_id: `i-${customer}-${start}`,
  date: start,
  currency,
  external_id: `${customer}-${start}`,
  type: 'subscription',
  subscription_external_id: `s-${customer}`,
  plan_external_id: 'm',
  service_period_start: start,
  service_period_end: end,
  amount_in_cents: String(cents),
  ...more,
});

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Answer = { status: number; json: any };

async function call(method: 'GET' | 'POST', url: string, body?: object | string, key = keys.admin): Promise<Answer> {
  const answer = await app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
    },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.statusCode, json: answer.json() };
}

const RANGE = 'from=2026-03&to=2026-04';
const statement = async (more = '') => (await call('GET', `/api/reports/mrr?${RANGE}${more}`)).json;

/** End of every bucket by currency, and the sums of the rows that are not 0. */
const told = ({ currencies }: Answer['json']) =>
  Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    currencies.map(({ currency, buckets }: any) => [
      currency,
      // biome-ignore lint/suspicious/noExplicitAny: as above
      buckets.map(({ end, movements }: any) => ({
        end: end.amount,
        ...Object.fromEntries(
          Object.entries(movements as Record<string, { cents: string; amount: string }>)
            .filter(([, { cents }]) => cents !== '0')
            .map(([type, { amount }]) => [type, amount]),
        ),
      })),
    ]),
  );

const CHF = [{ end: '7.00', new_biz: '7.00' }, { end: '7.00' }];
const APART = {
  CHF,
  EUR: [{ end: '50.00', new_biz: '50.00' }, { end: '50.00' }],
  USD: [
    { end: '100.00', new_biz: '100.00' },
    { end: '0.00', expansion: '50.00', churn: '-150.00' },
  ],
};
const IN_EURO = {
  CHF,
  EUR: [
    { end: '142.00', new_biz: '142.00' },
    { end: '50.00', expansion: '47.50', churn: '-142.50', fx: '3.00' },
  ],
};

describe('rates', () => {
  it('are imported whole or not at all; the same file again states nothing', async () => {
    const csv = 'date,base,quote,rate\n2026-03-01,USD,EUR,0.92\n2026-04-01,USD,EUR,0.95\n';
    const bad = await call('POST', '/api/rates/import?source=Treasury', `${csv}2026-02-30,USD,EUR,x\n`);
    expect(bad.status).toBe(422);
    expect(bad.json.problems).toMatchObject([
      { row: 3, field: 'date', value: '2026-02-30' },
      { row: 3, field: 'rate', value: 'x' },
    ]);
    const first = await call('POST', '/api/rates/import?source=Treasury&file_name=r.csv', csv);
    expect(first).toMatchObject({ status: 201, json: { rows: 2, changed: 2, format: 'table', already: false } });
    const again = await call('POST', '/api/rates/import?source=Treasury', csv);
    expect(again).toMatchObject({ status: 200, json: { changed: 0, already: true, seq: first.json.seq } });
    expect((await call('GET', '/api/rates')).json.pairs).toEqual([
      { base: 'USD', quote: 'EUR', rates: 2, first: '2026-03-01', last: '2026-04-01' },
    ]);
    const listed = await call('GET', '/api/rates/list?limit=1');
    expect(listed.json.rates).toMatchObject([{ date: '2026-03-01', rate: '0.92', source: 'Treasury' }]);
    const next = await call('GET', `/api/rates/list?limit=1&cursor=${encodeURIComponent(listed.json.next)}`);
    expect(next.json).toMatchObject({ rates: [{ date: '2026-04-01', rate: '0.95' }], next: null });
    const inverse = await call('GET', '/api/rates/convert?from=EUR&to=USD&date=2026-04-15');
    expect(inverse.json).toMatchObject({ rate: '1.052631578947', exact: '20/19', rate_date: '2026-04-01' });
    expect((await call('GET', '/api/rates/convert?from=EUR&to=CHF')).status).toBe(404);
    expect((await call('POST', '/api/rates', { source: 'x', rates: [] }, keys.read)).status).toBe(403);
  });
});

describe('settings', () => {
  it('are tried without being stated, adopted with the figures that were tried, and taken back', async () => {
    expect(told(await statement())).toEqual(APART);
    const before = (await statement()).seq;
    const tried = await call('POST', '/api/what-if/revenue', {
      settings: { currency: 'EUR' },
      from: '2026-03',
      to: '2026-04',
    });
    expect(tried.status).toBe(200);
    const side = (which: string) => ({
      // biome-ignore lint/suspicious/noExplicitAny: as above
      currencies: tried.json.currencies.map(({ currency, buckets }: any) => ({
        currency,
        // biome-ignore lint/suspicious/noExplicitAny: as above
        buckets: buckets.map(({ end, movements }: any) => ({
          end: end[which],
          movements: Object.fromEntries(
            Object.entries(movements as Record<string, Record<string, unknown>>).map(([type, each]) => [
              type,
              each[which],
            ]),
          ),
        })),
      })),
    });
    expect(told(side('present'))).toEqual(APART);
    expect(told(side('tried'))).toEqual({ ...IN_EURO, USD: [{ end: '0.00' }, { end: '0.00' }] });
    expect(told(await statement())).toEqual(APART);
    expect((await statement()).seq).toBe(before);

    const adopted = await call('POST', '/api/settings', { settings: { currency: 'eur' } });
    expect(adopted).toMatchObject({ status: 201, json: { seq: before + 1 } });
    expect(told(await statement())).toEqual(IN_EURO);
    expect(told(await statement(`&as_of=${before}`))).toEqual(APART);
    const explained = await call('GET', '/api/explain?ref=mrr/2026-04/EUR/fx');
    expect(explained.json.children[0].words).toMatch(/^exchange rates raised plan Monthly by 3.00 on 1 April 2026/);
    const movement = await call('GET', `/api/explain?ref=${encodeURIComponent(explained.json.children[0].ref)}`);
    expect(movement.json.value).toBe('3.00');

    const { seq } = (await call('POST', '/api/settings', { settings: { currency: null } })).json;
    expect(told(await statement())).toEqual(APART);
    expect(told(await statement(`&as_of=${seq - 1}`))).toEqual(IN_EURO);
  });

  it('identity 8: activities by type and month are the columns of the statement, what rates did apart', async () => {
    await call('POST', '/api/settings', { settings: { currency: 'EUR' } });
    const { activities } = (await call('GET', '/api/metrics/activities?currency=EUR&limit=100')).json;
    const sums: Record<string, bigint> = {};
    for (const { type, date, movement } of activities) {
      const key = `${date.slice(0, 7)} ${type}`;
      sums[key] = (sums[key] ?? 0n) + BigInt(movement);
    }
    expect(sums).toEqual({
      '2026-03 new_biz': 14_200n,
      '2026-04 expansion': 4750n,
      '2026-04 churn': -14_250n,
    });
    const last = new Map<string, string>(
      activities.map(({ customer_external_id, mrr }: { customer_external_id: string; mrr: string }) => [
        customer_external_id,
        mrr,
      ]),
    );
    expect([...last]).toEqual([
      ['a', '0'],
      ['b', '5000'],
    ]);
    await call('POST', '/api/settings', { settings: { currency: null } });
  });

  it('W51 days are those of the zone that is set', async () => {
    await call('POST', '/api/records/invoices', {
      rows: [line('z', 'GBP', '2026-03-31T23:30:00Z', '2026-04-30T23:30:00Z', 900)],
    });
    expect(told(await statement('&currency=GBP')).GBP[0]).toEqual({ end: '9.00', new_biz: '9.00' });
    await call('POST', '/api/settings', { settings: { time_zone: 'Europe/Berlin' } });
    expect(told(await statement('&currency=GBP')).GBP).toEqual([{ end: '0.00' }, { end: '9.00', new_biz: '9.00' }]);
  });

  it('say what is wrong with each value, and who may change them', async () => {
    const { status, json } = await call('POST', '/api/settings', {
      settings: { currancy: 'EUR', auto_churn_days: 91, time_zone: 'Mars', churn_when_zero_mrr: 'yes' },
    });
    expect(status).toBe(422);
    expect(json.problems).toMatchObject([
      { field: 'currancy', remedy: 'Is currency meant?' },
      { field: 'auto_churn_days', value: '91' },
      { field: 'time_zone', value: 'Mars' },
      { field: 'churn_when_zero_mrr', value: 'yes' },
    ]);
    const ofSource = await call('POST', '/api/settings', { source: 'shop', settings: { currency: 'EUR' } });
    expect(ofSource.json.problems).toMatchObject([{ field: 'currency', reason: 'is a setting of the whole account' }]);
    expect((await call('POST', '/api/settings', { settings: { currency: 'EUR' } }, keys.read)).status).toBe(403);
    await call('POST', '/api/settings', { source: 'shop', settings: { auto_churn_days: 30 } });
    const shown = (await call('GET', '/api/settings', undefined, keys.read)).json;
    expect(shown.sources).toEqual([{ source: 'shop', settings: { auto_churn_days: 30 } }]);
    expect(shown.settings.find(({ name }: { name: string }) => name === 'time_zone')).toMatchObject({
      value: 'Europe/Berlin',
      default: 'UTC',
      stated: true,
    });
  });

  it('stand in the verification of the books', async () => {
    const { id } = await footing.accounts.get('acme');
    expect((await footing.verify(id)).findings).toEqual([]);
    await footing.engines.pg.query(`UPDATE revenue_settings SET value = '45' WHERE name = 'auto_churn_days'`);
    expect((await footing.verify(id)).findings).toMatchObject([
      { what: 'stated', where: expect.stringContaining('auto_churn_days shop'), expected: '30', found: '45' },
    ]);
  }, 60_000);
});
