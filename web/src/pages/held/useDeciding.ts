/**
 * Stating decisions one after the other while the person goes on: what is decided leaves the list at once, comes back when the
 * server refuses it, and the newest can be taken back.
 */
import { useRef, useState } from 'react';
import type { DecisionInput, QueueItem, Stated } from '../../api/carbon.ts';
import { api, dataOf } from '../../api/client.ts';
import { queryClient, readAgain } from '../../api/queries.ts';
import { decisionOf, keyOf, type Target } from './target.ts';

export interface Decided {
  /** Of the decisions, in the order of the items. */
  ids: readonly string[];
  keys: readonly string[];
  label: string;
}

export interface Deciding {
  /** Items that are decided, or being decided. */
  gone: ReadonlySet<string>;
  done: readonly Decided[];
  busy: boolean;
  error: unknown;
  /** `onRefused` is called when the groups are back in the list. */
  decide: (choices: readonly { item: QueueItem; target: Target }[], onRefused: () => void) => void;
  undo: () => void;
}

export function useDeciding(): Deciding {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [done, setDone] = useState<readonly Decided[]>([]);
  const [waiting, setWaiting] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const chain = useRef<Promise<void>>(Promise.resolve());
  const open = useRef(0);
  /** The same as `done`, for work that was put in line before it was drawn. */
  const stated = useRef<readonly Decided[]>([]);
  const setStated = (next: readonly Decided[]) => {
    stated.current = next;
    setDone(next);
  };

  /** After everything before it; the figures are read again when nothing is left to do. */
  const enqueue = (work: () => Promise<void>) => {
    open.current++;
    setWaiting(open.current);
    setError(null);
    chain.current = chain.current.then(async () => {
      try {
        await work();
      } catch (problem) {
        setError(problem);
      }
      open.current--;
      setWaiting(open.current);
      if (open.current === 0) {
        readAgain();
        void queryClient.invalidateQueries({ queryKey: ['account'] });
      }
    });
  };
  const bringBack = (keys: readonly string[]) =>
    setGone((old) => new Set([...old].filter((key) => !keys.includes(key))));

  return {
    gone,
    done,
    busy: waiting > 0,
    error,
    decide(choices, onRefused) {
      if (choices.length === 0) return;
      const keys = choices.map(({ item }) => keyOf(item));
      const decisions: DecisionInput[] = choices.map(({ item, target }) => decisionOf(item, target));
      setGone((old) => new Set([...old, ...keys]));
      enqueue(async () => {
        try {
          const { seq } = (await dataOf(api.POST('/api/carbon/decisions', { body: { decisions } }))) as Stated;
          const decided = {
            ids: choices.map((_, index) => `${seq}.${index + 1}`),
            keys,
            label: choices[0]!.item.activity,
          };
          setStated([...stated.current, decided]);
        } catch (problem) {
          bringBack(keys);
          onRefused();
          throw problem;
        }
      });
    },
    undo() {
      enqueue(async () => {
        const last = stated.current.at(-1);
        if (!last) return;
        for (const id of last.ids) await api.DELETE('/api/carbon/decisions/{id}', { params: { path: { id } } });
        setStated(stated.current.filter((one) => one !== last));
        bringBack(last.keys);
      });
    },
  };
}
