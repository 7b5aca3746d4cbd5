/** Totals that are taken back as a whole come to what adding up the reversed lines comes to. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { adoption, gasBill, MIXED_BILLS, openTestLedger, posted } from './ledger.test-support.ts';
import { starterReleases } from './matching.ts';
import { type Place, read, run } from './sql.ts';
import { FLAG_NAMES, MASSES } from './tables.ts';
import { massesDecidedAgain, sumsDecidedAgain, takenBackOf } from './takenBack.ts';
import { ALL_MASSES, ANY_SUMS, insertTotals, totals } from './totals.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const KEYS = {
  inventory_totals: 'entity, month, class',
  class_totals: 'month, class',
  match_totals: 'month, match',
  facet_totals: 'facet, value, entity, month, meaning',
  energy_totals: 'entity, month, match',
};

/** Sums of every table of totals by its keys, without those that are nothing. */
async function sumsIn(context: Place): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [table, keys] of Object.entries(KEYS)) {
    const flags = table === 'energy_totals' ? [] : FLAG_NAMES.map((flag) => `lines_${flag}`);
    const columns = ['lines', ...flags, 'used', ...MASSES].map((column) => `sum(${column}) AS s_${column}`);
    const rows = await read<Record<string, string>>(
      context,
      `SELECT seq, ${keys}, ${columns.join(', ')} FROM ${table} GROUP BY seq, ${keys} ORDER BY ALL`,
    );
    found[table] = rows.filter((one) =>
      Object.entries(one).some(([name, sum]) => name.startsWith('s_') && Number(sum)),
    );
  }
  return found;
}

test('where everything that stands is replaced, and where some of it stays', async () => {
  const { context, post } = await openTestLedger(engines);
  const named = starterReleases().releases.map(({ release }) => release);
  const but = (text: string) => named.filter((name) => !name.includes(text));
  await post([
    adoption(1),
    posted(2, [...MIXED_BILLS, gasBill('e', { activity: 'SF6', unit: 'kg', country: 'FR', quantity: '0.000001' })]),
    posted(3, [gasBill('a', { quantity: '7', end_date: '2025-02-02', supplier: 'Octopus' })]),
    adoption(4, but('desnz-2025')),
    // Everything is held back.
    adoption(5, []),
  ]);
  const sums = () => sumsIn(context);
  const lineByLine = await sums();
  const partial: boolean[] = [];
  await Promise.all(Object.keys(KEYS).map((table) => run(context, `TRUNCATE TABLE ${table}`)));
  await insertTotals(context, 2, 3, ALL_MASSES, true);
  for (const seq of [4, 5]) {
    const takenBack = await takenBackOf(context, seq);
    partial.push(takenBack.partialClasses.length > 0);
    const known = seq === 4 ? sumsDecidedAgain(await massesDecidedAgain(context, seq), 1e6) : ALL_MASSES;
    await insertTotals(context, seq, seq, { ...known, takenBack }, true);
  }
  const takenBack = await sums();
  for (const table of Object.keys(KEYS)) expect(takenBack[table], table).toEqual(lineByLine[table]);
  expect(partial).toEqual([true, false]);
}, 120_000);

test('where all is replaced by other factors, only what is posted is added up, scope 2 line by line too', async () => {
  const { context, post } = await openTestLedger(engines);
  const named = starterReleases().releases.map(({ release }) => release);
  const british = MIXED_BILLS.filter(({ country }) => country !== 'US');
  await post([
    adoption(1),
    posted(2, [...british, { ...british[1]!, external_id: 'f' }]),
    adoption(
      3,
      named.filter((name) => !name.includes('desnz-2025')),
    ),
  ]);
  const lineByLine = await sumsIn(context);
  const takenBack = await takenBackOf(context, 3);
  expect(takenBack.partialClasses).toEqual([]);
  const masses = await massesDecidedAgain(context, 3);
  expect(masses.after.size).toBeGreaterThan(0);
  const again = async (energyApart: boolean) => {
    await Promise.all(Object.keys(KEYS).map((table) => run(context, `TRUNCATE TABLE ${table}`)));
    await insertTotals(context, 2, 2, ALL_MASSES, true);
    const of3 = { ...ANY_SUMS, ...sumsDecidedAgain(masses, 1e6), takenBack, oneEntry: true, energyApart };
    for (const statement of totals(of3).flat()) await run(context, statement, { first: 3, last: 3 });
    return sumsIn(context);
  };
  for (const apart of [false, true]) expect(await again(apart), `apart: ${apart}`).toEqual(lineByLine);
  // Written as they are, two lines of one entity, month and decision are two rows.
  const [row] = await read<{ rows: string }>(
    context,
    'SELECT count() AS rows FROM energy_totals WHERE seq = 3 AND lines = 1',
  );
  expect(Number(row!.rows)).toBe(2);
}, 120_000);
