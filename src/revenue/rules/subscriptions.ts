/** The step function of one subscription (R7 to R16, R26 to R28). */
import { DAY_MS, formatInstant, type Instant } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { compareBytes, roundHalfAway } from './exact.ts';
import { type Conversion, customerPart, Revalued } from './fx.ts';
import type { RevenueSettings } from './settings.ts';
import type { Cause, EventKind, Line, Step, ValuedLine, Warning } from './types.ts';

/** Valid lines of one subscription, one invoice, one start. */
interface Group {
  start: Instant;
  invoice: string;
  invoiceDate: Instant;
  eventOrder: bigint;
  /** In the order in which they are applied: plain ones in row order, then prorated ones by event_order and row order. */
  lines: ValuedLine[];
}

/** A stated cancellation date with the lines that state it, by invoice and row order. */
interface Cancellation {
  at: Instant;
  lines: Line[];
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

/** A refund of an invoice: the share of its total that is paid back by then, at most 1 (R34). */
export interface Refund {
  at: Instant;
  share: Rational;
}

/** What a subscription's history depends on besides its lines. */
export interface SubscriptionRules {
  settings: RevenueSettings;
  /** Null where nothing is converted. */
  conversion: Conversion | null;
  /** Refunds that lower MRR, by invoice, ascending; [] where refunds are cash flow alone. */
  refundsOf: (line: Line) => readonly Refund[];
}

/**
 * The steps of one subscription in every currency it has lines in.
 * `lines` are all its current lines (for their cancellation dates), `valued` those that make MRR.
 */
export function subscriptionHistory(
  lines: readonly Line[],
  valued: readonly ValuedLine[],
  rules: SubscriptionRules,
): SubscriptionHistory {
  const cancellations = cancellationsOf(lines);
  const groups = groupsInOrder(valued);
  const currencies = [...new Set(valued.map((each) => each.currency))].sort(compareBytes);
  const warnings = [...equalStarts(groups), ...currencyChanges(groups)];

  const onlyStart = groups[0]?.start;
  if (onlyStart !== undefined && groups.at(-1)!.start === onlyStart && cancellations.has(onlyStart)) {
    const detail = `Cancelled at the very instant of its only start, ${formatInstant(onlyStart)}: it never counts`;
    warnings.push(warning('subscription-never-counted', groups[0]!.lines[0]!.line, onlyStart, [], detail));
    return { steps: [], warnings: inCurrency(warnings, currencies[0] ?? '') };
  }

  const steps: Step[] = [];
  const effective = new Set<Instant>();
  for (const currency of currencies) {
    const view = new CurrencyView(currency, groups, cancellations, rules);
    steps.push(...view.run());
    for (const instant of view.effective) effective.add(instant);
  }

  for (const { at, lines: stating } of cancellations.values()) {
    if (effective.has(at)) continue;
    const detail = `The cancellation of ${formatInstant(at)} has no effect: nothing was running or the subscription was resumed`;
    warnings.push(warning('cancellation-without-effect', stating[0]!, at, [], detail));
  }
  const negative = steps
    .filter((step) => step.trueAfter < 0n)
    .map((step) => {
      const detail = `The running MRR is ${step.trueAfter} cents from ${formatInstant(step.instant)} and counts as 0`;
      return {
        ...warning('negative-mrr', step.decidedBy.line, step.instant, invoicesOf(step), detail),
        currency: step.currency,
      };
    });
  return { steps, warnings: [...inCurrency(warnings, currencies[0] ?? ''), ...negative] };
}

/** Distinct, ascending (R10). */
function cancellationsOf(lines: readonly Line[]): Map<Instant, Cancellation> {
  const stating = lines
    .filter((line) => line.cancelledAt !== null)
    .sort((a, b) => a.cancelledAt! - b.cancelledAt! || compareBytes(a.invoice, b.invoice) || a.position - b.position);
  const found = new Map<Instant, Cancellation>();
  for (const line of stating) {
    const known = found.get(line.cancelledAt!);
    if (known) known.lines.push(line);
    else found.set(line.cancelledAt!, { at: line.cancelledAt!, lines: [line] });
  }
  return found;
}

/** R7, R8. */
function groupsInOrder(valued: readonly ValuedLine[]): Group[] {
  const groups = new Map<string, Group>();
  for (const each of valued) {
    const { invoice, invoiceDate, eventOrder } = each.line;
    const key = `${each.start} ${invoice}`;
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { start: each.start, invoice, invoiceDate, eventOrder, lines: [each] });
      continue;
    }
    group.lines.push(each);
    if (invoiceDate > group.invoiceDate) group.invoiceDate = invoiceDate;
    if (eventOrder > group.eventOrder) group.eventOrder = eventOrder;
  }
  for (const group of groups.values()) if (group.lines.length > 1) group.lines.sort(byApplication);
  return [...groups.values()].sort(
    (a, b) =>
      a.start - b.start ||
      compareBigint(a.eventOrder, b.eventOrder) ||
      a.invoiceDate - b.invoiceDate ||
      compareBytes(a.invoice, b.invoice),
  );
}

function byApplication(a: ValuedLine, b: ValuedLine): number {
  const [aPlain, bPlain] = [isPlain(a), isPlain(b)];
  if (aPlain !== bPlain) return aPlain ? -1 : 1;
  return (aPlain ? 0 : compareBigint(a.line.eventOrder, b.line.eventOrder)) || a.line.position - b.line.position;
}

const isPlain = (each: ValuedLine): boolean => each.line.proration === 'plain';

/** A subscription as the statement of one currency sees it (R16). */
class CurrencyView {
  readonly effective = new Set<Instant>();
  private readonly currency: string;
  private readonly groups: readonly Group[];
  private readonly groupsAt: ReadonlyMap<Instant, readonly Group[]>;
  private readonly cancellations: ReadonlyMap<Instant, Cancellation>;
  private readonly settings: RevenueSettings;
  private readonly conversion: Conversion | null;
  /** Refunds by their instant, with the invoice that they pay back. */
  private readonly refunds = new Map<Instant, Array<{ line: Line; share: Rational }>>();
  /** Instants of groups, refunds and cancellations, ascending, and how many of them are past. */
  private readonly stated: readonly Instant[];
  private passed = 0;
  private state: State = NOT_RUNNING;
  private causes: Cause[] = [];
  private decidedBy: Step['decidedBy'] | null = null;
  /** Plan of the last line that ran; before any ran, of the first event. */
  private plan: string | null = null;
  /** Cancellations that take effect at the end of a service period: effect -> stated instants. */
  private readonly deferred = new Map<Instant, Instant[]>();
  /** Of a line lowered by a refund, the line as it was. */
  private readonly unrefunded = new Map<ValuedLine, ValuedLine>();

  constructor(
    currency: string,
    groups: readonly Group[],
    cancellations: ReadonlyMap<Instant, Cancellation>,
    rules: SubscriptionRules,
  ) {
    this.currency = currency;
    this.groups = groups;
    this.groupsAt = Map.groupBy(groups, (group) => group.start);
    this.cancellations = cancellations;
    this.settings = rules.settings;
    this.conversion = rules.conversion;
    for (const [, [group]] of Map.groupBy(groups, (each) => each.invoice)) {
      const { line } = group!.lines[0]!;
      for (const { at, share } of rules.refundsOf(line)) {
        this.refunds.set(at, [...(this.refunds.get(at) ?? []), { line, share }]);
      }
    }
    const instants = new Set([...this.groupsAt.keys(), ...cancellations.keys(), ...this.refunds.keys()]);
    this.stated = [...instants].sort((a, b) => a - b);
  }

  run(): Step[] {
    const steps: Step[] = [];
    for (let instant = this.next(Number.NEGATIVE_INFINITY); instant !== null; instant = this.next(instant)) {
      const before = this.state;
      const previousPlan = this.plan ?? '';
      this.causes = [];
      this.at(instant);
      const after = this.state;
      if (this.causes.length > 0) steps.push(this.step(instant, before, after, previousPlan));
    }
    return steps;
  }

  /** Everything that happens at one instant, in order: ends first, then groups (R12). */
  private at(instant: Instant): void {
    for (const cancelledAt of this.deferred.get(instant) ?? []) {
      this.happened('cancellation', this.cancellations.get(cancelledAt)!.lines.at(-1)!, false);
      if (this.end({ rule: 'R26', kind: 'cancelled-at-period-end', at: instant, cancelledAt })) {
        this.effective.add(cancelledAt);
      }
    }
    if (this.notRenewedAt() === instant && !this.isStated(instant)) {
      this.happened('cancellation', this.state.parts.at(-1)!.line, false);
      this.end({ rule: 'R28', kind: 'not-renewed', at: instant, periodEnd: this.periodEnd() });
    }
    const cancellation = this.cancellations.get(instant);
    if (cancellation) this.cancel(cancellation);
    for (const { line, share } of this.refunds.get(instant) ?? []) this.refund(instant, line, share);
    for (const group of this.groupsAt.get(instant) ?? []) this.apply(group);
  }

  private happened(kind: EventKind, line: Line, runs: boolean): void {
    this.decidedBy = { kind, line };
    if (runs || this.plan === null) this.plan = line.plan;
  }

  private cancel({ at, lines }: Cancellation): void {
    for (const line of lines) this.happened('cancellation', line, false);
    const deferring = this.settings.churnRecognition === 'end_of_service_period' && this.state.running;
    const effect = deferring ? Math.max(at, this.periodEnd()) : at;
    if (effect === at) {
      if (this.end({ rule: 'R11', kind: 'cancelled', at })) this.effective.add(at);
      return;
    }
    const resumed = this.groups.some((group) => group.start > at && group.start < effect);
    if (!resumed) this.deferred.set(effect, [...(this.deferred.get(effect) ?? []), at]);
  }

  /** R34: what the refunded invoice makes falls to the share that was not paid back. */
  private refund(at: Instant, { invoice, dataSource }: Line, share: Rational): void {
    const isRefunded = (each: ValuedLine) => each.line.invoice === invoice && each.line.dataSource === dataSource;
    const refunded = this.state.parts.filter(isRefunded);
    if (refunded.length === 0) return;
    this.happened('refund', refunded.at(-1)!.line, false);
    const cause: Cause = { rule: 'R34', kind: 'refunded', at, line: refunded.at(-1)! };
    const left = Rational.ONE.sub(share);
    if (left.sign() <= 0 && refunded.length === this.state.parts.length) {
      this.end(cause);
      return;
    }
    const whole = (each: ValuedLine) => this.unrefunded.get(each) ?? each;
    const parts = this.state.parts.map((each) => {
      if (!isRefunded(each)) return each;
      const of = whole(each);
      const lowered = new Revalued(of, left, of.currency, roundHalfAway(new Rational(of.nativeMrr).mul(left)));
      this.unrefunded.set(lowered, of);
      return lowered;
    });
    this.state = { running: true, value: sum(parts), parts };
    this.causes.push(cause);
  }

  private apply(group: Group): void {
    const plain = group.lines.filter(isPlain);
    const here = plain.filter((each) => each.currency === this.currency);
    for (const each of plain) if (each.currency !== this.currency) this.happened('line', each.line, false);
    for (const each of here) this.happened('line', each.line, true);
    if (here.length > 0) {
      this.state = { running: true, value: sum(here), parts: here };
      for (const line of here) this.causes.push({ rule: 'R7', kind: 'replaced', line });
    } else if (plain.length > 0) {
      this.end({ rule: 'R16', kind: 'left-currency', line: plain[0]! });
    }
    for (const each of group.lines) if (!isPlain(each)) this.applyProrated(each);
  }

  private applyProrated(each: ValuedLine): void {
    const here = each.currency === this.currency;
    if (each.line.proration === 'full') {
      this.happened('replacement', each.line, here);
      if (!here) {
        this.end({ rule: 'R16', kind: 'left-currency', line: each });
        return;
      }
      this.state = { running: true, value: each.mrr, parts: [each] };
      this.causes.push({ rule: 'R7', kind: 'replaced-prorated', line: each });
    } else if (here) {
      this.happened('proration', each.line, true);
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
    while (this.passed < this.stated.length && this.stated[this.passed]! <= after) this.passed += 1;
    let next = this.stated[this.passed] ?? null;
    for (const effect of this.deferred.keys()) {
      if (effect > after && (next === null || effect < next)) next = effect;
    }
    const notRenewed = this.notRenewedAt();
    return notRenewed !== null && notRenewed > after && (next === null || notRenewed < next) ? notRenewed : next;
  }

  private isStated(instant: Instant): boolean {
    return (
      this.groupsAt.has(instant) ||
      this.cancellations.has(instant) ||
      this.refunds.has(instant) ||
      this.deferred.has(instant)
    );
  }

  private step(instant: Instant, before: State, after: State, previousPlan: string): Step {
    const line = this.groups[0]!.lines[0]!.line;
    const [was, is] = [shownValue(before), shownValue(after)];
    // Lines that were not converted stand in the statement of their own currency and know no rates.
    const change =
      this.conversion?.currency === this.currency
        ? customerPart({ shown: was, parts: before.parts }, { shown: is, parts: after.parts }, instant, this.conversion)
        : is - was;
    return {
      source: line.source,
      customer: line.customer,
      subscription: line.subscription,
      currency: this.currency,
      instant,
      before: was,
      after: is,
      trueAfter: after.value,
      change,
      fx: is - was - change,
      runningBefore: before.running,
      runningAfter: after.running,
      linesBefore: before.parts,
      linesAfter: after.parts,
      causes: this.causes,
      decidedBy: this.decidedBy!,
      plan: this.plan ?? '',
      previousPlan,
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

function compareBigint(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function equalStarts(groups: readonly Group[]): Warning[] {
  return groups.slice(1).flatMap((later, index): Warning[] => {
    const earlier = groups[index]!;
    if (earlier.start !== later.start) return [];
    const detail = `Invoices ${earlier.invoice} and ${later.invoice} both have lines from ${formatInstant(later.start)}; ${later.invoice} is applied last`;
    const invoices = [earlier.invoice, later.invoice];
    return [warning('equal-start', later.lines[0]!.line, later.start, invoices, detail)];
  });
}

/** Lines in the statement of another currency than the line before them, in the order in which lines are applied. */
function currencyChanges(groups: readonly Group[]): Warning[] {
  const lines = groups.flatMap((group) => group.lines);
  return lines.slice(1).flatMap((each, index): Warning[] => {
    const [from, to] = [lines[index]!.currency, each.currency];
    if (from === to) return [];
    const detail = `The subscription goes from ${from} to ${to} at ${formatInstant(each.start)}`;
    return [warning('currency-changed', each.line, each.start, [each.line.invoice], detail)];
  });
}

function invoicesOf(step: Step): string[] {
  return [...new Set(step.causes.flatMap((cause) => ('line' in cause ? [cause.line.line.invoice] : [])))];
}

function inCurrency(warnings: readonly Warning[], currency: string): Warning[] {
  return warnings.map((each) => ({ ...each, currency }));
}

function warning(code: Warning['code'], line: Line, instant: Instant, invoices: string[], detail: string): Warning {
  const { source, customer, subscription } = line;
  return { code, source, customer, subscription, currency: '', line, instant, invoices, detail };
}
