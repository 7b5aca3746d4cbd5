/**
 * Sums of lines under an organisational boundary: every line times the share of its entity on its days.
 *
 * The share of a line is rounded once, half away from zero, to 18 decimals; a mass has 24, so mass x share is exact at 42 and the sums
 * foot under every grouping. Entities are read from the totals for the months in which their share does not change. Where it changes
 * inside a month, the share of each line of that entity and month is the mean over its days. Purchases from an entity inside the
 * boundary are taken out line by line, by the share of that entity on the first day of the line.
 */
import { addMonthsToMonth, type Day, dayParts, monthRange } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { ReadContext } from '../ledger/types.ts';
import { conditions, type Dimension, type InventoryQuery, literal, quoted } from './dimensions.ts';
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
import { FLAG_NAMES, MASS_SCALE, MASSES } from './tables.ts';

/** Digits after the point of a mass times a share. */
const WEIGHTED_SCALE = MASS_SCALE + SHARE_SCALE;
const WHOLE = 10n ** BigInt(SHARE_SCALE);
const WHOLE_SQL = `toInt256('${WHOLE}')`;
const WHOLE_UNITS = `toUInt64('${WHOLE}')`;

/** Shares ready to be joined: of an entity for whole months, or changing within a month. */
export interface Shares {
  /** Months from `first` until before `end`. */
  spans: Array<{ entity: string; first: string; end: string; units: bigint }>;
  /** Days of the month: from `first` until before `end`. */
  daily: Array<{ entity: string; month: string; pieces: Array<{ first: number; end: number; units: bigint }> }>;
  /** Scope-3 category to which scopes 1 and 2 of an entity move. */
  moved: Map<string, number>;
}

export const NO_SHARES: Shares = { spans: [], daily: [], moved: new Map() };

/** Shares of `names` in the months; with `rest` what the shares leave out of the whole. */
export function sharesOf(
  boundary: Boundary,
  names: readonly string[],
  months: readonly string[],
  rest = false,
): Shares {
  const shares: Shares = { spans: [], daily: [], moved: new Map() };
  const [first] = months;
  if (first === undefined) return shares;
  const end = addMonthsToMonth(months.at(-1)!, 1);
  const counted = (units: bigint) => (rest ? WHOLE - units : units);
  const add = (span: Shares['spans'][number]) => {
    if (span.units !== 0n) shares.spans.push(span);
    return span;
  };
  for (const entity of names) {
    const { stretches, moved } = boundary.of(entity);
    if (moved !== 0) shares.moved.set(entity, moved);
    if (stretches.length === 1) {
      add({ entity, first, end, units: counted(shareUnits(stretches[0]!.share)) });
      continue;
    }
    let span: Shares['spans'][number] | undefined;
    for (const month of months) {
      const pieces = piecesOf(stretches, month);
      const units = counted(pieces[0]!.units);
      if (pieces.length > 1) shares.daily.push({ entity, month, pieces });
      else if (span?.units === units && span.end === month) span.end = addMonthsToMonth(month, 1);
      else span = add({ entity, first: month, end: addMonthsToMonth(month, 1), units });
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
  const shares = sharesOf(boundary, names, months);
  if (suppliers.length === 0) return { shares, internal: NO_SHARES, buyers: NO_SHARES };
  const buyers = await read<{ entity: string }>(
    context,
    `SELECT DISTINCT toString(entity) AS entity FROM emissions WHERE seq <= {seq:UInt64} AND toString(supplier) IN ${literal(suppliers)}`,
    { seq: context.seq },
  );
  const bought = buyers.map(({ entity }) => entity).sort();
  return {
    shares,
    internal: byDay(sharesOf(boundary, suppliers, months)),
    buyers: byDay(sharesOf(boundary, bought, months)),
  };
}

/** All shares month by month, in pieces of days. */
export function byDay({ spans, daily, moved }: Shares): Shares {
  const whole = spans.flatMap(({ entity, first, end, units }) =>
    monthRange(first, addMonthsToMonth(end, -1)).map((month) => ({
      entity,
      month,
      pieces: [{ first: 1, end: 32, units }],
    })),
  );
  return { spans: [], daily: [...whole, ...daily], moved };
}

/**
 * Which part of the sums: all that counts; what is taken out as bought inside the boundary; or what the shares leave out, for which
 * `shares` are made with `rest`.
 */
export type Part = 'counted' | 'internal' | 'left_out';

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

  const weighted = (units: string) =>
    MASSES.map(
      (mass) => `reinterpretAsInt256(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) * toInt256(${units}) AS w_${mass}`,
    );
  const selects: string[] = [];
  if (part !== 'internal' && shares.spans.length > 0) {
    selects.push(`${statement(totals, totals.table, joinSpans(shares.spans), [countsOf(totals, false), ...weighted('s.units')])}
  AND t.month >= s.first AND t.month < s.end
GROUP BY ${keys}, s.units`);
  }
  if (part !== 'internal' && shares.daily.length > 0) {
    const share = part === 'counted' ? LINE_SHARE : `(${WHOLE_UNITS} - ${LINE_SHARE})`;
    const columns = [`${share} AS w`, countsOf(lines, false, 'w != 0'), ...weighted('w')];
    selects.push(`${statement(lines, within(shares.daily), joinDaily(shares.daily, 's', 't.entity'), columns)}
GROUP BY ${keys}, w`);
  }
  if (part !== 'left_out' && internal.daily.length > 0 && buyers.daily.length > 0) {
    const suppliers = new Set(internal.daily.map(({ entity }) => entity));
    const table = `(SELECT * FROM emissions WHERE supplier IN ${literal(suppliers)} AND supplier != entity)`;
    const join = `${joinDaily(buyers.daily, 's', 't.entity')}\n${joinDaily(internal.daily, 'i', 't.supplier')}`;
    // A line that is taken out wholly is no line any more; one that is taken out in part still is.
    const [counts, sign] =
      part === 'internal'
        ? [countsOf(lines, false, 'out != 0'), '']
        : [countsOf(lines, false, 'out = w AND w != 0', '-'), '-'];
    // Scopes 2 and 3 alone: scope 1 is what the buyer emits itself, whoever sold the fuel.
    selects.push(`${statement(lines, table, join, [`${LINE_SHARE} AS w`, `${TAKEN_OUT} AS out`, counts, ...weighted(`${sign}toInt64(out)`)])}
  AND m.scope IN (2, 3)
GROUP BY ${keys}, w, out`);
  }
  if (selects.length === 0) return [];
  const columns = [
    keys,
    'lines',
    ...FLAG_NAMES.map((flag) => `lines_${flag}`),
    ...MASSES.map((mass) => `w_${mass}`),
  ].join(', ');
  const rows = await read<KeyedSum>(
    context,
    `
SELECT ${keys}, toString(sum(lines)) AS lines, ${FLAG_NAMES.map((flag) => `toString(sum(lines_${flag})) AS lines_${flag}`).join(', ')},
  ${MASSES.map((mass) => `toString(sum(w_${mass})) AS ${mass}`).join(', ')}
FROM (${selects.map((select) => `SELECT ${columns} FROM (${select})`).join('\nUNION ALL\n')})
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

/** Share of a line `t` in units of 10^-18: the mean over its days of the pieces of its month, joined as `s`. */
export const LINE_SHARE = `toUInt64(intDiv(2 * arraySum(
    (f, e, u) -> toInt128(u) * greatest(0, least(toInt32(t.day) + t.days, toInt32(e)) - greatest(toInt32(t.day), toInt32(f))),
    s.firsts, s.ends, s.units) + t.days, 2 * toInt128(t.days)))`;
/** What of the share `w` is taken out: times the share of the supplier, joined as `i`, on the first day of the line. */
export const TAKEN_OUT = `toUInt64(intDiv(
    2 * toInt256(w) * arraySum((f, e, u) -> if(t.day >= f AND t.day < e, u, toUInt64(0)), i.firsts, i.ends, i.units) + ${WHOLE_SQL},
    2 * ${WHOLE_SQL}))`;

/** Scope and category as a boundary shows them: scopes 1 and 2 of some leased assets are in scope 3. */
export function movedColumns(moved: ReadonlyMap<string, number>): { scope: string; category: string } | undefined {
  if (moved.size === 0) return undefined;
  const to = `transform(toString(t.entity), ${literal(moved.keys())}, [${[...moved.values()].join(', ')}], 0)`;
  return {
    scope: `if(${to} != 0 AND m.scope IN (1, 2), 3, toInt32(m.scope))`,
    category: `if(${to} != 0 AND m.scope IN (1, 2), ${to}, toInt32(m.category))`,
  };
}

/** Rows as a table in the text of a statement: read as data, which is many times faster than as a list of constants. */
function inline(structure: string, rows: ReadonlyArray<ReadonlyArray<string | readonly (bigint | number)[]>>): string {
  const cell = (value: string | readonly (bigint | number)[]) =>
    typeof value === 'string' ? JSON.stringify(value) : `[${value.join(',')}]`;
  const text = rows.map((row) => `[${row.map(cell).join(',')}]`).join('\n');
  return `format(JSONCompactEachRow, ${quoted(structure)}, ${quoted(text)})`;
}

function joinSpans(rows: Shares['spans']): string {
  const table = inline(
    'entity String, first Date32, end Date32, units UInt64',
    rows.map(({ entity, first, end, units }) => [entity, `${first}-01`, `${end}-01`, String(units)]),
  );
  return `INNER JOIN ${table} AS s ON t.entity = s.entity`;
}

export function joinDaily(rows: Shares['daily'], alias: 's' | 'i', entity: string, kind = 'INNER'): string {
  const table = inline(
    'entity String, month Date32, firsts Array(UInt8), ends Array(UInt8), units Array(UInt64)',
    rows.map(({ entity: name, month, pieces }) => [
      name,
      `${month}-01`,
      pieces.map(({ first }) => first),
      pieces.map(({ end }) => end),
      pieces.map(({ units }) => units),
    ]),
  );
  return `${kind} JOIN ${table} AS ${alias} ON ${entity} = ${alias}.entity AND t.month = ${alias}.month`;
}

/** The lines of the entities and months, found by their small columns before any mass is read. */
export function within(rows: Shares['daily'], table = 'emissions'): string {
  const entities = new Set(rows.map(({ entity }) => entity));
  const months = [...new Set(rows.map(({ month }) => `toDate32('${month}-01')`))];
  return `(
    SELECT * FROM ${table}
    WHERE entity IN ${literal(entities)} AND month IN (${months.join(', ')})
      AND (toString(entity), month) IN (SELECT entity, month FROM ${cellsOf(rows)}))`;
}

/** Entities and months as a table in the text of a statement. */
export function cellsOf(rows: Shares['daily']): string {
  return inline(
    'entity String, month Date32',
    rows.map(({ entity, month }) => [entity, `${month}-01`]),
  );
}
