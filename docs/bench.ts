/** `node docs/bench.ts` puts what `npm run bench -- --record` has recorded into the README, between the marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const README = join(import.meta.dirname, '../README.md');
const RESULTS = join(import.meta.dirname, '../bench/results.json');
const MARKS = /(<!-- bench: [^\n]*-->\n)[\s\S]*?(<!-- end of bench -->)/;

interface Results {
  scale: number;
  machine: { cpu: string; cores: number; memoryGiB: number; os: string; node: string };
  results: Array<{
    what: string;
    /** Null when what was measured failed. */
    footing: number | null;
    duckdb: number | null;
    unit: string;
    target: string;
    /** Null when there was nothing to compare with. */
    met: boolean | null;
    at: string;
  }>;
}

const figure = (value: number | null, unit: string) =>
  value === null ? 'failed' : `${value.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;

const { scale, machine, results } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
if (scale !== 1) throw new Error(`The last bench was run at scale ${scale}; the README shows full size only.`);
const rows = results.map(({ what, footing, duckdb, unit, target, met }) => {
  const ratio = duckdb === null || footing === null ? '' : (footing / duckdb).toFixed(2);
  const shown = [what, figure(footing, unit), duckdb === null ? '' : figure(duckdb, unit), ratio, target];
  return `| ${[...shown, met === null ? '' : met ? 'yes' : '**no**'].join(' | ')} |`;
});
const days = [...new Set(results.map(({ at }) => at.slice(0, 10)))].sort();
const text = [
  `Measured on ${days.join(' and ')}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}. DuckDB is hand-written SQL on the same files, in the same run,`,
  'without provenance and row-level errors: [how](bench/README.md), `npm run bench`.',
  '',
  '| what | Footing | DuckDB | ratio | target | met |',
  '| --- | ---: | ---: | ---: | --- | --- |',
  ...rows,
  '',
].join('\n');
const readme = readFileSync(README, 'utf8');
if (!MARKS.test(readme)) throw new Error('The marks of the bench are not in the README.');
writeFileSync(
  README,
  readme.replace(MARKS, (_, begin: string, end: string) => begin + text + end),
);
