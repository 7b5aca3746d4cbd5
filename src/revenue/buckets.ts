/** Periods of a report: the days of each bucket, and the SQL that puts a day into one. */
import { type Day, dayFromNumber, dayNumber, dayParts, monthDays } from '../kernel/dates.ts';
import { FootingError, shown } from '../kernel/errors.ts';

export const INTERVALS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type StatementInterval = (typeof INTERVALS)[number];

/** Buckets of one statement. */
export const BUCKETS_MAX = 4_000;

export type WeekStart = 'monday' | 'sunday';

export interface Bucket {
  /** What SQL calls it. */
  number: number;
  /** 2026-04-01, 2026-04, 2026-Q2 or 2026; a week by its first day with a W: W2026-03-30. */
  label: string;
  /** Days that are counted, inclusive. `to` is the date under which ChartMogul lists the bucket. */
  from: Day;
  to: Day;
  /** The range holds all days of the bucket. */
  whole: boolean;
  /** The range begins after the bucket's first day. */
  cut: boolean;
}

/** Days added to a day's number so that weeks end at multiples of 7; the first term keeps the sum above 0 for every date. */
const WEEK_SHIFT: Record<WeekStart, number> = { monday: 7_000_000 + 3, sunday: 7_000_000 + 4 };

/** SQL over a Date32 expression; the same number as {@link Bucket.number}. */
export function bucketSql(interval: StatementInterval, weekStart: WeekStart, day: string): string {
  switch (interval) {
    case 'day':
      return `toInt32(${day})`;
    case 'week':
      return `toInt32(intDiv(toInt32(${day}) + ${WEEK_SHIFT[weekStart]}, 7))`;
    case 'month':
      return `toInt32(toYYYYMM(${day}))`;
    case 'quarter':
      return `toInt32(toYear(${day}) * 10 + toQuarter(${day}))`;
    case 'year':
      return `toInt32(toYear(${day}))`;
  }
}

/** First and last day of a range given by days or months. `invalid` when they are neither or do not hold together. */
export function rangeDays(from: string, to: string): { from: Day; to: Day } {
  const day = (field: string, value: string, end: boolean): Day => {
    try {
      if (/^\d{4}-\d{2}$/.test(value)) return end ? monthDays(value).last : monthDays(value).first;
      return dayFromNumber(dayNumber(value));
    } catch {
      throw new FootingError('invalid', `"${shown(value)}" is not a day or month`, {
        problems: [{ field, value: shown(value), reason: 'It must be written 2025-04-01 or 2025-04.' }],
      });
    }
  };
  const range = { from: day('from', from, false), to: day('to', to, true) };
  if (range.from > range.to) {
    throw new FootingError('invalid', 'The range ends before it begins', {
      problems: [{ field: 'to', value: range.to, reason: `It is before ${range.from}.` }],
    });
  }
  return range;
}

/** The buckets that touch the range, the first and last cut to it. */
export function bucketsBetween(
  from: Day,
  to: Day,
  interval: StatementInterval,
  weekStart: WeekStart = 'monday',
): Bucket[] {
  if (!INTERVALS.includes(interval)) {
    throw new FootingError('invalid', `There is no interval "${shown(interval)}"`, {
      problems: [{ field: 'interval', value: shown(interval), reason: `It is one of ${INTERVALS.join(', ')}.` }],
    });
  }
  const buckets: Bucket[] = [];
  const last = dayNumber(to);
  for (let first = dayNumber(from); first <= last; ) {
    const { start, end, number, label } = bucketOf(first, interval, weekStart);
    const cut = Math.min(end, last);
    buckets.push({
      number,
      label,
      from: dayFromNumber(first),
      to: dayFromNumber(cut),
      whole: first === start && cut === end,
      cut: first !== start,
    });
    first = cut + 1;
    if (buckets.length > BUCKETS_MAX) {
      throw new FootingError('too_large', `The range has more than ${BUCKETS_MAX} buckets`, {
        remedy: 'Ask for a shorter range or a longer interval.',
      });
    }
  }
  return buckets;
}

/** The bucket that a day is in, by day numbers. */
export function bucketOf(day: number, interval: StatementInterval, weekStart: WeekStart) {
  const { year, month } = dayParts(dayFromNumber(day));
  const ofMonths = (first: number, last: number, number: number, label: string) => ({
    start: dayNumber(monthDays(monthName(year, first)).first),
    end: dayNumber(monthDays(monthName(year, last)).last),
    number,
    label,
  });
  switch (interval) {
    case 'day':
      return { start: day, end: day, number: day, label: dayFromNumber(day) };
    case 'week': {
      const number = Math.floor((day + WEEK_SHIFT[weekStart]) / 7);
      const start = number * 7 - WEEK_SHIFT[weekStart];
      return { start, end: start + 6, number, label: `W${dayFromNumber(start)}` };
    }
    case 'month':
      return ofMonths(month, month, year * 100 + month, monthName(year, month));
    case 'quarter': {
      const quarter = Math.ceil(month / 3);
      return ofMonths(quarter * 3 - 2, quarter * 3, year * 10 + quarter, `${year}-Q${quarter}`);
    }
    case 'year':
      return ofMonths(1, 12, year, String(year));
  }
}

const monthName = (year: number, month: number): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
