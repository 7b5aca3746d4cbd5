/** Jobs: work of minutes that a request starts and does not wait for. They live as long as the server does. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FootingError, isFootingError } from '../kernel/errors.ts';
import type { EventLog, EventLogs } from './events.ts';
import { type ProblemDocument, problemOf } from './problems.ts';

export type JobKind = 'verify' | 'rebuild';

export interface Job {
  id: string;
  kind: JobKind;
  state: 'running' | 'done' | 'failed';
  startedAt: string;
  finishedAt: string | null;
  progress: { stage: string; done: number; total: number | null } | null;
  result: unknown;
  problem: ProblemDocument | null;
}

export type Report = (stage: string, done: number, total: number | null) => void;

/** Finished jobs that are remembered, per account. */
const JOBS_KEPT_MAX = 50;
/** Progress is told at most this often. */
const PROGRESS_EVERY_MS = 100;

export class Jobs {
  readonly #events: EventLogs;
  readonly #log: Logger;
  readonly #jobs = new Map<number, Map<string, { job: Job; log: EventLog }>>();
  readonly #running = new Set<Promise<void>>();

  constructor(events: EventLogs, log: Logger) {
    this.#events = events;
    this.#log = log;
  }

  /** Starts a job; `conflict` while one runs for the account: a rebuild takes away the ledger that a verification looks at. */
  start(accountId: number, kind: JobKind, run: (report: Report) => Promise<unknown>): Job {
    const ofAccount = this.#jobs.get(accountId) ?? new Map<string, { job: Job; log: EventLog }>();
    this.#jobs.set(accountId, ofAccount);
    for (const { job } of ofAccount.values()) {
      if (job.state === 'running') {
        throw new FootingError('conflict', `A ${job.kind} of this account is running already.`, {
          remedy: `Follow it at /api/jobs/${job.id}.`,
        });
      }
    }
    const job: Job = {
      id: randomUUID(),
      kind,
      state: 'running',
      startedAt: new Date().toISOString(),
      finishedAt: null,
      progress: null,
      result: null,
      problem: null,
    };
    const topic = `job:${accountId}:${job.id}`;
    const log = this.#events.of(topic, () => {});
    ofAccount.set(job.id, { job, log });
    forgetOldest(ofAccount);
    const running = this.#run(job, log, run).finally(() => {
      this.#running.delete(running);
      this.#events.release(topic);
    });
    this.#running.add(running);
    return job;
  }

  /** `not_found` for jobs of other accounts and those from before the server's start. */
  get(accountId: number, id: string): { job: Job; log: EventLog } {
    const found = this.#jobs.get(accountId)?.get(id);
    if (!found) throw new FootingError('not_found', 'There is no such job since the server was started.');
    return found;
  }

  list(accountId: number): Job[] {
    return [...(this.#jobs.get(accountId)?.values() ?? [])].map(({ job }) => job).reverse();
  }

  /** Waits until every job has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(job: Job, log: EventLog, run: (report: Report) => Promise<unknown>): Promise<void> {
    let told = 0;
    try {
      job.result = await run((stage, done, total) => {
        const changed = job.progress?.stage !== stage;
        job.progress = { stage, done, total };
        if (!changed && performance.now() - told < PROGRESS_EVERY_MS) return;
        told = performance.now();
        log.add('progress', job.progress);
      });
      job.state = 'done';
    } catch (error) {
      // A stop, or a store that is away: the one who asked is told, and nothing is wrong with the program.
      const level = isFootingError(error, 'unavailable') ? 'warn' : 'error';
      this.#log[level]({ err: error, job: job.kind }, 'job failed');
      job.state = 'failed';
      job.problem = problemOf(error, null);
    }
    job.finishedAt = new Date().toISOString();
    log.end(job.state, job);
  }
}

function forgetOldest(jobs: Map<string, { job: Job }>): void {
  for (const [id, { job }] of jobs) {
    if (jobs.size <= JOBS_KEPT_MAX) return;
    if (job.state !== 'running') jobs.delete(id);
  }
}
