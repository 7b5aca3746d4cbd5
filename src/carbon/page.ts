/** Pages of the rows of an inventory: a screen's worth at a time, in an order that does not depend on chance, with what is left out said. */
import { Decimal, sumDecimals } from '../kernel/decimal.ts';
import type { Dimension } from './dimensions.ts';
import { type Figures, tonnesOf } from './figures.ts';

/** `keys`: by the dimensions, as they are asked for. `co2e`: largest first, whatever its sign; equal ones by keys. */
export const ROW_ORDERS = ['keys', 'co2e'] as const;
export type RowOrder = (typeof ROW_ORDERS)[number];

export interface RowPage {
  order: RowOrder;
  /** Rows before the page. */
  offset: number;
  /** Rows of the page at most. */
  limit: number;
}

export type RowKeys = Partial<Record<Dimension, string>>;

/** A row whose figures are worked out when they are asked for. */
export interface LazyRow {
  keys: RowKeys;
  ref: () => string;
  figures: () => Figures;
}

/** What a statement says of its rows besides the rows. */
export interface PageFacts {
  /** Rows of all pages. */
  rows_total: number;
  /** The rows that are not on this page. */
  rest: { rows: number; co2e_kg: string; co2e_t: string };
}

export interface PagedRows<Row> extends PageFacts {
  rows: Row[];
  /** True for keys of a row on this page; keys that no row has are on the first one. */
  shows: (keys: RowKeys, without: readonly Dimension[]) => boolean;
}

/**
 * Rows of one page, of all where none is asked for. `whole` is the CO2e (kg) of all rows together: what the page does not hold of it is
 * its rest, so that a page foots to the total as well. `total`: rows of all pages, where `all` is nothing but the page itself.
 */
export function pageOf(
  all: LazyRow[],
  groupBy: readonly Dimension[],
  whole: Decimal,
  page: RowPage | undefined,
  total?: number,
): PagedRows<Figures & { keys: RowKeys; ref: string }> {
  const byKeys = (a: LazyRow, b: LazyRow) => compareKeys(a.keys, b.keys, groupBy);
  if (page?.order === 'co2e') {
    const sizes = new Map(all.map((row) => [row, Decimal.parse(row.figures().co2e_kg).abs()]));
    all.sort((a, b) => sizes.get(b)!.cmp(sizes.get(a)!) || byKeys(a, b));
  } else all.sort(byKeys);
  const first = total === undefined ? (page?.offset ?? 0) : 0;
  const end = page === undefined ? all.length : first + page.limit;
  const rowsTotal = total ?? all.length;
  const rows = all.slice(first, end).map(({ keys, figures, ref }) => ({ keys, ...figures(), ref: ref() }));
  const isAll = rows.length === rowsTotal;
  const shown = isAll ? whole : sumDecimals(rows.map(({ co2e_kg }) => Decimal.parse(co2e_kg)));
  const left = whole.sub(shown).toString();
  return {
    rows,
    rows_total: rowsTotal,
    rest: { rows: rowsTotal - rows.length, co2e_kg: left, co2e_t: tonnesOf(left) },
    shows: isAll ? () => true : showing(all, groupBy, first, end, total === undefined),
  };
}

/** Which page keys are on goes by the first row that has them, so that they are on one page only. */
function showing(
  all: readonly LazyRow[],
  groupBy: readonly Dimension[],
  first: number,
  end: number,
  knowsOthers: boolean,
) {
  const known = new Map<string, Map<string, number>>();
  const textOf = (keys: RowKeys, dimensions: readonly Dimension[]) =>
    JSON.stringify(dimensions.map((dimension) => keys[dimension] ?? ''));
  return (keys: RowKeys, without: readonly Dimension[]): boolean => {
    const dimensions = groupBy.filter((dimension) => !without.includes(dimension));
    const name = dimensions.join();
    let places = known.get(name);
    if (places === undefined) {
      places = new Map();
      for (const [i, row] of all.entries()) {
        const text = textOf(row.keys, dimensions);
        if (!places.has(text)) places.set(text, i);
      }
      known.set(name, places);
    }
    const place = places.get(textOf(keys, dimensions)) ?? (knowsOthers ? 0 : -1);
    return place >= first && place < end;
  };
}

function compareKeys(a: RowKeys, b: RowKeys, groupBy: readonly Dimension[]): number {
  for (const dimension of groupBy) {
    const [x, y] = [a[dimension] ?? '', b[dimension] ?? ''];
    if (x === y) continue;
    if (dimension === 'category') return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return 0;
}
