/** What several rows of the organisation show to be wrong together: nothing is refused for it, all of it is said. */
import type { Day } from '../../kernel/dates.ts';
import { type Place, read } from '../sql.ts';
import { type Organisation, organisationAsOf, parentsOf } from './organisation.ts';
import { faults, type OwnershipEdge } from './shares.ts';

export interface OrganisationFinding {
  /** contradiction: figures leave the entity out until it is mended; warning: figures stand. */
  severity: 'contradiction' | 'warning';
  code:
    | 'ownership_unclear'
    | 'several_controllers'
    | 'unknown_entity'
    | 'unknown_parent'
    | 'parent_circle'
    | 'stated_twice'
    | 'before_opening'
    | 'after_closing';
  entity: string;
  /** From which day until before which, where it is about a time. */
  from: Day | null;
  to: Day | null;
  words: string;
}

const ALWAYS: Day = '0001-01-01';

/** Findings as of `seq`, contradictions first, then by entity and time. */
export async function checkOrganisation(place: Place, seq: number): Promise<OrganisationFinding[]> {
  const organisation = await organisationAsOf(place, seq);
  const found = [...organisationFindings(organisation), ...(await outsideLife(place, seq, organisation))];
  const rank = (finding: OrganisationFinding) =>
    `${finding.severity === 'contradiction' ? 0 : 1}\n${finding.entity}\n${finding.from ?? ''}\n${finding.code}`;
  return found.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** What the rows of the organisation say among themselves. Pure. */
export function organisationFindings(organisation: Organisation): OrganisationFinding[] {
  const { entities, edges, repeated } = organisation;
  const found: OrganisationFinding[] = overTime(edges);
  const warn = (code: OrganisationFinding['code'], entity: string, words: string) =>
    found.push({ severity: 'warning', code, entity, from: null, to: null, words });
  if (entities.size > 0) {
    for (const owned of new Set(edges.map((edge) => edge.owned))) {
      if (!entities.has(owned)) warn('unknown_entity', owned, 'It is owned, but not among the stated entities');
    }
  }
  for (const { id, parent } of entities.values()) {
    if (
      parent !== '' &&
      !entities.has(parent) &&
      !edges.some(({ owner, owned }) => owner === parent || owned === parent)
    ) {
      warn('unknown_parent', id, `It belongs to ${parent}, which is not stated`);
    }
    const chain = parentsOf(organisation, id);
    if (entities.get(chain.at(-1)!)?.parent === id) {
      warn('parent_circle', id, `It belongs to itself: ${[...chain, id].join(', ')}`);
    }
  }
  for (const id of repeated) warn('stated_twice', id, 'Several data sources state it; the row stated last counts');
  return found;
}

/** Contradictions among the edges, each with the time in which it holds. */
function overTime(edges: readonly OwnershipEdge[]): OrganisationFinding[] {
  const days = [...new Set([ALWAYS, ...edges.flatMap(({ from, to }) => (to === null ? [from] : [from, to]))])].sort();
  const open = new Map<string, OrganisationFinding>();
  const found: OrganisationFinding[] = [];
  for (const day of days) {
    const valid = edges.filter((edge) => edge.from <= day && (edge.to === null || edge.to > day));
    const now = new Map<string, Pick<OrganisationFinding, 'severity' | 'code' | 'entity' | 'words'>>();
    for (const [entity, words] of faults(valid)) {
      now.set(`${entity}\n${words}`, {
        severity: 'contradiction',
        code: 'ownership_unclear',
        entity,
        words: capital(words),
      });
    }
    const controllers = new Map<string, string[]>();
    for (const { owner, owned, financial } of valid) {
      if (financial === 'yes') controllers.set(owned, [...(controllers.get(owned) ?? []), owner]);
    }
    for (const [entity, owners] of controllers) {
      if (new Set(owners).size < 2 || owners.some((one) => owners.some((other) => controls(valid, one, other))))
        continue;
      const words = `${[...new Set(owners)].sort().join(' and ')} are both said to control it, and none of them the other`;
      now.set(`${entity}\n${words}`, { severity: 'warning', code: 'several_controllers', entity, words });
    }
    for (const [key, finding] of open) {
      if (now.has(key)) continue;
      finding.to = day;
      open.delete(key);
    }
    for (const [key, finding] of now) {
      if (open.has(key)) continue;
      const made: OrganisationFinding = { ...finding, from: day === ALWAYS ? null : day, to: null };
      open.set(key, made);
      found.push(made);
    }
  }
  return found;
}

/** Whether one controls the other financially, directly or through others. */
function controls(edges: readonly OwnershipEdge[], one: string, other: string): boolean {
  const seen = new Set([one]);
  const open = [one];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { owner, owned, financial } of edges) {
      if (owner !== next || financial !== 'yes' || seen.has(owned)) continue;
      if (owned === other) return true;
      seen.add(owned);
      open.push(owned);
    }
  }
  return false;
}

/** Activities of entities that did not exist yet, or no longer. */
async function outsideLife(place: Place, seq: number, { entities }: Organisation): Promise<OrganisationFinding[]> {
  const lives = [...entities.values()].filter(({ opened, closed }) => opened !== null || closed !== null);
  if (lives.length === 0) return [];
  const rows = await read<{ entity: string; first: string; last: string }>(
    place,
    `SELECT toString(entity) AS entity, toString(min(month + day - 1)) AS first, toString(max(month + day + days - 2)) AS last
     FROM emissions
     WHERE seq <= {seq:UInt64} AND sign = 1 AND toString(entity) IN (SELECT external_id FROM entities WHERE isNotNull(opened) OR isNotNull(closed))
       AND (key_hash, origin_seq, origin_row, part, match) NOT IN (
         SELECT key_hash, origin_seq, origin_row, part, match FROM emissions WHERE sign = -1 AND seq <= {seq:UInt64})
     GROUP BY entity`,
    { seq },
  );
  const spans = new Map(rows.map((row) => [row.entity, row]));
  const found: OrganisationFinding[] = [];
  for (const { id, opened, closed } of lives) {
    const span = spans.get(id);
    if (!span) continue;
    if (opened !== null && span.first < opened) {
      const words = `It opened on ${opened}, but its activities begin on ${span.first}`;
      found.push({ severity: 'warning', code: 'before_opening', entity: id, from: span.first, to: opened, words });
    }
    if (closed !== null && span.last >= closed) {
      const words = `It no longer existed on ${closed}, but its activities go on until ${span.last}`;
      found.push({ severity: 'warning', code: 'after_closing', entity: id, from: closed, to: span.last, words });
    }
  }
  return found;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
