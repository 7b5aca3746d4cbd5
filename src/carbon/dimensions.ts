/** What an inventory may be asked for: its dimensions, filters, and the reference that names a figure. */
import type { Day } from '../kernel/dates.ts';
import { FootingError, shown } from '../kernel/errors.ts';
import type { GwpSetName } from './catalogue/types.ts';
import type { Approach } from './organisation/shares.ts';

export const DEFAULT_GWP: GwpSetName = 'AR5';

/**
 * Dimension -> where it stands (on the line, on its class, on its decision …) and how it is read. `{scope}` and `{category}` are
 * the scope and category as the statement shows them: a boundary may move those of leased assets.
 */
const DIMENSIONS = {
  scope: { on: 'kind', sql: "if({scope} = 0, 'outside', toString({scope}))" },
  category: { on: 'class', sql: "if({category} = 0, '', toString({category}))" },
  method: { on: 'class', sql: 'm.method' },
  entity: { on: 'entity', sql: 'toString(t.entity)' },
  month: { on: 'line', sql: 'substring(toString(t.month), 1, 7)' },
  year: { on: 'line', sql: 'toString(toYear(t.month))' },
  country: { on: 'match', sql: 'm.country' },
  region: { on: 'match', sql: 'm.region' },
  activity: { on: 'match', sql: 'm.activity' },
  factor: { on: 'match', sql: 'm.factor_id' },
  release: { on: 'match', sql: 'm.release' },
  supplier: { on: 'supplier', sql: 'toString(t.supplier)' },
  data_quality: { on: 'data_quality', sql: 'toString(t.data_quality)' },
} as const;
/** `gas` is no column: every group is shown gas by gas. It cannot be filtered by. */
export type Dimension = keyof typeof DIMENSIONS | 'gas';
type Column = keyof typeof DIMENSIONS;
export const INVENTORY_DIMENSIONS: readonly Dimension[] = [...(Object.keys(DIMENSIONS) as Column[]), 'gas'];
export const FILTER_DIMENSIONS = Object.keys(DIMENSIONS) as Column[];

export interface InventoryQuery {
  /** Default: scope. */
  groupBy?: readonly Dimension[];
  /** Default AR5. */
  gwp?: GwpSetName;
  /** First and last month, YYYY-MM, both inclusive. */
  from?: string;
  to?: string;
  /** Values that are let through; `scope` takes 1, 2, 3, outside; `category` takes 1 to 15 and '' for none. */
  filters?: Partial<Record<Dimension, readonly string[]>>;
  /** Consolidation approach; absent: everything that is stated counts wholly. */
  approach?: Approach;
  /** The reporting parent of the approach; default: the one owner whom nobody owns. */
  parent?: string;
  /** Only this entity and all that is under it. */
  under?: string;
  /**
   * Shares of this day for all the time before it: a period as if the organisation had been then what it became, which is how a base
   * year is recalculated. Needs an approach.
   */
  structure?: Day;
  /** In references alone: the entry as of which the figure was read, where that is not the one of the reader. */
  asOf?: number;
}

/** A reference to a figure that `explainInventory` understands. */
export function inventoryRef(query: InventoryQuery, keys: Partial<Record<Dimension, string>>): string {
  const words = new URLSearchParams();
  words.set('gwp', query.gwp ?? DEFAULT_GWP);
  if (query.approach) words.set('approach', query.approach);
  if (query.parent) words.set('parent', query.parent);
  if (query.under) words.set('under', query.under);
  if (query.structure) words.set('structure', query.structure);
  if (query.asOf !== undefined) words.set('as_of', String(query.asOf));
  if (query.from) words.set('from', query.from);
  if (query.to) words.set('to', query.to);
  for (const dimension of FILTER_DIMENSIONS) {
    const key = keys[dimension];
    if (key !== undefined) words.append(dimension, key);
    else for (const value of query.filters?.[dimension] ?? []) words.append(dimension, value);
  }
  return `inventory?${words}`;
}

/** One text for some values; different values have different ones. */
export const keyOf = (values: readonly string[]): string =>
  values.length === 1
    ? values[0]!
    : values.some((value) => value.includes('\n'))
      ? JSON.stringify(values)
      : values.join('\n');

/**
 * References of the rows of a statement: `made` writes one, and is asked only once, because of thousands of rows nothing else differs than
 * the values of `columns`.
 */
export function rowRefs(
  columns: readonly Dimension[],
  made: (keys: Partial<Record<Dimension, string>>) => string,
): (values: readonly string[]) => string {
  const keysOf = (values: readonly string[]) => Object.fromEntries(columns.map((column, i) => [column, values[i]!]));
  // No name holds the character that marks the places; should a filter, references are written one by one.
  if (made({}).includes('%00')) return (values) => made(keysOf(values));
  const pieces = made(keysOf(columns.map((_, i) => `\0${i}\0`))).split('%00');
  const written = new Map<string, string>();
  const encoded = (value: string): string => {
    let text = written.get(value);
    if (text === undefined) {
      text = new URLSearchParams([['', value]]).toString().slice(1);
      written.set(value, text);
    }
    return text;
  };
  return (values) => {
    let ref = pieces[0]!;
    for (let i = 1; i < pieces.length; i += 2) ref += encoded(values[Number(pieces[i])]!) + pieces[i + 1]!;
    return ref;
  };
}

/** How scope and category are read where nothing moves them. */
const UNMOVED = { scope: 'm.scope', category: 'm.category' };

/** WHERE of a query on the aliases t (lines or totals) and m (classes or decisions); `decisions` is what it says of m alone. */
export function conditions(
  query: InventoryQuery,
  seq: number,
  read: (dimension: string) => string = (dimension) => sqlOf(dimension),
): { where: string; lines: string; decisions: string; parameters: Record<string, unknown> } {
  const where = ['t.seq <= {seq:UInt64}'];
  const decisions: string[] = [];
  const parameters: Record<string, unknown> = { seq };
  for (const end of ['from', 'to'] as const) {
    const month = query[end];
    if (month === undefined) continue;
    checkMonth(end, month);
    where.push(`t.month ${end === 'from' ? '>=' : '<='} toDate32({${end}:String})`);
    parameters[end] = `${month}-01`;
  }
  for (const [dimension, values] of Object.entries(query.filters ?? {})) {
    if (!values) continue;
    const on = DIMENSIONS[dimension as Column]?.on;
    const condition = `${read(dimension)} IN ${literal(values)}`;
    (on === 'kind' || on === 'class' || on === 'match' ? decisions : where).push(condition);
  }
  const all = (parts: string[]) => (parts.length === 0 ? '1' : parts.join('\n  AND '));
  return { where: all([...where, ...decisions]), lines: all(where), decisions: all(decisions), parameters };
}

/** @throws FootingError `invalid` unless it is written YYYY-MM. */
export function checkMonth(field: string, month: string): void {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) return;
  throw new FootingError('invalid', `Not a month: ${shown(month)}`, {
    problems: [{ field, value: shown(month), reason: 'is not a month', remedy: 'Write it like 2025-03' }],
  });
}

/**
 * The expression of a dimension.
 * @throws FootingError `invalid` for a dimension that there is not, or that is not in the data.
 */
export function sqlOf(dimension: string, moved: { scope: string; category: string } = UNMOVED): string {
  const known = (DIMENSIONS as Record<string, { sql: string } | undefined>)[dimension];
  if (known) return known.sql.replaceAll('{scope}', moved.scope).replaceAll('{category}', moved.category);
  throw new FootingError('invalid', `An inventory has no ${shown(dimension)}`, {
    problems: [
      {
        field: 'group_by',
        value: shown(dimension),
        reason: dimension === 'gas' ? 'is no filter: group by it' : 'is not known',
        remedy: `Use ${FILTER_DIMENSIONS.join(', ')}`,
      },
    ],
  });
}

/** Where a dimension stands. */
export function placeOf(dimension: Dimension): (typeof DIMENSIONS)[Column]['on'] | 'gas' {
  return dimension === 'gas' ? 'gas' : DIMENSIONS[dimension].on;
}

/** The names as a list in the text of a query: parameters travel in the address, which has to be short. */
export function literal(values: Iterable<string>): string {
  return `[${[...values].map(quoted).join(', ')}]`;
}

export function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}
