/** Stripe's objects in both shapes of its API, with values of our own. */

const T = (iso: string): number => Date.parse(iso) / 1000;
export const seconds = T;

type Any = Record<string, unknown>;

export const price = (id: string, more: Any = {}): Any => ({
  id,
  object: 'price',
  active: true,
  billing_scheme: 'per_unit',
  currency: 'eur',
  nickname: null,
  product: 'prod_pro',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed', meter: null },
  type: 'recurring',
  unit_amount: 5000,
  unit_amount_decimal: '5000',
  ...more,
});

export const customer = (id: string, more: Any = {}): Any => ({
  id,
  object: 'customer',
  address: { city: 'Kiel', country: 'DE', line1: 'Am Kai 1', postal_code: '24103', state: 'SH' },
  created: T('2025-12-01T08:00:00Z'),
  currency: 'eur',
  email: 'rechnung@alder.example',
  metadata: { channel: 'partner' },
  name: 'Alder GmbH',
  ...more,
});

export const subscription = (id: string, more: Any = {}): Any => ({
  id,
  object: 'subscription',
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  created: T('2026-01-01T00:00:00Z'),
  current_period_end: T('2026-02-01T00:00:00Z'),
  customer: 'cus_a',
  ended_at: null,
  items: {
    object: 'list',
    has_more: false,
    data: [{ id: 'si_1', object: 'subscription_item', price: price('price_pro') }],
  },
  pause_collection: null,
  status: 'active',
  trial_end: null,
  trial_start: null,
  ...more,
});

export const line = (id: string, more: Any = {}): Any => ({
  id,
  object: 'line_item',
  amount: 5000,
  currency: 'eur',
  description: '1 × Pro (at €50.00 / month)',
  discount_amounts: [],
  discounts: [],
  period: { start: T('2026-01-01T00:00:00Z'), end: T('2026-02-01T00:00:00Z') },
  price: price('price_pro'),
  proration: false,
  quantity: 1,
  subscription: 'sub_a',
  subscription_item: 'si_1',
  tax_amounts: [],
  type: 'subscription',
  ...more,
});

export const invoice = (id: string, lines: Any[], more: Any = {}): Any => ({
  id,
  object: 'invoice',
  amount_paid: 0,
  billing_reason: 'subscription_cycle',
  charge: null,
  collection_method: 'charge_automatically',
  created: T('2026-01-01T00:00:00Z'),
  currency: 'eur',
  customer: 'cus_a',
  due_date: null,
  effective_at: T('2026-01-01T01:00:00Z'),
  lines: { object: 'list', has_more: false, data: lines },
  number: `N-${id}`,
  payment_intent: null,
  shipping_cost: null,
  status: 'open',
  status_transitions: { finalized_at: T('2026-01-01T01:00:00Z'), paid_at: null, voided_at: null },
  ...more,
});

/** The shape since March 2025. */
export const newLine = (id: string, more: Any = {}, details: Any = {}): Any => ({
  id,
  object: 'line_item',
  amount: 5000,
  currency: 'eur',
  description: '1 × Pro',
  discount_amounts: [],
  discounts: [],
  parent: {
    type: 'subscription_item_details',
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: false,
      proration_details: null,
      subscription: 'sub_a',
      subscription_item: 'si_1',
      ...details,
    },
  },
  period: { start: T('2026-01-01T00:00:00Z'), end: T('2026-02-01T00:00:00Z') },
  pricing: {
    price_details: { price: 'price_pro', product: 'prod_pro' },
    type: 'price_details',
    unit_amount_decimal: '5000',
  },
  quantity: 1,
  taxes: [],
  ...more,
});

export const charge = (id: string, more: Any = {}): Any => ({
  id,
  object: 'charge',
  amount: 5000,
  amount_captured: 5000,
  amount_refunded: 0,
  captured: true,
  created: T('2026-01-01T02:00:00Z'),
  currency: 'eur',
  customer: 'cus_a',
  description: null,
  invoice: 'in_1',
  payment_intent: 'pi_1',
  status: 'succeeded',
  ...more,
});

export const refund = (id: string, more: Any = {}): Any => ({
  id,
  object: 'refund',
  amount: 2000,
  charge: 'ch_1',
  created: T('2026-01-10T12:00:00Z'),
  currency: 'eur',
  payment_intent: 'pi_1',
  status: 'succeeded',
  ...more,
});

export const creditNote = (id: string, more: Any = {}): Any => ({
  id,
  object: 'credit_note',
  amount: 1190,
  created: T('2026-01-12T00:00:00Z'),
  currency: 'eur',
  customer: 'cus_a',
  effective_at: null,
  invoice: 'in_1',
  lines: {
    object: 'list',
    has_more: false,
    data: [
      {
        id: 'cnli_1',
        object: 'credit_note_line_item',
        amount: 1000,
        description: 'Downtime',
        discount_amount: 0,
        tax_amounts: [{ amount: 190, inclusive: false, tax_rate: 'txr_1' }],
      },
    ],
  },
  number: 'CN-1',
  status: 'issued',
  total: 1190,
  ...more,
});

export const event = (id: string, type: string, object: Any, created: string): Any => ({
  id,
  object: 'event',
  api_version: '2024-06-20',
  created: T(created),
  data: { object },
  livemode: false,
  pending_webhooks: 1,
  type,
});

export const list = (data: Any[]): Any => ({ object: 'list', url: '/v1/things', has_more: false, data });
