/** kill -9 of one store at every named step of an import, of a post and of a rebuild, under a running server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REBUILD_POINTS, STEPS_OF_POINTS } from './matrix.ts';
import { Twins, tellWithFault } from './support.ts';

export function testKillsOf(store: 'postgres' | 'clickhouse'): void {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.make();
  }, 300_000);
  afterAll(() => twins.server.remove(), 300_000);

  // First, while the journal that is replayed is short.
  test.each([...REBUILD_POINTS, 'records.loaded', 'posting.visible'])(
    'at %s of a rebuild leaves a ledger that is whole',
    async (point) => {
      await tellWithFault(twins.server, [{ do: 'rebuild', slug: 'struck' }], `${point}=end-${store}`);
      await twins.agree();
    },
    300_000,
  );

  test.each(STEPS_OF_POINTS)(
    'at $point loses nothing and counts nothing twice',
    async (row) => {
      for (const step of row.steps) await twins.tell(step, `${row.point}=end-${store}`);
      await twins.agree();
    },
    300_000,
  );

  test('after all of them the books verify', () => twins.verify(), 300_000);

  test('nothing is left of generations that were never finished', async () => {
    await twins.server.stop();
    const { databases, ledgers } = await twins.server.told({ do: 'generations' });
    expect(databases).toEqual(ledgers);
  }, 30_000);
}
