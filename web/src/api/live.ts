/**
 * Keeps the screen up with the books: the server tells where the journal ends as it grows, and what is shown is read again when
 * the books hold it. While that stream is broken, the account is asked every few seconds instead.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { useKey } from '../session.ts';
import { ApiError, apiFetch } from './client.ts';
import { eventsOf } from './events.ts';
import { queryClient, readAgain } from './queries.ts';

export interface Head {
  /** The journal's last entry, and the last one that both books hold. */
  seq: number;
  readable: number;
}

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 15_000;
/** The server says every 15 seconds that it is still there; longer silence is a connection that nobody told us is gone. */
const SILENCE_MS_MAX = 40_000;
/** What the journal alone answers; everything else waits for the postings. */
const STATED = new Set(['account', 'journal', 'imports', 'keys', 'jobs']);

let head: Head | null = null;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Where the journal and the books are; null while no stream says it. */
export const useHead = (): Head | null => useSyncExternalStore(subscribe, () => head);

function tell(next: Head | null): void {
  if (next?.seq === head?.seq && next?.readable === head?.readable) return;
  head = next;
  // For whoever looks at the document from outside: tests, support.
  document.documentElement.dataset.live = String(head !== null);
  for (const listener of listeners) listener();
}

/** Follows the account's journal while the page is on the screen. */
export function useFollowJournal(): void {
  const key = useKey();
  useEffect(() => {
    if (key === null) return;
    let following: AbortController | undefined;
    // Browsers allow few connections to one server: a page that nobody looks at does not keep one.
    const begin = () => {
      following?.abort();
      following = undefined;
      if (document.visibilityState === 'hidden') return tell(null);
      following = new AbortController();
      void follow(following.signal);
    };
    let seen: Head | undefined;
    const follow = (signal: AbortSignal) =>
      followHead(signal, (next) => {
        if (seen) compare(seen, next);
        seen = next;
        tell(next);
      });
    begin();
    document.addEventListener('visibilitychange', begin);
    return () => {
      document.removeEventListener('visibilitychange', begin);
      following?.abort();
      tell(null);
    };
  }, [key]);
}

function compare(before: Head, now: Head): void {
  if (now.seq !== before.seq) {
    void queryClient.invalidateQueries({ predicate: ({ queryKey }) => STATED.has(String(queryKey[0])) });
  }
  if (now.readable !== before.readable) readAgain();
}

async function followHead(signal: AbortSignal, onHead: (head: Head) => void): Promise<void> {
  let pause = RETRY_MS_MIN;
  while (!signal.aborted) {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX);
    };
    try {
      heard();
      const response = await apiFetch('/api/journal/events', { signal: AbortSignal.any([signal, silence.signal]) });
      for await (const { name, data } of eventsOf(response.body!, heard)) {
        pause = RETRY_MS_MIN;
        if (name !== 'head') continue;
        const { seq, posted } = data as { seq: number; posted: { revenue: number; carbon: number } };
        onHead({ seq, readable: Math.min(posted.revenue, posted.carbon) });
      }
    } catch (error) {
      // A refused key is asked for again by whatever request meets it; then this begins anew.
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return tell(null);
    } finally {
      clearTimeout(timer);
    }
    if (signal.aborted) return;
    tell(null);
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(RETRY_MS_MAX, pause * 2);
  }
}
