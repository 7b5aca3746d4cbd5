/**
 * The greenhouse-gas inventory: a function of (ledger, seq, query). Read from the tables of totals where they have what is
 * asked, from the lines otherwise; both give the same sums.
 */
import { FootingError, shown } from '../kernel/errors.ts';
import type { ReadContext } from '../ledger/types.ts';
import type { GwpSetName } from './catalogue/types.ts';
import { type Figures, figuresOf, type SumRow } from './figures.ts';
import { checkFilters } from './known.ts';
import { read } from './sql.ts';
import { FLAG_NAMES, FLAGS, HOLD_WORDS, MASSES } from './tables.ts';

/** Groups in one answer. */
export const GROUPS_MAX = 50_000;
/** Sums read for one answer: several make a group when its lines differ in potentials or gas. */
const SUMS_MAX = 500_000;
export const DEFAULT_GWP: GwpSetName = 'AR5';

/** What an inventory may be grouped and filtered by -> where it stands: on the line, on its class, on its decision. */
const DIMENSIONS = {
  scope: { on: 'class', sql: "if(m.scope = 0, 'outside', toString(m.scope))" },
  category: { on: 'class', sql: "if(m.category = 0, '', toString(m.category))" },
  method: { on: 'class', sql: 'm.method' },
  entity: { on: 'entity', sql: 'toString(t.entity)' },
  month: { on: 'line', sql: 'substring(toString(t.month), 1, 7)' },
  year: { on: 'line', sql: 'toString(toYear(t.month))' },
  country: { on: 'match', sql: 'm.country' },
  region: { on: 'match', sql: 'm.region' },
  activity: { on: 'match', sql: 'm.activity' },
  factor: { on: 'match', sql: 'm.factor_id' },
  release: { on: 'match', sql: 'm.release' },
} as const;
export type Dimension = keyof typeof DIMENSIONS;
export const INVENTORY_DIMENSIONS = Object.keys(DIMENSIONS) as Dimension[];

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
}

export interface InventoryRow extends Figures {
  keys: Partial<Record<Dimension, string>>;
  /** For `footing explain`. */
  ref: string;
}

export interface HeldSum {
  reason: string;
  words: string;
  unit: string;
  currency: string;
  /** Months of activities that are held back. */
  lines: number;
  quantity: string | null;
  amount: string | null;
}

export interface InventoryStatement {
  seq: number;
  gwp: GwpSetName;
  from: string | null;
  to: string | null;
  groupBy: Dimension[];
  rows: InventoryRow[];
  /** Scopes 1, 2 and 3 together. */
  total: Figures & { ref: string };
  /** Biogenic CO2 and gases outside the Kyoto basket: beside the scopes, never in them. */
  outside: Figures;
  /** What is not in the total because it is held back. */
  held: HeldSum[];
}

/**
 * The inventory by any combination of dimensions.
 * @throws FootingError `invalid` for an unknown dimension, month or value of a filter, `too_large` over GROUPS_MAX groups.
 */
export async function inventory(context: ReadContext, query: InventoryQuery = {}): Promise<InventoryStatement> {
  const groupBy = [...(query.groupBy ?? (['scope'] as const))];
  const gwp = query.gwp ?? DEFAULT_GWP;
  for (const dimension of Object.keys(query.filters ?? {})) sqlOf(dimension);
  const [sums, held] = await Promise.all([
    readSums(context, query, groupBy),
    heldSums(context, query),
    checkFilters(context, query.filters ?? {}),
  ]);
  const groups = new Map<string, Array<SumRow & Record<string, string>>>();
  for (const row of sums) {
    const key = JSON.stringify(groupBy.map((_, i) => row[`k${i}`]));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  if (groups.size > GROUPS_MAX) throw tooManyGroups();
  const rows = [...groups.values()]
    .map((group) => {
      const keys = Object.fromEntries(groupBy.map((dimension, i) => [dimension, group[0]![`k${i}`]!]));
      return { keys, ...figuresOf(group, gwp), ref: inventoryRef(query, keys) } as InventoryRow;
    })
    .sort((a, b) => compareKeys(a.keys, b.keys, groupBy));
  return {
    seq: context.seq,
    gwp,
    from: query.from ?? null,
    to: query.to ?? null,
    groupBy,
    rows,
    total: {
      ...figuresOf(
        sums.filter((row) => row.in_scopes === '1'),
        gwp,
      ),
      ref: inventoryRef(query, {}),
    },
    outside: figuresOf(
      sums.filter((row) => row.in_scopes === '0'),
      gwp,
    ),
    held,
  };
}

/** A reference to a figure that `explainInventory` understands. */
export function inventoryRef(query: InventoryQuery, keys: Partial<Record<Dimension, string>>): string {
  const words = new URLSearchParams();
  words.set('gwp', query.gwp ?? DEFAULT_GWP);
  if (query.from) words.set('from', query.from);
  if (query.to) words.set('to', query.to);
  for (const dimension of INVENTORY_DIMENSIONS) {
    const key = keys[dimension];
    if (key !== undefined) words.append(dimension, key);
    else for (const value of query.filters?.[dimension] ?? []) words.append(dimension, value);
  }
  return `inventory?${words}`;
}

/** WHERE of a query on the aliases t (lines or totals) and m (classes or decisions); `decisions` is what it says of m alone. */
export function conditions(
  query: InventoryQuery,
  seq: number,
): { where: string; lines: string; decisions: string; parameters: Record<string, unknown> } {
  const where = ['t.seq <= {seq:UInt64}'];
  const decisions: string[] = [];
  const parameters: Record<string, unknown> = { seq };
  for (const end of ['from', 'to'] as const) {
    const month = query[end];
    if (month === undefined) continue;
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      throw new FootingError('invalid', `Not a month: ${shown(month)}`, {
        problems: [{ field: end, value: shown(month), reason: 'is not a month', remedy: 'Write it like 2025-03' }],
      });
    }
    where.push(`t.month ${end === 'from' ? '>=' : '<='} toDate32({${end}:String})`);
    parameters[end] = `${month}-01`;
  }
  for (const [dimension, values] of Object.entries(query.filters ?? {})) {
    if (!values) continue;
    const { on } = DIMENSIONS[dimension as Dimension] ?? {};
    const condition = `${sqlOf(dimension)} IN {f_${dimension}:Array(String)}`;
    (on === 'class' || on === 'match' ? decisions : where).push(condition);
    parameters[`f_${dimension}`] = values;
  }
  const all = (parts: string[]) => (parts.length === 0 ? '1' : parts.join('\n  AND '));
  return { where: all([...where, ...decisions]), lines: all(where), decisions: all(decisions), parameters };
}

function sqlOf(dimension: string): string {
  const known = (DIMENSIONS as Record<string, { sql: string } | undefined>)[dimension];
  if (known) return known.sql;
  throw new FootingError('invalid', `An inventory has no ${shown(dimension)}`, {
    problems: [
      {
        field: 'group_by',
        value: shown(dimension),
        reason: 'is not known',
        remedy: `Use ${INVENTORY_DIMENSIONS.join(', ')}`,
      },
    ],
  });
}

async function readSums(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
): Promise<Array<SumRow & Record<string, string>>> {
  const asked = new Set<Dimension>([...groupBy, ...(Object.keys(query.filters ?? {}) as Dimension[])]);
  for (const dimension of asked) sqlOf(dimension);
  const on = new Set([...asked].map((dimension) => DIMENSIONS[dimension].on as string));
  const { where, parameters } = conditions(query, context.seq);
  const keys = groupBy.map((dimension, i) => `${sqlOf(dimension)} AS k${i}`);
  const head = [
    ...keys,
    'toString(m.scope != 0) AS in_scopes',
    'm.gwp_source AS gwp_source',
    'm.other_gas AS other_gas',
  ];
  const group = [...groupBy.map((_, i) => `k${i}`), 'in_scopes', 'gwp_source', 'other_gas'].join(', ');
  const fromLines = on.has('match') && on.has('entity');
  const table = fromLines
    ? 'emissions'
    : on.has('entity')
      ? 'inventory_totals'
      : on.has('match')
        ? 'match_totals'
        : 'class_totals';
  const meaning = on.has('match') ? 'match' : 'class';
  const named = [...asked].filter((dimension) => ['class', 'match'].includes(DIMENSIONS[dimension].on));
  // Columns of decisions bear the names of the dimensions, except the factor's.
  const columns = new Set([
    'scope',
    'gwp_source',
    'other_gas',
    ...named.map((dimension) => (dimension === 'factor' ? 'factor_id' : dimension)),
  ]);
  const flagSums = FLAG_NAMES.map(
    (flag) =>
      `toString(${fromLines ? `sum(if(bitAnd(t.flags, ${FLAGS[flag]}) = 0, 0, t.sign))` : `sum(t.lines_${flag})`}) AS lines_${flag}`,
  );
  const rows = await read<SumRow & Record<string, string>>(
    context,
    `
SELECT ${head.join(', ')},
  toString(sum(t.${fromLines ? 'sign' : 'lines'})) AS lines,
  ${flagSums.join(', ')},
  ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, 24))) AS ${mass}`).join(',\n  ')}
FROM ${table} AS t
INNER JOIN (
  SELECT DISTINCT ${meaning}, ${[...columns].join(', ')}
  FROM matches
  WHERE sign = 1 AND held = ''
) AS m ON t.${meaning} = m.${meaning}
WHERE ${where}
GROUP BY ${group}
ORDER BY ${group}
LIMIT ${SUMS_MAX + 1}`,
    parameters,
  );
  if (rows.length > SUMS_MAX) throw tooManyGroups();
  return rows.filter((row) => row.lines !== '0' || MASSES.some((mass) => Number(row[mass]) !== 0));
}

function tooManyGroups(): FootingError {
  return new FootingError('too_large', `The inventory has more than ${GROUPS_MAX} groups`, {
    remedy: 'Group by fewer things, or filter',
  });
}

async function heldSums(context: ReadContext, query: InventoryQuery): Promise<HeldSum[]> {
  const { filters = {}, ...period } = query;
  const kept = Object.fromEntries(
    Object.entries(filters).filter(([dimension]) =>
      ['entity', 'month', 'year', 'country', 'region', 'activity'].includes(dimension),
    ),
  );
  const { where, parameters } = conditions({ ...period, filters: kept }, context.seq);
  const needsDecision = ['country', 'region', 'activity'].some((dimension) => dimension in kept);
  const rows = await read<{
    reason: string;
    unit: string;
    currency: string;
    lines: string;
    quantity: string | null;
    amount: string | null;
  }>(
    context,
    `
SELECT t.reason AS reason, t.unit AS unit, t.currency AS currency, toString(sum(t.sign)) AS lines,
  toString(sum(toDecimal256(t.quantity, 12))) AS quantity, toString(sum(toDecimal256(t.amount, 12))) AS amount
FROM held AS t
${needsDecision ? 'INNER JOIN (SELECT DISTINCT match, country, region, activity FROM matches WHERE sign = 1) AS m ON t.match = m.match' : ''}
WHERE ${where}
GROUP BY reason, unit, currency
HAVING sum(t.sign) != 0
ORDER BY reason, unit, currency`,
    parameters,
  );
  return rows.map((row) => ({ ...row, words: HOLD_WORDS[row.reason] ?? row.reason, lines: Number(row.lines) }));
}

function compareKeys(
  a: Partial<Record<Dimension, string>>,
  b: Partial<Record<Dimension, string>>,
  groupBy: readonly Dimension[],
): number {
  for (const dimension of groupBy) {
    const [x, y] = [a[dimension] ?? '', b[dimension] ?? ''];
    if (x === y) continue;
    if (dimension === 'category') return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return 0;
}

export interface HeldGroup extends HeldSum {
  /** What exactly is wrong. */
  detail: string;
  activity: string;
  country: string;
  region: string;
}

/** What is held back, by reason and by what the activities say; largest groups first. */
export async function heldBack(
  context: ReadContext,
  limit = 100,
  offset = 0,
): Promise<{ groups: HeldGroup[]; total: number }> {
  const inner = `
SELECT t.reason AS reason, m.detail AS detail, m.activity AS activity, m.country AS country, m.region AS region, t.unit AS unit,
  t.currency AS currency, sum(t.sign) AS lines,
  toString(sum(toDecimal256(t.quantity, 12))) AS quantity, toString(sum(toDecimal256(t.amount, 12))) AS amount
FROM held AS t
INNER JOIN (SELECT DISTINCT match, detail, activity, country, region FROM matches WHERE sign = 1) AS m ON t.match = m.match
WHERE t.seq <= {seq:UInt64}
GROUP BY reason, detail, activity, country, region, unit, currency
HAVING lines != 0`;
  const [count] = await read<{ groups: string }>(context, `SELECT count() AS groups FROM (${inner})`, {
    seq: context.seq,
  });
  const groups = await read<Omit<HeldGroup, 'words' | 'lines'> & { lines: string }>(
    context,
    `${inner}\nORDER BY lines DESC, reason, activity, country, region, unit, currency, detail\nLIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { seq: context.seq, limit, offset },
  );
  return {
    groups: groups.map((row) => ({ ...row, words: HOLD_WORDS[row.reason] ?? row.reason, lines: Number(row.lines) })),
    total: Number(count?.groups ?? 0),
  };
}
