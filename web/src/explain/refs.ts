/** References that the API gives with most figures, written here where an answer has none. */
import type { Query } from '../api/queries.ts';
import { lastDayOf } from '../format/dates.ts';

type Narrowed = Pick<NonNullable<Query<'/api/reports/inventory'>>, 'from' | 'to' | 'gwp'> & {
  entity?: string;
  activity?: string;
  scope?: string;
  category?: string;
};

/** A figure of the inventory, for /api/explain. An empty value asks for what has none. */
export function inventoryRef({ from, to, gwp = 'AR5', entity, activity, scope, category }: Narrowed): string {
  const query = new URLSearchParams({ gwp });
  for (const [name, value] of Object.entries({ from, to, entity, activity, scope, category }))
    if (value !== undefined) query.set(name, value);
  return `inventory?${query}`;
}

/** Beside the scopes, of what a total is of; null where it is narrowed to scopes. */
export const outsideRef = (total: string | null): string | null =>
  total === null || /[?&]scope=/.test(total) ? null : `${total}&scope=outside`;

/** A record by its key. */
export function recordRef(stream: string, key: Readonly<Record<string, string>>): string {
  return `record/${stream}?${new URLSearchParams(key)}`;
}

/** A row of the MRR statement (start, end, or a type of movement) over some days. */
export const statementRef = ({ from, to }: Days, currency: string, row: string): string =>
  `mrr/${from}..${to}/${currency}/${row}`;

/** A metric over some days. */
export const metricRef = (name: string, { from, to }: Days, currency: string): string =>
  `metric/${name}/${from}..${to}/${currency}`;

/** First and last day, YYYY-MM-DD. */
interface Days {
  from: string;
  to: string;
}

/** What one customer pays in a month, at the end of the day `until`. */
export function customerMrrRef(of: { source: string; external_id: string; currency: string; until: string }): string {
  const filters = `customer~ANY~${quoted(of.external_id)}~AND~data_source~ANY~${quoted(of.source)}`;
  return `metric/mrr/${of.until}/${of.currency}?${new URLSearchParams({ filters })}`;
}

/** What is left of a cohort in a month, as far as it has gone by `until`. */
export function cohortRef(of: {
  metric: 'mrr' | 'customers' | 'new_customers' | 'mrr_new_business';
  cohort: string;
  month: string;
  currency: string;
  until: string;
  filters: string | undefined;
}): string {
  const whole = lastDayOf(of.month) <= of.until;
  const bucket = whole ? of.month : `${of.month}-01..${of.until}`;
  const filters = [...(of.filters ? [of.filters] : []), `cohort~ANY~${quoted(of.cohort)}`].join('~AND~');
  return `metric/${of.metric}/${bucket}/${of.currency}?${new URLSearchParams({ filters })}`;
}

/** The foot of a column of the table of cohorts: their weighted average so many months on, or the sum of what they began with. */
export function cohortsRef(of: {
  kind: string;
  column: number | 'size' | 'new_business';
  from: string;
  to: string;
  last: string;
  currency: string;
  until: string;
  filters: string | undefined;
}): string {
  const { kind, column, currency, filters, ...range } = of;
  const query = new URLSearchParams({ ...range, ...(filters ? { filters } : {}) });
  return `cohorts/${kind}/${column}/${currency}?${query}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
