/**
 * The part of a methodology that decides on factors: which year's factor may stand in for another's, which place's for another's,
 * and how what is left open is read. The defaults are `default@1`.
 */

/**
 * Which factor is taken when none is valid in the activity's year:
 * - `nearest`: the nearest year; of two equally near the earlier.
 * - `latest_not_later`: the latest that is not later than the activity.
 * - `exact`: none; the activity is held.
 * - `publication_year`: the publication of the activity's year, whatever years its data are of; else the latest earlier one.
 */
export const TIME_POLICIES = ['nearest', 'latest_not_later', 'exact', 'publication_year'] as const;
export type TimePolicy = (typeof TIME_POLICIES)[number];

export interface GeographyPolicy {
  /** A factor for the whole world may stand in for a country that has none. */
  world: boolean;
  /** A factor of another country may, for what does not hang on a national grid. */
  otherCountries: boolean;
  /** Without a country, the only region that has such a factor is taken. */
  assumeOnly: boolean;
}

/** What a methodology says about deciding, as `decide` reads it. */
export interface DecisionPolicies {
  time: TimePolicy;
  /** A factor more years away than this is not used. */
  gapYearsMax: number;
  geography: GeographyPolicy;
  /** Air travel: take the factor as it is named, or always the one with, or without, radiative forcing. */
  radiativeForcing: 'as_stated' | 'included' | 'excluded';
  /** Meaning of ambiguous names of units: name -> unit. */
  units: Record<string, string>;
  /** Score from which a similar text is used without a decision; null = never. */
  threshold: string | null;
  /** Rate at which spend is converted into the currency of the factor. */
  fx: 'transaction_date' | 'year_average';
  /** Whether spend is brought to the price year of the factor. */
  deflate: boolean;
}

/** A factor more years away from the activity than this is not used, unless the methodology says otherwise. */
export const GAP_YEARS_MAX = 5;

export const DEFAULT_POLICIES: DecisionPolicies = {
  time: 'nearest',
  gapYearsMax: GAP_YEARS_MAX,
  geography: { world: true, otherCountries: true, assumeOnly: true },
  radiativeForcing: 'as_stated',
  units: {},
  threshold: null,
  fx: 'transaction_date',
  deflate: true,
};

/** True when a factor so many years away (negative: older) may be used. */
export function gapAllowed(
  gap: number,
  { time, gapYearsMax }: Pick<DecisionPolicies, 'time' | 'gapYearsMax'>,
): boolean {
  if (Math.abs(gap) > gapYearsMax) return false;
  if (time === 'exact') return gap === 0;
  return time === 'nearest' || gap <= 0;
}
