/** The revenue book: twenty million lines of a million customers in, movements, metrics, and what a change costs. */
import { join } from 'node:path';
import { COHORT_KINDS } from '../src/revenue/metrics/cohorts.ts';
import { METRIC_NAMES } from '../src/revenue/metrics/names.ts';
import type { FootingServer } from './footing.ts';
import { generateCustomers, generateInvoices, LINES_PER_CUSTOMER } from './generate-invoices.ts';
import { below, note, ratio } from './results.ts';
import { at, type Bench, duckDb, durations, generated, millions, milliseconds, slowest, withFooting } from './tools.ts';

export const REVENUE_PARTS = ['mrr', 'metrics', 'invoice', 'settings'] as const;

const INVOICE_LINES = 20_000_000;
const METRIC_RUNS = 5;
const INVOICES_POSTED = 200;
const MONTHS = 'from=2023-01&to=2025-12&until=2025-12-31';
const FILTER = encodeURIComponent("country~ANY~'DE'~AND~custom.segment~ANY~'enterprise'");

export async function revenue(bench: Bench): Promise<void> {
  const lines = Math.round(INVOICE_LINES * bench.scale);
  const data = generated(bench, `invoices-${lines}`, (folder) => generateInvoices(folder, lines));
  const duckdb = bench.wants('mrr') ? await duckDb<Record<string, number>>(bench, 'invoices', data) : undefined;
  await withFooting(bench, 'revenue', undefined, async (footing) => {
    await footing.import('plans', join(data, 'plans.csv'));
    const imported = await footing.import('invoices', join(data, 'invoices.csv'));
    if (bench.wants('mrr')) {
      // The lines are records once their movements begin to be derived.
      const derivedIn = imported.fromStage['deriving movements'];
      if (derivedIn === undefined) throw new Error('The derivation of the movements was not seen');
      note(
        `mrr: load of ${imported.counts.accepted} lines took Footing ${(imported.seconds - derivedIn).toFixed(1)} s, DuckDB ${duckdb!.loadSeconds!.toFixed(1)} s`,
      );
      note(`mrr: ${await movements(footing)} movements posted by Footing, ${duckdb!.movements} by DuckDB`);
      ratio(
        `${millions(lines)} invoice lines already imported: posted MRR movements`,
        derivedIn,
        duckdb!.mrrSeconds,
        's',
        1.5,
      );
    }
    if (bench.wants('metrics')) await metrics(footing, bench, lines);
    if (bench.wants('invoice')) await oneInvoice(footing);
    if (bench.wants('settings')) await settings(footing);
  });
}

async function movements(footing: FootingServer): Promise<number> {
  const mrr = await footing.get<{ currencies: Array<{ buckets: Array<{ postings: number }> }> }>(
    '/api/reports/mrr?from=2023-01&to=2026-12&until=2026-12-31',
  );
  return mrr.currencies.flatMap(({ buckets }) => buckets).reduce((sum, bucket) => sum + bucket.postings, 0);
}

/** Every metric by itself over 36 months, then by two attributes of the customer, then a cohort table; of each the slowest. */
async function metrics(footing: FootingServer, bench: Bench, lines: number): Promise<void> {
  const customers = Math.max(1, Math.round(lines / LINES_PER_CUSTOMER));
  const folder = generated(bench, `customers-${customers}`, (into) => generateCustomers(into, customers));
  await footing.import('customers', join(folder, 'customers.csv'));
  const asked = (more: string) =>
    Object.fromEntries(
      METRIC_NAMES.map((name) => [name, () => footing.get(`/api/metrics?names=${name}&${MONTHS}${more}`)]),
    );
  const plain = await slowest(asked(''), METRIC_RUNS);
  const filtered = await slowest(asked(`&filters=${FILTER}`), METRIC_RUNS);
  const cohorts = await slowest(
    Object.fromEntries(
      COHORT_KINDS.map((kind) => [
        kind,
        () => footing.get(`/api/metrics/cohorts?kind=${kind}&from=2023-01&to=2025-12&until=2025-12-31`),
      ]),
    ),
    METRIC_RUNS,
  );
  const told = ({ name, longest }: typeof plain) =>
    `${name} (longest single go: ${longest.name}, ${(longest.ms / 1000).toFixed(1)} s)`;
  note(`metrics: the slowest is ${told(plain)}; filtered ${told(filtered)}; cohorts of ${told(cohorts)}`);
  below('any metric over 36 months, median of the slowest', plain.ms, 'ms', 50);
  below('the same, filtered by two attributes', filtered.ms, 'ms', 300);
  below('a table of cohorts over 36 months', cohorts.ms, 'ms', 500);
}

/** One more invoice of a customer of the book, answered, and then a figure that holds it. */
async function oneInvoice(footing: FootingServer): Promise<void> {
  const { rows } = await footing.get<{ rows: Array<Record<string, string>> }>('/api/records/invoices?limit=200');
  const bought = rows.filter((row) => row.type === 'subscription' && row.subscription_external_id !== '');
  const taken = await durations(INVOICES_POSTED, async (i) => {
    const like = bought[i % bought.length]!;
    await footing.post('/api/records/invoices', {
      source: like.source,
      rows: [
        {
          customer_external_id: like.customer_external_id,
          invoice_external_id: `bench-${i}`,
          external_id: `bench-${i}-1`,
          date: '2026-02-01',
          currency: like.currency,
          type: 'subscription',
          subscription_external_id: like.subscription_external_id,
          plan_external_id: like.plan_external_id,
          service_period_start: '2026-02-01T00:00:00Z',
          service_period_end: '2026-03-01T00:00:00Z',
          amount_in_cents: 5000 + i,
          quantity: 1,
        },
      ],
    });
    await footing.get('/api/reports/mrr?from=2026-02&to=2026-02&until=2026-02-28');
  });
  below('one new invoice in that book until it is in the report, p50', at(taken, 0.5), 'ms', 30);
  below('one new invoice in that book until it is in the report, p99', at(taken, 0.99), 'ms', 100);
}

/** Settings of the whole account that are changed one after the other, each back to its default before the next. */
const CHANGES = [
  { name: 'falling to zero is churn', settings: { churn_when_zero_mrr: true }, back: { churn_when_zero_mrr: null } },
  {
    name: 'window of a week',
    settings: { classification_window_minutes: 10_080 },
    back: { classification_window_minutes: null },
  },
  { name: 'time zone', settings: { time_zone: 'America/New_York' }, back: { time_zone: null } },
  {
    name: 'cancellations end with the period',
    settings: { churn_recognition: 'end_of_service_period' },
    back: { churn_recognition: null },
  },
] as const;
const MRR_REPORT = '/api/reports/mrr?from=2023-01&to=2025-12&until=2025-12-31';
const READ_AGAIN_MS = 200;
/** A setting that takes longer is not waited for. */
const FOLLOW_MS_MAX = 900_000;

/**
 * Changes settings of the whole account, and reads the figures that follow; until they are there, the figures as of the entry before are read
 * again and again, and must be those that they were.
 */
async function settings(footing: FootingServer): Promise<void> {
  for (const { name, settings: changed, back } of CHANGES) {
    const old = await footing.get<{ seq: number; currencies: unknown }>(MRR_REPORT);
    const reads: number[] = [];
    let following = true;
    const seconds = await timed(async () => {
      await footing.post('/api/settings', { settings: changed });
      const followed = whenPosted(footing).finally(() => {
        following = false;
      });
      const meanwhile = (async () => {
        while (following) {
          const begun = performance.now();
          const { currencies } = await footing.get<{ currencies: unknown }>(`${MRR_REPORT}&as_of=${old.seq}`);
          if (JSON.stringify(currencies) !== JSON.stringify(old.currencies)) {
            throw new Error(`Figures as of entry ${old.seq} are not what they were`);
          }
          reads.push(performance.now() - begun);
          await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
        }
      })();
      await Promise.all([followed, meanwhile]);
    });
    below(`a setting of the account changed (${name}), until all figures follow it`, seconds, 's', 15);
    note(
      `settings: ${reads.length} reads of the old figures meanwhile (${name}), the slowest ${Math.max(...reads).toFixed(0)} ms`,
    );
    const backIn = await timed(async () => {
      await footing.post('/api/settings', { settings: back });
      await whenPosted(footing);
    });
    note(`settings: ${name} back to its default: ${backIn.toFixed(1)} s`);
  }
}

/** Reads the newest figures; a server that has not posted them after half a minute says that it is busy, and is asked again. */
async function whenPosted(footing: FootingServer): Promise<void> {
  const asked = performance.now();
  for (;;) {
    try {
      await footing.get(MRR_REPORT);
      return;
    } catch (error) {
      if (!(error as Error).message.includes(': 503 ') || performance.now() - asked > FOLLOW_MS_MAX) throw error;
    }
  }
}

const timed = async (work: () => Promise<unknown>): Promise<number> => (await milliseconds(work)) / 1000;
