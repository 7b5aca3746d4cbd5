/** Lines of Stripe's invoices as line items of the book. Pure. */
import type { Json } from '../../journal/types.ts';
import { type Interval, intervalIn, intervalKnown, mainInterval, partName, partsOf } from './intervals.ts';
import { at, cents, idOf, instant, isObject, listed, text, Unreadable, whole } from './objects.ts';

export type Row = Record<string, Json>;

export interface LineContext {
  currency: string;
  /** Something that is known of another object: `fact('price_1', 'usage_type')`. */
  fact(id: string | null, name: string): string | undefined;
  /** How lines of metered prices count. */
  metered: 'one_time' | 'subscription';
}

interface Line {
  raw: Record<string, unknown>;
  id: string;
  amount: number;
  discount: number;
  /** Tax inside `amount`, and tax on top of it. */
  inclusive: number;
  exclusive: number;
  subscription: string | null;
  /** What the book calls it: where a subscription is billed by several intervals, each is one of its own. */
  part: string | null;
  interval: Interval | null;
  price: string | null;
  proration: boolean;
  /** A period of a subscription, not something sold beside it. */
  recurring: boolean;
  trial: boolean;
  start: string | null;
  end: string | null;
}

/** Columns of each line; the invoice's own are added by the caller. `notes` says what is unusual. */
export function lineRows(
  invoice: Record<string, unknown>,
  context: LineContext,
): {
  rows: Row[];
  notes: string[];
  prices: Record<string, unknown>[];
  parts: SubscriptionParts[];
  billed: Map<string, Interval>;
} {
  const lines = listed(invoice.lines).map((raw, i) => readLine(raw, `lines.data[${i}]`, invoice, context));
  const notes: string[] = [];
  const parts = nameParts(lines, context);
  for (const { subscription, main, added } of parts) {
    for (const part of added)
      notes.push(`${subscription} is billed by several intervals: ${main} as itself, another as ${part}`);
  }
  const intervals = Map.groupBy(
    lines.filter((line) => line.recurring && !line.proration),
    (line) => line.part!,
  );
  for (const [part, own] of intervals) {
    const kinds = new Set(own.map((line) => `${line.start} ${line.end}`));
    if (kinds.size > 1)
      notes.push(`${part} bills several periods in one invoice: the one that starts last replaces the others`);
  }
  const prices = lines.flatMap(({ raw }) => [raw.price, raw.plan, at(raw, 'pricing', 'price_details', 'price')]);
  return {
    rows: lines.map((line) => rowOf(line, lines)),
    notes,
    prices: prices.filter(isObject),
    parts,
    billed: billedAlone(lines, parts),
  };
}

/** By which interval subscriptions are billed that are billed by one. */
function billedAlone(lines: readonly Line[], parts: readonly SubscriptionParts[]): Map<string, Interval> {
  const several = new Set(parts.map(({ subscription }) => subscription));
  const alone = lines.filter(
    ({ recurring, proration, interval, subscription }) =>
      recurring && !proration && interval !== null && !several.has(subscription!),
  );
  return new Map(alone.map(({ subscription, interval }) => [subscription!, interval!]));
}

/** A subscription that is billed by several intervals. */
export interface SubscriptionParts {
  subscription: string;
  main: Interval;
  /** Names of all its parts but the main one, and of those that were not known before. */
  parts: string[];
  added: string[];
  /** From when until when the invoice bills each part; null where it does not say, or bills no whole period. */
  periods: Map<string, { start: string | null; end: string | null }>;
}

/** Gives each recurring line the name of the part that it belongs to. */
function nameParts(lines: Line[], context: LineContext): SubscriptionParts[] {
  const found: SubscriptionParts[] = [];
  const own = lines.filter((line) => line.recurring);
  for (const [subscription, group] of Map.groupBy(own, (line) => line.subscription!)) {
    const whole_ = group.filter((line) => !line.proration).map(({ interval }) => interval);
    const main = mainInterval(subscription, whole_, context.fact);
    for (const line of group) line.part = partName(subscription, line.interval, main);
    if (main === null) continue;
    const known = new Set((context.fact(subscription, 'parts') ?? '').split(' '));
    const parts = partsOf(
      subscription,
      group.map(({ interval }) => interval),
      main,
      context.fact,
    );
    const periods = new Map([...Map.groupBy(group, ({ part }) => part!)].map(([part, own]) => [part, periodOf(own)]));
    found.push({ subscription, main, parts, added: parts.filter((part) => !known.has(part)), periods });
  }
  return found;
}

function periodOf(lines: readonly Line[]): { start: string | null; end: string | null } {
  const whole_ = lines.filter(({ proration }) => !proration);
  return {
    start: whole_.flatMap(({ start }) => start ?? []).sort()[0] ?? null,
    end:
      whole_
        .flatMap(({ end }) => end ?? [])
        .sort()
        .at(-1) ?? null,
  };
}

function readLine(
  raw: Record<string, unknown>,
  place: string,
  invoice: Record<string, unknown>,
  context: LineContext,
): Line {
  const id = text(raw.id);
  if (id === null) throw new Unreadable(`${place}.id`, raw.id, 'is missing');
  const { currency } = context;
  if (text(raw.currency) !== null && text(raw.currency)!.toUpperCase() !== currency) {
    throw new Unreadable(`${place}.currency`, raw.currency, `is not the currency of its invoice, ${currency}`);
  }
  const amount = cents(raw.amount, currency, `${place}.amount`);
  if (amount === null) throw new Unreadable(`${place}.amount`, raw.amount, 'is missing');
  const discount = listed(raw.discount_amounts).reduce(
    (sum, each, i) => sum + (cents(each.amount, currency, `${place}.discount_amounts[${i}].amount`) ?? 0),
    0,
  );
  const [inclusive, exclusive] = taxes(raw, place, currency);
  const details = at(raw, 'parent', 'subscription_item_details') ?? at(raw, 'parent', 'invoice_item_details');
  const subscription = idOf(raw.subscription) ?? idOf(at(details, 'subscription'));
  const proration = raw.proration === true || at(details, 'proration') === true;
  const ofItem = raw.type === 'subscription' || at(raw, 'parent', 'type') === 'subscription_item_details';
  const price = priceOf(raw);
  const metered = usageType(raw, price, context) === 'metered' && context.metered === 'one_time';
  const recurring = subscription !== null && (ofItem || proration) && !metered && !isOneTimePrice(raw);
  const start = instant(at(raw, 'period', 'start'), `${place}.period.start`);
  const end = instant(at(raw, 'period', 'end'), `${place}.period.end`);
  const trial = recurring && !proration && amount === 0 && inTrial(raw, invoice, subscription, start, context);
  return {
    raw,
    id,
    amount,
    discount,
    inclusive,
    exclusive,
    subscription,
    part: subscription,
    interval:
      intervalIn(raw.price) ??
      intervalIn(at(raw, 'pricing', 'price_details', 'price')) ??
      intervalIn(raw.plan) ??
      intervalKnown(price, context.fact),
    price,
    proration,
    recurring,
    trial,
    start,
    end,
  };
}

/** Amounts of tax that are inside the line's amount and that come on top of it, of all its rates. */
function taxes(raw: Record<string, unknown>, place: string, currency: string): [inclusive: number, exclusive: number] {
  let [inclusive, exclusive] = [0, 0];
  const name = raw.taxes === undefined || raw.taxes === null ? 'tax_amounts' : 'taxes';
  for (const [i, tax] of listed(raw[name]).entries()) {
    const amount = cents(tax.amount, currency, `${place}.${name}[${i}].amount`) ?? 0;
    if (tax.inclusive === true || tax.tax_behavior === 'inclusive') inclusive += amount;
    else exclusive += amount;
  }
  return [inclusive, exclusive];
}

export function priceOf(raw: Record<string, unknown>): string | null {
  return idOf(raw.price) ?? idOf(at(raw, 'pricing', 'price_details', 'price')) ?? idOf(raw.plan);
}

function usageType(raw: Record<string, unknown>, price: string | null, context: LineContext): string | undefined {
  const stated = text(at(raw.price, 'recurring', 'usage_type')) ?? text(at(raw.plan, 'usage_type'));
  return stated ?? context.fact(price, 'usage_type');
}

const isOneTimePrice = (raw: Record<string, unknown>): boolean => at(raw.price, 'type') === 'one_time';

/** A line of nothing for a time of trial, told from a plan that costs nothing. */
function inTrial(
  raw: Record<string, unknown>,
  invoice: Record<string, unknown>,
  subscription: string | null,
  start: string | null,
  context: LineContext,
): boolean {
  const [from, to] = [context.fact(subscription, 'trial_start'), context.fact(subscription, 'trial_end')];
  if (from !== undefined && to !== undefined && start !== null) return start >= from && start < to;
  const unit = at(raw.price, 'unit_amount') ?? at(raw.plan, 'amount');
  if (typeof unit === 'number') return unit !== 0 && listed(raw.discount_amounts).length === 0 && raw.quantity !== 0;
  return invoice.billing_reason === 'subscription_create' && /^(free )?trial/i.test(text(raw.description) ?? '');
}

/**
 * A credit for unused time that stands beside a whole new period from the same instant on pays for a change of interval: the new period
 * replaces the old price, so the credit is money and no MRR.
 */
function paysForNewPeriod(line: Line, lines: readonly Line[]): boolean {
  return (
    line.proration &&
    line.amount < 0 &&
    lines.some((other) => other.recurring && !other.proration && other.part === line.part && other.start === line.start)
  );
}

function rowOf(line: Line, lines: readonly Line[]): Row {
  const { raw, recurring } = line;
  const counts = recurring && !paysForNewPeriod(line, lines);
  const row: Row = {
    external_id: line.id,
    type: line.trial ? 'trial' : counts ? 'subscription' : 'one_time',
    // Stripe's amount is before discounts; exclusive tax comes on top of it.
    amount_in_cents: line.amount - line.discount + line.exclusive,
    tax_amount_in_cents: line.inclusive + line.exclusive,
  };
  if (line.discount !== 0) row.discount_amount_in_cents = line.discount;
  const code = discountCode(raw);
  if (code !== null) row.discount_code = code;
  const quantity = whole(raw.quantity, 'quantity');
  if (quantity !== null) row.quantity = quantity;
  const description = text(raw.description);
  if (description !== null) row.description = shortened(description);
  if (line.price !== null) row.plan_external_id = line.price;
  if (line.part !== null) row.subscription_external_id = line.part;
  if (line.start !== null) row.service_period_start = line.start;
  if (line.end !== null) row.service_period_end = line.end;
  if (counts && line.proration) {
    row.prorated = true;
    row.proration_type = 'differential';
  }
  const item = idOf(raw.subscription_item) ?? idOf(at(raw, 'parent', 'subscription_item_details', 'subscription_item'));
  if (item !== null) row['attributes.stripe_subscription_item'] = item;
  return row;
}

/** Names of the coupons, where discounts are expanded. */
function discountCode(raw: Record<string, unknown>): string | null {
  const discounts = [...listed(raw.discounts), ...listed(raw.discount_amounts).map((each) => each.discount)];
  const names = discounts
    .filter(isObject)
    .flatMap((each) => idOf(each.coupon) ?? idOf(at(each, 'source', 'coupon')) ?? []);
  return names.length === 0 ? null : [...new Set(names)].join(', ').slice(0, 255);
}

const DESCRIPTION_CHARACTERS_MAX = 2_000;
/** The whole text is in the evidence. */
export const shortened = (value: string): string =>
  value.length <= DESCRIPTION_CHARACTERS_MAX ? value : `${value.slice(0, DESCRIPTION_CHARACTERS_MAX - 2)} …`;
