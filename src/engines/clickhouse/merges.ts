/**
 * Merges of the embedded engine wait for those who wait: they get what processor time is left over.
 *
 * A change of a setting writes millions of rows, and the merges that this causes took a third of the processors from the very statements that
 * write them. The engine has a setting for it (`os_threads_nice_value_merge_mutate`), which it ignores unless the process may also raise
 * priorities; to lower one's own needs no right.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A tenth of the share of others, so that merges go on under any load. */
const NICE = 10;
const THREADS = '/proc/self/task';
const THREAD_NAME = 'MergeMutate';

/** The threads are there once a table is. */
const LOOK_AGAIN_MILLISECONDS = 500;

/** Lowers the priority of this process's threads that merge, as soon as there are any. Does nothing where threads have no such names. */
export function mergesGiveWay(): void {
  if (process.platform !== 'linux' || lowered() > 0) return;
  setTimeout(mergesGiveWay, LOOK_AGAIN_MILLISECONDS).unref();
}

function lowered(): number {
  let found = 0;
  for (const thread of readdirSync(THREADS)) {
    try {
      if (readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() !== THREAD_NAME) continue;
      found++;
      setPriority(Number(thread), NICE);
    } catch {
      // It has ended, or may not be slowed down: merges are as fast as they were.
    }
  }
  return found;
}
