/** Decisions in a controller's words. */
import { dayOfInstant, dayParts, formatInstant, type Instant } from '../../kernel/dates.ts';
import type { Cause, Movement, MovementType, Step, ValuedLine } from './types.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const TYPE_WORDS: Record<MovementType, string> = {
  new_biz: 'new business',
  expansion: 'expansion',
  contraction: 'contraction',
  churn: 'churn',
  reactivation: 'reactivation',
  fx: 'exchange rates',
};

/**
 * "contraction of 49.00 on 1 April 2026: plan Pro at 149.00 replaced plan Team at 198.00, invoice INV-2231 line 1".
 * `decimals` of the currency's minor unit; days in `timeZone`.
 */
export function movementWords(movement: Movement, options: { decimals?: number; timeZone?: string } = {}): string {
  const words = new Words(options.decimals ?? 2, options.timeZone ?? 'UTC');
  const magnitude = movement.amount < 0n ? -movement.amount : movement.amount;
  const head = `${TYPE_WORDS[movement.type]} of ${words.money(magnitude)} on ${words.day(movement.instant)}`;
  if (movement.type === 'fx') return `${words.rates(movement)} on ${words.day(movement.instant)}`;
  const changes = movement.steps.map((step) => words.step(step));
  const grouped =
    movement.decision.grouping === 'net' && movement.steps.length > 1
      ? ` (net of ${movement.steps.length} changes within the classification window)`
      : '';
  return `${head}: ${changes.join('; ')}${grouped}`;
}

/** What happened to a subscription at one instant. */
export function stepWords(step: Step, options: { decimals?: number; timeZone?: string } = {}): string {
  return new Words(options.decimals ?? 2, options.timeZone ?? 'UTC').step(step);
}

/** "(4900 − 0) × 1/1 × 1 = 4900": the formula of a line's MRR with its numbers (R5, R6). */
export function lineWords(each: ValuedLine): string {
  const { line, perMonth, factor } = each;
  const share = `${perMonth.num}/${perMonth.den}`;
  const prorate = factor.num === factor.den ? '' : ` × ${factor.num}/${factor.den}`;
  return `(${line.amount} − ${line.tax}) × ${share}${prorate} = ${each.mrr} cents a month (plan ${line.planName})`;
}

class Words {
  private readonly decimals: number;
  private readonly timeZone: string;

  constructor(decimals: number, timeZone: string) {
    this.decimals = decimals;
    this.timeZone = timeZone;
  }

  money(cents: bigint): string {
    if (this.decimals === 0) return String(cents);
    const digits = String(cents < 0n ? -cents : cents).padStart(this.decimals + 1, '0');
    return `${cents < 0n ? '-' : ''}${digits.slice(0, -this.decimals)}.${digits.slice(-this.decimals)}`;
  }

  day(instant: Instant): string {
    const { year, month, day } = dayParts(dayOfInstant(instant, this.timeZone));
    return `${day} ${MONTHS[month - 1]} ${year}`;
  }

  /** What rates did at a step, apart from what the customer did. */
  rates({ amount, steps: [step] }: Movement): string {
    const magnitude = this.money(amount < 0n ? -amount : amount);
    const change =
      step!.change === 0n ? 'the customer changed nothing' : `the customer changed it by ${this.money(step!.change)}`;
    return `exchange rates made MRR of subscription ${step!.subscription} ${magnitude} ${amount < 0n ? 'lower' : 'higher'} (${this.money(step!.before)} to ${this.money(step!.after)}; ${change})`;
  }

  step(step: Step): string {
    const replacing = step.causes.filter((cause) => cause.kind === 'replaced' || cause.kind === 'replaced-prorated');
    if (replacing.length === 0) return step.causes.map((cause) => this.cause(cause, step)).join(', ');
    const added = step.causes.filter((cause) => cause.kind === 'added');
    const now = `${this.plans(step.linesAfter)} at ${this.money(step.after)}`;
    const what = step.runningBefore
      ? `${now} replaced ${this.plans(step.linesBefore)} at ${this.money(step.before)}`
      : `${now} started on subscription ${step.subscription}`;
    return `${what}, ${this.places([...replacing, ...added])}`;
  }

  private cause(cause: Cause, step: Step): string {
    const subscription = `subscription ${step.subscription}`;
    switch (cause.kind) {
      case 'added': {
        const sign = cause.line.mrr < 0n ? '' : '+';
        return `${sign}${this.money(cause.line.mrr)} prorated on ${subscription} (${this.money(step.before)} to ${this.money(step.after)}), ${this.places([cause])}`;
      }
      case 'replaced':
      case 'replaced-prorated':
        return this.places([cause]);
      case 'cancelled':
        return `${subscription}, ${this.plans(step.linesBefore)} at ${this.money(step.before)}, was cancelled at ${formatInstant(cause.at)}`;
      case 'cancelled-at-period-end':
        return `${subscription}, cancelled at ${formatInstant(cause.cancelledAt)}, ended with its service period`;
      case 'not-renewed':
        return `${subscription} was not renewed after its service period ended at ${formatInstant(cause.periodEnd)}`;
      case 'refunded':
        return `invoice ${cause.line.line.invoice} was refunded at ${formatInstant(cause.at)}: ${subscription} went from ${this.money(step.before)} to ${this.money(step.after)}`;
      case 'left-currency':
        return `${subscription} continued in ${cause.line.line.currency}, ${this.places([cause])}`;
    }
  }

  private plans(lines: readonly ValuedLine[]): string {
    const names = [...new Set(lines.map((each) => each.line.planName))];
    return `plan ${names.join(' + ')}`;
  }

  private places(causes: readonly Cause[]): string {
    const lines = causes.flatMap((cause) => ('line' in cause ? [cause.line.line] : []));
    return [...Map.groupBy(lines, (line) => line.invoice)]
      .map(([invoice, of]) => {
        const numbers = of.map((line) => line.lineNumber).sort((a, b) => a - b);
        return `invoice ${invoice} ${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}`;
      })
      .join(' and ');
  }
}
