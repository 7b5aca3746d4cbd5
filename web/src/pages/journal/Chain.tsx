/** Verification: started here, followed while it runs, with what it found. */
import { Alert, Button, Progress } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ApiError, api, dataOf } from '../../api/client.ts';
import { followEvents } from '../../api/events.ts';
import { type Job, queryClient, useJobs } from '../../api/queries.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Section } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { instant } from '../../format/dates.ts';
import { t } from '../../texts.ts';

interface VerifyResult {
  agrees: boolean;
  entries: number;
  evidence: { files: number };
  totals: { book: string; name: string; live: string; rebuilt: string; agrees: boolean }[];
  findings: unknown[];
}

export function Chain() {
  const jobs = useJobs();
  const [error, setError] = useState<unknown>(null);
  const [step, setStep] = useState<Job['progress']>(null);
  const job = jobs.data?.jobs.find(({ kind }) => kind === 'verify');
  const running = job?.state === 'running' ? job.id : null;
  useEffect(() => {
    if (running === null) return;
    const stop = new AbortController();
    void followEvents(
      `/api/jobs/${running}/events`,
      ['done', 'failed'],
      ({ name, data }) => {
        if (name === 'progress') setStep(data as Job['progress']);
        else void queryClient.invalidateQueries({ queryKey: ['jobs'] });
      },
      stop.signal,
    ).catch(() => void queryClient.invalidateQueries({ queryKey: ['jobs'] }));
    return () => stop.abort();
  }, [running]);
  const start = async () => {
    setError(null);
    setStep(null);
    try {
      await dataOf(api.POST('/api/verify'));
    } catch (problem) {
      setError(problem);
    }
    void queryClient.invalidateQueries({ queryKey: ['jobs'] });
  };
  const isForbidden = jobs.error instanceof ApiError && jobs.error.status === 403;
  return (
    <Section
      title={t.journal.chain}
      note={t.journal.chainNote}
      actions={
        <Button onClick={() => void start()} loading={running !== null} disabled={isForbidden}>
          {t.journal.verify}
        </Button>
      }
    >
      {(error ?? jobs.error) !== null && <Problem error={error ?? jobs.error} />}
      {running !== null && <Running step={step ?? job!.progress} />}
      {job?.state === 'failed' && <Problem error={new Error(job.problem?.detail ?? t.journal.disagrees)} />}
      {job?.state === 'done' && <Result result={job.result as VerifyResult} at={job.finished_at!} />}
      {!job && jobs.data && <p className="dimmed">{t.journal.notVerified}</p>}
    </Section>
  );
}

function Running({ step }: { step: Job['progress'] }) {
  return (
    <div role="status">
      <p>{t.journal.verifying(step?.stage ?? '…')}</p>
      <Progress
        value={step?.total ? (100 * step.done) / step.total : 100}
        animated={!step?.total}
        aria-label={t.journal.chain}
      />
    </div>
  );
}

function Result({ result, at }: { result: VerifyResult; at: string }) {
  return (
    <>
      {result.agrees ? (
        <Alert color="ledger" variant="light" role="status">
          {t.journal.verified(result.entries, result.evidence.files, result.totals.length, instant(at))}
        </Alert>
      ) : (
        <Alert color="red" variant="light" role="alert" title={t.journal.disagrees}>
          <pre>{JSON.stringify(result.findings, null, 2)}</pre>
        </Alert>
      )}
      <details>
        <summary>{t.journal.totals}</summary>
        <DataTable
          caption={t.journal.totals}
          rows={result.totals}
          rowKey={({ book, name }) => `${book} ${name}`}
          columns={[
            { key: 'name', label: t.journal.what, head: true, text: ({ name }) => name },
            { key: 'book', label: t.journal.book, text: ({ book }) => book },
            { key: 'live', label: t.journal.live, numeric: true, text: ({ live }) => live },
            { key: 'rebuilt', label: t.journal.rebuilt, numeric: true, text: ({ rebuilt }) => rebuilt },
            {
              key: 'agrees',
              label: t.journal.agrees,
              text: ({ agrees }) => (agrees ? t.journal.yes : t.journal.no),
            },
          ]}
          heightMax={300}
        />
      </details>
    </>
  );
}
