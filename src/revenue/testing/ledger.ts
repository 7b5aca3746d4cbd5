/** A ledger of the revenue book alone, for tests: entries are posted straight, without a journal. */
import type { Engines } from '../../engines/types.ts';
import type { Entry, Json } from '../../journal/types.ts';
import { execute, type PostContext, select } from '../../ledger/index.ts';
import { revenueBook } from '../book.ts';
import { DERIVED_COLUMNS } from '../derivation.ts';
import { postRevenueBySql } from '../posting.ts';
import { TOTALS_COLUMNS } from '../sums.ts';

export type Row = Record<string, Json>;

export interface TestLedger {
  context: PostContext;
  /** Posts entries together, as one batch. */
  post(...entries: Entry[]): Promise<void>;
  /** Posts entries one by one, each derived by SQL. */
  postBySql(...entries: Entry[]): Promise<void>;
  /** Every row of movements, steps, warnings and mrr_totals with all its columns, as text, in order. */
  postings(): Promise<string[]>;
  movements(upTo?: number): Promise<Row[]>;
  warnings(upTo?: number): Promise<Row[]>;
  read(seq: number): { engines: Engines; accountId: number; database: string; seq: number };
  drop(): Promise<void>;
}

let ledgers = 0;

/** An empty ledger in a database of its own. */
export async function testLedger(engines: Engines): Promise<TestLedger> {
  ledgers += 1;
  const database = `${engines.config.ledgerPrefix}revenue_${ledgers}`;
  await engines.clickhouse.client('default').command({ query: `CREATE DATABASE ${database}` });
  for (const table of revenueBook.tables) await execute(engines, database, table);
  const context = { engines, accountId: 1, database } as unknown as PostContext;
  const net = (table: string, upTo: number) =>
    select<Row>(
      engines,
      database,
      `SELECT * EXCEPT (net)
       FROM (
         SELECT sum(sign) AS net, origin_seq, origin_row, source, toString(customer_hash) AS customer_hash,
           customer_external_id, currency, subscription_external_id, plan_external_id, previous_plan_external_id,
           invoice_external_id, external_id, toUnixTimestamp64Milli(at) AS at, type, rule,
           toString(amount_cents * sign) AS amount_cents, customers * sign AS customers,
           toString(mrr_before) AS mrr_before, toString(mrr_after) AS mrr_after,
           toString(subscription_mrr_before) AS subscription_mrr_before, toString(subscription_mrr_after) AS subscription_mrr_after
         FROM (SELECT * FROM ${table} WHERE seq <= {upTo:UInt64})
         GROUP BY ALL
       )
       WHERE net != 0
       ORDER BY source, customer_external_id, currency, at, subscription_external_id, type, origin_seq, origin_row`,
      { upTo },
    );
  return {
    context,
    post: (...entries) => revenueBook.post(context, entries),
    postBySql: (...entries) => postRevenueBySql(context, entries),
    postings: async () => {
      const derived = ['seq', 'sign', ...DERIVED_COLUMNS].map((column) =>
        column === 'at' ? 'toUnixTimestamp64Milli(at)' : column,
      );
      const rows = await select<{ row: string }>(
        engines,
        database,
        `SELECT toJSONString(tuple(${derived.join(', ')})) AS row FROM movements
         UNION ALL SELECT toJSONString(tuple(${derived.join(', ')})) AS row FROM steps
         UNION ALL SELECT toJSONString(tuple(${derived.join(', ')})) AS row FROM warnings
         UNION ALL SELECT toJSONString(tuple(${TOTALS_COLUMNS.join(', ')})) AS row FROM mrr_totals`,
      );
      return rows.map(({ row }) => row).sort();
    },
    movements: (upTo = 1_000_000_000) => net('movements', upTo),
    warnings: (upTo = 1_000_000_000) => net('warnings', upTo),
    read: (seq) => ({ engines, accountId: 1, database, seq }),
    drop: () =>
      engines.clickhouse
        .client('default')
        .command({ query: `DROP DATABASE ${database}` })
        .then(() => {}),
  };
}

/** An entry that posts rows, or deletes keys, of a stream. */
export function entry(
  seq: number,
  stream: string,
  content: { rows: Row[] } | { keys: Array<Record<string, string>> },
  source = 'default',
): Entry {
  return {
    accountId: 1,
    seq,
    kind: 'rows' in content ? 'records.post' : 'records.delete',
    actor: 'system',
    recordedAt: '2026-01-01T00:00:00.000000Z',
    payload: { stream, source, ...content } as unknown as Json,
    evidence: null,
    idempotencyKey: null,
    payloadHash: '',
    previousHash: '',
    hash: '',
  };
}
