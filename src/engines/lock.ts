/**
 * One server per data folder. The lock is an exclusive transaction on an SQLite file: the operating system's own file
 * lock, taken atomically and released by the kernel whenever the process ends, however it ends. No stale lock can exist.
 * A file beside it says who holds it, for the message only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { FootingError } from '../kernel/errors.ts';
import { storageError } from './files.ts';
import { commandOf, isAlive } from './processes.ts';

export interface FolderLock {
  release(): void;
}

/** After a kill -9 the kernel lets go of the lock only when the last thread of the process has ended. */
const DYING_MILLISECONDS_MAX = 10_000;
/** A signal that has been sent needs a moment to arrive. */
const GRACE_MILLISECONDS = 400;

/** Takes the lock or throws `conflict` with the pid of its holder; waits for a holder that is just dying. */
export async function lockFolder(home: string): Promise<FolderLock> {
  const path = join(home, 'lock');
  const holder = join(home, 'lock.holder');
  const asked = Date.now();
  let database = take(path);
  while (database === undefined) {
    const pid = holderPid(holder);
    // A process that is ending has let go of its memory, its command line included, before it lets go of its files.
    const dying = pid !== 0 && !(isAlive(pid) && commandOf(pid));
    if (Date.now() - asked > (dying ? DYING_MILLISECONDS_MAX : GRACE_MILLISECONDS)) throw conflict(home, pid);
    await sleep(20);
    database = take(path);
  }
  const taken = database;
  try {
    writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    taken.close();
    throw storageError(error, holder);
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      taken.close();
    },
  };
}

/** One attempt; undefined when somebody holds the lock. */
function take(path: string): DatabaseSync | undefined {
  const { DatabaseSync: Database } = loadSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (/locked|busy/i.test((error as Error).message)) return undefined;
    throw new FootingError('storage', `The lock ${path} cannot be taken: ${(error as Error).message}`, {
      remedy: 'Check owner and permissions of the data folder.',
      cause: error,
    });
  }
}

/** 0 while the holder is between taking the lock and writing its name. */
function holderPid(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').trim());
  } catch {
    return 0;
  }
}

function conflict(home: string, pid: number): FootingError {
  const who =
    pid > 0 ? `process ${pid} (${commandOf(pid)?.slice(0, 120) ?? 'its command is not visible'})` : 'a process';
  return new FootingError('conflict', `The data folder ${home} is in use by ${who}.`, {
    problems: [{ field: 'FOOTING_HOME', value: home, reason: `is in use by ${who}` }],
    remedy:
      pid > 0
        ? `Talk to that server over HTTP, stop it (kill ${pid}), or set FOOTING_HOME to another folder.`
        : 'Stop that server or set FOOTING_HOME to another folder.',
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
