/** The house: a room imports only from the rooms before it, the books never import each other, nothing goes round in circles. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const ROOMS = [
  'kernel',
  'engines',
  'journal',
  'streams',
  'ledger',
  'rates',
  'revenue',
  'carbon',
  'statements',
  'http',
  'cli',
];

interface Import {
  from: string;
  to: string;
  /** Erased before running: cannot make a circle at run time. */
  typeOnly: boolean;
}

const isTest = (file: string) => /\.test\.ts$|test-support\.ts$|\/testing\//.test(file);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (to: string, typeOnly: boolean) =>
    found.push({
      from: file,
      to: to.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), to)) : to,
      typeOnly,
    });
  for (const [, clause, to] of text.matchAll(/^(?:import|export)\s([^'";]*?)\s?from\s'([^']+)'/gm)) {
    const names =
      /\{([\s\S]*)\}/
        .exec(clause!)?.[1]
        ?.split(',')
        .map((name) => name.trim())
        .filter(Boolean) ?? [];
    const onlyTypes = names.length > 0 && /^\s*\{/.test(clause!) && names.every((name) => name.startsWith('type '));
    add(to!, clause!.startsWith('type') || onlyTypes);
  }
  for (const [, to] of text.matchAll(/^import\s'([^']+)'/gm)) add(to!, false);
  for (const [, to] of text.matchAll(/\bimport\('([^']+)'\)/g)) add(to!, true);
  for (const [, to] of text.matchAll(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g)) add(to!, true);
  return found;
}

const room = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];

function violations(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const [source, target] = [room(from), room(to)];
    if (source === undefined || isTest(from)) return [];
    if (/^(test|bench|sample|scripts)\//.test(to)) return [`${from} imports ${to}: the product needs no tests`];
    if (target === undefined)
      return /^src\//.test(to) && !['http', 'cli'].includes(source) ? [`${from} imports ${to}`] : [];
    if (source === 'carbon' && target === 'revenue') return [`${from} imports ${to}: the books stay apart`];
    return ROOMS.indexOf(target) > ROOMS.indexOf(source) ? [`${from} imports ${to}, a later room`] : [];
  });
}

/** A circle of run-time imports as a list of files, or undefined. */
function circle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly && to.endsWith('.ts')) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const target of next.get(file) ?? []) {
      const found = visit(target);
      if (found) return found;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const found = visit(file);
    if (found) return found;
  }
  return undefined;
}

const files = sources(join(ROOT, 'src'));
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')));

describe('the house', () => {
  it('is looked at as a whole', () => {
    for (const name of [
      'kernel',
      'engines',
      'journal',
      'streams',
      'ledger',
      'rates',
      'revenue',
      'carbon',
      'http',
      'cli',
    ]) {
      expect(files.map(room)).toContain(name);
    }
    expect(imports.length).toBeGreaterThan(files.length);
    for (const { to } of imports.filter(({ to }) => to.startsWith('src/'))) expect(files).toContain(to);
  });

  it('keeps its rooms in order', () => expect(violations(imports)).toEqual([]));

  it('would notice', () => {
    const text = "import { a } from '../http/server.ts';\nimport type { B } from '../revenue/index.ts';\n";
    expect(violations(importsOf('src/carbon/x.ts', text))).toHaveLength(2);
    expect(violations(importsOf('src/kernel/x.ts', "export * from '../../test/y.ts';"))).toHaveLength(1);
    const round = [
      ...importsOf('src/kernel/a.ts', "import { b } from './b.ts';"),
      ...importsOf('src/kernel/b.ts', "import { type T, a } from './a.ts';"),
    ];
    expect(circle(round)).toEqual(['src/kernel/a.ts', 'src/kernel/b.ts', 'src/kernel/a.ts']);
    expect(circle(importsOf('src/kernel/a.ts', "import type { A } from './a.ts';"))).toBeUndefined();
  });

  it('has no circles', () => expect(circle(imports)).toBeUndefined());

  it('runs on declared dependencies alone', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const declared = Object.keys({ ...dependencies, ...optionalDependencies });
    const missing = imports.filter(
      ({ from, to, typeOnly }) =>
        !typeOnly &&
        !isTest(from) &&
        !to.startsWith('src/') &&
        !to.startsWith('node:') &&
        !builtinModules.includes(to) &&
        !to.startsWith('catalogue/') &&
        !declared.some((name) => to === name || to.startsWith(`${name}/`)),
    );
    expect(missing).toEqual([]);
  });
});
