/** Completeness: which entity lacks which month of which energy; gaps and overlaps between the periods of one meter. */
import { addMonthsToMonth, daysInMonth, monthRange } from '../../kernel/dates.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { checkMonth, inventoryRef } from '../dimensions.ts';
import { type Organisation, organisationAsOf, parentsOf } from '../organisation/organisation.ts';
import { read, readLimited } from '../sql.ts';

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

/** What of an entity's energy is looked at together: what it is called, by scope. */
const ENERGY_SERIES = 'cityHash64(activity, scope)';

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
  const energyLines = `seq <= {seq:UInt64} AND month BETWEEN toDate32({first:String}) AND toDate32({last:String})
    AND match IN (SELECT match FROM matches WHERE sign = 1 AND held = '' AND scope IN (1, 2) AND line = 0 AND ${ENERGY})`;
  // Only where something was reversed is it asked which lines are left.
  const takenBack = `SELECT month, match FROM emissions WHERE sign = -1 AND ${energyLines}`;
  const series =
    range === null
      ? []
      : await read<Series>(
          context,
          // Names stand aside until all is added up, and days are bits of a number: lists of days for millions of months cost ten times as much.
          `SELECT toString(s.entity) AS entity, m.activity AS activity, m.scope AS scope,
       arrayMap(month -> substring(toString(month), 1, 7), s.stated) AS stated, s.days AS days, s.periods AS periods
     FROM (
       SELECT entity, series, groupArray(month) AS stated, groupArray(covered) AS days, groupArray(stretches) AS periods
       FROM (
         SELECT t.entity AS entity, m.series AS series, t.month AS month,
           toUInt32(bitCount(groupBitOr(bitShiftLeft(bitShiftLeft(toUInt64(1), t.days) - 1, t.day)))) AS covered,
           toUInt32(max(t.days > 1)) AS stretches
         FROM (
           SELECT entity, month, day, days, match
           FROM emissions
           WHERE ${energyLines} AND (month, match) NOT IN (${takenBack})
           UNION ALL
           SELECT entity, month, day, days, match
           FROM emissions
           WHERE ${energyLines} AND (month, match) IN (${takenBack})
           GROUP BY entity, month, day, days, match
           HAVING sum(sign) > 0
         ) AS t
         INNER JOIN (SELECT DISTINCT match, ${ENERGY_SERIES} AS series FROM matches WHERE sign = 1 AND held = '' AND ${ENERGY}) AS m
           ON t.match = m.match
         GROUP BY entity, series, month
       )
       GROUP BY entity, series
     ) AS s
     INNER JOIN (SELECT DISTINCT ${ENERGY_SERIES} AS series, activity, scope FROM matches WHERE sign = 1 AND held = '' AND ${ENERGY}) AS m
       ON s.series = m.series
     ORDER BY entity, activity, scope`,
          { seq: context.seq, first: `${range.from}-01`, last: `${range.to}-01` },
        );
  const organisation = await organisationAsOf(context, context.seq);
  const living = livingOf(organisation, months);
  const counts = { missing: 0, partial: 0 };
  for (const one of series) {
    const { missing, partial } = countsOf(one, living);
    counts.missing += missing;
    counts.partial += partial;
  }
  const rowOf = (one: Series): CompletenessRow => {
    const { entity, activity, scope } = one;
    const grid = months.map((month): CompletenessCell => {
      const at = one.stated.indexOf(month);
      if (at < 0) return { month, state: living(entity).has(month) ? 'missing' : 'outside', days: 0, ref: null };
      const ref = inventoryRef({}, { entity, activity, scope: String(scope), month });
      return { month, state: isWhole(one, at) ? 'complete' : 'partial', days: one.days[at]!, ref };
    });
    return { entity, activity, scope, cells: grid, ...countsOf(one, living) };
  };
  const having = new Set(series.map(({ entity }) => entity));
  const without = [...organisation.entities.values()]
    .filter(({ id, kind }) => (kind === 'site' || kind === 'asset') && !having.has(id))
    .filter(({ id }) => living(id).size > 0)
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

function countsOf(series: Series, living: Living): { missing: number; partial: number } {
  const { entity, stated } = series;
  let partial = 0;
  for (let at = 0; at < stated.length; at++) if (!isWhole(series, at)) partial++;
  const alive = living(entity);
  let there = 0;
  for (const month of stated) if (alive.has(month)) there++;
  return { missing: alive.size - there, partial };
}

function isWhole({ stated, days, periods }: Series, at: number): boolean {
  const month = stated[at]!;
  return periods[at] === 0 || days[at]! >= daysInMonth(Number(month.slice(0, 4)), Number(month.slice(5)));
}

/** The months of a grid in which an entity existed. */
type Living = (entity: string) => ReadonlySet<string>;

/** `lives`, worked out once for each entity: a large book has hundreds of thousands of series. */
function livingOf(organisation: Organisation, months: readonly string[]): Living {
  const known = new Map<string, ReadonlySet<string>>();
  return (entity) => {
    const found = known.get(entity) ?? new Set(months.filter((month) => lives(organisation, entity, month)));
    known.set(entity, found);
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

interface PeriodRow extends Omit<PeriodFinding, 'kind' | 'before_ref' | 'after_ref'> {
  overlaps: number;
  before_seq: string;
  before_row: number;
  origin_seq: string;
  origin_row: number;
}

/**
 * Gaps and overlaps between the periods of activities of the same entity, activity, unit, supplier and meter. Only energy, and what names
 * a meter; and of it only what states a period of several days.
 */
export async function periodFindings(
  context: ReadContext,
  query: { from?: string; to?: string; limit: number },
): Promise<{ findings: PeriodFinding[]; total: number }> {
  const meter = `coalesce(${METER_ATTRIBUTES.map((name) => `nullIf(attributes['${name}'], '')`).join(', ')}, '')`;
  const about = `FROM activities
      WHERE sign = 1 AND seq <= {seq:UInt64} AND end_date > start_date AND coalesce(quantity, 0) >= 0
        AND (${meter} != '' OR descriptor IN (SELECT descriptor FROM matches WHERE sign = 1 AND held = '' AND line = 0 AND ${ENERGY}))
        AND start_date <= toDate32({last:String}) AND end_date >= toDate32({first:String})
        AND (key_hash, origin_seq, origin_row) NOT IN (
          SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq <= {seq:UInt64})`;
  const series = `cityHash64(entity, activity, unit, supplier, ${meter})`;
  // Most of a large book's series may be one activity long: those are left out before anything is put in order, and hashes are ordered, not names.
  const inner = `
    SELECT entity, activity, supplier, meter, external_id, origin_seq, origin_row, start_date, last_day,
      max(last_day) OVER series AS reached, argMax((external_id, origin_seq, origin_row), last_day) OVER series AS earlier_one,
      count() OVER series AS earlier
    FROM (
      SELECT entity, activity, supplier, ${meter} AS meter, external_id, origin_seq, origin_row, start_date,
        coalesce(end_date, start_date) AS last_day, ${series} AS one_series
      ${about} AND one_series IN (SELECT ${series} AS one ${about} GROUP BY one HAVING count() > 1)
    )
    WINDOW series AS (
      PARTITION BY one_series ORDER BY start_date, last_day, external_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const first = `${query.from ?? '1900-01'}-01`;
  const last = `${addMonthsToMonth(query.to ?? '2299-11', 1)}-01`;
  const { rows, total } = await readLimited<PeriodRow>(
    context,
    `
    SELECT start_date <= reached AS overlaps, entity, activity, supplier, meter,
      if(overlaps, start_date, reached + 1) AS from, if(overlaps, least(reached, last_day), start_date - 1) AS to,
      earlier_one.1 AS before, earlier_one.2 AS before_seq, earlier_one.3 AS before_row, external_id AS after, origin_seq, origin_row
    FROM (${inner})
    WHERE earlier > 0 AND start_date != reached + 1
    ORDER BY entity, activity, supplier, meter, from, after
    LIMIT {limit:UInt32}`,
    { seq: context.seq, first, last, limit: query.limit },
  );
  const findings = rows.map(
    ({ overlaps, before_seq, before_row, origin_seq, origin_row, ...said }): PeriodFinding => ({
      kind: overlaps === 1 ? 'overlap' : 'gap',
      ...said,
      before_ref: `record/activities/${before_seq}.${before_row}`,
      after_ref: `record/activities/${origin_seq}.${origin_row}`,
    }),
  );
  return { findings, total };
}
