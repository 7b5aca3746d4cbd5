/** The candidates of a group of the review queue, and what each would decide. */
import { type Decision, type Descriptor, decide, type FactorIndex } from '../decide.ts';
import { type Candidate, finderOf } from './candidates.ts';
import { type Choice, compileChoices } from './choices.ts';
import type { GroupRow } from './groups.ts';
import { KeptByFactors } from './keptByFactors.ts';

export interface Tried {
  candidate: Candidate;
  /** What the candidate decides in each of the group's years. */
  decisions: readonly Decision[];
}

/** Groups whose candidates are kept for the next reading of the page: some 20 kB each. */
const TRIED_MAX = 1_000;
const kept = new KeptByFactors<readonly Tried[]>(TRIED_MAX);

/** What candidates are a function of, beside the factors. */
export function keyOf(row: GroupRow, descriptor: Descriptor, limit: number): string {
  // A set is nothing as JSON.
  return JSON.stringify([{ ...descriptor, holds: [...(descriptor.holds ?? [])] }, row.held, row.years, limit]);
}

/** As {@link decidedBy}, kept. */
export function triedFor(index: FactorIndex, row: GroupRow, descriptor: Descriptor, limit: number): readonly Tried[] {
  return kept.of(index, keyOf(row, descriptor, limit), () => decidedBy(index, row, descriptor, limit));
}

/** The best candidates of a group and their decisions: a function of the factors and of what the activities say. */
export function decidedBy(index: FactorIndex, row: GroupRow, descriptor: Descriptor, limit: number): Tried[] {
  // Inputs of a method are put right where they were stated: no factor mends them.
  if (row.held === 'input_problem') return [];
  return finderOf(index)
    .find(descriptor, Math.max(...row.years), limit)
    .map((candidate) => ({ candidate, decisions: decisionsOf(descriptor, row.years, candidate.family, index) }));
}

/** What choosing a family decides in each of the years. */
export function decisionsOf(
  descriptor: Descriptor,
  years: readonly number[],
  family: string,
  index: FactorIndex,
): Decision[] {
  const choices = compileChoices([familyChoice(descriptor.activity, family)]);
  return years.map((year) => decide(descriptor, year, index, choices));
}

function familyChoice(activity: string, family: string): Choice {
  return {
    id: '0.0',
    kind: 'decision',
    subject: '',
    conditions: [{ field: 'activity', op: 'is', values: [activity] }],
    factor: '',
    family,
    leftOut: false,
    reason: '',
    priority: 0,
    firstYear: 0,
    lastYear: 9999,
    actor: '',
    recordedAt: '',
  };
}
