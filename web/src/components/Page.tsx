/** Parts that every page is made of. */
import { Skeleton, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { t } from '../texts.ts';
import { Problem } from './Problem.tsx';

/** Heading, document title and controls. The heading takes the focus when the page changes, so that screen readers say it. */
export function PageHead({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t.app.name}`;
    // Not on the very first page: there the browser's own order is right.
    if (document.activeElement !== document.body) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <header className="page-head">
      <div>
        <Title order={1} ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {note && (
          <Text size="sm" c="dimmed">
            {note}
          </Text>
        )}
      </div>
      <div className="controls no-print">{children}</div>
    </header>
  );
}

export function Section({
  title,
  note,
  actions,
  children,
}: {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <div className="section-head">
        <div>
          <Title order={2}>{title}</Title>
          {note && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </div>
        {actions && <div className="controls no-print">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

const SLOW_MS = 4_000;

/** Space of the height that the content will have; says so when an answer is slow. */
export function Loading({ height = 160 }: { height?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" aria-label={t.common.loading}>
      {slow && (
        <Text size="sm" c="dimmed" mb={4}>
          {t.common.slow}
        </Text>
      )}
      <Skeleton height={height} />
    </div>
  );
}

interface Reading<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** The content when it is there, else its place or what went wrong. Old content stays when a later reading fails. */
export function Shown<Data>({
  of: { data, error, refetch },
  height,
  children,
}: {
  of: Reading<Data>;
  height?: number;
  children: (data: Data) => ReactNode;
}) {
  return (
    <>
      {error !== null && error !== undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined ? children(data) : !error && <Loading {...(height === undefined ? {} : { height })} />}
    </>
  );
}

/** What to do next where there is nothing yet. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Text fw={600}>{title}</Text>
      <div>{children}</div>
    </div>
  );
}

/** A currency, t, kg, %: never on a line of its own. */
const SHORT_UNIT_CHARACTERS_MAX = 6;

export function Stat({
  label,
  value,
  unit,
  note,
}: {
  label: string;
  value: ReactNode;
  unit?: string;
  note?: ReactNode;
}) {
  return (
    <div className="stat">
      <div className="stat-label">{label}</div>
      <div className="stat-value">
        <span className={unit && unit.length <= SHORT_UNIT_CHARACTERS_MAX ? 'stat-together' : undefined}>
          {value} {unit && <span className="unit">{unit}</span>}
        </span>
      </div>
      {note && <div className="stat-note">{note}</div>}
    </div>
  );
}
