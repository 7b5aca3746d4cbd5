import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convert, parseUnit } from '../../kernel/units.ts';
import { convertFuel } from '../catalogue/fuels.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import type { Factor } from '../catalogue/types.ts';
import { type Descriptor, decide, indexFactors } from '../decide.ts';
import { FLAGS } from '../tables.ts';
import { candidateFinder } from './candidates.ts';

const index = indexFactors(loadCatalogue().factors, gwpSet);
const finder = candidateFinder(index);
const described = (activity: string, unit: string, country = 'GB', category = ''): Descriptor => ({
  activity,
  unit,
  currency: '',
  country,
  region: '',
  category,
  hasQuantity: true,
  hasAmount: false,
});

test.each([
  ['lorry freight artic average laden', 'tkm', 'GB', 'Freight, HGV, all artics, average laden'],
  ['petrol (average)', 'l', 'GB', 'Petrol (average biofuel blend)'],
  ['R410A refill', 'kg', 'GB', 'R-410A'],
  ['Electricty', 'kWh', 'GB', 'Electricity, United Kingdom'],
  ['Software services', 'USD (2022 purchaser price)', 'US', 'Spend, Software Publishers'],
  ['flight LHR-JFK economy long haul', 'pkm', 'GB', 'Flight, long-haul, economy class, without RF'],
])('%s in %s, %s is first of all %s', (text, unit, country, family) => {
  const [first] = finder.find(described(text, unit, country), 2025, 5);
  expect(first?.family).toBe(family);
  expect(first!.reasons.length).toBeGreaterThan(1);
});

test('the very name scores 1, an unknown unit or country gives nothing', () => {
  expect(finder.find(described('natural  GAS', 'kWh (Gross CV)'), 2025, 1)).toMatchObject([
    { score: 1, family: 'Natural gas' },
  ]);
  expect(finder.find(described('Natural gas', 'furlongs per fortnight'), 2025, 5)).toEqual([]);
  expect(finder.find(described('', 'kWh'), 2025, 5)).toEqual([]);
  expect(finder.find(described('🜁 ≠ ∅', 'kWh'), 2025, 5)).toEqual([]);
});

test.each([
  ['GB', FLAGS.part_of_country],
  ['FR', FLAGS.foreign_region],
  ['', FLAGS.region_assumed],
])(
  'a factor for London is one of a part of the country that it lies in, and of no other: stated %s',
  (country, flag) => {
    const decision = decide(described('Hotel stay, London', 'room nights', country), 2025, index);
    expect(decision).toMatchObject({ lines: [{ factor: { region: 'GB-LND' }, flags: flag | FLAGS.co2e_only }] });
  },
);

test('a kilogram of refrigerant is the same everywhere', () => {
  for (const country of ['GB', 'DE', '']) {
    expect(decide(described('R-410A', 'kg', country), 2025, index)).toMatchObject({ lines: [{ flags: 0 }] });
  }
});

test('the grid of one state does not stand in for that of another', () => {
  const grid = described('Electricity, United States, CAMX (WECC California)', 'kWh', 'US');
  expect(decide(grid, 2025, index)).toMatchObject({ held: 'no_factor_for_region' });
  expect(decide({ ...grid, region: 'CAMX' }, 2025, index)).toMatchObject({ lines: [{ flags: 0 }, {}] });
});

const words = finder.names.families.flatMap(({ name }) => name.split(' '));
const text = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 8 })
    .map((all) => all.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** By its unit alone, or by density and heating value of its fuel. */
function converts(unit: string, factor: Factor): boolean {
  const stated = parseUnit(unit);
  return 'ratio' in convert(stated, factor.unit) || convertFuel(factor.name, stated, factor.unit) !== undefined;
}

test('whatever the text is: units convert, scores fall from at most 1, no family twice, always the same, and the decision would hold', () => {
  const other = candidateFinder(index);
  fc.assert(
    fc.property(
      text,
      fc.constantFrom('kWh', 'kWh (Net CV)', 'kg', 'short ton', 'km', 'mile', 'l', 'tkm', 'pkm', 'scf', 'room-night'),
      fc.constantFrom('GB', 'US', 'DE', ''),
      fc.constantFrom('', '1', '6'),
      fc.integer({ min: 2019, max: 2029 }),
      (activity, unit, country, category, year) => {
        const descriptor = described(activity, unit, country, category);
        const found = finder.find(descriptor, year, 5);
        expect(found.length).toBeLessThanOrEqual(5);
        expect(new Set(found.map(({ family }) => family)).size).toBe(found.length);
        let last = 1;
        for (const { factor, score, family } of found) {
          expect(converts(unit, factor)).toBe(true);
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(last);
          last = score;
          const asked = decide({ ...descriptor, activity: family }, year, index);
          if ('lines' in asked) expect(converts(unit, asked.lines[0]!.factor)).toBe(true);
        }
        expect(other.find(descriptor, year, 5)).toEqual(found);
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);
