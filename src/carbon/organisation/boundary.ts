/**
 * The organisational boundary of an inventory: for every entity what share of it counts on which days, and where the rest belongs.
 * A site, asset or department without ownership of its own has the share of what it belongs to.
 */
import { addDays, type Day, dayNumber, daysBetween } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import { nearest } from '../../kernel/text.ts';
import type { Place } from '../sql.ts';
import { type Entity, type Organisation, organisationAsOf, organisationState, parentsOf } from './organisation.ts';
import { shareAsDecimal } from './share.ts';
import { type Approach, effectiveShares, type OwnershipEdge, type ShareSegment } from './shares.ts';

/** Why a part of an entity is not in the inventory. */
export const EXCLUSION_WORDS = {
  others_share: 'the rest belongs to other owners',
  not_controlled: 'it is not controlled under this approach',
  not_owned: 'nothing of it was held at that time',
  not_connected: 'no ownership connects it with the reporting parent',
  ownership_unclear: 'what is stated about its ownership contradicts itself',
  no_entity: 'the activities name no entity',
  intra_group: 'bought from an entity inside the boundary, where it is counted',
} as const;
export type ExclusionReason = keyof typeof EXCLUSION_WORDS;

/** A share that holds from the day `from` until before the day `to`. */
export interface Stretch {
  from: Day;
  to: Day;
  share: Rational;
}

export interface EntityBoundary {
  entity: string;
  /** Over the whole time of the boundary, without gaps; neighbours differ. */
  stretches: Stretch[];
  /** Scope-3 category to which its scopes 1 and 2 move because of a lease; 0: they stay. */
  moved: 0 | 8 | 13;
  /** Why it does not count wholly; null when it does. */
  reason: ExclusionReason | null;
  /** More about an unclear ownership. */
  detail: string;
  /** Scope-3 category in which to look for what is left out; null where it is others' business. */
  hint: 8 | 13 | 14 | 15 | null;
}

export interface Boundary {
  approach: Approach;
  /** The reporting parent; null when no ownership is stated: then everything counts wholly. */
  parent: string | null;
  from: Day;
  to: Day;
  organisation: Organisation;
  of(entity: string): EntityBoundary;
  /** Share of the entity on a day. */
  share(entity: string, day: Day): Rational;
  /** Share over the days from `first` to `last`, both inclusive: the mean by days. */
  shareOver(entity: string, first: Day, last: Day): Rational;
}

export interface BoundaryQuery {
  approach: Approach;
  /** Default: the one owner whom nobody owns. */
  parent?: string | undefined;
  /** From the day `from` until before the day `to`. */
  from: Day;
  to: Day;
  /** Shares of this day hold on all days before it; absent: every day has its own. */
  structure?: Day | undefined;
}

const KEPT_MAX = 64;
const kept = new Map<string, Boundary>();

/**
 * The boundary as of `seq`.
 * @throws FootingError `invalid` for a parent that is not known, or when none is given and several may be meant.
 */
export async function boundaryOf(place: Place, seq: number, query: BoundaryQuery): Promise<Boundary> {
  const state = await organisationState(place, seq);
  const key = JSON.stringify([
    state,
    query.approach,
    query.parent ?? null,
    query.from,
    query.to,
    query.structure ?? null,
  ]);
  const known = kept.get(key);
  if (known) return known;
  const boundary = makeBoundary(await organisationAsOf(place, seq), query);
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(key, boundary);
  return boundary;
}

/** The same of an organisation at hand. Pure. */
export function makeBoundary(organisation: Organisation, query: BoundaryQuery): Boundary {
  const { approach, from, to, structure } = query;
  const parent = organisation.edges.length === 0 ? null : reportingParent(organisation, query.parent);
  const sharesBy = (by: Approach): ShareSegment[] => {
    if (parent === null) return [];
    return structure === undefined || structure <= from
      ? effectiveShares(organisation.edges, by, parent, from, to)
      : sharesAsOn(structure, stillHeld(organisation), by, parent, { from, to });
  };
  const segments = sharesBy(approach);
  const equity = approach === 'equity' ? segments : sharesBy('equity');
  const owned = new Set(organisation.edges.map((edge) => edge.owned));
  const found = new Map<string, EntityBoundary>();
  const of = (entity: string): EntityBoundary => {
    let made = found.get(entity);
    if (!made) {
      made = entityBoundary({ organisation, approach, parent, from, to, segments, equity, owned }, entity);
      found.set(entity, made);
    }
    return made;
  };
  const shareOver = (entity: string, first: Day, last: Day): Rational => {
    const end = addDays(last, 1);
    let sum = Rational.ZERO;
    for (const stretch of of(entity).stretches) {
      const days = overlapDays(stretch, first, end);
      if (days > 0) sum = sum.add(stretch.share.mul(new Rational(BigInt(days))));
    }
    return sum.div(new Rational(BigInt(daysBetween(first, end))));
  };
  return {
    approach,
    parent,
    from,
    to,
    organisation,
    of,
    share: (entity, day) => shareOver(entity, day, day),
    shareOver,
  };
}

/** Shares over the time as if until the day `structure` all had been as it was on that day. */
function sharesAsOn(
  structure: Day,
  edges: readonly OwnershipEdge[],
  approach: Approach,
  parent: string,
  { from, to }: { from: Day; to: Day },
): ShareSegment[] {
  const end = to > structure ? to : addDays(structure, 1);
  const [first, ...later] = effectiveShares(edges, approach, parent, structure, end);
  if (to <= structure) return [{ ...first!, from, to }];
  return [{ ...first!, from }, ...later];
}

/**
 * Edges without the ends that a closure brings: what an entity emitted that was closed, and not sold, stays in the base year, since
 * decline is organic.
 */
function stillHeld({ edges, entities }: Organisation): OwnershipEdge[] {
  return edges.map((edge) => {
    const closed = entities.get(edge.owned)?.closed ?? null;
    return edge.to !== null && closed !== null && edge.to >= closed ? { ...edge, to: null } : edge;
  });
}

/** Days of the stretch from `first` until before `end`; negative when it is outside. */
function overlapDays(stretch: Stretch, first: Day, end: Day): number {
  const [from, to] = [
    Math.max(dayNumber(stretch.from), dayNumber(first)),
    Math.min(dayNumber(stretch.to), dayNumber(end)),
  ];
  return to - from;
}

interface Parts {
  organisation: Organisation;
  approach: Approach;
  parent: string | null;
  from: Day;
  to: Day;
  segments: readonly ShareSegment[];
  equity: readonly ShareSegment[];
  owned: ReadonlySet<string>;
}

function entityBoundary(parts: Parts, entity: string): EntityBoundary {
  const { organisation, approach, parent, from, to, segments, equity, owned } = parts;
  const chain = parentsOf(organisation, entity);
  const moved = movedBy(organisation, chain, approach);
  const whole = { entity, stretches: [{ from, to, share: Rational.ONE }], moved, reason: null, detail: '', hint: null };
  if (parent === null) return whole;
  const none = { ...whole, stretches: [{ from, to, share: Rational.ZERO }] };
  if (entity === '') return { ...none, reason: 'no_entity' };
  const bearer = chain.find((name) => name === parent || owned.has(name));
  if (bearer === undefined) return { ...none, reason: 'not_connected' };
  const stretches: Stretch[] = [];
  for (const segment of segments) {
    const share = segment.shares.get(bearer) ?? Rational.ZERO;
    const last = stretches.at(-1);
    if (last?.share.equals(share)) last.to = segment.to;
    else stretches.push({ from: segment.from, to: segment.to, share });
  }
  if (stretches.every(({ share }) => share.equals(Rational.ONE))) return { ...whole, stretches };
  const detail = segments.map(({ unclear }) => unclear.get(bearer)).find((words) => words !== undefined) ?? '';
  const holds = equity.some(({ shares }) => (shares.get(bearer)?.sign() ?? 0) > 0);
  const reason: ExclusionReason =
    detail !== ''
      ? 'ownership_unclear'
      : stretches.some(({ share }) => !share.isZero() && !share.equals(Rational.ONE))
        ? 'others_share'
        : approach !== 'equity' && holds
          ? 'not_controlled'
          : 'not_owned';
  // Held but not controlled for some of the time.
  const investment =
    approach !== 'equity' &&
    segments.some((segment) => {
      const there = equity.find((other) => other.from <= segment.from && other.to > segment.from);
      return !segment.shares.get(bearer)?.sign() && (there?.shares.get(bearer)?.sign() ?? 0) > 0;
    });
  return { ...whole, stretches, reason, detail, hint: hintOf(organisation.entities.get(entity), investment, moved) };
}

/** Where the GHG Protocol looks for what a boundary leaves out. */
function hintOf(entity: Entity | undefined, investment: boolean, moved: 0 | 8 | 13): EntityBoundary['hint'] {
  if (entity?.kind === 'franchise') return 14;
  if (moved !== 0) return moved;
  if (entity?.leaseRole === 'lessee') return 8;
  if (entity?.leaseRole === 'lessor') return 13;
  return investment ? 15 : null;
}

/**
 * Leases. Under equity share and financial control an asset counts in scopes 1 and 2 of the lessee when the lease is a finance
 * lease, of the lessor when it is an operating one; under operational control always of the lessee. For the other side it is
 * category 8 (upstream leased assets) or 13 (downstream leased assets).
 */
function movedBy(organisation: Organisation, chain: readonly string[], approach: Approach): 0 | 8 | 13 {
  const leased = chain.map((name) => organisation.entities.get(name)).find((entity) => entity && entity.lease !== '');
  if (!leased) return 0;
  const lessees = approach === 'operational' || leased.lease === 'finance';
  if (leased.leaseRole === 'lessee') return lessees ? 0 : 8;
  return lessees ? 13 : 0;
}

function reportingParent(organisation: Organisation, asked: string | undefined): string {
  const owners = new Set(organisation.edges.map(({ owner }) => owner));
  if (asked !== undefined) {
    if (owners.has(asked) || organisation.entities.has(asked)) return asked;
    const meant = nearest(asked, [...new Set([...owners, ...organisation.entities.keys()])]);
    throw new FootingError('invalid', `There is no entity ${shown(asked)} in this organisation`, {
      problems: [
        {
          field: 'parent',
          value: shown(asked),
          reason: 'is neither stated as an entity nor the owner of one',
          ...(meant === undefined ? {} : { remedy: `Did you mean ${meant}?` }),
        },
      ],
    });
  }
  const owned = new Set(organisation.edges.map((edge) => edge.owned));
  const roots = [...owners].filter((owner) => !owned.has(owner)).sort();
  const own = roots.filter((root) => organisation.entities.has(root));
  const candidates = own.length > 0 ? own : roots;
  if (candidates.length === 1) return candidates[0]!;
  throw new FootingError('invalid', 'Whose inventory it is has to be said', {
    problems: [
      {
        field: 'parent',
        value: '',
        reason:
          candidates.length === 0
            ? 'every owner is owned by another'
            : `several entities are owned by nobody: ${candidates.slice(0, 10).join(', ')}`,
        remedy: 'Name the reporting parent',
      },
    ],
  });
}

/** A stretch's share as lines are multiplied by it, in units of 10^-18. */
export const shareUnits = (share: Rational): bigint => shareAsDecimal(share).mantissa;
