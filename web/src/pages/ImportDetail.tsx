/** One import: how far it is, what it came to, and its rejected rows to correct. */
import { Button, Progress } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { download } from '../api/client.ts';
import { followEvents } from '../api/events.ts';
import { type Import, queryClient, readAgain, useEntry, useImport } from '../api/queries.ts';
import { type Stated, sendFile } from '../api/upload.ts';
import { toCsv } from '../components/csv.ts';
import { PageHead, Section, Shown, Stat } from '../components/Page.tsx';
import { Problem } from '../components/Problem.tsx';
import { instant } from '../format/dates.ts';
import { bytes, seconds, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { StateBadge } from './Imports.tsx';
import { RejectedRows } from './imports/RejectedRows.tsx';

type Step = NonNullable<Import['progress']>;

export function ImportDetail() {
  const seq = Number(useParams({ strict: false }).seq);
  const reading = useImport(seq);
  const progress = useProgress(seq, reading.data?.state);
  return (
    <>
      <PageHead
        title={reading.data?.file_name ?? t.imports.detail(seq)}
        note={reading.data && <About of={reading.data} />}
      >
        <Link to="/">{t.imports.toOverview}</Link>
        <Link to="/imports">{t.imports.backToHistory}</Link>
      </PageHead>
      <Shown of={reading} height={300}>
        {(found) => (
          <>
            <StateOf found={found} progress={progress} />
            {found.rejected.length > 0 && <Rejected found={found} />}
          </>
        )}
      </Shown>
    </>
  );
}

function About({ of: found }: { of: Import }) {
  return (
    <>
      {found.stream.replaceAll('_', ' ')}, {t.imports.source.toLowerCase()} {found.source}, {bytes(found.bytes)},{' '}
      {instant(found.recorded_at)},{' '}
      <Link to="/journal/$seq" params={{ seq: String(found.seq) }}>
        {t.journal.detail(found.seq)}
      </Link>
    </>
  );
}

function StateOf({ found, progress }: { found: Import; progress: Measured | null }) {
  const { counts, state, error } = found;
  return (
    <>
      {state === 'failed' && <Problem error={new Error(`${t.imports.failedTitle}: ${error ?? ''}`)} />}
      {(state === 'queued' || state === 'loading') && (
        <Section title={t.imports.progress}>
          <ProgressOf progress={progress} />
        </Section>
      )}
      {counts && (
        <div className="stats">
          <Stat
            label={t.imports.state}
            value={<StateBadge state={state} />}
            note={state === 'posted' && t.imports.posted}
          />
          <Stat label={t.imports.rows} value={whole(counts.rows)} unit={t.overview.rejectedUnit(counts.rows)} />
          <Stat
            label={t.imports.accepted}
            value={whole(counts.accepted)}
            unit={t.overview.rejectedUnit(counts.accepted)}
          />
          <Stat
            label={t.imports.rejected}
            value={whole(counts.rejected)}
            unit={t.overview.rejectedUnit(counts.rejected)}
          />
          <Stat
            label={t.imports.superseded}
            value={whole(counts.superseded)}
            unit={t.overview.rejectedUnit(counts.superseded)}
          />
        </div>
      )}
    </>
  );
}

interface Measured {
  step: Step;
  rowsPerSecond: number | null;
  secondsLeft: number | null;
}

function ProgressOf({ progress }: { progress: Measured | null }) {
  const step = progress?.step;
  const [done, total] = step?.rows_total ? [step.rows, step.rows_total] : [step?.bytes ?? 0, step?.bytes_total ?? null];
  return (
    <div role="status">
      <Progress
        value={total ? Math.min(100, (100 * done) / total) : 100}
        animated={!total}
        aria-label={t.imports.progress}
      />
      <p>
        {step?.stage ?? t.imports.states.queued}
        {step && `, ${t.common.rows(step.rows)}`}
        {progress?.rowsPerSecond && `, ${t.imports.rate(whole(progress.rowsPerSecond))}`}
        {progress?.secondsLeft != null && `, ${t.imports.left(seconds(progress.secondsLeft))}`}
      </p>
    </div>
  );
}

/** Follows the server's events while the import is not finished; then everything on the screen is read again. */
function useProgress(seq: number, state: Import['state'] | undefined): Measured | null {
  const [progress, setProgress] = useState<Measured | null>(null);
  const begun = useRef<{ stage: string; at: number; rows: number } | null>(null);
  const isRunning = state === 'queued' || state === 'loading';
  useEffect(() => {
    if (!isRunning) return;
    const stop = new AbortController();
    void followEvents(
      `/api/imports/${seq}/events`,
      ['posted', 'failed'],
      ({ name, data }) => {
        if (name === 'progress') setProgress(measure(data as Step, begun));
        else if (data !== null) {
          queryClient.setQueryData(['import', seq], data);
          if (name !== 'status') readAgain();
        }
      },
      stop.signal,
    ).catch(() => void queryClient.invalidateQueries({ queryKey: ['import', seq] }));
    return () => stop.abort();
  }, [seq, isRunning]);
  return isRunning ? progress : null;
}

/** Rate since the stage began, and what is left of it at that rate. */
function measure(step: Step, begun: { current: { stage: string; at: number; rows: number } | null }): Measured {
  const now = performance.now();
  if (begun.current?.stage !== step.stage) begun.current = { stage: step.stage, at: now, rows: step.rows };
  const elapsed = (now - begun.current.at) / 1000;
  const rate = elapsed < 0.5 ? null : (step.rows - begun.current.rows) / elapsed;
  const left = rate && step.rows_total ? Math.max(0, step.rows_total - step.rows) / rate : null;
  return { step, rowsPerSecond: rate && rate > 0 ? Math.round(rate) : null, secondsLeft: left };
}

interface ImportPayload {
  options?: { decimal?: string; dateOrder?: string; amounts?: string; mapping?: Record<string, string | null> };
}

/** Corrected rows go in as a small file of the same headers, read in the same way: so they too have evidence and an entry. */
function Rejected({ found }: { found: Import }) {
  const entry = useEntry(found.seq);
  const { options = {} } = (entry.data?.payload ?? {}) as ImportPayload;
  const mapping = options.mapping ?? {};
  const send = async (rows: readonly Record<string, string>[]): Promise<number> => {
    const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((header) => mapping[header] !== null);
    const text = toCsv([headers, ...rows.map((row) => headers.map((header) => row[header] ?? ''))]);
    const used = Object.fromEntries(headers.flatMap((header) => (mapping[header] ? [[header, mapping[header]]] : [])));
    const answer = (await sendFile(
      found.stream,
      {
        mode: 'all',
        source: found.source,
        file_name: `corrections of ${found.file_name.replace(/(\.gz|\.xlsx|\.parquet|\.ndjson|\.json)$/i, '')}`,
        format: 'csv',
        encoding: 'utf-8',
        delimiter: ',',
        ...(options.decimal ? { decimal: options.decimal } : {}),
        ...(options.dateOrder ? { date_order: options.dateOrder } : {}),
        ...(options.amounts ? { amounts: options.amounts } : {}),
        ...(Object.keys(used).length > 0 ? { mapping: JSON.stringify(used) } : {}),
      },
      new Blob([text], { type: 'text/csv' }),
    )) as Stated;
    readAgain();
    return answer.import.seq;
  };
  return (
    <Section
      title={t.imports.rejectedTitle}
      actions={
        <Button
          variant="default"
          onClick={() => void download(`/api/imports/${found.seq}/rejects.csv`, `rejects-${found.seq}.csv`)}
        >
          {t.imports.rejectsFile}
        </Button>
      }
    >
      <RejectedRows
        note={t.imports.rejectedNote}
        rows={found.rejected}
        total={found.counts?.rejected ?? found.rejected.length}
        headerOf={(column) => Object.keys(mapping).find((header) => mapping[header] === column) ?? column}
        onSend={send}
      />
    </Section>
  );
}
