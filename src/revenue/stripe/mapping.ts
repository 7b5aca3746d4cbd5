/**
 * What one Stripe object amounts to in the book's streams. Pure: a function of the object and of what is known of others.
 * The table of what becomes what is in docs/stripe.md.
 */
import { countryCode } from '../../kernel/country.ts';
import { type Interval, intervalIn, intervalKnown, mainInterval, partsOf } from './intervals.ts';
import { type LineContext, lineRows, type Row, shortened } from './lines.ts';
import {
  at,
  cents,
  currency,
  idOf,
  instant,
  isObject,
  listed,
  type StripeObject,
  text,
  Unreadable,
  whole,
} from './objects.ts';
import { goneFacts, invoiceFacts, itemFacts } from './partEnds.ts';

export interface MappingContext {
  fact: LineContext['fact'];
  metered: LineContext['metered'];
  /** True when an earlier state of the object is in the book: what it stated is taken back first. */
  known: boolean;
  /** Milliseconds since 1970: when the object was so. */
  asOf: number;
}

export interface Mapped {
  /** Rows to state, by stream. */
  rows: Record<string, Row[]>;
  /** Records of the same source to take back first. */
  voids: Array<{ stream: string; matches: Array<Record<string, string>> }>;
  /** What others need to know of this object. */
  facts: Record<string, string>;
  /** What this object says of others: which invoice a charge or a payment pays. */
  links: Array<{ id: string; object: string; facts: Record<string, string> }>;
  /** Why nothing is stated, where that is as it should be. */
  nothing: string | null;
  notes: string[];
}

const DAYS_A_WEEK = 7;
const ATTRIBUTE_CHARACTERS_MAX = 255;
const DRAFT = 'a draft is no invoice yet';

/** Errors: `Unreadable` for an object that cannot be taken; null for kinds of objects that the book has no use for. */
export function mapObject(object: StripeObject, context: MappingContext): Mapped | null {
  switch (object.object) {
    case 'customer':
      return customer(object);
    case 'product':
      return made({ facts: facts({ name: text(object.name) }), nothing: 'its name is used by its prices' });
    case 'price':
    case 'plan':
      return plan(object, context);
    case 'subscription':
      return subscription(object, context);
    case 'invoice':
      return invoice(object, context);
    case 'credit_note':
      return creditNote(object, context);
    case 'charge':
      return charge(object, context);
    case 'refund':
      return refund(object, context);
    case 'invoice_payment':
      return invoicePayment(object);
    default:
      return null;
  }
}

function made(part: Partial<Mapped>): Mapped {
  return { rows: {}, voids: [], facts: {}, links: [], nothing: null, notes: [], ...part };
}

function facts(values: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== null));
}

function required(object: StripeObject, name: string): string {
  const id = idOf(object[name]);
  if (id === null) throw new Unreadable(name, object[name], 'is missing');
  return id;
}

function customer(object: StripeObject): Mapped {
  if (object.deleted === true) return made({ nothing: 'it was deleted at Stripe; what it was billed stays' });
  const notes: string[] = [];
  const country = text(at(object, 'address', 'country'));
  const known = country === null ? null : (countryCode(country) ?? null);
  if (country !== null && known === null) notes.push(`address.country is no country: ${country}`);
  const row: Row = {
    external_id: object.id,
    name: text(object.name) ?? text(object.description)?.slice(0, 255) ?? '',
    email: text(object.email) ?? '',
    country: known ?? '',
    state: text(at(object, 'address', 'state')) ?? '',
    city: text(at(object, 'address', 'city')) ?? '',
    zip: text(at(object, 'address', 'postal_code')) ?? '',
    lead_created_at: instant(object.created, 'created'),
  };
  const attributes: Row[] = [];
  for (const [name, value] of Object.entries(isObject(object.metadata) ? object.metadata : {})) {
    if (typeof value !== 'string' || value === '' || name === '') continue;
    if (value.length > ATTRIBUTE_CHARACTERS_MAX) {
      notes.push(`metadata.${name} has more than ${ATTRIBUTE_CHARACTERS_MAX} characters: it is no attribute`);
      continue;
    }
    attributes.push({ customer_external_id: object.id, name, type: 'String', value });
  }
  return made({ rows: { customers: [row], customer_attributes: attributes }, notes });
}

/** A price that recurs, or a plan of the older API. */
function plan(object: StripeObject, context: MappingContext): Mapped {
  const recurring = object.object === 'plan' ? object : object.recurring;
  if (!isObject(recurring)) return made({ nothing: 'a price that does not recur is no plan' });
  const unit = text(recurring.interval);
  const count = whole(recurring.interval_count, 'interval_count') ?? 1;
  if (unit === null || !['day', 'week', 'month', 'year'].includes(unit)) {
    throw new Unreadable('interval', recurring.interval, 'must be day, week, month or year');
  }
  const product = idOf(object.product);
  const productName = text(at(object.product, 'name')) ?? context.fact(product, 'name') ?? null;
  const row: Row = {
    external_id: object.id,
    name: text(object.nickname) ?? productName ?? object.id,
    interval_count: unit === 'week' ? count * DAYS_A_WEEK : count,
    interval_unit: unit === 'week' ? 'day' : unit,
  };
  const stated = planFact(row);
  return made({
    // A plan that is restated has everyone on it derived anew: only where it says something new.
    rows: { plans: context.fact(object.id, 'plan') === stated ? [] : [row] },
    facts: facts({ usage_type: text(recurring.usage_type), plan: stated }),
  });
}

const planFact = (row: Row): string => `${row.interval_count} ${row.interval_unit} ${row.name}`;

/** Plans that stand inside other objects and are not known yet. */
function plansWithin(prices: Iterable<unknown>, context: MappingContext): { rows: Row[]; links: Mapped['links'] } {
  const rows = new Map<string, Row>();
  const links: Mapped['links'] = [];
  for (const price of prices) {
    if (!isObject(price) || typeof price.id !== 'string' || rows.has(price.id)) continue;
    if (context.fact(price.id, 'plan') !== undefined) continue;
    const object = { ...price, object: price.object === 'plan' ? 'plan' : 'price' } as StripeObject;
    const read = plan(object, context);
    for (const row of read.rows.plans ?? []) rows.set(object.id, row);
    if (read.facts.plan !== undefined) links.push({ id: object.id, object: object.object, facts: read.facts });
  }
  return { rows: [...rows.values()], links };
}

/**
 * A subscription itself states when it ends; its revenue comes with its invoices. One that is billed by several intervals states nothing here: when
 * its parts end depends on all that is known (partEnds.ts).
 */
function subscription(object: StripeObject, context: MappingContext): Mapped {
  const owner = required(object, 'customer');
  const items = listed(object.items);
  const cancellation = cancellationOf(object, items);
  const prices = items.map((item) => item.price ?? item.plan);
  const intervals = prices
    // Usage that counts as one-time revenue belongs to no interval.
    .filter((price) => context.metered === 'subscription' || usageOf(price, context) !== 'metered')
    .map((price) => intervalIn(price) ?? intervalKnown(idOf(price), context.fact));
  const main = mainInterval(object.id, intervals, context.fact);
  const parts = partsOf(object.id, intervals, main, context.fact);
  const key = { customer_external_id: owner, subscription_external_id: object.id };
  const plans = plansWithin(prices, context);
  const alone = main === null;
  return made({
    rows: {
      plans: plans.rows,
      subscription_cancellations: alone && cancellation !== null ? [{ ...key, ...cancellation }] : [],
    },
    voids: alone && context.known ? [{ stream: 'subscription_cancellations', matches: [key] }] : [],
    facts: facts({
      customer: owner,
      trial_start: instant(object.trial_start, 'trial_start'),
      trial_end: instant(object.trial_end, 'trial_end'),
      main_interval: main,
      parts: parts.length > 0 ? parts.join(' ') : null,
      ends_at: cancellation === null ? '' : String(cancellation.cancelled_at),
      ends_decided: cancellation === null ? '' : String(cancellation.scheduled_at ?? ''),
      ...itemsOf(object, intervals, main, parts, context),
    }),
    links: plans.links,
    nothing: cancellation === null && plans.rows.length === 0 ? 'it goes on; its invoices make its revenue' : null,
  });
}

/** By which intervals it is billed now, where all its items are known, and which parts are so no more. One that is over has its own end. */
function itemsOf(
  object: StripeObject,
  intervals: ReadonlyArray<Interval | null>,
  main: Interval | null,
  parts: readonly string[],
  context: MappingContext,
): Record<string, string> {
  const known = intervals.filter((each) => each !== null);
  const whole_ = at(object.items, 'has_more') !== true && known.length > 0 && known.length === intervals.length;
  if (!whole_ || object.status === 'canceled') return {};
  const { asOf, fact } = context;
  return {
    ...itemFacts(known, asOf),
    ...(main !== null && goneFacts(object.id, { intervals: known, asOf, main, parts }, fact)),
  };
}

const usageOf = (price: unknown, context: MappingContext): string | undefined =>
  text(at(price, 'recurring', 'usage_type')) ??
  text(at(price, 'usage_type')) ??
  context.fact(idOf(price), 'usage_type');

function cancellationOf(object: StripeObject, items: Record<string, unknown>[]): Row | null {
  const decided = instant(object.canceled_at, 'canceled_at');
  if (object.status === 'incomplete_expired') return null;
  if (object.status === 'canceled') {
    const ended = instant(object.ended_at, 'ended_at') ?? decided;
    if (ended === null) throw new Unreadable('ended_at', object.ended_at, 'is missing although the status is canceled');
    return { cancelled_at: ended, scheduled_at: decided };
  }
  const periodEnd = object.cancel_at_period_end === true ? lastPeriodEnd(object, items) : null;
  const planned = instant(object.cancel_at, 'cancel_at') ?? periodEnd;
  return planned === null ? null : { cancelled_at: planned, scheduled_at: decided };
}

/** Since March 2025 each item has a period of its own. */
function lastPeriodEnd(object: StripeObject, items: Record<string, unknown>[]): string | null {
  const ends = [object, ...items].flatMap((each) => instant(each.current_period_end, 'current_period_end') ?? []);
  return ends.sort().at(-1) ?? null;
}

const EXCLUDED: Record<string, string> = { void: 'voided', uncollectible: 'written_off' };

function invoice(object: StripeObject, context: MappingContext): Mapped {
  if (object.status === 'draft' || object.deleted === true) return made({ nothing: DRAFT });
  if (!['open', 'paid', 'void', 'uncollectible'].includes(String(object.status))) {
    throw new Unreadable('status', object.status, 'must be draft, open, paid, void or uncollectible');
  }
  if (at(object.lines, 'has_more') === true) {
    throw new Unreadable('lines.has_more', true, 'has only the first of its lines; hand it in with all of them');
  }
  const owner = required(object, 'customer');
  const code = currency(object.currency);
  const excluded = EXCLUDED[String(object.status)] ?? '';
  const header: Row = {
    customer_external_id: owner,
    invoice_external_id: object.id,
    date: dateOf(object),
    due_date: instant(object.due_date, 'due_date'),
    currency: code,
    excluded,
    'attributes.collection_method': object.collection_method === 'send_invoice' ? 'manual' : 'automatic',
  };
  if (excluded !== '') header['attributes.invoice_status'] = excluded;
  const number = text(object.number);
  if (number !== null) header['attributes.invoice_number'] = number;
  const { rows, notes, prices, parts, billed } = lineRows(object, { ...context, currency: code });
  const shipping = shippingRow(object, code);
  const lines = [...rows, ...(shipping ? [shipping] : [])].map((line): Row => ({ ...header, ...line }));
  const foots = footing(object, lines, code);
  if (lines.length === 0) return made({ nothing: 'it has no lines' });
  const plans = plansWithin(prices, context);
  return made({
    rows: {
      plans: plans.rows,
      invoices: lines,
      transactions: paymentsOf(object, code, notes),
    },
    voids: context.known
      ? [
          { stream: 'invoices', matches: [{ invoice_external_id: object.id }] },
          { stream: 'transactions', matches: [{ invoice_external_id: object.id, external_id: `paid:${object.id}` }] },
        ]
      : [],
    facts: facts({ customer: owner }),
    links: [
      ...linksOf(object),
      ...plans.links,
      ...parts.map((each) => ({
        id: each.subscription,
        object: 'subscription',
        facts: {
          main_interval: each.main,
          ...(each.parts.length > 0 && { parts: each.parts.join(' ') }),
          ...invoiceFacts(each, context.fact),
        },
      })),
      ...[...billed].map(([id, interval]) => ({ id, object: 'subscription', facts: { billed: interval } })),
    ],
    notes: foots === null ? notes : [...notes, foots],
  });
}

function dateOf(object: StripeObject): string {
  const date =
    instant(object.effective_at, 'effective_at') ??
    instant(at(object, 'status_transitions', 'finalized_at'), 'status_transitions.finalized_at') ??
    instant(object.created, 'created');
  if (date === null) throw new Unreadable('created', object.created, 'is missing');
  return date;
}

function shippingRow(object: StripeObject, code: string): Row | null {
  const total = cents(at(object, 'shipping_cost', 'amount_total'), code, 'shipping_cost.amount_total');
  if (total === null || total === 0) return null;
  const tax = cents(at(object, 'shipping_cost', 'amount_tax'), code, 'shipping_cost.amount_tax') ?? 0;
  return {
    external_id: 'shipping',
    type: 'one_time',
    description: 'Shipping',
    amount_in_cents: total,
    tax_amount_in_cents: tax,
  };
}

/** The lines must add up to what the invoice says; where they do not, that is said. */
function footing(object: StripeObject, lines: readonly Row[], code: string): string | null {
  const total = cents(object.total, code, 'total');
  const sum = lines.reduce((each, line) => each + Number(line.amount_in_cents), 0);
  return total === null || total === sum ? null : `its lines add up to ${sum}, its total is ${total}`;
}

/** Payments as the invoice itself has them, so that none is counted twice whatever else is handed in. */
function paymentsOf(object: StripeObject, code: string, notes: string[]): Row[] {
  const paid = cents(object.amount_paid, code, 'amount_paid') ?? 0;
  if (paid === 0) return [];
  const at_ = instant(at(object, 'status_transitions', 'paid_at'), 'status_transitions.paid_at');
  if (at_ === null && object.status !== 'paid') {
    notes.push(`${paid} of it are paid, at a time that it does not say: they count when it is paid`);
    return [];
  }
  return [
    {
      invoice_external_id: object.id,
      external_id: `paid:${object.id}`,
      type: 'payment',
      date: at_ ?? dateOf(object),
      result: 'successful',
      amount_in_cents: paid,
    },
  ];
}

function linksOf(object: StripeObject): Mapped['links'] {
  const payments = listed(object.payments).map((each) => each.payment);
  const pairs: Array<[string, unknown]> = [
    ['charge', object.charge],
    ['payment_intent', object.payment_intent],
    ...payments.flatMap(
      (payment): Array<[string, unknown]> => [
        ['charge', at(payment, 'charge')],
        ['payment_intent', at(payment, 'payment_intent')],
      ],
    ),
  ];
  return pairs.flatMap(([kind, value]) => {
    const id = idOf(value);
    return id === null ? [] : [{ id, object: kind, facts: { invoice: object.id } }];
  });
}

function invoicePayment(object: StripeObject): Mapped {
  const belongs = required(object, 'invoice');
  const ids = ['charge', 'payment_intent'].flatMap((kind) => {
    const id = idOf(at(object, 'payment', kind));
    return id === null ? [] : [{ id, object: kind, facts: { invoice: belongs } }];
  });
  return made({ links: ids, nothing: 'it says which invoice a payment pays' });
}

/**
 * A credit note takes back what was billed, as an invoice of its own with one-time lines: revenue and cash follow it, MRR does not.
 */
function creditNote(object: StripeObject, context: MappingContext): Mapped {
  const owner = required(object, 'customer');
  const of = required(object, 'invoice');
  const code = currency(object.currency);
  const date = instant(object.effective_at, 'effective_at') ?? instant(object.created, 'created');
  if (date === null) throw new Unreadable('created', object.created, 'is missing');
  if (at(object.lines, 'has_more') === true) {
    throw new Unreadable('lines.has_more', true, 'has only the first of its lines; hand it in with all of them');
  }
  const total = cents(object.total ?? object.amount, code, 'total');
  if (total === null) throw new Unreadable('total', object.total, 'is missing');
  const voided = object.status === 'void';
  const lines = listed(object.lines).map((line, i): Row => {
    const amount = cents(line.amount, code, `lines.data[${i}].amount`) ?? 0;
    const discount = cents(line.discount_amount, code, `lines.data[${i}].discount_amount`) ?? 0;
    const name = line.taxes === undefined || line.taxes === null ? 'tax_amounts' : 'taxes';
    let [inside, onTop] = [0, 0];
    for (const [j, tax] of listed(line[name]).entries()) {
      const part = cents(tax.amount, code, `lines.data[${i}].${name}[${j}].amount`) ?? 0;
      if (tax.inclusive === true || tax.tax_behavior === 'inclusive') inside += part;
      else onTop += part;
    }
    return {
      external_id: text(line.id) ?? `line ${i + 1}`,
      description: shortened(text(line.description) ?? `Credit note ${text(object.number) ?? object.id}`),
      amount_in_cents: minus(amount - discount + onTop),
      tax_amount_in_cents: minus(inside + onTop),
    };
  });
  const sum = lines.reduce((each, line) => each + Number(line.amount_in_cents), 0);
  const notes = lines.length > 0 && sum !== -total ? [`its lines add up to ${-sum}, its total is ${total}`] : [];
  const whole_: Row = {
    external_id: 'total',
    description: `Credit note ${text(object.number) ?? object.id}`,
    amount_in_cents: minus(total),
  };
  const rows = (lines.length > 0 ? lines : [whole_]).map(
    (line): Row => ({
      customer_external_id: owner,
      invoice_external_id: object.id,
      date,
      currency: code,
      type: 'one_time',
      excluded: voided ? 'voided' : '',
      'attributes.credit_note_of': of,
      ...(voided && { 'attributes.invoice_status': 'voided' }),
      ...line,
    }),
  );
  return made({
    rows: { invoices: rows },
    voids: context.known ? [{ stream: 'invoices', matches: [{ invoice_external_id: object.id }] }] : [],
    notes,
  });
}

const minus = (amount: number): number => (amount === 0 ? 0 : -amount);

/** Charges that fail belong to their invoice; those that succeed are counted with it; those without any are sales of their own. */
function charge(object: StripeObject, context: MappingContext): Mapped {
  const code = currency(object.currency);
  const named = idOf(object.invoice);
  const intent = idOf(object.payment_intent);
  const linked = named ?? context.fact(object.id, 'invoice') ?? context.fact(intent, 'invoice') ?? null;
  const date = instant(object.created, 'created');
  if (date === null) throw new Unreadable('created', object.created, 'is missing');
  const alone = linked === null && 'invoice' in object;
  if (linked === null && !alone) {
    throw new Unreadable(
      'payment_intent',
      intent,
      'belongs to no invoice that is known: hand in the invoice with its payments, or its invoice_payment, first',
    );
  }
  const invoiceId = linked ?? object.id;
  const refunds = listed(object.refunds).flatMap((each) => refundRows(each, code, invoiceId));
  const amount = cents(object.amount_captured ?? object.amount, code, 'amount');
  const own = facts({ invoice: invoiceId });
  if (object.status === 'pending' || (object.status === 'succeeded' && object.captured === false)) {
    return made({ facts: own, nothing: 'it is not settled yet' });
  }
  if (object.status === 'failed') {
    if (alone) return made({ nothing: 'it failed and belongs to no invoice' });
    const row = {
      ...payment(object, invoiceId, date),
      result: 'failed',
      amount_in_cents: cents(object.amount, code, 'amount'),
    };
    return made({ rows: { transactions: [row] }, facts: own });
  }
  if (object.status !== 'succeeded')
    throw new Unreadable('status', object.status, 'must be succeeded, pending or failed');
  if (!alone) {
    return made({
      rows: { transactions: refunds },
      facts: own,
      nothing: refunds.length === 0 ? 'its payment is counted with its invoice' : null,
    });
  }
  const owner = idOf(object.customer);
  if (owner === null) return made({ facts: own, nothing: 'it has neither invoice nor customer' });
  const sale: Row = {
    customer_external_id: owner,
    invoice_external_id: object.id,
    date,
    currency: code,
    external_id: object.id,
    type: 'one_time',
    description: shortened(text(object.description) ?? 'Payment without invoice'),
    amount_in_cents: amount,
  };
  return made({
    rows: {
      invoices: [sale],
      transactions: [
        { ...payment(object, object.id, date), result: 'successful', amount_in_cents: amount },
        ...refunds,
      ],
    },
    facts: own,
  });
}

function payment(object: StripeObject, invoiceId: string, date: string): Row {
  return { invoice_external_id: invoiceId, external_id: object.id, type: 'payment', date };
}

function refund(object: StripeObject, context: MappingContext): Mapped {
  const code = currency(object.currency);
  const [chargeId, intent] = [idOf(object.charge), idOf(object.payment_intent)];
  const embedded = idOf(at(object.charge, 'invoice'));
  const of = embedded ?? context.fact(chargeId, 'invoice') ?? context.fact(intent, 'invoice');
  if (of === undefined) {
    throw new Unreadable(
      'charge',
      chargeId ?? intent,
      'belongs to no invoice that is known: hand in the charge or invoice first',
    );
  }
  const rows = refundRows(object, code, of);
  return made({ rows: { transactions: rows }, nothing: rows.length === 0 ? 'it is not settled yet' : null });
}

const REFUND_RESULTS: Record<string, string> = { succeeded: 'successful', failed: 'failed', canceled: 'failed' };

function refundRows(object: Record<string, unknown>, code: string, invoiceId: string): Row[] {
  const result = REFUND_RESULTS[String(object.status ?? 'succeeded')];
  const id = text(object.id);
  if (result === undefined || id === null) return [];
  const date = instant(object.created, 'created');
  const amount = cents(object.amount, code, 'amount');
  if (date === null || amount === null)
    throw new Unreadable('amount', object.amount, 'of the refund is missing, or its time');
  return [{ invoice_external_id: invoiceId, external_id: id, type: 'refund', date, result, amount_in_cents: amount }];
}
