/** The revenue book's sample files: plans, customers, invoices, transactions. */
import { billing, type Invoice, PLANS } from './billing.ts';
import { isoDay, isoInstant } from './calendar.ts';
import { csv } from './csv.ts';
import { type Customer, customers } from './customers.ts';
import { Random } from './random.ts';

const INVOICE_HEADER = [
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
];

/** File name -> text. */
export function revenueFiles(): Record<string, string> {
  const all = customers(new Random('aldermoor customers'));
  const invoices = billing(all);
  return {
    'plans.csv': plansFile(),
    'customers.csv': customersFile(all),
    'invoices.csv': invoicesFile(invoices),
    'transactions.csv': transactionsFile(invoices),
  };
}

function plansFile(): string {
  return csv(
    ['external_id', 'name', 'interval_count', 'interval_unit'],
    PLANS.map((plan) => [plan.external_id, plan.name, plan.interval_count, plan.interval_unit]),
  );
}

function customersFile(all: readonly Customer[]): string {
  return csv(
    ['external_id', 'name', 'email', 'company', 'country', 'city', 'lead_created_at'],
    all.map((c) => [c.externalId, c.contact, c.email, c.company, c.country, c.city, isoInstant(c.leadCreated)]),
  );
}

function invoicesFile(invoices: readonly Invoice[]): string {
  return csv(
    INVOICE_HEADER,
    invoices.flatMap((invoice) =>
      invoice.lines.map((line, index) => [
        invoice.customer.externalId,
        invoice.externalId,
        isoDay(invoice.date),
        isoDay(invoice.due),
        invoice.customer.currency,
        `${invoice.externalId}-${index + 1}`,
        line.type,
        line.subscription,
        line.plan,
        line.start === null ? '' : isoInstant(line.start),
        line.end === null ? '' : isoInstant(line.end),
        line.amount,
        line.quantity,
        line.discountCode,
        line.discount,
        line.tax,
        String(line.prorated),
        line.prorated ? 'differential' : '',
        line.eventOrder,
        line.cancelledAt,
        line.description,
      ]),
    ),
  );
}

function transactionsFile(invoices: readonly Invoice[]): string {
  return csv(
    ['invoice_external_id', 'external_id', 'type', 'date', 'result', 'amount_in_cents'],
    invoices.flatMap((invoice) =>
      invoice.transactions.map((t, index) => [
        invoice.externalId,
        `${invoice.externalId}-T${index + 1}`,
        t.type,
        isoInstant(t.date, t.second),
        t.result,
        t.amount,
      ]),
    ),
  );
}
