/**
 * The greenhouse-gas inventory: a function of (ledger, seq, query). Read from the tables of totals where they have what is
 * asked, from the lines otherwise; both give the same sums.
 */
import { addMonthsToMonth, type Day } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { ReadContext } from '../ledger/types.ts';
import type { GwpSetName } from './catalogue/types.ts';
import { consolidatedSums, consolidationOf, entitiesAndMonths, NO_SHARES, sharesOf } from './consolidation.ts';
import {
  checkMonth,
  conditions,
  DEFAULT_GWP,
  type Dimension,
  type InventoryQuery,
  inventoryRef,
  keyOf,
  rowRefs,
  sqlOf,
} from './dimensions.ts';
import { type Figures, figuresByGas, figuresOf } from './figures.ts';
import { heldQuery, heldRef } from './held.ts';
import { keptWhileHeld } from './keptHeld.ts';
import { checkFilters } from './known.ts';
import { type Boundary, boundaryOf, EXCLUSION_WORDS, type ExclusionReason } from './organisation/boundary.ts';
import { organisationAsOf, underOf } from './organisation/organisation.ts';
import type { Approach } from './organisation/shares.ts';
import { type LazyRow, type PagedRows, type PageFacts, pageOf, type RowKeys, type RowPage } from './page.ts';
import { read, readLimited } from './sql.ts';
import { GROUPS_MAX, type KeyedSum, type PageKeys, readKeys, readSums, tooManyGroups } from './sums.ts';
import { HOLD_WORDS } from './tables.ts';

export {
  conditions,
  DEFAULT_GWP,
  type Dimension,
  INVENTORY_DIMENSIONS,
  type InventoryQuery,
  inventoryRef,
} from './dimensions.ts';

export { GROUPS_MAX } from './sums.ts';

export interface InventoryRow extends Figures {
  keys: RowKeys;
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
  /** Which activities these are, for `footing explain`; null where a what-if holds them back, which states nothing. */
  ref: string | null;
}

/** What an entity's boundary leaves out of the inventory. */
export interface ExcludedEntity {
  entity: string;
  reason: ExclusionReason;
  words: string;
  /** More about an unclear ownership; '' elsewhere. */
  detail: string;
  /** Scope-3 category in which the standard looks for it: 8, 13, 14, 15; null where it is the business of others. */
  category_hint: number | null;
  /** Shares that count, over the time of the inventory; a share holds from its day until before the next one's. */
  shares: Array<{ from: Day; share: string }>;
  co2e_kg: string;
  co2e_t: string;
  lines: number;
}

export interface InventoryBoundary {
  approach: Approach;
  /** The reporting parent; null when no ownership is stated: then everything counts wholly. */
  parent: string | null;
  /** What of scopes 1 to 3 is not in the total because of the boundary. */
  excluded: { co2e_kg: string; co2e_t: string; entities: ExcludedEntity[] };
  /** Entities whose scopes 1 and 2 are in scope 3 because of a lease, and in which category. */
  leased: Array<{ entity: string; category: number }>;
}

export interface InventoryStatement extends PageFacts {
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
  /** Null when no approach was asked for. */
  boundary: InventoryBoundary | null;
}

/**
 * The inventory by any combination of dimensions, under a consolidation approach or with everything counted wholly.
 * @throws FootingError `invalid` for an unknown dimension, month, parent or value of a filter, `too_large` over GROUPS_MAX groups.
 */
export async function inventory(context: ReadContext, query: InventoryQuery = {}): Promise<InventoryStatement> {
  return (await inventoryByScope(context, query)).statement;
}

export interface StatedInventory {
  statement: InventoryStatement;
  /** What it says of one scope: undefined where the sums do not say it (a grouping without scopes, some scopes alone, shares of entities). */
  ofScope: (scope: string) => Figures | undefined;
  shows: PagedRows<unknown>['shows'];
}

/** One page of the inventory (all rows where none is asked for), and what else its sums say. */
export async function inventoryByScope(
  context: ReadContext,
  query: InventoryQuery,
  page?: RowPage,
  keysOfPage: Promise<PageKeys | undefined> = page === undefined ? NO_KEYS : pageKeys(context, query, page),
): Promise<StatedInventory> {
  const groupBy = [...(query.groupBy ?? (['scope'] as const))];
  const gwp = query.gwp ?? DEFAULT_GWP;
  const columns = groupBy.filter((dimension) => dimension !== 'gas');
  const narrowed = await narrowedBy(context, query);
  const [{ sums, boundary, whole: wholeSums = sums, groups: known }, held] = await Promise.all([
    keysOfPage.then((keys) =>
      keys === undefined
        ? countedSums(context, query, narrowed, columns)
        : pageSums(context, query, narrowed, columns, keys),
    ),
    heldSums(context, narrowed, query),
  ]);
  const groups = new Map<string, { values: string[]; group: KeyedSum[] }>();
  const names = columns.map((_, i) => `k${i}` as const);
  for (const row of sums) {
    const values = names.map((name) => row[name]!);
    const key = keyOf(values);
    const group = groups.get(key);
    if (group) group.group.push(row);
    else groups.set(key, { values, group: [row] });
  }
  if (groups.size > GROUPS_MAX) throw tooManyGroups();
  const refOf = rowRefs(columns, (keys) => inventoryRef(query, keys));
  const all = [...groups.values()].flatMap(({ values, group }): LazyRow[] => {
    const keys: RowKeys = {};
    for (const [i, dimension] of columns.entries()) keys[dimension] = values[i]!;
    if (!groupBy.includes('gas')) {
      let made: Figures | undefined;
      const figures = () => {
        made ??= figuresOf(group, gwp);
        return made;
      };
      return [{ keys, figures, ref: () => refOf(values) }];
    }
    return figuresByGas(group, gwp).map(([gas, figures]) => ({
      keys: { ...keys, gas },
      figures: () => figures,
      ref: () => `${refOf(values)}&gas=${encodeURIComponent(gas)}`,
    }));
  });
  const total = totalOf(wholeSums, gwp);
  const outside = figuresOf(
    wholeSums.filter((row) => row.in_scopes === '0'),
    gwp,
  );
  const whole = Decimal.parse(total.co2e_kg).add(Decimal.parse(outside.co2e_kg));
  const { rows, rows_total, rest, shows } = pageOf(all, groupBy, whole, page, known);
  // The sums of the whole beside those of a page are by scope.
  const at = wholeSums === sums ? columns.indexOf('scope') : 0;
  const tells = at >= 0 && query.approach === undefined && query.filters?.scope === undefined;
  const statement: InventoryStatement = {
    seq: context.seq,
    gwp,
    from: query.from ?? null,
    to: query.to ?? null,
    groupBy,
    rows,
    rows_total,
    rest,
    total: { ...total, ref: inventoryRef(query, {}) },
    outside,
    held,
    boundary,
  };
  const ofScope = (scope: string) =>
    tells
      ? figuresOf(
          wholeSums.filter((row) => row[`k${at}`] === scope),
          gwp,
        )
      : undefined;
  return { statement, ofScope, shows };
}

/** The total of the inventory alone: without groups, and without what is held back. */
export async function inventoryTotal(context: ReadContext, query: InventoryQuery): Promise<Figures> {
  const { sums } = await countedSums(context, query, await narrowedBy(context, query), ['scope']);
  return totalOf(sums, query.gwp ?? DEFAULT_GWP);
}

const totalOf = (sums: readonly KeyedSum[], gwp: GwpSetName): Figures =>
  figuresOf(
    sums.filter((row) => row.in_scopes === '1'),
    gwp,
  );

interface CountedSums {
  sums: KeyedSum[];
  boundary: InventoryBoundary | null;
  /** Sums of all groups, by scope, where `sums` are those of a page. */
  whole?: KeyedSum[];
  /** How many groups there are, where `sums` are those of a page. */
  groups?: number;
}

/** Dimensions of which a company has as many as it likes, and of them those of which it has thousands. */
const OPEN_ENDED: readonly Dimension[] = ['entity', 'activity', 'factor', 'supplier'];
const MANY: readonly Dimension[] = ['activity', 'factor', 'supplier'];

/**
 * True where a page is read by itself rather than cut out of everything: many groups in the order of their keys. What is largest is only
 * known of sums; shares of entities are joined to all; by method, market-based rows stand beside no row of their own.
 */
function readsPageAlone(query: InventoryQuery, groupBy: readonly Dimension[], { order }: RowPage): boolean {
  if (order !== 'keys' || query.approach !== undefined) return false;
  const open = groupBy.length === 1 ? MANY : OPEN_ENDED;
  return (
    groupBy.some((dimension) => open.includes(dimension)) && !groupBy.includes('gas') && !groupBy.includes('method')
  );
}

/** Which groups are on a page, and how many there are in all; undefined where a page is cut out of everything. */
export async function pageKeys(
  context: ReadContext,
  query: InventoryQuery,
  page: RowPage,
): Promise<PageKeys | undefined> {
  const groupBy = query.groupBy ?? ['scope'];
  if (!readsPageAlone(query, groupBy, page)) return undefined;
  return readKeys(context, await narrowedBy(context, query), groupBy, page);
}

const NO_KEYS = Promise.resolve(undefined);

/** The sums of a page, and those of the whole by scope. */
async function pageSums(
  context: ReadContext,
  query: InventoryQuery,
  narrowed: InventoryQuery,
  columns: readonly Dimension[],
  { span, groups }: PageKeys,
): Promise<CountedSums> {
  const [{ sums: whole }, sums] = await Promise.all([
    countedSums(context, query, narrowed, ['scope']),
    span === undefined ? [] : readSums(context, narrowed, columns, span),
  ]);
  return { sums, whole, groups, boundary: null };
}

/** The sums that count, at their share; `narrowed` is the query by its entities. */
async function countedSums(
  context: ReadContext,
  query: InventoryQuery,
  narrowed: InventoryQuery,
  columns: readonly Dimension[],
): Promise<CountedSums> {
  for (const dimension of Object.keys(query.filters ?? {})) sqlOf(dimension);
  const [counted] = await Promise.all([
    query.approach === undefined
      ? readSums(context, narrowed, columns).then((sums) => ({ sums, boundary: null }))
      : consolidated(context, narrowed, columns, query.approach),
    checkFilters(context, { ...query.filters, ...(query.under === undefined ? {} : { entity: [query.under] }) }),
  ]);
  return counted;
}

/** A query of an entity and all that is under it, as one of entities. */
export async function narrowedBy(context: ReadContext, query: InventoryQuery): Promise<InventoryQuery> {
  for (const end of ['from', 'to'] as const) if (query[end] !== undefined) checkMonth(end, query[end]);
  if (query.under === undefined) return query;
  const organisation = await organisationAsOf(context, context.seq);
  const { from, to } = daysOf(query, []);
  const names = underOf(organisation, query.under, from, to);
  const asked = query.filters?.entity;
  const entity = asked === undefined ? [...names] : asked.filter((name) => names.has(name));
  return { ...query, filters: { ...query.filters, entity } };
}

/** First day, and the day after the last. */
function daysOf({ from, to }: InventoryQuery, months: readonly string[]): { from: Day; to: Day } {
  const first = from ?? months[0] ?? FIRST_MONTH;
  const [last] = [to ?? months.at(-1) ?? LAST_MONTH, first].sort().reverse();
  return { from: `${first}-01`, to: `${addMonthsToMonth(last!, 1)}-01` };
}

/** The calendar of the streams. */
const FIRST_MONTH = '1900-01';
const LAST_MONTH = '2299-11';

/** Shares of entities as they apply to a query. */
export async function boundaryFor(
  context: ReadContext,
  query: InventoryQuery & { approach: Approach },
): Promise<{ boundary: Boundary; names: string[]; months: string[] }> {
  const { names, months } = await entitiesAndMonths(context, query);
  const boundary = await boundaryOf(context, context.seq, {
    approach: query.approach,
    parent: query.parent,
    structure: query.structure,
    ...daysOf(query, months),
  });
  return { boundary, names, months };
}

async function consolidated(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  approach: Approach,
): Promise<{ sums: KeyedSum[]; boundary: InventoryBoundary }> {
  const { boundary, names, months } = await boundaryFor(context, { ...query, approach });
  const consolidation = await consolidationOf(context, boundary, names, months);
  const gwp = query.gwp ?? DEFAULT_GWP;
  const partly = names.filter((name) => boundary.of(name).reason !== null);
  // An entity of which the query lets nothing through need not be looked at.
  const looked =
    query.filters?.entity === undefined ? partly : partly.filter((name) => query.filters!.entity!.includes(name));
  const about = { ...query, filters: { ...query.filters, entity: looked } };
  const rest = { shares: sharesOf(boundary, looked, months, true), internal: NO_SHARES, buyers: NO_SHARES };
  const [sums, leftOut, internal] = await Promise.all([
    consolidatedSums(context, query, groupBy, consolidation),
    looked.length === 0 ? [] : consolidatedSums(context, about, ['entity'], rest, 'left_out'),
    consolidation.internal.daily.length === 0
      ? []
      : consolidatedSums(context, query, ['entity'], consolidation, 'internal'),
  ]);
  const inScopes = (rows: readonly KeyedSum[]) => {
    const byEntity = new Map<string, KeyedSum[]>();
    for (const row of rows) if (row.in_scopes === '1') byEntity.set(row.k0!, [...(byEntity.get(row.k0!) ?? []), row]);
    return new Map([...byEntity].map(([entity, group]) => [entity, figuresOf(group, gwp)]));
  };
  const [leftOutOf, internalOf] = [inScopes(leftOut), inScopes(internal)];
  const excluded: ExcludedEntity[] = [];
  const add = (
    entity: string,
    reason: ExclusionReason,
    co2e: Decimal,
    lines: number,
    detail: string,
    hint: number | null,
  ) => {
    excluded.push({
      entity,
      reason,
      words: EXCLUSION_WORDS[reason],
      detail,
      category_hint: hint,
      shares: boundary.of(entity).stretches.map(({ from, share }) => ({ from, share: share.toString() })),
      co2e_kg: co2e.toString(),
      co2e_t: co2e.mul(THOUSANDTH).toString(),
      lines,
    });
  };
  for (const [entity, figures] of leftOutOf) {
    const { reason, detail, hint } = boundary.of(entity);
    if (reason === null || (figures.lines === 0 && figures.co2e_kg === '0')) continue;
    add(entity, reason, Decimal.parse(figures.co2e_kg), figures.lines, detail, hint);
  }
  for (const [entity, figures] of internalOf) {
    if (figures.lines === 0 && figures.co2e_kg === '0') continue;
    add(entity, 'intra_group', Decimal.parse(figures.co2e_kg), figures.lines, '', null);
  }
  excluded.sort((a, b) => Decimal.parse(b.co2e_kg).cmp(Decimal.parse(a.co2e_kg)) || (a.entity < b.entity ? -1 : 1));
  const total = excluded.reduce((sum, { co2e_kg }) => sum.add(Decimal.parse(co2e_kg)), Decimal.ZERO);
  return {
    sums,
    boundary: {
      approach,
      parent: boundary.parent,
      excluded: { co2e_kg: total.toString(), co2e_t: total.mul(THOUSANDTH).toString(), entities: excluded },
      leased: [...consolidation.shares.moved]
        .map(([entity, category]) => ({ entity, category }))
        .sort((a, b) => (a.entity < b.entity ? -1 : 1)),
    },
  };
}

const THOUSANDTH = Decimal.parse('0.001');

async function heldSums(context: ReadContext, query: InventoryQuery, named: InventoryQuery): Promise<HeldSum[]> {
  const { filters: kept = {} } = heldQuery(query);
  const { where, parameters } = conditions(heldQuery(query), context.seq);
  const needsDecision = ['country', 'region', 'activity'].some((dimension) => dimension in kept);
  const { seq: _, ...asked } = parameters;
  const rows = await keptWhileHeld(context, JSON.stringify(['sums', where, asked]), () =>
    read<{
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
    ),
  );
  return rows.map((row) => ({
    ...row,
    words: HOLD_WORDS[row.reason] ?? row.reason,
    lines: Number(row.lines),
    ref: heldRef(named, { reason: row.reason, unit: row.unit, currency: row.currency }),
  }));
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
  // By decision first: what an activity says is text, and of millions of lines few decisions are made.
  const { rows: groups, total } = await keptWhileHeld(context, JSON.stringify(['groups', limit, offset]), () =>
    readLimited<Omit<HeldGroup, 'words' | 'lines' | 'ref'> & { lines: string }>(
      context,
      `
SELECT t.reason AS reason, m.detail AS detail, m.activity AS activity, m.country AS country, m.region AS region, t.unit AS unit,
  t.currency AS currency, sum(t.held_lines) AS lines, toString(sum(t.held_quantity)) AS quantity,
  toString(sum(t.held_amount)) AS amount
FROM (
  SELECT match, reason, unit, currency, sum(sign) AS held_lines, sum(toDecimal256(quantity, 12)) AS held_quantity,
    sum(toDecimal256(amount, 12)) AS held_amount
  FROM held
  WHERE seq <= {seq:UInt64}
  GROUP BY match, reason, unit, currency
) AS t
INNER JOIN (SELECT DISTINCT match, detail, activity, country, region FROM matches WHERE sign = 1) AS m ON t.match = m.match
GROUP BY reason, detail, activity, country, region, unit, currency
HAVING lines != 0
ORDER BY lines DESC, reason, activity, country, region, unit, currency, detail
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
      { seq: context.seq, limit, offset },
    ),
  );
  return {
    groups: groups.map((row) => ({
      ...row,
      words: HOLD_WORDS[row.reason] ?? row.reason,
      lines: Number(row.lines),
      ref: refOfGroup(row),
    })),
    total,
  };
}

const refOfGroup = ({
  reason,
  unit,
  currency,
  detail,
  activity,
  country,
  region,
}: Omit<HeldGroup, 'words' | 'lines' | 'ref'>) =>
  heldRef(
    { filters: { activity: [activity], country: [country], region: [region] } },
    { reason, unit, currency, detail },
  );
