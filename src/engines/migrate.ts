/** Numbered SQL files to a PostgreSQL schema, once each. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { FootingError } from '../kernel/errors.ts';

/** Any constant: all starters of one database wait for the same lock. */
const MIGRATION_LOCK = 4_600_001;
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

interface Migration {
  number: number;
  name: string;
  sql: string;
  hash: string;
}

/**
 * Runs the files `NNNN_name.sql` of all folders in order of number, each in its own transaction together with its row in
 * schema_migrations: a crash leaves each file applied wholly or not at all. Two starters at once are put in line by an
 * advisory lock. Returns the names applied now.
 * Errors: `conflict` when an applied file was changed or two files have one number.
 */
export async function migrate(pool: Pool, folders: readonly string[]): Promise<string[]> {
  const migrations = await readMigrations(folders);
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await client.query(`
        CREATE TABLE IF NOT EXISTS schema_migrations (
          number integer PRIMARY KEY,
          name text NOT NULL,
          hash text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        )`);
      const { rows } = await client.query<{ number: number; hash: string }>(
        'SELECT number, hash FROM schema_migrations',
      );
      const applied = new Map(rows.map((row) => [row.number, row.hash]));
      const done: string[] = [];
      for (const migration of migrations) {
        const hash = applied.get(migration.number);
        if (hash === migration.hash) continue;
        if (hash !== undefined) {
          throw new FootingError('conflict', `The migration ${migration.name} was changed after it had been applied.`, {
            remedy: 'Restore the file as it was and put the change into a new migration.',
          });
        }
        await client.query('BEGIN');
        try {
          await client.query('INSERT INTO schema_migrations (number, name, hash) VALUES ($1, $2, $3)', [
            migration.number,
            migration.name,
            migration.hash,
          ]);
          await client.query(migration.sql);
          await client.query('COMMIT');
        } catch (error) {
          await client.query('ROLLBACK');
          throw new Error(`The migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
        }
        done.push(migration.name);
      }
      return done;
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    client.release();
  }
}

async function readMigrations(folders: readonly string[]): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.sql')) continue;
      const number = FILE_NAME.exec(name)?.[1];
      if (number === undefined) {
        throw new FootingError('conflict', `${join(folder, name)} is not named NNNN_name.sql.`, {
          remedy: 'Rename it: four digits, an underscore, lower-case letters, digits and underscores.',
        });
      }
      const sql = await readFile(join(folder, name), 'utf8');
      migrations.push({ number: Number(number), name, sql, hash: createHash('sha256').update(sql).digest('hex') });
    }
  }
  migrations.sort((a, b) => a.number - b.number);
  migrations.forEach((migration, i) => {
    const next = migrations[i + 1];
    if (next?.number === migration.number) {
      throw new FootingError('conflict', `Two migrations have one number: ${migration.name} and ${next.name}.`, {
        remedy: 'Give one of them the next free number.',
      });
    }
  });
  return migrations;
}
