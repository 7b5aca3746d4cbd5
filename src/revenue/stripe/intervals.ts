/**
 * Subscriptions that are billed by several intervals (a monthly and a yearly item, say). A line of the book replaces the one before of its
 * subscription, so what is billed by each interval is a subscription of its own: the one that was billed alone before, else the shortest,
 * keeps Stripe's name, the others have theirs after it, `sub_1:1-year`. No invoice says that a part is billed no more when its items are
 * removed without proration: the subscription's items do, and end it. Pure.
 */
import { at, isObject, text } from './objects.ts';

export type Interval = string;
type Fact = (id: string | null, name: string) => string | undefined;

const DAYS: Record<string, number> = { day: 1, month: 30.4, year: 365 };
const DAYS_A_WEEK = 7;

/** `1 month`, `7 day`: of a price or plan that is there whole. */
export function intervalIn(price: unknown): Interval | null {
  const recurring = isObject(price) && isObject(price.recurring) ? price.recurring : price;
  const unit = text(at(recurring, 'interval'));
  const given = at(recurring, 'interval_count');
  const count = Number.isSafeInteger(given) ? (given as number) : 1;
  if (unit === 'week') return `${count * DAYS_A_WEEK} day`;
  return unit !== null && DAYS[unit] !== undefined ? `${count} ${unit}` : null;
}

/** Of a price that is known by its id: its fact `plan` begins with it. */
export function intervalKnown(price: string | null, fact: Fact): Interval | null {
  return /^\d+ (day|month|year)(?= )/.exec(fact(price, 'plan') ?? '')?.[0] ?? null;
}

function days(interval: Interval): number {
  const [count, unit] = interval.split(' ') as [string, string];
  return Number(count) * DAYS[unit]!;
}

/** The interval that keeps the subscription's name; null while all that is known of it is billed by one. */
export function mainInterval(
  subscription: string,
  intervals: ReadonlyArray<Interval | null>,
  fact: Fact,
): Interval | null {
  const known = fact(subscription, 'main_interval');
  if (known !== undefined) return known;
  const kinds = [...new Set(intervals.filter((each) => each !== null))].sort((a, b) => days(a) - days(b));
  // Lines that were stated before it had two intervals have Stripe's name.
  const before = fact(subscription, 'billed');
  return kinds.length < 2 ? null : kinds.includes(before ?? '') ? before! : kinds[0]!;
}

/** Name in the book of what the subscription bills by the interval. */
export function partName(subscription: string, interval: Interval | null, main: Interval | null): string {
  return main === null || interval === null || interval === main
    ? subscription
    : `${subscription}:${interval.replace(' ', '-')}`;
}

/** Names of all parts that are known of, with those of `intervals`. */
export function partsOf(
  subscription: string,
  intervals: ReadonlyArray<Interval | null>,
  main: Interval | null,
  fact: Fact,
): string[] {
  const known = (fact(subscription, 'parts') ?? '').split(' ').filter((name) => name !== '');
  const named = intervals
    .map((interval) => partName(subscription, interval, main))
    .filter((name) => name !== subscription);
  return [...new Set([...known, ...named])];
}
