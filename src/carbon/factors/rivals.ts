/** Factors of the account that answer to one name at one time with different figures: none of them is used without a decision. */
import type { Factor } from '../catalogue/types.ts';

/** The first of the factors that says otherwise than `best` of the same name, place, unit and days; the same twice is no rival. */
export function rivalOf(best: Factor, factors: Iterable<Factor>): Factor | undefined {
  for (const factor of factors) {
    const alike =
      factor.release === best.release && factor.region === best.region && factor.unit.code === best.unit.code;
    if (alike && factor.id !== best.id && validTogether(factor, best) && meaning(factor) !== meaning(best))
      return factor;
  }
  return undefined;
}

/** Validity is half-open; an end that is empty never comes. */
const validTogether = (a: Factor, b: Factor): boolean =>
  (a.validTo === '' || b.validFrom < a.validTo) && (b.validTo === '' || a.validFrom < b.validTo);

const meaning = ({ gases, co2eSource, gwpSource, scope, category }: Factor): string =>
  JSON.stringify([gases, co2eSource, gwpSource, scope, category]);
