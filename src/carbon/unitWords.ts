/** Units that factors take, in words: said where that of an activity converts to none of them. */
import type { Factor } from './catalogue/types.ts';

/** Units that are named; what goes by one name seldom has more. */
const NAMED_MAX = 12;

/** "kWh (Gross CV), kWh (Net CV) or t", in the order of the alphabet. */
export function unitsTaken(factors: Iterable<Factor>): string {
  const units = [...new Set([...factors].map(({ unit }) => unit.code))].sort();
  const named = units.slice(0, NAMED_MAX);
  const more = units.length - named.length;
  if (more > 0) return `${named.join(', ')} or one of ${more} more`;
  return named.length < 2 ? named.join() : `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`;
}
