/** Cases of the domain specification, walked from a posted activity to the printed figure. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { Decimal, sumDecimals } from '../kernel/decimal.ts';
import type { ReadContext, RecordSource } from '../ledger/types.ts';
import { INVENTORY_DIMENSIONS } from './dimensions.ts';
import { explainInventory } from './explain.ts';
import {
  heldBack,
  type InventoryQuery,
  type InventoryRow,
  inventory,
  inventoryByScope,
  pageKeys,
} from './inventory.ts';
import { adoption, type Cells, openTestLedger, posted } from './ledger.test-support.ts';
import { ROW_ORDERS } from './page.ts';
import { scope2Statement } from './scope2/statement.ts';
import { activities } from './streams.ts';

/** Pairs of dimensions of each run; which, the seed decides. */
const PAIRS_TRIED = 15;

const d = (text: string) => Decimal.parse(text);

let engines: Engines;
let context: ReadContext;

const ROWS: Cells[] = [
  row('S1-01', 'Natural gas', '1000000', 'kWh (Gross CV)'),
  row('S1-02', 'Natural gas', '1000000', 'kWh (Net CV)'),
  row('S1-03', 'Natural Gas', '10000', 'scf', { country: 'US' }),
  row('S2-09', 'Electricity, United Kingdom', '500000', 'kWh'),
  row('S2-11', 'Electricity, United Kingdom', '3100', 'kWh', { start_date: '2024-12-15', end_date: '2025-01-14' }),
  row('basis', 'Natural gas', '12', 'kWh'),
  row('ton', 'Anthracite (US)', '3', 'ton', { country: 'US' }),
  row('nothing', 'Perpetual motion', '7.5', 'kWh'),
  row('beside', 'Diesel (average biofuel blend)', '1000', 'l'),
  // The row that the template shows.
  Object.fromEntries(
    activities.columns.filter(({ example }) => example !== '').map(({ name, example }) => [name, example]),
  ) as Cells,
];

beforeAll(async () => {
  engines = await testEngines();
  const ledger = await openTestLedger(engines);
  await ledger.post([adoption(1), posted(2, ROWS)]);
  context = { engines, accountId: 1, database: ledger.context.database, seq: 2 };
});
afterAll(() => engines.close());

function row(id: string, activity: string, quantity: string, unit: string, more: Cells = {}): Cells {
  return { external_id: id, entity: id, activity, quantity, unit, country: 'GB', start_date: '2025-03-01', ...more };
}

const ask = (entity: string, query: InventoryQuery = {}) =>
  inventory(context, { ...query, filters: { ...query.filters, entity: [entity] } });

describe('figures of the specification', () => {
  test.each([
    ['S1-01', { scope: ['1'] }, 'AR5', '182960'],
    ['S1-02', { scope: ['1'] }, 'AR5', '202700'],
    ['S1-03', { scope: ['1'] }, 'AR4', '544.957848'],
    ['S1-03', { scope: ['1'] }, 'AR5', '544.95477'],
    ['S1-03', { scope: ['1'] }, 'AR6', '544.952718'],
    ['S2-09', { scope: ['2'] }, 'AR5', '88500'],
    ['S2-09', { scope: ['3'], category: ['3'] }, 'AR5', '34200'],
    ['S2-11', { scope: ['2'] }, 'AR5', '599.785'],
  ] as const)('%s %o under %s is %s kg CO2e', async (entity, filters, gwp, expected) => {
    expect((await ask(entity, { filters, gwp })).total.co2e_kg).toBe(expected);
  });

  test('the example of the template matches a factor', async () => {
    const { total, held } = await ask('Leeds plant', { filters: { scope: ['2'] } });
    expect([total.co2e_kg, held]).toEqual(['2124', []]);
  });

  test('S2-11: each part of a bill takes the factor of its own year', async () => {
    const { rows } = await ask('S2-11', { groupBy: ['month'], filters: { scope: ['2'] } });
    expect(rows.map(({ keys, co2e_kg }) => [keys.month, co2e_kg])).toEqual([
      ['2024-12', '351.985'],
      ['2025-01', '247.8'],
    ]);
  });
});

test('rows foot to the total under every dimension and pairs of them, whichever table they are read from; a second run gives the same bytes', async () => {
  const again = await openTestLedger(engines);
  for (const entry of [adoption(1), posted(2, ROWS)]) await again.post([entry]);
  const second = { ...context, database: again.context.database };
  const { total, outside } = await inventory(context);
  const pairs = INVENTORY_DIMENSIONS.flatMap((one, i) =>
    INVENTORY_DIMENSIONS.slice(i + 1).map((other) => [one, other]),
  );
  const some = fc.sample(fc.constantFrom(...pairs), PAIRS_TRIED);
  for (const groupBy of [...INVENTORY_DIMENSIONS.map((one) => [one]), ...some]) {
    const statement = await inventory(context, { groupBy });
    expect(statement.total, String(groupBy)).toMatchObject({
      co2e_kg: total.co2e_kg,
      lines: total.lines,
      gases_kg: total.gases_kg,
    });
    const sum = sumDecimals(statement.rows.map(({ co2e_kg }) => d(co2e_kg)));
    expect(sum.toString(), String(groupBy)).toBe(d(total.co2e_kg).add(d(outside.co2e_kg)).toString());
    if (groupBy.includes('month') || groupBy.includes('factor'))
      expect(JSON.stringify(await inventory(second, { groupBy }))).toBe(JSON.stringify(statement));
  }
});

test.each([
  { groupBy: ['scope', 'category'] },
  { groupBy: ['entity', 'category'] },
  { groupBy: ['entity', 'country', 'activity'] },
  { groupBy: ['activity', 'month', 'method'] },
  { groupBy: ['factor', 'gas'] },
  { groupBy: ['scope', 'supplier'], from: '2025-01' },
  { groupBy: ['data_quality', 'entity'], filters: { scope: ['2'] } },
  { groupBy: ['entity', 'supplier'] },
  { groupBy: ['entity', 'scope'], approach: 'operational' },
] as const satisfies readonly InventoryQuery[])(
  'pages hold every row once, and what a page leaves out is said: $groupBy',
  async (query: InventoryQuery) => {
    const plain = await inventory(context, query);
    const market = await scope2Statement(context, query);
    const whole = d(plain.total.co2e_kg).add(d(plain.outside.co2e_kg));
    for (const order of ROW_ORDERS) {
      const limit = Math.max(1, Math.ceil(plain.rows.length / 3));
      const rows: InventoryRow[] = [];
      const marketRows: unknown[] = [];
      while (rows.length < plain.rows.length) {
        const asked = { order, offset: rows.length, limit };
        const keys = pageKeys(context, query, asked);
        const page = await inventoryByScope(context, query, asked, keys);
        const { statement } = page;
        expect(statement.rows.length).toBe(Math.min(limit, plain.rows.length - rows.length));
        rows.push(...statement.rows);
        marketRows.push(
          ...((await scope2Statement(context, query, { shows: Promise.resolve(page.shows), keys }))?.rows ?? []),
        );
        const { rest, ...facts } = statement;
        expect(rest.rows + statement.rows.length).toBe(plain.rows.length);
        expect(sumDecimals([...statement.rows, rest].map(({ co2e_kg }) => d(co2e_kg))).toString()).toBe(
          whole.toString(),
        );
        expect({ ...facts, rest: plain.rest, rows: plain.rows }).toEqual(plain);
      }
      const sorted = (list: readonly object[]) => list.map((row) => JSON.stringify(row)).sort();
      if (order === 'keys') expect(rows).toEqual(plain.rows);
      else {
        expect(sorted(rows)).toEqual(sorted(plain.rows));
        const sizes = rows.map(({ co2e_kg }) => d(co2e_kg).abs());
        expect(sizes.every((size, i) => i === 0 || size.cmp(sizes[i - 1]!) <= 0)).toBe(true);
      }
      expect(sorted(marketRows as object[])).toEqual(sorted(market?.rows ?? []));
    }
  },
);

test.each([[['entity', 'supplier']], [['supplier', 'data_quality']], [['month', 'factor', 'supplier']]] as const)(
  'by %j, scope 2 that nothing could cover is the same under both methods',
  async (groupBy) => {
    const ledger = await openTestLedger(engines);
    const bought = (id: string, supplier: string, data_quality: string) =>
      row(id, 'Electricity, United Kingdom', '1200', 'kWh', { entity: 'Leeds', supplier, data_quality });
    const rows = [
      bought('a', 'Octopus', 'measured'),
      bought('b', 'Octopus', 'estimated'),
      bought('c', 'EDF', 'measured'),
    ];
    await ledger.post([adoption(1), posted(2, [...rows, bought('d', '', ''), ...ROWS])]);
    // Another quantity and another supplier: what was posted is reversed where it stood.
    await ledger.post([posted(3, [{ ...bought('c', 'Octopus', 'measured'), quantity: '700' }])]);
    const later = { ...context, database: ledger.context.database, seq: 3 };
    const query: InventoryQuery = { groupBy, filters: { scope: ['2'] } };
    const location = await inventory(later, query);
    const market = (await scope2Statement(later, query))!;
    const figures = (list: ReadonlyArray<Pick<InventoryRow, 'keys' | 'co2e_kg' | 'lines'>>) =>
      list.map(({ keys, co2e_kg, lines }) => JSON.stringify([Object.entries(keys).sort(), co2e_kg, lines])).sort();
    expect(figures(market.rows)).toEqual(figures(location.rows));
    expect(market.market_based.co2e_kg).toBe(location.total.co2e_kg);
    const one = { ...query, filters: { ...query.filters, supplier: ['Octopus'] } };
    expect((await scope2Statement(later, one))!.kwh).toBe('3100');
  },
);

test('what is held back stands beside the total, never as zero', async () => {
  const { groups } = await heldBack(context);
  expect(groups.map(({ reason, activity, quantity, lines }) => [reason, activity, quantity, lines]).sort()).toEqual([
    ['ambiguous_unit', 'Anthracite (US)', '3', 1],
    ['unit_mismatch', 'Natural gas', '12', 1],
    ['unknown_activity', 'Perpetual motion', '7.5', 1],
  ]);
  expect((await inventory(context)).held).toHaveLength(3);
});

test('a figure is walked down to its line, its record and its factor', async () => {
  const source = async (entrySeq: number, number: number): Promise<RecordSource> => ({
    entrySeq,
    entryKind: 'records.post',
    recordedAt: '2026-01-01T00:00:00Z',
    actor: 'test',
    evidence: null,
    fileName: null,
    row: number,
    cells: { external_id: String(ROWS[number - 1]?.external_id) },
  });
  const figure = await explainInventory(context, 'inventory?gwp=AR5&entity=S1-01&scope=1', { source });
  expect(figure.value).toBe('182960');
  let node = figure;
  for (let depth = 0; node.kind === 'figure' && depth < 5; depth += 1) {
    const { children } = node;
    if (children[0]?.kind === 'posting') {
      node = await explainInventory(context, children[0].ref!, { source });
    } else node = await explainInventory(context, children[0]!.ref!, { source });
  }
  expect(node.kind).toBe('posting');
  expect(node.words).toContain('1,000,000 kWh (Gross CV) × 0.18296 kg CO2e/kWh (Gross CV) = 182,960 kg CO2e');
  expect(node.children.map(({ kind }) => kind)).toEqual(['record', 'factor']);
  expect(node.children[0]?.children[0]?.facts).toEqual([['external_id', 'S1-01']]);
  const beside = await explainInventory(context, 'inventory?gwp=AR5&entity=beside&scope=outside', { source });
  const lines = await explainInventory(context, beside.children[0]!.ref!, { source });
  const line = lines.kind === 'posting' ? lines : await explainInventory(context, lines.children[0]!.ref!, { source });
  expect(line.words).toMatch(
    /^1,000 l × 0\.\d+ kg biogenic CO2\/l = [\d.,]+ kg, beside the scopes and in no total; factor Biogenic CO2/,
  );
  await expect(explainInventory(context, 'inventory?colour=red', { source })).rejects.toMatchObject({
    code: 'malformed',
  });
  const byGas = await inventory(context, { groupBy: ['gas'] });
  expect(byGas.rows.length).toBeGreaterThan(2);
  for (const { ref, co2e_kg } of byGas.rows) {
    const { value, children } = await explainInventory(context, ref, { source });
    expect(value).toBe(co2e_kg);
    expect((await explainInventory(context, children[0]!.ref!, { source })).value).toBe(children[0]!.value);
  }
});

describe('what is asked for must exist', () => {
  test.each([
    ['entity', 'Nowhere'],
    ['scope', '4'],
    ['category', '16'],
    ['country', 'XX'],
    ['activity', 'Perpetual emotion'],
    ['factor', 'no-such/factor'],
    ['month', '2025-13'],
  ] as const)('an unknown %s is refused by name, not answered with zero', async (dimension, value) => {
    await expect(inventory(context, { filters: { [dimension]: [value] } })).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ field: dimension, value }],
    });
  });

  test('what is known and has nothing is zero', async () => {
    for (const filters of [{ country: ['FR'] }, { scope: ['outside'] }, { entity: ['nothing'] }, { category: ['15'] }])
      expect((await inventory(context, { filters })).total.lines).toBe(0);
  });

  test('a figure of one scope does not list what is held back without a scope', async () => {
    const source = async (): Promise<RecordSource> => {
      throw new Error('not asked for');
    };
    const words = async (ref: string) =>
      (await explainInventory(context, ref, { source })).facts.map(([label]) => label).join('\n');
    expect(await words('inventory?gwp=AR5')).toContain('held back');
    expect(await words('inventory?gwp=AR5&scope=2')).not.toMatch(/held back|cannot be restated/);
  });
});
