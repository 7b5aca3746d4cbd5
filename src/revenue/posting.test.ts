import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { historyArbitrary, PLANS } from '../../test/support/revenue-histories.ts';
import type { Engines } from '../engines/types.ts';
import type { Entry } from '../journal/types.ts';
import { execute } from '../ledger/index.ts';
import { DailyTotals } from './dailyTotals.ts';
import { unprovedPostings } from './difference.ts';
import { type InvoiceRow, oracleMovements, type PlanRow } from './rules/index.ts';
import { mrrStatement } from './statement.ts';
import { entry, type Row, type TestLedger, testLedger } from './testing/ledger.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

type Step =
  | { kind: 'lines'; rows: InvoiceRow[] }
  | { kind: 'plans'; rows: PlanRow[] }
  | { kind: 'delete'; keys: Array<{ invoice_external_id: string; external_id: string }> };

/** A history told in pieces and out of order, with corrections, repeats and deletions in between. */
const stepsArbitrary: fc.Arbitrary<Step[]> = fc
  .tuple(historyArbitrary({ customersMax: 3 }), fc.infiniteStream(fc.nat({ max: 1_000_000 })))
  .map(([history, numbers]) => {
    const draw = (below: number) => (numbers.next().value as number) % below;
    const steps: Step[] = [{ kind: 'plans', rows: history.plans.slice(0, history.plans.length / 2) }];
    const rest: InvoiceRow[] = [...history.rows];
    const stated: InvoiceRow[] = [];
    while (rest.length > 0 && steps.length < 9) {
      const rows = Array.from(
        { length: Math.min(rest.length, 1 + draw(8)) },
        () => rest.splice(draw(rest.length), 1)[0]!,
      );
      if (stated.length > 0 && draw(3) === 0) {
        const again = stated[draw(stated.length)]!;
        rows.push(draw(2) === 0 ? again : { ...again, amount_in_cents: String(draw(20_000)) });
      }
      // One key once per entry; a later row of the same entry would supersede it.
      steps.push({ kind: 'lines', rows: [...new Map(rows.map((row) => [keyOf(row), row])).values()] });
      stated.push(...rows);
      if (draw(4) === 0) {
        const gone = stated[draw(stated.length)]!;
        steps.push({
          kind: 'delete',
          keys: [{ invoice_external_id: gone.invoice_external_id, external_id: gone.external_id }],
        });
      }
      if (draw(6) === 0)
        steps.push({ kind: 'plans', rows: [{ ...PLANS[draw(PLANS.length)]!, interval_count: String(1 + draw(3)) }] });
    }
    steps.splice(draw(steps.length), 0, { kind: 'plans', rows: history.plans.slice(history.plans.length / 2) });
    return steps;
  });

function keyOf(row: { invoice_external_id: string; external_id: string }): string {
  return `${row.invoice_external_id}\n${row.external_id}`;
}

function entryOf(step: Step, seq: number): Entry {
  if (step.kind === 'delete') return entry(seq, 'invoices', { keys: step.keys });
  return entry(seq, step.kind === 'plans' ? 'plans' : 'invoices', { rows: step.rows as unknown as Row[] });
}

/** Movements of the rules after the first `count` steps. */
function expected(steps: readonly Step[], count: number): string[] {
  const plans = new Map<string, PlanRow>();
  const lines = new Map<string, InvoiceRow>();
  for (const step of steps.slice(0, count)) {
    if (step.kind === 'plans') for (const plan of step.rows) plans.set(plan.external_id, plan);
    else if (step.kind === 'delete') for (const key of step.keys) lines.delete(keyOf(key));
    else
      for (const row of step.rows) {
        lines.delete(keyOf(row));
        lines.set(keyOf(row), row);
      }
  }
  return oracleMovements([...lines.values()], [...plans.values()])
    .map((movement) =>
      [
        movement.customer,
        movement.currency,
        Number(movement.instant),
        movement.subscription,
        movement.type,
        movement.amount,
      ].join(' | '),
    )
    .sort();
}

async function found(ledger: TestLedger, seq: number): Promise<string[]> {
  return (await ledger.movements(seq))
    .map((row) =>
      [row.customer_external_id, row.currency, row.at, row.subscription_external_id, row.type, row.amount_cents].join(
        ' | ',
      ),
    )
    .sort();
}

test('posted entry by entry or in batches, the movements as of every entry are those of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(stepsArbitrary, fc.integer({ min: 2, max: 12 }), async (steps, size) => {
      const entries = steps.map((step, i) => entryOf(step, i + 1));
      const ledger = await testLedger(engines);
      for (let i = 0; i < entries.length; i += size) await ledger.post(...entries.slice(i, i + size));
      for (let seq = 1; seq <= entries.length; seq += 1) {
        expect(await found(ledger, seq), `as of ${seq}`).toEqual(expected(steps, seq));
      }
      const single = await testLedger(engines);
      for (const each of entries) await single.post(each);
      expect(await single.movements()).toEqual(await ledger.movements());
      expect(await single.warnings()).toEqual(await ledger.warnings());
      await ledger.drop();
      await single.drop();
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 240_000);

test('what was derived in TypeScript is, in every column and as of any entry, what SQL derives', async () => {
  await fc.assert(
    fc.asyncProperty(stepsArbitrary, fc.integer({ min: 1, max: 12 }), fc.nat(), async (steps, size, draw) => {
      const entries = steps.map((step, i) => entryOf(step, i + 1));
      const ledger = await testLedger(engines);
      for (let i = 0; i < entries.length; i += size) await ledger.post(...entries.slice(i, i + size));
      const asOf = 1 + (draw % entries.length);
      expect(await unprovedPostings(ledger.context, asOf), `as of ${asOf}`).toBe(0);
      await ledger.drop();
    }),
    { numRuns: 4, endOnFailure: true },
  );
}, 240_000);

test('posted by SQL entry by entry, the rows are those of one batch in TypeScript, with seq and sign; a row too many is found', async () => {
  await fc.assert(
    fc.asyncProperty(stepsArbitrary, async (steps) => {
      const entries = steps.map((step, i) => entryOf(step, i + 1));
      const ledger = await testLedger(engines);
      await ledger.post(...entries);
      const bySql = await testLedger(engines);
      await bySql.postBySql(...entries);
      expect(await ledger.postings()).toEqual(await bySql.postings());
      await execute(
        engines,
        ledger.context.database,
        "INSERT INTO warnings SELECT * REPLACE ('no-such-code' AS type) FROM (SELECT * FROM movements LIMIT 1)",
      );
      expect(await unprovedPostings(ledger.context, entries.length)).toBe(
        (await ledger.movements()).length > 0 ? 1 : 0,
      );
      await ledger.drop();
      await bySql.drop();
    }),
    { numRuns: 1, endOnFailure: true },
  );
}, 240_000);

test('the statement foots: start and movements make the end, days make months, customers are those who pay or fell to 0 and stay', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary({ customersMax: 4 }), async (history) => {
      const ledger = await testLedger(engines);
      await ledger.post(
        entry(1, 'plans', { rows: history.plans.map(({ source: _, ...row }) => row as unknown as Row) }),
        entry(2, 'invoices', { rows: history.rows as unknown as Row[] }),
      );
      const range = { from: '2018-01', to: '2034-12', until: '2034-12-31' };
      const months = await mrrStatement(ledger.read(2), range);
      // What is kept of the ledger gives the same, an earlier entry first or last.
      const daily = new DailyTotals();
      for (const seq of [1, 2, 1, 2]) {
        expect(await mrrStatement(ledger.read(seq), range, daily)).toEqual(await mrrStatement(ledger.read(seq), range));
      }
      const quarters = await mrrStatement(ledger.read(2), { ...range, interval: 'quarter' });
      const movements = oracleMovements(history.rows, history.plans);
      for (const { currency, buckets } of months.currencies) {
        const paying = new Map<string, bigint>();
        const lastType = new Map<string, string>();
        let i = 0;
        const ofCurrency = movements
          .filter((movement) => movement.currency === currency)
          .sort((a, b) => Number(a.instant) - Number(b.instant));
        for (const bucket of buckets) {
          const sum = Object.values(bucket.movements).reduce((total, { cents }) => total + BigInt(cents), 0n);
          expect(BigInt(bucket.start.cents) + sum).toBe(BigInt(bucket.end.cents));
          const before = Date.parse(`${bucket.to}T23:59:59.999Z`);
          for (; i < ofCurrency.length && Number(ofCurrency[i]!.instant) <= before; i += 1) {
            const { customer, amount, type } = ofCurrency[i]!;
            paying.set(customer, (paying.get(customer) ?? 0n) + amount);
            lastType.set(customer, type);
          }
          expect(bucket.end.cents).toBe(String([...paying.values()].reduce((total, cents) => total + cents, 0n)));
          const customers = [...paying].filter(([id, cents]) => cents > 0n || lastType.get(id) === 'contraction');
          expect(bucket.customers).toBe(customers.length);
        }
        const ofQuarters = quarters.currencies.find((each) => each.currency === currency)!.buckets;
        expect(ofQuarters.map((bucket) => bucket.end.cents)).toEqual(
          buckets.filter((_, month) => month % 3 === 2).map((bucket) => bucket.end.cents),
        );
      }
      expect(months.currencies.map(({ currency }) => currency).sort()).toEqual(
        [...new Set(movements.map(({ currency }) => currency))].sort(),
      );
      await ledger.drop();
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 120_000);
