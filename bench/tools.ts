/** What the parts of the bench share: generated files, the two sides, stop-watches. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FootingServer } from './footing.ts';
import { note } from './results.ts';

const OUTPUT_BYTES_MAX = 2 ** 20;

export interface Bench {
  /** 1 is full size. */
  scale: number;
  /** Where files and data folders go. */
  folder: string;
  /** Leave Footing's data folders there. */
  keep: boolean;
  wants(...parts: string[]): boolean;
}

/** Folder with generated files; made once per size. */
export function generated({ folder: below }: Bench, name: string, make: (folder: string) => void): string {
  const folder = join(below, name);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    say(`Generating ${name} …`);
    mkdirSync(folder, { recursive: true });
    make(folder);
    writeFileSync(done, '');
  }
  return folder;
}

/** Runs `work` against a server on an empty data folder. */
export async function withFooting(
  { folder: below, keep }: Bench,
  name: string,
  catalogue: string | undefined,
  work: (footing: FootingServer) => Promise<void>,
): Promise<void> {
  say(`Footing: ${name} …`);
  const folder = join(below, `footing-${name}`);
  mkdirSync(folder, { recursive: true });
  const footing = new FootingServer(folder, catalogue);
  try {
    await footing.start();
    await work(footing);
  } finally {
    await footing.stop();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

export async function duckDb<Figures>({ folder }: Bench, part: string, data: string): Promise<Figures> {
  say(`DuckDB: ${part} …`);
  return JSON.parse(await run('bench/duckdb/measure.ts', [part, data, join(folder, 'duckdb')]));
}

/** Standard output of a script of the project, run by this Node. */
export async function run(script: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', script), ...args], {
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout;
}

export function millions(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} million` : String(count);
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Durations of `runs` goes, in milliseconds, ascending. */
export async function durations(runs: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < runs; i++) taken.push(await milliseconds(() => work(i)));
  return taken.sort((a, b) => a - b);
}

/** The value below which the share of ascending values lies. */
export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

interface Slowest {
  ms: number;
  name: string;
}

/**
 * The slowest of several requests, each by its median of `runs`, and what it was; `longest` is the longest single go: the first of a request whose
 * figures are kept afterwards.
 */
export async function slowest(
  requests: Record<string, () => Promise<unknown>>,
  runs: number,
): Promise<Slowest & { longest: Slowest }> {
  let worst = { ms: 0, name: '' };
  let longest = { ms: 0, name: '' };
  for (const [name, work] of Object.entries(requests)) {
    // A request that fails is slower than any other: the other figures are still wanted.
    const sorted = await durations(runs, work).catch((error: Error) => {
      note(`${name} failed: ${error.message}`);
      return [Number.POSITIVE_INFINITY];
    });
    const ms = at(sorted, 0.5);
    if (ms > worst.ms) worst = { ms, name };
    if (sorted.at(-1)! > longest.ms) longest = { ms: sorted.at(-1)!, name };
  }
  return { ...worst, longest };
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
