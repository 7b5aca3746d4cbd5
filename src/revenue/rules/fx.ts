/**
 * MRR in one account currency, with rates handed in (section 3 of the specification). Every line is converted once, at the rate of its
 * start; what rates do between lines is told apart from what the customer did, so that end = start + movements + fx.
 */
import { dayOfInstant, type Instant } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { customerMovements } from './customers.ts';
import { compareBytes, roundHalfAway } from './exact.ts';
import { keyOf } from './lines.ts';
import type { RevenueSettings } from './settings.ts';
import type { Movement, Step, ValuedLine } from './types.ts';

/** Account currency units per unit of `from` on a day, or on the latest earlier day with a rate; null when there is none. */
export type Rate = (from: string, to: string, day: string) => Rational | null;

export interface Conversion {
  currency: string;
  rate: Rate;
}

/** What exchange rates did to a subscription's MRR at one instant, in cents of the account currency. */
export interface FxImpact {
  source: string;
  customer: string;
  subscription: string;
  instant: Instant;
  amount: bigint;
}

export interface ConvertedBook {
  movements: Movement[];
  fx: FxImpact[];
  /** Lines for which no rate is known: they stay out, never at 1.0 in silence (W34). */
  unconverted: ValuedLine[];
}

/** Converts the steps of the statements per currency into one history per subscription and the movements of every customer. */
export function convertedBook(
  steps: readonly Step[],
  conversion: Conversion,
  settings: RevenueSettings,
): ConvertedBook {
  const unconverted = new Map<number, ValuedLine>();
  const bySubscription = Map.groupBy(steps, (step) => keyOf(step.source, step.customer, step.subscription));
  const converted = [...bySubscription.values()].flatMap((of) => convertedSteps(of, conversion, unconverted));
  const movements = [...Map.groupBy(converted, (step) => keyOf(step.source, step.customer)).values()]
    .flatMap((ofCustomer) => customerMovements(ofCustomer, settings))
    .sort(
      (a, b) =>
        compareBytes(a.source, b.source) ||
        compareBytes(a.customer, b.customer) ||
        a.instant - b.instant ||
        a.order - b.order,
    );
  const fx = converted
    .filter((step) => step.fx !== 0n)
    .map(({ source, customer, subscription, instant, fx }) => ({
      source,
      customer,
      subscription,
      instant,
      amount: fx,
    }));
  return { movements, fx, unconverted: [...unconverted.values()] };
}

/** What runs of one subscription in one currency. */
interface Running {
  /** Cents of that currency, shown (R9). */
  native: bigint;
  lines: ValuedLine[];
  running: boolean;
}

function convertedSteps(steps: readonly Step[], conversion: Conversion, unconverted: Map<number, ValuedLine>): Step[] {
  const state = new Map<string, Running>();
  const result: Step[] = [];
  const byInstant = [...Map.groupBy(steps, (step) => step.instant)].sort(([a], [b]) => a - b);
  for (const [instant, atInstant] of byInstant) {
    const before = new Map(state);
    for (const step of atInstant) {
      state.set(step.currency, { native: step.after, lines: step.linesAfter, running: step.runningAfter });
    }
    const [was, is] = [convertedValue(before, conversion, unconverted), convertedValue(state, conversion, unconverted)];
    const change = movementPart(before, state, was, is, instant, conversion);
    result.push({
      ...atInstant[0]!,
      currency: conversion.currency,
      before: was,
      after: is,
      trueAfter: is,
      change,
      fx: is - was - change,
      runningBefore: anyRunning(before),
      runningAfter: anyRunning(state),
      linesBefore: linesOf(before),
      linesAfter: linesOf(state),
      causes: atInstant.flatMap((step) => step.causes),
    });
  }
  return result;
}

/**
 * The customer's part: the native difference at today's rate. Where nothing was there before, all of it is the customer's;
 * where no rate is known today, nothing can be laid to rates.
 */
function movementPart(
  before: ReadonlyMap<string, Running>,
  after: ReadonlyMap<string, Running>,
  was: bigint,
  is: bigint,
  instant: Instant,
  conversion: Conversion,
): bigint {
  if (was === 0n) return is;
  let total = Rational.ZERO;
  for (const currency of new Set([...before.keys(), ...after.keys()])) {
    const difference = (after.get(currency)?.native ?? 0n) - (before.get(currency)?.native ?? 0n);
    if (difference === 0n) continue;
    const rate = rateOn(currency, instant, conversion);
    if (!rate) return is - was;
    total = total.add(new Rational(difference).mul(rate));
  }
  return roundHalfAway(total);
}

/** MRR in the account currency: every line at the rate of its own start, rounded once; below 0 counts as 0. */
function convertedValue(
  state: ReadonlyMap<string, Running>,
  conversion: Conversion,
  unconverted: Map<number, ValuedLine>,
): bigint {
  let total = 0n;
  for (const line of linesOf(state)) {
    const rate = rateOn(line.line.currency, line.start, conversion);
    if (rate) total += roundHalfAway(line.exact.mul(rate));
    else unconverted.set(line.line.position, line);
  }
  return total > 0n ? total : 0n;
}

function rateOn(currency: string, instant: Instant, { currency: to, rate }: Conversion): Rational | null {
  return currency === to ? Rational.ONE : rate(currency, to, dayOfInstant(instant));
}

function linesOf(state: ReadonlyMap<string, Running>): ValuedLine[] {
  return [...state.values()].flatMap((running) => running.lines);
}

function anyRunning(state: ReadonlyMap<string, Running>): boolean {
  return [...state.values()].some((running) => running.running);
}
