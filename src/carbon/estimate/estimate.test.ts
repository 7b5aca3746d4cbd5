import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { co2e, gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { decide, indexFactors } from '../decide.ts';
import { compileChoices, NO_CHOICES } from '../matching/choices.ts';
import type { MatchingState } from '../matching/state.ts';
import { DEFAULT_POLICIES } from '../methodology/policies.ts';
import { type EstimateItem, type EstimateResult, estimate } from './estimate.ts';
import { estimateTexts, placed } from './text.ts';

const index = indexFactors(loadCatalogue().factors, gwpSet);
const state: MatchingState = {
  index,
  choices: NO_CHOICES,
  decide: (descriptor, year) => decide(descriptor, year, index),
};

async function one(item: Partial<EstimateItem>, gwp: GwpSetName = 'AR5', threshold?: number): Promise<EstimateResult> {
  const items = [{ activity: '', date: '2025-06-01', country: 'GB', ...item }];
  const options = { gwp, candidates: 3, ...(threshold === undefined ? {} : { threshold }) };
  const { results } = await estimate(items, state, options);
  const { pieces } = await estimateTexts(items, state, options);
  expect(JSON.parse(`[${pieces.join('')}]`)).toEqual(results);
  return results[0]!;
}

/** Case, activity, quantity, unit, set, and per line: scope (and category), kg CO2e, some masses of gas. */
type Case = [string, Partial<EstimateItem>, GwpSetName, Array<[string, string, Record<string, string>?]>];
const US = { country: 'US' };
const cases: Case[] = [
  [
    'S1-01 UK natural gas, gross',
    { activity: 'Natural gas', quantity: '1000000', unit: 'kWh (Gross CV)' },
    'AR5',
    [
      ['1', '182960', { co2_fossil: '182590', ch4_non_fossil: '10', n2o: '0.339623' }],
      ['3.3', '30210'],
    ],
  ],
  [
    'S1-02 the same, net',
    { activity: 'Natural gas', quantity: '1000000', unit: 'kWh (Net CV)' },
    'AR5',
    [
      ['1', '202700'],
      ['3.3', '33470'],
    ],
  ],
  ...(['AR4', 'AR5', 'AR6'] as const).map(
    (set, i): Case => [
      `S1-03 US natural gas, ${set}`,
      { activity: 'Natural Gas', quantity: '10000', unit: 'scf', ...US },
      set,
      [
        [
          '1',
          ['544.957848', '544.95477', '544.952718'][i]!,
          { co2_fossil: '544.3956', ch4_non_fossil: '0.01026', n2o: '0.001026' },
        ],
      ],
    ],
  ),
  [
    'S1-06 UK diesel with biofuel',
    { activity: 'Diesel (average biofuel blend)', quantity: '1000', unit: 'litres' },
    'AR5',
    [
      ['1', '2570.82'],
      ['outside', '0', { co2_biogenic: '140' }],
      ['3.3', '611.01'],
    ],
  ],
  [
    'S1-07 wood pellets',
    { activity: 'Wood pellets', quantity: '40', unit: 't' },
    'AR5',
    [
      ['1', '2207.7556'],
      ['outside', '0', { co2_biogenic: '67087.2' }],
      ['3.3', '7080'],
    ],
  ],
  ...(['AR4', 'AR5', 'AR6'] as const).flatMap((set, i): Case[] => [
    [
      `S1-09 R-410A, ${set}`,
      { activity: 'R-410A', quantity: '12', unit: 'kg' },
      set,
      [['1', ['25050', '23082', '27066'][i]!, { other_kg: '12' }]],
    ],
    [
      `S1-11 SF6, ${set}`,
      { activity: 'SF6', quantity: '2', unit: 'kg' },
      set,
      [['1', ['45600', '47000', '48600'][i]!, { other_kg: '2' }]],
    ],
  ]),
  [
    'S1-12 HCFC-22 is beside the scopes, AR5',
    { activity: 'HCFC-22', quantity: '10', unit: 'kg' },
    'AR5',
    [['outside', '17600']],
  ],
  ['S1-12 the same, AR6', { activity: 'HCFC-22', quantity: '10', unit: 'kg' }, 'AR6', [['outside', '19600']]],
  [
    'S2-01 and S2-10, US grid subregion and its losses',
    { activity: 'Electricity', quantity: '1000', unit: 'MWh', ...US, region: 'CAMX' },
    'AR5',
    [
      ['2', '198741.4969155', { co2_fossil: '198063.37632235', ch4_non_fossil: '11.33980925', n2o: '1.36077711' }],
      ['3.3', '8496.768898477'],
    ],
  ],
  [
    'S2-07 purchased steam',
    { activity: 'Steam and Heat', quantity: '500', unit: 'mmBtu', ...US },
    'AR5',
    [['2', '33199.0625', { co2_fossil: '33165', ch4_non_fossil: '0.625', n2o: '0.0625' }]],
  ],
  [
    'S2-09 UK electricity with its upstream lines',
    { activity: 'Electricity, United Kingdom', quantity: '500000', unit: 'kWh' },
    'AR5',
    [
      ['2', '88500'],
      ['outside', '0', { co2_biogenic: '57535' }],
      ['3.3', '9265'],
      ['3.3', '22950'],
      ['3.3', '1985'],
    ],
  ],
  [
    'S3-08 road freight',
    { activity: 'Freight, HGV, all HGVs, average laden', quantity: '10625', unit: 'tkm' },
    'AR5',
    [
      ['3.4', '1079.81875'],
      ['3.4', '250.64375'],
    ],
  ],
  [
    'S3-09 rail freight, short ton-miles',
    { activity: 'Freight, rail (US)', quantity: '500000', unit: 'short ton-mile', ...US },
    'AR5',
    [['3.4', '10588.65', { co2_fossil: '10500', ch4_non_fossil: '0.8', n2o: '0.25' }]],
  ],
  [
    'S3-10 waste by the short ton',
    { activity: 'Waste, mixed MSW, landfilled (US)', quantity: '10', unit: 'short ton', ...US },
    'AR4',
    [['3.5', '5800']],
  ],
  [
    'S3-10 waste by the tonne',
    { activity: 'Waste, commercial and industrial waste, landfill', quantity: '10', unit: 't' },
    'AR5',
    [['3.5', '5205.327']],
  ],
  ...[['with RF', '1296.8032'] as const, ['without RF', '767.4008'] as const].map(
    ([rf, kg]): Case => [
      `S3-11 flight ${rf}`,
      { activity: `Flight, long-haul, economy class, ${rf}`, quantity: '11080', unit: 'pkm' },
      'AR5',
      [
        ['3.6', kg],
        ['3.6', '272.6788'],
      ],
    ],
  ),
  [
    'S3-12 hotel',
    { activity: 'Hotel stay, United Kingdom', quantity: '3', unit: 'room-night' },
    'AR5',
    [['3.6', '31.2']],
  ],
  [
    'S3-13 homeworking',
    { activity: 'Homeworking (office equipment + heating)', quantity: '40000', unit: 'FTE-hour' },
    'AR5',
    [['3.7', '13351.2']],
  ],
];

test.each(cases)('%s', async (_name, item, gwp, expected) => {
  const result = await one(item, gwp);
  if (result.outcome !== 'estimated') throw new Error(JSON.stringify(result));
  const where = (line: (typeof result.lines)[number]) =>
    line.category === null ? line.scope : `${line.scope}.${line.category}`;
  const byPlace = (a: [string, string], b: [string, string]) => (a.join() < b.join() ? -1 : 1);
  expect(result.lines.map((line): [string, string] => [where(line), line.co2e_kg]).sort(byPlace)).toEqual(
    expected.map(([place, kg]): [string, string] => [place, kg]).sort(byPlace),
  );
  for (const [place, kg, gases] of expected) {
    if (gases)
      expect(result.lines.find((line) => where(line) === place && line.co2e_kg === kg)?.gases_kg).toEqual(gases);
  }
  const inScopes = result.lines.filter(({ scope }) => scope !== 'outside').map(({ co2e_kg }) => Decimal.parse(co2e_kg));
  expect(result.co2e_kg).toBe(inScopes.reduce((sum, kg) => sum.add(kg), Decimal.ZERO).toString());
});

describe('what cannot be calculated', () => {
  test.each([
    ['S1-02 kWh without a basis', { activity: 'Natural gas', quantity: '1', unit: 'kWh' }, 'unit_mismatch'],
    ['an ambiguous ton', { activity: 'Wood pellets', quantity: '1', unit: 'ton' }, 'ambiguous_unit'],
    ['hours for FTE-hours', { activity: 'Homeworking', quantity: '1', unit: 'h' }, 'unit_mismatch'],
    ['an unknown country', { activity: 'SF6', quantity: '1', unit: 'kg', country: 'XX' }, 'unknown_country'],
    ['more than the world emits', { activity: 'SF6', quantity: '1e20', unit: 'kg' }, 'out_of_range'],
  ])('%s is held', async (_name, item, reason) => {
    expect(await one(item)).toMatchObject({ outcome: 'held', reason });
  });

  test.each([
    [{ quantity: 'ten', unit: 'kg' }, 'quantity'],
    [{ quantity: '0.0000000000001', unit: 'kg' }, 'quantity'],
    [{ amount: '1'.repeat(30), currency: 'EUR' }, 'amount'],
    [{ unit: 'kg' }, 'quantity'],
    [{ quantity: '1', unit: 'kg', date: '2025-02-29' }, 'date'],
  ])('%j is invalid', async (item, field) => {
    expect(await one({ activity: 'SF6', ...item })).toMatchObject({ outcome: 'invalid', field });
  });

  test('a similar text is used only from the threshold on', async () => {
    const item = { activity: 'lorry freight artic average laden', quantity: '1', unit: 'tkm' };
    const unsure = await one(item);
    if (unsure.outcome !== 'held') throw new Error(unsure.outcome);
    const score = Number(unsure.candidates![0]!.score);
    expect(await one(item, 'AR5', score)).toMatchObject({
      outcome: 'estimated',
      chosen_by: 'text',
      score: String(score),
    });
    expect(await one(item, 'AR5', score + 0.0001)).toMatchObject({ outcome: 'held', reason: 'unknown_activity' });
  });
});

describe('methods, money and further facts', () => {
  test('a method makes several lines of one item, and says what it lacks', async () => {
    const item = {
      activity: 'B20',
      quantity: '100',
      unit: 'us_gal',
      country: 'US',
      method: 'shares',
      attributes: { shares: 'Diesel Fuel, mobile combustion (US): 0.8; Biodiesel (100%), mobile combustion (US): 0.2' },
    };
    const result = await one(item);
    if (result.outcome !== 'estimated') throw new Error(JSON.stringify(result));
    expect([result.co2e_kg, ...result.lines.map(({ gases_kg }) => gases_kg)]).toEqual([
      '816.8',
      { co2_fossil: '816.8' },
      { co2_biogenic: '189' },
    ]);
    expect(await one({ ...item, attributes: { shares: 'Diesel: 0.9' } })).toMatchObject({
      outcome: 'held',
      reason: 'input_problem',
      detail: 'shares add up to 0.9, not to 1',
    });
    expect(await one({ activity: 'x', quantity: 'y', method: 'shares' })).toMatchObject({ outcome: 'invalid' });
  });

  test('an amount is converted at the rate of its day, or held', async () => {
    const spent = { activity: 'NAICS 541511', amount: '100', currency: 'EUR', country: 'US' };
    expect(await one(spent)).toMatchObject({ outcome: 'held', reason: 'no_rate' });
    const rated: MatchingState = {
      ...state,
      rate: (pair) => (pair === 'EUR>USD' ? Rational.parse('1.25') : undefined),
    };
    const { results } = await estimate([{ ...spent, date: '2022-06-01' }], rated, { gwp: 'AR5', candidates: 0 });
    expect(results[0]).toMatchObject({ outcome: 'estimated', co2e_kg: '10.5' });
  });

  test('a rule about the supplier decides', async () => {
    const rule = {
      id: '3.1',
      kind: 'rule',
      subject: 'r',
      conditions: [{ field: 'supplier', op: 'contains', values: ['octopus'] }],
      factor: '',
      family: 'Electricity, United Kingdom',
      leftOut: false,
      reason: '',
      priority: 0,
      firstYear: 0,
      lastYear: 9999,
      actor: '',
      recordedAt: '',
    } as const;
    const choices = compileChoices([rule as never]);
    const ruled: MatchingState = {
      index,
      choices,
      decide: (descriptor, year) => decide(descriptor, year, index, choices),
    };
    const power = { activity: 'Power', quantity: '1', unit: 'kWh', country: 'GB', date: '2025-01-01' };
    const { results } = await estimate([{ ...power, supplier: 'OCTOPUS Energy' }, power], ruled, {
      gwp: 'AR5',
      candidates: 0,
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['estimated', 'held']);
  });
});

describe('policies of the methodology', () => {
  const under = (
    policies: Partial<typeof DEFAULT_POLICIES>,
    item: Partial<EstimateItem>,
    suggest?: typeof index.suggest,
  ) => {
    const other = { ...index, policies: { ...DEFAULT_POLICIES, ...policies }, ...(suggest && { suggest }) };
    const item_: EstimateItem = { activity: '', date: '2025-06-01', country: 'GB', ...item };
    const asked: MatchingState = { index: other, choices: NO_CHOICES, decide: (d, year) => decide(d, year, other) };
    return estimate([item_], asked, { gwp: 'AR5', candidates: 0 }).then(({ results }) => results[0]!);
  };
  const flight = { activity: 'Flight, long-haul, economy class, with RF', quantity: '11080', unit: 'pkm' };

  test('an ambiguous unit is read as the methodology says, and flagged', async () => {
    const wood = { activity: 'Wood pellets', quantity: '1', unit: 'Ton' };
    expect(await under({}, wood)).toMatchObject({ outcome: 'held', reason: 'ambiguous_unit' });
    const read = await under({ units: { ton: 't' } }, wood);
    expect(read).toMatchObject({
      outcome: 'estimated',
      lines: [{ flags: expect.arrayContaining(['unit_assumed']) }, {}, {}],
    });
  });

  test.each([
    ['as_stated', '1296.8032'],
    ['excluded', '767.4008'],
    ['included', '1296.8032'],
  ] as const)('radiative forcing %s', async (radiativeForcing, kg) => {
    const result = await under({ radiativeForcing }, flight);
    expect(result.outcome === 'estimated' && result.lines[0]!.co2e_kg).toBe(kg);
  });

  test('a similar name is used from the threshold on, flagged with its score', async () => {
    const suggest = () => ({ family: 'Wood pellets', score: 0.8 });
    const wood = { activity: 'pellets of wood', quantity: '1', unit: 't' };
    expect(await under({ threshold: '0.81' }, wood, suggest)).toMatchObject({ outcome: 'held' });
    expect(await under({ threshold: null }, wood, suggest)).toMatchObject({ outcome: 'held' });
    expect(await under({ threshold: '0.8' }, wood, suggest)).toMatchObject({
      outcome: 'estimated',
      chosen_by: 'text 0.8',
      lines: [{ flags: expect.arrayContaining(['text_match']) }, {}, {}],
    });
  });
});

test('a whole number with a point put in is written as decimals are', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 24 }), (value, places) => {
      expect(placed(value, places)).toBe(new Decimal(BigInt(value), places).toString());
    }),
  );
  expect([placed(-0, 3), placed(1200, 2), placed(-1205, 4)]).toEqual(['0', '12', '-0.1205']);
});

test('a large call in pieces says the same as one by one, in the order of its items', async () => {
  const items = Array.from({ length: 900 }, (_, i) => ({
    activity: ['Natural gas', 'Wood pellets', 'no such thing'][i % 3]!,
    quantity: `${i}.${i % 7}`,
    unit: ['kWh (Gross CV)', 't', 'kg'][i % 3]!,
    country: 'GB',
    date: '2025-06-01',
  }));
  const options = { gwp: 'AR6', candidates: 0 } as const;
  const { pieces, counts, factors } = await estimateTexts(items, state, options);
  const { results, ...other } = await estimate(items, state, options);
  expect(pieces.length).toBeGreaterThan(1);
  expect(JSON.parse(`[${pieces.join('')}]`)).toEqual(results);
  expect([counts, [...factors.keys()]]).toEqual([other.counts, [...other.factors.keys()]]);
});

test('items that differ in one fact alone come to the same together, again, and each before nothing is known', async () => {
  const all = [
    { activity: 'Natural gas', unit: 'kWh (Gross CV)', quantity: '3', country: 'GB', date: '2025-06-01' },
    { activity: 'Electricity', unit: 'kWh', quantity: '3', country: 'US', region: 'CAMX', date: '2024-06-01' },
    { activity: 'NAICS 541511', amount: '3', currency: 'USD', country: 'US', date: '2022-06-01' },
  ].flatMap((item): EstimateItem[] => [
    item,
    ...['US', 'GB', ''].map((country) => ({ ...item, country })),
    ...['kWh (Net CV)', 'MWh', ''].map((unit) => ({ ...item, unit })),
    ...['2023-06-01', '2024-06-01', '2025-06-01'].map((date) => ({ ...item, date })),
    ...['', 'NYUP'].map((region) => ({ ...item, region })),
    { ...item, category: '3.3' },
    { ...item, currency: 'GBP' },
    { ...item, amount: '3', currency: 'USD' },
    { ...item, quantity: '', amount: '3' },
  ]);
  const under = (known: typeof index, items: EstimateItem[]) =>
    estimate(
      items,
      { index: known, choices: NO_CHOICES, decide: (descriptor, year) => decide(descriptor, year, known) },
      { gwp: 'AR5', candidates: 0 },
    ).then(({ results }) => results);
  const alone = await Promise.all(all.map((item) => under({ ...index }, [item]).then(([result]) => result)));
  const shared = { ...index };
  expect(await under(shared, all)).toEqual(alone);
  expect(await under(shared, all.toReversed())).toEqual(alone.toReversed());
});

test('any factor and quantity: every gas and the CO2e are the product, exact or rounded half-even once', async () => {
  const ids = [...index.byId.keys()];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ids),
      fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
      fc.integer({ min: 0, max: 12 }),
      fc.constantFrom<GwpSetName>('AR4', 'AR5', 'AR6'),
      async (id, mantissa, scale, gwp) => {
        const factor = index.byId.get(id)!;
        const quantity = new Decimal(mantissa, scale);
        const result = await one(
          {
            activity: id,
            quantity: quantity.toString(),
            unit: factor.unit.code,
            country: '',
            date: factor.validFrom,
          },
          gwp,
        );
        if (result.outcome === 'held') {
          expect(['out_of_range', 'no_potential']).toContain(result.reason);
          return;
        }
        if (result.outcome !== 'estimated') throw new Error(JSON.stringify(result));
        const q = Rational.fromDecimal(quantity);
        const [line] = result.lines;
        const product = (mass: string) => q.mul(Rational.parse(mass)).toDecimal(24).toString();
        for (const [gas, mass] of Object.entries(line!.gases_kg)) {
          expect(mass).toBe(product(factor.gases[gas as keyof typeof factor.gases]));
        }
        if (!line!.flags.includes('without_potential')) {
          const perUnit =
            factor.gwpSource === gwp && factor.co2eSource !== null
              ? Rational.parse(factor.co2eSource)
              : co2e(factor.gases, gwpSet(gwp));
          expect(line!.co2e_kg).toBe(q.mul(perUnit).toDecimal(24).toString());
        }
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
