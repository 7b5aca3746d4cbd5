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
  const standing = new Standing(steps);
  let groupNumber = 0;
  /** End of the group that reduced the customer to 0 while still subscribed; null while the customer pays or is gone. */
  let atZeroSince: Instant | null = null;
  for (const group of groupsOf(changes, settings.classificationWindowMinutes * MINUTE_MS)) {
    const before = standing.before(group[0]!.instant);
    const after = standing.upTo(group.at(-1)!.instant);
    if (change(group) === 0n) continue;
    const left = atZeroSince === null ? null : leavingAtZero(steps, atZeroSince, group[0]!.instant);
    if (left !== null) {
      groupNumber += 1;
      movements.push(zeroChurn(left, groupNumber));
    }
    groupNumber += 1;
    const decision: Decision = {
      rule: 'R20',
      grouping: oneSign(group) ? 'each-subscription' : 'net',
      subscribedBefore: before.subscribed,
      subscribedAfter: after.subscribed,
      paidEarlier: movements.length > 0,
    };
    const type = classify(before.mrr, after.mrr, change(group), decision, settings);
    const activeBefore: boolean = before.mrr > 0n || (atZeroSince !== null && left === null);
    atZeroSince = type === 'contraction' && after.mrr === 0n ? group.at(-1)!.instant : null;
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
        activeBefore,
        activeAfter: type !== 'churn',
        decision,
        steps: part,
      });
    }
  }
  const left = atZeroSince === null ? null : leavingAtZero(steps, atZeroSince, Number.POSITIVE_INFINITY);
  if (left !== null) movements.push(zeroChurn(left, groupNumber + 1));
  return numbered([...movements, ...fxMovements(steps)]);
}

/** R38: the step at which nothing runs any more, after the customer fell to 0 and before it pays again. */
function leavingAtZero(steps: readonly Step[], since: Instant, until: Instant): Step | null {
  const running = new Map<string, boolean>();
  const byInstant = [...Map.groupBy(steps, (step) => step.instant)].sort(([a], [b]) => a - b);
  for (const [instant, together] of byInstant) {
    if (instant >= until) return null;
    for (const step of together) running.set(step.subscription, step.runningAfter);
    if (instant <= since || [...running.values()].includes(true)) continue;
    const ended = together.filter((step) => step.runningBefore && !step.runningAfter);
    return ended.sort((a, b) => compareBytes(a.subscription, b.subscription))[0]!;
  }
  return null;
}

/** R38: a customer lost without MRR. */
function zeroChurn(step: Step, group: number): Movement {
  return {
    source: step.source,
    customer: step.customer,
    currency: step.currency,
    instant: step.instant,
    order: 0,
    type: 'churn',
    amount: 0n,
    subscription: step.subscription,
    group,
    mrrBefore: 0n,
    mrrAfter: 0n,
    activeBefore: true,
    activeAfter: false,
    decision: {
      rule: 'R38',
      grouping: 'each-subscription',
      subscribedBefore: true,
      subscribedAfter: false,
      paidEarlier: true,
    },
    steps: [step],
  };
}

/** R32: what rates did, step by step. */
function fxMovements(steps: readonly Step[]): Movement[] {
  return steps
    .filter((step) => step.fx !== 0n)
    .map((step) => ({
      source: step.source,
      customer: step.customer,
      currency: step.currency,
      instant: step.instant,
      order: 0,
      type: 'fx',
      amount: step.fx,
      subscription: step.subscription,
      group: 0,
      mrrBefore: 0n,
      mrrAfter: 0n,
      activeBefore: true,
      activeAfter: true,
      decision: {
        rule: 'R20',
        grouping: 'each-subscription',
        subscribedBefore: step.runningBefore,
        subscribedAfter: step.runningAfter,
        paidEarlier: true,
      },
      steps: [step],
    }));
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

/** R19: MRR of the customer and whether some subscription runs. Asked for ascending instants only. */
class Standing {
  private readonly steps: readonly Step[];
  private next = 0;
  private readonly last = new Map<string, Step>();
  private mrr = 0n;
  private running = 0;

  constructor(steps: readonly Step[]) {
    this.steps = [...steps].sort((a, b) => a.instant - b.instant);
  }

  /** After all steps before the instant. */
  before(instant: Instant) {
    return this.take((step) => step.instant < instant);
  }

  /** After all steps before and at the instant. */
  upTo(instant: Instant) {
    return this.take((step) => step.instant <= instant);
  }

  private take(counted: (step: Step) => boolean): { mrr: bigint; subscribed: boolean } {
    for (; this.next < this.steps.length && counted(this.steps[this.next]!); this.next += 1) {
      const step = this.steps[this.next]!;
      const known = this.last.get(step.subscription);
      this.mrr += step.after - (known?.after ?? 0n);
      this.running += Number(step.runningAfter) - Number(known?.runningAfter ?? false);
      this.last.set(step.subscription, step);
    }
    return { mrr: this.mrr, subscribed: this.running > 0 };
  }
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

/** R22; what rates did comes first. */
export function inOrder(a: Movement, b: Movement): number {
  return (
    a.instant - b.instant ||
    Number(b.type === 'fx') - Number(a.type === 'fx') ||
    compareBytes(a.subscription, b.subscription)
  );
}

function numbered(movements: Movement[]): Movement[] {
  const sorted = movements.sort(inOrder);
  let first = 0;
  return sorted.map((movement, index) => {
    if (sorted[first]!.instant !== movement.instant) first = index;
    return { ...movement, order: index - first };
  });
}
