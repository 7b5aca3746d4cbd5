/**
 * Estimates: what activities would come to by the factors, decisions and rules in force, without stating anything. A pure function
 * of the matching state, the potentials and the activities; every distinct description is matched once per call.
 */
import { setImmediate } from 'node:timers/promises';
import { Decimal } from '../../kernel/decimal.ts';
import { shown } from '../../kernel/errors.ts';
import type { Factor, GwpSetName } from '../catalogue/types.ts';
import type { Descriptor, Held } from '../decide.ts';
import { type Candidate, finderOf } from '../matching/candidates.ts';
import type { MatchingState } from '../matching/state.ts';
import { FLAG_NAMES, FLAGS, type Flag, HOLD_WORDS, QUANTITY_SCALE } from '../tables.ts';
import { inRange, type Plan, planOf, times } from './plan.ts';

/** Calculations of one call. */
export const ESTIMATES_MAX = 100_000;
/** Distinct descriptions of one call for which candidates are looked for. */
export const SEARCHES_MAX = 2_000;
/** Digits before the point of a quantity, as the stream takes them. */
const WHOLE_DIGITS_MAX = 26;
/** Others get their turn after so much work, in calculations of what is known: about 20 ms. */
const TURN_WORK = 2_000;
const MATCH_WORK = 20;
const SEARCH_WORK = 100;

export interface EstimateItem {
  /** Name of the activity, or id of a factor. */
  activity: string;
  quantity?: string | number | null;
  unit?: string;
  amount?: string | number | null;
  currency?: string;
  /** Day on which it was done, YYYY-MM-DD: its year decides the factor. */
  date: string;
  country?: string;
  region?: string;
  category?: string;
}

export interface EstimateOptions {
  gwp: GwpSetName;
  /** Candidates that are given for what has no factor. */
  candidates: number;
  /** Score from which the best candidate is used; without it none is. */
  threshold?: number;
}

export interface EstimateLine {
  factor: string;
  scope: string;
  category: number | null;
  method: string;
  basis: 'quantity' | 'spend';
  co2e_kg: string;
  /** Masses of the gases that the line has; CO2e that the source does not split is `co2e_unsplit`. */
  gases_kg: Record<string, string>;
  other_gas: string | null;
  flags: string[];
}

export interface CandidateView {
  family: string;
  factor: string;
  score: string;
  reasons: string[];
}

export type EstimateResult =
  | {
      outcome: 'estimated';
      co2e_kg: string;
      /** `name`, `line`, `text`, or the id of the decision or rule that chose the factor. */
      chosen_by: string;
      score: string | null;
      lines: EstimateLine[];
    }
  | { outcome: 'held'; reason: string; words: string; detail: string; candidates: CandidateView[] | null }
  | { outcome: 'invalid'; field: string; reason: string };

export interface Estimates {
  results: EstimateResult[];
  /** Factors that lines and candidates name. */
  factors: Map<string, Factor>;
  counts: { estimated: number; held: number; invalid: number };
}

type Matched = { plan: Plan; chosenBy: string; score: string | null; lines: LineHead[] } | EstimateResult;
type LineHead = Omit<EstimateLine, 'co2e_kg' | 'gases_kg'>;

/** Calculates all items, in their order. */
export async function estimate(
  items: readonly EstimateItem[],
  state: MatchingState,
  options: EstimateOptions,
): Promise<Estimates> {
  const results: EstimateResult[] = new Array(items.length);
  const factors = new Map<string, Factor>();
  const counts = { estimated: 0, held: 0, invalid: 0 };
  const known = new Map<string, Matched>();
  const searches = { left: SEARCHES_MAX };
  let turn = 0;
  for (let i = 0; i < items.length; i += 1) {
    const result = estimateOne(items[i]!, state, options, known, factors, searches);
    counts[result.outcome] += 1;
    results[i] = result;
    const work = i + MATCH_WORK * known.size + SEARCH_WORK * (SEARCHES_MAX - searches.left);
    if (work - turn > TURN_WORK) {
      await setImmediate();
      turn = work;
    }
  }
  return { results, factors, counts };
}

function estimateOne(
  item: EstimateItem,
  state: MatchingState,
  options: EstimateOptions,
  known: Map<string, Matched>,
  factors: Map<string, Factor>,
  searches: { left: number },
): EstimateResult {
  const year = yearOf(item.date);
  if (year === undefined) return { outcome: 'invalid', field: 'date', reason: `${shown(item.date)} is not a day` };
  const quantity = numberOf(item.quantity);
  if (quantity === null)
    return { outcome: 'invalid', field: 'quantity', reason: `${shown(item.quantity)} is not a decimal of that size` };
  const amount = numberOf(item.amount);
  if (amount === null)
    return { outcome: 'invalid', field: 'amount', reason: `${shown(item.amount)} is not a decimal of that size` };
  if (!quantity && !amount)
    return { outcome: 'invalid', field: 'quantity', reason: 'neither a quantity nor an amount is given' };
  const { activity, unit = '', currency = '', country = '', region = '', category = '' } = item;
  const has = `${quantity ? 'q' : ''}${amount ? 'a' : ''}`;
  const key = [activity, unit, currency, country, region, category, has, year].join('\u0000');
  let matched = known.get(key);
  if (!matched) {
    const descriptor: Descriptor = {
      activity,
      unit,
      currency: currency.trim().toUpperCase(),
      country: country.trim().toUpperCase(),
      region,
      category,
      hasQuantity: quantity !== undefined,
      hasAmount: amount !== undefined,
    };
    matched = match(descriptor, year, state, options, factors, searches);
    known.set(key, matched);
  }
  if ('outcome' in matched) return matched;
  const { plan, chosenBy, score, lines } = matched;
  const used = plan.basis === 'spend' ? amount! : quantity!;
  if (!inRange(plan, used)) {
    return {
      outcome: 'held',
      reason: 'out_of_range',
      words: HOLD_WORDS.out_of_range!,
      detail: used.toString(),
      candidates: null,
    };
  }
  let total = Decimal.ZERO;
  const made = plan.lines.map(({ line, gases, co2e }, i): EstimateLine => {
    const masses: Record<string, string> = {};
    for (const [gas, coefficient] of gases) masses[gas] = times(used, coefficient).toString();
    const kg = times(used, co2e);
    // Added up as they are shown, so that lines foot to the total.
    if (line.scope !== 0) total = total.add(kg);
    const { factor, scope, category: number, method, basis, other_gas, flags } = lines[i]!;
    return {
      factor,
      scope,
      category: number,
      method,
      basis,
      co2e_kg: kg.toString(),
      gases_kg: masses,
      other_gas,
      flags,
    };
  });
  return { outcome: 'estimated', co2e_kg: total.toString(), chosen_by: chosenBy, score, lines: made };
}

function match(
  descriptor: Descriptor,
  year: number,
  state: MatchingState,
  options: EstimateOptions,
  factors: Map<string, Factor>,
  searches: { left: number },
): Matched {
  const decision = state.decide(descriptor, year);
  if ('lines' in decision) {
    return prepared(planOf(decision, options.gwp), decision.chosenBy ?? 'name', null, factors);
  }
  const mayBeText = decision.chosenBy === undefined && decision.held === 'unknown_activity';
  const wanted = Math.max(options.candidates, mayBeText && options.threshold !== undefined ? 1 : 0);
  let candidates: Candidate[] | null = null;
  if (wanted > 0 && searches.left > 0) {
    searches.left -= 1;
    candidates = finderOf(state.index).find(descriptor, year, wanted);
    const [best] = candidates;
    if (mayBeText && best && options.threshold !== undefined && best.score >= options.threshold) {
      const used = state.decide({ ...descriptor, activity: best.factor.id }, year);
      if ('lines' in used) return prepared(planOf(used, options.gwp), 'text', String(best.score), factors);
    }
  }
  return heldResult(decision, candidates?.slice(0, options.candidates) ?? null, factors);
}

function prepared(plan: Plan, chosenBy: string, score: string | null, factors: Map<string, Factor>): Matched {
  const lines = plan.lines.map(({ line, withoutPotential }): LineHead => {
    factors.set(line.factor.id, line.factor);
    return {
      factor: line.factor.id,
      scope: line.scope === 0 ? 'outside' : String(line.scope),
      category: line.category === 0 ? null : line.category,
      method: line.method,
      basis: line.basis,
      other_gas: line.factor.gases.other_gas || null,
      flags: [...flagsOf(line.flags), ...(withoutPotential ? ['without_potential'] : [])],
    };
  });
  return { plan, chosenBy, score, lines };
}

function heldResult(held: Held, candidates: Candidate[] | null, factors: Map<string, Factor>): EstimateResult {
  for (const { factor } of candidates ?? []) factors.set(factor.id, factor);
  return {
    outcome: 'held',
    reason: held.held,
    words: HOLD_WORDS[held.held] ?? held.held,
    detail: held.detail,
    candidates: candidates?.map(candidateView) ?? null,
  };
}

export function candidateView({ family, factor, score, reasons }: Candidate): CandidateView {
  return { family, factor: factor.id, score: String(score), reasons };
}

function flagsOf(flags: number): Flag[] {
  return FLAG_NAMES.filter((flag) => (flags & FLAGS[flag]) !== 0);
}

/** undefined = none is given, null = not a decimal that the books take. */
function numberOf(value: string | number | null | undefined): Decimal | null | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const decimal = Decimal.tryParse(String(value));
  if (!decimal || decimal.scale > QUANTITY_SCALE) return null;
  return decimal.mantissa.toString().replace('-', '').length - decimal.scale > WHOLE_DIGITS_MAX ? null : decimal;
}

function yearOf(date: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
    ? year
    : undefined;
}
