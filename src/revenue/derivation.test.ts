import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { everyShapeHistory, type History, historyArbitrary } from '../../test/support/revenue-histories.ts';
import type { Engines } from '../engines/types.ts';
import { oracleMovements } from './rules/index.ts';
import { entry, type Row, type TestLedger, testLedger } from './testing/ledger.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

/** What both sides must agree on, as one line of text per movement. */
const ours = (row: Row): string =>
  [row.customer_external_id, row.currency, row.at, row.subscription_external_id, row.type, row.amount_cents].join(
    ' | ',
  );

function theirs(history: History): string[] {
  return oracleMovements(history.rows, history.plans).map((movement) =>
    [
      movement.customer,
      movement.currency,
      Number(movement.instant),
      movement.subscription,
      movement.type,
      String(movement.amount),
    ].join(' | '),
  );
}

async function posted(history: History): Promise<TestLedger> {
  const ledger = await testLedger(engines);
  await ledger.postBySql(
    entry(1, 'plans', { rows: history.plans.map(({ source: _, ...row }) => row as unknown as Row) }),
  );
  await ledger.postBySql(entry(2, 'invoices', { rows: history.rows as unknown as Row[] }));
  return ledger;
}

test('every shape of a subscription life gives the movements of the rules', async () => {
  const history = everyShapeHistory();
  const ledger = await posted(history);
  expect((await ledger.movements()).map(ours).sort()).toEqual(theirs(history).sort());
  await ledger.drop();
}, 60_000);

test('random histories give the movements of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary(), async (history) => {
      const ledger = await posted(history);
      expect((await ledger.movements()).map(ours).sort()).toEqual(theirs(history).sort());
      await ledger.drop();
    }),
    { numRuns: 8, endOnFailure: true },
  );
}, 180_000);
