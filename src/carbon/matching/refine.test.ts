/** Rules about supplier, entity and attributes: what they decide, in the ledger and in estimates, and that descriptors stay few. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import type { Engines } from '../../engines/types.ts';
import { inventory } from '../inventory.ts';
import { adoption, type Cells, entry, openTestLedger, posted, type TestLedger } from '../ledger.test-support.ts';
import { read } from '../sql.ts';
import { compileChoices } from './choices.ts';
import { changeOf, choicesInForce, statedChoices } from './ledger.ts';
import { previewChange } from './preview.ts';
import { furtherConditions, holding, refinementBy } from './refine.ts';

let engines: Engines;
let ledger: TestLedger;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const bill = (id: string, more: Cells = {}): Cells => ({
  external_id: id,
  entity: 'Leeds',
  activity: 'Power',
  quantity: '1000',
  unit: 'kWh',
  country: 'GB',
  start_date: '2025-02-03',
  ...more,
});
const rule = (name: string, field: string, op: string, values: string[], family = 'Electricity, United Kingdom') => ({
  rule: name,
  when: [
    { field: 'activity', op: 'is', values: ['power'] },
    { field, op, values },
  ],
  family,
});
const stateOf = async (of: TestLedger, seq: number) => {
  const [statement, all] = await Promise.all([
    inventory({ ...of.context, seq }, { groupBy: ['entity'], filters: { scope: ['2'] } }),
    inventory({ ...of.context, seq }),
  ]);
  return [statement.total.lines, all.held.reduce((sum, { lines }) => sum + lines, 0)];
};

// Each has ledgers of its own.
test.concurrent.each([
  ['supplier', 'is', ['OCTOPUS  Energy']],
  ['supplier', 'is_not', ['Windy Ltd', '']],
  ['attributes.meter', 'ends_with', ['-Ω7']],
  ['entity', 'is', ['Lyon']],
])(
  'a rule with %s %s %j decides about the rows for which it holds, and no longer when it is undone',
  async (field, op, values) => {
    const [ledger, whole] = await Promise.all([openTestLedger(engines), openTestLedger(engines)]);
    const state = (seq: number) => stateOf(ledger, seq);
    const rows = [
      bill('a', { supplier: ' Octopus energy ', 'attributes.meter': 'x-ω7', entity: 'Lyon' }),
      bill('b', { supplier: 'Windy Ltd' }),
      bill('c'),
    ];
    const later = bill('d', { supplier: 'octopus ENERGY', 'attributes.meter': '-ω7', entity: 'lyon' });
    await ledger.post([adoption(1), posted(2, rows)]);
    expect(await state(2)).toEqual([0, 3]);
    const stated = entry(3, 'matching.rule', { rules: [rule('r', field, op, values)] });
    const tried = await previewChange({ ...ledger.context, seq: 2 }, changeOf([], statedChoices(stated), []), 'AR5');
    await ledger.post([stated]);
    expect(await state(3)).toEqual([1, 2]);
    // Tried before it is stated, the rule does what it then does.
    const { total } = await inventory({ ...ledger.context, seq: 3 });
    expect(tried).toMatchObject({
      lines: 1,
      held_lines: 0,
      before_kg: '0',
      change_kg: total.co2e_kg,
      choices: [{ lines: 1, change_kg: total.co2e_kg }],
    });
    const undone = changeOf(await choicesInForce(ledger.context, 3), [], ['3.1']);
    expect(await previewChange({ ...ledger.context, seq: 3 }, undone, 'AR5')).toMatchObject({
      lines: 1,
      held_lines: 1,
      after_kg: '0',
    });
    await ledger.post([posted(4, [later])]);
    expect(await state(4)).toEqual([2, 2]);
    await ledger.post([entry(5, 'matching.undo', { choices: ['3.1'] })]);
    expect(await state(5)).toEqual([0, 4]);
    expect(await state(4)).toEqual([2, 2]);
    await ledger.post([entry(6, 'matching.rule', { rules: [rule('again', field, op, values)] })]);
    expect(await state(6)).toEqual([2, 2]);

    // Posted in one go, the same stands there.
    await whole.post([
      adoption(1),
      posted(2, rows),
      entry(3, 'matching.rule', { rules: [rule('r', field, op, values)] }),
      posted(4, [later]),
    ]);
    const [stepwise, atOnce] = [ledger, whole];
    const sums = (of: TestLedger) =>
      read(
        of.context,
        'SELECT month, class, sum(lines) AS n, sum(co2e_source) AS kg FROM class_totals WHERE seq <= 4 GROUP BY month, class ORDER BY class',
      );
    expect(await sums(atOnce)).toEqual(await sums(stepwise));
  },
);

test('values add no descriptors, only conditions that hold do', async () => {
  ledger = await openTestLedger(engines);
  const rows = Array.from({ length: 50 }, (_, i) => bill(`row ${i}`, { supplier: `Supplier ${i}` }));
  await ledger.post([
    adoption(1),
    entry(2, 'matching.rule', { rules: [rule('r', 'supplier', 'is', ['supplier 7', 'supplier 8'])] }),
    posted(3, rows),
  ]);
  const [found] = await read<{ n: string }>(ledger.context, 'SELECT uniqExact(descriptor) AS n FROM matches');
  expect(found!.n).toBe('2');
  expect(await stateOf(ledger, 3)).toEqual([2, 48]);
});

describe('conditions', () => {
  const conditions = furtherConditions(
    compileChoices([]).rules.concat([
      { conditions: [{ field: 'supplier', op: 'is_not', values: ["O'Neill \\ Sons"] }] } as never,
    ]),
  );
  test('are positive, and hold in TypeScript as in SQL', async () => {
    const facts = [{ supplier: "o'neill \\  sons" }, { supplier: 'other' }, {}];
    expect(facts.map((fact) => holding(conditions, fact).size)).toEqual([1, 0, 0]);
    const sql = `SELECT length(${refinementBy(conditions).facts}) AS n FROM values('supplier String, descriptor UInt64', ({a:String}, 1), ({b:String}, 1))`;
    expect(await read(ledger.context, sql, { a: facts[0]!.supplier, b: 'other' })).toEqual([{ n: '1' }, { n: '0' }]);
  });
});
