/**
 * What an entry does to the table of stated objects: a function of the entry and of the table as the entries before left it, used when
 * it is made and again when the table is recomputed.
 *
 * Kinds of entries are `<kind of object>.create`, `.update` and `.delete`, with the payloads below; and `contact.merge`.
 */
import type { PoolClient } from 'pg';
import type { Json } from '../../journal/types.ts';
import { FootingError } from '../../kernel/errors.ts';

export const STATED_KINDS = [
  'data_source',
  'plan_group',
  'contact',
  'customer_note',
  'opportunity',
  'task',
  'json_import',
  'subscription_event',
  'segment',
  'revenue_settings',
  'activities_export',
  'stripe_webhook',
  'stripe_sync',
] as const;
export type StatedKind = (typeof STATED_KINDS)[number];

export type Fields = { [name: string]: Json };

export interface CreatePayload {
  id: string;
  fields: Fields;
}
/** Fields that are not named keep what they have. */
export interface UpdatePayload {
  id: string;
  changes: Fields;
}
export interface DeletePayload {
  id: string;
}
/** Fields that `into` lacks are taken from `from`, which then is no more. */
export interface MergePayload {
  into: string;
  from: string;
}

export interface StatedEntry {
  accountId: number;
  seq: number;
  kind: string;
  payload: Json;
}

/** The kind of object that an entry changes, or undefined when it changes none. */
export function statedKindOf(entryKind: string): StatedKind | undefined {
  const [noun, verb] = entryKind.split('.', 2) as [string, string];
  const kind = STATED_KINDS.find((each) => each === noun);
  return kind !== undefined && ['create', 'update', 'delete', 'merge'].includes(verb) ? kind : undefined;
}

/** Every kind of entry that changes stated objects. */
export const STATED_ENTRY_KINDS: readonly string[] = STATED_KINDS.flatMap((kind) =>
  ['create', 'update', 'delete', 'merge'].map((verb) => `${kind}.${verb}`),
);

/**
 * Makes the entry's change. The entry's row must be in journal_entries already (its time is taken from there).
 * Errors: `not_found` when the object is not there; `conflict` when it is there already.
 */
export async function applyStated(tx: PoolClient, entry: StatedEntry): Promise<void> {
  const kind = statedKindOf(entry.kind);
  if (kind === undefined) return;
  const verb = entry.kind.slice(kind.length + 1);
  if (verb === 'create') await create(tx, entry, kind, entry.payload as unknown as CreatePayload);
  if (verb === 'update') await update(tx, entry, kind, entry.payload as unknown as UpdatePayload);
  if (verb === 'delete') await remove(tx, entry, kind, entry.payload as unknown as DeletePayload);
  if (verb === 'merge') await merge(tx, entry, kind, entry.payload as unknown as MergePayload);
}

const ENTRY_TIME = `(SELECT recorded_at FROM journal_entries WHERE account_id = $1 AND seq = $3)`;

async function create(tx: PoolClient, entry: StatedEntry, kind: StatedKind, payload: CreatePayload): Promise<void> {
  const made = await tx.query(
    `INSERT INTO stated_objects (account_id, kind, id, created_seq, created_at, updated_seq, updated_at, body)
     VALUES ($1, $2, $4, $3, ${ENTRY_TIME}, $3, ${ENTRY_TIME}, $5)
     ON CONFLICT DO NOTHING`,
    [entry.accountId, kind, entry.seq, payload.id, JSON.stringify(payload.fields)],
  );
  if (made.rowCount === 0) throw new FootingError('conflict', `There is a ${kind} ${payload.id} already`);
}

async function update(tx: PoolClient, entry: StatedEntry, kind: StatedKind, payload: UpdatePayload): Promise<void> {
  const changed = await tx.query(
    `UPDATE stated_objects
     SET body = body || $5, updated_seq = $3, updated_at = ${ENTRY_TIME}
     WHERE account_id = $1 AND kind = $2 AND id = $4`,
    [entry.accountId, kind, entry.seq, payload.id, JSON.stringify(payload.changes)],
  );
  if (changed.rowCount === 0) throw gone(kind, payload.id);
}

async function remove(tx: PoolClient, entry: StatedEntry, kind: StatedKind, payload: DeletePayload): Promise<void> {
  const removed = await tx.query('DELETE FROM stated_objects WHERE account_id = $1 AND kind = $2 AND id = $3', [
    entry.accountId,
    kind,
    payload.id,
  ]);
  if (removed.rowCount === 0) throw gone(kind, payload.id);
}

async function merge(tx: PoolClient, entry: StatedEntry, kind: StatedKind, payload: MergePayload): Promise<void> {
  const found = await tx.query<{ id: string; body: Fields }>(
    `SELECT id, body FROM stated_objects WHERE account_id = $1 AND kind = $2 AND id = ANY ($3) FOR UPDATE`,
    [entry.accountId, kind, [payload.into, payload.from]],
  );
  const into = found.rows.find(({ id }) => id === payload.into);
  const from = found.rows.find(({ id }) => id === payload.from);
  if (!into || !from) throw gone(kind, into ? payload.from : payload.into);
  const blank = (value: Json | undefined) => value === undefined || value === null || value === '';
  const taken = Object.entries(from.body).filter(([name]) => blank(into.body[name]));
  const custom = { ...(from.body.custom as Fields | undefined), ...(into.body.custom as Fields | undefined) };
  const changes = { ...Object.fromEntries(taken), ...(Object.keys(custom).length > 0 && { custom }) };
  await remove(tx, entry, kind, { id: payload.from });
  await update(tx, entry, kind, { id: payload.into, changes });
}

function gone(kind: string, id: string): FootingError {
  return new FootingError('not_found', `There is no ${kind} ${id}`);
}
