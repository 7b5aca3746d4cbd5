/**
 * Base year, targets and intensities: GHG Protocol Corporate Standard, chapter 5 (recalculation), SBTi's absolute contraction,
 * ESRS E1-6 (intensity). Pure and exact; amounts are t CO2e unless said otherwise.
 */
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';

const HUNDRED = Rational.parse('100');

/** What changes a base year; organic growth and decline, and what opens later, never do. */
export const TRIGGERS = ['structure', 'method', 'factor', 'error', 'boundary', 'gwp'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export interface BaseYearEvent {
  cause: Trigger | 'organic';
  /** What it adds to the emissions of the base year; negative for what leaves. */
  change: Rational;
}

export interface RecalculationPolicy {
  /** Percent of the base above which it is recalculated; 5 is usual. */
  thresholdPercent: Rational;
}

export interface Recalculation {
  /** One per event, in order. */
  steps: Array<{
    event: BaseYearEvent;
    /** The event alone, percent of the base. */
    percent: Rational;
    /** All changes since the last recalculation together, percent of the base. */
    cumulativePercent: Rational;
    recalculated: boolean;
    /** The base from here on. */
    base: Rational;
  }>;
  base: Rational;
  /** Changes that are known and not yet in the base, because they are below the threshold. */
  pending: Rational;
}

/**
 * Tests each event, and the events since the last recalculation together, against the threshold: |change| / base > threshold. When it is
 * passed, all that is pending goes into the base, and into every year after it.
 * @throws FootingError `invalid` for a base of 0 or less: nothing is a part of it.
 */
export function recalculate(
  base: Rational,
  events: readonly BaseYearEvent[],
  policy: RecalculationPolicy,
): Recalculation {
  if (base.sign() <= 0) throw new FootingError('invalid', 'A base year has emissions above 0');
  let current = base;
  let pending = Rational.ZERO;
  const steps = events.map((event) => {
    const counts = event.cause !== 'organic';
    if (counts) pending = pending.add(event.change);
    const percent = counts ? percentOf(event.change, current) : Rational.ZERO;
    const cumulativePercent = percentOf(pending, current);
    const recalculated =
      counts && [percent, cumulativePercent].some((one) => absolute(one).cmp(policy.thresholdPercent) > 0);
    if (recalculated) {
      current = current.add(pending);
      pending = Rational.ZERO;
    }
    return { event, percent, cumulativePercent, recalculated, base: current };
  });
  return { steps, base: current, pending };
}

/** Change from one amount to another, percent of the first; null when that is 0. */
export function changePercent(before: Rational, after: Rational): Rational | null {
  return before.isZero() ? null : percentOf(after.sub(before), before);
}

export interface Target {
  baseYear: number;
  base: Rational;
  targetYear: number;
  /** Part of the base that is reduced a year: 0.042 for 1.5 °C, 0.025 for well below 2 °C. */
  annualRate: Rational;
}

export interface TargetProgress {
  target: Rational;
  /** Where the path is in the year that is looked at. */
  path: Rational;
  /** (base - actual) / (base - target), percent. */
  progressPercent: Rational;
  /** What the path asks for in that year, percent. */
  expectedPercent: Rational;
  /** Actual above the path; negative when it is below. */
  gap: Rational;
}

/** Linear absolute contraction: base x (1 - rate x years). A path ends at 0. */
export function pathIn({ baseYear, base, annualRate }: Target, year: number): Rational {
  const left = Rational.ONE.sub(annualRate.mul(new Rational(BigInt(year - baseYear))));
  return left.sign() < 0 ? Rational.ZERO : base.mul(left);
}

/** @throws FootingError `invalid` for a year before the base year or a target that reduces nothing. */
export function progressOf(target: Target, year: number, actual: Rational): TargetProgress {
  const goal = pathIn(target, target.targetYear);
  const reduction = target.base.sub(goal);
  if (year < target.baseYear || target.targetYear <= target.baseYear || reduction.sign() <= 0) {
    throw new FootingError('invalid', 'A target lies after its base year and reduces something');
  }
  const path = pathIn(target, Math.min(year, target.targetYear));
  return {
    target: goal,
    path,
    progressPercent: percentOf(target.base.sub(actual), reduction),
    expectedPercent: percentOf(target.base.sub(path), reduction),
    gap: actual.sub(path),
  };
}

/**
 * Emissions per amount of something in a period: net revenue, full-time equivalents, units of output. Null when there is none of it.
 * @param per how much of it one unit of the intensity is, as 1000000 for t per EUR million
 */
export function intensity(emissions: Rational, amount: Rational, per: Rational = Rational.ONE): Rational | null {
  return amount.isZero() ? null : emissions.mul(per).div(amount);
}

function percentOf(part: Rational, whole: Rational): Rational {
  return part.mul(HUNDRED).div(whole);
}

function absolute(value: Rational): Rational {
  return value.sign() < 0 ? value.neg() : value;
}
