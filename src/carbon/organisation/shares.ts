/**
 * Effective shares of a reporting parent in every entity, under the three consolidation approaches of the GHG Protocol Corporate
 * Standard. Pure and exact.
 *
 * - equity: by all ownership paths; with cross holdings the solution of s = d + A'·s, where d is the parent's direct shares and A
 *   the ownership among the others, that is s = (I - A')⁻¹·d.
 * - financial control: 1 for what the parent controls, directly or through what it controls; for what it controls jointly the equity
 *   share of the controlled entity that holds it, not multiplied by the parent's share in that one. What a jointly controlled entity
 *   controls in turn counts at the share of that entity.
 * - operational control: 1 where the parent, or an entity that it controls financially or operationally, may introduce its operating
 *   policies; 0 elsewhere, whatever the equity.
 */
import type { Day } from '../../kernel/dates.ts';
import { FootingError } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { cyclesOf } from './cycles.ts';
import { percentOf } from './share.ts';

export const APPROACHES = ['equity', 'financial', 'operational'] as const;
export type Approach = (typeof APPROACHES)[number];

/** One row of the ownership graph; valid from `from` until before `to`. */
export interface OwnershipEdge {
  owner: string;
  owned: string;
  equity: Rational;
  financial: 'yes' | 'no' | 'joint';
  operational: boolean;
  from: Day;
  to: Day | null;
}

/** Shares that hold from the day `from` until before the day `to`. Entities that are not named have none. */
export interface ShareSegment {
  from: Day;
  to: Day;
  shares: Map<string, Rational>;
  /** Entities whose share cannot be told because what is stated contradicts itself, and why: they have no share until it is mended. */
  unclear: Map<string, string>;
}

/** Entities that hold each other in one circle: their shares are solved together, exactly, which is cubic work. */
export const CIRCLE_ENTITIES_MAX = 150;

/**
 * Shares of `parent` from the day `from` until before the day `to`, one segment per stretch of time in which no edge changes.
 * @throws FootingError `too_large` over CIRCLE_ENTITIES_MAX entities in one circle of holdings.
 */
export function effectiveShares(
  edges: readonly OwnershipEdge[],
  approach: Approach,
  parent: string,
  from: Day,
  to: Day,
): ShareSegment[] {
  const changes = new Set<Day>([from]);
  for (const edge of edges) {
    for (const day of [edge.from, edge.to]) if (day !== null && day > from && day < to) changes.add(day);
  }
  const days = [...changes].sort();
  return days.map((first, i) => {
    const valid = edges.filter((edge) => edge.from <= first && (edge.to === null || edge.to > first));
    return { from: first, to: days[i + 1] ?? to, ...sharesAt(valid, approach, parent) };
  });
}

/** Shares while exactly `edges` are valid. */
export function sharesAt(
  edges: readonly OwnershipEdge[],
  approach: Approach,
  parent: string,
): Pick<ShareSegment, 'shares' | 'unclear'> {
  // Who owns the parent says nothing about what is the parent's.
  const others = edges.filter(({ owned }) => owned !== parent);
  const unclear = contradictions(others, approach, parent);
  const sound = others.filter(({ owner, owned }) => !unclear.has(owner) && !unclear.has(owned));
  const shares =
    approach === 'operational'
      ? operated(sound, parent)
      : approach === 'equity'
        ? flow(
            sound.map(({ owner, owned, equity }) => ({ owner, owned, weight: equity })),
            parent,
          )
        : consolidated(sound, parent);
  shares.set(parent, Rational.ONE);
  for (const [entity, share] of shares) {
    if (share.cmp(Rational.ONE) <= 0) continue;
    unclear.set(entity, `the shares that lead to it add up to ${percentOf(share)}`);
    shares.delete(entity);
  }
  return { shares, unclear };
}

/** What contradicts itself and can be reached from the parent, with all that is held through it. */
function contradictions(edges: readonly OwnershipEdge[], approach: Approach, parent: string): Map<string, string> {
  const reached = reach(edges, [parent], () => true);
  const found = new Map<string, string>();
  for (const [entity, reason] of faults(edges, approach)) if (reached.has(entity)) found.set(entity, reason);
  const through = reach(edges, [...found.keys()], ({ owned }) => owned !== parent);
  for (const entity of through) {
    if (!found.has(entity)) found.set(entity, 'it is held through an entity whose ownership contradicts itself');
  }
  return found;
}

/** Entities whose valid edges contradict each other, and why. */
export function faults(edges: readonly OwnershipEdge[], approach?: Approach): Map<string, string> {
  const found = new Map<string, string>();
  const sums = new Map<string, Rational>();
  const pairs = new Set<string>();
  for (const { owner, owned, equity } of edges) {
    sums.set(owned, (sums.get(owned) ?? Rational.ZERO).add(equity));
    const pair = JSON.stringify([owner, owned]);
    if (pairs.has(pair)) found.set(owned, `two rows state at the same time what ${owner} holds of it`);
    pairs.add(pair);
  }
  for (const [entity, sum] of sums) {
    if (sum.cmp(Rational.ONE) > 0 && !found.has(entity)) {
      found.set(entity, `its owners hold ${percentOf(sum)} of it together, more than the whole`);
    }
  }
  if (approach !== 'equity') {
    const controls = edges.filter(({ financial, operational }) => financial === 'yes' || operational);
    for (const circle of cyclesOf(controls)) {
      for (const entity of circle) {
        if (!found.has(entity)) found.set(entity, `${[...circle].sort().join(', ')} control each other in a circle`);
      }
    }
  }
  return found;
}

function reach(
  edges: readonly OwnershipEdge[],
  starts: readonly string[],
  follow: (edge: OwnershipEdge) => boolean,
): Set<string> {
  const byOwner = groupBy(edges, ({ owner }) => owner);
  const reached = new Set(starts);
  const open = [...starts];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const edge of byOwner.get(next) ?? []) {
      if (reached.has(edge.owned) || !follow(edge)) continue;
      reached.add(edge.owned);
      open.push(edge.owned);
    }
  }
  return reached;
}

function operated(edges: readonly OwnershipEdge[], parent: string): Map<string, Rational> {
  const group = reach(edges, [parent], ({ financial, operational }) => financial === 'yes' || operational);
  const found = new Map<string, Rational>();
  for (const { owner, owned, operational } of edges)
    if (operational && group.has(owner)) found.set(owned, Rational.ONE);
  return found;
}

function consolidated(edges: readonly OwnershipEdge[], parent: string): Map<string, Rational> {
  const controlled = reach(edges, [parent], ({ financial }) => financial === 'yes');
  // What is left of the graph are joint holdings of the controlled, and what those control in turn.
  const rest = edges
    .filter(({ owned, financial }) => financial !== 'no' && !controlled.has(owned))
    .map(({ owner, owned, equity, financial }) => ({
      owner: controlled.has(owner) ? parent : owner,
      owned,
      weight: financial === 'yes' ? Rational.ONE : equity,
    }));
  const shares = flow(rest, parent);
  for (const entity of controlled) shares.set(entity, Rational.ONE);
  return shares;
}

interface Weighted {
  owner: string;
  owned: string;
  weight: Rational;
}

/** s = d + A'·s over all that is reached from the parent with a positive weight; circles are solved by elimination. */
function flow(edges: readonly Weighted[], parent: string): Map<string, Rational> {
  const positive = edges.filter(({ weight }) => weight.sign() > 0);
  const byOwner = groupBy(positive, ({ owner }) => owner);
  const reached = new Set<string>();
  const open = [parent];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { owned } of byOwner.get(next) ?? []) {
      if (owned === parent || reached.has(owned)) continue;
      reached.add(owned);
      open.push(owned);
    }
  }
  const live = positive.filter(({ owner, owned }) => reached.has(owned) && (owner === parent || reached.has(owner)));
  const byOwned = groupBy(live, ({ owned }) => owned);
  const shares = new Map<string, Rational>([[parent, Rational.ONE]]);
  const among = live.filter(({ owner }) => owner !== parent);
  for (const circle of cyclesOf(among, reached)) {
    const [only] = circle;
    if (circle.length === 1 && !(byOwned.get(only!) ?? []).some(({ owner }) => owner === only)) {
      shares.set(only!, inflow(byOwned.get(only!) ?? [], shares));
    } else solve(circle, byOwned, shares);
  }
  shares.delete(parent);
  return shares;
}

/** Sum of what comes in from entities whose share is known already. */
function inflow(edges: readonly Weighted[], shares: ReadonlyMap<string, Rational>): Rational {
  let sum = Rational.ZERO;
  for (const { owner, weight } of edges) {
    const share = shares.get(owner);
    if (share) sum = sum.add(share.equals(Rational.ONE) ? weight : share.mul(weight));
  }
  return sum;
}

/** Gauss elimination of (I - A')·s = d within one circle. */
function solve(
  circle: readonly string[],
  byOwned: ReadonlyMap<string, readonly Weighted[]>,
  shares: Map<string, Rational>,
): void {
  const size = circle.length;
  if (size > CIRCLE_ENTITIES_MAX) {
    throw new FootingError(
      'too_large',
      `${size} entities hold each other in one circle, more than ${CIRCLE_ENTITIES_MAX}`,
    );
  }
  const index = new Map(circle.map((entity, i) => [entity, i]));
  const rows = circle.map((entity, i) => {
    const row = Array.from({ length: size + 1 }, (_, j) => (i === j ? Rational.ONE : Rational.ZERO));
    const edges = byOwned.get(entity) ?? [];
    for (const { owner, weight } of edges) {
      const j = index.get(owner);
      if (j !== undefined) row[j] = row[j]!.sub(weight);
    }
    row[size] = inflow(
      edges.filter(({ owner }) => !index.has(owner)),
      shares,
    );
    return row;
  });
  for (let column = 0; column < size; column += 1) {
    const pivot = rows.findIndex((row, i) => i >= column && !row[column]!.isZero());
    if (pivot < 0) {
      // They own each other wholly: no share of anybody outside reaches them.
      for (const entity of circle) shares.set(entity, Rational.ZERO);
      return;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    const inverse = head[column]!.inverse();
    for (let j = column; j <= size; j += 1) head[j] = head[j]!.mul(inverse);
    for (const [i, row] of rows.entries()) {
      const times = row[column]!;
      if (i === column || times.isZero()) continue;
      for (let j = column; j <= size; j += 1) if (!head[j]!.isZero()) row[j] = row[j]!.sub(times.mul(head[j]!));
    }
  }
  for (const [i, entity] of circle.entries()) shares.set(entity, rows[i]![size]!);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
