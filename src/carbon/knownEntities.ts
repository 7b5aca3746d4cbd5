/** Entities whose activities may be posted. */
import { type Place, read } from './sql.ts';

/** A SELECT of the entities that are stated as of a seq. */
function knownAsOf(seq: string): string {
  return `SELECT external_id FROM entities WHERE seq <= ${seq} GROUP BY external_id HAVING sum(sign) > 0`;
}

/** The entities that are stated, and the first days (days since 1970) on which they existed, and no longer did, where stated. */
export interface KnownEntities {
  names: string[];
  opened: Map<string, number>;
  closed: Map<string, number>;
}

/** Kept by ledger and state: entries never change, so the last of them and their number say what is known. */
const kept = new WeakMap<Place['engines'], Map<string, KnownEntities>>();
const KEPT_MAX = 32;

export async function knownEntities(place: Place, seq: number): Promise<KnownEntities> {
  const [state] = await read<{ last: string; rows: string }>(
    place,
    'SELECT max(seq) AS last, count() AS rows FROM entities WHERE seq <= {seq:UInt64}',
    { seq },
  );
  if (state!.rows === '0') return { names: [], opened: new Map(), closed: new Map() };
  const key = `${place.database} ${state!.last} ${state!.rows}`;
  const ofEngines = kept.get(place.engines) ?? new Map<string, KnownEntities>();
  kept.set(place.engines, ofEngines);
  const known = ofEngines.get(key) ?? (await readEntities(place, seq));
  if (!ofEngines.has(key) && ofEngines.size >= KEPT_MAX) ofEngines.delete(ofEngines.keys().next().value!);
  ofEngines.set(key, known);
  return known;
}

async function readEntities(place: Place, seq: number): Promise<KnownEntities> {
  const day = (column: string, otherwise: number) =>
    `argMaxIf(ifNull(toInt32(${column}), ${otherwise}), (origin_seq, origin_row), live > 0)`;
  const rows = await read<{ external_id: string; opened_: number; closed_: number }>(
    place,
    `SELECT external_id, ${day('opened', ALWAYS)} AS opened_, ${day('closed', NEVER)} AS closed_
     FROM (
       SELECT external_id, origin_seq, origin_row, any(opened) AS opened, any(closed) AS closed, sum(sign) AS live
       FROM entities WHERE seq <= {seq:UInt64} GROUP BY external_id, origin_seq, origin_row)
     GROUP BY external_id HAVING sum(live) > 0 ORDER BY external_id`,
    { seq },
  );
  const stated = rows.map((row) => ({
    name: row.external_id,
    opened: Number(row.opened_),
    closed: Number(row.closed_),
  }));
  return {
    names: stated.map(({ name }) => name),
    opened: new Map(stated.filter(({ opened }) => opened !== ALWAYS).map(({ name, opened }) => [name, opened])),
    closed: new Map(stated.filter(({ closed }) => closed !== NEVER).map(({ name, closed }) => [name, closed])),
  };
}

const ALWAYS = -2_147_483_648;
const NEVER = 2_147_483_647;
const STATED = 'a.entity IN {known:Array(String)}';
/** True of rows (alias `a`) that begin before their entity closed; of those that end after it opened. A row across the day is used. */
const BEFORE_CLOSING = `toInt32(a.start_date) < transform(toString(a.entity), {closed_names:Array(String)}, {closed_days:Array(Int32)}, toInt32(${NEVER}))`;
const SINCE_OPENING = `toInt32(coalesce(a.end_date, a.start_date)) >= transform(toString(a.entity), {opened_names:Array(String)}, {opened_days:Array(Int32)}, toInt32(${ALWAYS}))`;

/** What rows (alias `a`) must meet for their entity's sake, each with the reason for which a row is held back that does not. */
export function entityRules(known: KnownEntities): Array<{ condition: string; reason: string }> {
  if (known.names.length === 0) return [];
  return [{ condition: STATED, reason: 'unknown_entity' }, ...lifeRules(known)];
}

function lifeRules({ opened, closed }: KnownEntities): Array<{ condition: string; reason: string }> {
  return [
    ...(closed.size > 0 ? [{ condition: BEFORE_CLOSING, reason: 'entity_closed' }] : []),
    ...(opened.size > 0 ? [{ condition: SINCE_OPENING, reason: 'entity_not_open' }] : []),
  ];
}

/** Arguments of multiIf that give the reason of the first rule that a row does not meet. */
export const reasonsOf = (rules: ReturnType<typeof entityRules>): string =>
  rules.map(({ condition, reason }) => `NOT (${condition}), '${reason}', `).join('');

export function entityParameters({ names, ...days }: KnownEntities): Record<string, unknown> {
  return { known: names, ...lifeParameters(days) };
}

function lifeParameters({ opened, closed }: Omit<KnownEntities, 'names'>): Record<string, unknown> {
  return {
    ...(opened.size > 0 && { opened_names: [...opened.keys()], opened_days: [...opened.values()] }),
    ...(closed.size > 0 && { closed_names: [...closed.keys()], closed_days: [...closed.values()] }),
  };
}

/** True in SQL of rows (alias `a`) that their entity holds back as of a seq. */
export function strangersAsOf(
  seq: string,
  known: KnownEntities,
): { condition: string; parameters: Record<string, unknown> } {
  const outside = lifeRules(known).map(({ condition }) => ` OR NOT (${condition})`);
  return { condition: `(entity NOT IN (${knownAsOf(seq)})${outside.join('')})`, parameters: lifeParameters(known) };
}

/** Whether an activity of these days, as days since 1970, may be used for its entity's sake. */
export function mayBeUsed(known: KnownEntities, entity: string, first: number, last: number): boolean {
  if (known.names.length === 0) return true;
  return (
    known.names.includes(entity) &&
    first < (known.closed.get(entity) ?? NEVER) &&
    last >= (known.opened.get(entity) ?? ALWAYS)
  );
}

/** Activities that an entry of entities may concern, as a condition; undefined when none. */
export function concernedBy(
  before: KnownEntities,
  after: KnownEntities,
): { condition: string; parameters: Record<string, unknown> } | undefined {
  const [was, is] = [new Set(before.names), new Set(after.names)];
  const changed = [...before.names.filter((name) => !is.has(name)), ...after.names.filter((name) => !was.has(name))];
  // With no entities stated all are accepted: the first statement and the last withdrawal concern all the others.
  const renamed = before.names.length > 0 && after.names.length > 0 ? 'IN' : 'NOT IN';
  const moved = (kind: 'opened' | 'closed') => {
    const names = [...new Set([...before[kind].keys(), ...after[kind].keys()])].filter(
      (name) => before[kind].get(name) !== after[kind].get(name),
    );
    const days = names
      .flatMap((name) => [before[kind].get(name), after[kind].get(name)])
      .filter((day) => day !== undefined);
    return { names, days };
  };
  const [opening, closing] = [moved('opened'), moved('closed')];
  const conditions = [
    ...(changed.length > 0 ? [`entity ${renamed} {names:Array(String)}`] : []),
    ...(closing.names.length > 0 ? ['entity IN {closing:Array(String)} AND toInt32(start_date) >= {since:Int32}'] : []),
    ...(opening.names.length > 0
      ? ['entity IN {opening:Array(String)} AND toInt32(coalesce(end_date, start_date)) < {until:Int32}']
      : []),
  ];
  if (conditions.length === 0) return undefined;
  return {
    condition: conditions.map((one) => `(${one})`).join(' OR '),
    parameters: {
      ...(changed.length > 0 && { names: changed }),
      ...(closing.names.length > 0 && { closing: closing.names, since: Math.min(...closing.days) }),
      ...(opening.names.length > 0 && { opening: opening.names, until: Math.max(...opening.days) }),
    },
  };
}
