/** Sums of lines by any dimensions, read from the smallest table that knows what is asked. */
import { FootingError } from '../kernel/errors.ts';
import type { ReadContext } from '../ledger/types.ts';
import { conditions, type Dimension, type InventoryQuery, placeOf, quoted, sqlOf } from './dimensions.ts';
import type { SumRow } from './figures.ts';
import { read, readLimited } from './sql.ts';
import { FLAG_NAMES, FLAGS, MASSES } from './tables.ts';

/** Groups in one answer. */
export const GROUPS_MAX = 50_000;
/** Sums read for one answer: several make a group when its lines differ in potentials or gas. */
export const SUMS_MAX = 500_000;

/** k0, k1 … are the keys in the order of the grouping; `in_scopes` is 1 for what scopes 1 to 3 hold. */
export type KeyedSum = SumRow & Record<string, string>;

/** Where sums are read from, with the names of what differs from table to table. */
export interface Plan {
  table: 'class_totals' | 'inventory_totals' | 'match_totals' | 'facet_totals' | 'energy_totals' | 'emissions';
  /** Of facet_totals: which facet; those by year know no months. */
  facet: 'country' | 'country_year' | 'data_quality' | 'data_quality_year' | 'supplier' | '';
  /** What joins it to what a line is. */
  meaning: 'class' | 'match' | 'kind';
}

/** The smallest table that knows the dimensions, and the entities when `entities` is set; whole years are enough when `years` is. */
export function planOf(asked: ReadonlySet<Dimension>, entities: boolean, years = false): Plan {
  const span = years && !asked.has('month') ? '_year' : '';
  const on = new Set([...asked].map(placeOf));
  const needsEntity = entities || on.has('entity');
  const others = [...on].filter((place) => !['kind', 'line', 'entity', 'gas'].includes(place));
  const only = (place: string) => others.every((other) => other === place);
  if (only('class')) return { table: needsEntity ? 'inventory_totals' : 'class_totals', facet: '', meaning: 'class' };
  const decided = [...asked].filter((dimension) => placeOf(dimension) === 'match');
  if (needsEntity && only('match') && decided.every((dimension) => dimension === 'country')) {
    return { table: 'facet_totals', facet: `country${span}`, meaning: 'kind' };
  }
  if (!needsEntity && others.every((place) => place === 'match' || place === 'class')) {
    return { table: 'match_totals', facet: '', meaning: 'match' };
  }
  if (others.every((place) => place === 'data_quality' || place === 'class')) {
    return { table: 'facet_totals', facet: `data_quality${span}`, meaning: 'class' };
  }
  if (!needsEntity && others.every((place) => place === 'supplier' || place === 'class')) {
    return { table: 'facet_totals', facet: 'supplier', meaning: 'class' };
  }
  return { table: 'emissions', facet: '', meaning: others.some((place) => place === 'match') ? 'match' : 'class' };
}

interface MoreOfMeaning {
  columns: readonly string[];
  where: string;
}

/** FROM ... of a plan: totals or lines as `t`, what they are as `m`; with further columns and a further condition of decisions. */
export function sourceOf(
  { table, meaning }: Plan,
  asked: ReadonlySet<Dimension>,
  more: MoreOfMeaning = { columns: [], where: '' },
): string {
  const own = ['scope', 'gwp_source', 'other_gas', ...(meaning === 'kind' ? [] : ['category'])];
  const columns = new Set([...own, ...more.columns]);
  for (const dimension of asked) {
    if (dimension === 'method') columns.add('method');
    if (placeOf(dimension) === 'match' && meaning === 'match')
      columns.add(dimension === 'factor' ? 'factor_id' : dimension);
  }
  return `${table} AS t
INNER JOIN (
  SELECT DISTINCT ${meaning}, ${[...columns].join(', ')}
  FROM matches
  WHERE sign = 1 AND held = ''${more.where}
) AS m ON t.${table === 'facet_totals' ? 'meaning' : meaning} = m.${meaning}`;
}

/** How a dimension is read under a plan. */
export function expressionOf(plan: Plan, dimension: string, moved?: { scope: string; category: string }): string {
  return plan.facet !== '' && dimension === plan.facet.replace('_year', '')
    ? 'toString(t.value)'
    : sqlOf(dimension, moved);
}

/** What adds up to the number of lines. */
export const countColumnOf = ({ table }: Plan) => (table === 'emissions' ? 'sign' : 'lines');

/** Sums `lines` and `lines_<flag>` of a plan, as text or as numbers; only where `when` holds, and with a sign. */
export function countsOf(plan: Plan, asText = true, when = '', sign = ''): string {
  const shown = (sum: string, name: string) => {
    const counted = when === '' ? sum : `if(${when}, ${sign}${sum}, 0)`;
    return `${asText ? `toString(${counted})` : counted} AS ${name}`;
  };
  const lines = plan.table === 'emissions';
  const flags = FLAG_NAMES.map((flag) =>
    shown(lines ? `sum(if(bitAnd(t.flags, ${FLAGS[flag]}) = 0, 0, t.sign))` : `sum(t.lines_${flag})`, `lines_${flag}`),
  );
  return [shown(`sum(t.${countColumnOf(plan)})`, 'lines'), ...flags].join(', ');
}

/** All dimensions that a query mentions. */
export function askedOf(query: InventoryQuery, groupBy: readonly Dimension[]): Set<Dimension> {
  const asked = new Set<Dimension>([...groupBy, ...(Object.keys(query.filters ?? {}) as Dimension[])]);
  for (const dimension of asked) if (dimension !== 'gas') sqlOf(dimension);
  return asked;
}

/** True when the months of a query are whole calendar years. */
export function wholeYears({ from, to }: InventoryQuery): boolean {
  return (from === undefined || from.endsWith('-01')) && (to === undefined || to.endsWith('-12'));
}

export interface PageKeys {
  /** Values of the dimensions of the first and the last group of the page; undefined where no group is on it. */
  span: KeySpan | undefined;
  /** Groups in all. */
  groups: number;
}

export interface KeySpan {
  first: string[];
  last: string[];
}

/**
 * From which group to which a page goes, in the order of the keys, and how many groups there are: far less to add up and to send than
 * the sums of all. A group none of whose lines stands has no sums either, since lines are reversed as they were posted.
 */
export async function readKeys(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  { offset, limit }: { offset: number; limit: number },
): Promise<PageKeys> {
  const asked = askedOf(query, groupBy);
  const plan = planOf(asked, false, wholeYears(query));
  const expression = (dimension: string) => expressionOf(plan, dimension);
  const asks = conditions(query, context.seq, expression);
  const names = groupBy.map((_, i) => `k${i}`);
  const keys = groupBy.map((dimension, i) => `${expression(dimension)} AS k${i}`);
  const order = groupBy.map((dimension, i) => ordered(dimension, `k${i}`));
  const { rows, total } = await readLimited<Record<string, string>>(
    context,
    `
SELECT ${keys.join(', ')}
FROM ${totalsOf(plan, asked, groupBy, asks, { columns: ['lines'] })}
GROUP BY ${names.join(', ')}
HAVING sum(t.${countColumnOf(plan)}) != 0
ORDER BY ${order.join(', ')}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...asks.parameters, limit, offset },
  );
  const keysOf = (row: Record<string, string>) => names.map((name) => row[name]!);
  const [first, last] = [rows[0], rows.at(-1)];
  return { span: first && last && { first: keysOf(first), last: keysOf(last) }, groups: total };
}

/** Categories are numbers that are written as text. */
const ordered = (dimension: Dimension, text: string) => (dimension === 'category' ? `toUInt8OrZero(${text})` : text);

/** Only groups of a span, as a condition. */
function withinSpan(
  { first, last }: KeySpan,
  groupBy: readonly Dimension[],
  expression: (dimension: Dimension) => string,
): string {
  const tuple = (texts: readonly string[]) =>
    `tuple(${groupBy.map((dimension, i) => ordered(dimension, texts[i]!)).join(', ')})`;
  const keys = tuple(groupBy.map(expression));
  return `${keys} >= ${tuple(first.map(quoted))} AND ${keys} <= ${tuple(last.map(quoted))}`;
}

const DECIDED_PLACES: ReadonlySet<string> = new Set(['kind', 'class', 'match']);

/**
 * FROM and WHERE of sums of `columns` by a grouping. Where a decision alone says which group its totals are in, months are added up
 * before decisions are joined, and decisions of other groups are not looked at: half the work.
 */
export function totalsOf(
  plan: Plan,
  asked: ReadonlySet<Dimension>,
  groupBy: readonly Dimension[],
  { where, lines, decisions }: ReturnType<typeof conditions>,
  { columns, only, more, further = '' }: TotalsAsked,
): string {
  const within = only && withinSpan(only, groupBy, (dimension) => expressionOf(plan, dimension));
  if (plan.table !== 'match_totals' || !groupBy.every((dimension) => DECIDED_PLACES.has(placeOf(dimension)))) {
    const facet = plan.facet === '' ? '' : `\n  AND t.facet = '${plan.facet}'`;
    return `${sourceOf(plan, asked, more)}
WHERE ${where}${further}${facet}${within === undefined ? '' : `\n  AND ${within}`}`;
  }
  const ofPage =
    within === undefined
      ? ''
      : `\n    AND t.match IN (SELECT match FROM matches AS m WHERE sign = 1 AND held = '' AND ${within})`;
  const added = `(
  SELECT match, ${columns.map((column) => `sum(t.${column}) AS ${column}`).join(', ')}
  FROM match_totals AS t
  WHERE ${lines}${further}${ofPage}
  GROUP BY match
)`;
  return `${sourceOf(plan, asked, more).replace(plan.table, added)}
WHERE ${decisions}`;
}

interface TotalsAsked {
  columns: readonly string[];
  /** Of these groups. */
  only?: KeySpan | undefined;
  more?: MoreOfMeaning;
  /** Further condition on the totals, beginning with AND. */
  further?: string;
}

const SUMMED: readonly string[] = ['lines', ...FLAG_NAMES.map((flag) => `lines_${flag}`), ...MASSES];

/** Sums without a boundary: everything that is stated counts wholly. `only`: of these groups. */
export async function readSums(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  only?: KeySpan,
): Promise<KeyedSum[]> {
  const asked = askedOf(query, groupBy);
  const plan = planOf(asked, false, wholeYears(query));
  const asks = conditions(query, context.seq, (dimension) => expressionOf(plan, dimension));
  const keys = groupBy.map((dimension, i) => `${expressionOf(plan, dimension)} AS k${i}`);
  const group = [...groupBy.map((_, i) => `k${i}`), 'in_scopes', 'gwp_source', 'other_gas'].join(', ');
  const rows = await read<KeyedSum>(
    context,
    `
SELECT ${[...keys, 'toString(m.scope != 0) AS in_scopes', 'm.gwp_source AS gwp_source', 'm.other_gas AS other_gas'].join(', ')},
  ${countsOf(plan)},
  ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, 24))) AS ${mass}`).join(',\n  ')}
FROM ${totalsOf(plan, asked, groupBy, asks, { columns: SUMMED, only })}
GROUP BY ${group}
ORDER BY ${group}
LIMIT ${SUMS_MAX + 1}`,
    asks.parameters,
  );
  return counted(rows);
}

/** Sums that are something, unless there are too many. */
export function counted(rows: KeyedSum[]): KeyedSum[] {
  if (rows.length > SUMS_MAX) throw tooManyGroups();
  return rows.filter((row) => row.lines !== '0' || MASSES.some((mass) => Number(row[mass]) !== 0));
}

export function tooManyGroups(): FootingError {
  return new FootingError('too_large', `The inventory has more than ${GROUPS_MAX} groups`, {
    remedy: 'Group by fewer things, or filter',
  });
}
