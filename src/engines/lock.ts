/**
 * One server per data folder. The lock is an exclusive transaction on an SQLite file: the operating system's own file
 * lock, taken atomically and released by the kernel whenever the process ends, however it ends. No stale lock can exist.
 * A file beside it says who holds it, for the message only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { FootingError } from '../kernel/errors.ts';
import { storageError } from './files.ts';
import { commandOf } from './processes.ts';

export interface FolderLock {
  release(): void;
}

/** Takes the lock or throws `conflict` with the pid of its holder. */
export function lockFolder(home: string): FolderLock {
  const path = join(home, 'lock');
  const holder = join(home, 'lock.holder');
  const { DatabaseSync: Database } = loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (/locked|busy/i.test(String((error as Error).message))) throw conflict(home, holder, error);
    throw new FootingError('storage', `The lock ${path} cannot be taken: ${(error as Error).message}`, {
      remedy: 'Check owner and permissions of the data folder.',
      cause: error,
    });
  }
  try {
    writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw storageError(error, holder);
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      database.close();
    },
  };
}

function conflict(home: string, holder: string, cause: unknown): FootingError {
  let pid = 0;
  try {
    pid = Number(readFileSync(holder, 'utf8').trim());
  } catch {
    // The holder is between taking the lock and writing its name.
  }
  const who =
    pid > 0 ? `process ${pid} (${commandOf(pid)?.slice(0, 120) ?? 'its command is not visible'})` : 'a process';
  return new FootingError('conflict', `The data folder ${home} is in use by ${who}.`, {
    problems: [{ field: 'FOOTING_HOME', value: home, reason: `is in use by ${who}` }],
    remedy:
      pid > 0
        ? `Talk to that server over HTTP, stop it (kill ${pid}), or set FOOTING_HOME to another folder.`
        : 'Stop that server or set FOOTING_HOME to another folder.',
    cause,
  });
}

/** Node marks its SQLite module as experimental with a warning; the little that is used here is settled. */
function loadSqlite(): typeof import('node:sqlite') {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
