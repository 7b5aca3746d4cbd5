/** Two processes on the same stores: a poster that lost its turn without noticing it changes nothing any more. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testEngines } from '../../test/support/engines.ts';
import type { Engines } from '../engines/types.ts';
import { openAccounts, openJournal } from '../journal/index.ts';
import { type Generation, type Generations, openGenerations } from './generations.ts';
import { execute, select } from './sql.ts';
import type { Book } from './types.ts';

const book: Book = {
  name: 'carbon',
  schemaVersion: 1,
  tables: ['CREATE TABLE IF NOT EXISTS readings (seq UInt64, value UInt64) ENGINE = MergeTree ORDER BY seq'],
  tableNames: ['readings'],
  concerns: () => true,
  post: async () => {},
  totals: async () => ({}),
};

let engines: Engines;
let generations: Generations;
let number = 0;
beforeAll(async () => {
  engines = await testEngines();
  generations = openGenerations(engines, [book], engines.config.ledgerPrefix);
});
afterAll(() => engines.close());

/** A live ledger that a process posts in its turn, with entries up to 3 posted. */
async function posted(): Promise<Generation> {
  const journal = openJournal(engines.pg, engines.evidence);
  number += 1;
  const { id } = await openAccounts(engines.pg, journal).create({ slug: `fence-${number}`, name: 'Company' }, 'test');
  await generations.switchTo(await generations.build(id));
  const mine = await generations.beginTerm((await generations.live(id))!);
  await execute(engines, mine.database, 'INSERT INTO readings VALUES (1, 10), (3, 30)');
  await generations.setPosted(mine, 'carbon', 0, 3);
  return mine;
}

const sum = async ({ database }: Generation) =>
  (await select<{ sum: string }>(engines, database, 'SELECT sum(value) AS sum FROM readings'))[0]!.sum;

it('what the earlier poster sends after it was replaced is refused', async () => {
  const early = await posted();
  await execute(engines, early.database, 'INSERT INTO readings VALUES (4, 40)');
  const late = await generations.beginTerm((await generations.live(early.accountId, true))!);
  await generations.undo(late, book, await generations.posted(late, 'carbon'));

  await expect(generations.setPosted(early, 'carbon', 3, 4)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(execute(engines, early.database, 'INSERT INTO readings VALUES (4, 40)')).rejects.toMatchObject({
    code: 'unavailable',
  });
  await expect(generations.switchTo(await generations.build(early.accountId), early)).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(await generations.live(early.accountId)).toMatchObject({ database: late.database });
  await execute(engines, late.database, 'INSERT INTO readings VALUES (4, 41)');
  await generations.setPosted(late, 'carbon', 3, 4);
  expect(await sum(late)).toBe('81');
});

it('what the earlier poster has under way is ended and removed before the later one begins', async () => {
  const early = await posted();
  const slow = `INSERT INTO readings SELECT 4, sleepEachRow(0.5) + 7 FROM numbers(40) SETTINGS max_block_size = 1`;
  const writing = execute(engines, early.database, slow).then(
    () => 'done',
    () => 'ended',
  );
  const running = `SELECT count() AS n FROM system.processes WHERE current_database = '${early.database}' AND query_kind = 'Insert'`;
  await expect.poll(async () => (await select<{ n: string }>(engines, 'default', running))[0]!.n).toBe('1');
  const late = await generations.beginTerm((await generations.live(early.accountId, true))!);
  await generations.undo(late, book, await generations.posted(late, 'carbon'));
  expect(await writing).toBe('ended');
  expect(await sum(late)).toBe('40');
});

it('one that said it had ended leaves its database as it is', async () => {
  const early = await posted();
  await generations.endTerm(early);
  const late = await generations.beginTerm((await generations.live(early.accountId, true))!);
  expect(late.database).toBe(early.database);
  await expect(generations.setPosted(early, 'carbon', 3, 4)).rejects.toMatchObject({ code: 'unavailable' });
});

it.each([
  ['begun', false],
  ['done', true],
])('a crash after a rename was %s leaves the ledger readable', async (_, done) => {
  const early = await posted();
  const renamed = `${early.database}_t9`;
  await engines.pg.query('UPDATE ledgers SET renamed_to = $2 WHERE account_id = $1', [early.accountId, renamed]);
  if (done) await execute(engines, 'default', `RENAME DATABASE ${early.database} TO ${renamed}`);
  const late = await generations.beginTerm((await generations.live(early.accountId, true))!);
  expect(await sum(late)).toBe('40');
  expect(await generations.live(early.accountId)).toMatchObject({ database: late.database });
});
