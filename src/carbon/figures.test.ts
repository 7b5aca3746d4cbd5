/** Figures by gas: what rows come to is the sum of their gases, and blends are their components. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, sumDecimals } from '../kernel/decimal.ts';
import { GWP_SET_NAMES, gwpSet } from './catalogue/gwp.ts';
import { figuresByGas, figuresOf, type SumRow } from './figures.ts';
import { GASES } from './tables.ts';

const row = (cells: Partial<SumRow>): SumRow =>
  ({
    ...(Object.fromEntries([...GASES, 'co2e_source'].map((mass) => [mass, '0'])) as Record<string, string>),
    gwp_source: 'AR5',
    other_gas: '',
    lines: '1',
    ...cells,
  }) as SumRow;

test('S1-09: 12 kg of R-410A are 6 kg of each component, under every set', () => {
  const rows = [row({ other_gas: 'R-410A', other_kg: '12', co2e_source: '23082' })];
  expect(figuresOf(rows, 'AR5')).toMatchObject({ co2e_kg: '23082', other_gases_kg: { 'HFC-125': '6', 'HFC-32': '6' } });
  expect(figuresByGas(rows, 'AR6').map(([gas, { co2e_kg, other_gases_kg }]) => [gas, co2e_kg, other_gases_kg])).toEqual(
    [
      ['HFC-125', '22440', { 'HFC-125': '6' }],
      ['HFC-32', '4626', { 'HFC-32': '6' }],
    ],
  );
});

test('a component outside the Kyoto basket has its mass and counts 0; the same gas by itself counts', () => {
  const rows = [
    row({ other_gas: 'R-402A', other_kg: '100', co2e_source: '190200' }),
    row({ other_gas: 'HFC-125', other_kg: '1', co2e_source: '3170', lines: '2' }),
  ];
  const found = figuresByGas(rows, 'AR5');
  expect(found.map(([gas, { co2e_kg, gases_kg, lines }]) => [gas, gases_kg.other_kg, co2e_kg, lines])).toEqual([
    ['HCFC-22', '38', '0', 1],
    ['HFC-125', '61', '193370', 3],
    ['propane', '2', '0', 1],
  ]);
});

test('gases add up to the figures, whatever rows they are of', () => {
  const kg = fc.integer({ min: -1000, max: 1000 }).map(String);
  const rows = fc.array(
    fc.record({
      gwp_source: fc.constantFrom(...GWP_SET_NAMES),
      other_gas: fc.constantFrom('R-410A', 'R-404A', 'R-402A', 'SF6', 'HFC-125'),
      other_kg: kg,
      n2o: kg,
      co2e_unsplit: kg,
      co2e_source: kg,
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(rows, fc.constantFrom(...GWP_SET_NAMES), (cells, gwp) => {
      const all = cells.map(row);
      const byGas = figuresByGas(all, gwp);
      const total = figuresOf(all, gwp);
      const sum = (values: string[]) => sumDecimals(values.map((value) => Decimal.parse(value))).toString();
      expect(sum(byGas.map(([, { co2e_kg }]) => co2e_kg))).toBe(total.co2e_kg);
      for (const [gas, mass] of Object.entries(total.other_gases_kg)) {
        expect(byGas.find(([name]) => name === gas)?.[1].gases_kg.other_kg).toBe(mass);
      }
      expect(sum(Object.values(total.other_gases_kg))).toBe(total.gases_kg.other_kg);
      expect(gwpSet(gwp).inBlend('HCFC-22').isZero()).toBe(true);
    }),
  );
});
