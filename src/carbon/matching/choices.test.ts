import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testEngines } from '../../../test/support/engines.ts';
import type { Engines } from '../../engines/types.ts';
import type { Entry } from '../../journal/types.ts';
import { carbonBook } from '../book.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { BY_LINE, type Descriptor, decide, indexFactors } from '../decide.ts';
import { inventory } from '../inventory.ts';
import {
  adoption,
  type Cells,
  entry,
  openTestLedger,
  posted,
  postedBothWays,
  type TestLedger,
} from '../ledger.test-support.ts';
import { read } from '../sql.ts';
import { type Choice, compileChoices } from './choices.ts';
import { choicesInForce, statedChoices } from './ledger.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await testEngines();
});
afterAll(() => engines.close());

const index = indexFactors(loadCatalogue().factors, gwpSet);
const GAS = 'uk-desnz-2025/natural-gas/kwh-gross-cv';

const gas: Descriptor = {
  activity: 'Heizung Werk 2',
  unit: 'kWh (Gross CV)',
  currency: '',
  country: 'GB',
  region: '',
  category: '',
  hasQuantity: true,
  hasAmount: false,
};
const choicesOf = (...entries: Entry[]) => compileChoices(entries.flatMap((one) => statedChoices(one)));
const decision = (seq: number, ...decisions: object[]) => entry(seq, 'matching.decide', { decisions });
const rule = (seq: number, ...rules: object[]) => entry(seq, 'matching.rule', { rules });
const factorOf = (descriptor: Descriptor, year: number, ...entries: Entry[]) => {
  const made = decide(descriptor, year, index, choicesOf(...entries));
  return 'held' in made ? made.held : made.lines[0]!.factor.id;
};

describe('which choice applies', () => {
  test('a line that names its factor by id goes before a rule, a rule before a decision, a decision before the name', () => {
    const diesel = { family: 'Diesel (100% mineral diesel)' };
    const stated = [
      decision(2, { activity: 'Natural gas', family: 'Butane' }, { activity: GAS, family: 'Butane' }),
      rule(3, {
        rule: 'all gas',
        when: [{ field: 'activity', op: 'contains', values: ['natural'] }],
        family: 'Propane',
      }),
    ];
    expect(factorOf({ ...gas, activity: GAS }, 2025, ...stated)).toBe(GAS);
    expect(factorOf({ ...gas, activity: 'Natural gas' }, 2025, ...stated)).toBe('uk-desnz-2025/propane/kwh-gross-cv');
    expect(factorOf({ ...gas, activity: 'Natural gas' }, 2025, stated[0]!)).toBe('uk-desnz-2025/butane/kwh-gross-cv');
    expect(factorOf({ ...gas, activity: 'Natural gas' }, 2025)).toBe(GAS);
    expect(factorOf(gas, 2025, decision(2, { activity: 'other', ...diesel }))).toBe('unknown_activity');
    expect(decide({ ...gas, activity: GAS }, 2025, index)).toMatchObject({ chosenBy: BY_LINE });
  });

  test('a family follows the year, a factor is pinned and the other year is flagged', () => {
    const family = decision(2, { activity: gas.activity, family: 'Natural gas' });
    const pinned = decision(2, { activity: gas.activity, factor: GAS });
    expect(factorOf(gas, 2024, family)).toBe('uk-desnz-2024/natural-gas/kwh-gross-cv');
    expect(factorOf(gas, 2024, pinned)).toBe(GAS);
    expect(decide(gas, 2024, index, choicesOf(pinned))).toMatchObject({ lines: [{ flags: 4 }, {}] });
    expect(factorOf(gas, 2031, pinned)).toBe('no_factor_for_year');
    expect(factorOf({ ...gas, unit: 'kg' }, 2025, pinned)).toBe('unit_mismatch');
  });

  test('more facts go before fewer, later before earlier; units are compared by what they mean', () => {
    const broad = decision(2, { activity: 'HEIZUNG  werk 2', factor: null, reason: 'not ours' });
    const narrow = decision(3, { activity: gas.activity, unit: 'kwh (HHV)', factor: GAS });
    expect(factorOf(gas, 2025, narrow, broad)).toBe(GAS);
    expect(factorOf({ ...gas, unit: 'MWh (Gross CV)' }, 2025, narrow, broad)).toBe('left_out');
  });

  test('rules by priority, years and every operator', () => {
    const when = (op: string, values: string[]) => [{ field: 'activity', op, values }];
    const low = rule(2, { rule: 'low', when: when('starts_with', ['heiz']), factor: null, reason: 'x' });
    const high = rule(3, { rule: 'high', when: when('ends_with', ['WERK 2']), factor: GAS, priority: 5 });
    expect(factorOf(gas, 2025, low, high)).toBe(GAS);
    expect(factorOf(gas, 2025, low)).toBe('left_out');
    const until = rule(3, { rule: 'high', when: when('is_not', ['x']), factor: GAS, priority: 5, last_year: 2024 });
    expect(factorOf(gas, 2025, low, until)).toBe('left_out');
    expect(factorOf(gas, 2024, low, until)).toBe(GAS);
  });

  test('a factor that no adopted release has is held, not replaced', () => {
    expect(factorOf(gas, 2025, decision(2, { activity: gas.activity, factor: 'old/one' }))).toBe(
      'chosen_factor_missing',
    );
  });
});

const bill = (id: string, activity = gas.activity, date = '2025-03-01'): Cells => ({
  external_id: id,
  activity,
  quantity: '1000',
  unit: 'kWh (Gross CV)',
  country: 'GB',
  start_date: date,
});

async function co2e(ledger: TestLedger, seq: number): Promise<{ kg: string; held: number }> {
  const statement = await inventory({ engines, accountId: 1, database: ledger.context.database, seq });
  return {
    kg: statement.total.co2e_kg,
    held: statement.held.reduce((sum, { lines }) => sum + lines, 0),
  };
}

test('a decision posts what was held, is remembered, superseded and undone; every earlier state stays readable', async () => {
  const ledger = await openTestLedger(engines);
  const entries = [
    adoption(1),
    posted(2, [bill('a'), bill('b', 'Natural gas')]),
    decision(3, { activity: gas.activity, factor: GAS }),
    posted(4, [bill('c')]),
    decision(5, { activity: gas.activity, factor: null, reason: 'sold on to the tenant' }),
    entry(6, 'matching.undo', { choices: ['5.1'] }),
  ];
  for (const one of entries) await ledger.post([one]);
  const one = await co2e(ledger, 2);
  expect(one.held).toBe(1);
  const kg = (n: number) => String(Number(one.kg) * n);
  expect(await co2e(ledger, 3)).toEqual({ kg: kg(2), held: 0 });
  expect(await co2e(ledger, 4)).toEqual({ kg: kg(3), held: 0 });
  expect(await co2e(ledger, 5)).toEqual({ kg: kg(1), held: 2 });
  // Undoing the later decision does not bring the superseded one back.
  expect(await co2e(ledger, 6)).toEqual({ kg: kg(1), held: 2 });
  const reasons = await read<{ held: string; chosen_by: string }>(
    ledger.context,
    `SELECT held, chosen_by FROM matches WHERE seq = 6 AND sign = 1`,
  );
  expect(reasons).toEqual([{ held: 'unknown_activity', chosen_by: '' }]);
  const together = await openTestLedger(engines);
  await together.post(entries);
  for (const { seq } of entries) {
    const [all, stepwise] = await Promise.all([together, ledger].map(({ context }) => carbonBook.totals(context, seq)));
    expect(all).toEqual(stepwise);
  }
});

const target = fc.constantFrom<object>(
  { factor: GAS },
  { family: 'Propane' },
  { factor: null, reason: 'no' },
  { family: 'none such' },
);
const activityName = fc.constantFrom('a', 'b', 'Natural gas');
const step = fc.oneof(
  fc
    .array(
      fc.tuple(activityName, fc.constantFrom(undefined, 'GB'), target).map(([activity, country, to]) => ({
        activity,
        ...(country && { country }),
        ...to,
      })),
      { minLength: 1, maxLength: 3 },
    )
    .map((decisions) => (seq: number) => decision(seq, ...decisions)),
  fc.tuple(fc.constantFrom('r1', 'r2'), activityName, fc.integer({ min: -1, max: 1 }), target).map(
    ([name, value, priority, to]) =>
      (seq: number) =>
        rule(seq, { rule: name, when: [{ field: 'activity', op: 'is', values: [value] }], priority, ...to }),
  ),
  fc.integer({ min: 2, max: 6 }).map((of) => (seq: number) => entry(seq, 'matching.undo', { choices: [`${of}.1`] })),
  activityName.map((activity) => (seq: number) => posted(seq, [bill(`${activity}${seq}`, activity)])),
);

test('the matches in force are those that the choices in force decide, at every entry, posted one by one or together', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 7 }), async (steps) => {
      const first = posted(2, [bill('1', 'a'), bill('2', 'b'), bill('3', 'Natural gas')]);
      const entries = [adoption(1), first, ...steps.map((make, i) => make(i + 3))];
      const [single, together] = await postedBothWays(engines, entries);
      for (const { seq } of entries.slice(1)) {
        const [choices, ...sums] = await Promise.all([
          choicesInForce(single.context, seq),
          ...[together, single].map(({ context }) => carbonBook.totals(context, seq)),
        ]);
        expect(sums[0]).toEqual(sums[1]);
        expect(choices.map(({ id }) => id)).toEqual(inForce(entries, seq).map(({ id }) => id));
        const rows = await read<{ activity: string; found: string }>(
          single.context,
          `SELECT activity, if(held = '', factor_id, held) AS found FROM matches
           WHERE seq <= {seq:UInt64} AND line = 0
           GROUP BY activity, found, match HAVING sum(sign) > 0`,
          { seq },
        );
        const compiled = compileChoices(choices);
        for (const { activity, found } of rows) {
          const made = decide({ ...gas, activity }, 2025, index, compiled);
          expect(found).toBe('held' in made ? made.held : made.lines[0]!.factor.id);
        }
      }
      for (const { context } of [single, together])
        await engines.clickhouse.client('default').command({ query: `DROP DATABASE ${context.database}` });
    }),
    { numRuns: 3, endOnFailure: true },
  );
}, 240_000);

/** In force by the plainest reading of the entries. */
function inForce(entries: readonly Entry[], seq: number): Choice[] {
  let found: Choice[] = [];
  for (const one of entries) {
    if (one.seq > seq) break;
    const undone = one.kind === 'matching.undo' ? (one.payload as { choices: string[] }).choices : [];
    found = found.filter(({ id }) => !undone.includes(id));
    for (const choice of statedChoices(one)) {
      found = found.filter(({ kind, subject }) => kind !== choice.kind || subject !== choice.subject);
      found.push(choice);
    }
  }
  return found;
}
