/** What decisions would add to the total, worked out of the sums that are held or posted: nothing is stated for it. */
import { Decimal } from '../../kernel/decimal.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import type { Decision } from '../decide.ts';
import { inRange, type Plan, planOf, times } from '../estimate/plan.ts';
import { HOLD_WORDS } from '../tables.ts';
import { convertedByDay, type DaySum } from './byDay.ts';
import type { MatchingState } from './state.ts';

/** What a choice adds to scopes 1 to 3. */
export interface Effect {
  /** kg CO2e; of the years for which the choice gives a factor. */
  co2e_kg: string;
  /** Years that would stay held. */
  years_held: number[];
  /** Why they would, for the first of them; empty = none would. */
  held_words: string;
}

export interface Sum {
  year: number;
  /** Empty = there is none. */
  quantity: string;
  amount: string;
  /** The amount by day, where it is needed. */
  days?: DaySum[] | undefined;
}

/** What decisions would add for the sums of their years. */
export function effectOf(
  taken: readonly Decision[],
  sums: readonly Sum[],
  state: MatchingState,
  gwp: GwpSetName,
): Effect {
  let kg = Decimal.ZERO;
  const held: Array<{ year: number; decision: Decision }> = [];
  for (const [i, sum] of sums.entries()) {
    const decision = taken[i]!;
    const added = contribution(decision, sum, gwp, state.rate);
    if (added) kg = kg.add(added);
    else held.push({ year: sum.year, decision });
  }
  held.sort((a, b) => a.year - b.year);
  return {
    co2e_kg: kg.toString(),
    years_held: held.map(({ year }) => year),
    held_words: held.length === 0 ? '' : whyHeld(held[0]!.decision),
  };
}

/** In words, why a sum comes to nothing under a decision. */
export function whyHeld(decision: Decision): string {
  if ('held' in decision) return `${HOLD_WORDS[decision.held] ?? decision.held}: ${decision.detail}`;
  const pair = pairOf(decision);
  return pair === '' ? HOLD_WORDS.out_of_range! : `${HOLD_WORDS.no_rate}: ${pair.replace('>', ' to ')}`;
}

/** `EUR>USD` where amounts are converted day by day. */
export const pairOf = (decision: Decision): string => ('held' in decision ? '' : decision.lines[0]!.fx);

/** kg CO2e in the scopes; undefined when the activities are held, null when the sum that it takes is not known. */
export function contribution(
  decision: Decision,
  sum: Sum,
  gwp: GwpSetName,
  rate: MatchingState['rate'],
): Decimal | undefined {
  return 'held' in decision ? undefined : addedBy(planOf(decision, gwp), sum, rate);
}

/** What a plan needs to say of what a sum comes to. */
export type Weight = Pick<Plan, 'basis' | 'fx' | 'total' | 'reach'>;

/** As {@link contribution}, of a plan that is known. */
export function addedBy(weight: Weight, sum: Sum, rate: MatchingState['rate']): Decimal | undefined {
  const used = usedOf(weight, sum, rate);
  return used && inRange(weight, used) ? times(used, weight.total) : undefined;
}

/** What a plan multiplies; undefined when a day has no rate. */
export function usedOf(
  { basis, fx }: Weight,
  { quantity, amount, days }: Sum,
  rate: MatchingState['rate'],
): Decimal | undefined {
  if (fx !== '') return days && convertedByDay(days, fx, rate);
  const used = basis === 'spend' ? amount : quantity;
  return used === '' ? undefined : Decimal.parse(used);
}
