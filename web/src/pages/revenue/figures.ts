/** Sums over a statement, exact. */
import type { MrrBucket } from '../../api/queries.ts';
import { isZero, sum } from '../../format/numbers.ts';

export const MOVEMENTS = ['new_biz', 'expansion', 'contraction', 'churn', 'reactivation'] as const;
export type Movement = (typeof MOVEMENTS)[number];

/** What stands between start and end of these buckets; what exchange rates did only where they did something. */
export function movementsIn(buckets: readonly MrrBucket[]): readonly (Movement | 'fx')[] {
  return buckets.some(({ movements }) => !isZero(movements.fx.amount)) ? [...MOVEMENTS, 'fx'] : MOVEMENTS;
}

export const movementTotal = (buckets: readonly MrrBucket[], type: Movement | 'fx'): string =>
  sum(buckets.map(({ movements }) => movements[type].amount));

export const netChange = (bucket: MrrBucket): string =>
  sum(movementsIn([bucket]).map((type) => bucket.movements[type].amount));
