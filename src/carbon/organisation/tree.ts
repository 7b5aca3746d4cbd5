/** The organisation as a report: entities with what they belong to, who owns them when, and their shares under an approach. */
import { addMonthsToMonth, type Day } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type BoundaryQuery, boundaryOf, type EntityBoundary, EXCLUSION_WORDS } from './boundary.ts';
import { type Entity, organisationAsOf } from './organisation.ts';
import type { Approach } from './shares.ts';

export interface TreeEdge {
  owner: string;
  owned: string;
  equity_share: string;
  financial_control: 'yes' | 'no' | 'joint';
  operational_control: 'yes' | 'no';
  valid_from: Day;
  /** First day on which it no longer holds; null = until further notice. */
  valid_to: Day | null;
}

export interface TreeEntity extends Omit<Entity, 'leaseRole' | 'floorArea'> {
  lease_role: string;
  floor_area: string | null;
  /** False: it is only named as an owner or as owned. */
  stated: boolean;
  children: string[];
  owners: TreeEdge[];
  /** Shares in the reporting parent's inventory, each from its day on; null without an approach. */
  shares: Array<{ from: Day; share: string }> | null;
  /** Why it does not count wholly at the end of the time, in words; '' when it does. */
  reason: string;
}

export interface OrganisationTree {
  seq: number;
  approach: Approach | null;
  parent: string | null;
  from: Day | null;
  to: Day | null;
  /** Entities that belong to none: where to begin. */
  roots: string[];
  entities: TreeEntity[];
}

export interface TreeQuery {
  approach?: Approach;
  parent?: string;
  /** First and last month, YYYY-MM. */
  from?: string;
  to?: string;
}

const FIRST_MONTH = '1900-01';
const LAST_MONTH = '2299-11';

/** @throws FootingError `invalid` for a parent that is not known, or when none is given and several may be meant. */
export async function organisationTree(context: ReadContext, query: TreeQuery): Promise<OrganisationTree> {
  const organisation = await organisationAsOf(context, context.seq);
  const from = `${query.from ?? FIRST_MONTH}-01`;
  const to = `${addMonthsToMonth(query.to ?? LAST_MONTH, 1)}-01`;
  const asked: BoundaryQuery | null =
    query.approach === undefined ? null : { approach: query.approach, parent: query.parent, from, to };
  const boundary = asked && (await boundaryOf(context, context.seq, asked));
  const inTime = organisation.edges.filter((edge) => edge.from < to && (edge.to === null || edge.to > from));
  const ids = [
    ...new Set([...organisation.entities.keys(), ...organisation.edges.flatMap(({ owner, owned }) => [owner, owned])]),
  ].sort();
  const children = new Map<string, string[]>();
  for (const { id, parent } of organisation.entities.values()) {
    if (parent !== '') children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const ownersOf = new Map<string, TreeEdge[]>();
  for (const edge of inTime) {
    const row: TreeEdge = {
      owner: edge.owner,
      owned: edge.owned,
      equity_share: edge.equity.toString(),
      financial_control: edge.financial,
      operational_control: edge.operational ? 'yes' : 'no',
      valid_from: edge.from,
      valid_to: edge.to,
    };
    ownersOf.set(edge.owned, [...(ownersOf.get(edge.owned) ?? []), row]);
  }
  const entities = ids.map((id): TreeEntity => {
    const stated = organisation.entities.get(id);
    const { leaseRole, floorArea, ...rest } = stated ?? UNSTATED;
    const bound = boundary?.of(id);
    return {
      ...rest,
      id,
      lease_role: leaseRole,
      floor_area: floorArea,
      stated: stated !== undefined,
      children: (children.get(id) ?? []).sort(),
      owners: ownersOf.get(id) ?? [],
      shares: bound
        ? bound.stretches.map((stretch) => ({ from: stretch.from, share: stretch.share.toString() }))
        : null,
      reason: bound?.reason && !countsNow(bound) ? bound.detail || EXCLUSION_WORDS[bound.reason] : '',
    };
  });
  return {
    seq: context.seq,
    approach: query.approach ?? null,
    parent: boundary?.parent ?? null,
    from: query.from === undefined ? null : from,
    to: query.to === undefined ? null : to,
    roots: entities.filter(({ id, parent }) => parent === '' && !ownersOf.has(id)).map(({ id }) => id),
    entities,
  };
}

const countsNow = ({ stretches }: EntityBoundary): boolean => stretches.at(-1)!.share.equals(Rational.ONE);

const UNSTATED: Entity = {
  id: '',
  name: '',
  kind: '',
  parent: '',
  country: '',
  opened: null,
  closed: null,
  lease: '',
  leaseRole: '',
  floorArea: null,
};
