/** Dates for people; months and days of the API are calendar days without a time zone. */
const locale = navigator.languages[0] ?? 'en';
const instantFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
const monthFormat = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });

export const instant = (text: string): string => instantFormat.format(new Date(text));
export const day = (text: string): string => dayFormat.format(new Date(`${text}T00:00:00Z`));
export const month = (text: string): string => monthFormat.format(new Date(`${text}-01T00:00:00Z`));

/** A bucket of a statement: 2025-01, 2025-W07, 2025-Q1, 2025, 2025-01-31. */
export function bucket(text: string): string {
  if (/^\d{4}-\d{2}$/.test(text)) return month(text);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return day(text);
  return text;
}

export const monthsBetween = (from: string, to: string): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1;

export function addMonths(month: string, count: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + count;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

export const thisMonth = (): string => new Date().toISOString().slice(0, 7);

/** The last day of a month, YYYY-MM-DD. */
export function lastDayOf(month: string): string {
  const next = new Date(`${addMonths(month, 1)}-01T00:00:00Z`);
  next.setUTCDate(0);
  return next.toISOString().slice(0, 10);
}
