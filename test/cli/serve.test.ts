import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cli, cliOnNewFolder, MAIN } from './support.ts';

// Every step is a process that starts Node, and machines are busy.
vi.setConfig({ testTimeout: 120_000 });

let cli: Cli;
beforeAll(async () => {
  cli = await cliOnNewFolder();
});
afterAll(() => cli.remove());

it('works on the folder without a server, then through one, with the same answers', async () => {
  await cli.json('accounts', 'create', 'acme', '--name', 'Acme');
  const alone = await cli.json('accounts', 'list');
  const server = await cli.serve();
  expect(await cli.json('accounts', 'list')).toEqual(alone);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  expect(await server.stop('SIGTERM')).toBe(0);
  expect(existsSync(join(cli.home, 'server.json'))).toBe(false);
  await expect(fetch(`${server.url}/api/health`)).rejects.toThrow();
});

it('stops on SIGINT too, and lets only one server have the folder', async () => {
  const server = await cli.serve();
  const second = await cli.run(['serve', '--port', '0']);
  expect([second.code, second.stderr]).toEqual([6, expect.stringContaining('Error')]);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  expect(await server.stop('SIGINT')).toBe(0);
});

it('takes the folder over from a server that was killed', async () => {
  const server = await cli.serve();
  await server.stop('SIGKILL');
  expect(existsSync(join(cli.home, 'server.json'))).toBe(true);
  expect((await cli.json('accounts', 'list')).accounts).toHaveLength(1);
});

it('stops the stores that a command opened for itself when the command is told to stop', async () => {
  const pidFile = join(cli.home, 'postgres/data/postmaster.pid');
  expect(existsSync(pidFile)).toBe(false);
  // It waits for its standard input, which does not come.
  const child = spawn(process.execPath, [MAIN, 'import', 'customers', '-', '--account', 'acme'], {
    env: { ...process.env, FOOTING_HOME: cli.home, FOOTING_LOG_LEVEL: 'silent' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), { timeout: 100_000, interval: 20 });
  child.kill('SIGTERM');
  expect(await exited).toBe(143);
  expect(existsSync(pidFile)).toBe(false);
});

it('stops them too when nobody reads its output any more', async () => {
  const child = spawn(process.execPath, [MAIN, 'factors', 'releases'], {
    env: { ...process.env, FOOTING_HOME: cli.home, FOOTING_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.destroy();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  expect(await exited).toBe(0);
  expect(existsSync(join(cli.home, 'postgres/data/postmaster.pid'))).toBe(false);
});

it('leaves the server of another folder alone when notes about it came along in a copy', async () => {
  const server = await cli.serve();
  const copy = await cliOnNewFolder();
  try {
    await copy.json('accounts', 'create', 'copied', '--name', 'Copied');
    const child = readFileSync(join(cli.home, 'clickhouse/child'), 'utf8');
    for (const note of ['server.json', 'clickhouse/child', 'postgres/data/postmaster.pid']) {
      cpSync(join(cli.home, note), join(copy.home, note));
    }
    const { accounts } = await copy.json('accounts', 'list');
    expect(accounts.map(({ slug }: { slug: string }) => slug)).toEqual(['copied']);
    // Neither of its stores had to be started again.
    expect(readFileSync(join(cli.home, 'clickhouse/child'), 'utf8')).toBe(child);
    expect(() => process.kill(Number(child.split(' ')[0]), 0)).not.toThrow();
    expect((await cli.json('accounts', 'list')).accounts).toHaveLength(1);
  } finally {
    await copy.remove();
    await server.stop('SIGTERM');
  }
});

it('says so when the port is taken', async () => {
  const server = await cli.serve();
  const other = await cliOnNewFolder();
  try {
    const { code, stderr } = await other.run(['serve', '--port', new URL(server.url).port]);
    expect([code, stderr]).toEqual([6, expect.stringContaining('--port')]);
  } finally {
    await other.remove();
    await server.stop('SIGTERM');
  }
});
