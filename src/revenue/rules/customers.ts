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
    .filter((step) => step.change !== 0n)
    .sort((a, b) => a.instant - b.instant || compareBytes(a.subscription, b.subscription));
  let groupNumber = 0;
  for (const group of groupsOf(changes, settings.classificationWindowMinutes * MINUTE_MS)) {
    if (change(group) === 0n) continue;
    groupNumber += 1;
    const before = standing(steps, (instant) => instant < group[0]!.instant);
    const after = standing(steps, (instant) => instant <= group.at(-1)!.instant);
    const decision: Decision = {
      rule: 'R20',
      grouping: oneSign(group) ? 'each-subscription' : 'net',
      subscribedBefore: before.subscribed,
      subscribedAfter: after.subscribed,
      paidEarlier: movements.length > 0,
    };
    const type = classify(before.mrr, after.mrr, change(group), decision, settings);
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
        mrrBefore: before.mrr,
        mrrAfter: after.mrr,
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

/** R20; `net` is what the customer did, which differs from after − before by what exchange rates did. */
function classify(
  before: bigint,
  after: bigint,
  net: bigint,
  decision: Decision,
  settings: RevenueSettings,
): MovementType {
  if (before === 0n) {
    if (!decision.paidEarlier) return 'new_biz';
    return decision.subscribedBefore && !settings.churnWhenZeroMrr ? 'expansion' : 'reactivation';
  }
  if (after === 0n) return decision.subscribedAfter && !settings.churnWhenZeroMrr ? 'contraction' : 'churn';
  return net > 0n ? 'expansion' : 'contraction';
}

/** R19: MRR of the customer and whether some subscription runs, after all steps at the instants that `counted` lets in. */
function standing(
  steps: readonly Step[],
  counted: (instant: Instant) => boolean,
): { mrr: bigint; subscribed: boolean } {
  const last = new Map<string, Step>();
  for (const step of steps) {
    if (!counted(step.instant)) continue;
    const known = last.get(step.subscription);
    if (!known || known.instant < step.instant) last.set(step.subscription, step);
  }
  const standing = [...last.values()];
  return {
    mrr: standing.reduce((total, step) => total + step.after, 0n),
    subscribed: standing.some((step) => step.runningAfter),
  };
}

function change(steps: readonly Step[]): bigint {
  return steps.reduce((total, step) => total + step.change, 0n);
}

function oneSign(steps: readonly Step[]): boolean {
  return steps.every((step) => step.change > 0n) || steps.every((step) => step.change < 0n);
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
