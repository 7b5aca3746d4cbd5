import { setTimeout as sleep } from 'node:timers/promises';
import type { Engines } from '../engines/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { DRY_RUN_PREFIX, execute, select } from './sql.ts';
import type { Book } from './types.ts';

/** One ledger of an account: a ClickHouse database and how far each book has posted into it. */
export interface Generation {
  accountId: number;
  generation: number;
  database: string;
  /** The turn in which this process posts it (`beginTerm`): one that was taken over since can move nothing. Absent: it only reads. */
  term?: number;
}

const NO_DATABASE = 'default';
/** How long statements of an earlier poster may take to end when they are told to. */
const WRITERS_END_MS_MAX = 60_000;
const WRITERS_POLL_MS = 50;

export function schemaVersion(books: readonly Book[]): string {
  return books.map((book) => `${book.name}:${book.schemaVersion}`).join(' ');
}

function takenOver(accountId: number): FootingError {
  return new FootingError('unavailable', `The ledger of account ${accountId} is posted by another process now`);
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

  /** Ends inserts into a database (into some of its tables) that are under way there, and waits until none is left. */
  async function endWriters(database: string, tables: readonly string[] = []): Promise<void> {
    const deadline = Date.now() + WRITERS_END_MS_MAX;
    const condition = `current_database = {database:String}
       AND query_kind = 'Insert'
       AND (empty({tables:Array(String)}) OR multiSearchAny(query, {tables:Array(String)}))`;
    for (;;) {
      const [left] = await select<{ statements: string }>(
        engines,
        NO_DATABASE,
        `SELECT count() AS statements FROM system.processes WHERE ${condition}`,
        { database, tables },
      );
      if (Number(left?.statements ?? 0) === 0) return;
      if (Date.now() > deadline) {
        throw new FootingError('busy', 'Statements of an earlier attempt to post this account do not end');
      }
      await execute(engines, NO_DATABASE, `KILL QUERY WHERE ${condition} ASYNC`, { database, tables });
      await sleep(WRITERS_POLL_MS);
    }
  }

  /** Where a rename was begun and not noted: the name under which the database is. */
  async function settleRename(accountId: number, row: { generation: number; database: string; renamed_to: string }) {
    const [there] = await select<{ found: string }>(
      engines,
      NO_DATABASE,
      'SELECT count() AS found FROM system.databases WHERE name = {name:String}',
      { name: row.renamed_to },
    );
    const database = Number(there?.found ?? 0) > 0 ? row.renamed_to : row.database;
    await pg.query('UPDATE ledgers SET database = $3, renamed_to = NULL WHERE account_id = $1 AND generation = $2', [
      accountId,
      row.generation,
      database,
    ]);
    return database;
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
      return { accountId, generation, database, term: 0 };
    },

    /**
     * Begins this process's turn to post a generation. What was written before it is complete or will never come:
     *  1. `term` goes up in PostgreSQL: an earlier poster cannot move posted_seq any more, nor switch generations.
     *  2. where ClickHouse is a server that others reach too and the earlier poster did not say that it had ended: the database gets
     *     another name, so that no statement of that poster can begin any more, and those that have begun are ended and waited for.
     *     (An embedded ClickHouse has one process, which the lock of the data folder guarantees.)
     * A crash between the steps: the next poster begins with 1 again; a rename that was announced is finished or dropped by `live`.
     */
    async beginTerm(live: Generation): Promise<Generation> {
      const { accountId, generation } = live;
      const taken = await pg.query<{ term: string; ended_well: boolean }>(
        `UPDATE ledger_heads AS heads
         SET term = heads.term + 1, ended_well = false
         FROM (SELECT book, ended_well FROM ledger_heads WHERE account_id = $1 AND generation = $2 FOR UPDATE) AS before
         WHERE heads.account_id = $1 AND heads.generation = $2 AND heads.book = before.book
         RETURNING heads.term, before.ended_well`,
        [accountId, generation],
      );
      const term = Math.max(...taken.rows.map((row) => Number(row.term)));
      const mayStillWrite = taken.rows.some((row) => !row.ended_well);
      if (!mayStillWrite || engines.config.clickhouseUrl === undefined) return { ...live, term };
      const renamed = `${prefix}${accountId}_${generation}_t${term}`;
      await pg.query('UPDATE ledgers SET renamed_to = $3 WHERE account_id = $1 AND generation = $2', [
        accountId,
        generation,
        renamed,
      ]);
      await execute(engines, NO_DATABASE, `RENAME DATABASE ${live.database} TO ${renamed}`);
      await endWriters(live.database);
      await pg.query('UPDATE ledgers SET database = $3, renamed_to = NULL WHERE account_id = $1 AND generation = $2', [
        accountId,
        generation,
        renamed,
      ]);
      return { ...live, database: renamed, term };
    },

    /** Says that nothing which this process wrote in its turn is under way any more. */
    async endTerm({ accountId, generation, term }: Generation): Promise<void> {
      await pg.query(
        'UPDATE ledger_heads SET ended_well = true WHERE account_id = $1 AND generation = $2 AND term = $3',
        [accountId, generation, term ?? -1],
      );
    },

    /**
     * The live generation, or undefined when there is none that this version of the books can read (none yet, another schema
     * version, or its database is gone: the ledger is disposable). `settle`: also finishes a rename that a dead poster began.
     */
    async live(accountId: number, settle = false): Promise<Generation | undefined> {
      const result = await pg.query<{ generation: number; database: string; renamed_to: string | null }>(
        `SELECT generation, database, renamed_to
         FROM ledgers
         WHERE account_id = $1 AND state = 'live' AND schema_version = $2`,
        [accountId, schemaVersion(books)],
      );
      const row = result.rows[0];
      if (!row) return undefined;
      if (settle && row.renamed_to !== null) {
        row.database = await settleRename(accountId, { ...row, renamed_to: row.renamed_to });
      }
      const tables = await select<{ tables: string }>(
        engines,
        NO_DATABASE,
        `SELECT count() AS tables
         FROM system.tables
         WHERE database = {database:String} AND NOT startsWith(name, {dry_run:String})`,
        { database: row.database, dry_run: DRY_RUN_PREFIX },
      );
      const expected = books.reduce((sum, book) => sum + book.tableNames.length, 0);
      if (Number(tables[0]?.tables ?? 0) < expected) return undefined;
      return { accountId, generation: row.generation, database: row.database };
    },

    /**
     * Makes a generation the one that is read; whatever was live before is retired and returned. `present` is the generation that
     * this process posts now: when its turn is over, nothing is switched.
     */
    async switchTo(next: Generation, present?: Generation): Promise<Generation[]> {
      const tx = await pg.connect();
      try {
        await tx.query('BEGIN');
        if (present !== undefined) {
          const mine = await tx.query(
            'SELECT 1 FROM ledger_heads WHERE account_id = $1 AND generation = $2 AND term = $3 FOR UPDATE',
            [present.accountId, present.generation, present.term ?? -1],
          );
          if (mine.rowCount === 0) throw takenOver(present.accountId);
        }
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
      const dryRuns = await select<{ database: string; name: string }>(
        engines,
        NO_DATABASE,
        `SELECT database, name
         FROM system.tables
         WHERE startsWith(database, {database:String})
           AND startsWith(name, {dry_run:String})
           AND metadata_modification_time < now() - INTERVAL 1 DAY`,
        { database: `${prefix}${accountId}_`, dry_run: DRY_RUN_PREFIX },
      );
      for (const { database, name } of dryRuns) await execute(engines, database, `DROP TABLE IF EXISTS ${name} SYNC`);
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
      { accountId, generation, term }: Generation,
      book: Book['name'],
      before: number,
      seq: number,
    ): Promise<void> {
      const result = await pg.query(
        `UPDATE ledger_heads SET posted_seq = $5, error = NULL
         WHERE account_id = $1 AND generation = $2 AND book = $3 AND posted_seq = $4 AND term = $6`,
        [accountId, generation, book, before, seq, term ?? -1],
      );
      if (result.rowCount !== 1) throw takenOver(accountId);
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

    /**
     * Removes rows of entries after `seq`: what a load that did not finish has left. Cheap when there is nothing. A statement of that
     * load whose connection broke may still run at the server: it is ended first.
     */
    async undo({ database }: Generation, book: Book, seq: number): Promise<void> {
      await endWriters(database, book.tableNames);
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
