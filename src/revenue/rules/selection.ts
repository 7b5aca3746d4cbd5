/** Which rows count at all: invoice state and payment (R29), customers that are one, subscriptions that are one. */
import { type Instant, parseInstant } from '../../kernel/dates.ts';
import { compareBytes } from './exact.ts';
import { DEFAULT_REVENUE_SETTINGS, type RevenueSettings } from './settings.ts';
import type { InvoiceRow } from './types.ts';

export interface TransactionRow {
  invoice_external_id: string;
  type: string;
  date: string;
  result: string;
  amount_in_cents: string;
}

export type InvoiceState = 'open' | 'void' | 'written_off' | 'disabled';

export interface Selection {
  transactions: readonly TransactionRow[];
  /** The moment of asking: payments after it are not known. */
  at: Instant;
  /** By invoice_external_id; `open` where absent. */
  states?: ReadonlyMap<string, InvoiceState>;
  handling?: RevenueSettings['invoiceHandling'];
}

/** The rows of invoices that count. */
export function countedRows(rows: readonly InvoiceRow[], selection: Selection): InvoiceRow[] {
  const handling = selection.handling ?? DEFAULT_REVENUE_SETTINGS.invoiceHandling;
  const paid = new Set(
    selection.transactions
      .filter((each) => each.type === 'payment' && each.result === 'successful')
      .filter((each) => parseInstant(each.date) <= selection.at)
      .map((each) => each.invoice_external_id),
  );
  return rows.filter((row) => {
    const state = selection.states?.get(row.invoice_external_id) ?? 'open';
    if (state === 'disabled') return false;
    if (state === 'void' && handling.voidPrevents) return false;
    if (state === 'written_off' && handling.writeOffPrevents) return false;
    return handling.countedWhen === 'open' || paid.has(row.invoice_external_id);
  });
}

/** Rows with one customer in the place of several; subscriptions stay apart even where their identifiers agree. */
export function mergedCustomers(rows: readonly InvoiceRow[], from: string, into: string): InvoiceRow[] {
  return rows.map((row) =>
    row.customer_external_id === from
      ? {
          ...row,
          customer_external_id: into,
          subscription_external_id: `${from}/${row.subscription_external_id ?? ''}`,
        }
      : row,
  );
}

/**
 * Rows with several subscriptions of a customer connected to one history under the name of the one that starts last. The cancellations
 * of the others are dropped: they were the hand-over (W41).
 */
export function connectedSubscriptions(
  rows: readonly InvoiceRow[],
  customer: string,
  subscriptions: readonly string[],
): InvoiceRow[] {
  const concerns = (row: InvoiceRow) =>
    row.customer_external_id === customer && subscriptions.includes(row.subscription_external_id ?? '');
  const firstStart = (subscription: string) =>
    Math.min(
      ...rows
        .filter((row) => concerns(row) && row.subscription_external_id === subscription && row.service_period_start)
        .map((row) => parseInstant(row.service_period_start!)),
    );
  const last = [...subscriptions].sort((a, b) => firstStart(a) - firstStart(b) || compareBytes(a, b)).at(-1)!;
  return rows.map((row) => {
    if (!concerns(row) || row.subscription_external_id === last) return row;
    return { ...row, subscription_external_id: last, cancelled_at: '' };
  });
}
