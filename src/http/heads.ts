/** Where journals end and how far the books have posted them, told to whoever follows an account. */
import type { Footing } from '../footing.ts';

export interface Head {
  /** The journal's last entry. */
  seq: number;
  /** The last entry whose postings can be read, by book. */
  posted: { revenue: number; carbon: number };
}

type Listener = (head: Head) => void;

interface Watched {
  listeners: Set<Listener>;
  last: Head | undefined;
  poll: NodeJS.Timeout;
  /** A look is under way or about to begin. */
  looking: boolean;
  /** Something moved since it began. */
  again: boolean;
}

/** What another server of the instance stated is seen by looking. */
const POLL_MS = 1_000;
/** Entries that follow each other faster are told as one. */
const GATHER_MS = 100;

export class JournalHeads {
  readonly #footing: Footing;
  readonly #accounts = new Map<number, Watched>();
  readonly #unlisten: (() => void)[];

  constructor(footing: Footing) {
    this.#footing = footing;
    this.#unlisten = [
      footing.journal.onAppend((accountId) => this.#moved(accountId)),
      footing.ledger.onPosted((accountId) => this.#moved(accountId)),
    ];
  }

  /** The head as it stands now. */
  async head(accountId: number): Promise<Head> {
    const { journal, ledger } = this.#footing;
    // The books are asked first: an entry is never said to be posted that is not said to be stated.
    const [revenue, carbon] = await Promise.all([
      ledger.posted(accountId, 'revenue'),
      ledger.posted(accountId, 'carbon'),
    ]);
    const { seq } = await journal.head(accountId);
    return { seq, posted: { revenue, carbon } };
  }

  /** Tells `listener` the head whenever it has moved, until the returned function is called. */
  watch(accountId: number, listener: Listener): () => void {
    let watched = this.#accounts.get(accountId);
    if (watched === undefined) {
      const poll = setInterval(() => this.#moved(accountId), POLL_MS);
      watched = { listeners: new Set(), last: undefined, poll, looking: false, again: false };
      this.#accounts.set(accountId, watched);
    }
    const { listeners, poll } = watched;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(poll);
      this.#accounts.delete(accountId);
    };
  }

  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
    for (const { poll } of this.#accounts.values()) clearInterval(poll);
    this.#accounts.clear();
  }

  #moved(accountId: number): void {
    const watched = this.#accounts.get(accountId);
    if (watched === undefined) return;
    watched.again = true;
    if (!watched.looking) void this.#look(accountId, watched);
  }

  async #look(accountId: number, watched: Watched): Promise<void> {
    watched.looking = true;
    try {
      while (watched.again && watched.listeners.size > 0) {
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
        watched.again = false;
        const head = await this.head(accountId);
        if (isSame(head, watched.last)) continue;
        watched.last = head;
        for (const listener of watched.listeners) listener(head);
      }
    } catch (error) {
      // The next poll looks again.
      this.#footing.engines.log.warn({ err: error, accountId }, 'the head of the journal could not be read');
    } finally {
      watched.looking = false;
    }
  }
}

const isSame = (a: Head, b: Head | undefined): boolean =>
  b !== undefined && a.seq === b.seq && a.posted.revenue === b.posted.revenue && a.posted.carbon === b.posted.carbon;
