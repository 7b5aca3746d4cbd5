/** Recomputes the table of stated objects from the journal and compares: what was changed outside an entry is found. */
import type { Pool } from 'pg';
import type { Journal } from '../../journal/types.ts';
import { applyStated, STATED_ENTRY_KINDS } from './apply.ts';

const PAGE_ENTRIES_MAX = 1_000;

export interface StatedDifference {
  kind: string;
  id: string;
  /** `missing`: the journal has it, the table lacks it; `extra`: the other way round; `differs`. */
  what: 'missing' | 'extra' | 'differs';
}

/** Differences between stated_objects and what the account's entries amount to; [] when they agree. */
export async function verifyStated(pg: Pool, journal: Journal, accountId: number): Promise<StatedDifference[]> {
  const tx = await pg.connect();
  try {
    // One snapshot for entries and table; the temporary table hides the real one from applyStated.
    await tx.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const head = await tx.query<{ head_seq: string }>('SELECT head_seq FROM accounts WHERE id = $1', [accountId]);
    const last = Number(head.rows[0]?.head_seq ?? 0);
    const schema = (await tx.query<{ schema: string }>('SELECT current_schema() AS schema')).rows[0]!.schema;
    await tx.query('CREATE TEMPORARY TABLE stated_objects (LIKE stated_objects INCLUDING ALL) ON COMMIT DROP');
    for (let after = 0; after < last; ) {
      const kinds = STATED_ENTRY_KINDS;
      const page = await journal.list(accountId, { after, before: last + 1, limit: PAGE_ENTRIES_MAX, kinds });
      for (const entry of page) await applyStated(tx, entry);
      after = page.length < PAGE_ENTRIES_MAX ? last : page.at(-1)!.seq;
    }
    const { rows } = await tx.query<StatedDifference>(
      `SELECT coalesce(kept.kind, replayed.kind) AS kind,
              coalesce(kept.id, replayed.id) AS id,
              CASE WHEN kept.id IS NULL THEN 'missing' WHEN replayed.id IS NULL THEN 'extra' ELSE 'differs' END AS what
       FROM (SELECT * FROM "${schema}".stated_objects WHERE account_id = $1) AS kept
       FULL JOIN stated_objects AS replayed USING (kind, id)
       WHERE kept.id IS NULL
          OR replayed.id IS NULL
          OR (kept.body, kept.created_seq, kept.created_at, kept.updated_seq, kept.updated_at)
             IS DISTINCT FROM
             (replayed.body, replayed.created_seq, replayed.created_at, replayed.updated_seq, replayed.updated_at)
       ORDER BY 1, 2
       LIMIT 1000`,
      [accountId],
    );
    return rows;
  } finally {
    await tx.query('ROLLBACK').catch(() => {});
    tx.release();
  }
}
