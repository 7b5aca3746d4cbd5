/**
 * What of each line counts under a consolidation approach, for what is not read by `consolidation.ts`: market-based scope 2, what-ifs,
 * uncertainty. By the same rules: the share of a line is the mean over its days, less what was bought inside the boundary.
 *
 * Nearly all lines of an entity and month share one weight. Where they do not (the share changes inside the month, or something was
 * bought inside the boundary), the cell is *split*: its lines carry their weights themselves.
 */
import { addMonthsToMonth, type Day, monthDays } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { ReadContext } from '../ledger/types.ts';
import {
  byDay,
  cellsOf,
  consolidationOf,
  joinDaily,
  LINE_SHARE,
  type Shares,
  sharesOf,
  TAKEN_OUT,
  within,
} from './consolidation.ts';
import { type InventoryQuery, literal } from './dimensions.ts';
import { boundaryFor } from './inventory.ts';
import { shareUnits } from './organisation/boundary.ts';
import { SHARE_SCALE } from './organisation/share.ts';
import type { Approach } from './organisation/shares.ts';
import { read } from './sql.ts';
import { MASSES } from './tables.ts';

/** Weight and what is taken out of it, as `WEIGHTED` columns say them; `w` = -1: that of the whole cell. */
export interface Weighted {
  entity: string;
  /** YYYY-MM. */
  month: string;
  w: string;
  out: string;
}

export interface Weights {
  /** The part of a line that counts. `scope`: purchases inside the boundary are taken out of scopes 2 and 3. */
  of(line: Weighted, scope: number): Decimal;
  /** Share of the entity over days, both inclusive: of what is no line. */
  over(entity: string, first: Day, last: Day): Decimal;
  /** Scope-3 category to which scopes 1 and 2 of a leased asset move; 0 = they stay. */
  moved(entity: string): number;
  /** False when no cell is split. */
  anySplit: boolean;
  /** `entity` and `month` of split cells, to be selected from. */
  splitCells: string;
  /** The lines of split cells with their `w` and `out`, to be selected from: of `emissions`, or of a table with its columns of time and place. */
  splitLines(table?: string, columns?: readonly string[]): string;
  /** All lines with `w` and `out`, to be selected from. */
  lines: string;
}

/** Columns of `emissions` that a reader of weighted lines finds. */
const COLUMNS = ['seq', 'sign', 'entity', 'month', 'match', 'used', 'flags', 'data_quality', 'supplier', ...MASSES];
/** All lines at the weight of their cell. */
export const UNWEIGHTED = `(SELECT ${COLUMNS.join(', ')}, toInt64(-1) AS w, toInt64(0) AS out FROM emissions)`;

type WeightsQuery = Pick<InventoryQuery, 'from' | 'to' | 'approach' | 'parent' | 'structure'>;

/** Weights that are kept: entries never change, so that the same entry and query have the same. */
const KEPT_MAX = 8;
const kept = new Map<string, Promise<Weights>>();

/** Null without an approach: then everything that is stated counts wholly. */
export async function weightsFor(context: ReadContext, query: WeightsQuery): Promise<Weights | null> {
  const { approach, parent, from, to, structure } = query;
  if (approach === undefined) return null;
  const key = JSON.stringify([context.database, context.seq, approach, parent, from, to, structure]);
  const known = kept.get(key);
  if (known) return known;
  const made = makeWeights(context, { ...query, approach });
  made.catch(() => kept.delete(key));
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
  kept.set(key, made);
  return made;
}

async function makeWeights(context: ReadContext, query: WeightsQuery & { approach: Approach }): Promise<Weights> {
  const { boundary, names, months } = await boundaryFor(context, query);
  const { shares, internal } = await consolidationOf(context, boundary, names, months);
  const counts = ({ pieces }: Shares['daily'][number]) => pieces.some(({ units }) => units !== 0n);
  const bought = await cellsBuyingFrom(context, new Set(internal.daily.map(({ entity }) => entity)), months);
  const buying = byDay(sharesOf(boundary, [...new Set(bought.map(({ entity }) => entity))].sort(), months));
  const cells = new Map(shares.daily.map((cell) => [`${cell.month} ${cell.entity}`, cell]));
  const buys = new Set(bought.map(({ entity, month }) => `${month} ${entity}`));
  for (const cell of buying.daily) {
    const key = `${cell.month} ${cell.entity}`;
    if (buys.has(key) && counts(cell)) cells.set(key, cell);
  }
  const split = [...cells.values()];
  const known = new Map<string, Decimal>();
  const whole = (entity: string, month: string): Decimal => {
    const key = `${month} ${entity}`;
    let share = known.get(key);
    if (!share) {
      const { first } = monthDays(month);
      share = new Decimal(shareUnits(boundary.share(entity, first)), SHARE_SCALE);
      known.set(key, share);
    }
    return share;
  };
  const splitLines = (table?: string, columns: readonly string[] = COLUMNS): string => `(
    SELECT ${columns.map((column) => `t.${column} AS ${column}`).join(', ')}, toInt64(${LINE_SHARE}) AS w, ${internal.daily.length === 0 ? 'toInt64(0)' : `if(t.supplier = t.entity, toInt64(0), toInt64(${TAKEN_OUT}))`} AS out
    FROM ${within(split, table)} AS t
    ${joinDaily(split, 's', 't.entity')}
    ${internal.daily.length === 0 ? '' : joinDaily(internal.daily, 'i', 't.supplier', 'LEFT')})`;
  const splitCells = split.length === 0 ? '' : `(SELECT entity, month FROM ${cellsOf(split)})`;
  return {
    of({ entity, month, w, out }, scope) {
      if (w === '-1') return whole(entity, month);
      return new Decimal(BigInt(w) - (scope === 2 || scope === 3 ? BigInt(out) : 0n), SHARE_SCALE);
    },
    over: (entity, first, last) => boundary.shareOver(entity, first, last).toDecimal(SHARE_SCALE),
    moved: (entity) => boundary.of(entity).moved,
    anySplit: split.length > 0,
    splitCells,
    splitLines,
    lines:
      split.length === 0
        ? UNWEIGHTED
        : `(
  SELECT ${COLUMNS.join(', ')}, toInt64(-1) AS w, toInt64(0) AS out FROM emissions WHERE (toString(entity), month) NOT IN ${splitCells}
  UNION ALL
  SELECT ${COLUMNS.join(', ')}, w, out FROM ${splitLines()})`,
  };
}

/** Entities and months that have lines bought from one of the suppliers. */
async function cellsBuyingFrom(
  context: ReadContext,
  suppliers: ReadonlySet<string>,
  months: readonly string[],
): Promise<Array<{ entity: string; month: string }>> {
  if (suppliers.size === 0) return [];
  return read(
    context,
    `SELECT DISTINCT toString(e.entity) AS entity, substring(toString(e.month), 1, 7) AS month
     FROM emissions AS e
     WHERE e.seq <= {seq:UInt64} AND toString(e.supplier) IN ${literal(suppliers)} AND e.supplier != e.entity
       AND e.month >= toDate32({first:String}) AND e.month < toDate32({end:String})`,
    { seq: context.seq, first: `${months[0]}-01`, end: `${addMonthsToMonth(months.at(-1)!, 1)}-01` },
  );
}
