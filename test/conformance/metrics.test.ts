/** W66 to W83 of the revenue metrics specification, through the ledger. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engines } from '../../src/engines/types.ts';
import { dayFromNumber, dayNumber } from '../../src/kernel/dates.ts';
import {
  type CohortKind,
  cohorts,
  type MetricName,
  type MetricsParameters,
  metrics,
} from '../../src/revenue/metrics/index.ts';
import { entry, type Row, type TestLedger, testLedger } from '../../src/revenue/testing/ledger.ts';
import { testEngines } from '../support/engines.ts';
import { C6, SCENARIO_A } from './metrics-scenario.ts';
import { month, PLANS } from './revenue-cases.ts';

let engines: Engines;
let ledger: TestLedger;

beforeAll(async () => {
  engines = await testEngines();
  ledger = await testLedger(engines);
  await ledger.post(
    entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
    entry(2, 'invoices', { rows: SCENARIO_A as unknown as Row[] }),
  );
  await ledger.post(
    entry(3, 'invoices', {
      keys: [{ invoice_external_id: C6.invoice_external_id!, external_id: C6.external_id! }],
    }),
  );
  await ledger.post(
    entry(4, 'customers', {
      rows: [
        { external_id: 'c1', name: 'One', country: 'DE', city: 'Hamburg', 'attributes.channel': 'partner' },
        { external_id: 'c2', name: 'Two', country: 'FR' },
        { external_id: 'c3', name: 'Three', country: 'DE' },
      ],
    }),
    entry(5, 'customer_tags', {
      rows: [
        { customer_external_id: 'c1', tag: 'big' },
        { customer_external_id: 'c2', tag: 'big' },
        { customer_external_id: 'c2', tag: 'old' },
      ],
    }),
  );
});
afterAll(() => engines.close());

/** The scenario as posted; entry 3 deletes the invoice of c6, so everything but W76 is read as of entry 2. */
async function report(names: MetricName[], more: Partial<MetricsParameters> = {}, seq = 2, book = ledger) {
  return metrics(book.read(seq), {
    names,
    from: '2026-01',
    to: '2026-04',
    currency: 'USD',
    until: '2026-04-30',
    ...more,
  });
}

async function column(name: MetricName, more: Partial<MetricsParameters> = {}, seq = 2, book = ledger) {
  return (await report([name], more, seq, book)).buckets.map((bucket) => bucket.values[name]);
}

describe('scenario A', () => {
  test.each<[MetricName, Array<string | null>]>([
    ['mrr_new_business', ['18000', '20900', '6000', '0']],
    ['mrr_expansion', ['0', '0', '0', '2000']],
    ['mrr_contraction', ['0', '0', '-4000', '0']],
    ['mrr_churn', ['0', '0', '-9000', '0']],
    ['mrr_reactivation', ['0', '0', '0', '4000']],
    ['mrr', ['18000', '38900', '31900', '37900']],
    ['arr', ['216000', '466800', '382800', '454800']],
    ['customers', ['3', '6', '5', '6']],
    ['arpa', ['6000', '6483', '6380', '6316']],
    ['asp', ['6000', '6967', '6000', '0']],
    ['new_customers', ['3', '3', '1', '0']],
    ['churned_customers', ['0', '0', '1', '0']],
    ['customer_churn_rate', ['0.00', '0.00', '16.67', '0.00']],
    ['mrr_churn_rate', ['0.00', '0.00', '33.42', '-18.81']],
    ['gross_mrr_churn_rate', ['0.00', '0.00', '33.42', '0.00']],
    ['ltv', ['0', '0', '38272', '0']],
    ['nrr', [null, '100.00', '82.01', '106.27']],
    ['grr', [null, '100.00', '82.01', '100.00']],
    ['nrr_flow', [null, '100.00', '66.58', '106.27']],
    ['quick_ratio', [null, null, '0.46', null]],
  ])('W66 to W69 %s', async (name, expected) => {
    expect(await column(name)).toEqual(expected);
  });

  test('W68 March', async () => {
    const names: MetricName[] = [
      'mrr',
      'arr',
      'customers',
      'arpa',
      'asp',
      'customer_churn_rate',
      'mrr_churn_rate',
      'ltv',
    ];
    expect((await report(names, { from: '2026-03', to: '2026-03' })).buckets[0]!.values).toEqual({
      mrr: '31900',
      arr: '382800',
      customers: '5',
      arpa: '6380',
      asp: '6000',
      customer_churn_rate: '16.67',
      mrr_churn_rate: '33.42',
      ltv: '38272',
    });
  });

  test('W64, W67 changes are those of the published values', async () => {
    const { buckets } = await report(['mrr', 'customer_churn_rate']);
    expect(buckets.map((bucket) => bucket.changes.mrr)).toEqual(['0.00', '116.11', '-17.99', '18.81']);
    expect(buckets.map((bucket) => bucket.changes.customer_churn_rate)).toEqual(['0.00', '0.00', '0.00', '-100.00']);
  });

  const table = async (kind: CohortKind) =>
    (
      await cohorts(ledger.read(2), {
        kind,
        from: '2026-01',
        to: '2026-03',
        currency: 'USD',
        until: '2026-04-30',
      })
    ).cohorts.map((cohort) => cohort.cells.map((cell) => cell.percent));

  test('W70 cohorts by customers', async () => {
    expect(await table('customers')).toEqual([
      ['100.00', '100.00', '66.67', '100.00'],
      ['100.00', '100.00', '100.00'],
      ['100.00', '0.00'],
    ]);
  });

  test('W71 cohorts by MRR', async () => {
    expect(await table('mrr')).toEqual([
      ['100.00', '100.00', '83.33', '116.67'],
      ['100.00', '80.86', '80.86'],
      ['100.00', '0.00'],
    ]);
    expect((await table('nrr'))[0]).toEqual(['100.00', '100.00', '83.33', '116.67']);
  });

  test('W72 trial to paid changes in hindsight', async () => {
    const february = { from: '2026-02', to: '2026-02' };
    expect(await column('trial_to_paid', february)).toEqual(['100.00']);
    expect(await column('trial_days', february)).toEqual(['14.00']);
    expect(await column('trial_to_paid', { ...february, until: '2026-03-01' })).toEqual(['0.00']);
  });

  test('W72 of merged customers one tries and another pays', async () => {
    const book = await testLedger(engines);
    await book.post(
      entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
      entry(2, 'invoices', {
        rows: [
          month('2026-02-20', 0, { customer_external_id: 'tries', type: 'trial' }),
          month('2026-02-25', 0, { customer_external_id: 'pays', type: 'trial' }),
          month('2026-03-06', 6000, { customer_external_id: 'pays' }),
        ] as unknown as Row[],
      }),
    );
    const february = { from: '2026-02', to: '2026-02' };
    const figures = async (seq: number) => [
      await column('trial_to_paid', february, seq, book),
      await column('trial_days', february, seq, book),
    ];
    expect(await figures(2)).toEqual([['50.00'], ['9.00']]);
    const merge = { customer_external_id: 'tries', into_source: 'default', into_external_id: 'pays' };
    await book.post(entry(3, 'customer_merges', { rows: [merge] as unknown as Row[] }));
    // One customer, whose first trial is that of the other: 14 days before the first payment.
    expect(await figures(3)).toEqual([['100.00'], ['14.00']]);
    expect(await column('trial_to_paid', { ...february, filters: "customer~ANY~'pays'" }, 3, book)).toEqual(['100.00']);
    expect(await figures(2)).toEqual([['50.00'], ['9.00']]);
    await book.drop();
  });

  test('W73 only the yearly plan', async () => {
    const yearly = { filters: "plan~ANY~'yearly'" };
    expect(await column('mrr', yearly)).toEqual(['10000', '10000', '10000', '10000']);
    expect(await column('mrr_new_business', yearly)).toEqual(['10000', '0', '0', '0']);
    expect(await column('customers', yearly)).toEqual(['1', '1', '1', '1']);
    expect(await column('mrr', { filters: "plan~ANY~'Yearly'" })).toEqual(['10000', '10000', '10000', '10000']);
    expect(await column('mrr', { filters: "plan~NONE~'yearly'" })).toEqual(['8000', '28900', '21900', '27900']);
    expect(await column('mrr', { filters: "billing_interval~EQ~'1 year'" })).toEqual([
      '10000',
      '10000',
      '10000',
      '10000',
    ]);
  });

  test.each([
    'plan',
    'plan_group',
    'billing_interval',
    'currency',
    'country',
    'region',
    'data_source',
    'mrr_band',
    'customer_status',
    'custom.channel',
  ])('W74 parts by %s add up to the whole', async (partitionBy) => {
    for (const seq of [2, 3, 5]) {
      const { buckets, parts } = await report(['mrr', 'recognised_revenue'], { partitionBy }, seq);
      for (const name of ['mrr', 'recognised_revenue'] as const) {
        expect(
          buckets.map((_, i) => parts.reduce((sum, part) => sum + BigInt(part.buckets[i]!.values[name]!), 0n)),
        ).toEqual(buckets.map((bucket) => BigInt(bucket.values[name]!)));
      }
    }
  });

  test('W74 what the parts are', async () => {
    const { parts } = await report(['mrr', 'customers'], { partitionBy: 'plan' });
    const of = (name: 'mrr' | 'customers') =>
      Object.fromEntries(parts.map(({ part, buckets }) => [part, buckets.map((bucket) => bucket.values[name])]));
    expect(of('mrr')).toEqual({
      monthly: ['8000', '19000', '12000', '18000'],
      quarterly: ['0', '9900', '9900', '9900'],
      yearly: ['10000', '10000', '10000', '10000'],
    });
    expect(of('customers').monthly).toEqual(['2', '4', '3', '4']);
    const countries = (await report(['customers'], { partitionBy: 'country' }, 5)).parts;
    expect(countries.map(({ part, buckets }) => [part, buckets[3]!.values.customers])).toEqual([
      ['', '3'],
      ['DE', '2'],
      ['FR', '1'],
    ]);
  });

  test('W75 by quarter, the last one cut', async () => {
    const { buckets } = await report(['mrr', 'mrr_new_business', 'mrr_contraction', 'mrr_churn'], {
      interval: 'quarter',
      from: '2026-01-01',
      to: '2026-04-30',
    });
    expect(buckets.map((bucket) => [bucket.bucket, bucket.to, bucket.whole])).toEqual([
      ['2026-Q1', '2026-03-31', true],
      ['2026-Q2', '2026-04-30', false],
    ]);
    expect(buckets[0]!.values).toEqual({
      mrr: '31900',
      mrr_new_business: '44900',
      mrr_contraction: '-4000',
      mrr_churn: '-9000',
    });
  });

  test('W76 without the invoice of c6', async () => {
    expect((await column('mrr_new_business', {}, 3))[2]).toBe('0');
    expect((await column('mrr_churn', {}, 3))[2]).toBe('-3000');
    expect((await column('customer_churn_rate', {}, 3))[2]).toBe('16.67');
    expect((await column('mrr_churn_rate', {}, 3))[2]).toBe('17.99');
  });
});

describe('filters on customers', () => {
  test.each([
    ["country~ANY~'DE'", ['8000', '8000', '5000', '11000']],
    ["country~NONE~'DE'", ['10000', '30900', '26900', '26900']],
    ["region~EQ~'FR'", ['10000', '10000', '10000', '10000']],
    ['country~IS~null', ['0', '20900', '16900', '16900']],
    ["city~CONTAINS~'ambur'", ['5000', '5000', '5000', '7000']],
    ["custom.channel~ANY~'partner'", ['5000', '5000', '5000', '7000']],
    ["tags~ANY~'big'", ['15000', '15000', '15000', '17000']],
    ["tags~ALL~'big','old'", ['10000', '10000', '10000', '10000']],
    ["tags~NONE~'big'", ['3000', '23900', '16900', '20900']],
    ["customer~ANY~'c1','c3'", ['8000', '8000', '5000', '11000']],
    ['mrr~GT~70', ['10000', '19900', '19900', '19900']],
    ['mrr~GTE~70', ['15000', '24900', '24900', '26900']],
    ['mrr~BETWEEN~40,50', ['3000', '11000', '5000', '9000']],
    ["customer_status~ANY~'active'", ['18000', '38900', '31900', '37900']],
    ["currency~ANY~'EUR'", ['0', '0', '0', '0']],
    ["country~ANY~'DE'~AND~mrr~LT~50", ['3000', '3000', '0', '4000']],
    ["country~ANY~'DE'~AND~plan~ANY~'monthly'", ['8000', '8000', '5000', '11000']],
  ])('%s', async (filters, expected) => {
    expect(await column('mrr', { filters }, 5)).toEqual(expected);
  });

  test.each([
    ["colour~ANY~'x'", 'colour'],
    ["country~LIKE~'x'", 'LIKE'],
    ["country~GT~'x'", "country~GT~'x'"],
    ['country~ANY~DE', 'DE'],
    ["country~ANY~'DE", "'DE"],
    ['mrr~GT~much', 'much'],
    ['mrr~BETWEEN~1', 'mrr~BETWEEN~1'],
    ["country~ANY~'DE'~OR~mrr~GT~1", 'OR'],
    ["country~ANY~'DE'~AND", 'AND'],
    ['country', 'country'],
    ["customer_status~ANY~'gone'", 'gone'],
  ])('%s does not parse', async (filters, value) => {
    await expect(column('mrr', { filters })).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ field: 'filters', value }],
    });
  });

  test('SQL in a value is a value', async () => {
    expect(await column('mrr', { filters: "country~ANY~''') OR 1=1 --'" })).toEqual(['0', '0', '0', '0']);
  });
});

describe('buckets', () => {
  const dates = async (more: Partial<MetricsParameters>) => (await report(['mrr'], more)).buckets.map(({ to }) => to);
  const march = { interval: 'week', from: '2026-03-01', to: '2026-03-17' } as const;

  test('W77, W78 weeks', async () => {
    expect(await dates({ ...march, weekStart: 'sunday' })).toEqual(['2026-03-07', '2026-03-14', '2026-03-17']);
    expect(await dates({ ...march, weekStart: 'monday' })).toEqual([
      '2026-03-01',
      '2026-03-08',
      '2026-03-15',
      '2026-03-17',
    ]);
    for (const weekStart of ['sunday', 'monday'] as const) {
      const { buckets } = await report(['mrr', 'mrr_churn'], { ...march, weekStart });
      expect(buckets.reduce((sum, { values }) => sum + BigInt(values.mrr_churn!), 0n)).toBe(-3000n);
      expect(buckets.at(-1)!.values.mrr).toBe('37900');
    }
  });

  test('W79 every day has an entry', async () => {
    expect(await column('mrr', { interval: 'day', from: '2026-02-27', to: '2026-03-01' })).toEqual([
      '38900',
      '38900',
      '37900',
    ]);
  });

  test('W81 after today stock values repeat; what is scheduled counts when it is asked for', async () => {
    const future = { from: '2026-04', to: '2026-06' };
    expect(await column('mrr', future)).toEqual(['37900', '37900', '37900']);
    expect(await column('mrr', { from: '2026-02', to: '2026-04', until: '2026-03-01' })).toEqual([
      '38900',
      '37900',
      '37900',
    ]);
    expect(await column('mrr', { from: '2026-02', to: '2026-04', until: '2026-04-30' })).toEqual([
      '38900',
      '31900',
      '37900',
    ]);
  });

  test('W51 days are those of the account', async () => {
    const book = await testLedger(engines);
    await book.post(
      entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
      entry(2, 'invoices', { rows: [month('2026-03-31T23:30:00Z', 5000)] as unknown as Row[] }),
    );
    const news = async (timeZone: string) =>
      (await report(['mrr_new_business'], { from: '2026-03', timeZone }, 2, book)).buckets.map(
        ({ values }) => values.mrr_new_business,
      );
    expect(await news('UTC')).toEqual(['5000', '0']);
    expect(await news('Europe/Berlin')).toEqual(['0', '5000']);
    await book.drop();
  });
});

describe('cash and recognition', () => {
  let book: TestLedger;
  beforeAll(async () => {
    book = await testLedger(engines);
    const invoice = (key: string, amount: number, more: Row) => ({
      ...month('2026-01-15', amount),
      invoice_external_id: key,
      ...more,
    });
    await book.post(
      entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
      entry(2, 'invoices', {
        rows: [
          invoice('i1', 12_000, { tax_amount_in_cents: '2000' }),
          invoice('i2', 36_501, {
            plan_external_id: 'yearly',
            customer_external_id: 'c2',
            service_period_start: '2026-01-01',
            service_period_end: '2027-01-01',
            date: '2026-01-20',
          }),
          invoice('i3', 50_000, {
            type: 'one_time',
            service_period_start: null,
            service_period_end: null,
            date: '2026-02-03',
          }),
        ] as unknown as Row[],
      }),
      entry(3, 'transactions', {
        rows: [
          { invoice_external_id: 'i1', external_id: 't1', type: 'payment', date: '2026-01-16', result: 'successful' },
          {
            invoice_external_id: 'i2',
            external_id: 't2',
            type: 'payment',
            date: '2026-01-17',
            result: 'failed',
            amount_in_cents: '5000',
          },
          {
            invoice_external_id: 'i1',
            external_id: 't3',
            type: 'refund',
            date: '2026-01-18',
            result: 'successful',
            amount_in_cents: '3000',
          },
        ],
      }),
    );
  });
  afterAll(() => book.drop());

  const values = async (names: MetricName[], more: Partial<MetricsParameters> = {}) =>
    (await report(names, { to: '2026-03', ...more }, 3, book)).buckets.map(({ values }) => Object.values(values));

  test('W80 gross and net cash flow, failed payments', async () => {
    expect(await values(['gross_cash_flow', 'net_cash_flow', 'failed_payments', 'failed_payment_count'])).toEqual([
      ['12000', '9000', '5000', '1'],
      ['0', '0', '0', '0'],
      ['0', '0', '0', '0'],
    ]);
    // W24: a refund is cash flow of its day, and leaves MRR alone.
    const days = { interval: 'day', from: '2026-01-17', to: '2026-01-18' } as const;
    expect(await values(['net_cash_flow', 'mrr'], days)).toEqual([
      ['0', '13042'],
      ['-3000', '13042'],
    ]);
    await expect(values(['gross_cash_flow'], { filters: "plan~ANY~'x'" })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('recognised by days: parts foot to the lines, and what is not yet recognised is deferred', async () => {
    // 10000 over the month from 15 January: 17 of its 31 days = 5483.87; 36501 over twelve months = 3041.75 each.
    expect(await values(['recognised_revenue', 'deferred_revenue'])).toEqual([
      [String(5484 + 3042), String(10_000 + 36_501 - 5484 - 3042)],
      [String(4516 + 3042 + 50_000), String(36_501 - 6084)],
      ['3041', String(36_501 - 9125)],
    ]);
    const year = await values(['recognised_revenue', 'deferred_revenue'], {
      from: '2026-01',
      to: '2027-02',
      until: '2027-02-28',
    });
    expect(year.reduce((sum, [recognised]) => sum + BigInt(recognised!), 0n)).toBe(10_000n + 36_501n + 50_000n);
    expect(year.at(-1)![1]).toBe('0');
  });
});

// first day, day after the last, from, until before: parts of 1736
const SPREAD: Array<[string, string, string, string, string]> = [
  ['2025-10-01', '2026-10-01', '2025-01-01', '2026-01-01', '434'],
  ['2025-10-01', '2026-10-01', '2026-01-01', '2027-01-01', '1302'],
  ['2025-01-31', '2025-02-28', '2025-01-01', '2025-02-01', '62'],
  ['2025-01-01', '2025-01-11', '2025-01-06', '2025-02-01', '868'],
  ['2025-01-15', '2025-03-15', '2025-01-01', '2025-02-01', '476'],
  ['2025-05-01', '2025-05-01', '2025-05-01', '2025-06-01', '1736'],
  ['2025-05-01', '2025-05-01', '2025-06-01', '2025-07-01', '0'],
];

test('recognised: whole months in equal parts, days within them and of other periods; no longer when clocks are changed', async () => {
  const book = await testLedger(engines);
  const line = (customer: string, first: string, end: string, more: Row = {}): Row => ({
    ...(month(first, 1736) as unknown as Row),
    customer_external_id: customer,
    invoice_external_id: customer,
    service_period_end: end,
    ...more,
  });
  const lines = SPREAD.map(([first, end], i) => line(`c${i}`, first, end));
  // The month in Berlin in which summer ends: an hour more, and no day.
  lines.push(line('autumn', '2025-09-30T22:00:00Z', '2025-10-31T23:00:00Z'));
  await book.post(entry(1, 'plans', { rows: PLANS as unknown as Row[] }), entry(2, 'invoices', { rows: lines }));
  const recognised = async (customer: string, more: Partial<MetricsParameters>) => {
    const about = { interval: 'day', filters: `customer~ANY~'${customer}'`, until: '2028-01-01', ...more } as const;
    const { buckets } = await report(['recognised_revenue'], about, 2, book);
    return String(buckets.reduce((sum, { values }) => sum + BigInt(values.recognised_revenue!), 0n));
  };
  for (const [i, [, , from, before, cents]] of SPREAD.entries()) {
    const to = dayFromNumber(dayNumber(before) - 1);
    expect([i, await recognised(`c${i}`, { from, to })]).toEqual([i, cents]);
    const byMonth = { interval: 'month', from: from.slice(0, 7), to: to.slice(0, 7) } as const;
    if (from.endsWith('-01')) expect([i, await recognised(`c${i}`, byMonth)]).toEqual([i, cents]);
  }
  const berlin = { interval: 'month', from: '2025-10', to: '2025-10', timeZone: 'Europe/Berlin' } as const;
  expect(await recognised('autumn', berlin)).toBe('1736');
  await book.drop();
});

describe('W10, W53 reduced to 0 and still subscribed: a customer until the subscription ends', () => {
  const free = { subscription_external_id: 'free' };
  const paused = { customer_external_id: 'paused' };
  const moved = { customer_external_id: 'moved' };
  const rows = [
    month('2026-01-01', 5000, paused),
    month('2026-02-01', 0, { ...paused, cancelled_at: '2026-03-15' }),
    month('2026-04-05', 4000, paused),
    // On another plan at 0, paid again without having left.
    month('2026-01-01', 1000, moved),
    month('2026-02-01', 0, { ...moved, plan_external_id: 'quarterly' }),
    month('2026-04-01', 700, { ...moved, plan_external_id: 'quarterly' }),
    // Never paid, and never a customer.
    month('2026-01-01', 0, { ...free, customer_external_id: 'free' }),
  ];
  let book: TestLedger;
  beforeAll(async () => {
    book = await testLedger(engines);
    await book.post(
      entry(1, 'plans', { rows: PLANS as unknown as Row[] }),
      entry(2, 'invoices', { rows: rows as unknown as Row[] }),
    );
  });
  afterAll(() => book.drop());

  test.each<[MetricName, Partial<MetricsParameters>, Array<string | null>]>([
    ['customers', {}, ['2', '2', '1', '2']],
    ['churned_customers', {}, ['0', '0', '1', '0']],
    ['customer_churn_rate', {}, ['0.00', '0.00', '50.00', '0.00']],
    ['mrr_contraction', {}, ['0', '-6000', '0', '0']],
    ['arpa', {}, ['3000', '0', '0', '2116']],
    ['nrr', {}, [null, '0.00', null, null]],
    ['customers', { filters: "customer~ANY~'paused'" }, ['1', '1', '0', '1']],
    ['churned_customers', { filters: "customer~ANY~'paused'" }, ['0', '0', '1', '0']],
    ['customers', { filters: "plan~ANY~'monthly'" }, ['2', '1', '0', '1']],
    ['churned_customers', { timeZone: 'Asia/Tokyo' }, ['0', '0', '1', '0']],
    ['churned_customers', { from: '2026-03-10', to: '2026-03-31' }, ['1']],
    ['customers', { filters: "customer_status~ANY~'active'", until: '2026-03-10' }, ['2', '2', '2', '2']],
    ['customers', { filters: "customer_status~ANY~'active'", until: '2026-03-20' }, ['1', '1', '1', '1']],
  ])('%s %j', async (name, more, expected) => {
    expect(await column(name, more, 2, book)).toEqual(expected);
  });
});

test('W82 without data everything is zero', async () => {
  const book = await testLedger(engines);
  const { buckets } = await report(['mrr', 'arpa', 'asp', 'ltv', 'customer_churn_rate', 'trial_to_paid'], {}, 1, book);
  expect(buckets[3]!.values).toEqual({
    mrr: '0',
    arpa: '0',
    asp: '0',
    ltv: '0',
    customer_churn_rate: '0.00',
    trial_to_paid: '0.00',
  });
  expect(new Set(buckets.flatMap(({ changes }) => Object.values(changes)))).toEqual(new Set(['0.00']));
  await book.drop();
});

test('W83 the order of import does not matter', async () => {
  const book = await testLedger(engines);
  await book.post(
    entry(1, 'invoices', { rows: [...SCENARIO_A].reverse() as unknown as Row[] }),
    entry(2, 'plans', { rows: [...PLANS].reverse() as unknown as Row[] }),
  );
  const names: MetricName[] = ['mrr', 'customers', 'nrr', 'grr', 'ltv', 'asp', 'trial_to_paid', 'recognised_revenue'];
  expect((await report(names, {}, 2, book)).buckets).toEqual((await report(names)).buckets);
  await book.drop();
});
