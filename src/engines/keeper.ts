/** Keeps one store's process running: starts it, starts it again when it ends, and goes on trying, more and more rarely, when that fails. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { FootingError } from '../kernel/errors.ts';

/** Ends without a minute of peace between them that are answered at once; after them each restart waits. */
const PROMPT_RESTARTS_MAX = 10;
const PEACE_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS_MIN = 250;
const PAUSE_MILLISECONDS_MAX = 30_000;

/** One run of a store. */
export interface Running {
  /** Resolves with the reason when it ends, asked to or not. */
  ended: Promise<string>;
}

export interface KeeperTimes {
  pauseMin: number;
  pauseMax: number;
}

/**
 * States: starting (callers of `ready` wait for this attempt), running, and, after a failed attempt, pausing: callers are told at
 * once why the store is away and that it is tried again; a pause ends by itself and is never the last one.
 */
export class Keeper {
  readonly #store: string;
  readonly #startOnce: () => Promise<Running>;
  readonly #remedy: string;
  readonly #log: Logger;
  readonly #times: KeeperTimes;
  readonly #stopping = new AbortController();
  #attempt: Promise<void> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #failures = 0;
  #ends = 0;
  #startedAt = 0;
  #reason = '';

  /** `startOnce` resolves when the store answers, with the promise of the reason for which it ends later. */
  constructor(
    store: string,
    startOnce: () => Promise<Running>,
    remedy: string,
    log: Logger,
    times: KeeperTimes = { pauseMin: PAUSE_MILLISECONDS_MIN, pauseMax: PAUSE_MILLISECONDS_MAX },
  ) {
    this.#store = store;
    this.#startOnce = startOnce;
    this.#remedy = remedy;
    this.#log = log;
    this.#times = times;
  }

  /** The first start; its failure is the caller's, and nothing is tried again. */
  async begin(): Promise<void> {
    this.#attempt = this.#start();
    await this.#attempt;
  }

  /** Resolves when the store answers (again). While it cannot be started: `unavailable` with the reason. */
  ready(): Promise<void> {
    return this.#attempt;
  }

  /** No start is begun after this; resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#attempt.catch(() => {});
    await this.#loop;
  }

  async #start(): Promise<void> {
    this.#startedAt = Date.now();
    const { ended } = await this.#startOnce();
    this.#failures = 0;
    void ended.then((reason) => this.#onEnd(reason));
  }

  #onEnd(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#ends = Date.now() - this.#startedAt > PEACE_MILLISECONDS ? 1 : this.#ends + 1;
    this.#reason = `it ended: ${reason}`;
    this.#log.error({ reason, ends: this.#ends }, `${this.#store} ended; restarting it`);
    this.#loop = this.#restart();
  }

  async #restart(): Promise<void> {
    // One that ends again and again is not started in a tight circle.
    let pauses = Math.max(0, this.#ends - PROMPT_RESTARTS_MAX);
    for (;;) {
      if (pauses > 0) {
        this.#failures = Math.max(this.#failures, pauses);
        const away = Promise.reject(this.#away());
        away.catch(() => {});
        this.#attempt = away;
        const pause = Math.min(this.#times.pauseMax, this.#times.pauseMin * 2 ** Math.min(pauses - 1, 20));
        await sleep(pause, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => {});
      }
      if (this.#stopping.signal.aborted) return;
      this.#attempt = this.#start();
      try {
        await this.#attempt;
        return;
      } catch (error) {
        pauses += 1;
        this.#failures = pauses;
        this.#reason = `it cannot be started: ${(error as Error).message}`;
        this.#log.error({ err: error, attempts: pauses }, `${this.#store} did not restart; it is tried again`);
      }
    }
  }

  #away(): FootingError {
    const times = this.#failures === 1 ? 'once' : `${this.#failures} times`;
    return new FootingError(
      'unavailable',
      `The embedded ${this.#store} does not run (tried ${times}, and again by itself): ${this.#reason.replace(/\.$/, '')}.`,
      { remedy: this.#remedy },
    );
  }
}
