/** Days, months and instants in queries and paths: their patterns admit 2025-02-30 and the year 9999, the calendar does not. */
import { dayFromNumber, dayParts, daysInMonth } from '../kernel/dates.ts';
import { DAY_MAX, DAY_MIN } from '../streams/index.ts';

const YEAR_MIN = dayParts(dayFromNumber(DAY_MIN)).year;
const YEAR_MAX = dayParts(dayFromNumber(DAY_MAX)).year;
const WRITTEN = /^(\d{4})-(\d{2})(?:-(\d{2}))?(T.*)?$/;
/** Any offset that a time zone ever had; digits after the second as PostgreSQL keeps them. */
const TIME = /^T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-5]):[0-5]\d)$/;

/** True for the pattern of a schema that takes a day, a month or an instant. */
export const isCalendarPattern = (pattern: string | undefined): boolean => pattern?.startsWith('^\\d{4}-') ?? false;

/** What is wrong with a text that has such a form; undefined for one that stands in the calendar. */
export function calendarProblem(text: string): string | undefined {
  const written = WRITTEN.exec(text);
  if (written === null) return undefined;
  const [year, month, day] = written.slice(1, 4).map(Number) as [number, number, number];
  if (year < YEAR_MIN || year > YEAR_MAX) return `years are taken from ${YEAR_MIN} to ${YEAR_MAX}`;
  if (month < 1 || month > 12) return 'there is no such month in the calendar';
  if (written[3] !== undefined && (day < 1 || day > daysInMonth(year, month)))
    return 'there is no such day in the calendar';
  return written[4] === undefined || TIME.test(written[4]) ? undefined : 'there is no such instant';
}
