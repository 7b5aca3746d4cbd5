/** What a book of the rules amounts to as rows to post: one per movement, per warning, and per step of customers with several plans. */
import { dayOfInstant } from '../../kernel/dates.ts';
import { periodMarks } from '../periods.ts';
import { inOrder } from './customers.ts';
import { keyOf } from './exact.ts';
import type { Book, EventKind, Line, Movement, Step, Warning } from './types.ts';

/** A movement, step or warning with everything that a posting says of it; amounts in signed cents. */
export interface Posting {
  /** The line that it refers to. */
  line: Line;
  currency: string;
  subscription: string;
  plan: string;
  previousPlan: string;
  instant: number;
  /** Type of the movement, `step`, or code of the warning. */
  type: string;
  /** Kind of the deciding event, with `net-` before it when a group became one movement; `step`; `warning`. */
  rule: EventKind | `net-${EventKind}` | 'step' | 'warning';
  amount: bigint;
  /** Customers gained or lost: 1, -1 or 0, on the first movement of a group. Of a step: whether the subscription began (1) or ended (-1) to run. */
  customers: number;
  mrrBefore: bigint;
  mrrAfter: bigint;
  subscriptionMrrBefore: bigint;
  subscriptionMrrAfter: bigint;
  /** 1 when all subscriptions of the customer in this currency are and were on one plan. */
  onePlan: number;
  /** What a movement says of time, in the account's zone; null otherwise. */
  marks: { day: string; firstDay: string; periods: Array<string | number> } | null;
}

/** Movements customer by customer and currency by currency in their order (R22), then steps, then warnings. */
export function postings(book: Book, timeZone = 'UTC'): Posting[] {
  const ofCustomer = (each: Movement | Step) => keyOf(each.source, each.customer, each.currency);
  const movements = Map.groupBy(book.movements, ofCustomer);
  const found: Posting[] = [];
  for (const [customer, steps] of Map.groupBy(book.steps.filter(isChange), ofCustomer)) {
    const onePlan = new Set(steps.map(({ plan }) => plan)).size <= 1;
    found.push(...movementPostings(movements.get(customer) ?? [], onePlan, timeZone));
    if (!onePlan) found.push(...steps.map(stepPosting));
  }
  return [...found, ...book.warnings.map(warningPosting)];
}

/** A renewal at the same price on the same plan changes nothing. */
const isChange = (step: Step): boolean =>
  step.after !== step.before ||
  step.runningAfter !== step.runningBefore ||
  (step.runningBefore && step.runningAfter && step.plan !== step.previousPlan);

function stepPosting(step: Step): Posting {
  return {
    line: step.decidedBy.line,
    currency: step.currency,
    subscription: step.subscription,
    plan: step.plan,
    previousPlan: step.previousPlan,
    instant: step.instant,
    type: 'step',
    rule: 'step',
    // What exchange rates did is the rest of after − before.
    amount: step.change,
    customers: Number(step.runningAfter) - Number(step.runningBefore),
    mrrBefore: 0n,
    mrrAfter: 0n,
    subscriptionMrrBefore: step.before,
    subscriptionMrrAfter: step.after,
    onePlan: 0,
    marks: null,
  };
}

function movementPostings(movements: readonly Movement[], onePlan: boolean, timeZone: string): Posting[] {
  const posted = postedMovements(movements, onePlan);
  const days = posted.map(({ instant }) => dayOfInstant(instant, timeZone));
  const periods = periodMarks(posted.map(({ type, mrrAfter }, i) => ({ day: days[i]!, type, mrrAfter })));
  return posted.map((posting, i) => ({
    ...posting,
    marks: { day: days[i]!, firstDay: days[0]!, periods: periods[i]! },
  }));
}

function postedMovements(movements: readonly Movement[], onePlan: boolean): Posting[] {
  let mrr = 0n;
  let group = 0;
  return [...movements].sort(inOrder).map((movement): Posting => {
    const step = movement.steps.at(-1)!;
    const firstOfGroup = movement.type !== 'fx' && movement.group !== group;
    if (firstOfGroup) group = movement.group;
    mrr += movement.amount;
    const { kind, line } = step.decidedBy;
    return {
      line,
      currency: movement.currency,
      subscription: movement.subscription,
      plan: step.plan,
      previousPlan: step.previousPlan,
      instant: movement.instant,
      type: movement.type,
      rule: movement.decision.grouping === 'net' ? `net-${kind}` : kind,
      amount: movement.amount,
      customers: firstOfGroup ? Number(movement.activeAfter) - Number(movement.activeBefore) : 0,
      mrrBefore: mrr - movement.amount,
      mrrAfter: mrr,
      subscriptionMrrBefore: step.before,
      subscriptionMrrAfter: step.after,
      onePlan: Number(onePlan),
      marks: null,
    };
  });
}

function warningPosting(warning: Warning): Posting {
  return {
    line: warning.line,
    currency: warning.currency,
    subscription: warning.subscription,
    plan: warning.line.plan,
    previousPlan: '',
    instant: warning.instant ?? 0,
    type: warning.code,
    rule: 'warning',
    amount: 0n,
    customers: 0,
    mrrBefore: 0n,
    mrrAfter: 0n,
    subscriptionMrrBefore: 0n,
    subscriptionMrrAfter: 0n,
    onePlan: 0,
    marks: null,
  };
}
