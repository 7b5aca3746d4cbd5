/**
 * Where somebody stands in a list that changes meanwhile: on a group, not on a number. An import that ends or another order moves
 * the group, and the choice stays with it; when the group itself leaves, the one that takes its place is next.
 */
import { useState } from 'react';

interface Place {
  at: number;
  goTo: (index: number) => void;
  /** As soon as it is in the list. */
  goToKey: (key: string) => void;
}

export function usePlace(keys: readonly string[]): Place {
  const [place, setPlace] = useState<{ key: string | undefined; index: number }>({ key: undefined, index: 0 });
  const [wanted, setWanted] = useState<string>();
  const wantedAt = wanted === undefined ? -1 : keys.indexOf(wanted);
  const found = wantedAt >= 0 ? wantedAt : place.key === undefined ? -1 : keys.indexOf(place.key);
  const at = found >= 0 ? found : within(keys, place.index);
  // Kept while drawing: whatever the list becomes next, it is this group that is looked at.
  if (keys[at] !== place.key || at !== place.index) setPlace({ key: keys[at], index: at });
  if (wantedAt >= 0) setWanted(undefined);
  return {
    at,
    goTo: (index) => {
      const next = within(keys, index);
      setWanted(undefined);
      setPlace({ key: keys[next], index: next });
    },
    goToKey: setWanted,
  };
}

const within = (keys: readonly string[], index: number): number =>
  Math.min(Math.max(index, 0), Math.max(keys.length - 1, 0));
