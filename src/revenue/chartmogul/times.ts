/** Instants as ChartMogul's clients write and read them. */
import { Temporal } from 'temporal-polyfill';

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d))?)?$/i;
const YEAR_MIN = 1900;
const YEAR_MAX = 2299;

/**
 * Milliseconds since 1970 of `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS` with or without ` UTC` or ` +0200`, or ISO 8601; no zone means UTC.
 * What is finer than a millisecond is left out, as ChartMogul does. Null for anything else and for days that do not exist.
 */
export function parseTime(text: string): number | null {
  const match = TIME.exec(text.trim());
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < YEAR_MIN || year > YEAR_MAX || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const [offsetHours, offsetMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (offsetHours > 23 || offsetMinutes > 59) return null;
  const offset = (match[9] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset;
}

/** `2016-01-01T12:00:00.000Z`: objects of the import API. */
export const milliseconds = (time: number): string => new Date(time).toISOString();

/** `2022-02-28T00:00:00Z`: subscription events. */
export const seconds = (iso: string): string => `${new Date(iso).toISOString().slice(0, 19)}Z`;

/** `2016-01-25T00:00:00+00:00` in the account's time zone: metrics, activities, customer-since. */
export function zoned(time: number, timeZone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
  return date.toString({ smallestUnit: 'second', timeZoneName: 'never' });
}

/** ClickHouse's `2025-01-31 10:00:00.000` (UTC) as an instant of the import API; one that is such an instant already and null stay. */
export function fromLedger(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text === '') return null;
  return text.endsWith('Z') ? text : `${text.replace(' ', 'T')}Z`;
}
