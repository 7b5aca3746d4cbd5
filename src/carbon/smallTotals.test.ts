/** The totals of few lines are, row by row, what the statements for many would write. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { adoption, deleted, gasBill, MIXED_BILLS, openTestLedger, posted } from './ledger.test-support.ts';
import { insertSmallTotals } from './smallTotals.ts';
import { read, run } from './sql.ts';
import { ANY_SUMS, insertTotals, totals } from './totals.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const TABLES = ['inventory_totals', 'class_totals', 'match_totals', 'facet_totals', 'energy_totals'];

test('row by row, reversals, splits, fallbacks and all', async () => {
  const { context, post } = await openTestLedger(engines);
  await post([
    adoption(1),
    posted(2, [...MIXED_BILLS, gasBill('d', { activity: 'Nothing' })]),
    posted(3, [
      gasBill('a', { quantity: '7' }),
      gasBill('e', { activity: 'SF6', unit: 'kg', country: 'FR', quantity: '0.000001' }),
    ]),
    deleted(4, ['c']),
  ]);
  const state = async () =>
    Object.fromEntries(
      await Promise.all(
        TABLES.map(async (table) => [table, await read(context, `SELECT * FROM ${table} ORDER BY ALL`)] as const),
      ),
    );
  const clear = () => Promise.all(TABLES.map((table) => run(context, `TRUNCATE TABLE ${table}`)));
  const posted_ = await state();
  await clear();
  await insertSmallTotals(context, 2, 4);
  const small = await state();
  await clear();
  for (const statement of totals(ANY_SUMS).flat()) await run(context, statement, { first: 2, last: 4 });
  const large = await state();
  expect(small).toEqual(large);
  expect(posted_).toEqual(large);
  // Keys of as few bits as tell the names of the batch apart.
  await clear();
  await insertTotals(context, 2, 4);
  expect(await state()).toEqual(large);
  for (const table of TABLES) expect(large[table]!.length).toBeGreaterThan(0);
}, 60_000);
