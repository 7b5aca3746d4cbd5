/** Own factors: only the names that they have are decided again, and nothing that a decision about all would change is left out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import type { Engines } from '../../engines/types.ts';
import { inventory } from '../inventory.ts';
import { adoption, type Cells, deleted, entry, openTestLedger, posted } from '../ledger.test-support.ts';
import { decideAgain } from '../matching.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const row = (id: number, activity: string, unit: string): Cells => ({
  external_id: `a${id}`,
  entity: id % 2 === 0 ? 'Leeds' : 'Lyon',
  activity,
  quantity: `${id}.5`,
  unit,
  country: 'GB',
  start_date: '2025-02-03',
  end_date: id % 3 === 0 ? '2025-04-20' : '2025-02-28',
});
const activities = [
  row(1, 'Natural gas', 'kWh (Gross CV)'),
  row(2, ' NATURAL  gas', 'kWh (Gross CV)'),
  row(3, 'Wood pellets', 't'),
  row(4, 'own/gas', 'kWh (Gross CV)'),
  row(5, 'Our own thing', 'kg'),
  row(6, 'Flight, long-haul, economy class, with RF', 'pkm'),
  row(7, 'Flight, long-haul, economy class, without RF', 'pkm'),
  row(8, 'Electricity, United Kingdom', 'kWh'),
  // Of its two years one is decided otherwise, and the lines of the other are posted again under the same decision.
  { ...row(9, 'Natural gas', 'kWh (Gross CV)'), start_date: '2024-12-04', end_date: '2025-01-20' },
];
const own = (id: string, name: string, unit: string, co2: string): Cells => ({
  external_id: id,
  name,
  unit,
  co2_kg: co2,
  ch4_kg: '0',
  n2o_kg: '0',
  scope: '1',
  region: 'GB',
  gwp_set: 'AR5',
});
const gas = (co2: string) => ({ ...own('gas', 'natural Gas', 'kWh (Gross CV)', co2), valid_from: '2025-01-01' });

test('own factors stated, changed and taken back decide about what they name, and about nothing less', async () => {
  const ledger = await openTestLedger(engines);
  const changes = [
    posted(3, [gas('0.2'), own('unused', 'Nobody uses this', 'kg', '1')], 'factors'),
    posted(4, [gas('0.3'), own('thing', 'our OWN thing', 'kg', '7')], 'factors'),
    entry(5, 'methodology.state', { name: 'rf', parameters: { radiative_forcing: 'excluded' } }),
    entry(6, 'methodology.adopt', { name: 'rf', version: 1 }),
    posted(7, [own('flight', 'Flight, long-haul, economy class, without RF', 'pkm', '0.1')], 'factors'),
    posted(8, [own('flight', 'Flight, long-haul, economy class, with RF', 'pkm', '0.2')], 'factors'),
    deleted(9, ['gas', 'flight'], 'factors'),
  ];
  await ledger.post([adoption(1), posted(2, activities)]);
  const figures: string[] = [];
  for (const change of changes) {
    await ledger.post([change]);
    expect(await decideAgain(ledger.context, change.seq), `entry ${change.seq}`).toBe(false);
    const { total } = await inventory({ ...ledger.context, seq: change.seq }, {});
    figures.push(total.co2e_kg);
  }
  expect(new Set(figures).size).toBeGreaterThanOrEqual(5);
  // What stands at the end is what the same factors and rules give to activities that come after them.
  const late = await openTestLedger(engines);
  await late.post([adoption(1), ...changes, posted(10, activities)]);
  const statement = await inventory({ ...late.context, seq: 10 }, { groupBy: ['activity', 'factor', 'month'] });
  const earlier = await inventory({ ...ledger.context, seq: 9 }, { groupBy: ['activity', 'factor', 'month'] });
  expect(earlier.rows).toEqual(statement.rows);
  expect(earlier.held).toEqual(statement.held);
});
