/** From the steps of one customer's subscriptions in one currency to movements (R17 to R25). */
import type { Instant } from '../../kernel/dates.ts';
import { compareBytes } from './exact.ts';
import type { RevenueSettings } from './settings.ts';
import type { Decision, Movement, MovementType, Step } from './types.ts';

const MINUTE_MS = 60_000;

/** Movements of one customer in one currency, ascending; `steps` are all steps of the customer's subscriptions in it. */
export function customerMovements(steps: readonly Step[], settings: RevenueSettings): Movement[] {
  const movements: Movement[] = [];
  const changes = steps
    .filter((step) => step.after !== step.before)
    .sort((a, b) => a.instant - b.instant || compareBytes(a.subscription, b.subscription));
  let mrr = 0n;
  let groupNumber = 0;
  for (const group of groupsOf(changes, settings.classificationWindowMinutes * MINUTE_MS)) {
    const before = mrr;
    mrr += change(group);
    if (mrr === before) continue;
    groupNumber += 1;
    const decision: Decision = {
      rule: 'R20',
      grouping: oneSign(group) ? 'each-subscription' : 'net',
      subscribedBefore: subscribed(steps, (instant) => instant < group[0]!.instant),
      subscribedAfter: subscribed(steps, (instant) => instant <= group.at(-1)!.instant),
      paidEarlier: movements.length > 0,
    };
    const type = classify(before, mrr, decision, settings);
    for (const part of decision.grouping === 'net' ? [group] : bySubscription(group)) {
      const last = part.at(-1)!;
      movements.push({
        source: last.source,
        customer: last.customer,
        currency: last.currency,
        instant: last.instant,
        order: 0,
        type,
        amount: change(part),
        subscription: last.subscription,
        group: groupNumber,
        mrrBefore: before,
        mrrAfter: mrr,
        decision,
        steps: part,
      });
    }
  }
  return numbered(movements);
}

/** R17: a group holds the changes up to `windowMs` after its first one. */
function groupsOf(changes: readonly Step[], windowMs: number): Step[][] {
  const groups: Step[][] = [];
  for (const each of changes) {
    const group = groups.at(-1);
    if (group && each.instant <= group[0]!.instant + windowMs) group.push(each);
    else groups.push([each]);
  }
  return groups;
}

/** R20. */
function classify(before: bigint, after: bigint, decision: Decision, settings: RevenueSettings): MovementType {
  if (before === 0n) {
    if (!decision.paidEarlier) return 'new_biz';
    return decision.subscribedBefore && !settings.churnWhenZeroMrr ? 'expansion' : 'reactivation';
  }
  if (after === 0n) return decision.subscribedAfter && !settings.churnWhenZeroMrr ? 'contraction' : 'churn';
  return after > before ? 'expansion' : 'contraction';
}

/** R19: whether some subscription runs after all its steps at the instants that `counted` lets in. */
function subscribed(steps: readonly Step[], counted: (instant: Instant) => boolean): boolean {
  const last = new Map<string, Step>();
  for (const step of steps) {
    if (!counted(step.instant)) continue;
    const known = last.get(step.subscription);
    if (!known || known.instant < step.instant) last.set(step.subscription, step);
  }
  return [...last.values()].some((step) => step.runningAfter);
}

function change(steps: readonly Step[]): bigint {
  return steps.reduce((total, step) => total + step.after - step.before, 0n);
}

function oneSign(steps: readonly Step[]): boolean {
  return steps.every((step) => step.after > step.before) || steps.every((step) => step.after < step.before);
}

function bySubscription(steps: readonly Step[]): Step[][] {
  return [...Map.groupBy(steps, (step) => step.subscription).values()];
}

/** R22. */
function numbered(movements: Movement[]): Movement[] {
  const sorted = movements.sort((a, b) => a.instant - b.instant || compareBytes(a.subscription, b.subscription));
  return sorted.map((movement, index) => {
    const first = sorted.findIndex((each) => each.instant === movement.instant);
    return { ...movement, order: index - first };
  });
}
