/**
 * The groups of the review queue by what the best candidate of each would add to the total: where a decision matters most comes
 * first. Groups whose effect nobody knows (no candidate, or none that gives a figure) follow, those with most lines first.
 */
import { setImmediate as breath } from 'node:timers/promises';
import { sumDecimals } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import type { Descriptor, FactorIndex } from '../decide.ts';
import { planOf } from '../estimate/plan.ts';
import { amountsByDay } from './byDay.ts';
import { descriptorOf } from './descriptor.ts';
import { addedBy, type Weight } from './effects.ts';
import { type GroupRow, readGroups, sumsOf } from './groups.ts';
import { KeptByFactors } from './keptByFactors.ts';
import type { MatchingState } from './state.ts';
import { decidedBy, keyOf } from './tried.ts';

/** Groups that are ranked, those with most lines; the rest follows by lines. Candidates are found at some 0.15 ms a group, once. */
export const RANKED_GROUPS_MAX = 10_000;
/** Groups whose weights are kept: some 300 bytes each. */
const KEPT_MAX = 2 * RANKED_GROUPS_MAX;
/** Groups after which others may have their turn. */
const TURN_GROUPS = 100;

type Weights = ReadonlyArray<Weight | undefined>;
const kept = new KeptByFactors<Weights>(KEPT_MAX);

/** A page of the groups by effect. */
export async function groupsByEffect(
  context: ReadContext,
  state: MatchingState,
  { gwp, candidates, limit, offset }: { gwp: GwpSetName; candidates: number; limit: number; offset: number },
): Promise<{ rows: GroupRow[]; total: number }> {
  if (offset >= RANKED_GROUPS_MAX) return readGroups(context, { order: 'lines', limit, offset });
  const { rows, total } = await readGroups(context, { order: 'lines', limit: RANKED_GROUPS_MAX, offset: 0 });
  const weighed = await weigh(rows, state.index, gwp, Math.max(candidates, 1));
  const converted = weighed.flatMap(({ row, weights }) => row.matches.filter((_, i) => (weights[i]?.fx ?? '') !== ''));
  const days = await amountsByDay(context, converted, true);
  const effects = new Map(
    weighed.map(({ row, weights }) => {
      const added = sumsOf(row, days).flatMap((sum, i) => {
        const weight = weights[i];
        return (weight && addedBy(weight, sum, state.rate)) ?? [];
      });
      return [row, added.length === 0 ? undefined : sumDecimals(added).abs()];
    }),
  );
  const ranked = rows.toSorted((a, b) => {
    const [left, right] = [effects.get(a), effects.get(b)];
    if (left && right) return right.cmp(left);
    return left ? -1 : right ? 1 : 0;
  });
  return { rows: ranked.slice(offset, offset + limit), total };
}

async function weigh(rows: readonly GroupRow[], index: FactorIndex, gwp: GwpSetName, candidates: number) {
  const weighed: Array<{ row: GroupRow; weights: Weights }> = [];
  for (const [i, row] of rows.entries()) {
    if (i % TURN_GROUPS === TURN_GROUPS - 1) await breath();
    const descriptor = descriptorOf(row);
    const weights = kept.of(index, `${gwp} ${keyOf(row, descriptor, candidates)}`, () =>
      weightsOf(row, descriptor, index, gwp, candidates),
    );
    weighed.push({ row, weights });
  }
  return weighed;
}

function weightsOf(
  row: GroupRow,
  descriptor: Descriptor,
  index: FactorIndex,
  gwp: GwpSetName,
  candidates: number,
): Weights {
  const best = decidedBy(index, row, descriptor, candidates)[0];
  return (best?.decisions ?? []).map((decision) => {
    if ('held' in decision) return undefined;
    const { basis, fx, total, reach } = planOf(decision, gwp);
    return { basis, fx, total, reach };
  });
}
