/** Entities whose activities may be posted. */
import { type Place, read } from './sql.ts';

/** A SELECT of the entities that are stated as of a seq. */
export function knownAsOf(seq: string): string {
  return `SELECT external_id FROM entities WHERE seq <= ${seq} GROUP BY external_id HAVING sum(sign) > 0`;
}

/** The entities that are stated, and on which day (days since 1970) those closed that did. */
export interface KnownEntities {
  names: string[];
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
  if (state!.rows === '0') return { names: [], closed: new Map() };
  const key = `${place.database} ${state!.last} ${state!.rows}`;
  const ofEngines = kept.get(place.engines) ?? new Map<string, KnownEntities>();
  kept.set(place.engines, ofEngines);
  const known = ofEngines.get(key) ?? (await readEntities(place, seq));
  if (!ofEngines.has(key) && ofEngines.size >= KEPT_MAX) ofEngines.delete(ofEngines.keys().next().value!);
  ofEngines.set(key, known);
  return known;
}

async function readEntities(place: Place, seq: number): Promise<KnownEntities> {
  const rows = await read<{ external_id: string; closed_: string }>(
    place,
    `SELECT external_id, toString(argMaxIf(ifNull(toInt32(closed), ${NEVER}), (origin_seq, origin_row), live > 0)) AS closed_
     FROM (
       SELECT external_id, origin_seq, origin_row, any(closed) AS closed, sum(sign) AS live
       FROM entities WHERE seq <= {seq:UInt64} GROUP BY external_id, origin_seq, origin_row)
     GROUP BY external_id HAVING sum(live) > 0 ORDER BY external_id`,
    { seq },
  );
  return {
    names: rows.map((row) => row.external_id),
    closed: new Map(
      rows.filter((row) => Number(row.closed_) !== NEVER).map((row) => [row.external_id, Number(row.closed_)]),
    ),
  };
}

export const NEVER = 2_147_483_647;
/** True of rows that begin before their entity closed. */
export const BEFORE_CLOSING = `toInt32(a.start_date) < transform(toString(a.entity), {closed_names:Array(String)}, {closed_days:Array(Int32)}, toInt32(${NEVER}))`;

export function entityParameters({ names, closed }: KnownEntities): Record<string, unknown> {
  return {
    known: names,
    ...(closed.size > 0 && { closed_names: [...closed.keys()], closed_days: [...closed.values()] }),
  };
}
