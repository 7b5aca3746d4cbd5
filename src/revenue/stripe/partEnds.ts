/**
 * When the parts of a subscription end that is billed by several intervals. No invoice says that a part is billed no more when its items are
 * removed without proration: the items of the subscription do. What objects say is kept as facts of the subscription, in whatever order they come;
 * what they amount to together is stated once all of a document are read. Pure.
 */
import { type Interval, partName, partsOf } from './intervals.ts';
import type { Row, SubscriptionParts } from './lines.ts';

type Fact = (id: string | null, name: string) => string | undefined;

/** A part and an instant. */
interface PartTime {
  part: string;
  at: string;
}

/** `sub_1:1-year@2026-04-10T00:00:01.000Z …` */
const written = (times: readonly PartTime[]): string => times.map(({ part, at }) => `${part}@${at}`).join(' ');
function read(text: string | undefined): PartTime[] {
  const each = (text ?? '').split(' ').filter((one) => one !== '');
  return each.map((one) => ({ part: one.slice(0, one.lastIndexOf('@')), at: one.slice(one.lastIndexOf('@') + 1) }));
}

/** Facts of a subscription: `items` are the intervals that it is billed by as of `items_at` (milliseconds since 1970). */
export const itemFacts = (intervals: readonly Interval[], asOf: number): Record<string, string> => ({
  items: [...new Set(intervals)].join(','),
  items_at: String(asOf),
});

/** Null where not all items are known: then none can be said to be gone. */
function itemsOf(id: string, fact: Fact): { intervals: string[]; asOf: number } | null {
  const [intervals, asOf] = [fact(id, 'items'), fact(id, 'items_at')];
  return intervals === undefined || asOf === undefined ? null : { intervals: intervals.split(','), asOf: Number(asOf) };
}

/** Of `parts`, those that no item is billed by. */
function without(id: string, parts: readonly string[], main: Interval, intervals: readonly Interval[]): string[] {
  const billed = new Set(intervals.map((interval) => partName(id, interval, main)));
  return parts.filter((part) => !billed.has(part));
}

/**
 * A second after items were first seen to be gone: a credit for their unused time, where there is one, begins at that very second, and would
 * otherwise be added to nothing.
 */
const afterSeen = (asOf: number): string => new Date(asOf + 1000).toISOString();

/** Facts that a new state of the subscription adds: parts that have no item now and had one in the state before, or never were said to be gone. */
export function goneFacts(
  id: string,
  state: { intervals: readonly Interval[]; asOf: number; main: Interval; parts: readonly string[] },
  fact: Fact,
): Record<string, string> {
  const gone = without(id, [id, ...state.parts], state.main, state.intervals);
  const before = read(fact(id, 'gone'));
  const items = itemsOf(id, fact);
  const still = items === null ? [] : without(id, gone, state.main, items.intervals);
  const now = gone.filter((part) => !(still.includes(part) && before.some((one) => one.part === part)));
  if (now.length === 0) return {};
  // One that ended, came back and ends again keeps its first end as it was stated.
  const kept = before.map((one) => (now.includes(one.part) ? { ...one, at: endOf(one, id, fact) } : one));
  return { gone: written([...kept, ...now.map((part) => ({ part, at: afterSeen(state.asOf) }))]) };
}

/**
 * Facts of the subscriptions that an invoice bills: until when each part is billed, and which of them had no item any more when the subscription
 * was last seen. Invoices of before may come after the subscription.
 */
export function invoiceFacts(found: SubscriptionParts, fact: Fact): Record<string, string> {
  const { subscription: id, main, added, periods } = found;
  const paid = new Map(read(fact(id, 'paid')).map(({ part, at }) => [part, at]));
  for (const [part, { end }] of periods) {
    if (end !== null && end > (paid.get(part) ?? '')) paid.set(part, end);
  }
  const items = itemsOf(id, fact);
  // The first invoice with two intervals is the first to tell of the main part too.
  const told = fact(id, 'main_interval') === undefined ? [id, ...added] : added;
  const gone = (items === null ? [] : without(id, told, main, items.intervals)).filter((part) => {
    const start = periods.get(part)?.start ?? null;
    return start !== null && Date.parse(start) < items!.asOf;
  });
  const before = read(fact(id, 'gone'));
  return {
    ...(paid.size > 0 && { paid: written([...paid].map(([part, at]) => ({ part, at }))) }),
    ...(gone.length > 0 && {
      gone: written([...before, ...gone.map((part) => ({ part, at: afterSeen(items!.asOf) }))]),
    }),
  };
}

/** A part was billed on until its items went: what is paid ends it where that was over before anybody saw them gone. */
function endOf({ part, at }: PartTime, id: string, fact: Fact): string {
  const paid = read(fact(id, 'paid')).find((one) => one.part === part)?.at;
  return paid !== undefined && paid < at ? paid : at;
}

/** Cancellations of all parts of a subscription, as rows, and what takes back those that were stated before. */
export interface PartEnds {
  matches: Array<Record<string, string>>;
  rows: Row[];
  /** To be kept as the fact `ends_stated`: the same again needs no new statement. */
  stated: string;
  notes: string[];
}

/** Null for a subscription that is billed by one interval, or is not known itself. */
export function partEnds(id: string, fact: Fact): PartEnds | null {
  const [owner, main] = [fact(id, 'customer'), fact(id, 'main_interval')];
  if (owner === undefined || main === undefined) return null;
  const names = [id, ...partsOf(id, [], main, fact)];
  const gone = read(fact(id, 'gone'));
  const ends = gone.map((one, i) => {
    const last = !gone.slice(i + 1).some(({ part }) => part === one.part);
    return { part: one.part, at: last ? endOf(one, id, fact) : one.at };
  });
  const items = itemsOf(id, fact);
  const over = items === null ? [] : without(id, names, main, items.intervals);
  const whole = fact(id, 'ends_at') ?? '';
  const decided = fact(id, 'ends_decided') ?? '';
  const goingOn = names.filter((part) => !(over.includes(part) && ends.some((end) => end.part === part)));
  const key = (part: string) => ({ customer_external_id: owner, subscription_external_id: part });
  const rows: Row[] = [
    ...(whole === ''
      ? []
      : goingOn.map((part) => ({
          ...key(part),
          cancelled_at: whole,
          scheduled_at: decided === '' ? null : decided,
        }))),
    ...ends.map(({ part, at }) => ({ ...key(part), cancelled_at: at })),
  ];
  return {
    matches: names.map(key),
    rows,
    stated: rows
      .map((row) => `${row.subscription_external_id}@${row.cancelled_at}@${row.scheduled_at ?? ''}`)
      .join(' '),
    notes: ends.map(({ part, at }) => `${part} has no item any more: it ends at ${at}`),
  };
}
