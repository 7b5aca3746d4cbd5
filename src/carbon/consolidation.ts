/**
 * Sums of lines under an organisational boundary: every line times the share of its entity on its days.
 *
 * A share is rounded once, half-even to 18 decimals; a mass has 24, so mass x share is exact at 42 and the sums foot under every
 * grouping. Entities whose share does not change within a month are read from the totals. Where it changes inside a month, each
 * line of that entity and month is split by its days, rounded half away from zero at the 42nd decimal. Purchases from an entity inside the
 * boundary are taken out line by line, by the share of that entity on the first day of the line.
 */
import { addMonthsToMonth, type Day, dayParts, monthRange } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { ReadContext } from '../ledger/types.ts';
import { conditions, type Dimension, type InventoryQuery, literal } from './dimensions.ts';
import { type Boundary, type Stretch, shareUnits } from './organisation/boundary.ts';
import { SHARE_SCALE } from './organisation/share.ts';
import { read } from './sql.ts';
import {
  askedOf,
  counted,
  countsOf,
  expressionOf,
  type KeyedSum,
  type Plan,
  planOf,
  SUMS_MAX,
  sourceOf,
} from './sums.ts';
import { FLAG_NAMES, FLAGS, MASS_SCALE, MASSES } from './tables.ts';

/** Digits after the point of a mass times a share. */
const WEIGHTED_SCALE = MASS_SCALE + SHARE_SCALE;
const WHOLE = 10n ** BigInt(SHARE_SCALE);
const WHOLE_SQL = `toInt256('${WHOLE}')`;

/** Shares ready to be joined: of an entity for all months, of an entity and month, or changing within a month. */
export interface Shares {
  constant: Array<{ entity: string; units: bigint }>;
  monthly: Array<{ entity: string; month: string; units: bigint }>;
  /** Days of the month: from `first` until before `end`. */
  daily: Array<{ entity: string; month: string; pieces: Array<{ first: number; end: number; units: bigint }> }>;
  /** Scope-3 category to which scopes 1 and 2 of an entity move. */
  moved: Map<string, number>;
}

/** Shares of `names` in the months; `whole` counts all of them wholly, to see what a boundary leaves out. */
export function sharesOf(
  boundary: Boundary,
  names: readonly string[],
  months: readonly string[],
  whole = false,
): Shares {
  const shares: Shares = { constant: [], monthly: [], daily: [], moved: new Map() };
  for (const entity of names) {
    const { stretches, moved } = boundary.of(entity);
    if (moved !== 0) shares.moved.set(entity, moved);
    const [only] = stretches;
    if (whole || stretches.length === 1) {
      const units = whole ? WHOLE : shareUnits(only!.share);
      if (units !== 0n) shares.constant.push({ entity, units });
      continue;
    }
    for (const month of months) {
      const pieces = piecesOf(stretches, month);
      if (pieces.every(({ units }) => units === 0n)) continue;
      if (pieces.length === 1) shares.monthly.push({ entity, month, units: pieces[0]!.units });
      else shares.daily.push({ entity, month, pieces });
    }
  }
  return shares;
}

function piecesOf(stretches: readonly Stretch[], month: string): Array<{ first: number; end: number; units: bigint }> {
  const start = `${month}-01`;
  const stop = `${addMonthsToMonth(month, 1)}-01`;
  const dayIn = (day: Day, outside: number) => (day.startsWith(month) ? dayParts(day).day : outside);
  return stretches
    .filter((stretch) => stretch.from < stop && stretch.to > start)
    .map((stretch) => ({
      first: stretch.from <= start ? 1 : dayIn(stretch.from, 1),
      // 32: whatever the length of the month.
      end: stretch.to >= stop ? 32 : dayIn(stretch.to, 32),
      units: shareUnits(stretch.share),
    }));
}

/** Names of the entities that lines are of, and the months that they are in, as of context.seq. */
export async function entitiesAndMonths(
  context: ReadContext,
  query: Pick<InventoryQuery, 'from' | 'to'>,
): Promise<{ names: string[]; months: string[] }> {
  const { where, parameters } = conditions({ ...query, filters: {} }, context.seq);
  const [row] = await read<{ names: string[]; first: string; last: string; rows: string }>(
    context,
    `SELECT arraySort(groupUniqArray(toString(entity))) AS names, toString(min(month)) AS first, toString(max(month)) AS last,
       count() AS rows
     FROM inventory_totals AS t WHERE ${where}`,
    parameters,
  );
  if (!row || row.rows === '0') return { names: [], months: [] };
  return { names: row.names, months: monthRange(row.first.slice(0, 7), row.last.slice(0, 7)) };
}

/** Purchases from entities inside the boundary: which of the names are suppliers, and of whom. */
export async function internalSuppliers(context: ReadContext, boundary: Boundary): Promise<string[]> {
  if (boundary.parent === null) return [];
  const { organisation } = boundary;
  const candidates = new Set([
    ...organisation.entities.keys(),
    ...organisation.edges.map(({ owned }) => owned),
    boundary.parent,
  ]);
  const rows = await read<{ supplier: string }>(
    context,
    `SELECT DISTINCT toString(value) AS supplier FROM facet_totals
     WHERE facet = 'supplier' AND seq <= {seq:UInt64} AND value != '' AND toString(value) IN ${literal(candidates)}
     ORDER BY supplier`,
    { seq: context.seq },
  );
  return rows
    .map(({ supplier }) => supplier)
    .filter((name) => boundary.of(name).stretches.some(({ share }) => !share.isZero()));
}

export interface Consolidation {
  shares: Shares;
  /** Shares of entities that are suppliers of others; empty: nothing is taken out as internal. */
  internal: Shares;
  /** Shares by month of all buyers, for the lines that are taken out. */
  buyers: Shares;
}

/** What there is to join for a boundary. `names`: of all entities that have lines. */
export async function consolidationOf(
  context: ReadContext,
  boundary: Boundary,
  names: readonly string[],
  months: readonly string[],
): Promise<Consolidation> {
  const suppliers = await internalSuppliers(context, boundary);
  const none: Shares = { constant: [], monthly: [], daily: [], moved: new Map() };
  const shares = sharesOf(boundary, names, months);
  if (suppliers.length === 0) return { shares, internal: none, buyers: none };
  const buyers = await read<{ entity: string }>(
    context,
    `SELECT DISTINCT toString(entity) AS entity FROM emissions WHERE seq <= {seq:UInt64} AND toString(supplier) IN ${literal(suppliers)}`,
    { seq: context.seq },
  );
  const bought = buyers.map(({ entity }) => entity).sort();
  return {
    shares,
    internal: byDay(sharesOf(boundary, suppliers, months), months),
    buyers: byDay(sharesOf(boundary, bought, months), months),
  };
}

/** All shares month by month, in pieces of days. */
function byDay({ constant, monthly, daily, moved }: Shares, months: readonly string[]): Shares {
  const one = (entity: string, month: string, units: bigint) => ({
    entity,
    month,
    pieces: [{ first: 1, end: 32, units }],
  });
  return {
    constant: [],
    monthly: [],
    daily: [
      ...constant.flatMap(({ entity, units }) => months.map((month) => one(entity, month, units))),
      ...monthly.map(({ entity, month, units }) => one(entity, month, units)),
      ...daily,
    ],
    moved,
  };
}

/** Which part of the sums: all that counts, or only what is taken out as bought inside the boundary. */
export type Part = 'counted' | 'internal';

/** Sums of lines times their shares. The rows are as `readSums` gives them, masses in kg at 42 decimals. */
export async function consolidatedSums(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  { shares, internal, buyers }: Consolidation,
  part: Part = 'counted',
): Promise<KeyedSum[]> {
  const asked = askedOf(query, groupBy);
  const totals = planOf(asked, true);
  const lines: Plan = { table: 'emissions', facet: '', meaning: totals.meaning === 'class' ? 'class' : 'match' };
  const moved = movedColumns(shares.moved);
  /** Keys, FROM and WHERE of a plan whose rows are taken from `table` and joined to shares by `join`. */
  const statement = (plan: Plan, table: string, join: string, columns: readonly string[]) => {
    const expression = (dimension: string) => expressionOf(plan, dimension, moved);
    const { where } = conditions(query, context.seq, expression);
    const keys = groupBy.map((dimension, i) => `${expression(dimension)} AS k${i}`);
    return `
SELECT ${[...keys, 'toString(m.scope != 0) AS in_scopes', 'm.gwp_source AS gwp_source', 'm.other_gas AS other_gas', ...columns].join(',\n  ')}
FROM ${sourceOf(plan, asked).replace(plan.table, table)}
${join}
WHERE ${where}${plan.facet === '' ? '' : ` AND t.facet = '${plan.facet}'`}`;
  };
  const keys = [...groupBy.map((_, i) => `k${i}`), 'in_scopes', 'gwp_source', 'other_gas'].join(', ');

  /** Totals times a share that is the same for all that they hold. */
  const fromTotals = (join: string) => `${statement(totals, totals.table, join, [
    countsOf(totals, false),
    ...MASSES.map(
      (mass) => `reinterpretAsInt256(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) * toInt256(s.units) AS w_${mass}`,
    ),
  ])}
GROUP BY ${keys}, s.units`;

  /**
   * Lines times a share of their own, added up. In steps, each a SELECT of its own: an expression that names itself many times over
   * takes longer to analyse than to run. `inside`: the share of the supplier, 1 where nothing is bought inside the boundary.
   */
  const fromLines = (table: string, join: string, sign: string, amount: string, inside?: string) => `
SELECT ${keys}, sum(toInt64(${sign})) AS lines,
  ${FLAG_NAMES.map((flag) => `sum(if(bitAnd(flags, ${FLAGS[flag]}) = 0, 0, toInt64(${sign}))) AS lines_${flag}`).join(', ')},
  ${MASSES.map((mass) => `sum(${amount}_${mass}) AS w_${mass}`).join(', ')}
FROM (
  SELECT *${inside === undefined ? '' : `, ${MASSES.map((mass) => `${rounded(`u_${mass} * inside`, WHOLE_SQL)} AS i_${mass}, -i_${mass} AS o_${mass}`).join(', ')}`}
  FROM (
    SELECT *, ${MASSES.map((mass) => `${rounded(`${mass} * weight`, 'toInt256(days)')} AS u_${mass}`).join(', ')}
    FROM (${statement(lines, table, join, [
      't.sign AS sign',
      't.flags AS flags',
      't.days AS days',
      `${WEIGHT} AS weight`,
      ...(inside === undefined ? [] : [`${inside} AS inside`]),
      ...MASSES.map((mass) => `toInt256(reinterpretAsInt128(t.${mass})) AS ${mass}`),
    ])}${inside === undefined ? '' : ' AND m.scope IN (2, 3)'})))
GROUP BY ${keys}`;

  const selects: string[] = [];
  if (part === 'counted') {
    if (shares.constant.length > 0) selects.push(fromTotals(joinConstant(shares.constant)));
    if (shares.monthly.length > 0) selects.push(fromTotals(joinMonthly(shares.monthly)));
    if (shares.daily.length > 0) {
      const table = `(SELECT * FROM emissions WHERE ${cellsOf(shares.daily)})`;
      selects.push(fromLines(table, joinDaily(shares.daily, 's', 't.entity'), 'if(weight = 0, 0, sign)', 'u'));
    }
  }
  if (internal.daily.length > 0 && buyers.daily.length > 0) {
    // Scopes 2 and 3 alone: scope 1 is what the buyer emits itself, whoever sold the fuel.
    const suppliers = new Set(internal.daily.map(({ entity }) => entity));
    const table = `(SELECT * FROM emissions WHERE toString(supplier) IN ${literal(suppliers)} AND supplier != entity)`;
    const join = `${joinDaily(buyers.daily, 's', 't.entity')}\n${joinDaily(internal.daily, 'i', 't.supplier')}`;
    // A line that is taken out wholly is no line any more; one that is taken out in part still is.
    selects.push(
      part === 'internal'
        ? fromLines(table, join, 'if(weight = 0 OR inside = 0, 0, sign)', 'i', INSIDE)
        : fromLines(table, join, `if(weight = 0 OR inside != ${WHOLE_SQL}, 0, -sign)`, 'o', INSIDE),
    );
  }
  if (selects.length === 0) return [];
  const rows = await read<KeyedSum>(
    context,
    `
SELECT ${keys}, toString(sum(lines)) AS lines, ${FLAG_NAMES.map((flag) => `toString(sum(lines_${flag})) AS lines_${flag}`).join(', ')},
  ${MASSES.map((mass) => `toString(sum(w_${mass})) AS ${mass}`).join(', ')}
FROM (${selects.join('\nUNION ALL\n')})
GROUP BY ${keys}
ORDER BY ${keys}
LIMIT ${SUMS_MAX + 1}`,
    conditions(query, context.seq).parameters,
  );
  for (const row of rows) {
    for (const mass of MASSES) row[mass] = new Decimal(BigInt(row[mass]), WEIGHTED_SCALE).toString();
  }
  return counted(rows);
}

/** Sum over the pieces of a month: share x days of the line in it, in units of 10^-18 days. */
const WEIGHT = `arraySum(
    (f, e, u) -> toInt256(u) * greatest(0, least(toInt32(t.day) + t.days, e) - greatest(toInt32(t.day), f)),
    s.firsts, s.ends, s.units)`;
/** Share of the supplier on the first day of the line. */
const INSIDE =
  'arraySum((f, e, u) -> if(t.day >= f AND t.day < e, toInt256(u), toInt256(0)), i.firsts, i.ends, i.units)';

/** x / d for integers, rounded half away from zero: the same for a line and its reversal. `x` must be cheap, it is named twice. */
function rounded(x: string, d: string): string {
  return `intDiv(2 * ${x} + if(${x} < 0, -${d}, ${d}), 2 * ${d})`;
}

/** Scope and category as a boundary shows them: scopes 1 and 2 of some leased assets are in scope 3. */
export function movedColumns(moved: ReadonlyMap<string, number>): { scope: string; category: string } | undefined {
  if (moved.size === 0) return undefined;
  const to = `transform(toString(t.entity), ${literal(moved.keys())}, [${[...moved.values()].join(', ')}], 0)`;
  return {
    scope: `if(${to} != 0 AND m.scope IN (1, 2), 3, toInt32(m.scope))`,
    category: `if(${to} != 0 AND m.scope IN (1, 2), ${to}, toInt32(m.category))`,
  };
}

function joinConstant(rows: Shares['constant']): string {
  const zipped = [literal(rows.map(({ entity }) => entity)), `[${rows.map(({ units }) => units).join(', ')}]`];
  return `INNER JOIN (${unzipped(zipped, ['entity', 'units'])}) AS s ON t.entity = s.entity`;
}

function joinMonthly(rows: Shares['monthly']): string {
  const zipped = [
    literal(rows.map(({ entity }) => entity)),
    literal(rows.map(({ month }) => `${month}-01`)),
    `[${rows.map(({ units }) => units).join(', ')}]`,
  ];
  const unpacked = unzipped(zipped, ['entity', 'month_', 'units']);
  return `INNER JOIN (SELECT *, toDate32(month_) AS month FROM (${unpacked})) AS s ON t.entity = s.entity AND t.month = s.month`;
}

function joinDaily(rows: Shares['daily'], alias: 's' | 'i', entity: string): string {
  const lists = (of: (piece: Shares['daily'][number]['pieces'][number]) => number | bigint) =>
    `[${rows.map(({ pieces }) => `[${pieces.map(of).join(', ')}]`).join(', ')}]`;
  const zipped = [
    literal(rows.map((row) => row.entity)),
    literal(rows.map(({ month }) => `${month}-01`)),
    lists(({ first }) => first),
    lists(({ end }) => end),
    lists(({ units }) => units),
  ];
  const unpacked = unzipped(zipped, ['entity', 'month_', 'firsts', 'ends', 'units']);
  return `INNER JOIN (SELECT *, toDate32(month_) AS month FROM (${unpacked})) AS ${alias} ON ${entity} = ${alias}.entity AND t.month = ${alias}.month`;
}

function unzipped(lists: readonly string[], names: readonly string[]): string {
  const columns = names.map((name, i) => `tupleElement(x, ${i + 1}) AS ${name}`).join(', ');
  return `SELECT ${columns} FROM (SELECT arrayJoin(arrayZip(${lists.join(', ')})) AS x)`;
}

/** Lets through the lines of the entities and months, and few others: the join sorts those out. */
function cellsOf(rows: Shares['daily']): string {
  const entities = new Set(rows.map(({ entity }) => entity));
  const months = [...new Set(rows.map(({ month }) => `toDate32('${month}-01')`))];
  return `toString(entity) IN ${literal(entities)} AND month IN (${months.join(', ')})`;
}
