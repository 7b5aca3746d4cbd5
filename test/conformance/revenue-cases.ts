/** Short notation for conformance cases of the revenue rules. */
import { dayOfInstant, formatInstant, parseInstant } from '../../src/kernel/dates.ts';
import { addInterval } from '../../src/kernel/intervals.ts';
import type { InvoiceRow, Movement, PlanRow, Step } from '../../src/revenue/rules/index.ts';

export const PLANS: PlanRow[] = [
  { external_id: 'monthly', name: 'Monthly', interval_count: '1', interval_unit: 'month' },
  { external_id: 'quarterly', name: 'Quarterly', interval_count: '3', interval_unit: 'month' },
  { external_id: 'yearly', name: 'Yearly', interval_count: '1', interval_unit: 'year' },
  { external_id: 'two-years', name: 'Two years', interval_count: '2', interval_unit: 'year' },
  { external_id: 'weekly', name: 'Weekly', interval_count: '7', interval_unit: 'day' },
  { external_id: 'daily', name: 'Daily', interval_count: '1', interval_unit: 'day' },
  { external_id: 'four-weekly', name: 'Four-weekly', interval_count: '28', interval_unit: 'day' },
];

let lines = 0;

/** A monthly subscription line from `start` to `end`; everything else by `facts`. Its invoice is its own unless named. */
export function line(start: string, end: string, amount: number, facts: Partial<InvoiceRow> = {}): InvoiceRow {
  lines += 1;
  return {
    customer_external_id: 'c1',
    invoice_external_id: `inv-${String(lines).padStart(5, '0')}`,
    date: start,
    currency: 'USD',
    external_id: `line-${lines}`,
    type: 'subscription',
    subscription_external_id: 's1',
    plan_external_id: 'monthly',
    service_period_start: start,
    service_period_end: end,
    amount_in_cents: String(amount),
    ...facts,
  };
}

/** A line over the month that begins with `start`. */
export function month(start: string, amount: number, facts: Partial<InvoiceRow> = {}): InvoiceRow {
  const end = addInterval(parseInstant(start), { count: 1, unit: 'month' });
  return line(start, formatInstant(end), amount, facts);
}

/** "new_biz 2000 on 2026-01-01" */
export function told(movements: readonly Movement[]): string[] {
  return movements.map((each) => `${each.type} ${each.amount} on ${dayOfInstant(each.instant)}`);
}

/** "5000 from 2026-01-01T00:00:00.000Z": every value of the step function. */
export function values(steps: readonly Step[]): string[] {
  return steps
    .filter((step) => step.before !== step.after)
    .map((step) => `${step.after} from ${formatInstant(step.instant)}`);
}

/** MRR of everything at the end of all that is known. */
export function finalMrr(movements: readonly Movement[]): bigint {
  return movements.reduce((total, each) => total + each.amount, 0n);
}
