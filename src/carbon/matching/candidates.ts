/**
 * Candidates for an activity that no factor, rule or decision is found for: families of factors whose names come close to its
 * text, that its unit converts to, and that are meant for its place and year. Scored 0 to 1, with the reasons in words. Nothing is
 * used because of a score: a person decides.
 */
import { CURRENCIES } from '../../kernel/currency.ts';
import { findUnit, type Unit } from '../../kernel/units.ts';
import { indexNames, type NameIndex, searchNames, wordsOf } from '../catalogue/search.ts';
import type { Factor } from '../catalogue/types.ts';
import { type Descriptor, type FactorIndex, type Picked, pick, scopeThreeCategory } from '../decide.ts';
import { FLAG_NAMES, FLAG_WORDS, FLAGS, type Flag } from '../tables.ts';

/** Candidates below this are not shown. */
export const SCORE_MIN = 0.2;
/** Families whose place and year are looked at, per candidate that is asked for. */
const LOOKED_AT = 5;
/** Combinations of unit, place and year whose picks are kept. */
const CONTEXTS_MAX = 200;

/** What a fact that does not quite fit leaves of a score. */
const SHARES: Partial<Record<Flag, number>> = {
  foreign_region: 0.85,
  region_fallback: 0.97,
  part_of_country: 0.97,
  region_assumed: 0.95,
  year_fallback: 0.95,
};
const OTHER_CATEGORY = 0.9;
/** Well-to-tank, losses and biogenic CO2 come along with the factor of the fuel by themselves. */
const COMES_ALONG = 0.7;
const BY_AMOUNT = 0.9;
const UPSTREAM_WORDS = new Set(['wtt', 'upstream', 'loss', 'biogenic', 'outside', 'tank']);

export interface Candidate {
  /** Name of the family: what a decision may name so that place, unit and year decide among its factors. */
  family: string;
  /** The factor of the family that would be used. */
  factor: Factor;
  basis: 'quantity' | 'spend';
  /** 0 to 1, in ten-thousandths. */
  score: number;
  reasons: string[];
}

/** The candidates of one set of factors. */
export interface CandidateFinder {
  names: NameIndex;
  /** The candidates, the best first. The same for the same input, always. */
  find(descriptor: Descriptor, year: number, limit: number): Candidate[];
}

export function candidateFinder(index: FactorIndex): CandidateFinder {
  const names = indexNames(index.byId.values());
  const contexts = new Map<string, Array<Picked | null | undefined>>();

  /** What each family comes to for a unit, place and year; found out when first asked for. */
  function picksFor(unit: Unit, { country, region }: Descriptor, year: number): Array<Picked | null | undefined> {
    const key = JSON.stringify([unit.code, country, region, year]);
    let known = contexts.get(key);
    if (!known) {
      known = new Array(names.families.length).fill(undefined);
      if (contexts.size >= CONTEXTS_MAX) contexts.delete(contexts.keys().next().value!);
      contexts.set(key, known);
    }
    return known;
  }

  return {
    names,
    find(descriptor, year, limit) {
      const found: Scored[] = [];
      const words = wordsOf(descriptor.activity);
      for (const { unit, basis } of unitsOf(descriptor)) {
        const picks = picksFor(unit, descriptor, year);
        const fits = (family: number) => {
          let picked = picks[family];
          if (picked === undefined) {
            const answer = pick(names.families[family]!.factors, descriptor, unit, year, index.policies);
            picked = 'held' in answer ? null : answer;
            picks[family] = picked;
          }
          return picked !== null;
        };
        for (const { family, score: text } of searchNames(names, descriptor.activity, limit * LOOKED_AT, fits)) {
          if (text < SCORE_MIN) break;
          const picked = picks[family]!;
          const score = scored(text, picked, basis, descriptor, words);
          if (score >= SCORE_MIN) found.push({ family, text, picked, score, basis, unit });
        }
      }
      found.sort((a, b) => b.score - a.score || a.family - b.family);
      const seen = new Set<number>();
      const best = found.filter(({ family }) => !seen.has(family) && seen.add(family).size <= limit);
      return best.map((one) => candidateOf(one, names, descriptor, words, year));
    },
  };
}

interface Scored {
  family: number;
  text: number;
  picked: Picked;
  score: number;
  basis: Candidate['basis'];
  unit: Unit;
}

const finders = new WeakMap<FactorIndex, CandidateFinder>();

/** The finder of a set of factors, made once. */
export function finderOf(index: FactorIndex): CandidateFinder {
  let finder = finders.get(index);
  if (!finder) {
    finder = candidateFinder(index);
    finders.set(index, finder);
  }
  return finder;
}

function unitsOf(descriptor: Descriptor): Array<{ unit: Unit; basis: Candidate['basis'] }> {
  const units: Array<{ unit: Unit; basis: Candidate['basis'] }> = [];
  const quantity = descriptor.hasQuantity ? findUnit(descriptor.unit) : undefined;
  // A quantity in a unit that means nothing is not passed over for the amount: the unit must be put right.
  if (quantity && 'problem' in quantity) return [];
  if (quantity) units.push({ unit: quantity.unit, basis: 'quantity' });
  if (descriptor.hasAmount && CURRENCIES.has(descriptor.currency)) {
    const amount = findUnit(descriptor.currency);
    if ('unit' in amount) units.push({ unit: amount.unit, basis: 'spend' });
  }
  return units;
}

/** The closeness of the text, less what does not quite fit. */
function scored(
  text: number,
  { factor, flags }: Picked,
  basis: Candidate['basis'],
  descriptor: Descriptor,
  words: readonly string[],
): number {
  let score = text;
  for (const [flag, share] of Object.entries(SHARES)) if ((flags & FLAGS[flag as Flag]) !== 0) score *= share;
  if (categoryFit(descriptor, factor) === false) score *= OTHER_CATEGORY;
  if (comesAlong(factor, words)) score *= COMES_ALONG;
  if (basis === 'spend') score *= BY_AMOUNT;
  return Math.round(score * 10_000) / 10_000;
}

/** Whether the factor may be used in the scope-3 category that is stated; undefined when none is. */
function categoryFit(descriptor: Descriptor, factor: Factor): boolean | undefined {
  const stated = scopeThreeCategory(descriptor.category);
  return stated === undefined ? undefined : factor.category === stated || factor.alsoCategories.includes(stated);
}

function comesAlong(factor: Factor, words: readonly string[]): boolean {
  return factor.accompanies !== '' && !words.some((word) => UPSTREAM_WORDS.has(word));
}

function candidateOf(
  { family, text, picked, score, basis, unit }: Scored,
  names: NameIndex,
  descriptor: Descriptor,
  words: readonly string[],
  year: number,
): Candidate {
  const { factor, flags } = picked;
  const { name, aliases } = names.families[family]!;
  const theirs = new Set([name, ...aliases].flatMap(wordsOf));
  const common = [...new Set(words)].filter((word) => theirs.has(word));
  const fit = categoryFit(descriptor, factor);
  const stated = scopeThreeCategory(descriptor.category);
  const reasons = [
    text === 1
      ? 'the very name'
      : common.length > 0
        ? `words in common: ${common.join(', ')}`
        : 'similar spelling or meaning',
    unit.code === factor.unit.code ? `unit ${unit.code}` : `${unit.code} converts to ${factor.unit.code}`,
    ...(flags === 0 ? [`for ${factor.region === 'GLO' ? 'the world' : factor.region}, valid in ${year}`] : []),
    ...FLAG_NAMES.filter((flag) => (flags & FLAGS[flag]) !== 0).map((flag) => FLAG_WORDS[flag]),
    ...(fit === undefined ? [] : [fit ? `allowed in category ${stated}` : `not meant for category ${stated}`]),
    ...(comesAlong(factor, words) ? [`comes along with ${factor.accompanies} by itself`] : []),
    ...(basis === 'spend' ? ['by the amount spent'] : []),
  ];
  return { family: name, factor, basis, score, reasons };
}
