/** What is decided about a group of like activities. */
import type { DecisionInput, QueueItem } from '../../api/carbon.ts';

export type Target =
  /** Place, unit and year decide among the factors of this name. */
  | { kind: 'family'; family: string }
  /** This one, whatever the place and year. */
  | { kind: 'factor'; factor: string; name: string }
  | { kind: 'left-out'; reason: string };

export const keyOf = ({ activity, unit, currency, country, region, category, reason }: QueueItem): string =>
  JSON.stringify([activity, unit, currency, country, region, category, reason]);

export const sameTarget = (a: Target | undefined, b: Target): boolean =>
  a !== undefined &&
  ((a.kind === 'family' && b.kind === 'family' && a.family === b.family) ||
    (a.kind === 'factor' && b.kind === 'factor' && a.factor === b.factor));

/** The first candidate, until another is chosen. */
export function defaultTarget({ candidates }: QueueItem): Target | undefined {
  const best = candidates[0];
  return best && { kind: 'family', family: best.family };
}

export function decisionOf(item: QueueItem, target: Target): DecisionInput {
  return {
    activity: item.activity,
    ...(item.country === '' ? {} : { country: item.country }),
    ...(item.unit === '' ? {} : { unit: item.unit }),
    ...(target.kind === 'family'
      ? { family: target.family }
      : target.kind === 'factor'
        ? { factor: target.factor }
        : { factor: null, reason: target.reason }),
  };
}
