/** Lines add up to the inventory that they are the lines of, in every order, on every page, as of every entry. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { ReadContext } from '../ledger/types.ts';
import { type InventoryQuery, inventory } from './inventory.ts';
import { adoption, type Cells, deleted, openTestLedger, posted } from './ledger.test-support.ts';
import { emissionLines } from './lines.ts';

let engines: Engines;
let context: ReadContext;

const row = (id: string, activity: string, quantity: string, unit: string, more: Cells = {}): Cells => ({
  external_id: id,
  entity: 'mill',
  activity,
  quantity,
  unit,
  country: 'GB',
  start_date: '2025-03-01',
  ...more,
});

beforeAll(async () => {
  engines = await testEngines();
  const ledger = await openTestLedger(engines);
  await ledger.post([
    adoption(1),
    posted(2, [
      row('gas', 'Natural gas', '1000000', 'kWh (Gross CV)'),
      row('power', 'Electricity, United Kingdom', '500000', 'kWh', { entity: 'office', supplier: 'Grid plc' }),
      row('split', 'Electricity, United Kingdom', '3100', 'kWh', { start_date: '2024-12-15', end_date: '2025-01-14' }),
      row('nothing', 'Perpetual motion', '7.5', 'kWh'),
    ]),
    posted(3, [row('gas', 'Natural gas', '2000000', 'kWh (Gross CV)')]),
    deleted(4, ['power']),
  ]);
  context = { engines, accountId: 1, database: ledger.context.database, seq: 4 };
});
afterAll(() => engines.close());

async function allLines(seq: number, query: Pick<InventoryQuery, 'gwp' | 'from' | 'to' | 'filters'>, limit: number) {
  const lines = [];
  for (let offset = 0; ; offset += limit) {
    const page = await emissionLines({ ...context, seq }, query, { order: 'largest', limit, offset });
    lines.push(...page);
    if (page.length < limit) return lines;
  }
}

const sum = (amounts: readonly string[]): string =>
  amounts.reduce((total, amount) => total.add(Decimal.parse(amount)), Decimal.parse('0')).toString();

describe('lines', () => {
  test.each([
    [2, {}],
    [3, {}],
    [4, {}],
    [3, { filters: { entity: ['office'] } }],
    [3, { filters: { scope: ['2'] }, gwp: 'AR6' as const }],
    [4, { from: '2025-01', to: '2025-01' }],
  ] as const)('as of %i, %o add up to the inventory', async (seq, query) => {
    const lines = await allLines(seq, query, 2);
    const { total, outside } = await inventory({ ...context, seq }, query);
    const inScopes = lines.filter(({ scope }) => scope !== 'outside');
    expect(sum(inScopes.map(({ co2eKg }) => co2eKg))).toBe(sum([total.co2e_kg]));
    expect([inScopes.length, lines.length - inScopes.length]).toEqual([total.lines, outside.lines]);
    expect(new Set(lines.map(({ ref }) => ref)).size).toBe(lines.length);
  });

  test('say what they are calculated from', async () => {
    const [largest] = await emissionLines(context, {}, { order: 'largest', limit: 1, offset: 0 });
    expect(largest).toMatchObject({
      externalId: 'gas',
      entity: 'mill',
      activity: 'Natural gas',
      month: '2025-03',
      startDate: '2025-03-01',
      endDate: '2025-03-01',
      used: '2000000',
      unit: 'kWh (Gross CV)',
      scope: '1',
      category: null,
    });
    const newest = await emissionLines(context, {}, { order: 'newest', limit: 50, offset: 0 });
    const months = newest.map(({ month }) => month);
    expect(months).toEqual(months.toSorted().reverse());
  });
});
