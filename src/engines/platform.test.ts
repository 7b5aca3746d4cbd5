import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadConfig, openEngines } from './index.ts';
import { findBinaries } from './postgres/binaries.ts';

const actual = Object.getOwnPropertyDescriptor(process, 'platform')!;
const pretend = (platform: string) => Object.defineProperty(process, 'platform', { ...actual, value: platform });
afterEach(() => {
  Object.defineProperty(process, 'platform', actual);
});

test('a platform without embedded stores is named, with what can be done', async () => {
  pretend('sunos');
  await expect(findBinaries(undefined, tmpdir())).rejects.toMatchObject({
    code: 'platform',
    message: expect.stringContaining(`sunos-${process.arch}`),
    remedy: expect.stringContaining('DATABASE_URL'),
  });
});

test('a start there fails as a whole, and the folder can be opened again', async () => {
  const home = await mkdtemp(join(tmpdir(), 'footing-platform-'));
  const open = (env: Record<string, string> = {}) =>
    openEngines(loadConfig({ FOOTING_LOG_LEVEL: 'silent', ...env }, { home }));
  pretend('sunos');
  const refused = { code: 'platform', remedy: expect.stringMatching(/DATABASE_URL|CLICKHOUSE_URL/) };
  await expect(open()).rejects.toMatchObject(refused);
  // A PostgreSQL server of one's own is not enough: the other store is named then.
  await expect(open({ DATABASE_URL: 'postgres://localhost:1/none' })).rejects.toMatchObject({
    code: 'platform',
    message: expect.stringContaining('ClickHouse'),
    remedy: expect.stringContaining('CLICKHOUSE_URL'),
  });
  Object.defineProperty(process, 'platform', actual);
  expect(await readdir(home)).toContain('lock');
  await rm(home, { recursive: true, force: true });
});
