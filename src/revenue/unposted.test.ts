/** Sums that are told before they are posted are those that are posted: on random histories, settings, merges, and ledgers that are behind. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { historyArbitrary } from '../../test/support/revenue-histories.ts';
import type { Engines } from '../engines/types.ts';
import { openAccounts, openJournal } from '../journal/index.ts';
import type { Entry, Journal, Json } from '../journal/types.ts';
import { DailyTotals, type DayTotal, readTotals } from './dailyTotals.ts';
import { needsTransactions } from './rules/index.ts';
import { revenueSettingsAsOf, type StatedSettings } from './settings/index.ts';
import { entry, type Row, type TestLedger, testLedger } from './testing/ledger.ts';
import { UnpostedTotals } from './unposted.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
  const { id } = await openAccounts(engines.pg, openJournal(engines.pg, engines.evidence)).create(
    { slug: 'unposted', name: 'Unposted', currency: 'EUR' },
    'test',
  );
  expect(id).toBe(1);
});
afterAll(() => engines.close());

const settingsArbitrary = fc.record<StatedSettings>(
  {
    churn_when_zero_mrr: fc.boolean(),
    classification_window_minutes: fc.constantFrom(0, 60, 10_080),
    churn_recognition: fc.constantFrom('immediate', 'end_of_service_period', 'when_scheduled'),
    time_zone: fc.constantFrom('UTC', 'Pacific/Auckland'),
    currency: fc.constantFrom(null, 'EUR'),
    fx_date: fc.constantFrom('invoice_date', 'period_end'),
    auto_churn_days: fc.constantFrom(0, 30),
    refund_handling: fc.constantFrom('cash_flow_only', 'contraction_or_churn'),
  },
  { requiredKeys: [] },
);

/** States settings and rates at seqs 2 and 3, and gives the entries that say so. */
async function circumstances(settings: StatedSettings): Promise<Entry[]> {
  await engines.pg.query('DELETE FROM revenue_settings');
  await engines.pg.query('DELETE FROM exchange_rates');
  for (const [name, value] of Object.entries(settings)) {
    await engines.pg.query(
      `INSERT INTO revenue_settings (account_id, source, name, seq, value) VALUES (1, '', $1, 2, $2)`,
      [name, value === null ? null : JSON.stringify(value)],
    );
  }
  for (const [date, base, rate] of [
    ['2023-01-01', 'USD', '0.92'],
    ['2023-09-01', 'GBP', '1.17'],
    ['2024-03-01', 'USD', '0.88'],
  ]) {
    await engines.pg.query(
      `INSERT INTO exchange_rates (account_id, base, quote, date, seq, rate, source) VALUES (1, $1, 'EUR', $2, 3, $3, 'test')`,
      [base, date, rate],
    );
  }
  return [
    { ...entry(2, 'plans', { rows: [] }), kind: 'revenue.settings', payload: { source: null, settings } as Json },
    { ...entry(3, 'plans', { rows: [] }), kind: 'rates.set', payload: {} },
  ];
}

const summed = (totals: readonly DayTotal[]): string[] => {
  const sums = new Map<string, [bigint, number, number]>();
  for (const { currency, day, type, cents, customers, postings } of totals) {
    const [c, n, p] = sums.get(`${currency} ${day} ${type}`) ?? [0n, 0, 0];
    sums.set(`${currency} ${day} ${type}`, [c + cents, n + customers, p + postings]);
  }
  // What was posted and reversed with the same entry is not posted at all.
  return [...sums]
    .filter(([, values]) => values.some((value) => value !== 0 && value !== 0n))
    .map(([key, values]) => `${key}: ${values.join(' ')}`)
    .sort();
};

const journalOf = (entries: readonly Entry[]): Journal =>
  ({
    list: async (_: number, { after = 0, before = Number.POSITIVE_INFINITY, limit }: Parameters<Journal['list']>[1]) =>
      entries.filter(({ seq }) => seq > after && seq < before).slice(0, limit),
  }) as unknown as Journal;

/** A ledger that posts when it is told to. */
class Behind {
  posted = 0;
  readonly unposted: UnpostedTotals;
  readonly #ledger: TestLedger;
  readonly #entries: readonly Entry[];

  constructor(ledger: TestLedger, entries: readonly Entry[]) {
    this.#ledger = ledger;
    this.#entries = entries;
    const place = { posted: async () => this.posted, database: async () => ledger.context.database };
    this.unposted = new UnpostedTotals({ engines, journal: journalOf(entries), ledger: place }, new DailyTotals());
  }

  async post(upTo: number): Promise<void> {
    const batch = this.#entries.filter(({ seq }) => seq > this.posted && seq <= upTo);
    if (batch.length > 0) await this.#ledger.post(...batch);
    this.posted = Math.max(this.posted, upTo);
  }
}

test('what is told before it is posted is what is posted; lines that supersede nothing are told unless payments have a say', async () => {
  await fc.assert(
    fc.asyncProperty(
      historyArbitrary({ customersMax: 3 }),
      settingsArbitrary,
      fc.array(fc.nat({ max: 1_000_000 }), { minLength: 40, maxLength: 40 }),
      async (history, settings, numbers) => {
        let drawn = 0;
        const draw = (below: number) => numbers[drawn++ % numbers.length]! % below;
        const entries = [
          entry(1, 'plans', { rows: history.plans.map(({ source: _, ...row }) => row as unknown as Row) }),
          ...(await circumstances(settings)),
        ];
        const add = (stream: string, content: Parameters<typeof entry>[2]) =>
          entries.push(entry(entries.length + 1, stream, content));
        if (draw(2) === 0) {
          const [from, into] = ['cus-2', 'cus-1'];
          add('customer_merges', {
            rows: [{ customer_external_id: from, into_source: 'default', into_external_id: into }],
          });
        }
        /** Entries that cannot be told ahead. */
        const posting = new Set(entries.map(({ seq }) => seq));
        const rest = [...history.rows] as unknown as Row[];
        const stated: Row[] = [];
        const keys = new Set<string>();
        const keyOf = (row: Row) => `${row.invoice_external_id}\n${row.external_id}`;
        while (rest.length > 0 && entries.length < 12) {
          const what = stated.length === 0 ? 9 : draw(10);
          if (what === 0) {
            add('invoices', { rows: [{ ...stated[draw(stated.length)]!, amount_in_cents: '4321' }] });
            posting.add(entries.length);
          } else if (what === 1) {
            const { invoice_external_id, external_id } = stated[draw(stated.length)]! as Record<string, string>;
            add('invoices', { keys: [{ invoice_external_id: invoice_external_id!, external_id: external_id! }] });
            posting.add(entries.length);
          } else if (what === 2) {
            const { subscription_external_id, customer_external_id, date } = stated[draw(stated.length)]!;
            const named = subscription_external_id || 'unknown';
            add('subscription_cancellations', {
              rows: [{ customer_external_id, subscription_external_id: named, cancelled_at: date } as Row],
            });
            posting.add(entries.length);
          } else if (what === 3) add('customers', { rows: [{ external_id: 'cus-1', name: 'One' }] });
          else if (what === 4) {
            const { invoice_external_id, date } = stated[draw(stated.length)]!;
            const refund = { invoice_external_id, external_id: `t${entries.length}`, type: 'refund', date };
            add('transactions', { rows: [{ ...refund, result: 'successful' } as Row] });
          } else {
            const rows = rest.splice(0, Math.max(1, draw(Math.ceil(history.rows.length / 3) + 1)));
            add('invoices', { rows });
            if (rows.some((row) => keys.has(keyOf(row)))) posting.add(entries.length);
            for (const row of rows) keys.add(keyOf(row));
            stated.push(...rows);
          }
        }
        const ledger = await testLedger(engines);
        const behind = new Behind(ledger, entries);
        const tellings: Array<[seq: number, totals: string[]]> = [];
        for (const { seq } of entries) {
          const mustPost = entries.some((each) => each.seq > behind.posted && each.seq <= seq && posting.has(each.seq));
          const answer = draw(4) === 0 ? undefined : await behind.unposted.of(1, seq);
          if (answer) tellings.push([seq, summed(answer.totals)]);
          const tells = !mustPost && !needsTransactions(await revenueSettingsAsOf(engines.pg, 1, seq));
          if (answer !== undefined && tells) expect(answer, `as of ${seq}, posted ${behind.posted}`).not.toBeNull();
          if (answer === null || mustPost) await behind.post(seq);
          else if (draw(3) === 0) await behind.post(behind.posted + draw(seq - behind.posted + 1));
        }
        await behind.post(entries.length);
        for (const [seq, totals] of tellings) {
          expect(totals, `as of ${seq}`).toEqual(summed(await readTotals(ledger.read(seq), 0)));
        }
        await ledger.drop();
      },
    ),
    { numRuns: 2, endOnFailure: true },
  );
}, 240_000);
