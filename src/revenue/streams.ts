/**
 * The streams of the revenue book. All are records of the ledger: a plan is loaded, superseded and read as of any entry
 * just as a line is, so that the order of imports cannot matter and a changed interval re-derives what depends on it.
 */
import type { ColumnDefinition, ParsedRow, RowProblem, StreamDefinition } from '../streams/types.ts';
import { customerStreams } from './customerStreams.ts';

/** Longest interval of a plan, in years: keeps every date of a prorated period within the calendar that is supported. */
export const PLAN_INTERVAL_YEARS_MAX = 60;

const INTERVALS_MAX: Record<string, bigint> = {
  day: BigInt(PLAN_INTERVAL_YEARS_MAX * 365),
  month: BigInt(PLAN_INTERVAL_YEARS_MAX * 12),
  year: BigInt(PLAN_INTERVAL_YEARS_MAX),
};

const text = (name: string, description: string, example: string, more: Partial<ColumnDefinition> = {}) =>
  ({ name, type: 'text', charactersMax: 255, description, example, ...more }) satisfies ColumnDefinition;

export const customers: StreamDefinition = {
  name: 'customers',
  book: 'revenue',
  title: 'Customers',
  key: ['external_id'],
  kept: 'record',
  attributes: true,
  columns: [
    text('external_id', 'Your key of the customer', 'cus_0042', {
      required: true,
      aliases: ['id', 'customer_external_id'],
    }),
    text('name', 'Name of the person or company', 'Nordlicht GmbH'),
    text('email', 'E-mail address', 'billing@nordlicht.example'),
    text('company', 'Company', 'Nordlicht GmbH'),
    { name: 'country', type: 'country', description: 'Country', example: 'DE' },
    text('state', 'State or province, ISO 3166-2 where there is one', 'HH', { lowCardinality: true }),
    text('city', 'City', 'Hamburg', { lowCardinality: true }),
    text('zip', 'Postal code', '20095', { aliases: ['postal_code', 'address_zip'] }),
    {
      name: 'lead_created_at',
      type: 'datetime',
      description: 'When it became a lead',
      example: '2024-01-15T09:30:00Z',
    },
    {
      name: 'free_trial_started_at',
      type: 'datetime',
      description: 'When its free trial began',
      example: '2024-01-20T00:00:00Z',
    },
    text('website_url', 'Web site', 'https://nordlicht.example'),
    text('owner', 'Who looks after it: an e-mail address', 'sales@example.com', { lowCardinality: true }),
    text('status', 'Status of a lead', 'New Lead', { lowCardinality: true }),
  ],
};

export const plans: StreamDefinition = {
  name: 'plans',
  book: 'revenue',
  title: 'Plans',
  key: ['external_id'],
  kept: 'record',
  columns: [
    text('external_id', 'Your key of the plan', 'pro-monthly', { required: true, aliases: ['id', 'plan_external_id'] }),
    text('name', 'Name of the plan', 'Pro', { required: true }),
    {
      name: 'interval_count',
      type: 'integer',
      required: true,
      description: 'How many units one period has, 1 or more',
      example: '1',
    },
    {
      name: 'interval_unit',
      type: 'enum',
      required: true,
      values: ['day', 'month', 'year'],
      description: 'Unit of the period; a week is 7 days',
      example: 'month',
    },
  ],
  check: ({ values }: ParsedRow): RowProblem[] => {
    const count = values.interval_count as bigint;
    const most = INTERVALS_MAX[String(values.interval_unit)] ?? 1n;
    if (count >= 1n && count <= most) return [];
    return [
      {
        column: 'interval_count',
        value: String(count),
        reason: `An interval has 1 to ${most} units of "${values.interval_unit}".`,
      },
    ];
  },
};

/**
 * One row per line item; what the invoice itself has (date, due date, currency) stands on each of its lines. A subscription line without
 * plan or service period is kept, makes no MRR and is reported as a data warning: its invoice is still a fact.
 */
export const invoices: StreamDefinition = {
  name: 'invoices',
  book: 'revenue',
  title: 'Invoices, one row per line item',
  key: ['invoice_external_id', 'external_id'],
  kept: 'record',
  attributes: true,
  columns: [
    text('customer_external_id', 'Key of the customer', 'cus_0042', { required: true }),
    text('invoice_external_id', 'Your key of the invoice', 'INV-2231', { required: true }),
    {
      name: 'date',
      type: 'datetime',
      required: true,
      description: 'Date of the invoice',
      example: '2025-04-01T00:00:00Z',
    },
    { name: 'due_date', type: 'datetime', description: 'When it is due', example: '2025-04-15T00:00:00Z' },
    { name: 'currency', type: 'currency', required: true, description: 'Currency of the invoice', example: 'EUR' },
    text('external_id', 'Your key of the line, unique within its invoice', 'li_1', {
      required: true,
      aliases: ['line_external_id', 'line_item_external_id'],
    }),
    {
      name: 'type',
      type: 'enum',
      required: true,
      values: ['subscription', 'one_time', 'trial'],
      description: 'Only lines of type subscription make MRR',
      example: 'subscription',
    },
    text('subscription_external_id', 'Key of the subscription; a customer may have one without a key', 'sub_7'),
    text('plan_external_id', 'Key of the plan', 'pro-monthly', { lowCardinality: true }),
    {
      name: 'service_period_start',
      type: 'datetime',
      description: 'First instant of the service',
      example: '2025-04-01T00:00:00Z',
    },
    {
      name: 'service_period_end',
      type: 'datetime',
      description: 'First instant after the service',
      example: '2025-05-01T00:00:00Z',
    },
    {
      name: 'amount_in_cents',
      type: 'cents',
      required: true,
      aliases: ['amount'],
      description: 'Total of the line in minor units, net of discount, tax included',
      example: '14900',
    },
    { name: 'quantity', type: 'integer', description: 'How many; does not multiply the amount', example: '3' },
    text('discount_code', 'Code of the discount', 'SPRING25', { lowCardinality: true }),
    {
      name: 'discount_amount_in_cents',
      type: 'cents',
      description: 'Discount that the amount is net of, for information',
      example: '1000',
    },
    { name: 'tax_amount_in_cents', type: 'cents', description: 'Tax inside the amount; taken off', example: '2379' },
    { name: 'prorated', type: 'boolean', description: 'The line is for part of a period', example: 'false' },
    {
      name: 'proration_type',
      type: 'enum',
      values: ['differential', 'differential_mrr', 'full'],
      description:
        'How a prorated line counts: differential (also when empty) is added, full replaces, differential_mrr is added unscaled',
      example: 'differential',
    },
    {
      name: 'event_order',
      type: 'integer',
      description: 'Decides between lines that start at the same instant',
      example: '0',
    },
    {
      name: 'cancelled_at',
      type: 'datetime',
      description: 'When the subscription was cancelled',
      example: '2025-06-15T12:00:00Z',
    },
    text('description', 'What the line says', 'Pro plan, April 2025', { charactersMax: 2000 }),
    {
      name: 'excluded',
      type: 'enum',
      values: ['disabled', 'voided', 'written_off'],
      description: 'Why the line makes no MRR although it is kept; empty: it counts',
      example: '',
    },
  ],
};

export const transactions: StreamDefinition = {
  name: 'transactions',
  book: 'revenue',
  title: 'Payments and refunds',
  key: ['external_id'],
  kept: 'record',
  attributes: true,
  columns: [
    text('invoice_external_id', 'Key of the invoice that it settles', 'INV-2231', { required: true }),
    text('external_id', 'Your key of the transaction', 'tr_9001', {
      required: true,
      aliases: ['id', 'transaction_external_id'],
    }),
    {
      name: 'type',
      type: 'enum',
      required: true,
      values: ['payment', 'refund'],
      description: 'Payment or refund',
      example: 'payment',
    },
    {
      name: 'date',
      type: 'datetime',
      required: true,
      description: 'When it happened',
      example: '2025-04-02T08:15:00Z',
    },
    {
      name: 'result',
      type: 'enum',
      required: true,
      values: ['successful', 'failed'],
      description: 'Whether it went through',
      example: 'successful',
    },
    {
      name: 'amount_in_cents',
      type: 'cents',
      description: 'Minor units, positive for both types; empty means the whole invoice',
      example: '14900',
    },
  ],
};

export const revenueStreams: readonly StreamDefinition[] = [
  customers,
  plans,
  invoices,
  transactions,
  ...customerStreams,
];
