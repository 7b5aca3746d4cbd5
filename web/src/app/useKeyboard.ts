/** Shortcuts that work everywhere except while somebody types. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { PAGES } from './pages.ts';

const SECOND_KEY_MS = 1_200;

export function useKeyboard({ openPalette }: { openPalette: () => void }): void {
  const navigate = useNavigate();
  const pressedG = useRef(0);
  const open = useRef(openPalette);
  open.current = openPalette;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        open.current();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (performance.now() - pressedG.current < SECOND_KEY_MS) {
        pressedG.current = 0;
        const page = PAGES.find(({ key }) => key === event.key);
        if (page) {
          event.preventDefault();
          void navigate({ to: page.to });
        }
        return;
      }
      if (event.key === 'g') pressedG.current = performance.now();
      if (event.key === '?') open.current();
    };
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, [navigate]);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
