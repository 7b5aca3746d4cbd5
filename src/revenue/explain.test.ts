import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { line, month, PLANS } from '../../test/conformance/revenue-cases.ts';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { isFootingError } from '../kernel/errors.ts';
import { explainRevenue, invoiceRef, type SourceOf } from './explain.ts';
import type { InvoiceRow } from './rules/index.ts';
import { mrrStatement } from './statement.ts';
import { entry, type Row, type TestLedger, testLedger } from './testing/ledger.ts';
import { listWarnings } from './warnings.ts';

/** Each case is a customer of its own, so that all of them are one posting. */
const CASES: Record<string, { rows: InvoiceRow[]; expected: string[] }> = {
  'W02 yearly': {
    rows: [line('2026-01-01', '2027-01-01', 100000, { plan_external_id: 'yearly' })],
    expected: ['new_biz 8333 on 2026-01-01'],
  },
  'W04 weekly': {
    rows: [line('2026-01-01', '2026-01-08', 1000, { plan_external_id: 'weekly' })],
    expected: ['new_biz 4345 on 2026-01-01'],
  },
  'W09 tax is taken off, discount is not': {
    rows: [month('2026-01-01', 5000, { discount_amount_in_cents: '1000', tax_amount_in_cents: '900' })],
    expected: ['new_biz 4100 on 2026-01-01'],
  },
  'W17 lines of one invoice add up': {
    rows: [
      month('2026-01-01', 5000, { invoice_external_id: 'W17' }),
      month('2026-01-01', -1000, { invoice_external_id: 'W17' }),
    ],
    expected: ['new_biz 4000 on 2026-01-01'],
  },
  'W18 prorated differential': {
    rows: [month('2026-03-01', 5000), line('2026-03-16', '2026-04-01', 1500, { prorated: 'true' })],
    expected: ['new_biz 5000 on 2026-03-01', 'expansion 2906 on 2026-03-16'],
  },
  'W20 prorated full': {
    rows: [
      month('2026-03-01', 5000),
      line('2026-03-17', '2026-04-01', 3871, { prorated: 'true', proration_type: 'full' }),
    ],
    expected: ['new_biz 5000 on 2026-03-01', 'expansion 3000 on 2026-03-17'],
  },
  'W22 a seat removed': {
    rows: [month('2026-03-01', 5000), line('2026-03-16', '2026-04-01', -1500, { prorated: 'true' })],
    expected: ['new_biz 5000 on 2026-03-01', 'contraction -2906 on 2026-03-16'],
  },
  'W39 plan switch within the window': {
    rows: [
      month('2026-01-01', 5000, { subscription_external_id: 'A', cancelled_at: '2026-03-10T10:00:00Z' }),
      month('2026-03-10T10:20:00Z', 8000, { subscription_external_id: 'B' }),
    ],
    expected: ['new_biz 5000 on 2026-01-01', 'expansion 3000 on 2026-03-10'],
  },
  'W48 cancelled at its start': { rows: [month('2026-01-01', 5000, { cancelled_at: '2026-01-01' })], expected: [] },
  'W48b cancelled before its start': {
    rows: [month('2026-03-15', 5000, { cancelled_at: '2026-03-01' })],
    expected: ['new_biz 5000 on 2026-03-15'],
  },
  'W50 comes back': {
    rows: [month('2026-02-15', 3000, { cancelled_at: '2026-03-15' }), month('2026-04-05', 4000)],
    expected: ['new_biz 3000 on 2026-02-15', 'churn -3000 on 2026-03-15', 'reactivation 4000 on 2026-04-05'],
  },
  'W53 free for a while': {
    rows: [month('2026-01-01', 5000), month('2026-02-01', 0), month('2026-03-01', 5000)],
    expected: ['new_biz 5000 on 2026-01-01', 'contraction -5000 on 2026-02-01', 'expansion 5000 on 2026-03-01'],
  },
};

let engines: Engines;
let ledger: TestLedger;
beforeAll(async () => {
  engines = await testEngines();
  ledger = await testLedger(engines);
  const rows = Object.entries(CASES).flatMap(([name, { rows }]) =>
    rows.map((row) => ({ ...row, customer_external_id: name })),
  );
  const told = [
    month('2025-01-01', 19800, { customer_external_id: 'told', currency: 'EUR', plan_external_id: 'team' }),
    month('2025-04-01', 14900, {
      customer_external_id: 'told',
      currency: 'EUR',
      plan_external_id: 'pro',
      invoice_external_id: 'INV-2231',
      external_id: '1',
    }),
    month('2025-04-01', 100, { customer_external_id: 'unknown', currency: 'EUR', plan_external_id: 'nowhere' }),
  ];
  const more = [
    { external_id: 'team', name: 'Team', interval_count: '1', interval_unit: 'month' },
    { external_id: 'pro', name: 'Pro', interval_count: '1', interval_unit: 'month' },
  ];
  await ledger.post(entry(1, 'invoices', { rows: [...rows, ...told] as unknown as Row[] }));
  await ledger.post(entry(2, 'plans', { rows: [...PLANS, ...more] as unknown as Row[] }));
}, 120_000);
afterAll(() => engines.close());

describe('worked examples through the ledger, plans stated after the lines', () => {
  for (const [name, { expected }] of Object.entries(CASES)) {
    test(name, async () => {
      const movements = (await ledger.movements()).filter((row) => row.customer_external_id === name);
      expect(
        movements.map(
          (row) => `${row.type} ${row.amount_cents} on ${new Date(Number(row.at)).toISOString().slice(0, 10)}`,
        ),
      ).toEqual(expected);
    });
  }
});

test('before the plans were stated nothing moved, and the lines were reported', async () => {
  expect(await ledger.movements(1)).toEqual([]);
  const before = await listWarnings(ledger.read(1), { code: 'line-plan-unknown', limit: 100 });
  expect(before.total).toBeGreaterThan(10);
  const after = await listWarnings(ledger.read(2), { code: 'line-plan-unknown', limit: 100 });
  expect(after.warnings.map((warning) => warning.plan_external_id)).toEqual(['nowhere']);
});

test('an invoice is the sum of its lines, as it stood', async () => {
  const hash = await ledger
    .read(2)
    .engines.clickhouse.client(ledger.read(2).database)
    .query({
      query: "SELECT DISTINCT toString(customer_hash) AS hash FROM invoices WHERE invoice_external_id = 'W17'",
      format: 'JSONEachRow',
    })
    .then(async (found) => (await found.json<{ hash: string }>())[0]!.hash);
  const explained = await explainRevenue(ledger.read(2), invoiceRef(hash, 'W17'), () =>
    Promise.reject(new Error('not asked')),
  );
  expect(explained).toMatchObject({ title: 'invoice W17', value: '40.00', childrenTotal: 2 });
  expect(explained.children.map(({ value }) => value)).toEqual(['50.00', '-10.00']);
  expect(explained.children.every(({ ref }) => ref?.startsWith(`line/${hash}/`))).toBe(true);
  for (const ref of [invoiceRef(hash, 'W18'), `invoice/${hash}/%`, 'invoice/x/W17']) {
    await expect(explainRevenue(ledger.read(2), ref, () => Promise.reject(new Error('not asked')))).rejects.toSatisfy(
      (error) => isFootingError(error, 'not_found'),
    );
  }
});

test('a figure is walked back to its row, in words', async () => {
  const statement = await mrrStatement(ledger.read(2), { from: '2025-04', to: '2025-04', currency: 'EUR' });
  expect(statement.currencies[0]!.buckets[0]).toMatchObject({
    bucket: '2025-04',
    start: { cents: '19800', amount: '198.00' },
    movements: { contraction: { cents: '-4900', amount: '-49.00' } },
    end: { amount: '149.00' },
    customers: 1,
  });
  const sourceOf: SourceOf = async (stream, originSeq, row) => ({
    entrySeq: originSeq,
    entryKind: 'records.post',
    recordedAt: '2026-01-01T00:00:00Z',
    actor: 'system',
    evidence: null,
    fileName: null,
    row,
    cells: { stream },
  });
  const read = ledger.read(2);
  const end = await explainRevenue(read, 'mrr/2025-04/EUR/end', sourceOf);
  expect(end.value).toBe('149.00');
  const part = end.children.find((child) => child.title === 'contraction')!;
  const figure = await explainRevenue(read, part.ref!, sourceOf);
  expect(figure.value).toBe('-49.00');
  expect(figure.children.map((child) => child.words)).toEqual([
    'contraction of 49.00 on 1 April 2025: plan Pro at 149.00 replaced plan Team at 198.00, invoice INV-2231 line 1',
  ]);
  const movement = await explainRevenue(read, figure.children[0]!.ref!, sourceOf);
  expect(movement.children.map((child) => child.title)).toEqual(['invoice INV-2231, line 1']);
  expect(movement.children[0]!.children[0]!.facts).toContainEqual(['stream', 'invoices']);
  const record = await explainRevenue(read, movement.children[0]!.ref!, sourceOf);
  expect(record.value).toBe('149.00');
  await expect(explainRevenue(read, 'mrr/2025-04/EUR/nothing', sourceOf)).rejects.toSatisfy((error) =>
    isFootingError(error, 'not_found'),
  );
});

test('a figure of a bucket, cut or whole, foots with the statement', async () => {
  const rows = [
    month('2025-01-01', 1000, { customer_external_id: 'ahead', currency: 'GBP' }),
    month('2025-03-10', 3000, { customer_external_id: 'ahead', currency: 'GBP', invoice_external_id: 'ahead-2' }),
    month('2025-03-20', 7000, { customer_external_id: 'ahead', currency: 'GBP', invoice_external_id: 'ahead-3' }),
    month('2095-01-01', 9000, { customer_external_id: 'ahead', currency: 'GBP', invoice_external_id: 'ahead-4' }),
  ];
  await ledger.post(entry(3, 'invoices', { rows: rows as unknown as Row[] }));
  const read = ledger.read(3);
  const value = async (ref: string) =>
    (await explainRevenue(read, ref, () => Promise.reject(new Error('not asked')))).value;
  const cut = await mrrStatement(read, { from: '2025-03', to: '2025-03', currency: 'GBP', until: '2025-03-15' });
  const { movements, start, end } = cut.currencies[0]!.buckets[0]!;
  expect([start.amount, movements.expansion.amount, end.amount]).toEqual(['10.00', '20.00', '30.00']);
  const days = 'mrr/2025-03-01..2025-03-15/GBP';
  expect([await value(`${days}/start`), await value(`${days}/expansion`), await value(`${days}/end`)]).toEqual([
    '10.00',
    '20.00',
    '30.00',
  ]);
  const future = await mrrStatement(read, { from: '2095-01', to: '2095-01', currency: 'GBP' });
  const { start: before, end: after } = future.currencies[0]!.buckets[0]!;
  expect([before.amount, after.amount]).toEqual(['70.00', '90.00']);
  expect([await value('mrr/2095-01/GBP/start'), await value('mrr/2095-01/GBP/expansion')]).toEqual(['70.00', '20.00']);
  expect(await value('mrr/2095-01/GBP/end')).toBe('90.00');
  // What was before leads on: each type of movement, from the first day of the book to the day before.
  const asked = () => Promise.reject(new Error('not asked'));
  const { children } = await explainRevenue(read, 'mrr/2095-01/GBP/start', asked);
  expect(children.map(({ value: part }) => part)).toEqual(await Promise.all(children.map(({ ref }) => value(ref!))));
  expect(children[1]).toMatchObject({ ref: 'mrr/2025-01-01..2094-12-31/GBP/expansion', value: '60.00' });
  const first = await explainRevenue(read, 'mrr/2025-01/GBP/start', asked);
  expect(first.children.map(({ ref }) => ref)).toEqual(first.children.map(() => null));
  expect(await value('mrr/2095-01-01..2095-01-31/GBP/expansion')).toBe('20.00');
  await expect(value('mrr/2025-03..2025-04/GBP/end')).rejects.toSatisfy((error) => isFootingError(error, 'not_found'));
});
