/**
 * Random billing histories for comparing two implementations of the revenue rules: named shapes of a subscription's life, each with
 * each of several plan intervals, put together into customers whose subscriptions touch each other in time.
 */
import fc from 'fast-check';
import { DAY_MS, formatInstant, type Instant, parseInstant } from '../../src/kernel/dates.ts';
import { addInterval, type Interval } from '../../src/kernel/intervals.ts';
import type { InvoiceRow, PlanRow } from '../../src/revenue/rules/index.ts';

/** Columns of the invoices file, in its order. */
export const INVOICE_COLUMNS = [
  'customer_external_id',
  'invoice_external_id',
  'date',
  'due_date',
  'currency',
  'external_id',
  'type',
  'subscription_external_id',
  'plan_external_id',
  'service_period_start',
  'service_period_end',
  'amount_in_cents',
  'quantity',
  'discount_code',
  'discount_amount_in_cents',
  'tax_amount_in_cents',
  'prorated',
  'proration_type',
  'event_order',
  'cancelled_at',
  'description',
] as const;

export type FullInvoiceRow = Required<Omit<InvoiceRow, 'source' | 'excluded' | 'collection_method'>>;

export interface History {
  rows: FullInvoiceRow[];
  plans: PlanRow[];
  /** Names of the shapes that were used. */
  shapes: string[];
}

/** Two plans of every interval, so that a life can switch. */
const INTERVALS: Record<string, Interval> = {
  monthly: { count: 1, unit: 'month' },
  quarterly: { count: 3, unit: 'month' },
  halfyearly: { count: 6, unit: 'month' },
  yearly: { count: 1, unit: 'year' },
  biennial: { count: 2, unit: 'year' },
  weekly: { count: 7, unit: 'day' },
  fourweekly: { count: 28, unit: 'day' },
  daily: { count: 1, unit: 'day' },
};

export const PLANS: PlanRow[] = [
  ...Object.entries(INTERVALS).flatMap(([name, { count, unit }]) =>
    ['team', 'pro'].map((tier) => ({
      external_id: `${name}-${tier}`,
      name: `${tier === 'team' ? 'Team' : 'Pro'} ${name}`,
      interval_count: String(count),
      interval_unit: unit,
    })),
  ),
];

/** The random part of one subscription's life. */
export interface LifeChoices {
  start: Instant;
  /** Three amounts in cents, above 0. */
  amounts: [bigint, bigint, bigint];
  renewals: number;
  /** Milliseconds by which "shortly after" is meant, around the classification window. */
  gap: number;
  currency: string;
  otherCurrency: string;
}

const MINUTE_MS = 60_000;
const GAPS_MS = [0, 1, 20 * MINUTE_MS, 60 * MINUTE_MS - 1, 60 * MINUTE_MS, 60 * MINUTE_MS + 1, 2 * DAY_MS];
const CURRENCIES = ['EUR', 'USD', 'GBP'];

/** Builds the rows of one life. */
class Life {
  readonly rows: FullInvoiceRow[] = [];
  readonly choices: LifeChoices;
  readonly team: string;
  readonly pro: string;
  readonly customer: string;
  subscription: string;
  private readonly interval: Interval;
  private readonly prefix: string;
  private invoices = 0;

  constructor(customer: string, subscription: string, intervalName: string, choices: LifeChoices) {
    this.customer = customer;
    this.subscription = subscription;
    this.choices = choices;
    this.prefix = `${customer}-${subscription}`;
    this.interval = INTERVALS[intervalName]!;
    this.team = `${intervalName}-team`;
    this.pro = `${intervalName}-pro`;
  }

  /** Start of the n-th period, 0 for the first; halves are in the middle of a period. */
  at(n: number): Instant {
    const from = addInterval(this.choices.start, this.interval, Math.floor(n));
    if (Number.isInteger(n)) return from;
    const to = addInterval(this.choices.start, this.interval, Math.floor(n) + 1);
    return from + Math.floor((to - from) * (n - Math.floor(n)));
  }

  /** One invoice; every line is given by what differs from a plain line of plan Team over period n. */
  invoice(n: number, lines: Array<Partial<FullInvoiceRow>>, facts: Partial<FullInvoiceRow> = {}): FullInvoiceRow[] {
    this.invoices += 1;
    const id = facts.invoice_external_id ?? `${this.prefix}-${this.invoices}`;
    const made = lines.map((line, index) => ({
      customer_external_id: this.customer,
      invoice_external_id: id,
      date: formatInstant(this.at(n)),
      due_date: '',
      currency: this.choices.currency,
      external_id: `${id}-${index + 1}`,
      type: 'subscription',
      subscription_external_id: this.subscription,
      plan_external_id: this.team,
      service_period_start: formatInstant(this.at(n)),
      service_period_end: formatInstant(this.at(Math.floor(n) + 1)),
      amount_in_cents: String(this.choices.amounts[0]),
      quantity: '1',
      discount_code: '',
      discount_amount_in_cents: '',
      tax_amount_in_cents: '',
      prorated: '',
      proration_type: '',
      event_order: '',
      cancelled_at: '',
      description: '',
      ...facts,
      ...line,
    }));
    this.rows.push(...made);
    return made;
  }

  /** Plain renewals of periods from..to (to not included) at one amount. */
  run(from: number, to: number, line: Partial<FullInvoiceRow> = {}): this {
    for (let n = from; n < to; n += 1) this.invoice(n, [line]);
    return this;
  }

  /** States a cancellation on the latest row. */
  cancel(instant: Instant): this {
    this.rows.at(-1)!.cancelled_at = formatInstant(instant);
    return this;
  }

  amount(index: 0 | 1 | 2, sign: 1n | -1n = 1n): { amount_in_cents: string } {
    return { amount_in_cents: String(sign * this.choices.amounts[index]) };
  }
}

const prorated = (proration_type: string) => ({ prorated: 'true', proration_type });

/** What may happen to one subscription, by name; `n` is how many periods ran before. */
const LIVES: Record<string, (life: Life, n: number) => void> = {
  steady: (life, n) => life.run(0, n),
  'price-change': (life, n) => life.run(0, n).run(n, n + 2, life.amount(1)),
  'price-back-and-forth': (life, n) =>
    life
      .run(0, n)
      .run(n, n + 1, life.amount(1))
      .run(n + 1, n + 2),
  'plan-switch': (life, n) => life.run(0, n).run(n, n + 1, { plan_external_id: life.pro, ...life.amount(1) }),
  'interval-switch': (life, n) => life.run(0, n).run(n, n + 1, { plan_external_id: 'yearly-pro', ...life.amount(2) }),
  'cancel-mid-period': (life, n) => life.run(0, n).cancel(life.at(n - 0.5)),
  'cancel-at-period-end': (life, n) => life.run(0, n).cancel(life.at(n)),
  'cancel-at-renewal-start': (life, n) => life.run(0, n + 1).cancel(life.at(n)),
  'cancel-at-only-start': (life) => life.run(0, 1).cancel(life.at(0)),
  'cancel-at-only-start-of-two-invoices': (life) => {
    life.run(0, 1);
    life.run(0, 1, life.amount(1)).cancel(life.at(0));
  },
  'cancel-at-first-start-then-more': (life, n) =>
    life
      .run(0, 1)
      .cancel(life.at(0))
      .run(1, n + 1),
  'cancel-before-start': (life, n) => life.run(0, n).cancel(life.at(0) - DAY_MS),
  'cancel-then-return': (life, n) =>
    life
      .run(0, n)
      .cancel(life.at(n - 0.5))
      .run(n + 1, n + 3, life.amount(1)),
  'cancel-then-return-same-price-shortly': (life, n) => {
    life.run(0, n).cancel(life.at(n));
    const start = formatInstant(life.at(n) + life.choices.gap);
    life.run(n, n + 1, { service_period_start: start, service_period_end: formatInstant(life.at(n + 2)) });
  },
  'cancel-then-return-other-price-shortly': (life, n) => {
    life.run(0, n).cancel(life.at(n));
    const start = formatInstant(life.at(n) + life.choices.gap);
    const end = formatInstant(life.at(n + 2));
    life.run(n, n + 1, { service_period_start: start, service_period_end: end, ...life.amount(1) });
  },
  'cancelled-twice': (life, n) => {
    life.run(0, n).cancel(life.at(n - 0.5));
    life.rows[0]!.cancelled_at = formatInstant(life.at(n) + life.choices.gap);
  },
  'same-cancellation-on-every-line': (life, n) => {
    life.run(0, n);
    for (const row of life.rows) row.cancelled_at = formatInstant(life.at(n - 0.25));
  },
  'cancel-return-cancel': (life, n) =>
    life
      .run(0, n)
      .cancel(life.at(n))
      .run(n + 1, n + 2, life.amount(1))
      .cancel(life.at(n + 1.5)),
  'cancellation-on-one-time-line': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ type: 'one_time', ...life.amount(2) }]);
    life.cancel(life.at(n - 0.5) + life.choices.gap);
  },
  pause: (life, n) =>
    life
      .run(0, n)
      .run(n, n + 1, { amount_in_cents: '0' })
      .run(n + 1, n + 2),
  'pause-then-cancel': (life, n) =>
    life
      .run(0, n)
      .run(n, n + 1, { amount_in_cents: '0' })
      .cancel(life.at(n + 0.5)),
  'pause-cancel-return': (life, n) =>
    life
      .run(0, n)
      .run(n, n + 1, { amount_in_cents: '0' })
      .cancel(life.at(n) + life.choices.gap)
      .run(n + 2, n + 3, life.amount(1)),
  'free-then-paid': (life, n) => life.run(0, n, { amount_in_cents: '0' }).run(n, n + 2),
  'free-for-ever': (life, n) => life.run(0, n, { amount_in_cents: '0' }),
  'free-then-cancelled': (life, n) => life.run(0, n, { amount_in_cents: '0' }).cancel(life.at(n - 0.5)),
  'trial-then-paid': (life, n) => life.run(0, 1, { type: 'trial', amount_in_cents: '0' }).run(1, n + 1),
  'trial-only': (life) => life.run(0, 1, { type: 'trial', amount_in_cents: '0' }).cancel(life.at(1)),
  'trial-while-running': (life, n) => life.run(0, n).run(n, n + 1, { type: 'trial', amount_in_cents: '0' }),
  'late-renewal': (life, n) => {
    life.run(0, n);
    life.invoice(n + 0.5, [life.amount(0)]);
  },
  'early-renewal': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.25, [life.amount(1)]);
    life.run(n, n + 1, life.amount(1));
  },
  'seats-added': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential'), ...life.amount(2) }]);
    life.run(n, n + 1, life.amount(1));
  },
  'seats-added-default-proration': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.3, [{ ...prorated(''), ...life.amount(2) }]);
  },
  'seats-removed': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential'), ...life.amount(2, -1n) }]);
  },
  'upgrade-by-credit-and-charge': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.4, [
      { ...prorated('differential'), ...life.amount(0, -1n) },
      { ...prorated('differential'), ...life.amount(1), plan_external_id: life.pro },
    ]);
    life.run(n, n + 1, { plan_external_id: life.pro, ...life.amount(1) });
  },
  'upgrade-full': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('full'), ...life.amount(1), plan_external_id: life.pro }]);
  },
  'full-and-differential-by-event-order': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [
      { ...prorated('differential'), ...life.amount(2), event_order: '2' },
      { ...prorated('full'), ...life.amount(1), event_order: '1' },
    ]);
  },
  'full-after-differential-by-row-order': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [
      { ...prorated('differential'), ...life.amount(2) },
      { ...prorated('full'), ...life.amount(1) },
    ]);
  },
  'plain-and-prorated-in-one-invoice': (life, n) => {
    life.run(0, n);
    life.invoice(n, [{ ...prorated('differential'), ...life.amount(2), event_order: '-1' }, life.amount(1)]);
  },
  'differential-mrr': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential_mrr'), ...life.amount(2) }]);
  },
  'differential-starts-subscription': (life, n) => {
    life.invoice(0.5, [{ ...prorated('differential'), ...life.amount(0) }]);
    life.run(1, n);
  },
  'differential-after-cancellation': (life, n) => {
    life.run(0, n).cancel(life.at(n));
    life.invoice(n + 0.5, [{ ...prorated('differential'), ...life.amount(1) }]);
  },
  'differential-at-cancellation': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential'), ...life.amount(1) }]);
    life.cancel(life.at(n - 0.5));
  },
  'proration-ignored-when-not-prorated': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ prorated: 'false', proration_type: 'differential', ...life.amount(1) }]);
  },
  'prorated-longer-than-interval': (life, n) => {
    life.run(0, n);
    life.invoice(n, [
      { ...prorated('full'), ...life.amount(1), service_period_end: formatInstant(life.at(n + 2) + 12345) },
    ]);
  },
  'credit-below-zero': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential_mrr'), amount_in_cents: `-${life.choices.amounts[0] * 3n}` }]);
    life.invoice(n - 0.25, [{ ...prorated('differential_mrr'), amount_in_cents: `${life.choices.amounts[0] * 3n}` }]);
  },
  'credit-below-zero-then-cancel-and-return': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential'), amount_in_cents: `-${life.choices.amounts[0] * 5n}` }]);
    life.cancel(life.at(n) + life.choices.gap);
    life.invoice(n + 1, [{ ...prorated('differential'), ...life.amount(2) }]);
  },
  'negative-plain-sum': (life, n) => {
    life.run(0, n);
    life.invoice(n, [life.amount(0), life.amount(1, -1n), life.amount(2, -1n)]);
  },
  'base-add-on-and-discount-lines': (life, n) => {
    for (let k = 0; k < n; k += 1) life.invoice(k, [life.amount(0), life.amount(1), { amount_in_cents: '-1' }]);
  },
  'tax-discount-quantity': (life, n) => {
    const facts = {
      tax_amount_in_cents: '19',
      discount_amount_in_cents: '500',
      discount_code: 'SPRING',
      quantity: '7',
    };
    life.run(0, n, facts);
    life.run(n, n + 1, { ...facts, tax_amount_in_cents: String(life.choices.amounts[0]) });
  },
  'two-invoices-equal-start-by-event-order': (life, n) => {
    life.run(0, n);
    life.invoice(n, [{ ...life.amount(1), event_order: '5' }]);
    life.invoice(n, [{ ...life.amount(2), event_order: '4', date: formatInstant(life.at(n + 1)) }]);
  },
  'two-invoices-equal-start-by-date': (life, n) => {
    life.run(0, n);
    life.invoice(n, [{ ...life.amount(1), date: formatInstant(life.at(n) + DAY_MS) }]);
    life.invoice(n, [life.amount(2)]);
  },
  'two-invoices-equal-start-by-name': (life, n) => {
    life.run(0, n);
    life.invoice(n, [life.amount(1)]);
    life.invoice(n, [life.amount(2)]);
  },
  'replaced-and-adjusted-at-one-instant': (life, n) => {
    life.run(0, n);
    life.invoice(n, [life.amount(1)]);
    life.invoice(n, [{ ...prorated('differential'), ...life.amount(2), event_order: '1' }]);
  },
  'adjusted-then-replaced-at-one-instant': (life, n) => {
    life.run(0, n);
    life.invoice(n, [{ ...prorated('differential'), ...life.amount(2), event_order: '-1' }]);
    life.invoice(n, [life.amount(1)]);
  },
  'one-time-lines': (life, n) => {
    for (let k = 0; k < n; k += 1) life.invoice(k, [life.amount(0), { type: 'one_time', ...life.amount(2) }]);
  },
  'only-one-time': (life) => {
    life.invoice(0, [{ type: 'one_time', plan_external_id: '', service_period_start: '', service_period_end: '' }]);
  },
  'refund-as-plain-credit-invoice': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [life.amount(0, -1n)]);
    life.run(n, n + 1);
  },
  'invalid-period': (life, n) => {
    life.run(0, n);
    const start = formatInstant(life.at(n));
    life.invoice(n, [{ ...life.amount(1), service_period_start: start, service_period_end: start }]);
    life.invoice(n, [{ ...prorated('differential'), service_period_end: formatInstant(life.at(n) - 1) }]);
  },
  'invalid-line-carries-cancellation': (life, n) => {
    life.run(0, n);
    life.invoice(n, [{ service_period_end: formatInstant(life.at(n)) }]);
    life.cancel(life.at(n - 0.5));
  },
  'invalid-later-line-does-not-save-w48': (life) => {
    life.run(0, 1).cancel(life.at(0));
    life.invoice(1, [{ plan_external_id: 'no-such-plan' }]);
  },
  'unknown-plan': (life, n) => life.run(0, n).run(n, n + 1, { plan_external_id: 'no-such-plan', ...life.amount(1) }),
  'missing-plan': (life, n) => life.run(0, n, { plan_external_id: '' }).run(n, n + 1),
  'currency-change': (life, n) =>
    life.run(0, n).run(n, n + 2, { currency: life.choices.otherCurrency, ...life.amount(1) }),
  'currency-change-and-back': (life, n) =>
    life
      .run(0, n)
      .run(n, n + 1, { currency: life.choices.otherCurrency })
      .run(n + 1, n + 2),
  'currency-change-by-full': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('full'), currency: life.choices.otherCurrency, ...life.amount(1) }]);
  },
  'differential-in-other-currency': (life, n) => {
    life.run(0, n);
    life.invoice(n - 0.5, [{ ...prorated('differential'), currency: life.choices.otherCurrency, ...life.amount(1) }]);
    life.cancel(life.at(n));
  },
  'invoice-in-two-currencies': (life, n) => {
    life.run(0, n);
    life.invoice(n, [life.amount(1), { currency: life.choices.otherCurrency, ...life.amount(2) }]);
    life.run(n + 1, n + 2);
  },
  'changes-shortly-after-each-other': (life, n) => {
    life.run(0, n);
    for (const [k, index] of [1, 2, 0].entries()) {
      const start = formatInstant(life.at(n) + k * life.choices.gap);
      life.invoice(n, [{ ...life.amount(index as 0 | 1 | 2), service_period_start: start }]);
    }
  },
  'started-and-cancelled-shortly': (life, n) => {
    life.run(0, 1).cancel(life.at(0) + life.choices.gap);
    life.run(n + 1, n + 2, life.amount(1));
  },
  'tiny-period': (life, n) => {
    life.run(0, n);
    const end = formatInstant(life.at(n) + 1);
    life.invoice(n, [{ ...prorated('differential'), amount_in_cents: '1', service_period_end: end }]);
  },
  'half-cents': (life, n) => {
    for (let k = 0; k < n; k += 1)
      life.invoice(k, [{ amount_in_cents: String(6 + 12 * k) }, { amount_in_cents: '-6' }]);
    life.invoice(n, [{ amount_in_cents: '3' }, { amount_in_cents: '-3' }, { amount_in_cents: '5' }]);
  },
  'unnamed-subscription': (life, n) => {
    life.subscription = '';
    life.run(0, n).cancel(life.at(n));
  },
  'odd-identifiers': (life, n) => {
    life.subscription = `${life.subscription}'"\\,;\u00e9\u{1F9FE}`;
    life.run(0, n).run(n, n + 1, life.amount(1));
  },
};

/** Every shape: `interval/life`, for example `yearly/pause`. */
export const SHAPES: string[] = Object.keys(INTERVALS).flatMap((interval) =>
  Object.keys(LIVES).map((life) => `${interval}/${life}`),
);

/** Rows of one life of the given shape. */
export function lifeOfShape(
  shape: string,
  customer: string,
  subscription: string,
  choices: LifeChoices,
): FullInvoiceRow[] {
  const [interval, name] = shape.split('/') as [string, string];
  const life = new Life(customer, subscription, interval, choices);
  LIVES[name]!(life, choices.renewals);
  return life.rows;
}

/** Starts that meet month ends, leap days and ordinary days, with and without a time of day. */
const startArbitrary: fc.Arbitrary<Instant> = fc.oneof(
  fc
    .constantFrom('2023-01-31', '2024-02-29', '2023-12-31T23:59:59.999Z', '2024-03-01', '2024-01-30T12:30:00Z')
    .map(parseInstant),
  fc.integer({ min: 0, max: 700 }).map((days) => parseInstant('2023-01-01') + days * DAY_MS),
  fc.integer({ min: 0, max: 700 * DAY_MS }).map((ms) => parseInstant('2023-01-01') + ms),
);

const amountArbitrary = fc
  .oneof(fc.integer({ min: 1, max: 60_000 }), fc.constantFrom(1, 2, 5, 6, 18, 1000, 4900, 100_000, 9_999_999_999))
  .map(BigInt);

/** Where a customer's further subscription starts relative to the first: now, around the window, or much later. */
const offsetArbitrary = fc.oneof(
  fc.constantFrom(...GAPS_MS),
  fc.constantFrom(31 * DAY_MS, 28 * DAY_MS, 365 * DAY_MS),
  fc.integer({ min: 0, max: 400 * DAY_MS }),
);

const lifeArbitrary = fc.record({
  shape: fc.constantFrom(...SHAPES),
  /** The offset counts from the customer's start or from the last thing that happened to the previous life. */
  after: fc.constantFrom<'start' | 'previous'>('start', 'previous'),
  offset: offsetArbitrary,
  amounts: fc.tuple(amountArbitrary, amountArbitrary, amountArbitrary),
  renewals: fc.integer({ min: 1, max: 4 }),
  gap: fc.constantFrom(...GAPS_MS),
  currency: fc.integer({ min: 0, max: 9 }),
});

const customerArbitrary = fc.record({
  start: startArbitrary,
  lives: fc.array(lifeArbitrary, { minLength: 1, maxLength: 4 }),
});

type CustomerChoices = typeof customerArbitrary extends fc.Arbitrary<infer Choices> ? Choices : never;

function customerRows(customer: string, { start, lives }: CustomerChoices): FullInvoiceRow[] {
  const rows: FullInvoiceRow[] = [];
  let latest = start;
  for (const [index, life] of lives.entries()) {
    const added = lifeOfShape(life.shape, customer, `sub-${index + 1}`, {
      start: (life.after === 'start' ? start : latest) + life.offset,
      amounts: life.amounts,
      renewals: life.renewals,
      gap: life.gap,
      // Most lives of a customer share a currency, so that they meet in one statement.
      currency: life.currency < 8 ? CURRENCIES[0]! : CURRENCIES[life.currency - 7]!,
      otherCurrency: life.currency < 8 ? CURRENCIES[1]! : CURRENCIES[0]!,
    });
    const instants = added
      .flatMap((row) => [row.service_period_start, row.cancelled_at].filter(Boolean))
      .map(parseInstant);
    if (instants.length > 0) latest = Math.max(...instants);
    rows.push(...added);
  }
  return rows;
}

/**
 * Random histories: 1 to `customersMax` customers (default 4), each with 1 to 4 lives, rows in random order. Keys
 * (invoice_external_id, external_id) are unique; all plans named are in `plans` except where the shape is about a missing one.
 */
export function historyArbitrary(options: { customersMax?: number } = {}): fc.Arbitrary<History> {
  return fc.array(customerArbitrary, { minLength: 1, maxLength: options.customersMax ?? 4 }).chain((customers) => {
    const rows = customers.flatMap((customer, c) => customerRows(`cus-${c + 1}`, customer));
    const shapes = customers.flatMap((customer) => customer.lives.map((life) => life.shape));
    return fc
      .shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length })
      .map((shuffled) => ({ rows: shuffled, plans: PLANS, shapes }));
  });
}

/** A fixed history in which every shape occurs once, each with a customer of its own: several hundred customers. */
export function everyShapeHistory(): History {
  const rows = SHAPES.flatMap((shape, index) =>
    lifeOfShape(shape, `cus-${String(index + 1).padStart(4, '0')}`, 'sub-1', {
      start: parseInstant('2023-01-31T10:00:00Z') + index * DAY_MS,
      amounts: [4900n + BigInt(index), 14_900n, 1500n],
      renewals: 1 + (index % 4),
      gap: GAPS_MS[index % GAPS_MS.length]!,
      currency: CURRENCIES[index % 3]!,
      otherCurrency: CURRENCIES[(index + 1) % 3]!,
    }),
  );
  return { rows, plans: PLANS, shapes: SHAPES };
}

/** The rows as an invoices file. */
export function invoicesCsv(rows: readonly FullInvoiceRow[]): string {
  return csv(INVOICE_COLUMNS, rows);
}

/** The plans as a plans file. */
export function plansCsv(plans: readonly PlanRow[]): string {
  return csv(['external_id', 'name', 'interval_count', 'interval_unit'], plans as Array<Required<PlanRow>>);
}

function csv<Column extends string>(columns: readonly Column[], rows: ReadonlyArray<Record<Column, string>>): string {
  const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))]
    .map((record) => `${record}\n`)
    .join('');
}
