/** Progress on standard error: a bar on a terminal, a plain line now and then elsewhere. */
import { displayWidth } from './output.ts';

const BAR_CELLS = 24;
const REDRAW_MS = 80;
const LINE_MS = 5_000;

export interface Step {
  stage: string;
  done: number;
  total: number | null;
  /** Said behind the bar, for example "12,000 rows". */
  detail?: string;
}

export class ProgressBar {
  readonly #title: string;
  readonly #quiet: boolean;
  readonly #started = performance.now();
  #last = Number.NEGATIVE_INFINITY;
  #drawn = false;

  /** `quiet` draws nothing: for --json. */
  constructor(title: string, quiet = false) {
    this.#title = title;
    this.#quiet = quiet;
  }

  show(step: Step): void {
    if (this.#quiet) return;
    const now = performance.now();
    const terminal = process.stderr.isTTY === true;
    if (now - this.#last < (terminal ? REDRAW_MS : LINE_MS)) return;
    if (!terminal && this.#last === Number.NEGATIVE_INFINITY && now - this.#started < LINE_MS) {
      // Short work needs no lines in a log.
      return;
    }
    this.#last = now;
    const text = this.#text(step);
    if (!terminal) {
      process.stderr.write(`${text}\n`);
      return;
    }
    const room = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(`\r\u001b[2K${displayWidth(text) > room ? text.slice(0, room) : text}`);
    this.#drawn = true;
  }

  /** Removes the bar and leaves `text` in its place. */
  end(text?: string): void {
    if (this.#drawn) process.stderr.write('\r\u001b[2K');
    this.#drawn = false;
    if (text !== undefined && !this.#quiet) process.stderr.write(`${text}\n`);
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #text({ stage, done, total, detail }: Step): string {
    const after = detail === undefined ? '' : `  ${detail}`;
    if (total === null || total <= 0) return `${this.#title}  ${stage}${after}`;
    const share = Math.min(1, done / total);
    const full = Math.floor(share * BAR_CELLS);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
    return `${this.#title}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${stage}${after}`;
  }
}
