import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import type { Entry } from '../journal/types.ts';
import { Decimal } from '../kernel/decimal.ts';
import { carbonBook } from './book.ts';
import {
  adoption,
  type Cells,
  deleted,
  entry,
  openTestLedger,
  posted,
  postedBothWays,
  type TestLedger,
} from './ledger.test-support.ts';
import { oracle } from './oracle.test-support.ts';
import { read, run } from './sql.ts';
import { MASSES } from './tables.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const KINDS: Array<[activity: string, unit: string, country: string]> = [
  ['Natural gas', 'kWh (Gross CV)', 'GB'],
  ['natural  GAS', 'kWh (Net CV)', 'GB'],
  ['Natural gas', 'kWh', 'GB'],
  ['Natural gas', 'MWh (Gross CV)', 'DE'],
  ['Natural Gas', 'scf', 'US'],
  ['Natural Gas (US)', 'kWh (Gross CV)', 'US'],
  ['Anthracite (US)', 'kg', 'US'],
  ['Anthracite (US)', 'ton', 'US'],
  ['Electricity, United Kingdom', 'kWh', 'GB'],
  ['Electricity, United Kingdom', 'MWh', 'FR'],
  ['Wishful thinking', 'kWh', 'GB'],
  ['Natural gas', 'furlong', 'XX'],
];

const date = fc
  .integer({ min: 0, max: 4 * 365 })
  .map((n) => new Date(Date.UTC(2023, 0, 1 + n)).toISOString().slice(0, 10));
const life = fc
  .tuple(fc.option(date), fc.option(date))
  .map(([one, other]) =>
    one !== null && other !== null && one > other ? { opened: other, closed: one } : { opened: one, closed: other },
  );
const quantity = fc.oneof(
  fc.integer({ min: -100_000, max: 1_000_000 }).map(String),
  fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((n) => new Decimal(BigInt(n), 6).toString()),
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((n) => new Decimal(n, 12).toString()),
  fc.constantFrom('0', '99999999999999999999999999', '12345678901.5'),
);
const activity: fc.Arbitrary<Cells> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    kind: fc.constantFrom(...KINDS),
    quantity,
    start: date,
    length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 45 }), fc.integer({ min: 300, max: 800 })),
    entity: fc.constantFrom('Leeds', 'Lyon', ''),
  })
  .map(({ id, kind, quantity: q, start, length, entity }) => ({
    external_id: id,
    activity: kind[0],
    unit: kind[1],
    country: kind[2],
    quantity: q,
    start_date: start,
    end_date: length === 0 ? null : new Date(Date.parse(start) + length * 86_400_000).toISOString().slice(0, 10),
    entity,
  }));
type Step = (seq: number) => Entry;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(activity, { minLength: 1, maxLength: 6 }).map(
      (rows): Step =>
        (seq) =>
          posted(seq, rows),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }).map(
      (ids): Step =>
        (seq) =>
          deleted(seq, ids),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.subarray(['Leeds', 'Lyon'], { minLength: 1 }), life).map(
      ([ids, life]): Step =>
        (seq) =>
          posted(
            seq,
            ids.map((external_id) => ({ external_id, ...life })),
            'entities',
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.subarray(['Leeds', 'Lyon'], { minLength: 1 }).map(
      (ids): Step =>
        (seq) =>
          deleted(seq, ids, 'entities'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.subarray(['uk-desnz-2024', 'uk-desnz-2025', 'us-epa-hub-2025']).map(
      (ids): Step =>
        (seq) =>
          adoption(seq, ids),
    ),
  },
);

/** What the ledger holds as of `seq`, in the oracle's words. */
async function held(ledger: TestLedger, seq: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const lines = await read<Record<string, string>>(
    ledger.context,
    `SELECT origin_seq, origin_row, toString(e.month) AS month_, any(m.factor_id) AS factor, toString(sum(e.used)) AS used_,
       ${MASSES.map((mass) => `toString(sum(e.${mass})) AS sum_${mass}`).join(', ')}
     FROM emissions AS e INNER JOIN (SELECT * FROM matches WHERE sign = 1) AS m ON e.match = m.match
     WHERE e.seq <= {seq:UInt64}
     GROUP BY origin_seq, origin_row, month_, e.match, e.part
     HAVING sum(e.sign) != 0`,
    { seq },
  );
  for (const row of lines) {
    const masses = MASSES.map((mass) => row[`sum_${mass}`]);
    found.set(`${row.origin_seq}.${row.origin_row}|${row.month_}|${row.factor}`, [row.used_, ...masses].join(' '));
  }
  const holds = await read<Record<string, string>>(
    ledger.context,
    `SELECT origin_seq, origin_row, toString(month) AS month_, reason, toString(sum(quantity)) AS quantity_
     FROM held WHERE seq <= {seq:UInt64} GROUP BY origin_seq, origin_row, month_, reason, match, part HAVING sum(sign) != 0`,
    { seq },
  );
  for (const row of holds)
    found.set(`held|${row.origin_seq}.${row.origin_row}|${row.month_}|${row.reason}`, row.quantity_!);
  return found;
}

async function drop(ledger: TestLedger): Promise<void> {
  await engines.clickhouse.client('default').command({ query: `DROP DATABASE ${ledger.context.database}` });
}

const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

test('the ledger agrees with a calculation line by line, at every entry, whether posted one by one or together', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
      const entries = [adoption(1), ...steps.map((make, i) => make(i + 2))];
      const [single, together] = await postedBothWays(engines, entries);
      for (const { seq } of entries) {
        const [lines, ...sums] = await Promise.all([
          held(single, seq),
          ...[together, single].map(({ context }) => carbonBook.totals(context, seq)),
        ]);
        expect(sorted(lines)).toEqual(sorted(oracle(entries, seq)));
        expect(sums[0]).toEqual(sums[1]);
      }
      await totalsFoot(together, entries.length);
      await Promise.all([drop(single), drop(together)]);
    }),
    { numRuns: 8, endOnFailure: true, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
}, 240_000);

/** Every table of totals adds up to the lines. */
async function totalsFoot(ledger: TestLedger, seq: number): Promise<void> {
  const sums = (table: string, lines: string, where = '1') =>
    read(
      ledger.context,
      `SELECT toString(sum(${lines})) AS lines, ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, 24))) AS ${mass}`).join(', ')}
       FROM ${table} AS t WHERE seq <= {seq:UInt64} AND ${where}`,
      { seq },
    );
  const [lines, ...others] = await Promise.all([
    sums('emissions', 'sign'),
    sums('inventory_totals', 'lines'),
    sums('match_totals', 'lines'),
    ...['country', 'data_quality', 'supplier'].map((facet) => sums('facet_totals', 'lines', `facet = '${facet}'`)),
  ]);
  for (const found of others) expect(found).toEqual(lines);
}

test('what ended before its entity opened is held as what began after it closed is, until the days are put right', async () => {
  const ledger = await openTestLedger(engines);
  const at = (id: string, start_date: string, end_date: string | null = null): Cells => ({
    ...row(id, 'Natural gas', '10', 'kWh (Gross CV)'),
    entity: 'Leeds',
    start_date,
    end_date,
  });
  const leeds = (opened: string | null, closed: string | null) => [{ external_id: 'Leeds', opened, closed }];
  const reasons = async (seq: number) =>
    (
      await read<{ reason: string; n: string }>(
        ledger.context,
        'SELECT reason, sum(sign) AS n FROM held WHERE seq <= {seq:UInt64} GROUP BY reason HAVING n != 0 ORDER BY reason',
        { seq },
      )
    ).map(({ reason, n }) => `${n} ${reason}`);
  // In order: two wholly before, one that ends on the first day, one across it, two from the closing day on.
  await ledger.post([
    adoption(1),
    posted(2, leeds('2025-03-10', '2025-10-01'), 'entities'),
    posted(3, [at('a', '2025-02-01'), at('b', '2025-02-01', '2025-03-09')]),
    posted(4, [at('c', '2025-03-01', '2025-03-10'), at('d', '2025-02-01', '2025-04-01')]),
    posted(5, [at('e', '2025-10-01'), at('f', '2025-11-01', '2026-01-10')]),
  ]);
  // Bills over several months are held month by month: b over two, f over three.
  expect(await reasons(4)).toEqual(['3 entity_not_open']);
  expect(await reasons(5)).toEqual(['4 entity_closed', '3 entity_not_open']);
  await ledger.post([posted(6, leeds('2025-03-09', '2025-10-02'), 'entities')]);
  expect(await reasons(6)).toEqual(['3 entity_closed', '1 entity_not_open']);
  await ledger.post([posted(7, leeds(null, null), 'entities')]);
  expect(await reasons(7)).toEqual([]);
  await ledger.post([posted(8, leeds('2025-12-01', null), 'entities')]);
  // Of f alone, which goes on until January, nothing is held.
  expect(await reasons(8)).toEqual(['8 entity_not_open']);
  await totalsFoot(ledger, 8);
});

test('a changed amount is found', async () => {
  const ledger = await openTestLedger(engines);
  await ledger.post([adoption(1), posted(2, [row('a', 'Natural gas', '12', 'kWh (Gross CV)')])]);
  const before = await carbonBook.totals(ledger.context, 2);
  await run(
    ledger.context,
    'ALTER TABLE emissions UPDATE n2o = n2o + toDecimal128(1, 24) / 1000000 WHERE 1 SETTINGS mutations_sync = 1',
  );
  const after = await carbonBook.totals(ledger.context, 2);
  expect(after['emissions hash']).not.toBe(before['emissions hash']);
  expect(after['emissions n2o kg']).not.toBe(before['emissions n2o kg']);
});

test('a release that is not the one adopted is refused', async () => {
  const ledger = await openTestLedger(engines);
  const wrong = entry(1, 'factors.adopt', { releases: [{ release: 'uk-desnz-2025', hash: '00' }] });
  await expect(ledger.post([wrong, posted(2, [row('a', 'Natural gas', '1', 'kWh (Gross CV)')])])).rejects.toMatchObject(
    {
      code: 'corrupt',
    },
  );
});

function row(id: string, name: string, amount: string, unit: string): Cells {
  return { external_id: id, activity: name, quantity: amount, unit, start_date: '2025-06-01', country: 'GB' };
}
