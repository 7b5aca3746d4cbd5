import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Engines } from '../engines/types.ts';
import type { Journal } from '../journal/types.ts';
import { FootingError } from '../kernel/errors.ts';
import { faultPoint } from '../kernel/faults.ts';
import { type Generation, openGenerations } from './generations.ts';
import { postUpTo } from './posting.ts';
import type { Book, Ledger, Progress } from './types.ts';

/** A read waits this long for its book's postings before it says `busy`. */
export const CATCH_UP_MS_MAX = 30_000;
/** How often other processes' commits and postings are looked for. */
const POLL_MS = 1_000;
/** How long the process that posts an account may take to make a ledger for it. */
const OPEN_MS_MAX = 10_000;
const FOLLOW_MS = 15;
/**
 * While entries come in faster than they are posted one by one, and nobody waits for them, so much is gathered before the next batch: a
 * batch costs the same few statements whether it holds one entry or five hundred.
 */
const GATHER_MS = 200;
/** Entries that come so soon after a batch come in fast. */
const SOON_MS = 50;
const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 30_000;
/** When the server stops, statements of its posting that take longer are ended. */
const STATEMENT_MS_MAX = 3_000;
/** A dropped generation stays this long for readers that began before the switch. */
const RETIRED_KEPT_MS = 10_000;
/** First key of PostgreSQL's advisory locks "this process posts the account"; the second one is the account. */
const POSTER_LOCK = 460_001;

type Bookname = Book['name'];
type ProgressListener = (accountId: number, book: Bookname, seq: number, progress: Progress) => void;
type PostedListener = (accountId: number, book: Bookname, seq: number) => void;

/** The ledger, with what the rooms of this process need besides reading it. */
export interface LedgerService extends Ledger {
  /** A generation of its own to replay into, for verification; drop it afterwards. */
  scratch(accountId: number): Promise<Generation>;
  replayInto(
    generation: Generation,
    target: number,
    onProgress?: (book: Bookname, seq: number, progress: Progress) => void,
  ): Promise<void>;
  drop(generation: Generation): Promise<void>;
  /** What stopped the book's last attempt to post, or null. */
  failure(accountId: number, book: Bookname): Promise<string | null>;
  /** Aborted when the ledger is to stop: long work looks at it between its steps. */
  readonly stopping: AbortSignal;
  /** Ends posting, rebuilds and verifications: at their next step, or in the middle of a statement that takes long. */
  stop(): void;
  close(): Promise<void>;
}

interface Lane {
  book: Book;
  running: Promise<void> | undefined;
  /** The attempt at work, a part of `running`: ends also while the lanes are held. */
  attempt: Promise<void> | undefined;
  again: boolean;
  posted: number;
  failures: number;
  /** Readers that wait for its postings: while there are any, nothing is gathered. */
  readers: number;
  /** Ends a pause in which entries are gathered. */
  wake: (() => void) | undefined;
  /** When the last batch was done, by performance.now(). */
  ended: number;
  /** The hold of the poster lock in which the lane's leftovers were removed; undefined: they have to be removed before it posts. */
  cleanIn: number | undefined;
  /** Made anew when leftovers were removed: nothing was posted since but by this lane. */
  turn: object;
}

interface AccountLedger {
  generation: Generation;
  lanes: Map<Bookname, Lane>;
  /** Set while a rebuild makes its last step: lanes begin no attempt before it ends. */
  paused: Promise<void> | undefined;
  rebuilding: boolean;
  /** The hold of the poster lock in which this process took the account over; undefined: another one posts, and is followed. */
  takenIn: number | undefined;
  takingOver: Promise<void> | undefined;
}

/**
 * The loops that keep every account's ledger up with its journal, one lane per book, so that a long import into one book does not
 * delay the other. One process posts an account at a time (an advisory lock in PostgreSQL); others follow its posted seq.
 */
export async function openLedger(
  engines: Engines,
  journal: Journal,
  books: readonly Book[],
  prefix: string,
): Promise<LedgerService> {
  const generations = openGenerations(engines, books, prefix);
  const dependencies = { engines, journal, generations };
  const accounts = new Map<number, Promise<AccountLedger>>();
  /** The same once they are open. */
  const openAccounts = new Map<number, AccountLedger>();
  const progressListeners = new Set<ProgressListener>();
  const postedListeners = new Set<PostedListener>();
  const stopping = new AbortController();
  const rebuilds = new Set<Promise<void>>();
  /** The turn (term) in which this process posts each account, and the hold of the poster lock under which it was begun. */
  const terms = new Map<number, { hold: number; generation: Generation }>();
  const locks = openPosterLocks(engines);

  function account(accountId: number): Promise<AccountLedger> {
    let opened = accounts.get(accountId);
    if (!opened) {
      opened = open(accountId);
      accounts.set(accountId, opened);
      opened.then(
        (ledger) => openAccounts.set(accountId, ledger),
        () => accounts.delete(accountId),
      );
    }
    return opened;
  }

  /**
   * Finds the account's live generation; the process that posts the account makes one where there is none that its books can read
   * (a generation of another schema version is replaced: it is only a copy). A process that does not post waits for that one.
   */
  async function open(accountId: number): Promise<AccountLedger> {
    const deadline = Date.now() + OPEN_MS_MAX;
    for (;;) {
      stopping.signal.throwIfAborted();
      const takenIn = await locks.tryAcquire(accountId);
      const generation = takenIn === undefined ? await generations.live(accountId) : await takeOver(accountId, takenIn);
      if (!generation) {
        if (Date.now() > deadline) {
          throw new FootingError('busy', 'Another process posts this account, and its ledger is of another version', {
            remedy: 'Stop the servers of the other version.',
          });
        }
        await sleep(FOLLOW_MS, undefined, { signal: stopping.signal });
        continue;
      }
      const lanes = new Map<Bookname, Lane>();
      for (const book of books) {
        const posted = await generations.posted(generation, book.name);
        lanes.set(book.name, {
          book,
          running: undefined,
          attempt: undefined,
          again: false,
          posted,
          failures: 0,
          readers: 0,
          wake: undefined,
          ended: Number.NEGATIVE_INFINITY,
          cleanIn: undefined,
          turn: {},
        });
      }
      return { generation, lanes, paused: undefined, rebuilding: false, takenIn, takingOver: undefined };
    }
  }

  /**
   * What the process that posts an account does first: drops the generations that a dead process left, makes a ledger where there is
   * none. Each lane removes its own leftovers (`cleanUp`): the other one may be writing.
   */
  async function takeOver(accountId: number, hold: number): Promise<Generation> {
    await generations.sweep(accountId);
    const live = await generations.live(accountId, true);
    if (live) {
      // A lane that begins again after a failure must not end the turn of the other one, which may be at work.
      const mine = terms.get(accountId);
      if (mine?.hold === hold && mine.generation.generation === live.generation) {
        return { ...live, term: mine.generation.term! };
      }
      return began(accountId, hold, await generations.beginTerm(live));
    }
    const fresh = await generations.build(accountId);
    for (const old of await generations.switchTo(fresh)) await generations.drop(old);
    return began(accountId, hold, fresh);
  }

  function began(accountId: number, hold: number, generation: Generation): Generation {
    terms.set(accountId, { hold, generation });
    return generation;
  }

  function kick(accountId: number): void {
    if (stopping.signal.aborted) return;
    account(accountId).then(
      (opened) => {
        for (const lane of opened.lanes.values()) kickLane(accountId, opened, lane);
      },
      (error) => engines.log.error({ err: error, accountId }, 'the ledger could not be opened'),
    );
  }

  function kickLane(accountId: number, opened: AccountLedger, lane: Lane): void {
    lane.again = true;
    lane.running ??= run(accountId, opened, lane).finally(() => {
      lane.running = undefined;
    });
  }

  async function run(accountId: number, opened: AccountLedger, lane: Lane): Promise<void> {
    while (lane.again && !stopping.signal.aborted) {
      // A lane that has little to do is done before the next entry comes: it would look at every one of them alone.
      if (performance.now() - lane.ended < SOON_MS) await gather(lane);
      // Last: nothing may come between the look and the attempt that a rebuild waits for.
      while (opened.paused) await opened.paused;
      lane.again = false;
      lane.attempt = attempt(accountId, opened, lane);
      try {
        await lane.attempt;
        lane.failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        await recover(accountId, opened, lane, error);
      } finally {
        lane.attempt = undefined;
        lane.ended = performance.now();
      }
    }
  }

  async function gather(lane: Lane): Promise<void> {
    if (lane.readers > 0 || lane.failures > 0 || stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', done);
        lane.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, GATHER_MS);
      stopping.signal.addEventListener('abort', done);
      lane.wake = done;
    });
  }

  /** Posts up to the journal's head, or follows the process that does. */
  async function attempt(accountId: number, opened: AccountLedger, lane: Lane): Promise<void> {
    const { seq: head } = await journal.head(accountId);
    const hold = await mayPost(accountId, opened);
    if (hold === undefined) return follow(accountId, opened, lane, head);
    await cleanUp(opened, lane, hold);
    const reached = await postUpTo(dependencies, opened.generation, lane.book, head, {
      signal: stopping.signal,
      mayPost: () => locks.held(accountId) === hold,
      turn: lane.turn,
      onProgress: (seq, progress) => {
        for (const listener of progressListeners) listener(accountId, lane.book.name, seq, progress);
      },
      onPosted: (seq) => moved(accountId, lane, seq),
    });
    // After a failure between the move of posted_seq and its announcement nothing is left to post, but all to announce.
    moved(accountId, lane, reached);
  }

  function moved(accountId: number, lane: Lane, seq: number): void {
    if (seq === lane.posted) return;
    lane.posted = seq;
    for (const listener of postedListeners) listener(accountId, lane.book.name, seq);
  }

  /** The hold of the lock under which this process posts the account; takes over when the process that did is gone. */
  async function mayPost(accountId: number, opened: AccountLedger): Promise<number | undefined> {
    await opened.takingOver;
    const hold = await locks.tryAcquire(accountId);
    if (hold === undefined || hold === opened.takenIn) {
      opened.takenIn = hold;
      return hold;
    }
    opened.takingOver ??= takeOver(accountId, hold)
      .then(async (generation) => {
        await adopt(accountId, opened, generation);
        opened.takenIn = hold;
      })
      .finally(() => {
        opened.takingOver = undefined;
      });
    await opened.takingOver;
    return opened.takenIn;
  }

  /** Reads from another generation from now on; how far each book has posted is a fact of the generation. */
  async function adopt(accountId: number, opened: AccountLedger, generation: Generation): Promise<void> {
    if (generation.database === opened.generation.database) {
      if (generation.term !== undefined) opened.generation = generation;
      return;
    }
    const reached = new Map<Lane, number>();
    for (const lane of opened.lanes.values()) reached.set(lane, await generations.posted(generation, lane.book.name));
    opened.generation = generation;
    for (const [lane, seq] of reached) moved(accountId, lane, seq);
  }

  /** Before a lane posts for the first time under a hold, or again after a failure: nothing may be left of an earlier attempt. */
  async function cleanUp(opened: AccountLedger, lane: Lane, hold: number): Promise<void> {
    if (lane.cleanIn === hold) return;
    const { generation } = opened;
    await generations.undo(generation, lane.book, await generations.posted(generation, lane.book.name));
    lane.cleanIn = hold;
    lane.turn = {};
  }

  async function follow(accountId: number, opened: AccountLedger, lane: Lane, head: number): Promise<void> {
    await adopt(accountId, opened, (await generations.live(accountId)) ?? opened.generation);
    const reached = await generations.posted(opened.generation, lane.book.name);
    moved(accountId, lane, reached);
    if (reached >= head) return;
    lane.again = true;
    await sleep(FOLLOW_MS, undefined, { signal: stopping.signal });
  }

  /**
   * Attempts go on for ever, more and more rarely. The next one looks anew for the ledger, which may be gone or not be the live one
   * any more, and removes what this one has left.
   */
  async function recover(accountId: number, opened: AccountLedger, lane: Lane, error: unknown): Promise<void> {
    lane.failures += 1;
    lane.again = true;
    lane.cleanIn = undefined;
    if (!opened.rebuilding) opened.takenIn = undefined;
    const message = error instanceof Error ? error.message : String(error);
    engines.log.error({ err: error, accountId, book: lane.book.name, failures: lane.failures }, 'posting failed');
    const pause = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(lane.failures - 1, 10));
    await generations.setError(opened.generation, lane.book.name, message).catch(() => {});
    await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
  }

  async function posted(accountId: number, book: Bookname): Promise<number> {
    return (await account(accountId)).lanes.get(book)!.posted;
  }

  async function caughtUp(
    accountId: number,
    book: Bookname,
    seq?: number,
    timeoutMs = CATCH_UP_MS_MAX,
  ): Promise<number> {
    const target = seq ?? (await journal.head(accountId)).seq;
    if ((await posted(accountId, book)) >= target) return posted(accountId, book);
    const lane = (await account(accountId)).lanes.get(book)!;
    lane.readers += 1;
    lane.wake?.();
    try {
      return await waitUntil(accountId, book, target, timeoutMs);
    } finally {
      lane.readers -= 1;
    }
  }

  async function waitUntil(accountId: number, book: Bookname, target: number, timeoutMs: number): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const reached = await posted(accountId, book);
      if (reached >= target) return reached;
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new FootingError('busy', `The ${book} book has posted entry ${reached} of ${target}`, {
          remedy: `Try again shortly, or ask for the figures as of ${reached}.`,
        });
      }
      kick(accountId);
      await postedMoves(accountId, book, Math.min(left, POLL_MS));
    }
  }

  function postedMoves(accountId: number, book: Bookname, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        postedListeners.delete(listener);
        resolve();
      };
      const listener: PostedListener = (movedAccount, movedBook) => {
        if (movedAccount === accountId && movedBook === book) done();
      };
      const timer = setTimeout(done, timeoutMs);
      postedListeners.add(listener);
    });
  }

  async function replayInto(
    generation: Generation,
    target: number,
    onProgress?: (book: Bookname, seq: number, progress: Progress) => void,
  ): Promise<void> {
    for (const book of books) {
      await postUpTo(dependencies, generation, book, target, {
        signal: stopping.signal,
        onProgress: (seq, progress) => onProgress?.(book.name, seq, progress),
      });
    }
  }

  /**
   * Fills the next generation while the present one is read and kept up; then holds the lanes for the entries that came
   * meanwhile, and switches. Crash before the switch: a `building` generation that the next start drops; after it: done.
   */
  function rebuild(accountId: number, onProgress?: (seq: number, progress: Progress) => void): Promise<void> {
    const rebuilding = rebuildOnce(accountId, onProgress).finally(() => rebuilds.delete(rebuilding));
    rebuilds.add(rebuilding);
    return rebuilding;
  }

  async function rebuildOnce(accountId: number, onProgress?: (seq: number, progress: Progress) => void): Promise<void> {
    const opened = await account(accountId);
    const hold = await mayPost(accountId, opened);
    if (hold === undefined) {
      throw new FootingError('busy', 'Another process posts this account', { remedy: 'Ask that process to rebuild.' });
    }
    if (opened.rebuilding) throw new FootingError('conflict', 'The ledger of this account is being rebuilt already');
    opened.rebuilding = true;
    let resume = () => {};
    try {
      const next = await generations.build(accountId);
      let present: Generation | undefined;
      try {
        const { seq: head } = await journal.head(accountId);
        await replayInto(next, head, (_, seq, progress) => onProgress?.(seq, progress));
        await faultPoint('rebuild.filled');
        opened.paused = new Promise((resolve) => {
          resume = resolve;
        });
        for (const lane of opened.lanes.values()) await lane.attempt?.catch(() => {});
        const { seq: last } = await journal.head(accountId);
        await replayInto(next, last, (_, seq, progress) => onProgress?.(seq, progress));
        present = opened.generation;
        if (locks.held(accountId) !== hold) {
          throw new FootingError('unavailable', 'The connection that holds the right to post was lost; rebuild again');
        }
      } catch (error) {
        await generations.drop(next).catch(() => {});
        throw error;
      }
      const retired = await generations.switchTo(next, present);
      await faultPoint('rebuild.switched');
      await adopt(accountId, opened, began(accountId, hold, next));
      setTimeout(() => {
        for (const old of retired)
          generations.drop(old).catch((err) => engines.log.warn({ err }, 'old ledger not dropped yet'));
      }, RETIRED_KEPT_MS).unref();
    } finally {
      opened.rebuilding = false;
      opened.paused = undefined;
      // What is live is looked up anew, for the case that the switch failed or nobody knows whether it did.
      opened.takenIn = undefined;
      resume();
      kick(accountId);
    }
  }

  /** Kicks the accounts whose journal or ledger has moved in another process; those at rest cost nothing. */
  async function look(): Promise<void> {
    const found = await engines.pg.query<{ id: number; head_seq: string; database: string | null }>(
      `SELECT a.id, a.head_seq, l.database
       FROM accounts AS a
       LEFT JOIN ledgers AS l ON l.account_id = a.id AND l.state = 'live'
       WHERE a.head_seq > 0`,
    );
    for (const { id, head_seq, database } of found.rows) {
      const opened = openAccounts.get(id);
      const moved =
        opened === undefined ||
        opened.generation.database !== database ||
        [...opened.lanes.values()].some((lane) => lane.posted < Number(head_seq));
      if (moved) kick(id);
    }
  }

  let impatience: NodeJS.Timeout | undefined;
  function stop(): void {
    if (stopping.signal.aborted) return;
    unsubscribe();
    clearInterval(poll);
    stopping.abort(new FootingError('unavailable', 'The server is stopping'));
    // What they had written is not visible, and removed at the next start.
    impatience = setTimeout(() => engines.clickhouse.interrupt(), STATEMENT_MS_MAX);
  }

  const unsubscribe = journal.onAppend((accountId) => kick(accountId));
  const poll = setInterval(() => {
    look().catch((err) => engines.log.warn({ err }, 'the journal could not be looked at'));
  }, POLL_MS);
  poll.unref();

  return {
    caughtUp,
    posted,
    database: async (accountId) => (await account(accountId)).generation.database,
    rebuild,
    replayInto,
    scratch: (accountId) => generations.build(accountId),
    drop: (generation) => generations.drop(generation),
    failure: async (accountId, book) => generations.error((await account(accountId)).generation, book),
    onProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    onPosted(listener) {
      postedListeners.add(listener);
      return () => postedListeners.delete(listener);
    },
    stopping: stopping.signal,
    stop,
    async close() {
      stop();
      await Promise.allSettled(rebuilds);
      for (const opened of accounts.values()) {
        const ledger = await opened.catch(() => undefined);
        for (const lane of ledger?.lanes.values() ?? []) await lane.running?.catch(() => {});
        if (ledger?.takenIn === undefined || [...ledger.lanes.values()].some((lane) => lane.failures > 0)) continue;
        await generations.endTerm(ledger.generation).catch(() => {});
      }
      clearTimeout(impatience);
      await locks.close();
    },
  };
}

/**
 * Advisory locks held on one connection of their own: when it breaks, PostgreSQL gives the accounts to another process. Every
 * acquisition is a *hold* with a number of its own, so that work begun under an earlier hold is told apart.
 */
function openPosterLocks(engines: Engines) {
  let client: PoolClient | undefined;
  let holds = 0;
  const held = new Map<number, number>();
  // A connection runs one statement at a time.
  let turn: Promise<unknown> = Promise.resolve();

  async function connection(): Promise<PoolClient> {
    if (client) return client;
    const fresh = await engines.pg.connect();
    fresh.on('error', () => {
      if (client !== fresh) return;
      held.clear();
      client = undefined;
      // Its place in the pool would be lost otherwise.
      fresh.release(true);
    });
    client = fresh;
    return fresh;
  }

  return {
    held: (accountId: number): number | undefined => held.get(accountId),
    /** The hold, or undefined when another process has the lock. */
    tryAcquire(accountId: number): Promise<number | undefined> {
      const present = held.get(accountId);
      if (present !== undefined) return Promise.resolve(present);
      const attempt = turn.then(() => tryLock(accountId));
      turn = attempt.catch(() => {});
      return attempt;
    },
    async close(): Promise<void> {
      await turn;
      const last = client;
      client = undefined;
      last?.release(true);
    },
  };

  async function tryLock(accountId: number): Promise<number | undefined> {
    const present = held.get(accountId);
    if (present !== undefined) return present;
    const on = await connection();
    const result = await on.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [
      POSTER_LOCK,
      accountId,
    ]);
    if (!result.rows[0]?.locked || client !== on) return undefined;
    holds += 1;
    held.set(accountId, holds);
    return holds;
  }
}
