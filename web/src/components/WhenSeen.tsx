/** Reads and draws what is far down only when somebody comes near it. */
import { type ReactNode, useEffect, useRef, useState } from 'react';

/** Pixels above the screen's lower edge at which the reading begins. */
const NEAR = '300px';

export function WhenSeen({ height = 120, children }: { height?: number; children: () => ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !place.current) return;
    const show = () => setSeen(true);
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && show(),
      {
        rootMargin: NEAR,
      },
    );
    observer.observe(place.current);
    window.addEventListener('beforeprint', show);
    return () => {
      observer.disconnect();
      window.removeEventListener('beforeprint', show);
    };
  }, [seen]);
  return seen ? children() : <div ref={place} style={{ minHeight: height }} />;
}
