/** What market-based figures can be told apart by: every dimension of an inventory. */
import type { Dimension, InventoryQuery } from '../dimensions.ts';

/** What is known of a part of scope 2. `country` is the one that is stated, as in the inventory. */
export interface Told {
  entity: string;
  /** YYYY-MM. */
  month: string;
  country: string;
  region: string;
  activity: string;
  factor: string;
  release: string;
  supplier: string;
  dataQuality: string;
}

export const MARKET_METHOD = 'market-based';

const TOLD: Record<Exclude<Dimension, 'gas'>, (told: Told) => string> = {
  scope: () => '2',
  category: () => '',
  method: () => MARKET_METHOD,
  entity: ({ entity }) => entity,
  month: ({ month }) => month,
  year: ({ month }) => month.slice(0, 4),
  country: ({ country }) => country,
  region: ({ region }) => region,
  activity: ({ activity }) => activity,
  factor: ({ factor }) => factor,
  release: ({ release }) => release,
  supplier: ({ supplier }) => supplier,
  data_quality: ({ dataQuality }) => dataQuality,
};

/** Values of dimensions, in their order; `gas` is no value of a part. */
export const keysOf = (told: Told, dimensions: readonly Dimension[]): string[] =>
  dimensions.filter((each) => each !== 'gas').map((each) => TOLD[each](told));

/** True when the filters of a query let it through; its months are looked at elsewhere. */
export function letsThrough({ filters = {} }: InventoryQuery, told: Told): boolean {
  return Object.entries(filters).every(
    ([dimension, values]) => values === undefined || values.includes(TOLD[dimension as 'scope'](told)),
  );
}

/** Supplier and data quality stand on lines: allocations know them only when uses are divided among their parts. */
export function needsParts({ groupBy = [], filters = {} }: InventoryQuery): boolean {
  const asked = new Set<string>([...groupBy, ...Object.keys(filters)]);
  return asked.has('supplier') || asked.has('data_quality');
}

/** True when a query asks for scope 2 at all. */
export function asksForScope2({ filters = {} }: InventoryQuery): boolean {
  const fits = (values: readonly string[] | undefined, value: string) => values?.includes(value) ?? true;
  return fits(filters.scope, '2') && fits(filters.category, '') && filters.method === undefined;
}
