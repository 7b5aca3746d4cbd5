import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import { type Engines, migrate } from './index.ts';

let engines: Engines;
let folder: string;
beforeAll(async () => {
  engines = await testEngines();
  folder = await mkdtemp(join(tmpdir(), 'footing-migrate-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await engines.close();
});

let a: string;
let b: string;
beforeEach(async () => {
  await engines.pg.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  a = await mkdtemp(join(folder, 'a-'));
  b = await mkdtemp(join(folder, 'b-'));
});

test('files of all folders run in order of number, once', async () => {
  await writeFile(join(b, '0002_second.sql'), 'INSERT INTO first VALUES (2)');
  await writeFile(join(a, '0001_first.sql'), 'CREATE TABLE first (n integer); INSERT INTO first VALUES (1)');
  await writeFile(join(a, '0003_third.sql'), 'INSERT INTO first VALUES (3)');
  const folders = [b, a, join(folder, 'absent')];
  expect(await migrate(engines.pg, folders)).toEqual(['0001_first.sql', '0002_second.sql', '0003_third.sql']);
  expect(await migrate(engines.pg, folders)).toEqual([]);
  const { rows } = await engines.pg.query('SELECT n FROM first ORDER BY n');
  expect(rows.map((row) => row.n)).toEqual([1, 2, 3]);
});

test('two starters at once apply each file once', async () => {
  await writeFile(join(a, '0001_slow.sql'), 'SELECT pg_sleep(0.2); CREATE TABLE once (n integer)');
  const applied = await Promise.all([migrate(engines.pg, [a]), migrate(engines.pg, [a])]);
  expect(applied.flat()).toEqual(['0001_slow.sql']);
});

test('a file that fails leaves nothing and can be tried again', async () => {
  await writeFile(join(a, '0001_bad.sql'), 'CREATE TABLE half (n integer); SELECT nonsense');
  await expect(migrate(engines.pg, [a])).rejects.toThrow(/0001_bad.sql failed.*nonsense/);
  await writeFile(join(a, '0001_bad.sql'), 'CREATE TABLE half (n integer)');
  expect(await migrate(engines.pg, [a])).toEqual(['0001_bad.sql']);
});

test('a changed file, a doubled number and a wrong name are errors', async () => {
  await writeFile(join(a, '0001_one.sql'), 'CREATE TABLE one (n integer)');
  await migrate(engines.pg, [a]);
  await writeFile(join(a, '0001_one.sql'), 'CREATE TABLE one (n bigint)');
  await expect(migrate(engines.pg, [a])).rejects.toMatchObject({ code: 'conflict' });
  await mkdir(b, { recursive: true });
  await writeFile(join(b, '0001_other.sql'), 'SELECT 1');
  await expect(migrate(engines.pg, [a, b])).rejects.toThrow(/Two migrations/);
  await rm(join(b, '0001_other.sql'));
  await writeFile(join(b, '2_Bad Name.sql'), 'SELECT 1');
  await expect(migrate(engines.pg, [b])).rejects.toThrow(/NNNN_name/);
});
