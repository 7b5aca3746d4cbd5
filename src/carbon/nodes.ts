/** Steps of an explanation that have none of their own. */
import type { ExplanationNode } from '../ledger/types.ts';

/** A step to walk on to, in kg CO2e where it has an amount. */
export function leaf(
  kind: ExplanationNode['kind'],
  ref: string | null,
  title: string,
  value: string | null,
): ExplanationNode {
  return { kind, ref, title, value, unit: 'kg CO2e', words: null, facts: [], children: [], childrenTotal: 0 };
}
