/** The factors and choices in force as of an entry, as one thing to ask. */
import { CURRENCIES } from '../../kernel/currency.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { RateTable } from '../../rates/index.ts';
import { type Decision, type Descriptor, decide, type FactorIndex } from '../decide.ts';
import { factorsInForce } from '../matching.ts';
import { moneyStatedBy, ratesAsOf } from '../spend/money.ts';
import type { Place } from '../sql.ts';
import { QUANTITY_SCALE } from '../tables.ts';
import type { Choices } from './choices.ts';
import { compiledChoices } from './ledger.ts';

export interface MatchingState {
  index: FactorIndex;
  choices: Choices;
  decide(descriptor: Descriptor, year: number): Decision;
  /** Units of the second currency for one of the first (`EUR>USD`) on a day; undefined when no rate is stated. */
  rate?(pair: string, day: string): Rational | undefined;
}

const states = new Map<string, MatchingState>();
/** States that are kept, one per ledger and entry. */
const STATES_MAX = 64;

/** What is in force as of `seq` in a ledger that has posted it. */
export async function matchingState(place: Place, seq: number): Promise<MatchingState> {
  const key = `${place.database} ${seq}`;
  const known = states.get(key);
  if (known) return known;
  const [index, choices, rates] = await Promise.all([
    factorsInForce(place, seq),
    compiledChoices(place, seq),
    ratesOf(place, seq),
  ]);
  const state: MatchingState = {
    index,
    choices,
    decide: (descriptor, year) => decide(descriptor, year, index, choices),
    rate: (pair, day) => {
      const [from, to] = pair.split('>') as [string, string];
      return rates?.rate(from, to, day)?.rate;
    },
  };
  if (states.size >= STATES_MAX) states.delete(states.keys().next().value!);
  states.set(key, state);
  return state;
}

/** The amount at the rate of the day, rounded half-even to the decimals of an amount; undefined when no rate is stated. */
export function atRateOf(amount: Decimal, pair: string, day: string, rate: MatchingState['rate']): Decimal | undefined {
  const found = rate?.(pair, day);
  return found && Rational.fromDecimal(amount).mul(found).toDecimal(QUANTITY_SCALE);
}

/** The rates stated by `seq`; undefined when none ever was. */
async function ratesOf(place: Place, seq: number): Promise<RateTable | undefined> {
  const stated = await moneyStatedBy(place, seq);
  return stated === 0 ? undefined : ratesAsOf(place, stated, [...CURRENCIES.keys()]);
}
