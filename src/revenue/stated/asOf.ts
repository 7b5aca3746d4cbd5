/** Stated objects of one kind as they stood after an entry, from the journal: the table itself holds only how they stand now. */
import type { Pool } from 'pg';
import type { CreatePayload, DeletePayload, Fields, StatedKind, UpdatePayload } from './apply.ts';

export interface ObjectAsOf {
  id: string;
  createdSeq: number;
  fields: Fields;
}

/**
 * In the order in which they were made. Where no entry after `seq` changes such objects, the table is the answer; otherwise the journal is
 * read from its beginning. Objects that can be merged (contacts) are not read by this.
 */
export async function statedAsOf(pg: Pool, accountId: number, kind: StatedKind, seq: number): Promise<ObjectAsOf[]> {
  const kinds = ['create', 'update', 'delete'].map((verb) => `${kind}.${verb}`);
  // One statement, one snapshot: an entry and what it does to the table are seen together or not at all.
  const { rows } = await pg.query<{ id: string; created_seq: string; body: Fields; changed: boolean }>(
    `SELECT id, created_seq, body, false AS changed
     FROM stated_objects
     WHERE account_id = $1 AND kind = $4
     UNION ALL
     SELECT '', 0, NULL, true
     WHERE EXISTS (SELECT FROM journal_entries WHERE account_id = $1 AND seq > $2 AND kind = ANY ($3))
     ORDER BY 2`,
    [accountId, seq, kinds, kind],
  );
  if (!rows.some(({ changed }) => changed)) {
    return rows.map(({ id, created_seq, body }) => ({ id, createdSeq: Number(created_seq), fields: body }));
  }
  return replayed(pg, accountId, kind, kinds, seq);
}

async function replayed(
  pg: Pool,
  accountId: number,
  kind: string,
  kinds: string[],
  seq: number,
): Promise<ObjectAsOf[]> {
  const { rows } = await pg.query<{ seq: string; kind: string; payload: string }>(
    `SELECT seq, kind, payload
     FROM journal_entries
     WHERE account_id = $1 AND seq <= $2 AND kind = ANY ($3)
     ORDER BY seq`,
    [accountId, seq, kinds],
  );
  const objects = new Map<string, ObjectAsOf>();
  for (const row of rows) {
    const payload = JSON.parse(row.payload) as CreatePayload & UpdatePayload & DeletePayload;
    const verb = row.kind.slice(kind.length + 1);
    const known = objects.get(payload.id);
    if (verb === 'create')
      objects.set(payload.id, { id: payload.id, createdSeq: Number(row.seq), fields: payload.fields });
    if (verb === 'update' && known) known.fields = { ...known.fields, ...payload.changes };
    if (verb === 'delete') objects.delete(payload.id);
  }
  return [...objects.values()];
}
