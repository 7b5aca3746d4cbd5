/** The engines under kill -9, a second opener, another user, a long path and a full disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Engines, engineParts, loadConfig, openEngines } from '../../src/engines/index.ts';
import { isAlive, waitForEnd } from '../../src/engines/processes.ts';

const PROGRAM = join(import.meta.dirname, 'engines-process.ts');
const NOBODY = 65_534;

let base: string;
let home: string;
let opened: Engines[];
let programs: Program[];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'footing-faults-'));
  home = join(base, 'home');
  opened = [];
  programs = [];
});
afterEach(async () => {
  for (const { child, started } of programs) {
    child.kill('SIGKILL');
    if (started?.postgres !== undefined && isAlive(started.postgres)) {
      process.kill(started.postgres, 'SIGINT');
      await waitForEnd(started.postgres, 5_000);
    }
  }
  for (const engines of opened) await engines.close();
  await rm(base, { recursive: true, force: true });
});

async function open(folder = home): Promise<Engines> {
  const engines = await openEngines(loadConfig({ FOOTING_LOG_LEVEL: 'fatal' }, { home: folder }));
  opened.push(engines);
  return engines;
}

interface Answer {
  [key: string]: unknown;
  pid?: number;
  postgres?: number;
  clickhouse?: number;
}

class Program {
  readonly child: ChildProcess;
  /** What the program said first. */
  started: Answer | undefined;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: string[], folder: string, options: { uid?: number; gid?: number } = {}) {
    const env = { PATH: process.env.PATH ?? '', FOOTING_HOME: folder };
    this.child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'], cwd: base, ...options });
    const lines: Interface = createInterface({ input: this.child.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
    programs.push(this);
  }

  async answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the program ended without an answer');
    const answer = JSON.parse(value) as Answer;
    this.started ??= answer;
    return answer;
  }

  ask(line: string): Promise<Answer> {
    this.child.stdin!.write(`${line}\n`);
    return this.answer();
  }

  async close(): Promise<Answer> {
    this.child.stdin!.end();
    return await this.answer();
  }
}

const start = (folder = home, options = {}) => new Program(process.execPath, [PROGRAM], folder, options);

async function counts(engines: Engines): Promise<{ postgres: number; clickhouse: number }> {
  const { rows } = await engines.pg.query('SELECT count(*)::integer AS n FROM acknowledged');
  const query = 'SELECT toUInt32(count()) AS n FROM acknowledged';
  const result = await engines.clickhouse.client('default').query({ query, format: 'JSONEachRow' });
  const [row] = await result.json<{ n: number }>();
  return { postgres: rows[0].n, clickhouse: row!.n };
}

test('a folder is private, opens again as it is, and leaves no process behind', async () => {
  const first = await open();
  const { postgres, clickhouse } = engineParts(first);
  const pids = [postgres!.pid!, clickhouse!.pid!];
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect((await stat(join(home, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, 'postgres', 'data'))).mode & 0o777).toBe(0o700);
  await first.close();
  expect(pids.map(isAlive)).toEqual([false, false]);
  // Nothing is created a second time; how long that takes is the machine's business.
  const created = async () => (await stat(join(home, 'postgres', 'data', 'PG_VERSION'))).mtimeMs;
  const before = await created();
  const again = await open();
  expect(await created()).toBe(before);
  await again.close();
  await again.close();
});

test('a second opener is told who has the folder and what to do, in this process and in another', async () => {
  const engines = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${process.pid}`),
    remedy: expect.stringContaining('FOOTING_HOME'),
  });
  expect(await start().answer()).toMatchObject({
    error: 'conflict',
    message: expect.stringContaining(String(process.pid)),
  });
  await engines.pg.query('SELECT 1');
});

test('of many openers at once exactly one gets the folder', async () => {
  const answers = await Promise.all([start(), start(), start(), start()].map((program) => program.answer()));
  expect(answers.filter((answer) => answer.error === 'conflict')).toHaveLength(3);
  expect(answers.filter((answer) => answer.postgres !== undefined)).toHaveLength(1);
}, 300_000);

test('kill -9 of the server: the next start clears up and has every acknowledged row', async () => {
  for (let round = 1; round <= 3; round++) {
    const program = start();
    const { pid, postgres, clickhouse } = await program.answer();
    expect(await program.ask(`row ${round}`)).toEqual({ acknowledged: round });
    process.kill(pid!, 'SIGKILL');
    const engines = await open();
    expect(engineParts(engines).postgres?.pid).not.toBe(postgres);
    expect([postgres!, clickhouse!].map(isAlive)).toEqual([false, false]);
    expect(await counts(engines)).toEqual({ postgres: round, clickhouse: round });
    await engines.close();
  }
}, 300_000);

test('kill -9 of the ClickHouse child: reads go on, it comes back by itself', async () => {
  const engines = await open();
  const client = engines.clickhouse.client('default');
  await client.command({ query: 'CREATE TABLE kept (n UInt32) ENGINE = MergeTree ORDER BY n' });
  const acknowledged: number[] = [];
  let stop = false;
  const reader = (async () => {
    let reads = 0;
    for (; !stop; reads++)
      await (await client.query({ query: 'SELECT count() FROM kept', format: 'JSONEachRow' })).json();
    return reads;
  })();
  for (let n = 0; n < 60; n++) {
    // A write whose connection breaks is not repeated: it may have been done.
    const writing = client.insert({ table: 'kept', values: [{ n }], format: 'JSONEachRow' });
    if (n % 20 === 10) process.kill(engineParts(engines).clickhouse!.pid!, 'SIGKILL');
    const done = await writing.then(
      () => true,
      (error) => {
        expect(error).toMatchObject({ code: 'unavailable' });
        return false;
      },
    );
    if (done) acknowledged.push(n);
  }
  const result = await client.query({ query: 'SELECT n FROM kept ORDER BY n', format: 'JSONEachRow' });
  const kept = (await result.json<{ n: number }>()).map((row) => row.n);
  expect(acknowledged.length).toBeGreaterThanOrEqual(50);
  expect(acknowledged.filter((n) => !kept.includes(n))).toEqual([]);
  expect(new Set(kept).size).toBe(kept.length);
  stop = true;
  expect(await reader).toBeGreaterThan(0);
}, 300_000);

test('kill -9 of PostgreSQL: no acknowledged row is lost, it comes back by itself', async () => {
  const engines = await open();
  await engines.pg.query('CREATE TABLE kept (n integer PRIMARY KEY)');
  const acknowledged: number[] = [];
  let stop = false;
  let next = 0;
  const writers = [1, 2, 3].map(async () => {
    while (!stop) {
      const n = next++;
      const done = await engines.pg.query('INSERT INTO kept VALUES ($1)', [n]).then(
        () => true,
        () => false,
      );
      if (done) acknowledged.push(n);
    }
  });
  for (let round = 0; round < 2; round++) {
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length - before, { timeout: 60_000 }).toBeGreaterThan(25);
    const { pid } = engineParts(engines).postgres!;
    process.kill(pid!, 'SIGKILL');
    await waitForEnd(pid!, 5_000);
    await expect.poll(() => engineParts(engines).postgres!.pid, { timeout: 60_000 }).not.toBe(pid);
  }
  stop = true;
  await Promise.all(writers);
  expect(acknowledged.length).toBeGreaterThan(50);
  const { rows } = await engines.pg.query<{ n: number }>('SELECT n FROM kept');
  const kept = new Set(rows.map((row) => row.n));
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
}, 300_000);

test('a path too long for a socket is served over loopback', async () => {
  const engines = await open(join(base, 'a'.repeat(60), 'b'.repeat(60)));
  const { rows } = await engines.pg.query('SHOW listen_addresses');
  expect(rows[0].listen_addresses).toBe('127.0.0.1');
});

/** Root runs the program as nobody where nobody can reach this checkout; everybody else as who they are. */
function ordinaryUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const probe = spawnSync('test', ['-r', PROGRAM], { uid: NOBODY, gid: NOBODY });
  return probe.status === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

test('an ordinary user runs all of it, root below a folder that is closed to others', async () => {
  const user = ordinaryUser();
  await mkdir(home, { mode: 0o700 });
  await chmod(base, 0o755);
  if (user.uid !== undefined) chownSync(home, user.uid, user.gid as number);
  const program = start(home, user);
  expect(await program.answer()).toMatchObject({ uid: user.uid ?? process.getuid?.(), postgres: expect.any(Number) });
  expect(await program.ask('row 1')).toEqual({ acknowledged: 1 });
  expect(await program.close()).toEqual({ closed: true });
  // The present user, below a folder that nobody else may enter.
  const closed = join(base, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const engines = await open(join(closed, 'home'));
  await engines.pg.query('SELECT 1');
}, 300_000);

test('a folder that cannot be written is a storage error with a remedy', async () => {
  // Below a file no folder can be made, not even by root.
  await expect(open(join(PROGRAM, 'home'))).rejects.toMatchObject({ code: 'storage', remedy: expect.any(String) });
});

test('a disk that takes no more: evidence is refused, nothing half is left, work goes on', async () => {
  // A limit on the size of files makes writes fail truly, for every user and on every system.
  const blocks = (24 * 1024 * 1024) / 512;
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$1"`;
  const program = new Program('/bin/sh', ['-c', script, process.execPath, PROGRAM], home);
  expect(await program.answer()).toMatchObject({ postgres: expect.any(Number) });
  expect(await program.ask('put 5000000')).toMatchObject({ bytes: 5_000_000, existed: false });
  const refused = await program.ask('put 60000000');
  expect(refused).toMatchObject({ error: 'storage', remedy: expect.stringContaining('FOOTING_HOME') });
  expect(await readdir(join(home, 'evidence', 'tmp'))).toEqual([]);
  expect(await program.ask('put 5000000')).toMatchObject({ existed: true });
  expect(await program.ask('row 1')).toEqual({ acknowledged: 1 });
  expect(await program.close()).toEqual({ closed: true });
}, 300_000);

test('a full disk under everything, where this machine lets us make a small one', async () => {
  await mkdir(home, { mode: 0o700 });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=260m,mode=0700', 'tmpfs', home]).status === 0;
  try {
    const engines = await open();
    const table = 'CREATE TABLE filler (n UInt64) ENGINE = MergeTree ORDER BY tuple()';
    await engines.clickhouse.client('default').command({ query: table });
    if (mounted) {
      const filling = async () => {
        for (;;) await engines.evidence.put(Buffer.alloc(8 * 1024 * 1024, await freeBytes(home)));
      };
      await expect(filling()).rejects.toMatchObject({ code: 'storage' });
      expect(await readdir(join(home, 'evidence', 'tmp'))).toEqual([]);
      const fill = 'INSERT INTO filler SELECT rand64() FROM numbers(3000000)';
      await expect(engines.clickhouse.client('default').command({ query: fill })).rejects.toMatchObject({
        code: 'storage',
      });
      // Room again: everything goes on without a restart.
      for await (const { sha256 } of engines.evidence.list()) await rm(await engines.evidence.path(sha256));
    }
    await engines.clickhouse.client('default').command({ query: 'INSERT INTO filler VALUES (1)' });
    await engines.pg.query('CREATE TABLE after (n integer)');
    await engines.close();
  } finally {
    for (const engines of opened) await engines.close();
    if (mounted) spawnSync('umount', [home]);
  }
}, 300_000);

/** Bytes free, cut to one byte of filling, so that each document differs from the one before. */
async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return Math.floor((bavail * bsize) / (1024 * 1024)) % 256;
}
