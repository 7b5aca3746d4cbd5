/**
 * Where uncertainty comes from when nobody states it: the pedigree matrix (Weidema and others), contributions to GSD squared by
 * indicator and score, and basic uncertainties by kind of source. What a score is taken from is said by each function.
 */
import type { Factor } from '../catalogue/types.ts';
import { FLAGS } from '../tables.ts';

export const PEDIGREE = {
  reliability: [1.0, 1.05, 1.1, 1.2, 1.5],
  completeness: [1.0, 1.02, 1.05, 1.1, 1.2],
  temporal: [1.0, 1.03, 1.1, 1.2, 1.5],
  geographic: [1.0, 1.01, 1.02, 1.02, 1.1],
  technological: [1.0, 1.0, 1.2, 1.5, 2.0],
} as const;
export type Indicator = keyof typeof PEDIGREE;

/** Contribution of an indicator at a score of 1 (very good) to 5 (poor). */
export const contribution = (indicator: Indicator, score: number): number => PEDIGREE[indicator][score - 1]!;

/** By the years between the data of the factor and the activity: under 3, 6, 10, 15 years, else 5. */
export function temporalScore(years: number): number {
  const gap = Math.abs(years);
  return gap < 3 ? 1 : gap < 6 ? 2 : gap < 10 ? 3 : gap < 15 ? 4 : 5;
}

/** By how far the place of the factor is from that of the activity, as the line is flagged. */
export function geographicScore(flags: number): number {
  if ((flags & FLAGS.foreign_region) !== 0) return 5;
  if ((flags & (FLAGS.region_fallback | FLAGS.part_of_country)) !== 0) return 3;
  return (flags & FLAGS.region_assumed) !== 0 ? 2 : 1;
}

/** By how closely the factor is about the very thing: combustion, generation and transport 1, products on average 3, spend 4. */
export function technologicalScore(factor: Factor | undefined, basis: string): number {
  if (basis === 'spend') return 4;
  switch (factor?.lifeCycleStage) {
    case 'combustion':
    case 'fugitive':
    case 'generation':
    case 'generation-life-cycle':
    case 'transmission':
    case 'transport':
      return 1;
    default:
      return 3;
  }
}

/** Words in the column `data_quality` that stand for a score of reliability. */
const QUALITY_WORDS: ReadonlyArray<[words: RegExp, score: number]> = [
  [/^(verified|audited)/, 1],
  [/^(measured|metered|actual|invoice)/, 2],
  [/^(calculated|derived|partly)/, 3],
  [/^(estimated|extrapolated|proxy)/, 4],
  [/^(assumed|guess)/, 5],
];

/** Score 1 to 5 of what an activity says of its quality; null when it says nothing that is known. */
export function qualityScore(dataQuality: string): number | null {
  const text = dataQuality.trim().toLowerCase();
  if (/^[1-5]$/.test(text)) return Number(text);
  return QUALITY_WORDS.find(([words]) => words.test(text))?.[1] ?? null;
}

/** Reliability where nothing is said of the quality. */
export const UNSAID_QUALITY = 5;

/** Basic uncertainty of a factor by what it is of: services of freight 2.00, methane and nitrous oxide alone that escape 1.50, everything else 1.05. */
export function basicUncertainty(factor: Factor | undefined): number {
  if (factor?.lifeCycleStage === 'fugitive') {
    const { co2_fossil, co2e_unsplit, other_kg, ch4_fossil, ch4_non_fossil, n2o } = factor.gases;
    const none = (masses: string[]) => masses.every((mass) => Number(mass) === 0);
    if (none([co2_fossil, co2e_unsplit, other_kg]) && !none([ch4_fossil, ch4_non_fossil, n2o])) return 1.5;
  }
  return factor?.lifeCycleStage === 'transport' && /tkm|ton-mile/.test(factor.unit.code) ? 2.0 : 1.05;
}
