/**
 * What pages show of commands, run on the sample. `node docs/examples.ts` puts into the pages what commands print now; where a page
 * shows an extract (`…`) that no longer fits, it says so and leaves it. test/docs.test.ts compares.
 *
 * In a page, a fenced block `console` holds commands (`$ …`) each followed by what it prints; a line `…` stands for any number of
 * lines, `…` within a line for any text. `$ export NAME=value` sets a variable for the rest of the page. `<!-- file: NAME -->`
 * before a fenced block puts the block into a file of that name. Times, hashes, keys and durations are not compared.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_SOME_ROWS_REJECTED } from '../src/cli/exit.ts';
import { type Cli, cliOnNewFolder, type Served } from '../test/cli/support.ts';

export const ROOT = join(import.meta.dirname, '..');
const SAMPLE = join(ROOT, 'sample/files');

/** Paths of all pages, relative to the root. docs/start.md makes an account that stays, which the other pages do not mind. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join('docs', name)),
];
export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

export interface Step {
  command: string;
  output: string[];
  /** Line of the page on which the command stands, 1 for the first. */
  at: number;
}

interface Block {
  language: string;
  file: string | undefined;
  lines: string[];
  at: number;
}

/** The fenced blocks of a page, in order. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let block: Block | undefined;
  for (const [i, line] of lines.entries()) {
    const fence = /^```(\S*)/.exec(line);
    if (!fence) block?.lines.push(line);
    else if (block) {
      blocks.push(block);
      block = undefined;
    } else {
      const file = /^<!-- file: (\S+) -->$/.exec(lines[i - 1] ?? '')?.[1];
      block = { language: fence[1] ?? '', file, lines: [], at: i + 1 };
    }
  }
  return blocks;
}

function stepsOf(block: Block): Step[] {
  const steps: Step[] = [];
  for (const [i, line] of block.lines.entries()) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [], at: block.at + i + 1 });
    else steps.at(-1)?.output.push(line);
  }
  return steps;
}

/** True when the page shows commands. */
export const hasExamples = (page: string): boolean =>
  blocksOf(textOf(page)).some(({ language }) => language === 'console');

/** Words of a command line: blanks separate, quotes of either kind hold together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, a: string | undefined, b: string | undefined) => a ?? b ?? ''),
  );
}

const MASKS: ReadonlyArray<[RegExp, string]> = [
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?=\s+(records|key|account|factors)\.)/g, '<time>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z(?=, file| \(entry)/g, '<time>'],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/(?<=\s)[0-9a-f]{12}(?=\s|$)/g, '<hash>'],
  [/key:[a-z0-9]{12}/g, 'key:<id>'],
  [/\d+\.\d s\b/g, '<duration>'],
];
const masked = (line: string): string =>
  MASKS.reduce((masking, [pattern, mask]) => masking.replace(pattern, mask), line.trimEnd());
const linesOf = (text: string): string[] => text.trimEnd().split('\n').map(masked);

/** Nothing when what the page shows is what was printed; both, as they are compared, when it is not. */
export function difference(step: Step, printed: string): { shown: string[]; printed: string[] } | undefined {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const shown = linesOf(step.output.join('\n'));
  const pattern = shown
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${escaped(line).replaceAll('…', '.*')}\\n`))
    .join('');
  const found = linesOf(printed);
  return new RegExp(`^${pattern}$`).test(`${found.join('\n')}\n`) ? undefined : { shown, printed: found };
}

export interface Examples {
  url: string;
  /** Runs the commands of a page in their order and hands each with what it printed to `see`. */
  run(page: string, see: (step: Step, printed: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** The sample imported into a folder of its own, and a server on it. The process works in that folder until `close`. */
export async function openExamples(): Promise<Examples> {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'footing-docs-'));
  const cli: Cli = await cliOnNewFolder();
  let served: Served | undefined;
  const close = async () => {
    process.chdir(before);
    await served?.stop('SIGTERM');
    await cli.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // Commands are processes of their own; the second one on finds what the first one has compiled.
    const common = { NODE_COMPILE_CACHE: join(folder, '.compiled'), FOOTING_ACCOUNT: 'aldermoor' };
    const demo = await cli.run(['demo', '--once', '--port', '0'], { env: common });
    if (demo.code !== 0) throw new Error(demo.stderr);
    served = await cli.serve();
    cpSync(SAMPLE, join(folder, 'sample/files'), { recursive: true });
    process.chdir(folder);

    const runLine = async (line: string, env: Record<string, string>): Promise<string> => {
      const [program, ...words] = wordsOf(line);
      if (program === 'export') {
        const [, name, value] = /^(\w+)=(.*)$/.exec(words[0] ?? '') ?? [];
        if (name === undefined) throw new Error(`Not an assignment: ${line}`);
        env[name] = value ?? '';
        return '';
      }
      if (line === 'npm run demo -- --once') return demo.stdout;
      if (program !== 'footing') throw new Error(`It is not known how to run: ${line}`);
      const { code, stdout, stderr } = await cli.run(words, { env });
      // Progress is on standard error too; only the words of a failure belong to what is shown.
      return stdout + (code === 0 || code === EXIT_SOME_ROWS_REJECTED ? '' : stderr);
    };
    return {
      url: served.url,
      close,
      async run(page, see) {
        const env: Record<string, string> = { ...common };
        for (const block of blocksOf(textOf(page))) {
          if (block.file) writeFileSync(join(folder, block.file), `${block.lines.join('\n')}\n`);
          if (block.language !== 'console') continue;
          for (const step of stepsOf(block)) see(step, await runLine(step.command, env));
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

if (import.meta.main) {
  const examples = await openExamples();
  try {
    for (const page of PAGES.filter(hasExamples)) {
      const lines = textOf(page).split('\n');
      const changes: Array<{ step: Step; printed: string }> = [];
      await examples.run(page, (step, printed) => {
        if (difference(step, printed) === undefined) return;
        if (step.output.some((line) => line.includes('…'))) {
          process.exitCode = 1;
          process.stderr.write(`${page}:${step.at}: the extract no longer fits: ${step.command}\n${printed}\n`);
        } else changes.push({ step, printed });
      });
      // From the end, so that the numbers of the lines before stay right.
      for (const { step, printed } of changes.reverse()) {
        lines.splice(step.at, step.output.length, ...printed.trimEnd().split('\n'));
        process.stdout.write(`${page}:${step.at}: ${step.command}\n`);
      }
      writeFileSync(join(ROOT, page), lines.join('\n'));
    }
  } finally {
    await examples.close();
  }
}
