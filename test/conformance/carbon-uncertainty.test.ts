/** U-01 to U-05 of the domain specification, the Monte Carlo against closed forms, and the uncertainty of an inventory. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inventory } from '../../src/carbon/inventory.ts';
import { adoption, type Cells, openTestLedger, posted } from '../../src/carbon/ledger.test-support.ts';
import { FLAGS } from '../../src/carbon/tables.ts';
import { monteCarlo } from '../../src/carbon/uncertainty/monteCarlo.ts';
import { contribution, geographicScore, qualityScore, temporalScore } from '../../src/carbon/uncertainty/pedigree.ts';
import {
  fentonWilkinson,
  gsd2Of,
  intervalOf,
  ofCorrelatedSum,
  ofIndependentSum,
  ofProduct,
  sigmaOf,
} from '../../src/carbon/uncertainty/propagation.ts';
import { type UncertaintyQuery, uncertainty } from '../../src/carbon/uncertainty/report.ts';
import type { Engines } from '../../src/engines/types.ts';
import type { ReadContext } from '../../src/ledger/types.ts';
import { testEngines } from '../support/engines.ts';

describe('cases of the specification', () => {
  test('U-01: a product of independent terms', () => {
    expect(ofProduct(5, 7)).toBeCloseTo(8.602325267, 9);
  });
  test('U-02: a sum of independent sources', () => {
    const sources = [
      { value: 1000, percent: 10 },
      { value: 500, percent: 30 },
    ];
    expect(ofIndependentSum(sources)).toBeCloseTo(12.018504252, 9);
  });
  test('U-03: one factor for all', () => {
    const sources = [
      { value: 1000, percent: 7 },
      { value: 500, percent: 7 },
    ];
    expect(ofCorrelatedSum(sources)).toBeCloseTo(7, 9);
    expect(ofIndependentSum(sources)).toBeCloseTo(5.217491947, 9);
  });
  test('U-04: lognormal from a pedigree score', () => {
    const gsd2 = gsd2Of([
      1.05,
      contribution('reliability', 2),
      contribution('completeness', 2),
      contribution('temporal', 3),
      contribution('geographic', 3),
      contribution('technological', 3),
    ]);
    expect(gsd2).toBeCloseTo(1.244573771, 9);
    const { low, high } = intervalOf({ median: 1000, sigma: sigmaOf(gsd2) });
    expect(low).toBeCloseTo(803.487928, 6);
    expect(high).toBeCloseTo(1244.573771, 6);
  });
});

test('scores follow from what a line says', () => {
  expect([0, 2, 3, -6, 10, 15].map(temporalScore)).toEqual([1, 1, 2, 3, 4, 5]);
  expect([0, FLAGS.region_fallback, FLAGS.part_of_country, FLAGS.foreign_region].map(geographicScore)).toEqual([
    1, 3, 3, 5,
  ]);
  expect(['measured', 'Estimated by area', '2', '', 'blue'].map(qualityScore)).toEqual([2, 4, 2, null, null]);
});

describe('Monte Carlo', () => {
  const sigma = 0.2;
  const one = (shared: number, own: number, sums: number[]) => ({ median: 100, shared, own, sums });

  test('one lognormal has the median, mean and interval of its closed form', async () => {
    const [found] = await monteCarlo([[one(sigma, 0, [0])]], 1, { seed: 1, draws: 20_000 });
    const { low, high, mean } = intervalOf({ median: 100, sigma });
    expect(found!.median).toBeCloseTo(100, 0);
    expect(Math.abs(found!.mean - mean) / mean).toBeLessThan(0.01);
    expect(Math.abs(found!.low - low) / low).toBeLessThan(0.02);
    expect(Math.abs(found!.high - high) / high).toBeLessThan(0.02);
  });

  test('independent factors add by Fenton and Wilkinson; parts of one factor err together', async () => {
    const terms = Array.from({ length: 8 }, () => ({ median: 100, sigma }));
    const draws = { seed: 2, draws: 20_000 };
    const [apart] = await monteCarlo(
      terms.map(() => [one(sigma, 0, [0])]),
      1,
      draws,
    );
    const [together] = await monteCarlo([terms.map(() => one(sigma, 0, [0]))], 1, draws);
    const closed = intervalOf(fentonWilkinson(terms)!);
    expect(Math.abs(apart!.high - closed.high) / closed.high).toBeLessThan(0.01);
    expect(Math.abs(apart!.low - closed.low) / closed.low).toBeLessThan(0.01);
    expect(together!.high - together!.low).toBeGreaterThan(2 * (apart!.high - apart!.low));
  });

  test('a seed gives the same numbers again, another seed others', async () => {
    const run = (seed: number) => monteCarlo([[one(sigma, 0.1, [0])], [one(sigma, 0, [0])]], 1, { seed, draws: 1_000 });
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });

  test('a sum that is not above 0 has no lognormal', () => {
    expect(fentonWilkinson([{ median: -5, sigma }])).toBe(null);
  });
});

describe('of an inventory', () => {
  let engines: Engines;
  let context: ReadContext;
  const row = (id: string, kg: string, quality: string, more: Cells = {}): Cells => ({
    external_id: id,
    entity: 'Leeds',
    activity: 'Electricity, United Kingdom',
    quantity: kg,
    unit: 'kWh',
    country: 'GB',
    start_date: '2025-03-01',
    data_quality: quality,
    ...more,
  });
  const query: UncertaintyQuery = {
    gwp: 'AR5',
    method: 'approach_1',
    seed: 1,
    draws: 2_000,
    filters: {},
  } as UncertaintyQuery;

  beforeAll(async () => {
    engines = await testEngines();
    const ledger = await openTestLedger(engines);
    await ledger.post([
      adoption(1, ['uk-desnz-2025', 'uk-desnz-2024']),
      posted(2, [
        row('1', '8000', '2'),
        row('2', '1500', '4'),
        row('3', '500', '5'),
        row('4', '1000', 'measured', { activity: 'Natural gas', unit: 'kWh (Gross CV)' }),
        row('5', '9999', '1'),
      ]),
      posted(3, [row('5', '0', '1')]),
    ]);
    context = { engines, accountId: 1, database: ledger.context.database, seq: 3 };
  });
  afterAll(() => engines.close());

  test('U-05: the data quality of a scope is weighted by emissions', async () => {
    const { parts } = await uncertainty(context, query);
    const scope2 = parts.find(({ scope }) => scope === '2')!;
    expect(scope2.quality_score).toBe('2.45');
    expect(scope2.quality_known_percent).toBe('100');
    expect(scope2.co2e_kg).toBe((await inventory(context, { filters: { scope: ['2'] } })).total.co2e_kg);
  });

  test('approach 1: the factor errs by all lines together, quantities each by itself', async () => {
    const { parts } = await uncertainty(context, query);
    const scope2 = parts.find(({ scope }) => scope === '2')!;
    const [a, b, c] = [8000, 1500, 500].map((kwh) => kwh * 0.177) as [number, number, number];
    const half = Math.hypot((a + b + c) * 0.05, a * 0.05, b * 0.2, c * 0.5);
    expect(Number(scope2.percent)).toBeCloseTo((100 * half) / (a + b + c), 2);
  });

  test.each(['approach_1', 'lognormal', 'monte_carlo'] as const)(
    '%s: every figure lies in its interval, and a run repeats',
    async (method) => {
      const first = await uncertainty(context, { ...query, method });
      expect(JSON.stringify(await uncertainty(context, { ...query, method }))).toBe(JSON.stringify(first));
      for (const { co2e_kg, low_kg, high_kg } of [first.total, ...first.parts]) {
        expect(Number(low_kg)).toBeLessThan(Number(co2e_kg));
        expect(Number(high_kg)).toBeGreaterThan(Number(co2e_kg));
      }
      expect(first.total.co2e_kg).toBe((await inventory(context)).total.co2e_kg);
      expect(first.factors[0]!.name).toBe('Electricity, United Kingdom');
    },
  );

  test('the three methods agree within a tenth where errors are moderate', async () => {
    const widths = await Promise.all(
      (['approach_1', 'lognormal', 'monte_carlo'] as const).map(async (method) => {
        const { total } = await uncertainty(context, { ...query, method, draws: 20_000 });
        return Number(total.high_kg) - Number(total.low_kg);
      }),
    );
    expect(Math.max(...widths) / Math.min(...widths)).toBeLessThan(1.1);
  });
});
