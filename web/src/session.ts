/**
 * Who is signed in: an API key, kept for this tab only. A link that ends in `#key=…` signs in by itself; the key is taken out
 * of the address at once, so that it is neither shared nor kept in the history.
 */
import { useSyncExternalStore } from 'react';

const STORED = 'footing.key';
const listeners = new Set<() => void>();
/** Why the person has to sign in again; null when nothing happened. */
let ended: 'expired' | null = null;

export function takeKeyFromAddress(): void {
  const match = /^#key=(fk_[A-Za-z0-9_-]+)$/.exec(window.location.hash);
  if (!match) return;
  sessionStorage.setItem(STORED, match[1]!);
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
}

export const currentKey = (): string | null => sessionStorage.getItem(STORED);

export function signIn(key: string): void {
  sessionStorage.setItem(STORED, key);
  ended = null;
  tell();
}

export function signOut(reason: 'expired' | null = null): void {
  sessionStorage.removeItem(STORED);
  ended = reason;
  tell();
}

/** The key no longer works: the page stays as it is, with everything that was typed, and asks for a key on top of it. */
export function keyRefused(): void {
  if (ended === 'expired') return;
  ended = 'expired';
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useKey = (): string | null => useSyncExternalStore(subscribe, currentKey);
export const useEnded = (): 'expired' | null => useSyncExternalStore(subscribe, () => ended);
