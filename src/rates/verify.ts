/** Recomputes the tables of rates and price indices from the journal and compares. */
import type { Engines } from '../engines/types.ts';
import type { Journal } from '../journal/types.ts';
import { applyMoney, MONEY_KINDS } from './state.ts';

const PAGE_ENTRIES_MAX = 200;
const DIFFERENCES_LISTED_MAX = 1_000;

const TABLES = {
  exchange_rates: ['base', 'quote', 'date', 'seq', 'rate', 'source'],
  price_indices: ['name', 'region', 'year', 'month', 'seq', 'value', 'source'],
} as const;

/** Rows that are there and that no entry stated, or the other way round; [] when tables and journal agree. */
export async function verifyRates(
  engines: Engines,
  journal: Journal,
  accountId: number,
): Promise<Array<{ where: string; expected: string; found: string }>> {
  const tx = await engines.pg.connect();
  try {
    // One snapshot for entries and tables; the temporary tables hide the real ones from applyMoney.
    await tx.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const head = await tx.query<{ head_seq: string }>('SELECT head_seq FROM accounts WHERE id = $1', [accountId]);
    const last = Number(head.rows[0]?.head_seq ?? 0);
    const schema = (await tx.query<{ schema: string }>('SELECT current_schema() AS schema')).rows[0]!.schema;
    for (const table of Object.keys(TABLES)) {
      await tx.query(`CREATE TEMPORARY TABLE ${table} (LIKE ${table} INCLUDING ALL) ON COMMIT DROP`);
    }
    for (let after = 0; after < last; ) {
      const kinds = MONEY_KINDS;
      const page = await journal.list(accountId, { after, before: last + 1, limit: PAGE_ENTRIES_MAX, kinds });
      for (const entry of page) await applyMoney(tx, engines.evidence, entry);
      after = page.length < PAGE_ENTRIES_MAX ? last : page.at(-1)!.seq;
    }
    const differences: Array<{ where: string; expected: string; found: string }> = [];
    for (const [table, columns] of Object.entries(TABLES)) {
      const list = columns.join(', ');
      const { rows } = await tx.query<{ where: string; weight: number }>(
        `SELECT concat_ws(' ', '${table}', ${columns.slice(0, -1).join(', ')}) AS where, weight
         FROM (
           SELECT *, 1 AS weight FROM (
             (SELECT ${list} FROM ${table}) EXCEPT (SELECT ${list} FROM "${schema}".${table} WHERE account_id = $1)
           ) AS missing
           UNION ALL
           SELECT *, -1 AS weight FROM (
             (SELECT ${list} FROM "${schema}".${table} WHERE account_id = $1) EXCEPT (SELECT ${list} FROM ${table})
           ) AS extra
         ) AS differing
         ORDER BY 1, 2
         LIMIT ${DIFFERENCES_LISTED_MAX}`,
        [accountId],
      );
      for (const { where, weight } of rows) {
        const stated = weight > 0;
        differences.push({
          where,
          expected: stated ? 'what the journal states' : 'nothing',
          found: stated ? 'nothing' : 'a row that no entry states',
        });
      }
    }
    return differences;
  } finally {
    await tx.query('ROLLBACK').catch(() => {});
    tx.release();
  }
}
