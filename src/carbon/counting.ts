/** What of an entity counts in a month under a consolidation approach: as the market-based method and comparisons take it. */
import { monthDays } from '../kernel/dates.ts';
import { Rational } from '../kernel/rational.ts';
import type { ReadContext } from '../ledger/types.ts';
import type { InventoryQuery } from './dimensions.ts';
import { boundaryFor } from './inventory.ts';
import { SHARE_SCALE } from './organisation/share.ts';
import type { Approach } from './organisation/shares.ts';

export interface Counting {
  /** Share of the entity's emissions of the month, the mean by days, rounded half-even to the digits of a share. */
  share(entity: string, month: string): Rational;
  /** Scope-3 category to which scopes 1 and 2 of a leased asset move; 0 = they stay. */
  moved(entity: string): number;
}

/** Null without an approach: then everything that is stated counts wholly. */
export async function countingFor(
  context: ReadContext,
  query: Pick<InventoryQuery, 'from' | 'to' | 'approach' | 'parent'>,
): Promise<Counting | null> {
  const { approach } = query;
  if (approach === undefined) return null;
  const { boundary } = await boundaryFor(context, { ...query, approach: approach as Approach });
  const known = new Map<string, Rational>();
  return {
    share(entity, month) {
      const key = `${month} ${entity}`;
      let share = known.get(key);
      if (!share) {
        const { first, last } = monthDays(month);
        share = Rational.fromDecimal(boundary.shareOver(entity, first, last).toDecimal(SHARE_SCALE));
        known.set(key, share);
      }
      return share;
    },
    moved: (entity) => boundary.of(entity).moved,
  };
}
