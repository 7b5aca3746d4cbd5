/** References that the API gives with most figures, written here where an answer has none. */
import type { Query } from '../api/queries.ts';
import { lastDayOf } from '../format/dates.ts';

type Narrowed = Pick<NonNullable<Query<'/api/reports/inventory'>>, 'from' | 'to' | 'gwp'> & {
  entity?: string;
  activity?: string;
  scope?: string;
};

/** A figure of the inventory, for /api/explain. An empty value asks for what has none. */
export function inventoryRef({ from, to, gwp = 'AR5', entity, activity, scope }: Narrowed): string {
  const query = new URLSearchParams({ gwp });
  for (const [name, value] of Object.entries({ from, to, entity, activity, scope }))
    if (value !== undefined) query.set(name, value);
  return `inventory?${query}`;
}

/** A record by its key. */
export function recordRef(stream: string, key: Readonly<Record<string, string>>): string {
  return `record/${stream}?${new URLSearchParams(key)}`;
}

/** What one customer pays in a month, at the end of the day `until`. */
export function customerMrrRef(of: { source: string; external_id: string; currency: string; until: string }): string {
  const filters = `customer~ANY~${quoted(of.external_id)}~AND~data_source~ANY~${quoted(of.source)}`;
  return `metric/mrr/${of.until}/${of.currency}?${new URLSearchParams({ filters })}`;
}

/** What is left of a cohort in a month, as far as it has gone by `until`. */
export function cohortRef(of: {
  metric: 'mrr' | 'customers';
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

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
