/** Single keys of the matching queue. They rest while somebody types, while a dialog is open, and after g (go to a page). */
import { useEffect, useRef } from 'react';

export interface QueueKeys {
  move: (step: number) => void;
  /** 1 is the first candidate. */
  pick: (number: number) => void;
  confirm: () => void;
  leaveOut: () => void;
  mark: () => void;
  undo: () => void;
  search: () => void;
}

const GO_TO_MS = 1_200;

export function useQueueKeys(keys: QueueKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let pressedG = Number.NEGATIVE_INFINITY;
    const listener = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isElsewhere(event.target)) return;
      const isAfterG = performance.now() - pressedG < GO_TO_MS;
      pressedG = event.key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY;
      if (isAfterG) return;
      if (act(event.key, event.target, latest.current)) event.preventDefault();
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

/** True when the key meant something here. */
function act(key: string, target: EventTarget | null, keys: QueueKeys): boolean {
  if (/^[1-9]$/.test(key)) keys.pick(Number(key));
  else if (key === 'j') keys.move(1);
  else if (key === 'k') keys.move(-1);
  else if (key === 'x') keys.leaveOut();
  else if (key === 'u') keys.undo();
  else if (key === '/') keys.search();
  else if (isControl(target)) return false;
  else if (key === 'ArrowDown') keys.move(1);
  else if (key === 'ArrowUp') keys.move(-1);
  else if (key === 'Enter') keys.confirm();
  else if (key === ' ') keys.mark();
  else return false;
  return true;
}

/** Buttons, links and tables have a meaning of their own for Enter, space and arrows. */
const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a, summary, select, .table-box, input[type=radio]') !== null;

const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('[role=dialog], .explain, textarea, select') !== null ||
    (target instanceof HTMLInputElement && target.type !== 'radio'));
