/** Scenario A of the specification (5.2) as rows to post. */
import type { InvoiceRow } from '../../src/revenue/rules/index.ts';
import { line, month } from './revenue-cases.ts';

const c = (customer: string, facts: Partial<InvoiceRow> = {}) => ({ customer_external_id: customer, ...facts });

/** The invoice that W76 deletes. */
export const C6 = month('2026-03-06', 6000, c('c6', { cancelled_at: '2026-03-20' }));

export const SCENARIO_A: InvoiceRow[] = [
  ...['01', '02', '03'].map((number) => month(`2026-${number}-01`, 5000, c('c1'))),
  month('2026-04-01', 7000, c('c1')),
  line('2026-01-10', '2027-01-10', 120_000, c('c2', { plan_external_id: 'yearly' })),
  month('2026-01-15', 3000, c('c3')),
  month('2026-02-15', 3000, c('c3', { cancelled_at: '2026-03-15' })),
  month('2026-04-05', 4000, c('c3')),
  month('2026-02-01', 2000, c('c4')),
  month('2026-02-01', 1000, c('c4', { subscription_external_id: 's2', cancelled_at: '2026-03-01' })),
  line('2026-02-10', '2026-05-10', 29_700, c('c5', { plan_external_id: 'quarterly' })),
  month('2026-02-20', 0, c('c6', { type: 'trial' })),
  C6,
  month('2026-02-05', 8000, c('c7')),
  month('2026-03-05', 5000, c('c7')),
];
