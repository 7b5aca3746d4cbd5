/** Organisational boundaries: the cases of the domain specification as inventories, and the SQL against a calculation line by line. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dimension, InventoryQuery } from '../../src/carbon/dimensions.ts';
import { inventory } from '../../src/carbon/inventory.ts';
import {
  adoption,
  type Cells,
  deleted,
  openTestLedger,
  posted,
  type TestLedger,
} from '../../src/carbon/ledger.test-support.ts';
import { DEFAULT_METHODOLOGY } from '../../src/carbon/methodology/methodology.ts';
import { compare } from '../../src/carbon/methodology/whatIf.ts';
import { makeBoundary } from '../../src/carbon/organisation/boundary.ts';
import { organisationAsOf } from '../../src/carbon/organisation/organisation.ts';
import { APPROACHES, type Approach } from '../../src/carbon/organisation/shares.ts';
import { marketBook } from '../../src/carbon/scope2/lines.ts';
import { scope2Statement } from '../../src/carbon/scope2/statement.ts';
import { read } from '../../src/carbon/sql.ts';
import { uncertainty } from '../../src/carbon/uncertainty/report.ts';
import type { Engines } from '../../src/engines/types.ts';
import type { Entry } from '../../src/journal/types.ts';
import { addDays } from '../../src/kernel/dates.ts';
import { Decimal, sumDecimals } from '../../src/kernel/decimal.ts';
import { Rational } from '../../src/kernel/rational.ts';
import type { ReadContext } from '../../src/ledger/types.ts';
import { testEngines } from '../support/engines.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const RELEASES = ['uk-desnz-2025', 'footing-stated-1'];
let count = 0;

/** Kilograms of CO2 of scope 1. */
const emits = (entity: string, kg: string, start: string, more: Cells = {}): Cells => {
  count += 1;
  return {
    external_id: `a${count}`,
    entity,
    activity: 'Carbon dioxide',
    quantity: kg,
    unit: 'kg',
    country: 'GB',
    start_date: start,
    ...more,
  };
};
/** Purchased goods of which the CO2e is stated, scope 3 category 1. */
const buys = (entity: string, kg: string, start: string, more: Cells = {}): Cells => ({
  ...emits(entity, kg, start, more),
  activity: 'CO2e, stated',
});
/** Purchased electricity, with its losses and upstream lines in scope 3. */
const draws = (entity: string, kwh: string, start: string, more: Cells = {}): Cells => ({
  ...emits(entity, kwh, start, more),
  activity: 'Electricity, United Kingdom',
  unit: 'kWh',
});
const owns = (owner: string, owned: string, share: string, more: Cells = {}): Cells => ({
  owner,
  owned,
  equity_share: share,
  valid_from: '2020-01-01',
  ...more,
});
const full: Cells = { financial_control: 'yes', operational_control: 'yes' };
const named = (...names: string[]): Cells[] => names.map((external_id) => ({ external_id }));

async function book(entries: Entry[]): Promise<ReadContext> {
  const ledger = await openTestLedger(engines);
  const all = [adoption(1, RELEASES), ...entries];
  await ledger.post(all);
  return { engines, accountId: 1, database: ledger.context.database, seq: all.at(-1)!.seq };
}

async function total(context: ReadContext, query: InventoryQuery): Promise<string> {
  return (await inventory(context, query)).total.co2e_t;
}

describe('B-01: a chain of ownership under three approaches', () => {
  const chain = (operator: string) => [
    posted(2, named('P', 'A', 'B', 'JV'), 'entities'),
    posted(
      3,
      [
        owns('P', 'A', '80%', full),
        owns('A', 'B', '60%', full),
        owns('B', 'JV', '50%', { financial_control: 'joint', operational_control: operator }),
      ],
      'ownership',
    ),
    posted(4, [
      emits('A', '1000000', '2025-03-01'),
      emits('B', '2000000', '2025-03-01'),
      emits('JV', '4000000', '2025-03-01'),
    ]),
  ];
  test.each([
    ['equity', 'yes', '2720'],
    ['financial', 'yes', '5000'],
    ['operational', 'yes', '7000'],
    ['operational', 'no', '3000'],
  ] as const)('%s, operator %s: %s t', async (approach, operator, expected) => {
    const context = await book(chain(operator));
    const statement = await inventory(context, { approach, groupBy: ['entity'] });
    expect(statement.total.co2e_t).toBe(expected);
    // What the approach leaves out is a number, and with it everything is there.
    const excluded = statement.boundary!.excluded;
    expect(Decimal.parse(excluded.co2e_t).add(Decimal.parse(expected)).toString()).toBe('7000');
    if (approach === 'operational' && operator === 'no') {
      expect(excluded.entities).toMatchObject([
        { entity: 'JV', reason: 'not_controlled', category_hint: 15, co2e_t: '4000' },
      ]);
    }
    expect(await total(context, {})).toBe('7000');
  });
});

test('B-02: a share that changes splits the year by days', async () => {
  const days = Array.from({ length: 366 }, (_, i) => addDays('2024-01-01', i));
  const context = await book([
    posted(
      2,
      [
        owns('P', 'X', '40%', { valid_to: '2024-04-01' }),
        owns('P', 'X', '0.75', { ...full, valid_from: '2024-04-01' }),
        // A day into the month, so that lines are split.
        owns('P', 'Y', '0.4', { valid_to: '2024-04-11' }),
        owns('P', 'Y', '0.75', { ...full, valid_from: '2024-04-11' }),
      ],
      'ownership',
    ),
    posted(3, [
      ...days.map((day) => emits('X', '1000', day)),
      // The same for Y as one bill over the year.
      emits('Y', '366000', '2024-01-01', { end_date: '2024-12-31' }),
    ]),
  ]);
  const of = (entity: string, approach: Approach) => total(context, { approach, filters: { entity: [entity] } });
  expect(await of('X', 'equity')).toBe('242.65');
  expect(await of('X', 'financial')).toBe('275');
  expect(await of('X', 'operational')).toBe('275');
  // The mean share of the bill's part in April, 19/30, is rounded at the 18th decimal.
  expect(
    Decimal.parse(await of('Y', 'equity'))
      .rescale(12, 'half-even')
      .toString(),
  ).toBe('239.15');
  expect(
    Decimal.parse(await of('Y', 'financial'))
      .rescale(12, 'half-even')
      .toString(),
  ).toBe('265');
});

test('B-03: two paths to one entity', async () => {
  const context = await book([
    posted(2, [owns('P', 'A', '0.6'), owns('P', 'C', '0.3'), owns('A', 'C', '0.5')], 'ownership'),
    posted(3, [emits('C', '1000000', '2025-03-01')]),
  ]);
  const statement = await inventory(context, { approach: 'equity' });
  expect(statement.total.co2e_t).toBe('600');
  expect(statement.boundary!.excluded.entities[0]!.shares).toEqual([{ from: '2025-03-01', share: '0.6' }]);
});

test('B-04: cross holdings', async () => {
  const context = await book([
    posted(
      2,
      [owns('P', 'A', '50%'), owns('A', 'B', '20%'), owns('B', 'A', '10%'), owns('P', 'B', '30%')],
      'ownership',
    ),
    posted(3, [emits('A', '1000', '2025-03-01'), emits('B', '1000', '2025-03-01')]),
  ]);
  const { rows } = await inventory(context, { approach: 'equity', parent: 'P', groupBy: ['entity'] });
  expect(rows.map(({ co2e_t }) => Decimal.parse(co2e_t).rescale(9, 'half-even').toString())).toEqual([
    '0.540816327',
    '0.408163265',
  ]);
});

describe('S3-05: what is bought inside the boundary', () => {
  const entries = [
    posted(2, [owns('P', 'Sub', '1', full), owns('P', 'Assoc', '0.25')], 'ownership'),
    posted(3, [
      buys('P', '25000', '2025-03-01', { supplier: 'Sub' }),
      buys('P', '700', '2025-03-01', { supplier: 'Elsewhere' }),
      buys('P', '1000', '2025-03-01', { supplier: 'Assoc' }),
      // What is burnt is emitted here, whoever sold it.
      emits('P', '33', '2025-03-01', { supplier: 'Sub' }),
    ]),
  ];
  test('is excluded with its reason', async () => {
    const context = await book(entries);
    const { total: figure, boundary } = await inventory(context, { approach: 'financial' });
    expect(figure.co2e_kg).toBe('1733');
    expect(figure.lines).toBe(3);
    expect(boundary!.excluded.entities).toMatchObject([
      { entity: 'P', reason: 'intra_group', co2e_kg: '25000', lines: 1 },
    ]);
  });
  test('by the share of the supplier under equity share', async () => {
    const context = await book(entries);
    const { total: figure, boundary } = await inventory(context, { approach: 'equity', groupBy: ['supplier'] });
    expect(figure.co2e_kg).toBe('1483');
    expect(boundary!.excluded.entities).toMatchObject([{ entity: 'P', reason: 'intra_group', co2e_kg: '25250' }]);
  });
  test('and counts as long as no approach is asked for', async () => {
    expect((await inventory(await book(entries))).total.co2e_kg).toBe('26733');
  });
});

describe('leases by class and approach', () => {
  const leased = (lease: string, lease_role: string) => [
    posted(
      2,
      [{ external_id: 'P' }, { external_id: 'Site', parent: 'P', kind: 'site', lease, lease_role }],
      'entities',
    ),
    posted(3, [owns('P', 'Other', '1', full)], 'ownership'),
    posted(4, [emits('Site', '100', '2025-03-01')]),
  ];
  test.each([
    ['finance', 'lessee', 'financial', '1', ''],
    ['operating', 'lessee', 'financial', '3', '8'],
    ['operating', 'lessee', 'equity', '3', '8'],
    ['operating', 'lessee', 'operational', '1', ''],
    ['finance', 'lessee', 'operational', '1', ''],
    ['operating', 'lessor', 'financial', '1', ''],
    ['finance', 'lessor', 'equity', '3', '13'],
    ['operating', 'lessor', 'operational', '3', '13'],
  ] as const)('%s lease, %s, %s: scope %s category %s', async (lease, role, approach, scope, category) => {
    const context = await book(leased(lease, role));
    const statement = await inventory(context, { approach, groupBy: ['scope', 'category'] });
    expect(statement.rows.map(({ keys, co2e_kg }) => [keys, co2e_kg])).toEqual([[{ scope, category }, '100']]);
    expect(statement.boundary!.leased).toEqual(category === '' ? [] : [{ entity: 'Site', category: Number(category) }]);
    expect((await inventory(context, { approach, filters: { scope: [scope] } })).total.co2e_kg).toBe('100');
  });
});

describe('what a boundary cannot tell is held visibly', () => {
  test('owners who hold more than the whole', async () => {
    const context = await book([
      posted(2, [owns('P', 'X', '80%'), owns('Q', 'X', '30%'), owns('P', 'Z', '1')], 'ownership'),
      posted(3, [emits('X', '100', '2025-03-01'), emits('Z', '1', '2025-03-01')]),
    ]);
    const statement = await inventory(context, { approach: 'equity', parent: 'P' });
    expect(statement.total.co2e_kg).toBe('1');
    expect(statement.boundary!.excluded.entities).toMatchObject([
      { entity: 'X', reason: 'ownership_unclear', detail: expect.stringContaining('110 %'), co2e_kg: '100' },
    ]);
  });
  test('entities that nothing connects, and activities without any', async () => {
    const context = await book([
      posted(2, [owns('P', 'X', '1')], 'ownership'),
      posted(3, [emits('Stranger', '5', '2025-03-01'), emits('', '7', '2025-03-01')]),
    ]);
    const { boundary } = await inventory(context, { approach: 'equity' });
    expect(boundary!.excluded.entities.map(({ entity, reason }) => [entity, reason])).toEqual([
      ['', 'no_entity'],
      ['Stranger', 'not_connected'],
    ]);
  });
  test('no ownership stated: everything counts', async () => {
    const context = await book([posted(2, [emits('X', '5', '2025-03-01')])]);
    const statement = await inventory(context, { approach: 'operational' });
    expect([statement.total.co2e_kg, statement.boundary!.parent]).toEqual(['5', null]);
  });
  test('a parent that is not known, or not said', async () => {
    const context = await book([posted(2, [owns('P', 'X', '1'), owns('Q', 'Y', '1')], 'ownership')]);
    await expect(inventory(context, { approach: 'equity' })).rejects.toMatchObject({ problems: [{ field: 'parent' }] });
    await expect(inventory(context, { approach: 'equity', parent: 'PP' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

test('ownership is read as of an entry, and what is deleted is gone', async () => {
  const context = await book([
    posted(2, [owns('P', 'X', '0.5')], 'ownership'),
    posted(3, [emits('X', '100', '2025-03-01')]),
    posted(4, [owns('P', 'X', '0.8')], 'ownership'),
    posted(5, [owns('P', 'Y', '0.8')], 'ownership'),
    {
      ...deleted(6, [], 'ownership'),
      payload: { stream: 'ownership', source: 'default', keys: [{ owner: 'P', owned: 'Y', valid_from: '2020-01-01' }] },
    },
  ]);
  const at = async (seq: number) => (await inventory({ ...context, seq }, { approach: 'equity' })).total.co2e_kg;
  expect([await at(3), await at(4), await at(6)]).toEqual(['50', '80', '80']);
  expect((await organisationAsOf(context, 5)).edges).toHaveLength(2);
  expect((await organisationAsOf(context, 6)).edges).toHaveLength(1);
});

test('an entity with all that is under it', async () => {
  const context = await book([
    posted(2, [...named('P', 'A', 'B'), { external_id: 'Site', parent: 'B' }], 'entities'),
    posted(3, [owns('P', 'A', '1'), owns('A', 'B', '0.5')], 'ownership'),
    posted(4, [emits('P', '1', '2025-03-01'), emits('A', '10', '2025-03-01'), emits('Site', '100', '2025-03-01')]),
  ]);
  const under = async (name: string, more: InventoryQuery = {}) =>
    (await inventory(context, { under: name, ...more })).total.co2e_kg;
  expect([await under('P'), await under('A'), await under('B'), await under('Site')]).toEqual([
    '111',
    '110',
    '100',
    '100',
  ]);
  expect(await under('A', { approach: 'equity' })).toBe('60');
  await expect(under('Nobody')).rejects.toMatchObject({ code: 'invalid' });
});

// --- the SQL against a calculation line by line ---

const NAMES = ['A', 'B', 'C', 'Site'];
const date = fc.integer({ min: 0, max: 130 }).map((n) => addDays('2025-01-10', n));
const edgeArbitrary: fc.Arbitrary<Cells> = fc
  .record({
    owner: fc.constantFrom('P', 'A', 'B'),
    owned: fc.constantFrom('A', 'B', 'C'),
    share: fc.constantFrom('50%', '1/3', '0.2', '7/31', '12.34%'),
    financial: fc.constantFrom('yes', 'no', 'joint'),
    operational: fc.constantFrom('yes', 'no'),
    from: date,
    length: fc.option(fc.integer({ min: 1, max: 80 })),
  })
  .filter(({ owner, owned }) => owner !== owned)
  .map(({ owner, owned, share, financial, operational, from, length }) => ({
    owner,
    owned,
    equity_share: share,
    financial_control: financial,
    operational_control: operational,
    valid_from: from,
    valid_to: length === null ? null : addDays(from, length),
  }));
const activityArbitrary: fc.Arbitrary<Cells> = fc
  .record({
    entity: fc.constantFrom('P', ...NAMES),
    kg: fc.integer({ min: -1_000_000, max: 100_000_000 }).map((n) => new Decimal(BigInt(n), 5).toString()),
    start: date,
    days: fc.integer({ min: 0, max: 70 }),
    supplier: fc.constantFrom('', 'Elsewhere', 'A', 'C'),
    quality: fc.constantFrom('measured', 'estimated'),
    made: fc.constantFrom(emits, buys, draws, draws),
  })
  .map(({ entity, kg, start, days, supplier, quality, made }) =>
    made(entity, kg, start, { end_date: addDays(start, days), supplier, data_quality: quality }),
  );

interface Line {
  entity: string;
  month: string;
  day: number;
  days: number;
  supplier: string;
  data_quality: string;
  country: string;
  activity: string;
  scope: number;
  category: number;
  co2e_source: string;
  sign: number;
}

/** Rounded half away from zero. */
const away = (x: bigint, d: bigint): bigint => (2n * x + (x < 0n ? -d : d)) / (2n * d);

/** kg of a line under the boundary, in units of 10^-42, one day after the other. */
function weigh(line: Line, boundary: ReturnType<typeof makeBoundary>): bigint {
  const first = addDays(`${line.month}-01`, line.day - 1);
  let days = 0n;
  for (let d = 0; d < line.days; d += 1) days += boundary.share(line.entity, addDays(first, d)).toDecimal(18).mantissa;
  const share = away(days, BigInt(line.days));
  const internal =
    line.scope === 1 || line.supplier === line.entity || line.supplier === ''
      ? 0n
      : boundary.share(line.supplier, first).toDecimal(18).mantissa;
  const mass = Decimal.parse(line.co2e_source).rescale(24, 'exact').mantissa;
  return mass * (share - away(share * internal, 10n ** 18n));
}

const GROUPINGS: Dimension[][] = [
  ['scope', 'category'],
  ['entity'],
  ['month'],
  ['entity', 'country'],
  ['country'],
  ['supplier'],
  ['data_quality'],
  ['activity', 'month'],
  ['gas'],
];

test('every grouping foots to the same total, and that is what a calculation day by day gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(edgeArbitrary, { minLength: 1, maxLength: 5 }),
      fc.array(activityArbitrary, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...APPROACHES),
      fc.constantFrom(...MARKET_GROUPINGS),
      async (edges, activities, approach, market) => {
        const ledger: TestLedger = await openTestLedger(engines);
        const entities = [...named('P', 'A', 'B', 'C'), { external_id: 'Site', parent: 'A' }];
        await ledger.post([
          adoption(1, RELEASES),
          posted(2, entities, 'entities'),
          posted(3, edges, 'ownership'),
          posted(4, activities),
          ...COVERS,
        ]);
        const context: ReadContext = { engines, accountId: 1, database: ledger.context.database, seq: 4 };
        const lines = await read<Line>(
          context,
          `SELECT toString(t.entity) AS entity, substring(toString(t.month), 1, 7) AS month, t.day AS day, t.days AS days,
             toString(t.supplier) AS supplier, toString(t.data_quality) AS data_quality, m.country AS country, m.activity AS activity,
             m.scope AS scope, m.category AS category, toString(t.co2e_source) AS co2e_source, t.sign AS sign
           FROM emissions AS t INNER JOIN matches AS m ON t.match = m.match AND m.sign = 1`,
        );
        const boundary = makeBoundary(await organisationAsOf(context, 4), {
          approach,
          parent: 'P',
          from: '2025-01-01',
          to: '2026-01-01',
        });
        const expected = (key: (line: Line) => string) => {
          const sums = new Map<string, bigint>();
          for (const line of lines) sums.set(key(line), (sums.get(key(line)) ?? 0n) + weigh(line, boundary));
          return new Map(
            [...sums].filter(([, sum]) => sum !== 0n).map(([name, sum]) => [name, new Decimal(sum, 42).toString()]),
          );
        };
        const whole = expected(() => '').get('') ?? '0';
        for (const groupBy of GROUPINGS) {
          const statement = await inventory(context, { approach, parent: 'P', groupBy });
          expect([groupBy, statement.total.co2e_kg]).toEqual([groupBy, whole]);
          const rows = new Map(
            statement.rows
              .filter(({ co2e_kg }) => co2e_kg !== '0')
              .map(({ keys, co2e_kg }) => [groupBy.map((dimension) => keys[dimension]).join('|'), co2e_kg]),
          );
          const sum = [...rows.values()].reduce((added, kg) => added.add(Decimal.parse(kg)), Decimal.ZERO);
          expect([groupBy, sum.toString()]).toEqual([groupBy, whole]);
          if (groupBy[0] === 'gas') continue;
          const of = (line: Line) =>
            groupBy
              .map((dimension) => {
                const value = String((line as unknown as Record<string, unknown>)[dimension]);
                return dimension === 'category' && value === '0' ? '' : value;
              })
              .join('|');
          expect([...rows].sort()).toEqual([...expected(of)].sort());
        }
        const twice = await Promise.all(
          [0, 1].map(() => inventory(context, { approach, parent: 'P', groupBy: ['entity'] })),
        );
        expect(JSON.stringify(twice[0])).toBe(JSON.stringify(twice[1]));
        // Counted and left out together are everything.
        const all = Decimal.parse((await inventory(context)).total.co2e_kg);
        const out = Decimal.parse(twice[0]!.boundary!.excluded.co2e_kg);
        expect(Decimal.parse(whole).add(out).toString()).toBe(all.toString());
        await sameElsewhere(context, approach, whole, market);
        await engines.clickhouse.client('default').command({ query: `DROP DATABASE ${context.database}` });
      },
    ),
    { numRuns: 6, endOnFailure: true, interruptAfterTimeLimit: 45_000, markInterruptAsFailure: false },
  );
}, 90_000);

const D = (text: string) => Decimal.parse(text);
/** Less than this many kg apart: what is rounded at the 24th decimal of a kilogram. */
const near = (a: Rational, b: Rational) => a.sub(b).mul(a.sub(b)).cmp(Rational.parse('1e-36')) < 0;
const MARKET_GROUPINGS: Dimension[][] = [
  ['scope'],
  ['supplier', 'data_quality'],
  ['entity', 'month'],
  ['supplier'],
  ['country', 'activity', 'factor', 'release', 'region'],
  ['gas'],
  ['data_quality', 'gas', 'method', 'category', 'year'],
];

const VINTAGE = { vintage_start: '2025-01-01', vintage_end: '2025-12-31', country: 'GB', net_of_resold: 'yes' };
/** Entries 5 to 7: what covers some of the electricity. */
const COVERS: Entry[] = [
  posted(
    5,
    [
      { external_id: 'I1', kind: 'supplier_rate', mwh: '0.3', emission_rate: '0.1234567', ...VINTAGE },
      { external_id: 'I2', kind: 'supplier_rate', mwh: '0.7', emission_rate: '0', site: 'A', ...VINTAGE },
    ],
    'instruments',
  ),
  posted(6, [{ external_id: 'GB', country: 'GB', year: '2025', kg_per_kwh: '0.365' }], 'residual_mixes'),
  posted(
    7,
    [
      {
        external_id: 'PV',
        site: 'C',
        start_date: '2025-02-11',
        end_date: '2025-03-13',
        country: 'GB',
        used_kwh: '77',
        certificates: 'sold',
      },
    ],
    'own_generation',
  ),
];

/** What-ifs, uncertainty and both methods of scope 2 count as the inventory does. */
async function sameElsewhere(
  context: ReadContext,
  approach: Approach,
  whole: string,
  groupBy: Dimension[],
): Promise<void> {
  const boundary = { approach, parent: 'P' };
  const under = { ...DEFAULT_METHODOLOGY, ...boundary };
  const everything = (await inventory(context)).total.co2e_kg;
  // `exact` decides again, and alike.
  const { before, after } = await compare(
    { context, methodology: DEFAULT_METHODOLOGY },
    { context, methodology: { ...under, time: 'exact' } },
    false,
  );
  expect([before.toString(), after.toString()]).toEqual([everything, whole]);
  const query = { gwp: 'AR5', method: 'approach_1', seed: 1, draws: 2 } as const;
  expect((await uncertainty(context, { ...query, ...boundary })).total.co2e_kg).toBe(whole);
  const location = (await inventory(context, { ...boundary, filters: { scope: ['2'] } })).total.co2e_kg;
  {
    const plain = await scope2Statement(context, { ...boundary, groupBy });
    expect([plain!.location_based.co2e_kg, plain!.market_based.co2e_kg, sumOf(plain!.rows)]).toEqual([
      location,
      location,
      location,
    ]);
  }
  const later = { ...context, seq: 7 };
  const lines = await read<Line & { match: string; used: string }>(
    later,
    `SELECT toString(t.entity) AS entity, substring(toString(t.month), 1, 7) AS month, t.day AS day, t.days AS days,
       toString(t.supplier) AS supplier, m.scope AS scope, toString(t.match) AS match, toString(t.used) AS used, '1' AS co2e_source
     FROM emissions AS t INNER JOIN matches AS m ON t.match = m.match AND m.sign = 1 WHERE m.scope = 2`,
  );
  const shares = makeBoundary(await organisationAsOf(later, 7), { ...boundary, from: '2025-01-01', to: '2026-01-01' });
  const ONE = 10n ** 42n;
  let expected = Rational.ZERO;
  for (const { use, sums } of (await marketBook(later, 7, under)).lines) {
    const own = lines.filter(
      (line) => line.entity === use.entity && line.month === use.month && line.match === use.ref,
    );
    const used = sumDecimals(own.map((line) => D(line.used)));
    // What nothing is used of in all takes no part here: its kilograms are 0.
    if (!use.own && used.isZero()) continue;
    const counted = use.own
      ? Rational.fromDecimal(shares.shareOver(use.entity, use.days!.first, use.days!.last).toDecimal(18))
      : own
          .map((line) => Rational.fromDecimal(D(line.used)).mul(new Rational(weigh(line, shares), ONE)))
          .reduce((sum, part) => sum.add(part), Rational.ZERO)
          .div(Rational.fromDecimal(used));
    expected = expected.add(Rational.fromDecimal(D(sums.co2e_source)).mul(counted));
  }
  const market = (await scope2Statement(later, boundary))!.market_based.co2e_kg;
  expect([market, near(Rational.parse(market), expected)]).toEqual([market, true]);
  {
    const { rows, market_based } = (await scope2Statement(later, { ...boundary, groupBy }))!;
    expect([groupBy, market_based.co2e_kg, sumOf(rows)]).toEqual([groupBy, market, market]);
  }
  // A row is what its filter gives.
  const bySupplier = (await scope2Statement(later, { ...boundary, groupBy: ['supplier'] }))!.rows;
  for (const { keys, co2e_kg } of bySupplier.filter((row) => row.keys.supplier !== '').slice(0, 1)) {
    const filtered = await scope2Statement(later, { ...boundary, filters: { supplier: [keys.supplier!] } });
    expect([keys, filtered!.market_based.co2e_kg]).toEqual([keys, co2e_kg]);
  }
}

const sumOf = (rows: ReadonlyArray<{ co2e_kg: string }>) =>
  sumDecimals(rows.map(({ co2e_kg }) => D(co2e_kg))).toString();
