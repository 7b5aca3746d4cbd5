/** The factors and choices in force as of an entry, as one thing to ask. */
import { type Decision, type Descriptor, decide, type FactorIndex } from '../decide.ts';
import { factorsInForce } from '../matching.ts';
import type { Place } from '../sql.ts';
import type { Choices } from './choices.ts';
import { compiledChoices } from './ledger.ts';

export interface MatchingState {
  index: FactorIndex;
  choices: Choices;
  decide(descriptor: Descriptor, year: number): Decision;
}

const states = new Map<string, MatchingState>();
/** States that are kept, one per ledger and entry. */
const STATES_MAX = 64;

/** What is in force as of `seq` in a ledger that has posted it. */
export async function matchingState(place: Place, seq: number): Promise<MatchingState> {
  const key = `${place.database} ${seq}`;
  const known = states.get(key);
  if (known) return known;
  const [index, choices] = await Promise.all([factorsInForce(place, seq), compiledChoices(place, seq)]);
  const state: MatchingState = {
    index,
    choices,
    decide: (descriptor, year) => decide(descriptor, year, index, choices),
  };
  if (states.size >= STATES_MAX) states.delete(states.keys().next().value!);
  states.set(key, state);
  return state;
}
