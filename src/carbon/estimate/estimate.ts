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
import { holding } from '../matching/refine.ts';
import { atRateOf, type MatchingState } from '../matching/state.ts';
import { expand } from '../methods/expand.ts';
import { flagBits, measure } from '../methods/ledger.ts';
import { FLAG_NAMES, FLAGS, type Flag, HOLD_WORDS, QUANTITY_SCALE } from '../tables.ts';
import { type Asked, type KeptPlans, keptPlans } from './kept.ts';
import { inRange, type Plan, planOf, times } from './plan.ts';

/** Calculations of one call. */
export const ESTIMATES_MAX = 100_000;
/** Distinct descriptions of one call for which candidates are looked for: all of them. A search takes some 0.3 ms. */
export const SEARCHES_MAX = ESTIMATES_MAX;
/** Digits before the point of a quantity, as the stream takes them. */
const WHOLE_DIGITS_MAX = 26;
/** Others get their turn after so much work, in calculations of what is known: about 20 ms. */
const TURN_WORK = 2_000;
const MATCH_WORK = 20;
const SEARCH_WORK = 100;

export interface EstimateItem {
  /** Name of the activity, or id of a factor. */
  activity?: string;
  /** Id of the factor to use, instead. */
  factor?: string;
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

/** A plan with what of its lines does not depend on the quantity. */
export interface Planned {
  plan: Plan;
  chosenBy: string;
  score: string | null;
  lines: readonly LineHead[];
  factors: readonly Factor[];
  /** The call that has named the factors last. */
  named: object | undefined;
  /** Kept by `text.ts`: the result as JSON without its numbers. */
  text?: readonly string[];
}
export type LineHead = Omit<EstimateLine, 'co2e_kg' | 'gases_kg'>;
type NotEstimated = Exclude<EstimateResult, { outcome: 'estimated' }>;

/** What an item comes to: a plan and the number that it is multiplied with. */
export interface Evaluated {
  planned: Planned;
  used: Decimal;
}

/** One call of the estimates: what it has matched already. */
export interface Call {
  state: MatchingState;
  options: EstimateOptions;
  known: Map<string, Planned | NotEstimated>;
  plans: KeptPlans;
  factors: Map<string, Factor>;
  searchesLeft: number;
  matched: number;
}

export function beginCall(state: MatchingState, options: EstimateOptions): Call {
  return {
    state,
    options,
    known: new Map(),
    plans: keptPlans(state.index, state.choices, options.gwp),
    factors: new Map(),
    searchesLeft: SEARCHES_MAX,
    matched: 0,
  };
}

/** Lets others have their turn after so much work; `true` once they had it. */
export class Turns {
  #last = 0;
  async after(items: number, call: Call): Promise<void> {
    const work = items + MATCH_WORK * call.matched + SEARCH_WORK * (SEARCHES_MAX - call.searchesLeft);
    if (work - this.#last <= TURN_WORK) return;
    await setImmediate();
    this.#last = work;
  }
}

/** Calculates all items, in their order. */
export async function estimate(
  items: readonly EstimateItem[],
  state: MatchingState,
  options: EstimateOptions,
): Promise<Estimates> {
  const results: EstimateResult[] = new Array(items.length);
  const counts = { estimated: 0, held: 0, invalid: 0 };
  const call = beginCall(state, options);
  const turns = new Turns();
  for (let i = 0; i < items.length; i += 1) {
    const result = estimateItem(items[i]!, call);
    counts[result.outcome] += 1;
    results[i] = result;
    await turns.after(i, call);
  }
  return { results, factors: call.factors, counts };
}

/** An activity as it is stated, or what its method makes of it: then all parts must come to something. */
export function estimateItem(item: EstimateItem, call: Call): EstimateResult {
  const { method, unit = '', currency = '', category = '', attributes = {} } = item;
  if (!method) return resultOf(evaluate(item, call));
  const [quantity, amount] = [numberOf(item.quantity), numberOf(item.amount)];
  const wrong = quantity === null ? 'quantity' : amount === null ? 'amount' : undefined;
  if (wrong) return { outcome: 'invalid', field: wrong, reason: `${shown(item[wrong])} is not a decimal of that size` };
  const expansion = expand(method, {
    activity: item.factor ?? item.activity ?? '',
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
    const { method: _method, factor: _factor, ...rest } = item;
    const one = { ...rest, activity: part.activity, ...measure(part) };
    const calculation = { name: method.trim().toLowerCase(), part: i, flags: flagBits(part) };
    const result = resultOf(evaluate(one, call, calculation));
    if (result.outcome !== 'estimated') return result;
    total = total.add(Decimal.parse(result.co2e_kg));
    lines.push(...result.lines);
    chosenBy = result.chosen_by;
  }
  return { outcome: 'estimated', co2e_kg: total.toString(), chosen_by: chosenBy, score: null, lines };
}

/** Matches an item that has no method, or one part of what a method made. */
export function evaluate(
  item: EstimateItem,
  call: Call,
  calculation?: { name: string; part: number; flags: number },
): Evaluated | NotEstimated {
  const { state } = call;
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
  const { unit = '', currency = '', country = '', region = '', category = '' } = item;
  // A factor that is named by its id is the activity: that is how a line pins it.
  const activity = item.factor ?? item.activity ?? '';
  const has = quantity ? (amount ? 'qa' : 'q') : 'a';
  const further = state.choices.further.length === 0 ? undefined : holding(state.choices.further, item);
  const plain = !calculation && (further === undefined || further.size === 0);
  const asked: Asked = { activity, unit, currency, country, region, category, has, year };
  let matched: Planned | NotEstimated | undefined = plain ? call.plans.recent(asked) : undefined;
  if (!matched) {
    let key = `${activity}\0${unit}\0${currency}\0${country}\0${region}\0${category}\0${has}\0${year}`;
    if (calculation) key += `\0${calculation.name} ${calculation.part} ${calculation.flags}`;
    if (further !== undefined && further.size > 0) key += `\0\0${[...further].join()}`;
    matched = call.plans.get(key) ?? call.known.get(key);
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
      matched = match(descriptor, year, call, key);
      call.matched += 1;
    }
    if (plain && call.plans.get(key) === matched) call.plans.setRecent(asked, matched as Planned);
  }
  if ('outcome' in matched) return matched;
  if (matched.named !== call) {
    matched.named = call;
    for (const factor of matched.factors) call.factors.set(factor.id, factor);
  }
  const { plan } = matched;
  const stated = plan.basis === 'spend' ? amount! : quantity!;
  const used = plan.fx === '' ? stated : atRateOf(stated, plan.fx, item.date, state.rate);
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
  return { planned: matched, used };
}

function resultOf(evaluated: Evaluated | NotEstimated): EstimateResult {
  if ('outcome' in evaluated) return evaluated;
  const { planned, used } = evaluated;
  let total = Decimal.ZERO;
  const lines = planned.plan.lines.map(({ line, gases, co2e }, i): EstimateLine => {
    const masses: Record<string, string> = {};
    for (const [gas, coefficient] of gases) masses[gas] = times(used, coefficient).toString();
    const kg = times(used, co2e);
    // Added up as they are shown, so that lines foot to the total.
    if (line.scope !== 0) total = total.add(kg);
    const { factor, scope, category, method, basis, other_gas, flags } = planned.lines[i]!;
    return { factor, scope, category, method, basis, co2e_kg: kg.toString(), gases_kg: masses, other_gas, flags };
  });
  const { chosenBy, score } = planned;
  return { outcome: 'estimated', co2e_kg: total.toString(), chosen_by: chosenBy, score, lines };
}

function match(descriptor: Descriptor, year: number, call: Call, key: string): Planned | NotEstimated {
  const { state, options, plans, known } = call;
  const decision = state.decide(descriptor, year);
  if ('lines' in decision) {
    const planned = prepared(planOf(decision, options.gwp), decision.chosenBy ?? 'name', null);
    plans.set(key, planned);
    return planned;
  }
  const mayBeText = decision.chosenBy === undefined && decision.held === 'unknown_activity';
  const wanted = Math.max(options.candidates, mayBeText && options.threshold !== undefined ? 1 : 0);
  let candidates: Candidate[] | null = null;
  if (wanted > 0 && call.searchesLeft > 0) {
    call.searchesLeft -= 1;
    candidates = finderOf(state.index).find(descriptor, year, wanted);
    const [best] = candidates;
    if (mayBeText && best && options.threshold !== undefined && best.score >= options.threshold) {
      const used = state.decide({ ...descriptor, activity: best.factor.id }, year);
      if ('lines' in used) {
        // Depends on the threshold that this call has named.
        const planned = prepared(planOf(used, options.gwp), 'text', String(best.score));
        known.set(key, planned);
        return planned;
      }
    }
  }
  const held = heldResult(decision, candidates?.slice(0, options.candidates) ?? null, call.factors);
  known.set(key, held);
  return held;
}

function prepared(plan: Plan, chosenBy: string, score: string | null): Planned {
  const lines = plan.lines.map(
    ({ line, withoutPotential }): LineHead => ({
      factor: line.factor.id,
      scope: line.scope === 0 ? 'outside' : String(line.scope),
      category: line.category === 0 ? null : line.category,
      method: line.method,
      basis: line.basis,
      other_gas: line.factor.gases.other_gas || null,
      flags: [...flagsOf(line.flags), ...(withoutPotential ? ['without_potential'] : [])],
    }),
  );
  return { plan, chosenBy, score, lines, factors: plan.lines.map(({ line }) => line.factor), named: undefined };
}

function heldResult(held: Held, candidates: Candidate[] | null, factors: Map<string, Factor>): NotEstimated {
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
  const decimal = plainNumber(value) ?? Decimal.tryParse(String(value));
  if (!decimal || decimal.scale > QUANTITY_SCALE) return null;
  return decimal.mantissa.toString().replace('-', '').length - decimal.scale > WHOLE_DIGITS_MAX ? null : decimal;
}

/** Digits that a machine integer holds whatever they are. */
const PLAIN_DIGITS_MAX = 15;
const [ZERO_CODE, NINE_CODE, POINT_CODE] = [48, 57, 46];

/** Most quantities are few digits with or without a point: read several times faster than by the general rule. */
function plainNumber(value: string | number): Decimal | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? new Decimal(BigInt(value), 0) : undefined;
  if (value.length > PLAIN_DIGITS_MAX || value === '.') return undefined;
  let mantissa = 0;
  let point = -1;
  for (let i = 0; i < value.length; i += 1) {
    const character = value.charCodeAt(i);
    if (character >= ZERO_CODE && character <= NINE_CODE) mantissa = mantissa * 10 + (character - ZERO_CODE);
    else if (character === POINT_CODE && point === -1) point = i;
    else return undefined;
  }
  return new Decimal(BigInt(mantissa), point === -1 ? 0 : value.length - point - 1);
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
