/** What the rules are given and what they answer. Amounts in minor units (cents) as bigint; instants as milliseconds since 1970 in UTC. */
import type { Instant } from '../../kernel/dates.ts';
import type { Interval } from '../../kernel/intervals.ts';
import type { Rational } from '../../kernel/rational.ts';

/** A row of the invoices stream, as text under the stream's own column names; absent means empty. */
export interface InvoiceRow {
  /** Data source; not a column of the file, empty unless rows of several sources are given. */
  source?: string;
  customer_external_id: string;
  invoice_external_id: string;
  date: string;
  due_date?: string;
  currency: string;
  external_id: string;
  type: string;
  subscription_external_id?: string;
  plan_external_id?: string;
  service_period_start?: string;
  service_period_end?: string;
  amount_in_cents: string;
  quantity?: string;
  discount_code?: string;
  discount_amount_in_cents?: string;
  tax_amount_in_cents?: string;
  prorated?: string;
  proration_type?: string;
  event_order?: string;
  cancelled_at?: string;
  description?: string;
  excluded?: string;
  collection_method?: string;
}

export interface StatedRow extends InvoiceRow {
  /** Where the row was stated; absent: 0 and 0. */
  origin?: Origin;
}

/** The entry that stated a row, and its row there. */
export interface Origin {
  seq: number;
  row: number;
}

export interface PlanRow {
  source?: string;
  external_id: string;
  name?: string;
  interval_count: string;
  interval_unit: string;
}

export type Proration = 'plain' | 'differential' | 'full' | 'differential_mrr';

/** A line as the rules see it. */
export interface Line {
  source: string;
  customer: string;
  invoice: string;
  invoiceDate: Instant;
  currency: string;
  externalId: string;
  /** 1 for the first line of its invoice, in row order; for words only. */
  lineNumber: number;
  /** Position among the rows given: the row order of R7. */
  position: number;
  origin: Origin;
  type: string;
  subscription: string;
  plan: string;
  planName: string;
  interval: Interval | null;
  start: Instant | null;
  end: Instant | null;
  amount: bigint;
  tax: bigint;
  proration: Proration;
  eventOrder: bigint;
  cancelledAt: Instant | null;
  /** Data source in which it was stated; `source` is that of the customer, who may have been merged into another. */
  dataSource: string;
  /** Why it does not count, as long as settings do not say otherwise (R29). */
  excluded: '' | 'disabled' | 'voided' | 'written_off';
  collection: 'automatic' | 'manual';
}

/** A line that makes MRR, with the parts of its formula. */
export interface ValuedLine {
  line: Line;
  start: Instant;
  end: Instant;
  /** Currency of the statement that it stands in: its own, or the account's when it was converted (R31). */
  currency: string;
  /** Whole cents of that currency (R5). */
  mrr: bigint;
  /** Whole cents of the currency that was billed. */
  nativeMrr: bigint;
  /** Before rounding. */
  exact: Rational;
  perMonth: Rational;
  factor: Rational;
}

export type WarningCode =
  | 'line-invalid-period'
  | 'line-plan-unknown'
  | 'line-mrr-out-of-range'
  | 'negative-mrr'
  | 'equal-start'
  | 'cancellation-without-effect'
  | 'subscription-never-counted'
  | 'currency-changed'
  | 'rate-missing';

export interface Warning {
  code: WarningCode;
  source: string;
  customer: string;
  subscription: string;
  /** Currency of the statement that it stands with; a subscription's warnings stand with its first currency (or none, ''). */
  currency: string;
  /** The line at which it was noticed. */
  line: Line;
  /** When it matters, or null for a line without a period. */
  instant: Instant | null;
  invoices: string[];
  /** Said in words. */
  detail: string;
}

/** Why a subscription's value became what it is; `rule` is the number in the README of the rules. */
export type Cause =
  | { rule: 'R7'; kind: 'replaced' | 'added' | 'replaced-prorated'; line: ValuedLine }
  | { rule: 'R11'; kind: 'cancelled'; at: Instant }
  | { rule: 'R16'; kind: 'left-currency'; line: ValuedLine }
  | { rule: 'R26'; kind: 'cancelled-at-period-end'; at: Instant; cancelledAt: Instant }
  | { rule: 'R28'; kind: 'not-renewed'; at: Instant; periodEnd: Instant }
  | { rule: 'R34'; kind: 'refunded'; at: Instant; line: ValuedLine };

/** What an event of a subscription is: a stated cancellation, a plain line, one that is added, one that replaces, a refund. */
export type EventKind = 'cancellation' | 'line' | 'proration' | 'replacement' | 'refund';

/** One value of a subscription, from `instant` on, in one currency. */
export interface Step {
  source: string;
  customer: string;
  subscription: string;
  currency: string;
  instant: Instant;
  /** Shown MRR, never below 0 (R9). */
  before: bigint;
  after: bigint;
  /** May be below 0. */
  trueAfter: bigint;
  /** What of after − before the customer did, and what exchange rates did (0 without conversion). */
  change: bigint;
  fx: bigint;
  runningBefore: boolean;
  runningAfter: boolean;
  /** What made up the value just before and makes it up now. */
  linesBefore: ValuedLine[];
  linesAfter: ValuedLine[];
  causes: Cause[];
  /** The last event at the instant, whether it had an effect or not: what a movement refers to. */
  decidedBy: { kind: EventKind; line: Line };
  /** Plan that ran last, at the instant and before it ('' when nothing had happened before). */
  plan: string;
  previousPlan: string;
}

/** `fx` is what exchange rates did (R32), the others what the customer did. */
export type MovementType = 'new_biz' | 'expansion' | 'contraction' | 'churn' | 'reactivation' | 'fx';

export interface Movement {
  source: string;
  customer: string;
  currency: string;
  instant: Instant;
  /** 0 for the first movement of this customer and currency at this instant. */
  order: number;
  type: MovementType;
  /** Signed cents. */
  amount: bigint;
  subscription: string;
  /** Number of the group within customer and currency, 1 for the first (R25); 0 for fx. */
  group: number;
  /** Customer MRR before and after the whole group. */
  mrrBefore: bigint;
  mrrAfter: bigint;
  /** Whether the customer counts as one before and after the whole group (R38). */
  activeBefore: boolean;
  activeAfter: boolean;
  decision: Decision;
  /** The changes behind this movement, in order. */
  steps: Step[];
}

/** Data of the classification (R19, R20, R21), or of leaving at 0 (R38). */
export interface Decision {
  rule: 'R20' | 'R38';
  /** How the group became movements. */
  grouping: 'each-subscription' | 'net';
  subscribedBefore: boolean;
  subscribedAfter: boolean;
  paidEarlier: boolean;
}

export interface Book {
  lines: Line[];
  valued: ValuedLine[];
  steps: Step[];
  movements: Movement[];
  warnings: Warning[];
}
