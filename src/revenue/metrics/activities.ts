/** Movements as a feed: what happened to whom, newest or oldest first, page by page. */
import { addDays, type Day, formatInstant, startOfDay } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { type ReadContext, type SqlParameters, select } from '../../ledger/index.ts';
import { type MovementRow, movementWords, planNames } from '../explainWords.ts';
import { MOVEMENT_TYPES, type MovementType } from '../statement.ts';
import { customerCondition, planCondition } from './conditions.ts';
import { current } from './current.ts';
import type { Filter } from './filters.ts';
import { scopeOf } from './scope.ts';

export const ACTIVITIES_MAX = 1_000;
/** No date of a line is later. */
const LAST_DAY = '2299-12-31';

export interface ActivityQuery {
  /** One customer: its data source and key, or the hash that movements carry. */
  customer?: { source: string; externalId: string } | { hash: string } | undefined;
  /** Data source of the customers; default all. */
  source?: string | undefined;
  type?: MovementType | undefined;
  currency?: string | undefined;
  /** Days, inclusive. */
  from?: Day | undefined;
  to?: Day | undefined;
  /** Default UTC. */
  timeZone?: string | undefined;
  /** Default oldest first. */
  newestFirst?: boolean | undefined;
  /** Customers and plans that are meant. Amounts in it are of `currency`, or of `conditionsIn` when no currency is asked for. */
  filter?: Filter | undefined;
  conditionsIn?: string | undefined;
  /** Position of the last activity of the page before: {@link Activity.position}. */
  after?: string | undefined;
  limit: number;
}

export interface Activity {
  /** Names the movement as long as it stands: the same in every reading and after a rebuild. */
  id: string;
  /** Where the next page begins: pass it as `after`. */
  position: string;
  /** RFC 3339, UTC. */
  date: string;
  type: MovementType;
  currency: string;
  /** Minor units, signed. */
  movement: string;
  /** MRR of the customer after it, and 12 times that. */
  mrr: string;
  arr: string;
  description: string;
  source: string;
  customerHash: string;
  customerExternalId: string;
  /** As the customer's record names it; '' without a record. */
  customerName: string;
  subscriptionExternalId: string;
  planExternalId: string;
  invoiceExternalId: string;
  /** For explanations. */
  ref: string;
}

const COLUMNS = `
           origin_seq, origin_row, source, customer_hash AS hash_number, customer_external_id, currency,
           subscription_external_id, plan_external_id, previous_plan_external_id, invoice_external_id, external_id,
           toUnixTimestamp64Milli(at) AS instant_number, type, rule, toString(amount_cents * sign) AS cents,
           toString(mrr_before) AS before, toString(mrr_after) AS after,
           toString(subscription_mrr_before) AS subscription_before, toString(subscription_mrr_after) AS subscription_after`;

type Row = MovementRow & { id: string; name: string };

/** Columns that order activities; instants may be equal, all of them together are not. */
const ORDER = ['instant', 'hash', 'currency', 'subscription_external_id', 'origin_seq', 'origin_row', 'type'] as const;

/** Activities as of read.seq, at most `limit`, and whether there are more. Error `invalid` for a position or a limit that is none. */
export async function activities(
  read: ReadContext,
  query: ActivityQuery,
): Promise<{ activities: Activity[]; more: boolean }> {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > ACTIVITIES_MAX) {
    throw new FootingError('invalid', 'The page has no such size', {
      problems: [{ field: 'limit', value: String(query.limit), reason: `It is 1 to ${ACTIVITIES_MAX}.` }],
    });
  }
  const { conditions, parameters } = await conditionsOf(read, query);
  const order = ORDER.map((column) => `${SORTED[column] ?? column} ${query.newestFirst ? 'DESC' : 'ASC'}`).join(', ');
  const where = conditions.join(' AND ');
  // Rows of customers without reversals stand as they are; only the others are netted.
  const reversed = 'SELECT customer_hash FROM movements WHERE sign = -1 AND seq <= {seq:UInt64}';
  const rows = await select<Row>(
    read.engines,
    read.database,
    `SELECT
       toString(hash_number) AS hash,
       toString(cityHash64(hash, currency, instant, origin_seq, origin_row, subscription_external_id, type)) AS id,
       toString(instant_number) AS instant,
       * EXCEPT (net, hash_number, instant_number)
     FROM (
       (
         SELECT 1 AS net, ${COLUMNS}
         FROM movements
         WHERE ${where} AND customer_hash NOT IN (${reversed})
         ORDER BY ${order}
         LIMIT {limit:UInt32}
       )
       UNION ALL
       SELECT *
       FROM (
         SELECT sum(sign) AS net, ${COLUMNS}
         FROM movements
         WHERE ${where} AND customer_hash IN (${reversed})
         GROUP BY ALL
       )
       WHERE net != 0
     )
     ORDER BY ${order}
     LIMIT {limit:UInt32}`,
    { ...parameters, limit: query.limit + 1 },
  );
  const page = rows.slice(0, query.limit);
  const [plans, names] = await Promise.all([planNames(read), customerNames(read, page)]);
  return {
    activities: page.map((row) => activity(row, plans, names.get(row.hash) ?? '')),
    more: rows.length > query.limit,
  };
}

/** Columns are ordered as numbers where they are written as text. */
const SORTED: Partial<Record<(typeof ORDER)[number], string>> = { instant: 'instant_number', hash: 'hash_number' };

async function conditionsOf(read: ReadContext, query: ActivityQuery) {
  // What exchange rates did is no activity of a customer.
  const conditions = ['seq <= {seq:UInt64}', "type != 'fx'"];
  let parameters: SqlParameters = { seq: read.seq };
  if (query.filter !== undefined && query.filter.length > 0) {
    const scope = await scopeOf(read, {
      currency: query.currency ?? query.conditionsIn ?? '',
      until: query.to ?? LAST_DAY,
      filter: query.filter,
    });
    conditions.push(customerCondition(scope), planCondition(scope));
    parameters = scope.parameters;
  }
  const zone = query.timeZone ?? 'UTC';
  const add = (condition: string, values: SqlParameters) => {
    conditions.push(condition);
    Object.assign(parameters, values);
  };
  if (query.customer && 'hash' in query.customer) {
    if (!/^\d{1,20}$/.test(query.customer.hash)) throw invalid('customer', query.customer.hash, 'It must be a hash.');
    add('customer_hash = {customer:UInt64}', { customer: query.customer.hash });
  } else if (query.customer) {
    add('customer_hash = cityHash64({source:String}, {customer:String})', {
      source: query.customer.source,
      customer: query.customer.externalId,
    });
  }
  if (query.source !== undefined) add('source = {source:String}', { source: query.source });
  if (query.type !== undefined) {
    if (!MOVEMENT_TYPES.includes(query.type)) {
      throw invalid('type', query.type, `It is one of ${MOVEMENT_TYPES.join(', ')}.`);
    }
    add('type = {type:String}', { type: query.type });
  }
  if (query.currency !== undefined) add('currency = {currency:String}', { currency: query.currency.toUpperCase() });
  if (query.from !== undefined) {
    add('at >= fromUnixTimestamp64Milli({from:Int64})', { from: startOfDay(query.from, zone) });
  }
  if (query.to !== undefined) {
    add('at < fromUnixTimestamp64Milli({to:Int64})', { to: startOfDay(addDays(query.to, 1), zone) });
  }
  if (query.after !== undefined) {
    const [instant, hash, currency, subscription, originSeq, originRow, type] = positionParts(query.after);
    add(
      `(toUnixTimestamp64Milli(at), customer_hash, currency, subscription_external_id, origin_seq, origin_row, type)
         ${query.newestFirst ? '<' : '>'}
         ({p1:Int64}, {p2:UInt64}, {p3:String}, {p4:String}, {p5:UInt64}, {p6:UInt32}, {p7:String})`,
      { p1: instant, p2: hash, p3: currency, p4: subscription, p5: originSeq, p6: originRow, p7: type },
    );
  }
  return { conditions, parameters };
}

function positionParts(position: string): string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(position, 'base64url').toString());
  } catch {
    parts = null;
  }
  const numeric = [0, 1, 4, 5];
  if (
    !Array.isArray(parts) ||
    parts.length !== ORDER.length ||
    !parts.every((part, i) => typeof part === 'string' && (!numeric.includes(i) || /^-?\d{1,20}$/.test(part)))
  ) {
    throw invalid('after', position, 'It is no position that was given out.');
  }
  return parts as string[];
}

function invalid(field: string, value: string, reason: string): FootingError {
  return new FootingError('invalid', 'The activities cannot be listed like that', {
    problems: [{ field, value: shown(value), reason }],
  });
}

async function customerNames(read: ReadContext, rows: readonly Row[]): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const found = await select<{ hash: string; name: string }>(
    read.engines,
    read.database,
    `SELECT toString(key_hash) AS hash, name FROM customers WHERE ${current('customers', 'key_hash IN {hashes:Array(UInt64)}')}`,
    { seq: read.seq, hashes: [...new Set(rows.map((row) => BigInt(row.hash)))] },
  );
  return new Map(found.map((row) => [row.hash, row.name]));
}

function activity(row: Row, plans: Map<string, string>, customerName: string): Activity {
  const position = ORDER.map((column) => String(row[column]));
  return {
    id: row.id,
    position: Buffer.from(JSON.stringify(position)).toString('base64url'),
    date: formatInstant(Number(row.instant)),
    type: row.type as MovementType,
    currency: row.currency,
    movement: row.cents,
    mrr: row.after,
    arr: String(12n * BigInt(row.after)),
    description: movementWords(row, plans),
    source: row.source,
    customerHash: row.hash,
    customerExternalId: row.customer_external_id,
    customerName,
    subscriptionExternalId: row.subscription_external_id,
    planExternalId: row.plan_external_id,
    invoiceExternalId: row.invoice_external_id,
    ref: `movement/${row.hash}/${row.currency}/${row.instant}/${row.origin_seq}.${row.origin_row}`,
  };
}
