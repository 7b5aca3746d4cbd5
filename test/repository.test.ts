/** What must hold for the repository as a whole, whoever changes it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SOURCE_LINES_MAX = 600;
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.git',
  '.footing',
  'coverage',
  'data',
  'results',
  'files',
  'releases',
]);
const CODE = /\.(ts|mjs|cjs|js|sql|sh)$/;

/** Paths relative to the root, of files below `folder` whose name fits. */
function filesBelow(folder: string, fits: (name: string) => boolean): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inside = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesBelow(inside, fits);
    return entry.isFile() && fits(entry.name) ? [inside] : [];
  });
}

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** This file names what it forbids. */
const OWN = relative(ROOT, import.meta.filename);
const isTest = (path: string): boolean => /\.test\.ts$|test-support|\/testing\//.test(path);
const code = ['src', 'test', 'scripts', 'bin', 'bench', 'sample', 'catalogue', '.ci'].flatMap((folder) =>
  filesBelow(folder, (name) => CODE.test(name) || folder === '.ci'),
);

/** `path:line: text` of every line that matches. */
function linesMatching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .map((line, index) => `${path}:${index + 1}: ${line.trim()}`)
      .filter((line) => pattern.test(line.slice(line.indexOf(': ') + 2))),
  );
}

describe('determinism', () => {
  test('what a figure is calculated by knows no clock and no chance', () => {
    const pure = ['src/kernel', 'src/streams', 'src/revenue', 'src/carbon'].flatMap((folder) =>
      filesBelow(folder, (name) => name.endsWith('.ts')).filter(
        // The ChartMogul-compatible API stands at the door, as src/http does: it says when something was asked for.
        (path) => !isTest(path) && !path.startsWith('src/revenue/chartmogul/'),
      ),
    );
    expect(pure.length).toBeGreaterThan(20);
    expect(linesMatching(pure, /^(?!\s*(\*|\/\/)).*(Math\.random|Date\.now\(|new Date\(\)|performance\.now)/)).toEqual(
      [],
    );
  });

  test('the sample is made without clock and chance', () => {
    expect(
      linesMatching(
        filesBelow('sample', (name) => name.endsWith('.ts')),
        /^(?!\s*(\*|\/\/)).*(Math\.(random|exp|pow|log|sin)\(|Date\.now\()/,
      ),
    ).toEqual([]);
  });
});

describe('order', () => {
  test('every room says what it owns', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && filesBelow(join('src', entry.name), () => true).length > 0,
    );
    expect(rooms.map(({ name }) => name).filter((name) => !existsSync(join(ROOT, 'src', name, 'README.md')))).toEqual(
      [],
    );
  });

  test(`no source file is longer than ${SOURCE_LINES_MAX} lines`, () => {
    // Tables of data (units, countries, names of another language) are as long as they are.
    const long = filesBelow('src', (name) => name.endsWith('.ts'))
      .filter((path) => !/(units|country|currency|names|words)[^/]*\.ts$/i.test(path))
      .map((path) => ({ path, lines: textOf(path).split('\n').length }))
      .filter(({ lines }) => lines > SOURCE_LINES_MAX);
    expect(long).toEqual([]);
  });

  test('no file names a folder of the machine on which it was written', () => {
    const texts = [
      ...code.filter((path) => path !== OWN),
      ...filesBelow('.', (name) => /\.(md|json|ya?ml)$/.test(name) && name !== 'package-lock.json'),
    ];
    const folders = ['work', 'home/[a-z]+', 'Users/[A-Za-z]+', 'tmp/(?!\\*)[a-z]+']
      .map((folder) => `/${folder}/`)
      .join('|');
    expect(linesMatching(texts, new RegExp(`(^|[\\s"'\`(=])(${folders})`))).toEqual([]);
  });
});

describe('tests', () => {
  test('none is skipped, none is the only one', () => {
    const tests = code.filter((path) => path.endsWith('.test.ts') && path !== OWN);
    expect(tests.length).toBeGreaterThan(5);
    expect(linesMatching(tests, /\b(test|it|describe|suite)\.(skip|only|todo|skipIf|runIf|fails)\b/)).toEqual([]);
  });
});

describe('installation', () => {
  const lock = JSON.parse(textOf('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string; link?: boolean }>;
  };

  test('the lock file holds the packages of every platform', () => {
    const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter(
        (name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)),
      ),
    );
    expect(missing, 'run `node scripts/complete-lock.mjs` after npm install').toEqual([]);
  });

  test('package.json names exact versions', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
  });

  test('no address of a package registry is written down', () => {
    // A workspace is a link to a folder of the repository.
    const addresses = Object.values(lock.packages).filter(
      ({ resolved, link }) => resolved !== undefined && link !== true,
    );
    expect(addresses).toEqual([]);
  });
});
