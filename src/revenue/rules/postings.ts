/** What a book of the rules amounts to as rows to post: one per movement and one per warning. */
import { compareBytes } from './exact.ts';
import { keyOf } from './lines.ts';
import type { Book, EventKind, Line, Movement, Warning } from './types.ts';

/** A movement or warning with everything that a posting says of it; amounts in signed cents. */
export interface Posting {
  /** The line that it refers to. */
  line: Line;
  currency: string;
  subscription: string;
  plan: string;
  previousPlan: string;
  instant: number;
  /** Type of the movement, or code of the warning. */
  type: string;
  /** Kind of the deciding event, with `net-` before it when a group became one movement; `warning`. */
  rule: EventKind | `net-${EventKind}` | 'warning';
  amount: bigint;
  /** Paying customers gained or lost: 1, -1 or 0, on the first movement of a group. */
  customers: number;
  mrrBefore: bigint;
  mrrAfter: bigint;
  subscriptionMrrBefore: bigint;
  subscriptionMrrAfter: bigint;
}

/** Movements customer by customer and currency by currency in their order (R22), then warnings. */
export function postings(book: Book): Posting[] {
  const ofCustomers = Map.groupBy(book.movements, (each) => keyOf(each.source, each.customer, each.currency));
  return [...[...ofCustomers.values()].flatMap(movementPostings), ...book.warnings.map(warningPosting)];
}

function movementPostings(movements: readonly Movement[]): Posting[] {
  const inOrder = [...movements].sort((a, b) => a.instant - b.instant || compareBytes(a.subscription, b.subscription));
  let mrr = 0n;
  let group = 0;
  return inOrder.map((movement): Posting => {
    const step = movement.steps.at(-1)!;
    const firstOfGroup = movement.group !== group;
    group = movement.group;
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
      customers: firstOfGroup ? paying(movement.mrrAfter) - paying(movement.mrrBefore) : 0,
      mrrBefore: mrr - movement.amount,
      mrrAfter: mrr,
      subscriptionMrrBefore: step.before,
      subscriptionMrrAfter: step.after,
    };
  });
}

const paying = (mrr: bigint): number => (mrr > 0n ? 1 : 0);

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
  };
}
