/** Memory of processes and all their descendants, shared pages counted once: the sum of PSS from /proc (Linux only). */
import { readdirSync, readFileSync } from 'node:fs';

/** Adding up the pages of large processes takes time that the measured side lacks: not more often than this. */
const SAMPLE_MS = 500;

export class MemorySampler {
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;
  /** Highest sum seen, in bytes; 0 where /proc does not exist. */
  peakBytes = 0;

  constructor(rootPid: number) {
    this.#root = rootPid;
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  /** Takes a sample and returns it. */
  sample(): number {
    const bytes = familyOf(this.#root).reduce((sum, pid) => sum + pssOf(pid), 0);
    this.peakBytes = Math.max(this.peakBytes, bytes);
    return bytes;
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.peakBytes;
  }
}

/** A process and its descendants, as they are now. A process that left its parent (PostgreSQL does not) is not found. */
function familyOf(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of entriesOf('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = textOf(`/proc/${pid}/stat`);
    // pid (name) state parent …; the name may hold spaces and brackets.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isInteger(parent)) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
  }
  const family = [root];
  for (let i = 0; i < family.length; i++) family.push(...(childrenOf.get(family[i]!) ?? []));
  return family;
}

function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  return kilobytes === undefined ? 0 : Number(kilobytes) * 1024;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended since.
    return '';
  }
}
