/** Reads stated objects and states changes to them, each as one entry of the journal. */
import type { Pool, PoolClient } from 'pg';
import type { AppendInput, Journal, Json } from '../../journal/types.ts';
import { applyStated, type Fields, type StatedKind } from './apply.ts';

export interface StatedObject {
  id: string;
  createdSeq: number;
  /** `2026-03-31T22:00:00.000Z` */
  createdAt: string;
  updatedAt: string;
  body: Fields;
}

export interface ListOptions {
  /** Fields that must have these values, compared as text. */
  where?: Record<string, string>;
  /** Field at or after / before a value, compared as text (dates and instants in one notation). */
  from?: Record<string, string>;
  before?: Record<string, string>;
  upTo?: Record<string, string>;
  /** Field is null or absent (false) or has a value (true). */
  filled?: Record<string, boolean>;
  /** Position of the last object of the page before: createdSeq and id. */
  after?: { createdSeq: string; id: string };
  offset?: number;
  limit: number;
}

interface Row {
  id: string;
  created_seq: string;
  created_at: Date;
  updated_at: Date;
  body: Fields;
}

const COLUMNS = 'id, created_seq, created_at, updated_at, body';

export interface ChangeOptions {
  /** Records that the entry states or voids beside, as the ledger takes them. */
  records?: object | undefined;
  claims?: readonly string[];
  releases?: readonly string[];
  /** What was handed in, stored already. */
  evidence?: string;
}

export class StatedStore {
  readonly #pg: Pool;
  readonly #journal: Journal;

  constructor(pg: Pool, journal: Journal) {
    this.#pg = pg;
    this.#journal = journal;
  }

  async get(accountId: number, kind: StatedKind, id: string): Promise<StatedObject | undefined> {
    const { rows } = await this.#pg.query<Row>(
      `SELECT ${COLUMNS} FROM stated_objects WHERE account_id = $1 AND kind = $2 AND id = $3`,
      [accountId, kind, id],
    );
    return rows[0] && toObject(rows[0]);
  }

  /** The object that entry `seq` created. */
  async byNumber(accountId: number, kind: StatedKind, seq: string): Promise<StatedObject | undefined> {
    if (!/^\d{1,15}$/.test(seq)) return undefined;
    const { rows } = await this.#pg.query<Row>(
      `SELECT ${COLUMNS} FROM stated_objects WHERE account_id = $1 AND kind = $2 AND created_seq = $3`,
      [accountId, kind, seq],
    );
    return rows[0] && toObject(rows[0]);
  }

  /** Newest first. */
  async list(accountId: number, kind: StatedKind, options: ListOptions): Promise<StatedObject[]> {
    const { conditions, values } = this.#conditions(accountId, kind, options);
    if (options.after) {
      values.push(options.after.createdSeq, options.after.id);
      conditions.push(`(created_seq, id) < ($${values.length - 1}::bigint, $${values.length})`);
    }
    values.push(options.limit, options.offset ?? 0);
    const { rows } = await this.#pg.query<Row>(
      `SELECT ${COLUMNS}
       FROM stated_objects
       WHERE ${conditions.join(' AND ')}
       ORDER BY created_seq DESC, id DESC
       LIMIT $${values.length - 1} OFFSET $${values.length}`,
      values,
    );
    return rows.map(toObject);
  }

  async count(accountId: number, kind: StatedKind, options: Omit<ListOptions, 'limit' | 'after'>): Promise<number> {
    const { conditions, values } = this.#conditions(accountId, kind, options);
    const { rows } = await this.#pg.query<{ count: string }>(
      `SELECT count(*) AS count FROM stated_objects WHERE ${conditions.join(' AND ')}`,
      values,
    );
    return Number(rows[0]!.count);
  }

  #conditions(accountId: number, kind: StatedKind, options: Omit<ListOptions, 'limit' | 'after'>) {
    const values: unknown[] = [accountId, kind];
    const conditions = ['account_id = $1', 'kind = $2'];
    const compare = (fields: Record<string, string> | undefined, operator: string) => {
      for (const [name, value] of Object.entries(fields ?? {})) {
        values.push(name, value);
        conditions.push(`body ->> $${values.length - 1} ${operator} $${values.length}`);
      }
    };
    compare(options.where, '=');
    compare(options.from, '>=');
    compare(options.before, '<');
    compare(options.upTo, '<=');
    for (const [name, filled] of Object.entries(options.filled ?? {})) {
      values.push(name);
      conditions.push(`body ->> $${values.length} IS ${filled ? 'NOT NULL' : 'NULL'}`);
    }
    return { conditions, values };
  }

  async create(
    accountId: number,
    actor: string,
    kind: StatedKind,
    id: string,
    fields: Fields,
    options: ChangeOptions = {},
  ): Promise<StatedObject> {
    return (await this.change(accountId, actor, `${kind}.create`, { id, fields }, { kind, id }, options))!;
  }

  async update(
    accountId: number,
    actor: string,
    kind: StatedKind,
    id: string,
    changes: Fields,
    options: ChangeOptions = {},
  ): Promise<StatedObject> {
    return (await this.change(accountId, actor, `${kind}.update`, { id, changes }, { kind, id }, options))!;
  }

  async remove(
    accountId: number,
    actor: string,
    kind: StatedKind,
    id: string,
    options: ChangeOptions = {},
  ): Promise<void> {
    await this.change(accountId, actor, `${kind}.delete`, { id }, null, options);
  }

  /** Appends the entry, makes its change in the same transaction, and gives the object as it then is. */
  async change(
    accountId: number,
    actor: string,
    entryKind: string,
    payload: Json | object,
    changed: { kind: StatedKind; id: string } | null,
    options: ChangeOptions = {},
  ): Promise<StatedObject | undefined> {
    let after: StatedObject | undefined;
    const entry = statedEntry(accountId, actor, entryKind, payload, options);
    await this.#journal.append(accountId, {
      ...entry,
      effects: async (tx, seq) => {
        await entry.effects(tx, seq);
        if (changed === null) return;
        const { rows } = await tx.query<Row>(
          `SELECT ${COLUMNS} FROM stated_objects WHERE account_id = $1 AND kind = $2 AND id = $3`,
          [accountId, changed.kind, changed.id],
        );
        after = rows[0] && toObject(rows[0]);
      },
    });
    return after;
  }
}

/** The entry that changes a stated object, to be stated alone or together with others. */
export function statedEntry(
  accountId: number,
  actor: string,
  entryKind: string,
  payload: Json | object,
  options: ChangeOptions = {},
) {
  const { records, ...rest } = options;
  return {
    kind: entryKind,
    actor,
    payload: { ...(payload as object), ...(records && { records }) } as Json,
    ...rest,
    effects: (tx: PoolClient, seq: number) =>
      applyStated(tx, { accountId, seq, kind: entryKind, payload: payload as Json }),
  } satisfies AppendInput;
}

function toObject(row: Row): StatedObject {
  return {
    id: row.id,
    createdSeq: Number(row.created_seq),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    body: row.body,
  };
}
