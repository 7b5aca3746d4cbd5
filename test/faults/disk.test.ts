/** A full disk: while evidence is stored, while PostgreSQL commits, while ClickHouse loads. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsOf, Twins } from './support.ts';

const MIB = 1024 * 1024;
let twins: Twins;
let small = false;
beforeAll(async () => {
  twins = await Twins.make(async (home) => {
    await mkdir(home, { mode: 0o700 });
    small = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=420m,mode=0700', 'tmpfs', home]).status === 0;
  });
}, 300_000);
afterAll(async () => {
  await twins.server.halt();
  if (small) spawnSync('umount', [twins.server.home]);
  await twins.server.remove();
}, 300_000);

const filler = () => join(twins.server.home, 'filler');

/** Leaves `bytes` free. Where no small disk can be mounted it never gets full: engines.test.ts has a stand-in for that. */
async function leave(bytes: number): Promise<void> {
  await makeRoom();
  await fillUp(bytes);
}
/** Fills what the stores have given back since: merges end, logs are cut. */
async function fillUp(bytes: number): Promise<void> {
  if (!small) return;
  const { bavail, bsize } = await statfs(twins.server.home);
  // A store may take the last blocks in between: full is full.
  await appendFile(filler(), Buffer.alloc(Math.max(0, bavail * bsize - bytes))).catch((error) => {
    if (error.code !== 'ENOSPC') throw error;
  });
}
const makeRoom = () => rm(filler(), { force: true });

test('while evidence is stored: refused with a remedy, nothing is stated, and later it goes in', async () => {
  const commands = await commandsOf('large', 1, twins.server.base);
  await leave(4 * MIB);
  if (small) {
    const before = await twins.server.told({ do: 'head', slug: 'struck' });
    expect(await twins.server.ask(commands('struck')[0]!)).toMatchObject({ error: 'storage' });
    expect(await twins.server.told({ do: 'head', slug: 'struck' })).toMatchObject({ seq: before.seq });
  }
  await makeRoom();
  for (const slug of ['struck', 'plain']) for (const command of commands(slug)) await twins.server.told(command);
  await twins.agree();
}, 300_000);

test('while PostgreSQL commits: what was acknowledged is there, what was not can be repeated', async () => {
  await leave(0);
  const acknowledged: Array<{ key: string; seq: number }> = [];
  const post = (slug: string, n: number) => ({
    do: 'post' as const,
    slug,
    stream: 'activities',
    rows: [
      {
        external_id: `D-${n}`,
        entity: 'reading-hq',
        activity: 'Imagined activity',
        quantity: '1',
        unit: 'kg',
        start_date: '2025-01-01',
        // Text that does not compress, the same at every attempt.
        notes: Array.from({ length: 140 }, (_, i) => createHash('sha256').update(`${n} ${i}`).digest('hex')).join(''),
      },
    ],
    key: `disk-${n}`,
  });
  const count = 60;
  for (let n = 0; n < count; n++) {
    await fillUp(0);
    const answer = await twins.server.ask(post('struck', n));
    if (answer.error === undefined) acknowledged.push({ key: `disk-${n}`, seq: answer.seq! });
    else {
      expect(['storage', 'unavailable', 'other', 'ended'], answer.message).toContain(answer.error);
      break;
    }
  }
  if (small) expect(acknowledged.length, 'the disk was full').toBeLessThan(count);
  await makeRoom();
  // A server whose stores could not restart on the full disk is started again, as its keeper would.
  await twins.server.halt();
  for (let n = 0; n < count; n++) {
    const answer = await twins.server.told(post('struck', n));
    const before = acknowledged.find(({ key }) => key === `disk-${n}`);
    if (before) expect(answer).toMatchObject({ seq: before.seq, replayed: true });
    await twins.server.told(post('plain', n));
  }
  await twins.agree();
}, 300_000);

test('while ClickHouse loads: the import stays stated and is posted by itself once there is room', async () => {
  const commands = await commandsOf('large', 2, twins.server.base);
  // The evidence (20 MB) fits, the blocks of the load do not.
  await leave(26 * MIB);
  const [command] = commands('struck');
  const answer = await twins.server.told(command!);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await makeRoom();
  expect(await twins.server.told(command!)).toMatchObject({ state: 'already', seq: answer.seq });
  await twins.server.told({ do: 'caught-up', slug: 'struck' });
  for (const again of commands('plain')) await twins.server.told(again);
  await twins.agree();
  await twins.verify();
}, 300_000);
