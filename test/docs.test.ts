/**
 * The documentation is true: what it shows of commands is what they print on the sample (see docs/examples.ts), its links lead
 * somewhere, the options and variables that it names exist and those that exist are named, and its generated parts are up to date.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, type Examples, hasExamples, openExamples, PAGES, ROOT, textOf } from '../docs/examples.ts';
import { leaves, type OpenApi, references, withGenerated } from '../docs/reference/generate.ts';
import { program } from '../src/cli/program.ts';

const IMPORT_MS_MAX = 240_000;

/** A page without its fenced and indented blocks. */
const proseOf = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/^ {4}.*$/gm, '');

let examples: Examples;

beforeAll(async () => {
  examples = await openExamples();
}, IMPORT_MS_MAX);

afterAll(async () => {
  await examples?.close();
});

describe('what pages show of commands', () => {
  const withCommands = PAGES.filter(hasExamples);

  test('there are such pages', () => {
    expect(withCommands).toEqual(expect.arrayContaining(['README.md', 'docs/start.md', 'docs/concepts.md']));
  });

  test('a difference is seen', () => {
    const step = { command: 'footing journal', output: ['Entry …', '…', 'The end  0.3 s'], at: 1 };
    expect(difference(step, 'Entry 1\na\nb\nThe end  1.4 s\n')).toBeUndefined();
    expect(difference(step, 'Entry 1\na\nb\nThe end, nearly\n')).toBeDefined();
    expect(difference(step, 'Entries\nThe end  1.4 s\n')).toBeDefined();
  });

  for (const page of withCommands) {
    test(
      page,
      async () => {
        const differences: unknown[] = [];
        await examples.run(page, (step, printed) => {
          const found = difference(step, printed);
          if (found) differences.push({ line: step.at, command: step.command, ...found });
        });
        expect(differences, 'run `node docs/examples.ts`').toEqual([]);
      },
      IMPORT_MS_MAX,
    );
  }
});

describe('references', () => {
  test('the generated parts are what the definitions say', async () => {
    const api = (await (await fetch(`${examples.url}/api/openapi.json`)).json()) as OpenApi;
    for (const [name, generated] of Object.entries(await references(api))) {
      const text = textOf(join('docs/reference', name));
      expect(text, 'run `node docs/reference/generate.ts`').toBe(withGenerated(text, generated));
    }
  });

  test('options that pages name exist', async () => {
    const known = new Set(leaves(program.commands).flatMap(({ command }) => command.options.map(({ long }) => long)));
    for (const other of ['--help', '--version']) known.add(other);
    const named = PAGES.flatMap((page) =>
      textOf(page)
        .split('\n')
        .filter((line) => /footing|^`--|`--/.test(line) && !/npm |curl |docker|cp |tar |sudo|git /.test(line))
        .flatMap((line) => (line.match(/(?<![\w-])--[a-z][a-z0-9-]+/g) ?? []).map((option) => ({ page, option }))),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ option }) => !known.has(option))).toEqual([]);
  });

  test('commands that pages name exist', async () => {
    const names = leaves(program.commands).map(({ name }) => name);
    const used = PAGES.flatMap((page) =>
      [...textOf(page).matchAll(/(?:`|\$ )footing ([a-z-]+(?: [a-z-]+)?)/g)].map(([, words]) => ({
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
    for (const page of PAGES) {
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
    expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
  });
});
