/** The organisation as it was known at a journal entry: entities, and the edges between them with the time in which they hold. */
import type { Day } from '../../kernel/dates.ts';
import { type Place, read } from '../sql.ts';
import { parseShare } from './share.ts';
import type { OwnershipEdge } from './shares.ts';

export interface Entity {
  id: string;
  name: string;
  kind: string;
  parent: string;
  country: string;
  /** Exists from `opened` until before `closed`; null = always, still. */
  opened: Day | null;
  closed: Day | null;
  lease: '' | 'finance' | 'operating';
  leaseRole: '' | 'lessee' | 'lessor';
  /** Square metres. */
  floorArea: string | null;
}

export interface Organisation {
  /** By external_id; of entities that several data sources state, the row stated last. */
  entities: Map<string, Entity>;
  edges: OwnershipEdge[];
  /** Names of entities that more than one data source states. */
  repeated: string[];
}

/** Organisations that are kept, one per ledger and state of it. */
const KEPT_MAX = 32;
const kept = new Map<string, Promise<Organisation>>();

/** What names the state of the organisation as of `seq`: entries never change, so the last one that touched it does. */
export async function organisationState(place: Place, seq: number): Promise<string> {
  const [state] = await read<{ state: string }>(
    place,
    `SELECT concat(toString(max(seq)), '.', toString(count())) AS state
     FROM (SELECT seq FROM entities WHERE seq <= {seq:UInt64} UNION ALL SELECT seq FROM ownership WHERE seq <= {seq:UInt64})`,
    { seq },
  );
  return `${place.database} ${state!.state}`;
}

/** The organisation as of `seq`. */
export async function organisationAsOf(place: Place, seq: number): Promise<Organisation> {
  const state = await organisationState(place, seq);
  const known = kept.get(state);
  if (known) return known;
  const reading = readOrganisation(place, seq);
  reading.catch(() => kept.delete(state));
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(state, reading);
  return reading;
}

async function readOrganisation(place: Place, seq: number): Promise<Organisation> {
  const [entityRows, edgeRows] = await Promise.all([
    read<Record<string, string | null>>(
      place,
      `SELECT external_id, name, kind, parent, country, toString(opened) AS opened_, toString(closed) AS closed_, lease, lease_role,
         toString(floor_area) AS area
       FROM ${live('entities')} ORDER BY origin_seq, origin_row`,
      { seq },
    ),
    read<Record<string, string | null>>(
      place,
      `SELECT owner, owned, equity_share, financial_control, operational_control,
         toString(valid_from) AS valid_from_, toString(valid_to) AS valid_to_
       FROM ${live('ownership')} ORDER BY owner, owned, valid_from, origin_seq, origin_row`,
      { seq },
    ),
  ]);
  const entities = new Map<string, Entity>();
  const repeated = new Set<string>();
  for (const row of entityRows) {
    const id = row.external_id!;
    if (entities.has(id)) repeated.add(id);
    entities.set(id, {
      id,
      name: row.name!,
      kind: row.kind!,
      parent: row.parent!,
      country: row.country!,
      opened: row.opened_ ?? null,
      closed: row.closed_ ?? null,
      lease: row.lease as Entity['lease'],
      leaseRole: row.lease_role as Entity['leaseRole'],
      floorArea: row.area ?? null,
    });
  }
  const edges = edgeRows.map((row): OwnershipEdge => {
    const control = row.financial_control;
    return {
      owner: row.owner!,
      owned: row.owned!,
      equity: parseShare(row.equity_share!),
      financial: control === 'yes' || control === 'joint' ? control : 'no',
      operational: row.operational_control === 'yes',
      from: row.valid_from_!,
      to: row.valid_to_ ?? null,
    };
  });
  return { entities, edges, repeated: [...repeated].sort() };
}

/** Rows that are posted and not reversed as of {seq}. */
function live(table: string): string {
  return `(
    SELECT * FROM ${table}
    WHERE sign = 1 AND seq <= {seq:UInt64}
      AND (origin_seq, origin_row) NOT IN (
        SELECT origin_seq, origin_row FROM ${table} WHERE sign = -1 AND seq <= {seq:UInt64}))`;
}

/** The entity and those that it belongs to, nearest first; a circle of parents ends where it closes. */
export function parentsOf(organisation: Organisation, entity: string): string[] {
  const chain: string[] = [];
  for (let at = entity; at !== '' && !chain.includes(at); at = organisation.entities.get(at)?.parent ?? '')
    chain.push(at);
  return chain;
}

/** An entity with all that is under it: what belongs to it, and what it owns or controls at any time from `from` until before `to`. */
export function underOf(organisation: Organisation, entity: string, from: Day, to: Day): Set<string> {
  const below = new Map<string, string[]>();
  const add = (upper: string, lower: string) => {
    const list = below.get(upper);
    if (list) list.push(lower);
    else below.set(upper, [lower]);
  };
  for (const { id, parent } of organisation.entities.values()) if (parent !== '') add(parent, id);
  for (const edge of organisation.edges) {
    if (edge.from < to && (edge.to === null || edge.to > from)) add(edge.owner, edge.owned);
  }
  const found = new Set([entity]);
  const open = [entity];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const lower of below.get(next) ?? []) {
      if (found.has(lower)) continue;
      found.add(lower);
      open.push(lower);
    }
  }
  return found;
}
