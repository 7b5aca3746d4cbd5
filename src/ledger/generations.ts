import type { Engines } from '../engines/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { execute, select } from './sql.ts';
import type { Book } from './types.ts';

/** One ledger of an account: a ClickHouse database and how far each book has posted into it. */
export interface Generation {
  accountId: number;
  generation: number;
  database: string;
}

const NO_DATABASE = 'default';

export function schemaVersion(books: readonly Book[]): string {
  return books.map((book) => `${book.name}:${book.schemaVersion}`).join(' ');
}

/**
 * Generations of ledgers: making, finding, switching and dropping them. PostgreSQL's table `ledgers` is the pointer.
 *
 * Crash consequences: a generation is inserted as `building` before its database is made, so a database that no row names
 * cannot come to be; a `building` or `retired` row of a dead process is dropped at the next start (`sweep`).
 */
export function openGenerations(engines: Engines, books: readonly Book[], prefix: string) {
  const { pg } = engines;
  /** Generations that this process builds, scratches or has retired a moment ago: still at work, so never swept. */
  const own = new Set<string>();

  async function createTables(database: string): Promise<void> {
    await execute(engines, NO_DATABASE, `CREATE DATABASE IF NOT EXISTS ${database}`);
    for (const book of books) for (const table of book.tables) await execute(engines, database, table);
  }

  async function drop({ accountId, generation, database }: Generation): Promise<void> {
    await execute(engines, NO_DATABASE, `DROP DATABASE IF EXISTS ${database} SYNC`);
    await pg.query('DELETE FROM ledgers WHERE account_id = $1 AND generation = $2', [accountId, generation]);
    own.delete(database);
  }

  return {
    /** A new, empty generation in state `building`. */
    async build(accountId: number): Promise<Generation> {
      const result = await pg.query<{ generation: number }>(
        `INSERT INTO ledgers (account_id, generation, database, schema_version, state)
         SELECT $1, next, $2 || $1 || '_' || next, $3, 'building'
         FROM (SELECT coalesce(max(generation), 0) + 1 AS next FROM ledgers WHERE account_id = $1) AS numbered
         RETURNING generation`,
        [accountId, prefix, schemaVersion(books)],
      );
      const { generation } = result.rows[0]!;
      const database = `${prefix}${accountId}_${generation}`;
      own.add(database);
      await execute(engines, NO_DATABASE, `DROP DATABASE IF EXISTS ${database} SYNC`);
      await createTables(database);
      for (const book of books) {
        await pg.query(
          'INSERT INTO ledger_heads (account_id, generation, book) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [accountId, generation, book.name],
        );
      }
      return { accountId, generation, database };
    },

    /**
     * The live generation, or undefined when there is none that this version of the books can read (none yet, another schema
     * version, or its database is gone: the ledger is disposable).
     */
    async live(accountId: number): Promise<Generation | undefined> {
      const result = await pg.query<{ generation: number; database: string }>(
        `SELECT generation, database FROM ledgers WHERE account_id = $1 AND state = 'live' AND schema_version = $2`,
        [accountId, schemaVersion(books)],
      );
      const row = result.rows[0];
      if (!row) return undefined;
      const tables = await select<{ tables: string }>(
        engines,
        NO_DATABASE,
        'SELECT count() AS tables FROM system.tables WHERE database = {database:String}',
        { database: row.database },
      );
      const expected = books.reduce((sum, book) => sum + book.tableNames.length, 0);
      if (Number(tables[0]?.tables ?? 0) < expected) return undefined;
      return { accountId, ...row };
    },

    /** Makes a generation the one that is read; whatever was live before is retired and returned. */
    async switchTo(next: Generation): Promise<Generation[]> {
      const tx = await pg.connect();
      try {
        await tx.query('BEGIN');
        const retired = await tx.query<{ generation: number; database: string }>(
          `UPDATE ledgers SET state = 'retired' WHERE account_id = $1 AND state = 'live' RETURNING generation, database`,
          [next.accountId],
        );
        await tx.query(`UPDATE ledgers SET state = 'live' WHERE account_id = $1 AND generation = $2`, [
          next.accountId,
          next.generation,
        ]);
        for (const row of retired.rows) own.add(row.database);
        await tx.query('COMMIT');
        return retired.rows.map((row) => ({ accountId: next.accountId, ...row }));
      } catch (error) {
        await tx.query('ROLLBACK').catch(() => {});
        throw error;
      } finally {
        tx.release();
      }
    },

    drop,

    /** Drops what a dead process left of this account: generations being built and retired ones. */
    async sweep(accountId: number): Promise<void> {
      const left = await pg.query<{ generation: number; database: string }>(
        `SELECT generation, database FROM ledgers WHERE account_id = $1 AND state <> 'live'`,
        [accountId],
      );
      for (const row of left.rows) if (!own.has(row.database)) await drop({ accountId, ...row });
    },

    async posted({ accountId, generation }: Generation, book: Book['name']): Promise<number> {
      const result = await pg.query<{ posted_seq: string }>(
        'SELECT posted_seq FROM ledger_heads WHERE account_id = $1 AND generation = $2 AND book = $3',
        [accountId, generation, book],
      );
      return Number(result.rows[0]?.posted_seq ?? 0);
    },

    /** The step that makes everything up to `seq` visible; `before` is where the book stood when the batch was begun. */
    async setPosted(
      { accountId, generation }: Generation,
      book: Book['name'],
      before: number,
      seq: number,
    ): Promise<void> {
      const result = await pg.query(
        `UPDATE ledger_heads SET posted_seq = $5, error = NULL
         WHERE account_id = $1 AND generation = $2 AND book = $3 AND posted_seq = $4`,
        [accountId, generation, book, before, seq],
      );
      if (result.rowCount !== 1) {
        throw new FootingError(
          'internal',
          `The ${book} ledger of account ${accountId} was posted by someone else meanwhile`,
        );
      }
    },

    async setError({ accountId, generation }: Generation, book: Book['name'], error: string): Promise<void> {
      await pg.query('UPDATE ledger_heads SET error = $4 WHERE account_id = $1 AND generation = $2 AND book = $3', [
        accountId,
        generation,
        book,
        error,
      ]);
    },

    async error({ accountId, generation }: Generation, book: Book['name']): Promise<string | null> {
      const result = await pg.query<{ error: string | null }>(
        'SELECT error FROM ledger_heads WHERE account_id = $1 AND generation = $2 AND book = $3',
        [accountId, generation, book],
      );
      return result.rows[0]?.error ?? null;
    },

    /** Removes rows of entries after `seq`: what a load that did not finish has left. Cheap when there is nothing. */
    async undo({ database }: Generation, book: Book, seq: number): Promise<void> {
      for (const table of book.tableNames) {
        const left = await select(engines, database, `SELECT 1 FROM ${table} WHERE seq > {seq:UInt64} LIMIT 1`, {
          seq,
        });
        if (left.length === 0) continue;
        await execute(
          engines,
          database,
          `ALTER TABLE ${table} DELETE WHERE seq > {seq:UInt64} SETTINGS mutations_sync = 1`,
          {
            seq,
          },
        );
      }
    },
  };
}

export type Generations = ReturnType<typeof openGenerations>;
