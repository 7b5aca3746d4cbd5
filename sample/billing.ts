/**
 * Three years of subscription billing, one customer at a time: renewals, upgrades and downgrades, seats added in mid-period
 * (prorated lines), discounts, trials, pauses, one-time lines, cancellations, returns, payments that fail, refunds.
 */
import { addMonths, isoDay, isoInstant } from './calendar.ts';
import { type Customer, SAMPLE_END, SAMPLE_START } from './customers.ts';
import { Random } from './random.ts';

export const PLANS = [
  { external_id: 'essentials-monthly', name: 'Essentials, monthly', interval_count: 1, interval_unit: 'month' },
  { external_id: 'essentials-yearly', name: 'Essentials, yearly', interval_count: 1, interval_unit: 'year' },
  { external_id: 'professional-monthly', name: 'Professional, monthly', interval_count: 1, interval_unit: 'month' },
  { external_id: 'professional-quarterly', name: 'Professional, quarterly', interval_count: 3, interval_unit: 'month' },
  { external_id: 'professional-yearly', name: 'Professional, yearly', interval_count: 1, interval_unit: 'year' },
  { external_id: 'enterprise-quarterly', name: 'Enterprise, quarterly', interval_count: 3, interval_unit: 'month' },
  { external_id: 'enterprise-yearly', name: 'Enterprise, yearly', interval_count: 1, interval_unit: 'year' },
  {
    external_id: 'connectivity-monthly',
    name: 'Gateway connectivity, monthly',
    interval_count: 1,
    interval_unit: 'month',
  },
  {
    external_id: 'connectivity-yearly',
    name: 'Gateway connectivity, yearly',
    interval_count: 1,
    interval_unit: 'year',
  },
] as const;

type Tier = 'essentials' | 'professional' | 'enterprise' | 'connectivity';
type Interval = 'monthly' | 'quarterly' | 'yearly';

const MONTHS_OF: Record<Interval, number> = { monthly: 1, quarterly: 3, yearly: 12 };
/** List price of one monitored device (one SIM for connectivity) a month, in euro cents. */
const PRICE_CENTS: Record<Tier, number> = { essentials: 650, professional: 1050, enterprise: 1240, connectivity: 390 };
/** List prices in the other currencies, relative to the euro price. */
const PRICE_LEVEL: Record<Customer['currency'], number> = { EUR: 1, GBP: 0.86, USD: 1.1 };
/** Twelve months for the price of ten when paid a year ahead; three for a little less when paid a quarter ahead. */
const TERM_FACTOR: Record<Interval, number> = { monthly: 1, quarterly: 2.9, yearly: 10 };
/** Yearly price rise for new and renewing periods, by year. */
const PRICE_RISE: Record<number, number> = { 2023: 1, 2024: 1.04, 2025: 1.085, 2026: 1.085 };

export interface Line {
  type: 'subscription' | 'one_time' | 'trial';
  subscription: string;
  plan: string;
  start: number | null;
  end: number | null;
  /** Total of the line in cents, discount taken off, tax included. */
  amount: number;
  quantity: number;
  discountCode: string;
  discount: number;
  tax: number;
  prorated: boolean;
  eventOrder: number | null;
  cancelledAt: string;
  description: string;
}

export interface Invoice {
  customer: Customer;
  /** Given when all invoices are in order. */
  externalId: string;
  date: number;
  due: number;
  lines: Line[];
  transactions: Transaction[];
}

export interface Transaction {
  type: 'payment' | 'refund';
  date: number;
  second: number;
  result: 'successful' | 'failed';
  amount: number;
}

/** All invoices in the order of their dates, numbered, each with its transactions. */
export function billing(customers: readonly Customer[]): Invoice[] {
  const invoices = customers.flatMap((customer) => new Account(customer).bill());
  invoices.sort((a, b) => a.date - b.date || (a.customer.externalId < b.customer.externalId ? -1 : 1));
  invoices.forEach((invoice, index) => {
    invoice.externalId = `INV-${isoDay(invoice.date).slice(0, 4)}-${String(index + 1).padStart(6, '0')}`;
  });
  return invoices;
}

/** One customer's life. */
class Account {
  readonly #customer: Customer;
  readonly #random: Random;
  readonly #invoices: Invoice[] = [];
  /** Pays by card at once, or against an invoice within weeks. */
  readonly #automatic: boolean;

  constructor(customer: Customer) {
    this.#customer = customer;
    this.#random = new Random(`billing ${customer.externalId}`);
    this.#automatic = customer.segment === 'small' || this.#random.chance(0.2);
  }

  bill(): Invoice[] {
    const random = this.#random;
    const { segment, start } = this.#customer;
    const isNew = start >= SAMPLE_START + 31;
    const first = isNew && segment === 'small' && random.chance(0.55) ? this.#trial() : start;
    if (first === undefined) return this.#invoices;
    if (isNew) this.#hardware(first);
    const main = new Subscription(this.#customer, random, 'main', first);
    this.#run(main);
    if (segment !== 'small' || random.chance(0.15)) {
      const later = random.chance(0.6) ? first : addMonths(first, random.integer(2, 18));
      if (later < main.lastDay)
        this.#run(new Subscription(this.#customer, random, 'connectivity', later, main.lastDay));
    }
    for (const invoice of this.#invoices) this.#settle(invoice);
    return this.#invoices;
  }

  /** A trial of 14 or 30 days; returns the first paid day, or undefined for the third that never pays. */
  #trial(): number | undefined {
    const { start, externalId } = this.#customer;
    const end = start + this.#random.pick([14, 30]);
    this.#invoice(start, [{ ...blank('trial', `${externalId}-main`, 'essentials-monthly', 10), start, end }]);
    return this.#random.chance(0.66) ? end : undefined;
  }

  /** Gateways and sensors sold with the first subscription, and sometimes their installation. */
  #hardware(date: number): void {
    const random = this.#random;
    const scale = { small: 4, middle: 18, enterprise: 90 }[this.#customer.segment];
    const sensors = random.integer(scale, scale * 4);
    const items = [{ name: `Sensor AM-2, ${sensors} pieces`, quantity: sensors, price: 5900 }];
    items.push({ name: 'Gateway AG-1', quantity: 1 + Math.floor(sensors / 25), price: 34900 });
    if (random.chance(0.3))
      items.push({ name: 'Installation on site, day', quantity: random.integer(1, 3), price: 98000 });
    const lines = items.map(({ name, quantity, price }) => {
      const net = Math.round(quantity * price * PRICE_LEVEL[this.#customer.currency]);
      const tax = Math.round(net * this.#customer.taxRate);
      return { ...blank('one_time', '', '', quantity), amount: net + tax, tax, description: name };
    });
    this.#invoice(date, lines);
  }

  #run(subscription: Subscription): void {
    for (const { date, lines } of subscription.periods()) this.#invoice(date, lines);
  }

  #invoice(date: number, lines: Line[]): void {
    if (date >= SAMPLE_END) return;
    const due = date + (this.#automatic ? 7 : 30);
    this.#invoices.push({ customer: this.#customer, externalId: '', date, due, lines, transactions: [] });
  }

  /** Payments, failures and refunds of an invoice, as far as they fall within the sample. */
  #settle(invoice: Invoice): void {
    const random = this.#random;
    const total = invoice.lines.reduce((sum, line) => sum + line.amount, 0);
    if (total <= 0 || random.chance(0.005)) return;
    const paid = invoice.date + (this.#automatic ? random.integer(0, 2) : random.integer(5, 48));
    const add = (type: Transaction['type'], date: number, result: Transaction['result'], amount: number): void => {
      if (date < SAMPLE_END)
        invoice.transactions.push({ type, date, second: random.integer(0, 86_399), result, amount });
    };
    if (random.chance(0.03)) {
      add('payment', paid, 'failed', total);
      if (random.chance(0.06)) return;
      add('payment', paid + 3, 'successful', total);
    } else {
      add('payment', paid, 'successful', total);
    }
    const yearlyAndCancelled = invoice.lines.some((line) => line.cancelledAt !== '' && line.plan.endsWith('yearly'));
    if (random.chance(yearlyAndCancelled ? 0.3 : 0.006)) {
      add('refund', paid + random.integer(4, 25), 'successful', random.chance(0.5) ? total : Math.round(total * 0.25));
    }
  }
}

/** What happens at the end of a period, with the chance a month by segment. */
const MONTHLY_CHANCE = {
  small: { cancel: 0.03, pause: 0.004, tierUp: 0.006, tierDown: 0.003, seatsUp: 0.035, seatsDown: 0.016, term: 0.005 },
  middle: {
    cancel: 0.016,
    pause: 0.001,
    tierUp: 0.004,
    tierDown: 0.0025,
    seatsUp: 0.04,
    seatsDown: 0.014,
    term: 0.006,
  },
  enterprise: { cancel: 0.0085, pause: 0, tierUp: 0, tierDown: 0.001, seatsUp: 0.045, seatsDown: 0.012, term: 0.004 },
} as const;

class Subscription {
  readonly #customer: Customer;
  readonly #random: Random;
  readonly #id: string;
  readonly #until: number;
  readonly #connectivity: boolean;
  #tier: Tier;
  #interval: Interval;
  #seats: number;
  #discount: { code: string; rate: number; periods: number } | undefined;
  #anchor: number;
  /** Day on which the subscription ended for good; the end of the sample while it runs. */
  lastDay = SAMPLE_END;

  constructor(customer: Customer, random: Random, name: 'main' | 'connectivity', start: number, until = SAMPLE_END) {
    this.#customer = customer;
    this.#random = random;
    this.#id = `${customer.externalId}-${name}`;
    this.#until = until;
    this.#anchor = start;
    this.#connectivity = name === 'connectivity';
    this.#tier = this.#connectivity ? 'connectivity' : firstTier(customer, random);
    this.#interval = this.#connectivity
      ? random.pick(['monthly', 'monthly', 'yearly'])
      : firstInterval(this.#tier, random);
    this.#seats = firstSeats(customer, random, this.#connectivity);
    this.#discount = this.#connectivity ? undefined : firstDiscount(random, this.#interval);
  }

  /** The invoices of the subscription's life, in order. */
  *periods(): Generator<{ date: number; lines: Line[] }> {
    let index = 0;
    let start = this.#anchor;
    while (start < this.#until) {
      const end = addMonths(this.#anchor, (index + 1) * MONTHS_OF[this.#interval]);
      const line = this.#renewal(start, end);
      const cancelled = this.#cancellation(start, end);
      if (cancelled !== undefined)
        line.cancelledAt = isoInstant(cancelled, cancelled === end ? 0 : this.#random.integer(28_800, 68_400));
      yield { date: start, lines: [line] };
      if (cancelled === undefined) {
        const seatsAdded = this.#seatsAddedInside(start, end);
        if (seatsAdded !== undefined) yield seatsAdded;
        if (this.#changeAtRenewal(end)) index = -1;
        start = end;
        index += 1;
        continue;
      }
      const back = this.#returnAfter(cancelled);
      if (back === undefined) {
        this.lastDay = cancelled;
        return;
      }
      this.#anchor = back;
      start = back;
      index = 0;
    }
  }

  get #plan(): string {
    return `${this.#tier}-${this.#interval}`;
  }

  /** Net price in cents of a full period that begins on `start`, before discount. */
  #listPrice(start: number): number {
    const rise = PRICE_RISE[Number(isoDay(start).slice(0, 4))]!;
    const volume = this.#seats >= 1000 ? 0.62 : this.#seats >= 300 ? 0.75 : this.#seats >= 100 ? 0.88 : 1;
    const device = Math.round(PRICE_CENTS[this.#tier] * PRICE_LEVEL[this.#customer.currency] * rise * volume);
    return Math.round(device * this.#seats * TERM_FACTOR[this.#interval]);
  }

  #renewal(start: number, end: number): Line {
    const list = this.#listPrice(start);
    const paused =
      this.#interval === 'monthly' &&
      start > this.#anchor &&
      this.#random.chance(MONTHLY_CHANCE[this.#customer.segment].pause);
    const line = { ...blank('subscription', this.#id, this.#plan, this.#seats), start, end };
    if (paused) return { ...line, description: 'Paused' };
    let discount = 0;
    if (this.#discount !== undefined && this.#discount.periods > 0) {
      discount = Math.round(list * this.#discount.rate);
      this.#discount.periods -= 1;
      line.discountCode = this.#discount.code;
    }
    const tax = Math.round((list - discount) * this.#customer.taxRate);
    return { ...line, amount: list - discount + tax, discount, tax };
  }

  /** The day of a cancellation decided in this period, or undefined. Yearly terms mostly run out; monthly ones stop on any day. */
  #cancellation(start: number, end: number): number | undefined {
    const random = this.#random;
    if (end >= this.#until) {
      // Connectivity ends with the main subscription.
      return this.#until < SAMPLE_END && this.#until > start ? this.#until : undefined;
    }
    const chance =
      MONTHLY_CHANCE[this.#customer.segment].cancel *
      MONTHS_OF[this.#interval] *
      (this.#interval === 'monthly' ? 1.15 : 0.85);
    if (!random.chance(chance)) return undefined;
    if (random.chance(this.#interval === 'monthly' ? 0.4 : 0.85)) return end;
    return random.integer(start + 1, Math.min(end, start + 40) - 1);
  }

  /** The day of a return after a cancellation, for one in five. */
  #returnAfter(cancelled: number): number | undefined {
    if (this.#connectivity || !this.#random.chance(0.2)) return undefined;
    const back = cancelled + this.#random.integer(35, 280);
    if (back >= SAMPLE_END) return undefined;
    this.#seats = Math.max(5, Math.round(this.#seats * (0.7 + this.#random.unit() * 0.4)));
    this.#discount = this.#random.chance(0.3) ? { code: 'COMEBACK15', rate: 0.15, periods: 3 } : undefined;
    return back;
  }

  /** Seats bought inside a period: the unused part of the old price is credited and the rest of the new one charged. */
  #seatsAddedInside(start: number, end: number): { date: number; lines: Line[] } | undefined {
    const random = this.#random;
    if (this.#discount !== undefined && this.#discount.periods >= 0) return undefined;
    if (!random.chance(0.012 * MONTHS_OF[this.#interval]) || end - start < 20) return undefined;
    const date = random.integer(start + 3, end - 5);
    if (date >= this.#until) return undefined;
    const before = this.#listPrice(start);
    const beforeSeats = this.#seats;
    this.#seats += Math.max(1, Math.round(this.#seats * (0.05 + random.unit() * 0.25)));
    const after = this.#listPrice(start);
    const part = (amount: number): number => Math.round((amount * (end - date)) / (end - start));
    const prorated = (net: number, quantity: number, order: number): Line => {
      const tax = Math.round(net * this.#customer.taxRate);
      return {
        ...blank('subscription', this.#id, this.#plan, quantity),
        start: date,
        end,
        amount: net + tax,
        tax,
        prorated: true,
        eventOrder: order,
      };
    };
    if (random.chance(0.4)) return { date, lines: [prorated(part(after - before), this.#seats - beforeSeats, 1)] };
    return { date, lines: [prorated(-part(before), beforeSeats, 1), prorated(part(after), this.#seats, 2)] };
  }

  /** Another tier, term or number of seats from the next period on. True when periods are counted anew. */
  #changeAtRenewal(end: number): boolean {
    const random = this.#random;
    const chances = MONTHLY_CHANCE[this.#customer.segment];
    const months = MONTHS_OF[this.#interval];
    const share = (low: number, high: number): number => low + random.unit() * (high - low);
    if (random.chance(chances.seatsUp * months)) this.#seats = Math.ceil(this.#seats * (1 + share(0.06, 0.35)));
    else if (random.chance(chances.seatsDown * months))
      this.#seats = Math.max(3, Math.floor(this.#seats * (1 - share(0.08, 0.4))));
    if (this.#connectivity) return false;
    if (random.chance(chances.tierUp * months)) this.#tier = this.#tier === 'essentials' ? 'professional' : this.#tier;
    else if (random.chance(chances.tierDown * months))
      this.#tier = this.#tier === 'enterprise' ? 'professional' : 'essentials';
    const term: Interval = this.#tier === 'essentials' && this.#interval === 'quarterly' ? 'monthly' : this.#interval;
    const next = random.chance(chances.term * months) ? 'yearly' : term;
    if (next === this.#interval) return false;
    this.#interval = next;
    this.#anchor = end;
    return true;
  }
}

function firstTier(customer: Customer, random: Random): Tier {
  if (customer.segment === 'enterprise') return 'enterprise';
  return random.chance(customer.segment === 'middle' ? 0.85 : 0.2) ? 'professional' : 'essentials';
}

function firstInterval(tier: Tier, random: Random): Interval {
  if (tier === 'enterprise') return random.pick(['quarterly', 'yearly', 'yearly']);
  if (tier === 'professional') return random.pick(['monthly', 'monthly', 'monthly', 'quarterly', 'yearly', 'yearly']);
  return random.pick(['monthly', 'monthly', 'monthly', 'yearly']);
}

function firstSeats(customer: Customer, random: Random, connectivity: boolean): number {
  const [low, high] = { small: [8, 55], middle: [60, 260], enterprise: [320, 1900] }[customer.segment] as [
    number,
    number,
  ];
  // Two draws multiplied: many near the low end, few near the high one.
  const devices = low + Math.floor((high - low) * random.unit() * random.unit());
  return connectivity ? Math.max(2, Math.round(devices / 6)) : devices;
}

function firstDiscount(
  random: Random,
  interval: Interval,
): { code: string; rate: number; periods: number } | undefined {
  if (random.chance(0.06)) return { code: 'PARTNER10', rate: 0.1, periods: 999 };
  if (interval === 'monthly' && random.chance(0.2)) return { code: 'WELCOME20', rate: 0.2, periods: 3 };
  return undefined;
}

function blank(type: Line['type'], subscription: string, plan: string, quantity: number): Line {
  return {
    type,
    subscription,
    plan,
    start: null,
    end: null,
    amount: 0,
    quantity,
    discountCode: '',
    discount: 0,
    tax: 0,
    prorated: false,
    eventOrder: null,
    cancelledAt: '',
    description: '',
  };
}
