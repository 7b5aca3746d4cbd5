/**
 * Methodologies: M-01, M-02 and R-03 of the domain specification; what adopting one does to the ledger; and that what-ifs and
 * comparisons say by cause, to the last digit, what another ledger would hold.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gwpSet } from '../../src/carbon/catalogue/gwp.ts';
import { loadCatalogue } from '../../src/carbon/catalogue/load.ts';
import type { Factor } from '../../src/carbon/catalogue/types.ts';
import { type Descriptor, decide, indexFactors, pick } from '../../src/carbon/decide.ts';
import { inventory } from '../../src/carbon/inventory.ts';
import { adoption, type Cells, entry, openTestLedger, posted } from '../../src/carbon/ledger.test-support.ts';
import { co2eUnder } from '../../src/carbon/methodology/co2e.ts';
import { CAUSES, difference, type Position, type Side } from '../../src/carbon/methodology/difference.ts';
import { differsFromBooks, inventoryUnder } from '../../src/carbon/methodology/inventoryUnder.ts';
import { methodologies, methodologyInForce, methodologyNamed } from '../../src/carbon/methodology/ledger.ts';
import {
  checkName,
  contentOf,
  DEFAULT_METHODOLOGY,
  type Methodology,
  type MethodologyInput,
} from '../../src/carbon/methodology/methodology.ts';
import { DEFAULT_POLICIES, type TimePolicy } from '../../src/carbon/methodology/policies.ts';
import { compare } from '../../src/carbon/methodology/whatIf.ts';
import { MASSES, type Mass } from '../../src/carbon/tables.ts';
import type { Engines } from '../../src/engines/types.ts';
import { Decimal, sumDecimals } from '../../src/kernel/decimal.ts';
import { Rational } from '../../src/kernel/rational.ts';
import { parseUnit } from '../../src/kernel/units.ts';
import type { ReadContext } from '../../src/ledger/types.ts';
import { testEngines } from '../support/engines.ts';

const d = (text: string) => Decimal.parse(text);
const methodology = (input: MethodologyInput): Methodology => ({ name: 'test', version: 1, ...contentOf(input) });

const electricity: Descriptor = {
  activity: 'Electricity, United Kingdom',
  unit: 'kWh',
  currency: '',
  country: 'GB',
  region: '',
  category: '',
  hasQuantity: true,
  hasAmount: false,
};

describe('M-01: which year stands in for another', () => {
  const uk = (year: number, kg: string): Factor => ({
    ...loadCatalogue().factors.find(({ name, region }) => name === 'Electricity, United Kingdom' && region === 'GB')!,
    id: `test/${year}`,
    release: `test-${year}`,
    validFrom: `${year}-01-01`,
    validTo: `${year + 1}-01-01`,
    co2eSource: kg,
  });
  const factors = [uk(2021, '0.21233'), uk(2024, '0.20705'), uk(2025, '0.177')];
  const picked = (time: TimePolicy, year: number, gapYearsMax = 5) => {
    const answer = pick(factors, electricity, parseUnit('kWh'), year, { ...DEFAULT_POLICIES, time, gapYearsMax });
    return 'held' in answer ? answer.held : answer.factor.co2eSource;
  };
  test.each([
    ['latest_not_later', 2023, '0.21233'],
    ['nearest', 2023, '0.20705'],
    ['exact', 2023, 'no_factor_for_year'],
    ['exact', 2024, '0.20705'],
    ['publication_year', 2023, '0.21233'],
    ['publication_year', 2025, '0.177'],
    ['latest_not_later', 2020, 'no_factor_for_year'],
    ['nearest', 2020, '0.21233'],
  ] as const)('%s for %i is %s', (time, year, expected) => {
    expect(picked(time, year)).toBe(expected);
  });

  test('a gap over the limit blocks', () => {
    expect([
      picked('nearest', 2023, 0),
      picked('latest_not_later', 2023, 1),
      picked('latest_not_later', 2023, 2),
    ]).toEqual(['no_factor_for_year', 'no_factor_for_year', '0.21233']);
  });
});

describe('M-02: which place stands in for another', () => {
  const index = indexFactors(loadCatalogue().factors, gwpSet);
  const kg = (activity: string, region: string) => {
    const decision = decide({ ...electricity, activity, unit: 'MWh', country: 'US', region }, 2025, index);
    if ('held' in decision) return decision.held;
    return decision.lines[0]!.coefficients.co2e_source.toDecimal(9).toString();
  };
  test('the subregion, else the average of the United States', () => {
    expect(kg('Electricity', 'CAMX')).toBe('198.741496916');
    expect(kg('Electricity', '')).toBe('351.642495326');
  });

  const held = (geography: Partial<typeof DEFAULT_POLICIES.geography>, descriptor: Partial<Descriptor>) => {
    const strict = indexFactors(loadCatalogue().factors, gwpSet, {
      ...DEFAULT_POLICIES,
      geography: { ...DEFAULT_POLICIES.geography, ...geography },
    });
    const decision = decide({ ...electricity, ...descriptor }, 2025, strict);
    return 'held' in decision ? decision.held : null;
  };
  test('a methodology may forbid other countries, and taking the only region there is', () => {
    const diesel = { activity: 'Diesel (average biofuel blend)', unit: 'litres', country: 'FR' };
    expect([held({}, diesel), held({ otherCountries: false }, diesel)]).toEqual([null, 'no_factor_for_region']);
    const nowhere = { country: '' };
    expect([held({}, nowhere), held({ assumeOnly: false }, nowhere)]).toEqual([null, 'country_missing']);
  });
});

test('R-03: another set of potentials restates from the masses', () => {
  const nothing = Object.fromEntries(MASSES.map((mass) => [mass, '0'])) as Record<Mass, string>;
  const base = {
    gwp_source: '',
    other_gas: '',
    lines: '1',
    ...nothing,
    co2_fossil: '90000',
    ch4_non_fossil: '200',
    n2o: '10',
  };
  expect([co2eUnder(base, 'AR5').toString(), co2eUnder(base, 'AR6').toString()]).toEqual(['98250', '98130']);
  const [was, is] = [Rational.parse('98250'), Rational.parse('98130')];
  expect(is.sub(was).mul(Rational.parse('100')).div(was).toDecimal(9).toString()).toBe('-0.122137405');
});

test('a rule for methane gives all of it one potential', () => {
  const nothing = Object.fromEntries(MASSES.map((mass) => [mass, '0'])) as Record<Mass, string>;
  const row = {
    gwp_source: 'AR5',
    other_gas: '',
    lines: '1',
    ...nothing,
    ch4_fossil: '10',
    ch4_non_fossil: '1',
    co2e_source: '328',
  } as const;
  expect(
    (['by_source', 'all_non_fossil', 'all_fossil'] as const).map((rule) => co2eUnder(row, 'AR5', rule).toString()),
  ).toEqual(['328', '308', '330']);
});

describe('what a methodology may say', () => {
  test.each([
    [{ scope2: { granularity: 'hour' } }, 'scope2.granularity'],
    [{ threshold: '2' }, 'threshold'],
    [{ gap_years_max: -1 }, 'gap_years_max'],
    [{ oxidation: '1.2' }, 'oxidation'],
    [{ carbon_to_co2: '44/0' }, 'carbon_to_co2'],
    [{ scope2: { markets: { a: ['DE'], b: ['DE'] } } }, 'scope2.markets'],
    [{ time: 'soon' as never }, 'time'],
  ] as Array<[MethodologyInput, string]>)('%o is refused by %s', (input, field) => {
    expect(() => contentOf(input)).toThrow(expect.objectContaining({ problems: [expect.objectContaining({ field })] }));
  });
  test('the name of the default is taken', () => {
    expect(() => checkName('default')).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(checkName('group-2025')).toBe('group-2025');
  });
});

test('whatever the two sides are, the effects add up to the change, in all and for every scope and category', () => {
  const amount = fc.integer({ min: -5, max: 500 }).map((n) => new Decimal(BigInt(n), 2));
  const side = (entity: string) =>
    fc
      .record({
        scope: fc.constantFrom(0, 1, 3),
        category: fc.constantFrom(0, 1),
        method: fc.constantFrom('quantity', 'spend'),
        used: fc.integer({ min: 0, max: 30 }),
        whole: amount,
        share: fc.constantFrom('0', '0.4', '1'),
        restated: amount,
      })
      .map(({ used, whole, share, restated, ...rest }): Side => {
        const counted = whole.mul(d(share));
        return {
          ...rest,
          entity,
          activity: 'a',
          country: '',
          factors: [],
          used: new Rational(BigInt(used), 7n),
          unit: 'kWh',
          whole,
          counted,
          own: counted.add(restated),
        };
      });
  const position = fc
    .array(
      fc.constantFrom('a', 'b').chain((entity) => fc.tuple(fc.constantFrom(1, 2, 3), side(entity))),
      { maxLength: 6 },
    )
    .map((sides): Position => new Map(sides.map(([n, each]) => [`${each.entity}${n}`, each])));
  fc.assert(
    fc.property(position, position, (before, after) => {
      const found = difference(before, after);
      const sum = (effects: Side extends never ? never : (typeof found)['effects']) =>
        sumDecimals(CAUSES.map((cause) => effects[cause]));
      expect(sum(found.effects).toString()).toBe(found.after.sub(found.before).toString());
      for (const part of found.parts) expect(sum(part.effects).toString()).toBe(part.after.sub(part.before).toString());
      expect(sumDecimals(found.parts.map((part) => part.before)).toString()).toBe(found.before.toString());
      expect(sumDecimals(found.parts.map((part) => part.after)).toString()).toBe(found.after.toString());
      for (const cause of CAUSES) {
        const cells = sumDecimals(found.cells.map(({ effects }) => effects[cause]));
        expect(cells.toString()).toBe(found.effects[cause].toString());
      }
    }),
  );
});

describe('in the ledger', () => {
  let engines: Engines;
  let context: ReadContext;
  const RELEASES = ['uk-desnz-2024', 'uk-desnz-2025', 'us-epa-hub-2025', 'world-grid-2023'];
  const row = (id: string, activity: string, quantity: string, unit: string, more: Cells = {}): Cells => ({
    external_id: id,
    entity: 'Leeds',
    activity,
    quantity,
    unit,
    country: 'GB',
    start_date: '2025-03-01',
    ...more,
  });
  const ROWS = [
    row('1', 'Electricity, United Kingdom', '12000', 'kWh'),
    row('2', 'Natural gas', '3333.333333', 'kWh (Gross CV)', { end_date: '2025-04-12' }),
    row('3', 'Electricity, United Kingdom', '500', 'kWh', { start_date: '2023-05-01' }),
    row('4', 'Diesel (average biofuel blend)', '10', 'litres', { entity: 'Lyon', country: 'FR' }),
    row('5', 'Perpetual motion', '1', 'kWh'),
    row('6', 'Natural Gas', '10000', 'scf', { country: 'US', entity: 'Reno' }),
  ];
  const STRICT: MethodologyInput = { time: 'latest_not_later', geography: { other_countries: false }, gwp: 'AR6' };
  const OLD: MethodologyInput = { releases: ['uk-desnz-2024'] };

  beforeAll(async () => {
    engines = await testEngines();
    const ledger = await openTestLedger(engines);
    await ledger.post([
      adoption(1, RELEASES),
      posted(2, ROWS),
      entry(3, 'methodology.state', { name: 'strict', parameters: STRICT }),
      entry(4, 'methodology.adopt', { name: 'strict', version: 1 }),
      entry(5, 'methodology.state', { name: 'strict', parameters: OLD }),
      entry(6, 'methodology.adopt', { name: 'strict', version: 2 }),
      posted(7, [
        row('7', 'Natural gas', '100', 'kWh (Gross CV)', { entity: 'Hull' }),
        row('1', 'Electricity, United Kingdom', '15000', 'kWh'),
      ]),
    ]);
    context = { engines, accountId: 1, database: ledger.context.database, seq: 7 };
  });
  afterAll(() => engines.close());
  const at = (seq: number) => ({ ...context, seq });

  test('versions are counted by name, and each is read as of its entry', async () => {
    expect((await methodologies(context, 7)).map(({ methodology: { name, version } }) => `${name}@${version}`)).toEqual(
      ['default@1', 'strict@1', 'strict@2'],
    );
    expect([(await methodologyInForce(context, 3)).name, (await methodologyInForce(context, 4)).time]).toEqual([
      'default',
      'latest_not_later',
    ]);
    expect((await methodologyNamed(context, 'strict', 4)).version).toBe(1);
    await expect(methodologyNamed(context, 'strikt', 7)).rejects.toMatchObject({ code: 'not_found' });
  });

  // The activity of 2023 has no factor that is not later, the French one none of its country.
  test.each([
    [2, 6],
    [4, 4],
    [6, 5],
  ] as const)('as of entry %i there are %i lines of scopes 1 and 2', async (seq, lines) => {
    const statement = await inventory(at(seq), { groupBy: ['activity'], filters: { scope: ['1', '2'] } });
    expect(statement.total.lines).toBe(lines);
  });

  test.each([
    ['what has been adopted later', 2, STRICT, 4, 'AR6'],
    ['releases that are adopted later', 2, OLD, 6, 'AR5'],
    ['what was the default before', 4, {}, 2, 'AR5'],
  ] as const)(
    'a what-if under %s is what the ledger holds once it is adopted',
    async (_what, seq, input, adopted, gwp) => {
      const under = methodology(input as MethodologyInput);
      const inForce = await methodologyInForce(context, seq);
      for (const byEntity of [false, true]) {
        const found = await compare(
          { context: at(seq), methodology: inForce },
          { context: at(seq), methodology: under },
          byEntity,
        );
        const before = await inventory(at(seq), { gwp: inForce.gwp });
        const after = await inventory(at(adopted), { gwp });
        expect(found.before.toString()).toBe(before.total.co2e_kg);
        // Parts of a bill are rounded when they are posted: the 24th decimal of a kilogram may differ.
        expect(found.after.sub(d(after.total.co2e_kg)).abs().cmp(d('1e-20'))).toBe(-1);
        expect(sumDecimals(CAUSES.map((cause) => found.effects[cause])).toString()).toBe(
          found.after.sub(found.before).toString(),
        );
        expect(found.effects.activity.toString()).toBe('0');
      }
    },
  );

  test('the inventory under a methodology that is not in force is what the ledger holds once it is', async () => {
    const under = await methodologyNamed(context, 'strict@1', 7);
    expect(await differsFromBooks(at(3), under)).toBe(true);
    expect(await differsFromBooks(at(4), under)).toBe(false);
    for (const groupBy of [
      ['scope', 'category'],
      ['entity', 'month'],
      ['activity', 'factor'],
      ['scope', 'gas'],
    ] as const) {
      const found = await inventoryUnder(at(3), { groupBy, gwp: 'AR6' }, under);
      const posted = await inventory(at(4), { groupBy, gwp: 'AR6' });
      const rows = (statement: typeof posted) =>
        // Lines that emit a gas are counted by what is added up together, which is finer here.
        statement.rows.map(({ keys, lines, co2e_kg }) => [keys, 'gas' in keys ? 0 : lines, Number(co2e_kg)]);
      expect(rows(found)).toEqual(rows(posted));
      expect(found.held.map(({ lines }) => lines)).toEqual([3]);
    }
    await expect(inventoryUnder(at(3), { groupBy: ['supplier'] }, under)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('potentials alone: nothing but the effect of the potentials', async () => {
    const found = await compare(
      { context: at(2), methodology: DEFAULT_METHODOLOGY },
      { context: at(2), methodology: { ...DEFAULT_METHODOLOGY, gwp: 'AR6' } },
      false,
    );
    const under = (gwp: 'AR5' | 'AR6') => inventory(at(2), { gwp }).then(({ total }) => d(total.co2e_kg));
    expect(found.effects.gwp.toString()).toBe((await under('AR6')).sub(await under('AR5')).toString());
    for (const cause of CAUSES) if (cause !== 'gwp') expect(found.effects[cause].isZero()).toBe(true);
  });

  test('two entries compared: more use is activity, a new site is structure', async () => {
    const same = await methodologyInForce(context, 7);
    const found = await compare({ context: at(6), methodology: same }, { context: at(7), methodology: same }, true);
    const electricityOf = async (seq: number) =>
      d((await inventory(at(seq), { filters: { activity: ['Electricity, United Kingdom'] } })).total.co2e_kg);
    const hull = await inventory(at(7), { filters: { entity: ['Hull'] } });
    expect(found.effects.activity.toString()).toBe((await electricityOf(7)).sub(await electricityOf(6)).toString());
    expect(found.effects.structure.toString()).toBe(hull.total.co2e_kg);
    expect(found.effects.factor.isZero()).toBe(true);
  });

  test('a release that does not exist is refused by name', async () => {
    const bad = { context: at(2), methodology: methodology({ releases: ['uk-desnz-2042'] }) };
    await expect(compare({ context: at(2), methodology: DEFAULT_METHODOLOGY }, bad, false)).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});
