/** The revenue rules in slow, exact form: the oracle. See README.md for the readings R1 to R34. */
import { Rational } from '../../kernel/rational.ts';
import { customerMovements } from './customers.ts';
import { compareBytes, keyOf } from './exact.ts';
import type { Rate } from './fx.ts';
import { readLines, valueLines } from './lines.ts';
import { countedLines, invoiceKey, invoiceTotals, type Payments } from './selection.ts';
import { type RevenueSettings, revenueSettings, settingsOfSource } from './settings.ts';
import { type Refund, subscriptionHistory } from './subscriptions.ts';
import type { Book, Line, Movement, PlanRow, StatedRow, Step } from './types.ts';

export { keyOf } from './exact.ts';
export type { Conversion, Rate } from './fx.ts';
export { planInterval, readLines } from './lines.ts';
export { type Posting, postings } from './postings.ts';
export {
  type CustomerName,
  countedLines,
  type InvoicePayments,
  invoiceKey,
  joinedLines,
  type Links,
  type Payments,
  type SubscriptionName,
} from './selection.ts';
export {
  AUTO_CHURN_DAYS_MAX,
  countsByState,
  DEFAULT_INVOICE_RULES,
  DEFAULT_REVENUE_SETTINGS,
  type InvoiceRules,
  needsTransactions,
  type RevenueSettings,
  revenueSettings,
  type SourceSettings,
  settingsOfSource,
  WINDOW_MINUTES_MAX,
} from './settings.ts';
export type * from './types.ts';
export { lineWords, movementWords, stepWords } from './words.ts';

/** What a book depends on besides its lines. */
export interface BookFacts {
  /** Rates, where the settings name a currency; without them no line can be converted. */
  rate?: Rate;
  payments?: Payments;
}

/**
 * Everything that the current rows amount to. `rows` in the order of (origin_seq, origin_row), one per key; that order matters only
 * among prorated lines of one invoice (R7). Throws `invalid` for rows whose numbers or dates cannot be read.
 */
export function oracleBook(
  rows: readonly StatedRow[],
  plans: readonly PlanRow[],
  settings: Partial<RevenueSettings> = {},
  facts: BookFacts = {},
): Book {
  return bookOf(readLines(rows, plans), settings, facts);
}

/** As {@link oracleBook}, from lines that are read already, in the order of their positions. */
export function bookOf(
  all: readonly Line[],
  settings: Partial<RevenueSettings> = {},
  { rate = () => null, payments = new Map() }: BookFacts = {},
): Book {
  const chosen = revenueSettings(settings);
  const lines = countedLines(all, payments, chosen);
  const conversion = chosen.currency === null ? null : { currency: chosen.currency, rate, fxDate: chosen.fxDate };
  const { valued, warnings } = valueLines(lines, conversion);
  const refundsOf = chosen.refundHandling === 'cash_flow_only' ? () => [] : refundsBy(all, payments);

  const valuedOf = Map.groupBy(valued, (each) => subscriptionKey(each.line));
  const steps: Step[] = [];
  for (const [key, ofSubscription] of Map.groupBy(lines, subscriptionKey)) {
    const rules = {
      settings: settingsOfSource(chosen, ofSubscription[0]!.dataSource),
      conversion,
      refundsOf,
    };
    const history = subscriptionHistory(ofSubscription, valuedOf.get(key) ?? [], rules);
    steps.push(...history.steps);
    warnings.push(...history.warnings);
  }

  const movements = [...Map.groupBy(steps, (step) => keyOf(step.source, step.customer, step.currency)).values()]
    .flatMap((ofCustomer) => customerMovements(ofCustomer, chosen))
    .sort(byCustomer);
  return { lines, valued, steps, movements, warnings };
}

/** Of every invoice the share of its total that is paid back after each refund (R34). */
function refundsBy(lines: readonly Line[], payments: Payments): (line: Line) => readonly Refund[] {
  const totals = invoiceTotals(lines);
  return (line) => {
    const key = invoiceKey(line.dataSource, line.invoice);
    const total = totals.get(key) ?? 0n;
    if (total <= 0n) return [];
    let refunded = 0n;
    return [...(payments.get(key)?.refunds ?? [])]
      .sort((a, b) => a.at - b.at)
      .map(({ at, amount }) => {
        refunded += amount ?? total;
        return { at, share: refunded >= total ? Rational.ONE : new Rational(refunded, total) };
      });
  };
}

/** The movements alone, ordered by source, customer, currency, instant, order (R22); amounts in signed cents. */
export function oracleMovements(
  rows: readonly StatedRow[],
  plans: readonly PlanRow[],
  settings: Partial<RevenueSettings> = {},
  facts: BookFacts = {},
): Movement[] {
  return oracleBook(rows, plans, settings, facts).movements;
}

function subscriptionKey(line: { source: string; customer: string; subscription: string }): string {
  return keyOf(line.source, line.customer, line.subscription);
}

function byCustomer(a: Movement, b: Movement): number {
  return (
    compareBytes(a.source, b.source) ||
    compareBytes(a.customer, b.customer) ||
    compareBytes(a.currency, b.currency) ||
    a.instant - b.instant ||
    a.order - b.order
  );
}
