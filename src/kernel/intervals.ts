/** Calendar intervals (a plan's 3 months, a year, 7 days) and their arithmetic on instants and days, in UTC. */
import { DAY_MS, type Day, dayFromParts, dayNumber, dayParts, daysInMonth, type Instant } from './dates.ts';
import { FootingError } from './errors.ts';

export type IntervalUnit = 'day' | 'month' | 'year';

export interface Interval {
  /** Whole number above 0. */
  count: number;
  unit: IntervalUnit;
}

/** Throws `invalid` unless the count is a whole number above 0. */
export function interval(count: number, unit: IntervalUnit): Interval {
  if (!Number.isSafeInteger(count) || count <= 0) {
    throw new FootingError('invalid', `An interval counts whole units above 0, not ${count}`);
  }
  return { count, unit };
}

/**
 * The instant `times` intervals after the anchor (negative: before), at the same time of day in UTC. Months and years are taken in
 * one step from the anchor and clamp to the last day of the month, so 31 January + 2 × 1 month is 31 March, not 28 March.
 */
export function addInterval(anchor: Instant, step: Interval, times = 1): Instant {
  if (step.unit === 'day') return anchor + step.count * times * DAY_MS;
  const day = Math.floor(anchor / DAY_MS);
  const timeOfDay = anchor - day * DAY_MS;
  const date = new Date(day * DAY_MS);
  const moved = shiftMonths(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), monthsIn(step) * times);
  return dayNumber(moved) * DAY_MS + timeOfDay;
}

/** The same on days. */
export function addIntervalToDay(anchor: Day, step: Interval, times = 1): Day {
  const { year, month, day } = dayParts(anchor);
  if (step.unit === 'day') {
    const moved = new Date((dayNumber(anchor) + step.count * times) * DAY_MS);
    return dayFromParts(moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate());
  }
  return shiftMonths(year, month, day, monthsIn(step) * times);
}

/** Length in milliseconds of the whole interval that ends at `end`: end − (end minus the interval). */
export function fullPeriodMs(end: Instant, step: Interval): number {
  return end - addInterval(end, step, -1);
}

function monthsIn(step: Interval): number {
  return step.unit === 'year' ? step.count * 12 : step.count;
}

function shiftMonths(year: number, month: number, day: number, months: number): Day {
  const index = year * 12 + (month - 1) + months;
  const [newYear, newMonth] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  if (newYear < 1 || newYear > 9999) {
    throw new FootingError('invalid', `The calendar of Footing runs from year 1 to 9999, not to ${newYear}`);
  }
  return dayFromParts(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}
