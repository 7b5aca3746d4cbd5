/** Which lines count at all: invoice state and payment (R29), customers that are one, subscriptions that are one. */
import type { Instant } from '../../kernel/dates.ts';
import { compareBytes, keyOf } from './exact.ts';
import { countsByState, type InvoiceRules, type RevenueSettings, settingsOfSource } from './settings.ts';
import type { Line } from './types.ts';

/** What was paid and paid back of one invoice, by successful transactions. */
export interface InvoicePayments {
  paid: boolean;
  /** Cents; null means the whole invoice. */
  refunds: ReadonlyArray<{ at: Instant; amount: bigint | null }>;
}

/** By {@link invoiceKey}. */
export type Payments = ReadonlyMap<string, InvoicePayments>;

export const invoiceKey = (source: string, invoice: string): string => keyOf(source, invoice);

/** Total of every invoice of the lines, in cents, tax included. */
export function invoiceTotals(lines: readonly Line[]): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const line of lines) {
    const key = invoiceKey(line.dataSource, line.invoice);
    totals.set(key, (totals.get(key) ?? 0n) + line.amount);
  }
  return totals;
}

/**
 * The lines that count: those of invoices that are not disabled, voided, refunded or written off (as far as these prevent), and that
 * are paid where only paid ones begin or change a subscription. `lines` are those of whole customers.
 */
export function countedLines(lines: readonly Line[], payments: Payments, settings: RevenueSettings): Line[] {
  if (countsByState(settings)) return lines.filter((line) => line.excluded === '');
  const totals = invoiceTotals(lines);
  const rulesOf = (line: Line): InvoiceRules =>
    settingsOfSource(settings, line.dataSource).invoiceHandling[line.collection];
  const allowed = lines.filter((line) => {
    const rules = rulesOf(line);
    if (line.excluded === 'disabled') return false;
    if (line.excluded === 'voided' && rules.voidPrevents) return false;
    if (line.excluded === 'written_off' && rules.writeOffPrevents) return false;
    if (!rules.refundPrevents) return true;
    const key = invoiceKey(line.dataSource, line.invoice);
    return !whollyRefunded(payments.get(key), totals.get(key)!);
  });
  const counted = new Set<Line>();
  for (const ofSubscription of Map.groupBy(allowed, subscriptionKey).values()) {
    let created = false;
    for (const ofInvoice of invoicesInOrder(ofSubscription)) {
      const rules = rulesOf(ofInvoice[0]!);
      const paid = payments.get(invoiceKey(ofInvoice[0]!.dataSource, ofInvoice[0]!.invoice))?.paid ?? false;
      if (!paid && (created ? rules.updatedWhen : rules.createdWhen) === 'paid') continue;
      created ||= ofInvoice.some((line) => line.type === 'subscription');
      for (const line of ofInvoice) counted.add(line);
    }
  }
  return allowed.filter((line) => counted.has(line));
}

const subscriptionKey = (line: Line): string => keyOf(line.source, line.customer, line.subscription);

function whollyRefunded(payments: InvoicePayments | undefined, total: bigint): boolean {
  const refunds = payments?.refunds ?? [];
  if (refunds.some(({ amount }) => amount === null)) return true;
  const refunded = refunds.reduce((sum, { amount }) => sum + amount!, 0n);
  return refunded > 0n && refunded >= total;
}

/** A subscription's lines by invoice, in order of their first start, then date, then name. Cancellations alone have no invoice. */
function invoicesInOrder(lines: readonly Line[]): Line[][] {
  const start = (group: readonly Line[]) =>
    Math.min(...group.map((line) => line.start ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  return [...Map.groupBy(lines, (line) => line.invoice)]
    .map(([invoice, group]) => ({ invoice, group, start: start(group), date: group[0]!.invoiceDate }))
    .sort((a, b) => compareNumbers(a.start, b.start) || a.date - b.date || compareBytes(a.invoice, b.invoice))
    .map(({ group }) => group);
}

const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

export interface CustomerName {
  source: string;
  customer: string;
}
export interface SubscriptionName extends CustomerName {
  subscription: string;
}

/** Which customers and subscriptions count as others, by {@link keyOf} of what names them. One step: what is pointed to points nowhere. */
export interface Links {
  customers: ReadonlyMap<string, CustomerName>;
  subscriptions: ReadonlyMap<string, SubscriptionName>;
}

/**
 * Lines under the names by which they count. Subscriptions of merged customers stay apart even where their identifiers agree: that of the
 * customer who was merged away is then named `customer/subscription`. Connected subscriptions are one history; a cancellation of one of
 * them is dropped where another one begins at or after it: it was the hand-over (W41).
 */
export function joinedLines(lines: readonly Line[], links: Links): Line[] {
  const named = lines.map((line) => {
    const own: SubscriptionName = { source: line.source, customer: line.customer, subscription: line.subscription };
    const counts = links.subscriptions.get(nameKey(own)) ?? own;
    const root = links.customers.get(keyOf(counts.source, counts.customer)) ?? counts;
    return { line, own, counts, root };
  });
  const owners = new Map<string, Set<string>>();
  const starts = new Map<string, Map<string, Instant>>();
  for (const { line, own, counts, root } of named) {
    const shared = keyOf(root.source, root.customer, counts.subscription);
    owners.set(shared, (owners.get(shared) ?? new Set()).add(nameKey(counts)));
    if (line.type !== 'subscription' || line.start === null) continue;
    const ofHistory = starts.get(nameKey(counts)) ?? new Map<string, Instant>();
    starts.set(nameKey(counts), ofHistory);
    const known = ofHistory.get(nameKey(own));
    if (known === undefined || line.start < known) ofHistory.set(nameKey(own), line.start);
  }
  const handedOver = (own: SubscriptionName, counts: SubscriptionName, at: Instant | null) =>
    at !== null && [...(starts.get(nameKey(counts)) ?? [])].some(([key, start]) => key !== nameKey(own) && start >= at);
  return named.map(({ line, own, counts, root }) => {
    const alone = owners.get(keyOf(root.source, root.customer, counts.subscription))!.size === 1;
    const ofRoot = counts.source === root.source && counts.customer === root.customer;
    const subscription = alone || ofRoot ? counts.subscription : `${counts.customer}/${counts.subscription}`;
    const dropped = handedOver(own, counts, line.cancelledAt);
    const { source, customer } = root;
    return { ...line, source, customer, subscription, ...(dropped && { cancelledAt: null }) };
  });
}

const nameKey = ({ source, customer, subscription }: SubscriptionName): string => keyOf(source, customer, subscription);
