/**
 * Factors of the account that answer to one name in one year with different figures, at the same time or one after the other: a year is decided
 * on once, so none of them is used without a decision.
 */
import type { Factor } from '../catalogue/types.ts';

/** The first of the factors, all for the year of `best`, that says otherwise than it of the same place and unit; the same twice is no rival. */
export function rivalOf(best: Factor, factors: Iterable<Factor>): Factor | undefined {
  for (const factor of factors) {
    const alike =
      factor.release === best.release && factor.region === best.region && factor.unit.code === best.unit.code;
    if (alike && factor.id !== best.id && meaning(factor) !== meaning(best)) return factor;
  }
  return undefined;
}

const meaning = ({ gases, co2eSource, gwpSource, scope, category }: Factor): string =>
  JSON.stringify([gases, co2eSource, gwpSource, scope, category]);
