/** Sums over a statement, exact. */
import type { MrrBucket } from '../../api/queries.ts';
import { sum } from '../../format/numbers.ts';

export const MOVEMENTS = ['new_biz', 'expansion', 'contraction', 'churn', 'reactivation'] as const;
export type Movement = (typeof MOVEMENTS)[number];

export const movementTotal = (buckets: readonly MrrBucket[], type: Movement): string =>
  sum(buckets.map(({ movements }) => movements[type].amount));

export const netChange = (bucket: MrrBucket): string => sum(MOVEMENTS.map((type) => bucket.movements[type].amount));
