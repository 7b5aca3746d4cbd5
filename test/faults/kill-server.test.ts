/** kill -9 of the server at every named step of an import, of a post and of a rebuild; the stores it leaves behind are cleared up. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REBUILD_POINTS, STEPS_OF_POINTS } from './matrix.ts';
import { Twins, tellWithFault } from './support.ts';

let twins: Twins;
beforeAll(async () => {
  twins = await Twins.make();
}, 300_000);
afterAll(() => twins.server.remove(), 300_000);

// First, while the journal that is replayed is short.
test.each([...REBUILD_POINTS, 'records.loaded', 'posting.visible'])(
  'kill -9 of the server at %s of a rebuild leaves a ledger that is whole',
  async (point) => {
    await tellWithFault(twins.server, [{ do: 'rebuild', slug: 'struck' }], `${point}=end-server`);
    await twins.agree();
  },
  300_000,
);

test.each(STEPS_OF_POINTS)(
  'kill -9 of the server at $point loses nothing and counts nothing twice',
  async (row) => {
    for (const step of row.steps) await twins.tell(step, `${row.point}=end-server`);
    await twins.agree();
  },
  300_000,
);

test('after all of them the books verify', () => twins.verify(), 300_000);

test('nothing is left of generations that were never finished', async () => {
  const { databases, ledgers } = await twins.server.told({ do: 'generations' });
  expect(databases).toEqual(ledgers);
});
