/** What each of Stripe's objects amounts to, case by case. */
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/revenue/stripe/lines.ts';
import { type MappingContext, mapObject } from '../../src/revenue/stripe/mapping.ts';
import { type StripeObject, Unreadable } from '../../src/revenue/stripe/objects.ts';
import { partEnds } from '../../src/revenue/stripe/partEnds.ts';
import {
  charge,
  creditNote,
  customer,
  invoice,
  line,
  newLine,
  price,
  refund,
  seconds,
  subscription,
} from './objects.ts';

type Facts = Record<string, Record<string, string>>;

function mapped(object: object, facts: Facts = {}, more: Partial<MappingContext> = {}) {
  const found = mapObject(object as StripeObject, {
    fact: (id, name) => (id === null ? undefined : facts[id]?.[name]),
    metered: 'one_time',
    known: false,
    asOf: Date.parse('2026-06-01T00:00:00Z'),
    ...more,
  });
  if (found === null) throw new Error('The object has no use.');
  return found;
}

const linesOf = (object: object, facts?: Facts, more?: Partial<MappingContext>): Row[] =>
  mapped(object, facts, more).rows.invoices ?? [];
const oneLine = (given: object, facts?: Facts, more?: Partial<MappingContext>, header: object = {}): Row =>
  linesOf(invoice('in_1', [given as never], header as never), facts, more)[0]!;
const period = (start: string, end: string) => ({ period: { start: seconds(start), end: seconds(end) } });

describe('lines of invoices', () => {
  const cases: Array<[title: string, line: object, expected: Row, facts?: Facts, more?: Partial<MappingContext>]> = [
    [
      'a period of a subscription',
      line('il_1'),
      {
        type: 'subscription',
        amount_in_cents: 5000,
        tax_amount_in_cents: 0,
        subscription_external_id: 'sub_a',
        plan_external_id: 'price_pro',
        service_period_start: '2026-01-01T00:00:00.000Z',
        service_period_end: '2026-02-01T00:00:00.000Z',
        quantity: 1,
        currency: 'EUR',
        date: '2026-01-01T01:00:00.000Z',
        excluded: '',
        'attributes.collection_method': 'automatic',
        'attributes.stripe_subscription_item': 'si_1',
      },
    ],
    [
      'the same since March 2025',
      newLine('il_1'),
      { type: 'subscription', amount_in_cents: 5000, subscription_external_id: 'sub_a', plan_external_id: 'price_pro' },
    ],
    [
      'a discount is taken off: the amount is before it',
      line('il_1', {
        discount_amounts: [{ amount: 1000, discount: 'di_1' }],
        discounts: [{ id: 'di_1', object: 'discount', coupon: { id: 'SPRING', object: 'coupon' } }],
      }),
      { amount_in_cents: 4000, discount_amount_in_cents: 1000, discount_code: 'SPRING' },
    ],
    [
      'several tax rates on top',
      line('il_1', {
        tax_amounts: [
          { amount: 300, inclusive: false, tax_rate: 'txr_state' },
          { amount: 125, inclusive: false, tax_rate: 'txr_city' },
        ],
      }),
      { amount_in_cents: 5425, tax_amount_in_cents: 425 },
    ],
    [
      'tax inside the amount',
      line('il_1', { amount: 11900, tax_amounts: [{ amount: 1900, inclusive: true, tax_rate: 'txr_1' }] }),
      { amount_in_cents: 11900, tax_amount_in_cents: 1900 },
    ],
    [
      'taxes since March 2025, one inside and one on top, with a discount',
      newLine('il_1', {
        discount_amounts: [{ amount: 500, discount: 'di_1' }],
        taxes: [
          { amount: 700, tax_behavior: 'inclusive', type: 'tax_rate_details' },
          { amount: 90, tax_behavior: 'exclusive', type: 'tax_rate_details' },
        ],
      }),
      { amount_in_cents: 4590, tax_amount_in_cents: 790 },
    ],
    [
      'a charge for the rest of a period',
      line('il_1', {
        amount: 1500,
        proration: true,
        type: 'invoiceitem',
        ...period('2026-01-16T00:00:00Z', '2026-02-01T00:00:00Z'),
      }),
      { type: 'subscription', prorated: true, proration_type: 'differential', amount_in_cents: 1500 },
    ],
    [
      'a credit for the rest of a period, since March 2025',
      newLine('il_1', { amount: -2419 }, { proration: true }),
      { type: 'subscription', prorated: true, amount_in_cents: -2419 },
    ],
    [
      'something sold beside the subscription',
      line('il_1', {
        type: 'invoiceitem',
        amount: 900,
        price: price('price_setup', { type: 'one_time', recurring: null }),
      }),
      { type: 'one_time', amount_in_cents: 900 },
    ],
    ['a line without subscription', line('il_1', { subscription: null, type: 'invoiceitem' }), { type: 'one_time' }],
    [
      'metered usage',
      line('il_1', {
        price: price('price_gb', { recurring: { interval: 'month', interval_count: 1, usage_type: 'metered' } }),
      }),
      { type: 'one_time' },
    ],
    [
      'metered usage, known from the price',
      newLine('il_1'),
      { type: 'one_time' },
      { price_pro: { usage_type: 'metered' } },
    ],
    [
      'metered usage that is to count',
      newLine('il_1'),
      { type: 'subscription' },
      { price_pro: { usage_type: 'metered' } },
      { metered: 'subscription' },
    ],
    [
      'a trial',
      line('il_1', { amount: 0, description: 'Trial period for Pro' }),
      { type: 'trial', amount_in_cents: 0 },
    ],
    [
      'a trial, known from the subscription',
      newLine('il_1', { amount: 0 }),
      { type: 'trial' },
      { sub_a: { trial_start: '2026-01-01T00:00:00.000Z', trial_end: '2026-01-15T00:00:00.000Z' } },
    ],
    [
      'after the trial a discount of everything is no trial',
      line('il_1', { amount: 0, discount_amounts: [{ amount: 0, discount: 'di_1' }] }),
      { type: 'subscription' },
    ],
    [
      'a plan that costs nothing',
      line('il_1', { amount: 0, price: price('price_free', { unit_amount: 0 }) }),
      { type: 'subscription' },
    ],
  ];
  test.each(cases)('%s', (_title, given, expected, facts, more) => {
    expect(oneLine(given, facts, more)).toMatchObject(expected);
  });

  test('a change of interval: the credit beside the new period is money, no MRR', () => {
    const now = '2026-01-11T00:00:00Z';
    const rows = linesOf(
      invoice('in_1', [
        line('il_credit', {
          amount: -3387,
          proration: true,
          type: 'invoiceitem',
          ...period(now, '2026-02-01T00:00:00Z'),
        }),
        line('il_year', { amount: 50000, price: price('price_year'), ...period(now, '2027-01-11T00:00:00Z') }),
      ]),
    );
    expect(rows.map(({ type, prorated }) => [type, prorated])).toEqual([
      ['one_time', undefined],
      ['subscription', undefined],
    ]);
  });

  test('several items of one subscription add up under its name', () => {
    const rows = linesOf(
      invoice('in_1', [
        line('il_1'),
        line('il_2', { subscription_item: 'si_2', price: price('price_seats'), quantity: 7, amount: 7000 }),
      ]),
    );
    expect(rows.map((row) => row.subscription_external_id)).toEqual(['sub_a', 'sub_a']);
    expect(rows.map((row) => row.plan_external_id)).toEqual(['price_pro', 'price_seats']);
  });

  describe('a subscription that is billed by several intervals', () => {
    const recurring = (interval: string, more: object = {}) => ({
      interval,
      interval_count: 1,
      usage_type: 'licensed',
      ...more,
    });
    const year = price('price_year', { recurring: recurring('year') });
    const yearly = (id: string, more: object = {}) =>
      line(id, { amount: 60_000, price: year, ...period('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'), ...more });
    const names = (rows: Row[]) => rows.map((row) => row.subscription_external_id);
    const known = { sub_a: { main_interval: '1 month', parts: 'sub_a:1-year' } };

    test('is one of each interval; the shortest keeps the name', () => {
      const found = mapped(invoice('in_1', [line('il_1'), yearly('il_2')]));
      expect(names(found.rows.invoices!)).toEqual(['sub_a', 'sub_a:1-year']);
      expect(found.notes).toEqual(['sub_a is billed by several intervals: 1 month as itself, another as sub_a:1-year']);
      const paid = 'sub_a@2026-02-01T00:00:00.000Z sub_a:1-year@2027-01-01T00:00:00.000Z';
      expect(found.links).toContainEqual({ id: 'sub_a', object: 'subscription', facts: { ...known.sub_a, paid } });
    });
    test('stays so in invoices of one interval, prorations too, also where the price is known by its id only', () => {
      expect(names(linesOf(invoice('in_2', [line('il_3')]), known))).toEqual(['sub_a']);
      const credit = yearly('il_4', { amount: -100, proration: true, type: 'invoiceitem' });
      expect(names(linesOf(invoice('in_3', [credit, yearly('il_5')]), known))).toEqual([
        'sub_a:1-year',
        'sub_a:1-year',
      ]);
      const bare = { sub_a: known.sub_a, price_pro: { plan: '1 year Pro yearly' } };
      expect(names(linesOf(invoice('in_4', [newLine('il_6')]), bare))).toEqual(['sub_a:1-year']);
      expect(mapped(invoice('in_5', [yearly('il_7')]), known).notes).toEqual([]);
    });
    test('a change of interval is none', () => {
      expect(names(linesOf(invoice('in_6', [yearly('il_8')])))).toEqual(['sub_a']);
    });
    test('the interval that was billed alone before keeps the name', () => {
      const alone = mapped(invoice('in_8', [yearly('il_11')]));
      expect(alone.links).toContainEqual({ id: 'sub_a', object: 'subscription', facts: { billed: '1 year' } });
      const both = linesOf(invoice('in_9', [line('il_12'), yearly('il_13')]), { sub_a: { billed: '1 year' } });
      expect(names(both)).toEqual(['sub_a:1-month', 'sub_a']);
    });

    const item = (id: string, of: object) => ({ id, price: of });
    const month = [item('si_1', price('price_pro'))];
    const both = [...month, item('si_2', year)];
    /** Reads objects one after the other, as the service does, and gives the ends that all of them amount to: [part, end]. */
    const endsAfter = (...states: Array<[object: object, asOf?: string]>) => {
      const all: Facts = {};
      for (const [object, asOf = '2026-06-01T00:00:00Z'] of states) {
        const found = mapped(object, all, { asOf: Date.parse(asOf), known: true });
        expect(found.rows.subscription_cancellations ?? []).toEqual([]);
        for (const { id, facts } of [{ id: (object as { id: string }).id, facts: found.facts }, ...found.links]) {
          all[id] = { ...all[id], ...facts };
        }
      }
      const ends = partEnds('sub_a', (id, name) => all[id ?? '']?.[name]);
      return ends!.rows.map((row) => [row.subscription_external_id, row.cancelled_at]);
    };
    const sub = (items: unknown, more: object = {}) => subscription('sub_a', { items, ...more });
    const APRIL = '2026-04-10T00:00:00Z';
    const SEEN = ['sub_a:1-year', '2026-04-10T00:00:01.000Z'];
    const MARCH = seconds('2026-03-01T00:00:00Z');
    const over = { status: 'canceled', canceled_at: MARCH, ended_at: MARCH };
    const begun = invoice('in_1', [line('il_1'), yearly('il_2')]);

    test('ends with all its parts, also those that an invoice tells of later', () => {
      const ended = ['2026-03-01T00:00:00.000Z'];
      expect(endsAfter([sub(both, over)])).toEqual([
        ['sub_a', ...ended],
        ['sub_a:1-year', ...ended],
      ]);
      const late = endsAfter([sub(both, { cancel_at: MARCH })], [begun]);
      expect(late.map(([part]) => part)).toEqual(['sub_a', 'sub_a:1-year']);
      const state = mapped(sub(both, over));
      expect(partEnds('sub_a', (_, name) => state.facts[name])!.matches).toHaveLength(2);
    });
    test('a part ends when its items are gone, a second after they were seen to be; once, and again after it came back', () => {
      const from = (iso: string): [object, string] => [sub(both), iso];
      const to = (iso: string): [object, string] => [sub(month), iso];
      const first = [from('2026-03-01T00:00:00Z'), to(APRIL)];
      expect(endsAfter(...first.slice(0, 1))).toEqual([]);
      expect(endsAfter(...first)).toEqual([SEEN]);
      expect(endsAfter(...first, to('2026-05-01T00:00:00Z'))).toEqual([SEEN]);
      const back = [...first, from('2026-06-01T00:00:00Z')];
      expect(endsAfter(...back)).toEqual([SEEN]);
      expect(endsAfter(...back, to('2026-07-01T00:00:00Z'))).toEqual([
        SEEN,
        ['sub_a:1-year', '2026-07-01T00:00:01.000Z'],
      ]);
    });
    test('what is over ends once: the part when its items went, the rest with the subscription', () => {
      const ended = sub(month, over);
      expect(endsAfter([sub(both)], [sub(month), '2026-02-10T00:00:00Z'], [ended])).toEqual([
        ['sub_a', '2026-03-01T00:00:00.000Z'],
        ['sub_a:1-year', '2026-02-10T00:00:01.000Z'],
      ]);
      // Both at once: nobody saw the items go.
      expect(endsAfter([sub(both)], [ended]).map(([part]) => part)).toEqual(['sub_a', 'sub_a:1-year']);
    });
    test('an invoice of before that comes after the subscription ends what has no item any more, the main part too', () => {
      expect(endsAfter([sub(month), APRIL], [begun])).toEqual([SEEN]);
      // The month was billed until February: it ended then, whenever that was seen.
      expect(endsAfter([sub([item('si_2', year)]), APRIL], [begun])).toEqual([['sub_a', '2026-02-01T00:00:00.000Z']]);
      // What is billed from then on was added since.
      const since = yearly('il_19', period('2026-05-01T00:00:00Z', '2027-05-01T00:00:00Z'));
      expect(endsAfter([sub(month), APRIL], [invoice('in_12', [line('il_18'), since])])).toEqual([]);
    });
    test('a part that was seen to be gone long after it was billed for last ended then, whatever the order of its invoices', () => {
      const later = invoice('in_13', [yearly('il_20', period('2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z'))]);
      const seen: [object, string] = [sub(month), '2030-01-01T00:00:00Z'];
      const ended = [['sub_a:1-year', '2028-01-01T00:00:00.000Z']];
      expect(endsAfter(seen, [begun], [later])).toEqual(ended);
      expect(endsAfter([sub(both)], [begun], [later], seen)).toEqual(ended);
    });
    test.each([
      ['the list of items is cut', { data: month, has_more: true }],
      ['an item is of a price that nobody knows', [item('si_3', 'price_unknown' as never)]],
      ['there is no item', []],
    ])('nothing ends where %s', (_, items) => {
      expect(endsAfter([sub(both)], [sub(items), APRIL])).toEqual([]);
    });

    test('usage beside a yearly price is no second interval, unless usage is to count', () => {
      const usage = price('price_gb', { recurring: recurring('month', { usage_type: 'metered' }) });
      const items = {
        data: [
          { id: 'si_1', price: year },
          { id: 'si_2', price: usage },
        ],
      };
      expect(mapped(subscription('sub_a', { items })).facts.main_interval).toBeUndefined();
      expect(mapped(subscription('sub_a', { items }), {}, { metered: 'subscription' }).facts.main_interval).toBe(
        '1 month',
      );
    });
  });

  test.each([
    ['jpy', 500, 500],
    ['kwd', 12340, 12340],
    ['isk', 50000, 500],
    ['ugx', 100, 1],
    ['mga', 5, 500],
    ['usd', 1, 1],
  ])('%s: %i of Stripe are %i minor units', (currency, given, expected) => {
    expect(oneLine(line('il_1', { amount: given, currency }), {}, {}, { currency }).amount_in_cents).toBe(expected);
  });
});

describe('invoices', () => {
  test.each([
    ['open', '', undefined],
    ['paid', '', undefined],
    ['void', 'voided', 'voided'],
    ['uncollectible', 'written_off', 'written_off'],
  ])('%s', (status, excluded, stated) => {
    const [row] = linesOf(invoice('in_1', [line('il_1')], { status }));
    expect(row).toMatchObject({ excluded });
    expect(row!['attributes.invoice_status']).toBe(stated);
  });

  test('a draft is nothing yet', () => {
    expect(mapped(invoice('in_1', [line('il_1')], { status: 'draft' })).nothing).toMatch(/draft/);
  });

  test('a payment comes with the invoice, once', () => {
    const paid = invoice('in_1', [line('il_1')], {
      status: 'paid',
      amount_paid: 5000,
      charge: 'ch_1',
      payment_intent: 'pi_1',
      status_transitions: { finalized_at: 1, paid_at: seconds('2026-01-02T00:00:00Z') },
    });
    expect(mapped(paid).rows.transactions).toEqual([
      {
        invoice_external_id: 'in_1',
        external_id: 'paid:in_1',
        type: 'payment',
        date: '2026-01-02T00:00:00.000Z',
        result: 'successful',
        amount_in_cents: 5000,
      },
    ]);
    expect(mapped(paid).links).toEqual(
      expect.arrayContaining([
        { id: 'ch_1', object: 'charge', facts: { invoice: 'in_1' } },
        { id: 'pi_1', object: 'payment_intent', facts: { invoice: 'in_1' } },
      ]),
    );
    expect(mapped(charge('ch_1')).rows.transactions).toEqual([]);
  });

  test('lines that do not add up to the total are said', () => {
    expect(mapped(invoice('in_1', [line('il_1')], { total: 5950 })).notes).toEqual([
      'its lines add up to 5000, its total is 5950',
    ]);
    expect(mapped(invoice('in_1', [line('il_1')], { total: 5000 })).notes).toEqual([]);
  });

  test('shipping is a line of its own', () => {
    const rows = linesOf(
      invoice('in_1', [line('il_1')], {
        shipping_cost: { amount_subtotal: 500, amount_tax: 95, amount_total: 595 },
        total: 5595,
      }),
    );
    expect(rows[1]).toMatchObject({
      external_id: 'shipping',
      type: 'one_time',
      amount_in_cents: 595,
      tax_amount_in_cents: 95,
    });
  });

  test('sent by hand', () => {
    expect(
      oneLine(line('il_1'), {}, {}, { collection_method: 'send_invoice', due_date: seconds('2026-01-15T00:00:00Z') }),
    ).toMatchObject({
      'attributes.collection_method': 'manual',
      due_date: '2026-01-15T00:00:00.000Z',
    });
  });

  const refusals: Array<[string, object, string]> = [
    ['only some of its lines', { lines: { object: 'list', data: [line('il_1')], has_more: true } }, 'lines.has_more'],
    ['a currency that there is not', { currency: 'xxz' }, 'currency'],
    ['no customer', { customer: null }, 'customer'],
    ['a status of another kind', { status: 'lost' }, 'status'],
    ['an amount with a fraction', { lines: { data: [line('il_1', { amount: 10.5 })] } }, 'lines.data[0].amount'],
    [
      'krónur with a fraction',
      { currency: 'isk', lines: { data: [line('il_1', { amount: 150, currency: 'isk' })] } },
      'lines.data[0].amount',
    ],
    ['a line in another currency', { lines: { data: [line('il_1', { currency: 'usd' })] } }, 'lines.data[0].currency'],
  ];
  test.each(refusals)('is held: %s', (_title, more, field) => {
    const broken = { ...invoice('in_1', [line('il_1')]), ...more };
    expect(() => mapped(broken)).toThrow(Unreadable);
    expect(() => mapped(broken)).toThrow(expect.objectContaining({ field }));
  });
});

describe('subscriptions', () => {
  const cancellation = (more: object) => mapped(subscription('sub_a', more as never)).rows.subscription_cancellations;
  const key = { customer_external_id: 'cus_a', subscription_external_id: 'sub_a' };
  const decided = seconds('2026-01-20T00:00:00Z');

  test('that go on state no end', () => {
    expect(cancellation({})).toEqual([]);
    expect(cancellation({ status: 'past_due' })).toEqual([]);
    expect(cancellation({ pause_collection: { behavior: 'void', resumes_at: null } })).toEqual([]);
    expect(cancellation({ status: 'incomplete_expired', ended_at: decided })).toEqual([]);
  });
  test('cancelled at once', () => {
    expect(cancellation({ status: 'canceled', canceled_at: decided, ended_at: decided })).toEqual([
      { ...key, cancelled_at: '2026-01-20T00:00:00.000Z', scheduled_at: '2026-01-20T00:00:00.000Z' },
    ]);
  });
  test('cancelled at the end of the period', () => {
    expect(cancellation({ cancel_at_period_end: true, canceled_at: decided })).toEqual([
      { ...key, cancelled_at: '2026-02-01T00:00:00.000Z', scheduled_at: '2026-01-20T00:00:00.000Z' },
    ]);
  });
  test('cancelled at the end of the period, which its items have since March 2025', () => {
    const items = {
      data: [{ id: 'si_1', current_period_end: seconds('2026-03-01T00:00:00Z'), price: price('price_pro') }],
    };
    const more = { cancel_at_period_end: true, canceled_at: decided, current_period_end: undefined, items };
    expect(cancellation(more)).toMatchObject([{ cancelled_at: '2026-03-01T00:00:00.000Z' }]);
  });
  test('cancelled on a day to come', () => {
    expect(cancellation({ cancel_at: seconds('2026-06-30T00:00:00Z') })).toMatchObject([
      { cancelled_at: '2026-06-30T00:00:00.000Z', scheduled_at: null },
    ]);
  });
  test('a later state takes back what an earlier one said', () => {
    expect(mapped(subscription('sub_a'), {}, { known: true }).voids).toEqual([
      { stream: 'subscription_cancellations', matches: [key] },
    ]);
  });
});

describe('others', () => {
  test('customers', () => {
    const { rows } = mapped(customer('cus_a'));
    expect(rows.customers).toEqual([
      {
        external_id: 'cus_a',
        name: 'Alder GmbH',
        email: 'rechnung@alder.example',
        country: 'DE',
        state: 'SH',
        city: 'Kiel',
        zip: '24103',
        lead_created_at: '2025-12-01T08:00:00.000Z',
      },
    ]);
    expect(rows.customer_attributes).toEqual([
      { customer_external_id: 'cus_a', name: 'channel', type: 'String', value: 'partner' },
    ]);
    expect(mapped({ id: 'cus_a', object: 'customer', deleted: true }).nothing).toMatch(/deleted/);
    expect(mapped(customer('cus_a', { metadata: { long: 'x'.repeat(300) } })).notes).toHaveLength(1);
  });

  test.each([
    [price('p', { nickname: 'Pro' }), { name: 'Pro', interval_count: 1, interval_unit: 'month' }],
    [
      price('p', { recurring: { interval: 'week', interval_count: 2 } }),
      { name: 'p', interval_count: 14, interval_unit: 'day' },
    ],
    [price('p', { product: { id: 'prod', object: 'product', name: 'Basic' } }), { name: 'Basic' }],
    [
      { id: 'p', object: 'plan', interval: 'year', interval_count: 1, nickname: 'Old', product: null },
      { name: 'Old', interval_unit: 'year' },
    ],
  ])('plans', (given, expected) => {
    expect(mapped(given).rows.plans).toEqual([expect.objectContaining(expected)]);
  });
  test('a price that does not recur is no plan', () => {
    expect(mapped(price('p', { type: 'one_time', recurring: null })).nothing).toMatch(/recur/);
  });

  test('a charge that fails', () => {
    expect(mapped(charge('ch_1', { status: 'failed', captured: false })).rows.transactions).toEqual([
      expect.objectContaining({
        invoice_external_id: 'in_1',
        external_id: 'ch_1',
        result: 'failed',
        amount_in_cents: 5000,
      }),
    ]);
  });
  test('a charge without invoice is a sale', () => {
    const { rows } = mapped(charge('ch_1', { invoice: null, amount_captured: 4000 }));
    expect(rows.invoices).toEqual([
      expect.objectContaining({ invoice_external_id: 'ch_1', type: 'one_time', amount_in_cents: 4000 }),
    ]);
    expect(rows.transactions).toEqual([
      expect.objectContaining({ type: 'payment', result: 'successful', amount_in_cents: 4000 }),
    ]);
  });
  test('a charge of the newer API finds its invoice through the payment, or is held', () => {
    const { invoice: _, ...bare } = charge('ch_1', { status: 'failed' });
    expect(mapped(bare, { pi_1: { invoice: 'in_9' } }).rows.transactions).toMatchObject([
      { invoice_external_id: 'in_9' },
    ]);
    expect(() => mapped(bare)).toThrow(/invoice_payment/);
  });
  test.each([
    ['succeeded', 'successful'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ])('a refund that is %s', (status, result) => {
    const { rows } = mapped(refund('re_1', { status }), { ch_1: { invoice: 'in_1' } });
    expect(rows.transactions).toEqual([
      expect.objectContaining({
        invoice_external_id: 'in_1',
        external_id: 're_1',
        type: 'refund',
        result,
        amount_in_cents: 2000,
      }),
    ]);
  });
  test('a refund that waits, and one of an unknown charge', () => {
    expect(mapped(refund('re_1', { status: 'pending' }), { ch_1: { invoice: 'in_1' } }).nothing).toMatch(/settled/);
    expect(() => mapped(refund('re_1'))).toThrow(Unreadable);
  });

  test('a credit note takes back', () => {
    expect(mapped(creditNote('cn_1')).rows.invoices).toEqual([
      expect.objectContaining({
        invoice_external_id: 'cn_1',
        customer_external_id: 'cus_a',
        type: 'one_time',
        amount_in_cents: -1190,
        tax_amount_in_cents: -190,
        'attributes.credit_note_of': 'in_1',
      }),
    ]);
    expect(mapped(creditNote('cn_1', { status: 'void' })).rows.invoices).toMatchObject([{ excluded: 'voided' }]);
    expect(mapped(creditNote('cn_1', { lines: { data: [] } })).rows.invoices).toMatchObject([
      { external_id: 'total', amount_in_cents: -1190 },
    ]);
  });
});
