/** Finding factors: by text, ranked, and by what they are for. */

import { Rational } from '../../kernel/rational.ts';
import { convert, parseUnit } from '../../kernel/units.ts';
import { gwpSet } from '../catalogue/gwp.ts';
import { searchNames } from '../catalogue/search.ts';
import type { Factor, GwpSetName } from '../catalogue/types.ts';
import { weighted } from '../coefficients.ts';
import type { FactorIndex } from '../decide.ts';
import { GASES, type Gas } from '../tables.ts';
import { finderOf } from './candidates.ts';

/** Families that a text may find. */
const FAMILIES_MAX = 1_000;
/** Names less close than this are not shown. */
const SCORE_MIN = 0.1;

export interface FactorQuery {
  q?: string;
  scope?: string;
  /** Scope-3 category, its own or one that it is allowed in. */
  category?: number;
  region?: string;
  /** Unit that converts to that of the factor. */
  unit?: string;
  release?: string;
}

export interface FoundFactor {
  factor: Factor;
  /** 0 to 1; null without a text. */
  score: number | null;
}

/**
 * The factors in force that fit, the closest to the text first, else by id.
 * @throws FootingError `invalid` for a unit that is not known.
 */
export function findFactors(index: FactorIndex, query: FactorQuery): FoundFactor[] {
  const unit = query.unit === undefined ? undefined : parseUnit(query.unit);
  const fits = (factor: Factor) =>
    (query.scope === undefined || factor.scope === query.scope) &&
    (query.category === undefined ||
      factor.category === query.category ||
      factor.alsoCategories.includes(query.category)) &&
    (query.region === undefined || factor.region === query.region.trim().toUpperCase()) &&
    (query.release === undefined || factor.release === query.release) &&
    (unit === undefined || 'ratio' in convert(unit, factor.unit));
  const byId = (a: Factor, b: Factor) => (a.id < b.id ? -1 : 1);
  if (query.q === undefined || query.q.trim() === '') {
    const all = [...index.byId.values()].filter(fits).sort(byId);
    return all.map((factor) => ({ factor, score: null }));
  }
  const pinned = index.byId.get(query.q.trim());
  if (pinned && fits(pinned)) return [{ factor: pinned, score: 1 }];
  const { names } = finderOf(index);
  const hits = searchNames(names, query.q, FAMILIES_MAX, (family) => names.families[family]!.factors.some(fits));
  return hits
    .filter(({ score }) => score >= SCORE_MIN)
    .flatMap(({ family, score }) =>
      [...names.families[family]!.factors]
        .filter(fits)
        .sort(byId)
        .map((factor) => ({ factor, score: Math.round(score * 10_000) / 10_000 })),
    );
}

/** kg CO2e per unit under a set; null where the set has no potential for a gas of the factor. */
export function factorCo2eUnder(factor: Factor, name: GwpSetName): string | null {
  if (factor.gwpSource === name && factor.co2eSource !== null) return factor.co2eSource;
  const set = gwpSet(name);
  const masses = Object.fromEntries(GASES.map((gas) => [gas, Rational.parse(factor.gases[gas])])) as Record<
    Gas,
    Rational
  >;
  const { other_gas: gas } = factor.gases;
  if (!masses.other_kg.isZero() && !set.of(gas)) return null;
  return weighted(masses, gas, set).toString();
}
