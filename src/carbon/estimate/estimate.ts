/**
 * Estimates: what activities would come to by the factors, decisions and rules in force, without stating anything. A pure function
 * of the matching state, the potentials and the activities; every distinct description is matched once per call.
 */
import { setImmediate } from 'node:timers/promises';
import { Decimal } from '../../kernel/decimal.ts';
import { shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { Factor, GwpSetName } from '../catalogue/types.ts';
import type { Descriptor, Held } from '../decide.ts';
import { type Candidate, finderOf } from '../matching/candidates.ts';
import { holding } from '../matching/refine.ts';
import type { MatchingState } from '../matching/state.ts';
import { expand } from '../methods/expand.ts';
import { flagBits, measure } from '../methods/ledger.ts';
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
  /** Calculation method; its inputs are attributes. */
  method?: string;
  attributes?: Readonly<Record<string, string>>;
  /** Facts that rules may ask for. */
  supplier?: string;
  entity?: string;
  data_quality?: string;
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
    const result = estimateItem(items[i]!, state, options, known, factors, searches);
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

/** An activity as it is stated, or what its method makes of it: then all parts must come to something. */
function estimateItem(
  item: EstimateItem,
  state: MatchingState,
  options: EstimateOptions,
  known: Map<string, Matched>,
  factors: Map<string, Factor>,
  searches: { left: number },
): EstimateResult {
  const { method, unit = '', currency = '', category = '', attributes = {} } = item;
  if (!method) return estimateOne(item, state, options, known, factors, searches);
  const [quantity, amount] = [numberOf(item.quantity), numberOf(item.amount)];
  const wrong = quantity === null ? 'quantity' : amount === null ? 'amount' : undefined;
  if (wrong) return { outcome: 'invalid', field: wrong, reason: `${shown(item[wrong])} is not a decimal of that size` };
  const expansion = expand(method, {
    activity: item.activity,
    quantity: quantity?.toString() ?? null,
    unit,
    amount: amount?.toString() ?? null,
    currency,
    category,
    attributes,
  });
  if ('problem' in expansion) {
    const words = HOLD_WORDS.input_problem!;
    return { outcome: 'held', reason: 'input_problem', words, detail: expansion.problem, candidates: null };
  }
  let total = Decimal.ZERO;
  const lines: EstimateLine[] = [];
  let chosenBy = 'name';
  for (const [i, part] of expansion.parts.entries()) {
    const { method: _method, ...rest } = item;
    const one = { ...rest, activity: part.activity, ...measure(part) };
    const calculation = { name: method.trim().toLowerCase(), part: i, flags: flagBits(part) };
    const result = estimateOne(one, state, options, known, factors, searches, calculation);
    if (result.outcome !== 'estimated') return result;
    total = total.add(Decimal.parse(result.co2e_kg));
    lines.push(...result.lines);
    chosenBy = result.chosen_by;
  }
  return { outcome: 'estimated', co2e_kg: total.toString(), chosen_by: chosenBy, score: null, lines };
}

function estimateOne(
  item: EstimateItem,
  state: MatchingState,
  options: EstimateOptions,
  known: Map<string, Matched>,
  factors: Map<string, Factor>,
  searches: { left: number },
  calculation?: { name: string; part: number; flags: number },
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
  const further = state.choices.further.length === 0 ? undefined : holding(state.choices.further, item);
  const calculated = calculation ? `${calculation.name} ${calculation.part} ${calculation.flags}` : '';
  const facts = further === undefined ? '' : [...further].join();
  const key = [activity, unit, currency, country, region, category, has, year, calculated, facts].join('\u0000');
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
      ...(calculation && {
        calculation: calculation.name,
        part: calculation.part,
        calculationFlags: calculation.flags,
      }),
      ...(further && { holds: further }),
    };
    matched = match(descriptor, year, state, options, factors, searches);
    known.set(key, matched);
  }
  if ('outcome' in matched) return matched;
  const { plan, chosenBy, score, lines } = matched;
  const stated = plan.basis === 'spend' ? amount! : quantity!;
  const used = plan.fx === '' ? stated : converted(stated, plan.fx, item.date, state);
  if (!used) {
    const words = HOLD_WORDS.no_rate!;
    return { outcome: 'held', reason: 'no_rate', words, detail: `${plan.fx}, ${item.date}`, candidates: null };
  }
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

/** The amount at the rate of the day, rounded half-even to the decimals of an amount. */
function converted(amount: Decimal, pair: string, day: string, state: MatchingState): Decimal | undefined {
  const rate = state.rate?.(pair, day);
  return rate && Rational.fromDecimal(amount).mul(rate).toDecimal(QUANTITY_SCALE);
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

const years = new Map<string, number | undefined>();
/** Days whose years are kept: a call has many items of few days. */
const YEARS_MAX = 10_000;

function yearOf(date: string): number | undefined {
  if (years.has(date)) return years.get(date);
  const year = readYear(date);
  if (years.size >= YEARS_MAX) years.clear();
  years.set(date, year);
  return year;
}

function readYear(date: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
    ? year
    : undefined;
}
