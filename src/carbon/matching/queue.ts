/** The review queue: what waits for a decision about its factor, with candidates and what each would add to the total. */
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import type { Descriptor } from '../decide.ts';
import { HOLD_WORDS } from '../tables.ts';
import { amountsByDay } from './byDay.ts';
import { groupsByEffect } from './byEffect.ts';
import type { Candidate } from './candidates.ts';
import { descriptorOf } from './descriptor.ts';
import { type Effect, effectOf, pairOf } from './effects.ts';
import { candidateRef } from './explainCandidate.ts';
import { readGroups, sumsOf } from './groups.ts';
import { matchingState } from './state.ts';
import { triedFor } from './tried.ts';

export const QUEUE_ORDERS = ['effect', 'lines', 'amount', 'quantity'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];

export interface QueueItem {
  facts: Pick<Descriptor, 'activity' | 'unit' | 'currency' | 'country' | 'region' | 'category'>;
  reason: string;
  words: string;
  detail: string;
  years: number[];
  lines: number;
  quantity: string | null;
  amount: string | null;
  /** `ref`: where its effect comes from. */
  candidates: Array<Candidate & { effect: Effect; ref: string }>;
}

/** A page of the queue. */
export async function reviewQueue(
  context: ReadContext,
  options: { gwp: GwpSetName; order: QueueOrder; candidates: number; limit: number; offset: number },
): Promise<{ items: QueueItem[]; total: number }> {
  const { order, limit, offset } = options;
  const readingState = matchingState(context, context.seq);
  const [{ rows, total }, state] = await Promise.all([
    order === 'effect'
      ? readingState.then((state) => groupsByEffect(context, state, options))
      : readGroups(context, { order, limit, offset }),
    readingState,
  ]);
  const found = rows.map((row) => {
    const descriptor = descriptorOf(row);
    return { row, descriptor, tried: triedFor(state.index, row, descriptor, options.candidates) };
  });
  const days = await amountsByDay(
    context,
    found.flatMap(({ row, tried }) =>
      row.matches.filter((_, i) => tried.some((each) => pairOf(each.decisions[i]!) !== '')),
    ),
    true,
  );
  const items = found.map(({ row, descriptor, tried }): QueueItem => {
    const sums = sumsOf(row, days);
    const { hasQuantity, hasAmount, activity, unit, currency, country, region, category } = descriptor;
    const facts = { activity, unit, currency, country, region, category };
    return {
      facts,
      reason: row.held,
      words: HOLD_WORDS[row.held] ?? row.held,
      detail: row.detail,
      years: [...row.years].sort((a, b) => a - b),
      lines: Number(row.lines),
      quantity: hasQuantity ? row.quantity : null,
      amount: hasAmount ? row.amount : null,
      candidates: tried.map(({ candidate, decisions: by }) => ({
        ...candidate,
        effect: effectOf(by, sums, state, options.gwp),
        ref: candidateRef(row.descriptor, candidate.family, options.gwp),
      })),
    };
  });
  return { items, total };
}
