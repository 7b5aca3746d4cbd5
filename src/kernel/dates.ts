/**
 * Calendar days and instants. A day is an ISO string 'YYYY-MM-DD' of the proleptic Gregorian calendar; an instant is the whole
 * number of milliseconds since 1970-01-01T00:00:00Z. Both compare and sort as they are (days of the years 0001 to 9999).
 */
import { Temporal } from 'temporal-polyfill';
import { FootingError, shown } from './errors.ts';

export type Day = string;
/** 'YYYY-MM' */
export type Month = string;
export type Instant = number;

export const DAY_MS = 86_400_000;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH = /^(\d{4})-(\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?([Zz]|[+-]\d{2}:?\d{2})$/;

const LONG_MONTHS = new Set([1, 3, 5, 7, 8, 10, 12]);

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of a month, month 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return LONG_MONTHS.has(month) ? 31 : 30;
}

/** Year, month (1 to 12) and day of an ISO day. Throws `invalid` when there is no such day. */
export function dayParts(day: Day): { year: number; month: number; day: number } {
  const match = DAY.exec(day);
  const [year, month, dayOfMonth] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  if (!match || year < 1 || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) {
    throw new FootingError('invalid', `No such calendar day: ${shown(day)}`, {
      problems: [{ value: shown(day), reason: 'not a calendar day', remedy: 'Write days as YYYY-MM-DD.' }],
    });
  }
  return { year, month, day: dayOfMonth };
}

export function dayFromParts(year: number, month: number, day: number): Day {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Days since 1970-01-01. */
export function dayNumber(day: Day): number {
  const parts = dayParts(day);
  return utcMidnight(parts.year, parts.month, parts.day) / DAY_MS;
}

/** The day that is `number` days after 1970-01-01. */
export function dayFromNumber(number: number): Day {
  const date = new Date(number * DAY_MS);
  return dayFromParts(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

/** Days from the first day to the second: 0 for the same day, negative when the second is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return dayNumber(to) - dayNumber(from);
}

export function addDays(day: Day, days: number): Day {
  return dayFromNumber(dayNumber(day) + days);
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

/** First and last day of a month. Throws `invalid` when there is no such month. */
export function monthDays(month: Month): { first: Day; last: Day } {
  const match = MONTH.exec(month);
  const [year, number] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || year < 1 || number < 1 || number > 12) {
    throw new FootingError('invalid', `No such month: ${shown(month)}`, {
      problems: [{ value: shown(month), reason: 'not a month', remedy: 'Write months as YYYY-MM.' }],
    });
  }
  return { first: `${month}-01`, last: dayFromParts(year, number, daysInMonth(year, number)) };
}

/** The month `months` after (or before) the given one. */
export function addMonthsToMonth(month: Month, months: number): Month {
  monthDays(month);
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** All months from the first to the last, both included; empty when the last is earlier. */
export function monthRange(first: Month, last: Month): Month[] {
  monthDays(last);
  const months: Month[] = [];
  for (let month = addMonthsToMonth(first, 0); month <= last; month = addMonthsToMonth(month, 1)) months.push(month);
  return months;
}

/** How many days of each month lie in first..last (both included), in order; empty when the last is earlier. */
export function daysByMonth(first: Day, last: Day): Array<{ month: Month; days: number }> {
  if (daysBetween(first, last) < 0) return [];
  return monthRange(monthOf(first), monthOf(last)).map((month) => {
    const bounds = monthDays(month);
    const from = bounds.first > first ? bounds.first : first;
    const to = bounds.last < last ? bounds.last : last;
    return { month, days: daysBetween(from, to) + 1 };
  });
}

/**
 * Reads an RFC 3339 instant (offset required) or a day, which stands for its midnight in UTC. Throws `invalid` for anything else, for
 * days and times that do not exist, and for more precision than milliseconds (never rounded away).
 */
export function parseInstant(text: string): Instant {
  if (DAY.test(text)) return dayNumber(text) * DAY_MS;
  const match = INSTANT.exec(text);
  const [hour, minute, second] = [Number(match?.[2]), Number(match?.[3]), Number(match?.[4] ?? 0)];
  const fraction = match?.[5] ?? '';
  if (!match || hour > 23 || minute > 59 || second > 59 || /[1-9]/.test(fraction.slice(3))) {
    throw new FootingError('invalid', `Not an instant: ${shown(text)}`, {
      problems: [
        {
          value: shown(text),
          reason: 'not an instant in milliseconds with its offset from UTC',
          remedy: 'Write instants as 2026-03-31T22:00:00Z or days as 2026-03-31.',
        },
      ],
    });
  }
  const timeOfDay = ((hour * 60 + minute) * 60 + second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return dayNumber(match[1]!) * DAY_MS + timeOfDay - offsetMs(match[6]!, text);
}

/** '2026-03-31T22:00:00.000Z' */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** The calendar day on which an instant falls in a time zone (IANA name; UTC is the quick way). */
export function dayOfInstant(instant: Instant, timeZone = 'UTC'): Day {
  if (timeZone === 'UTC') return dayFromNumber(Math.floor(instant / DAY_MS));
  return localParts(instant, timeZone);
}

export function monthOfInstant(instant: Instant, timeZone = 'UTC'): Month {
  return monthOf(dayOfInstant(instant, timeZone));
}

/** The first instant of a day in a time zone; where the clock skips midnight, the first instant that exists. */
export function startOfDay(day: Day, timeZone = 'UTC'): Instant {
  if (timeZone === 'UTC') return dayNumber(day) * DAY_MS;
  return Temporal.PlainDate.from(day).toZonedDateTime(knownTimeZone(timeZone)).startOfDay().epochMilliseconds;
}

/** Throws `invalid` for a time zone that this system does not know; otherwise gives the name back. */
export function knownTimeZone(timeZone: string): string {
  dayFormat(timeZone);
  return timeZone;
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  const known = dayFormats.get(timeZone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    dayFormats.set(timeZone, format);
    return format;
  } catch (cause) {
    throw new FootingError('invalid', `Unknown time zone: ${shown(timeZone)}`, {
      cause,
      problems: [
        {
          field: 'time_zone',
          value: shown(timeZone),
          reason: 'not an IANA time zone',
          remedy: 'Use a name such as Europe/Berlin.',
        },
      ],
    });
  }
}

function localParts(instant: Instant, timeZone: string): Day {
  const parts = new Map(
    dayFormat(timeZone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
  return dayFromParts(Number(parts.get('year')), Number(parts.get('month')), Number(parts.get('day')));
}

function offsetMs(offset: string, text: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  if (hours > 23 || minutes > 59) throw new FootingError('invalid', `No such offset from UTC: ${shown(text)}`);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Date.UTC takes years below 100 for 1900 and later; this does not. */
function utcMidnight(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}
