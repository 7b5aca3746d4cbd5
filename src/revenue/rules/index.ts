/** The revenue rules in slow, exact form: the oracle. See README.md for the readings R1 to R33. */
import { customerMovements } from './customers.ts';
import { compareBytes } from './exact.ts';
import { keyOf, readLines, valueLines } from './lines.ts';
import { type RevenueSettings, revenueSettings } from './settings.ts';
import { subscriptionHistory } from './subscriptions.ts';
import type { Book, Line, Movement, PlanRow, StatedRow, Step } from './types.ts';

export { type Conversion, type ConvertedBook, convertedBook, type FxImpact, type Rate } from './fx.ts';
export { planInterval } from './lines.ts';
export { type Posting, postings } from './postings.ts';
export {
  connectedSubscriptions,
  countedRows,
  type InvoiceState,
  mergedCustomers,
  type Selection,
  type TransactionRow,
} from './selection.ts';
export { DEFAULT_REVENUE_SETTINGS, type RevenueSettings, revenueSettings } from './settings.ts';
export type * from './types.ts';
export { lineWords, movementWords, stepWords } from './words.ts';

/**
 * Everything that the current rows amount to. `rows` in the order of (origin_seq, origin_row), one per key; that order matters only
 * among prorated lines of one invoice (R7). Throws `invalid` for rows whose numbers or dates cannot be read.
 */
export function oracleBook(
  rows: readonly StatedRow[],
  plans: readonly PlanRow[],
  settings: Partial<RevenueSettings> = {},
): Book {
  return bookOf(readLines(rows, plans), settings);
}

/** As {@link oracleBook}, from lines that are read already, in the order of their positions. */
export function bookOf(lines: readonly Line[], settings: Partial<RevenueSettings> = {}): Book {
  const chosen = revenueSettings(settings);
  const { valued, warnings } = valueLines(lines);

  const valuedOf = Map.groupBy(valued, (each) => subscriptionKey(each.line));
  const steps: Step[] = [];
  for (const [key, ofSubscription] of Map.groupBy(lines, subscriptionKey)) {
    const history = subscriptionHistory(ofSubscription, valuedOf.get(key) ?? [], chosen);
    steps.push(...history.steps);
    warnings.push(...history.warnings);
  }

  const movements = [...Map.groupBy(steps, (step) => keyOf(step.source, step.customer, step.currency)).values()]
    .flatMap((ofCustomer) => customerMovements(ofCustomer, chosen))
    .sort(byCustomer);
  return { lines: [...lines], valued, steps, movements, warnings };
}

/** The movements alone, ordered by source, customer, currency, instant, order (R22); amounts in signed cents. */
export function oracleMovements(
  rows: readonly StatedRow[],
  plans: readonly PlanRow[],
  settings: Partial<RevenueSettings> = {},
): Movement[] {
  return oracleBook(rows, plans, settings).movements;
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
