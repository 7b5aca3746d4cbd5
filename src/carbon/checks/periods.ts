/** Completeness: which entity lacks which month of which energy; gaps and overlaps between the periods of one meter. */
import { addMonthsToMonth, daysInMonth, monthRange } from '../../kernel/dates.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { checkMonth, inventoryRef } from '../dimensions.ts';
import { type Organisation, organisationAsOf, parentsOf } from '../organisation/organisation.ts';
import { read } from '../sql.ts';
import { RECORD_REF } from './lines.ts';

export interface CompletenessCell {
  month: string;
  /** complete: every day is covered; partial: some days; missing: none; outside: it did not exist. */
  state: 'complete' | 'partial' | 'missing' | 'outside';
  /** Days of the month that lines cover; several meters may cover a day more than once. */
  days: number;
  /** The figure of what is there, for `footing explain`; null where nothing is. */
  ref: string | null;
}

export interface CompletenessRow {
  entity: string;
  /** What is consumed, by the name that activities give it. */
  activity: string;
  scope: number;
  cells: CompletenessCell[];
  missing: number;
  partial: number;
}

export interface Completeness {
  months: string[];
  /** Those of the page. */
  rows: CompletenessRow[];
  /** Rows of all pages; the counts below are of all of them too. */
  total: number;
  /** Entities that have no energy in any of the months. */
  entities_without: string[];
  missing: number;
  partial: number;
}

/** Decisions that are about energy: purchased energy, and fuels that are burnt; neither distances nor refrigerants. */
const ENERGY = "(scope = 2 AND method != 'distance' OR scope = 1 AND method = 'fuel')";

/** Months of a grid. */
export const GRID_MONTHS_MAX = 120;

/**
 * The grid of energy (scopes 1 and 2): of every entity and activity that occurs in the months, which of them it covers. Lines that stand
 * for single days count as the month: only bills that state a period can be seen to end too early.
 */
export async function completeness(
  context: ReadContext,
  query: { from?: string; to?: string; offset?: number; limit?: number },
): Promise<Completeness> {
  const { rowOf, series, ...grid } = await energyGrid(context, query);
  const { offset = 0, limit = series.length } = query;
  return { ...grid, rows: series.slice(offset, offset + limit).map(rowOf), total: series.length };
}

/**
 * The months in which an entity lacks what it uses, wholly or in part: the first `listed` of them. Rows are made one by one, because a
 * large book has hundreds of thousands.
 */
export async function monthsNotCovered(
  context: ReadContext,
  query: { from?: string; to?: string },
  state: 'missing' | 'partial',
  listed: number,
): Promise<{ cells: Array<CompletenessCell & { entity: string; activity: string }>; total: number }> {
  const { rowOf, series, ...grid } = await energyGrid(context, query);
  const cells: Array<CompletenessCell & { entity: string; activity: string }> = [];
  for (const one of series) {
    if (cells.length >= listed) break;
    const { entity, activity, cells: months } = rowOf(one);
    for (const cell of months) if (cell.state === state) cells.push({ entity, activity, ...cell });
  }
  return { cells: cells.slice(0, listed), total: grid[state] };
}

interface EnergyGrid extends Omit<Completeness, 'rows' | 'total'> {
  series: Series[];
  rowOf: (series: Series) => CompletenessRow;
}

async function energyGrid(context: ReadContext, query: { from?: string; to?: string }): Promise<EnergyGrid> {
  for (const end of ['from', 'to'] as const) if (query[end] !== undefined) checkMonth(end, query[end]);
  const range = await monthsOf(context, query);
  const months = range === null ? [] : monthRange(range.from, range.to);
  const series =
    range === null
      ? []
      : await read<Series>(
          context,
          `SELECT entity, activity, scope, groupArray(month) AS stated, groupArray(days) AS days, groupArray(periods) AS periods
     FROM (
       SELECT toString(t.entity) AS entity, m.activity AS activity, m.scope AS scope, substring(toString(t.month), 1, 7) AS month,
         toUInt32(length(arrayDistinct(arrayFlatten(groupArrayDistinctIf(range(t.day, t.day + t.days), t.net > 0))))) AS days,
         toUInt32(maxIf(t.days > 1, t.net > 0)) AS periods
       FROM (
         SELECT entity, month, day, days, match, sum(sign) AS net
         FROM emissions
         WHERE seq <= {seq:UInt64} AND month BETWEEN toDate32({first:String}) AND toDate32({last:String})
           AND match IN (SELECT match FROM matches WHERE sign = 1 AND held = '' AND scope IN (1, 2) AND line = 0 AND ${ENERGY})
         GROUP BY entity, month, day, days, match
         HAVING net > 0
       ) AS t
       INNER JOIN (SELECT DISTINCT match, activity, scope FROM matches WHERE sign = 1 AND held = '' AND ${ENERGY}) AS m ON t.match = m.match
       GROUP BY entity, activity, scope, month
     )
     GROUP BY entity, activity, scope
     ORDER BY entity, activity, scope`,
          { seq: context.seq, first: `${range.from}-01`, last: `${range.to}-01` },
        );
  const organisation = await organisationAsOf(context, context.seq);
  const living = livingOf(organisation);
  const counts = { missing: 0, partial: 0 };
  for (const one of series) {
    const { missing, partial } = countsOf(one, months, living);
    counts.missing += missing;
    counts.partial += partial;
  }
  const rowOf = (one: Series): CompletenessRow => {
    const { entity, activity, scope } = one;
    const grid = months.map((month): CompletenessCell => {
      const at = one.stated.indexOf(month);
      if (at < 0) return { month, state: living(entity, month) ? 'missing' : 'outside', days: 0, ref: null };
      const ref = inventoryRef({}, { entity, activity, scope: String(scope), month });
      return { month, state: isWhole(one, at) ? 'complete' : 'partial', days: one.days[at]!, ref };
    });
    return { entity, activity, scope, cells: grid, ...countsOf(one, months, living) };
  };
  const having = new Set(series.map(({ entity }) => entity));
  const without = [...organisation.entities.values()]
    .filter(({ id, kind }) => (kind === 'site' || kind === 'asset') && !having.has(id))
    .filter(({ id }) => months.some((month) => living(id, month)))
    .map(({ id }) => id)
    .sort();
  return { months, series, rowOf, entities_without: without, ...counts };
}

/** What an entity states of one activity. */
interface Series {
  entity: string;
  activity: string;
  scope: number;
  /** Months for which anything is stated; the other lists go with it. */
  stated: string[];
  /** Days that are covered. */
  days: number[];
  /** 1 = by bills that state a period of several days. */
  periods: number[];
}

function countsOf(series: Series, months: readonly string[], living: Living): { missing: number; partial: number } {
  const { entity, stated } = series;
  let partial = 0;
  for (let at = 0; at < stated.length; at++) if (!isWhole(series, at)) partial++;
  if (stated.length === months.length) return { missing: 0, partial };
  const known = new Set(stated);
  return { missing: months.filter((month) => !known.has(month) && living(entity, month)).length, partial };
}

function isWhole({ stated, days, periods }: Series, at: number): boolean {
  const month = stated[at]!;
  return periods[at] === 0 || days[at]! >= daysInMonth(Number(month.slice(0, 4)), Number(month.slice(5)));
}

type Living = (entity: string, month: string) => boolean;

/** `lives`, worked out once for each entity and month. */
function livingOf(organisation: Organisation): Living {
  const known = new Map<string, boolean>();
  return (entity, month) => {
    const key = `${month} ${entity}`;
    const found = known.get(key) ?? lives(organisation, entity, month);
    known.set(key, found);
    return found;
  };
}

/** Whether the entity, and what it belongs to, existed on some day of the month. */
function lives(organisation: Organisation, entity: string, month: string): boolean {
  const next = `${addMonthsToMonth(month, 1)}-01`;
  return parentsOf(organisation, entity).every((name) => {
    const { opened = null, closed = null } = organisation.entities.get(name) ?? {};
    return (opened === null || opened < next) && (closed === null || closed > `${month}-01`);
  });
}

async function monthsOf(
  context: ReadContext,
  query: { from?: string; to?: string },
): Promise<{ from: string; to: string } | null> {
  if (query.from !== undefined && query.to !== undefined) return clipped(query.from, query.to);
  const [row] = await read<{ first: string; last: string; rows: string }>(
    context,
    'SELECT toString(min(month)) AS first, toString(max(month)) AS last, count() AS rows FROM class_totals WHERE seq <= {seq:UInt64}',
    { seq: context.seq },
  );
  if (!row || row.rows === '0') return null;
  return clipped(query.from, query.to ?? row.last.slice(0, 7), row.first.slice(0, 7));
}

/** At most GRID_MONTHS_MAX months, the last ones. */
function clipped(from: string | undefined, to: string, first?: string): { from: string; to: string } {
  const earliest = addMonthsToMonth(to, 1 - GRID_MONTHS_MAX);
  const [start] = [from ?? first ?? earliest, earliest].sort().reverse();
  return { from: start! > to ? to : start!, to };
}

export interface PeriodFinding {
  kind: 'gap' | 'overlap';
  entity: string;
  activity: string;
  supplier: string;
  meter: string;
  /** Days that nothing covers, or that two cover; both inclusive. */
  from: string;
  to: string;
  /** The activities before and after. */
  before: string;
  after: string;
  /** Their records, for `footing explain`. */
  before_ref: string;
  after_ref: string;
}

/** Attribute that tells the meters of an entity apart. */
export const METER_ATTRIBUTES = ['meter', 'meter_id', 'mpan', 'mprn', 'zaehler'] as const;

/**
 * Gaps and overlaps between the periods of activities of the same entity, activity, unit, supplier and meter. Only energy, and what names
 * a meter; and of it only what states a period of several days.
 */
export async function periodFindings(
  context: ReadContext,
  query: { from?: string; to?: string; limit: number },
): Promise<{ findings: PeriodFinding[]; total: number }> {
  const meter = `coalesce(${METER_ATTRIBUTES.map((name) => `nullIf(attributes['${name}'], '')`).join(', ')}, '')`;
  const inner = `
    SELECT entity, activity, supplier, meter, external_id, ref, start_date, last_day,
      max(last_day) OVER series AS reached, argMax((external_id, ref), last_day) OVER series AS earlier_one, count() OVER series AS earlier
    FROM (
      SELECT toString(entity) AS entity, toString(activity) AS activity, toString(unit) AS unit, toString(supplier) AS supplier,
        ${meter} AS meter, external_id, ${RECORD_REF} AS ref, start_date, coalesce(end_date, start_date) AS last_day
      FROM activities
      WHERE sign = 1 AND seq <= {seq:UInt64} AND end_date > start_date AND coalesce(quantity, 0) >= 0
        AND (${meter} != '' OR descriptor IN (SELECT descriptor FROM matches WHERE sign = 1 AND held = '' AND line = 0 AND ${ENERGY}))
        AND start_date <= toDate32({last:String}) AND end_date >= toDate32({first:String})
        AND (key_hash, origin_seq, origin_row) NOT IN (
          SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq <= {seq:UInt64})
    )
    WINDOW series AS (
      PARTITION BY entity, activity, unit, supplier, meter ORDER BY start_date, last_day, external_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const found = `
    SELECT if(start_date <= reached, 'overlap', 'gap') AS kind, entity, activity, supplier, meter,
      toString(if(start_date <= reached, start_date, reached + 1)) AS from,
      toString(if(start_date <= reached, least(reached, last_day), start_date - 1)) AS to, earlier_one.1 AS before, external_id AS after,
      earlier_one.2 AS before_ref, ref AS after_ref
    FROM (${inner})
    WHERE earlier > 0 AND start_date != reached + 1`;
  const first = `${query.from ?? '1900-01'}-01`;
  const last = `${addMonthsToMonth(query.to ?? '2299-11', 1)}-01`;
  const rows = await read<PeriodFinding & { total: string }>(
    context,
    `SELECT *, count() OVER () AS total FROM (${found}) ORDER BY entity, activity, supplier, meter, from, after LIMIT {limit:UInt32}`,
    { seq: context.seq, first, last, limit: query.limit },
  );
  return { findings: rows.map(({ total: _, ...finding }) => finding), total: Number(rows[0]?.total ?? 0) };
}
