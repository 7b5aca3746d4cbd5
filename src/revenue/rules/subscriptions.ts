/** The step function of one subscription (R7 to R16, R26 to R28). */
import { DAY_MS, formatInstant, type Instant } from '../../kernel/dates.ts';
import { compareBytes } from './exact.ts';
import type { RevenueSettings } from './settings.ts';
import type { Cause, Line, Step, ValuedLine, Warning } from './types.ts';

/** Valid lines of one subscription, one invoice, one start. */
interface Group {
  start: Instant;
  invoice: string;
  invoiceDate: Instant;
  eventOrder: bigint;
  lines: ValuedLine[];
}

/** What runs in one currency. */
interface State {
  running: boolean;
  value: bigint;
  parts: ValuedLine[];
}

const NOT_RUNNING: State = { running: false, value: 0n, parts: [] };

export interface SubscriptionHistory {
  steps: Step[];
  warnings: Warning[];
}

/**
 * The steps of one subscription in every currency it has lines in.
 * `lines` are all its current lines (for their cancellation dates), `valued` those that make MRR.
 */
export function subscriptionHistory(
  lines: readonly Line[],
  valued: readonly ValuedLine[],
  settings: RevenueSettings,
): SubscriptionHistory {
  const cancellations = cancellationDates(lines);
  const groups = groupsInOrder(valued);
  const about = warningsAbout(lines[0]!);
  const warnings = equalStarts(groups).map(([earlier, later]) =>
    about(
      'equal-start',
      later.start,
      [earlier.invoice, later.invoice],
      `Invoices ${earlier.invoice} and ${later.invoice} both have lines from ${formatInstant(later.start)}; ${later.invoice} is applied last`,
    ),
  );

  const onlyStart = groups[0]?.start;
  if (onlyStart !== undefined && cancellations.includes(onlyStart) && groups.every((g) => g.start === onlyStart)) {
    const detail = `Cancelled at the very instant of its only start, ${formatInstant(onlyStart)}: it never counts`;
    return { steps: [], warnings: [...warnings, about('subscription-never-counted', onlyStart, [], detail)] };
  }

  const steps: Step[] = [];
  const effective = new Set<Instant>();
  for (const currency of [...new Set(valued.map((each) => each.line.currency))].sort(compareBytes)) {
    const view = new CurrencyView(currency, groups, cancellations, settings);
    steps.push(...view.run());
    for (const instant of view.effective) effective.add(instant);
  }

  for (const instant of cancellations.filter((each) => !effective.has(each))) {
    const detail = `The cancellation of ${formatInstant(instant)} has no effect: nothing was running or the subscription was resumed`;
    warnings.push(about('cancellation-without-effect', instant, [], detail));
  }
  for (const step of steps) {
    if (step.trueAfter < 0n) {
      const detail = `The running MRR is ${step.trueAfter} cents from ${formatInstant(step.instant)} and counts as 0`;
      warnings.push(about('negative-mrr', step.instant, invoicesOf(step), detail));
    }
    if (step.causes.some((cause) => cause.kind === 'left-currency')) {
      const detail = `The subscription left currency ${step.currency} at ${formatInstant(step.instant)}`;
      warnings.push(about('currency-changed', step.instant, invoicesOf(step), detail));
    }
  }
  return { steps, warnings };
}

/** Distinct, ascending (R10). */
function cancellationDates(lines: readonly Line[]): Instant[] {
  const instants = lines.map((line) => line.cancelledAt).filter((instant) => instant !== null);
  return [...new Set(instants)].sort((a, b) => a - b);
}

/** R7, R8. */
function groupsInOrder(valued: readonly ValuedLine[]): Group[] {
  const groups: Group[] = [];
  for (const each of [...valued].sort((a, b) => a.line.position - b.line.position)) {
    const { invoice, invoiceDate, eventOrder } = each.line;
    const group = groups.find((known) => known.invoice === invoice && known.start === each.start);
    if (!group) {
      groups.push({ start: each.start, invoice, invoiceDate, eventOrder, lines: [each] });
      continue;
    }
    group.lines.push(each);
    if (invoiceDate > group.invoiceDate) group.invoiceDate = invoiceDate;
    if (eventOrder > group.eventOrder) group.eventOrder = eventOrder;
  }
  return groups.sort(
    (a, b) =>
      a.start - b.start ||
      compareBigint(a.eventOrder, b.eventOrder) ||
      a.invoiceDate - b.invoiceDate ||
      compareBytes(a.invoice, b.invoice),
  );
}

/** A subscription as the statement of one currency sees it (R16). */
class CurrencyView {
  readonly effective = new Set<Instant>();
  private readonly currency: string;
  private readonly groups: readonly Group[];
  private readonly cancellations: readonly Instant[];
  private readonly settings: RevenueSettings;
  private state: State = NOT_RUNNING;
  private causes: Cause[] = [];
  /** Cancellations that take effect at the end of a service period: effect -> stated instants. */
  private readonly deferred = new Map<Instant, Instant[]>();

  constructor(
    currency: string,
    groups: readonly Group[],
    cancellations: readonly Instant[],
    settings: RevenueSettings,
  ) {
    this.currency = currency;
    this.groups = groups;
    this.cancellations = cancellations;
    this.settings = settings;
  }

  run(): Step[] {
    const steps: Step[] = [];
    for (let instant = this.next(Number.NEGATIVE_INFINITY); instant !== null; instant = this.next(instant)) {
      const before = this.state;
      this.causes = [];
      this.at(instant);
      const after = this.state;
      if (this.causes.length > 0) steps.push(this.step(instant, before, after));
    }
    return steps;
  }

  /** Everything that happens at one instant, in order: ends first, then groups (R12). */
  private at(instant: Instant): void {
    for (const cancelledAt of this.deferred.get(instant) ?? []) {
      if (this.end({ rule: 'R26', kind: 'cancelled-at-period-end', at: instant, cancelledAt })) {
        this.effective.add(cancelledAt);
      }
    }
    if (this.notRenewedAt() === instant && !this.stated().includes(instant)) {
      this.end({ rule: 'R28', kind: 'not-renewed', at: instant, periodEnd: this.periodEnd() });
    }
    if (this.cancellations.includes(instant)) this.cancel(instant);
    for (const group of this.groups) if (group.start === instant) this.apply(group);
  }

  private cancel(at: Instant): void {
    const deferring = this.settings.churnRecognition === 'end_of_service_period' && this.state.running;
    const effect = deferring ? Math.max(at, this.periodEnd()) : at;
    if (effect === at) {
      if (this.end({ rule: 'R11', kind: 'cancelled', at })) this.effective.add(at);
      return;
    }
    const resumed = this.groups.some((group) => group.start > at && group.start < effect);
    if (!resumed) this.deferred.set(effect, [...(this.deferred.get(effect) ?? []), at]);
  }

  private apply(group: Group): void {
    const plain = group.lines.filter((each) => each.line.proration === 'plain');
    const here = plain.filter((each) => each.line.currency === this.currency);
    if (here.length > 0) {
      this.state = { running: true, value: sum(here), parts: here };
      for (const line of here) this.causes.push({ rule: 'R7', kind: 'replaced', line });
    } else if (plain.length > 0) {
      this.end({ rule: 'R16', kind: 'left-currency', line: plain[0]! });
    }
    const prorated = group.lines.filter((each) => each.line.proration !== 'plain').sort(byEventOrder);
    for (const each of prorated) this.applyProrated(each);
  }

  private applyProrated(each: ValuedLine): void {
    const here = each.line.currency === this.currency;
    if (each.line.proration === 'full') {
      if (!here) {
        this.end({ rule: 'R16', kind: 'left-currency', line: each });
        return;
      }
      this.state = { running: true, value: each.mrr, parts: [each] };
      this.causes.push({ rule: 'R7', kind: 'replaced-prorated', line: each });
    } else if (here) {
      this.state = { running: true, value: this.state.value + each.mrr, parts: [...this.state.parts, each] };
      this.causes.push({ rule: 'R7', kind: 'added', line: each });
    }
  }

  /** False when nothing was running. */
  private end(cause: Cause): boolean {
    if (!this.state.running) return false;
    this.state = NOT_RUNNING;
    this.causes.push(cause);
    return true;
  }

  private periodEnd(): Instant {
    return Math.max(...this.state.parts.map((each) => each.end));
  }

  private notRenewedAt(): Instant | null {
    const days = this.settings.autoChurnDays;
    return days === null || !this.state.running ? null : this.periodEnd() + days * DAY_MS;
  }

  /** The next instant at which something may happen; a missing renewal only when nothing else comes first or then. */
  private next(after: Instant): Instant | null {
    const upcoming = this.stated().filter((instant) => instant > after);
    const nextStated = upcoming.length > 0 ? Math.min(...upcoming) : null;
    const notRenewed = this.notRenewedAt();
    if (notRenewed !== null && notRenewed > after && (nextStated === null || notRenewed < nextStated))
      return notRenewed;
    return nextStated;
  }

  private stated(): Instant[] {
    return [...this.groups.map((group) => group.start), ...this.cancellations, ...this.deferred.keys()];
  }

  private step(instant: Instant, before: State, after: State): Step {
    const line = this.groups[0]!.lines[0]!.line;
    return {
      source: line.source,
      customer: line.customer,
      subscription: line.subscription,
      currency: this.currency,
      instant,
      before: shownValue(before),
      after: shownValue(after),
      trueAfter: after.value,
      change: shownValue(after) - shownValue(before),
      fx: 0n,
      runningBefore: before.running,
      runningAfter: after.running,
      linesBefore: before.parts,
      linesAfter: after.parts,
      causes: this.causes,
    };
  }
}

/** R9. */
function shownValue(state: State): bigint {
  return state.value > 0n ? state.value : 0n;
}

function sum(lines: readonly ValuedLine[]): bigint {
  return lines.reduce((total, each) => total + each.mrr, 0n);
}

function byEventOrder(a: ValuedLine, b: ValuedLine): number {
  return compareBigint(a.line.eventOrder, b.line.eventOrder) || a.line.position - b.line.position;
}

function compareBigint(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function equalStarts(groups: readonly Group[]): Array<[Group, Group]> {
  return groups.slice(1).flatMap((group, index): Array<[Group, Group]> => {
    const previous = groups[index]!;
    return previous.start === group.start ? [[previous, group]] : [];
  });
}

function invoicesOf(step: Step): string[] {
  return [...new Set(step.causes.flatMap((cause) => ('line' in cause ? [cause.line.line.invoice] : [])))];
}

function warningsAbout(line: Line) {
  return (code: Warning['code'], instant: Instant, invoices: string[], detail: string): Warning => ({
    code,
    source: line.source,
    customer: line.customer,
    subscription: line.subscription,
    instant,
    invoices,
    detail,
  });
}
