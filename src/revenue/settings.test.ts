/**
 * Settings, rates, payments, merged customers, connected subscriptions and stated cancellations in the postings: derived entry by entry as if
 * everything were large (SQL, where it knows the settings), in batches by the rules in TypeScript, and by the rules alone.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { everyShapeHistory, type History, historyArbitrary } from '../../test/support/revenue-histories.ts';
import type { Engines } from '../engines/types.ts';
import { openAccounts, openJournal } from '../journal/index.ts';
import type { Entry, Json } from '../journal/types.ts';
import { Rational } from '../kernel/rational.ts';
import { sqlKnows } from './circumstances.ts';
import { unprovedPostings } from './difference.ts';
import {
  type InvoicePayments,
  invoiceKey,
  oracleMovements,
  type PlanRow,
  type RevenueSettings,
} from './rules/index.ts';
import type { StatedSettings } from './settings/index.ts';
import { revenueSettingsAsOf } from './settings/index.ts';
import { entry, type Row, type TestLedger, testLedger } from './testing/ledger.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
  const { id } = await openAccounts(engines.pg, openJournal(engines.pg, engines.evidence)).create(
    { slug: 'settings', name: 'Settings', currency: 'EUR' },
    'test',
  );
  expect(id).toBe(1);
});
afterAll(() => engines.close());

/** States settings at a seq, and gives the entry that says so. */
async function settingsEntry(seq: number, settings: StatedSettings, source: string | null = null): Promise<Entry> {
  for (const [name, value] of Object.entries(settings)) {
    await engines.pg.query(
      'INSERT INTO revenue_settings (account_id, source, name, seq, value) VALUES (1, $1, $2, $3, $4)',
      [source ?? '', name, seq, value === null ? null : JSON.stringify(value)],
    );
  }
  const payload = { source, settings } as unknown as Json;
  return { ...entry(seq, 'plans', { rows: [] }), kind: 'revenue.settings', payload };
}

async function ratesEntry(seq: number, rates: Array<[date: string, base: string, rate: string]>): Promise<Entry> {
  for (const [date, base, rate] of rates) {
    await engines.pg.query(
      `INSERT INTO exchange_rates (account_id, base, quote, date, seq, rate, source) VALUES (1, $1, 'EUR', $2, $3, $4, 'test')`,
      [base, date, seq, rate],
    );
  }
  return { ...entry(seq, 'plans', { rows: [] }), kind: 'rates.set', payload: {} };
}

async function forget(): Promise<void> {
  await engines.pg.query('DELETE FROM revenue_settings');
  await engines.pg.query('DELETE FROM exchange_rates');
}

const plansEntry = (seq: number, plans: readonly PlanRow[]) =>
  entry(seq, 'plans', { rows: plans.map(({ source: _, ...row }) => row as unknown as Row) });

/** Both ways, and that they agree in every column, seq and sign. */
async function postedBothWays(entries: readonly Entry[]): Promise<TestLedger> {
  const ledger = await testLedger(engines);
  await ledger.post(...entries);
  const single = await testLedger(engines);
  await single.postBySql(...entries);
  expect(await ledger.postings()).toEqual(await single.postings());
  await single.drop();
  return ledger;
}

const told = (rows: readonly Row[]) =>
  rows
    .map((row) =>
      [row.customer_external_id, row.currency, row.at, row.subscription_external_id, row.type, row.amount_cents].join(
        ' | ',
      ),
    )
    .sort();

const toldByRules = (movements: ReturnType<typeof oracleMovements>) =>
  movements
    .map(({ customer, currency, instant, subscription, type, amount }) =>
      [customer, currency, instant, subscription, type, amount].join(' | '),
    )
    .sort();

const RATES: Array<[date: string, base: string, rate: string]> = [
  ['2023-01-01', 'USD', '0.92'],
  ['2023-06-15', 'USD', '0.9505'],
  ['2024-03-01', 'USD', '0.88'],
  ['2023-09-01', 'GBP', '1.17'],
  ['2024-06-01', 'GBP', '1.2'],
];

const rate = (from: string, to: string, day: string): Rational | null => {
  const found = RATES.filter(([date, base]) => base === from && date <= day).at(-1);
  return to === 'EUR' && found ? Rational.parse(found[2]) : null;
};

/** Settings that concern some customers only. */
const someArbitrary = fc.record<StatedSettings>(
  {
    classification_window_minutes: fc.constantFrom(0, 1, 10_080, 60_000),
    churn_recognition: fc.constantFrom('end_of_service_period', 'when_scheduled'),
    currency: fc.constantFrom('EUR'),
    fx_date: fc.constantFrom('invoice_date', 'period_end'),
  },
  { requiredKeys: [] },
);
/** Settings that SQL knows, and all. */
const knownArbitrary = fc.oneof(
  fc.record<StatedSettings>({ classification_window_minutes: fc.constantFrom(0, 1, 10_080, 60_000) }),
  fc.record<StatedSettings>({
    churn_when_zero_mrr: fc.boolean(),
    classification_window_minutes: fc.constantFrom(0, 1, 60, 10_080),
    time_zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Auckland', 'America/Los_Angeles'),
  }),
  fc.record<StatedSettings>({
    churn_recognition: fc.constantFrom('end_of_service_period'),
    classification_window_minutes: fc.constantFrom(0, 60, 10_080),
  }),
);
const everyArbitrary = fc.record<StatedSettings>({
  churn_when_zero_mrr: fc.boolean(),
  classification_window_minutes: fc.constantFrom(0, 60),
  churn_recognition: fc.constantFrom('immediate', 'end_of_service_period', 'when_scheduled'),
  auto_churn_days: fc.constantFrom(0, 1, 30, 90),
  currency: fc.constantFrom(null, 'EUR'),
  fx_date: fc.constantFrom('service_period_start', 'invoice_date', 'period_end'),
  refund_handling: fc.constantFrom('cash_flow_only', 'contraction_or_churn'),
});
const allArbitrary = fc.oneof(someArbitrary, everyArbitrary);

test('every setting that SQL knows: by SQL, by the rules in batches and by the rules alone the movements are the same, before and after it changes', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary({ customersMax: 3 }), knownArbitrary, async (history, settings) => {
      await forget();
      const half = Math.ceil(history.rows.length / 2);
      const lines = (seq: number, rows: typeof history.rows) =>
        entry(seq, 'invoices', { rows: rows as unknown as Row[] });
      const ledger = await postedBothWays([
        plansEntry(1, history.plans),
        lines(2, history.rows.slice(0, half)),
        // The zone alone: SQL takes what is posted and dates it anew.
        await settingsEntry(3, { time_zone: 'Pacific/Auckland' }),
        await settingsEntry(4, settings),
        ...(half < history.rows.length ? [lines(5, history.rows.slice(half))] : []),
        await settingsEntry(6, {
          classification_window_minutes: null,
          churn_when_zero_mrr: null,
          churn_recognition: null,
        }),
        await settingsEntry(7, { time_zone: null }),
      ]);
      const given = await revenueSettingsAsOf(engines.pg, 1, 5);
      expect(sqlKnows(given)).toBe(true);
      expect(told(await ledger.movements(5))).toEqual(toldByRules(oracleMovements(history.rows, history.plans, given)));
      expect(told(await ledger.movements(7))).toEqual(toldByRules(oracleMovements(history.rows, history.plans)));
      expect(await unprovedPostings(ledger.context, 5)).toBe(0);
      await ledger.drop();
    }),
    { numRuns: 1, endOnFailure: true },
  );
}, 240_000);

test('cancellations at the end of the service period: every shape of a life billed in one currency, by SQL and by the rules', async () => {
  const inOneCurrency = (history: History): History => ({
    ...history,
    rows: history.rows.map((row) => ({ ...row, currency: 'EUR' })),
  });
  const atPeriodEnd = async (history: History, moreLater: boolean) => {
    await forget();
    const half = moreLater ? Math.ceil(history.rows.length / 2) : history.rows.length;
    const lines = (seq: number, rows: typeof history.rows) =>
      entry(seq, 'invoices', { rows: rows as unknown as Row[] });
    const ledger = await postedBothWays([
      plansEntry(1, history.plans),
      lines(2, history.rows.slice(0, half)),
      await settingsEntry(3, { churn_recognition: 'end_of_service_period' }),
      ...(half < history.rows.length ? [lines(4, history.rows.slice(half))] : []),
      await settingsEntry(5, { churn_recognition: null }),
    ]);
    const given = await revenueSettingsAsOf(engines.pg, 1, 4);
    expect(told(await ledger.movements(4))).toEqual(toldByRules(oracleMovements(history.rows, history.plans, given)));
    expect(await unprovedPostings(ledger.context, 4)).toBe(0);
    expect(told(await ledger.movements(5))).toEqual(toldByRules(oracleMovements(history.rows, history.plans)));
    await ledger.drop();
  };
  await atPeriodEnd(inOneCurrency(everyShapeHistory()), false);
  await fc.assert(
    fc.asyncProperty(historyArbitrary({ customersMax: 4 }), fc.boolean(), (history, moreLater) =>
      atPeriodEnd(inOneCurrency(history), moreLater),
    ),
    { numRuns: 2, endOnFailure: true },
  );
}, 240_000);

test('every other setting, with rates: what is posted is what the rules say, whenever it is stated, and the way back', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary({ customersMax: 3 }), allArbitrary, async (history, settings) => {
      await forget();
      const refund = history.rows[0]!;
      const names = Object.keys(settings) as Array<keyof StatedSettings>;
      const ledger = await postedBothWays([
        plansEntry(1, history.plans),
        entry(2, 'invoices', { rows: history.rows as unknown as Row[] }),
        await settingsEntry(3, settings),
        await ratesEntry(4, RATES),
        entry(5, 'transactions', {
          rows: [
            {
              invoice_external_id: refund.invoice_external_id,
              external_id: 't1',
              type: 'refund',
              date: refund.date,
              result: 'successful',
            },
          ],
        }),
        await settingsEntry(6, Object.fromEntries(names.map((name) => [name, null]))),
      ]);
      const given: RevenueSettings = await revenueSettingsAsOf(engines.pg, 1, 5);
      const payments = new Map<string, InvoicePayments>([
        [
          invoiceKey('default', refund.invoice_external_id),
          { paid: false, refunds: [{ at: Date.parse(refund.date), amount: null }] },
        ],
      ]);
      const rows = history.rows.map((row) => ({ ...row, source: 'default' }));
      const plans = history.plans.map((plan) => ({ ...plan, source: 'default' }));
      const byRules = (facts: Parameters<typeof oracleMovements>[3]) =>
        toldByRules(oracleMovements(rows, plans, given, facts));
      expect(told(await ledger.movements(3))).toEqual(byRules({}));
      expect(told(await ledger.movements(4))).toEqual(byRules({ rate }));
      expect(told(await ledger.movements(5))).toEqual(byRules({ rate, payments }));
      expect(told(await ledger.movements(6))).toEqual(told(await ledger.movements(2)));
      await ledger.drop();
    }),
    { numRuns: 2, endOnFailure: true },
  );
}, 240_000);

const line = (customer: string, start: string, end: string, cents: number, more: Row = {}): Row => ({
  customer_external_id: customer,
  invoice_external_id: `i-${customer}-${start}`,
  date: start,
  currency: 'EUR',
  external_id: `${customer}-${start}`,
  type: 'subscription',
  subscription_external_id: 's1',
  plan_external_id: 'monthly',
  service_period_start: start,
  service_period_end: end,
  amount_in_cents: String(cents),
  ...more,
});
const MONTHLY = [{ external_id: 'monthly', name: 'Monthly', interval_count: '1', interval_unit: 'month' }];
const short = (rows: readonly Row[]) =>
  rows.map(
    (row) =>
      `${row.customer_external_id} ${row.subscription_external_id} ${row.type} ${row.amount_cents} ${new Date(Number(row.at)).toISOString().slice(0, 10)}`,
  );

test('W52 merging and unmerging, W41 connecting and disconnecting', async () => {
  await forget();
  const ledger = await postedBothWays([
    plansEntry(1, MONTHLY),
    entry(2, 'invoices', {
      rows: [
        line('X', '2026-01-01', '2026-02-01', 2000, { cancelled_at: '2026-03-10' }),
        line('Y', '2026-04-01', '2026-05-01', 3000),
        line('Z', '2026-01-01', '2026-02-01', 700),
      ],
    }),
    entry(3, 'customer_merges', {
      rows: [{ customer_external_id: 'Y', into_source: 'default', into_external_id: 'X' }],
    }),
    entry(4, 'subscription_connections', {
      rows: [
        {
          customer_external_id: 'X',
          subscription_external_id: 's1',
          into_subscription_external_id: 's1',
          into_customer_external_id: 'Y',
        },
      ],
    }),
    entry(5, 'invoices', { rows: [line('Y', '2026-05-01', '2026-06-01', 4000)] }),
    entry(6, 'subscription_connections', { keys: [{ customer_external_id: 'X', subscription_external_id: 's1' }] }),
    entry(7, 'customer_merges', { keys: [{ customer_external_id: 'Y' }] }),
  ]);
  const X = ['X s1 new_biz 2000 2026-01-01', 'X s1 churn -2000 2026-03-10'];
  const Z = 'Z s1 new_biz 700 2026-01-01';
  expect(short(await ledger.movements(2))).toEqual([...X, 'Y s1 new_biz 3000 2026-04-01', Z]);
  expect(short(await ledger.movements(3))).toEqual([...X, 'X Y/s1 reactivation 3000 2026-04-01', Z]);
  expect(short(await ledger.movements(4))).toEqual([
    'X s1 new_biz 2000 2026-01-01',
    'X s1 expansion 1000 2026-04-01',
    Z,
  ]);
  expect(short(await ledger.movements(5))).toEqual([
    'X s1 new_biz 2000 2026-01-01',
    'X s1 expansion 1000 2026-04-01',
    'X s1 expansion 1000 2026-05-01',
    Z,
  ]);
  expect(short(await ledger.movements(7))).toEqual([
    ...X,
    'Y s1 new_biz 3000 2026-04-01',
    'Y s1 expansion 1000 2026-05-01',
    Z,
  ]);
  expect(await unprovedPostings(ledger.context, 7)).toBe(0);
  await ledger.drop();
}, 240_000);

test('cancellations apart from lines: they take effect, are taken back, and count from when they were decided where that is set', async () => {
  await forget();
  const cancellation = (more: Row = {}) => ({
    customer_external_id: 'X',
    subscription_external_id: 's1',
    cancelled_at: '2026-02-20T00:00:00Z',
    ...more,
  });
  const ledger = await postedBothWays([
    plansEntry(1, MONTHLY),
    entry(2, 'invoices', {
      rows: [line('X', '2026-01-01', '2026-02-01', 2000), line('X', '2026-02-01', '2026-03-01', 2000)],
    }),
    entry(3, 'subscription_cancellations', {
      rows: [
        cancellation({ scheduled_at: '2026-02-05T00:00:00Z' }),
        // Nothing else is known of them.
        cancellation({ subscription_external_id: 's9' }),
        cancellation({ customer_external_id: 'nobody' }),
      ],
    }),
    await settingsEntry(4, { churn_recognition: 'when_scheduled' }),
    await settingsEntry(5, { churn_recognition: null }),
    {
      ...entry(6, 'subscription_cancellations', { rows: [] }),
      kind: 'records.void',
      payload: {
        source: 'default',
        voids: [{ stream: 'subscription_cancellations', matches: [{ customer_external_id: 'X' }] }],
      },
    },
  ]);
  const start = 'X s1 new_biz 2000 2026-01-01';
  expect(short(await ledger.movements(2))).toEqual([start]);
  expect(short(await ledger.movements(3))).toEqual([start, 'X s1 churn -2000 2026-02-20']);
  expect(short(await ledger.movements(4))).toEqual([start, 'X s1 churn -2000 2026-02-05']);
  expect(short(await ledger.movements(5))).toEqual([start, 'X s1 churn -2000 2026-02-20']);
  expect(short(await ledger.movements(6))).toEqual([start]);
  expect(await ledger.warnings(6)).toEqual([]);
  expect(await unprovedPostings(ledger.context, 4)).toBe(0);
  await ledger.drop();
}, 240_000);
