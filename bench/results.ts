/** What was measured: gathered while the parts run, printed as one table with the targets, written as JSON. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

interface Result {
  what: string;
  footing: number | null;
  duckdb: number | null;
  unit: string;
  /** The highest (lowest, for a rate) value or ratio that is good enough. */
  target: string;
  met: boolean | null;
  /** When it was measured. */
  at: string;
}

interface Recorded {
  scale: number;
  machine: { cpu: string; cores: number };
  at: string;
  results: Result[];
  notes: string[];
}

const RECORD = join(import.meta.dirname, 'results.json');
const now = (): string => new Date().toISOString();

const results: Result[] = [];
const notes: string[] = [];

export function note(text: string): void {
  notes.push(text);
}

/** A figure beside DuckDB's, with the highest ratio that is good enough. */
export function ratio(what: string, footing: number, duckdb: number | undefined, unit: string, ratioMax: number): void {
  results.push({
    what,
    footing,
    duckdb: duckdb ?? null,
    unit,
    target: `at most ${ratioMax} x DuckDB`,
    met: duckdb === undefined ? null : footing / duckdb <= ratioMax,
    at: now(),
  });
}

/** A figure that must stay below `max`. */
export function below(what: string, footing: number, unit: string, max: number, duckdb?: number): void {
  results.push({
    what,
    footing,
    duckdb: duckdb ?? null,
    unit,
    target: `below ${Math.round(max)} ${unit}`,
    met: footing < max,
    at: now(),
  });
}

/** A rate that must reach `min`. */
export function atLeast(what: string, footing: number, unit: string, min: number): void {
  results.push({ what, footing, duckdb: null, unit, target: `at least ${min}`, met: footing >= min, at: now() });
}

/**
 * Prints the table and writes `bench/results/latest.json`; with `record` puts what was measured into `bench/results.json` too, where what
 * this run did not measure stays as it was, if it was measured at the same size on such a machine.
 */
export function report(scale: number, record: boolean): void {
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()} ${arch()}`,
    node: process.versions.node,
  };
  const figure = (value: number | null, unit: string): string =>
    value === null ? '' : `${value.toFixed(unit === 's' || (unit === 'ms' && value < 10) ? 1 : 0)} ${unit}`;
  const rows = results.map(({ what, footing, duckdb, unit, target, met }) => [
    what,
    figure(footing, unit),
    figure(duckdb, unit),
    footing === null || duckdb === null ? '' : (footing / duckdb).toFixed(2),
    target,
    met === null ? '' : met ? 'yes' : 'NO',
  ]);
  const table = [['what', 'Footing', 'DuckDB', 'ratio', 'target', 'met'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
  for (const text of notes) process.stdout.write(`${text}\n`);
  process.stdout.write(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}; scale ${scale}\n`,
  );
  const written = (told: Pick<Recorded, 'results' | 'notes'>): string =>
    `${JSON.stringify({ at: now(), scale, machine, ...told }, null, 2)}\n`;
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.json'), written({ results, notes }));
  if (record) writeFileSync(RECORD, written(withEarlier(scale, machine)));
}

/** What was recorded before, each figure replaced that was measured anew, and then what is new; so too the notes, by what they begin with. */
function withEarlier(scale: number, machine: Recorded['machine']): Pick<Recorded, 'results' | 'notes'> {
  if (!existsSync(RECORD)) return { results, notes };
  const before = JSON.parse(readFileSync(RECORD, 'utf8')) as Recorded;
  const alike = before.scale === scale && before.machine.cpu === machine.cpu && before.machine.cores === machine.cores;
  if (!alike) return { results, notes };
  const fresh = new Map(results.map((result) => [result.what, result]));
  const known = new Set(before.results.map(({ what }) => what));
  const about = (text: string): string => text.split(':', 1)[0]!;
  const told = new Set(notes.map(about));
  return {
    results: [
      ...before.results.map((result) => fresh.get(result.what) ?? { ...result, at: result.at ?? before.at }),
      ...results.filter(({ what }) => !known.has(what)),
    ],
    notes: [...before.notes.filter((text) => !told.has(about(text))), ...notes],
  };
}
