/** Days as whole numbers since 1970-01-01, in the proleptic Gregorian calendar, without clock or time zone. */
const MS_PER_DAY = 86_400_000;

export function day(year: number, month: number, dayOfMonth: number): number {
  return Date.UTC(year, month - 1, dayOfMonth) / MS_PER_DAY;
}

/** YYYY-MM-DD. */
export function isoDay(value: number): string {
  return new Date(value * MS_PER_DAY).toISOString().slice(0, 10);
}

/** RFC 3339 in UTC, at `second` seconds after midnight. */
export function isoInstant(value: number, second = 0): string {
  return `${new Date(value * MS_PER_DAY + second * 1000).toISOString().slice(0, 19)}Z`;
}

export function daysInMonth(year: number, month: number): number {
  return day(year, month + 1, 1) - day(year, month, 1);
}

/** `anchor` plus `months`; a day that the month lacks becomes its last day (31 January + 1 month = 28 or 29 February). */
export function addMonths(anchor: number, months: number): number {
  const date = new Date(anchor * MS_PER_DAY);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const last = daysInMonth(first.getUTCFullYear(), first.getUTCMonth() + 1);
  return first.getTime() / MS_PER_DAY + Math.min(date.getUTCDate(), last) - 1;
}

/** 0 for Sunday. */
export function weekday(value: number): number {
  return (((value + 4) % 7) + 7) % 7;
}
