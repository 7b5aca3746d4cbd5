/** of the domain specification: base year, targets, intensity, rounding. */
import { describe, expect, test } from 'vitest';
import {
  type BaseYearEvent,
  changePercent,
  intensity,
  pathIn,
  progressOf,
  recalculate,
} from '../../src/carbon/base-year/baseYear.ts';
import { figuresOf, type SumRow } from '../../src/carbon/figures.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { Rational } from '../../src/kernel/rational.ts';

const R = (text: string) => Rational.parse(text);
const nine = (value: Rational | null) => value?.toDecimal(9).toString();
const policy = { thresholdPercent: R('5') };
const structure = (change: string): BaseYearEvent => ({ cause: 'structure', change: R(change) });

describe('recalculation of the base year', () => {
  test('R-01: an acquisition above the threshold', () => {
    const { steps, base } = recalculate(R('100000'), [structure('8000')], policy);
    expect([String(steps[0]!.percent), steps[0]!.recalculated, String(base)]).toEqual(['8', true, '108000']);
  });
  test('R-02: two that pass it only together', () => {
    const { steps, base, pending } = recalculate(R('100000'), [structure('3000'), structure('3000')], policy);
    expect(steps.map(({ recalculated }) => recalculated)).toEqual([false, true]);
    expect([String(steps[1]!.cumulativePercent), String(base), String(pending)]).toEqual(['6', '106000', '0']);
  });
  test('R-04: organic growth changes nothing', () => {
    const { steps, base } = recalculate(R('100000'), [{ cause: 'organic', change: R('20000') }], policy);
    expect([steps[0]!.recalculated, String(base)]).toEqual([false, '100000']);
  });
  test('exactly the threshold is not above it, and a sale counts like an acquisition', () => {
    expect(recalculate(R('100000'), [structure('5000')], policy).base.toString()).toBe('100000');
    expect(recalculate(R('100000'), [structure('-5001')], policy).base.toString()).toBe('94999');
    // One that adds and one that takes away are together below it.
    const both = recalculate(R('100000'), [structure('4000'), structure('-4500')], policy);
    expect([String(both.base), String(both.pending)]).toEqual(['100000', '-500']);
    expect(() => recalculate(R('0'), [], policy)).toThrow(/above 0/);
  });
});

test('R-03: another set of potentials restates from the masses of the gases', () => {
  const row = {
    gwp_source: '',
    other_gas: '',
    lines: '1',
    co2_fossil: '90000000',
    co2_biogenic: '0',
    ch4_fossil: '0',
    ch4_non_fossil: '200000',
    n2o: '10000',
    co2e_unsplit: '0',
    other_kg: '0',
    co2e_source: '0',
  } as SumRow;
  const [before, after] = [figuresOf([row], 'AR5').co2e_t, figuresOf([row], 'AR6').co2e_t];
  expect([before, after]).toEqual(['98250', '98130']);
  expect(nine(changePercent(R(before), R(after)))).toBe('-0.122137405');
  expect(changePercent(R('0'), R('1'))).toBeNull();
});

test('R-05: target path and progress', () => {
  const target = { baseYear: 2020, base: R('100000'), targetYear: 2030, annualRate: R('0.042') };
  const progress = progressOf(target, 2025, R('82000'));
  expect([
    String(progress.target),
    String(progress.path),
    nine(progress.progressPercent),
    String(progress.expectedPercent),
    String(progress.gap),
  ]).toEqual(['58000', '79000', '42.857142857', '50', '3000']);
  expect(String(pathIn(target, 2060))).toBe('0');
  expect(() => progressOf(target, 2019, R('1'))).toThrow(/base year/);
});

test('R-06: intensity per net revenue', () => {
  const revenue = R('512400000');
  expect(nine(intensity(R('40000'), revenue, R('1000000')))).toBe('78.06401249');
  expect(nine(intensity(R('36500'), revenue, R('1000000')))).toBe('71.233411397');
  expect(intensity(R('40000'), R('0'))).toBeNull();
});

test('R-07: totals are of unrounded values', () => {
  const lines = ['0.4', '0.4', '0.4'].map((text) => Decimal.parse(text));
  const total = lines.reduce((sum, line) => sum.add(line), Decimal.ZERO);
  expect(lines.map((line) => line.toGrouped(0))).toEqual(['0', '0', '0']);
  expect([total.toString(), total.toGrouped(0)]).toEqual(['1.2', '1']);
});
