/**
 * The documentation is true: what it shows of commands is what they print on the sample, its links lead somewhere, the options
 * and variables that it names exist and those that exist are named, and its generated parts are up to date.
 *
 * In a page, a fenced block `console` holds commands (`$ …`) each followed by what it prints; a line `…` stands for any number of lines, `…`
 * within a line for any text. `$ export NAME=value` sets a variable for the rest of the page. `<!-- file: NAME -->` before a fenced block
 * puts the block into a file of that name. Times, hashes, keys and durations are not compared.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands, leaves, type OpenApi, references, withGenerated } from '../docs/reference/generate.ts';
import { EXIT_SOME_ROWS_REJECTED } from '../src/cli/exit.ts';
import { type Cli, cliOnNewFolder, type Served } from './cli/support.ts';

const ROOT = join(import.meta.dirname, '..');
const SAMPLE = join(ROOT, 'sample/files');
const IMPORT_MS_MAX = 180_000;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

interface Block {
  language: string;
  file: string | undefined;
  lines: string[];
  /** Line of the page, 1 for the first. */
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

/** A page without its fenced and indented blocks. */
const proseOf = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/^ {4}.*$/gm, '');

interface Step {
  command: string;
  output: string[];
  at: number;
}

function stepsOf(block: Block): Step[] {
  const steps: Step[] = [];
  for (const [i, line] of block.lines.entries()) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [], at: block.at + i + 1 });
    else steps.at(-1)?.output.push(line);
  }
  return steps;
}

/** Words of a command line: blanks separate, quotes of either kind hold together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, a: string | undefined, b: string | undefined) => a ?? b ?? ''),
  );
}

const MASKS: ReadonlyArray<[RegExp, string]> = [
  [
    /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?(?=\s+records|\s+key|\s+account|\s+factors| \(entry|, file|$)/g,
    '<time>',
  ],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/(?<=\s)[0-9a-f]{12}(?=\s|$)/g, '<hash>'],
  [/key:[a-z0-9]{12}/g, 'key:<id>'],
  [/fk_[a-z0-9]{12}_[\w-]+/g, '<secret>'],
  [/\(\d+\.\d s\)|in \d+\.\d s/g, '(<duration>)'],
];
const masked = (text: string): string =>
  MASKS.reduce((masking, [pattern, mask]) => masking.replace(pattern, mask), text.trimEnd());

/** What was printed, compared with what the page shows, line by line; throws with both when they differ. */
function expectShown(step: Step, printed: string): void {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const wanted = step.output.join('\n').trimEnd().split('\n').map(masked);
  const found = printed.trimEnd().split('\n').map(masked);
  const pattern = wanted
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${escaped(line).replaceAll('…', '.*')}\\n`))
    .join('');
  if (new RegExp(`^${pattern}$`).test(`${found.join('\n')}\n`)) return;
  expect(found, `line ${step.at}: ${step.command}`).toEqual(wanted);
}

let cli: Cli;
let served: Served;
let folder: string;
let demo: string;

beforeAll(async () => {
  cli = await cliOnNewFolder();
  const printed = await cli.run(['demo', '--once']);
  if (printed.code !== 0) throw new Error(printed.stderr);
  demo = printed.stdout;
  served = await cli.serve();
  folder = await mkdtemp(join(tmpdir(), 'footing-docs-test-'));
  process.chdir(folder);
}, IMPORT_MS_MAX);

afterAll(async () => {
  process.chdir(ROOT);
  await served?.stop('SIGTERM');
  await cli?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Runs one line of a page; what it prints, on both outputs. */
async function run(line: string, env: Record<string, string>): Promise<string> {
  const [program, ...words] = wordsOf(line);
  if (program === 'export') {
    const [, name, value] = /^(\w+)=(.*)$/.exec(words[0] ?? '') ?? [];
    if (name === undefined) throw new Error(`Not an assignment: ${line}`);
    env[name] = value ?? '';
    return '';
  }
  if (program === 'npm' && words.join(' ') === 'run demo -- --once') return demo;
  if (program !== 'footing') throw new Error(`The test does not know how to run: ${line}`);
  const redirect = words.indexOf('>');
  const args = redirect < 0 ? words : words.slice(0, redirect);
  const { code, stdout, stderr } = await cli.run(args, { env });
  // Progress is on standard error too; only the words of a failure are compared.
  const errors = code === 0 || code === EXIT_SOME_ROWS_REJECTED ? '' : stderr;
  if (redirect < 0) return stdout + errors;
  await writeFile(join(folder, words[redirect + 1]!), stdout);
  return errors;
}

describe('what pages show of commands', () => {
  const withCommands = pages.filter((page) => blocksOf(textOf(page)).some(({ language }) => language === 'console'));

  test('there are such pages', () => {
    expect(withCommands).toEqual(expect.arrayContaining(['README.md', 'docs/start.md', 'docs/concepts.md']));
  });

  // The account that docs/start.md makes stays: the others say which they mean.
  for (const page of withCommands) {
    test(
      page,
      async () => {
        const env: Record<string, string> = { FOOTING_ACCOUNT: 'aldermoor' };
        await cp(SAMPLE, join(folder, 'sample/files'), { recursive: true });
        for (const block of blocksOf(textOf(page))) {
          if (block.file) await writeFile(join(folder, block.file), `${block.lines.join('\n')}\n`);
          if (block.language !== 'console') continue;
          for (const step of stepsOf(block)) expectShown(step, await run(step.command, env));
        }
      },
      IMPORT_MS_MAX,
    );
  }
});

describe('references', () => {
  test('the generated parts are what the definitions say', async () => {
    const api = (await (await fetch(`${served.url}/api/openapi.json`)).json()) as OpenApi;
    for (const [name, generated] of Object.entries(await references(api))) {
      const text = textOf(join('docs/reference', name));
      expect(text, 'run `node docs/reference/generate.ts`').toBe(withGenerated(text, generated));
    }
  });

  test('options that pages name exist', async () => {
    const known = new Set(leaves(await commands()).flatMap(({ command }) => command.options.map(({ long }) => long)));
    for (const other of ['--help', '--version']) known.add(other);
    const named = pages.flatMap((page) =>
      textOf(page)
        .split('\n')
        .filter((line) => /footing|^`--|`--/.test(line) && !/npm |curl |docker|cp |tar |sudo|git /.test(line))
        .flatMap((line) => (line.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []).map((option) => ({ page, option }))),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ option }) => !known.has(option))).toEqual([]);
  });

  test('commands that pages name exist', async () => {
    const names = leaves(await commands()).map(({ name }) => name);
    const used = pages.flatMap((page) =>
      [...textOf(page).matchAll(/(?:`|\$ )footing ([a-z]+(?: [a-z]+)?)/g)].map(([, words]) => ({
        page,
        words: words!,
      })),
    );
    expect(used.length).toBeGreaterThan(20);
    const unknown = used.filter(
      ({ words }) =>
        !names.some((name) => name === words || name.startsWith(`${words} `) || words.split(' ')[0] === name),
    );
    expect(unknown).toEqual([]);
  });

  test('configuration.md has every variable that the program reads, and no other', async () => {
    const read = new Set<string>();
    const pattern = /(?:read\.\w+\(|process\.env\.|\{ )'?((?:FOOTING|DATABASE|CLICKHOUSE)_[A-Z_]+)/g;
    const sources = await readdir(join(ROOT, 'src'), { recursive: true });
    for (const name of sources.filter((each) => each.endsWith('.ts') && !each.includes('.test'))) {
      const text = await readFile(join(ROOT, 'src', name), 'utf8');
      for (const [, variable] of text.matchAll(pattern)) read.add(variable!);
    }
    const destructured = readFileSync(join(ROOT, 'src/cli/connection.ts'), 'utf8').match(/FOOTING_(URL|KEY)/g) ?? [];
    for (const variable of destructured) read.add(variable);
    const named = new Set(
      textOf('docs/reference/configuration.md').match(/\b(?:FOOTING|DATABASE|CLICKHOUSE)_[A-Z_]+\b/g) ?? [],
    );
    expect([...named].sort()).toEqual([...read].sort());
  });
});

describe('links', () => {
  /** As GitHub makes them: lower case, punctuation left out, blanks to hyphens. */
  const anchors = (text: string): Set<string> =>
    new Set(
      [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
        title!
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replaceAll(' ', '-'),
      ),
    );

  test('every link to a file or a heading leads there', () => {
    const broken: string[] = [];
    let count = 0;
    for (const page of pages) {
      for (const [, target] of proseOf(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        count++;
        const [path = '', anchor] = target!.split('#');
        const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
        if (!existsSync(join(ROOT, file))) broken.push(`${page}: ${target}`);
        else if (anchor && !anchors(textOf(file)).has(anchor)) broken.push(`${page}: ${target} (no such heading)`);
      }
    }
    expect(count).toBeGreaterThan(20);
    expect(broken).toEqual([]);
  });

  test('every page is reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const [, target] of proseOf(textOf(page)).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const next = relative(ROOT, join(ROOT, dirname(page), target!));
        if (existsSync(join(ROOT, next))) reached.add(next);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});
