/** Customers as a list: who they are, what they pay, since when. */
import type { Day } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { type ReadContext, type SqlParameters, select } from '../../ledger/index.ts';
import { customerCondition, planCondition } from './conditions.ts';
import { current } from './current.ts';
import type { Filter } from './filters.ts';
import { bound, bySubscription, type Scope, scopeOf } from './scope.ts';

export const CUSTOMER_SORTS = ['mrr', 'name', 'customer_since', 'last_movement'] as const;
export type CustomerSort = (typeof CUSTOMER_SORTS)[number];
export const CUSTOMERS_MAX = 1_000;

export interface CustomersQuery {
  currency: string;
  /** Movements after this day are not counted. */
  until: Day;
  filter?: Filter | undefined;
  /** Part of a key, name, company or e-mail address. */
  search?: string | undefined;
  sort: CustomerSort;
  descending: boolean;
  /** Sort value and hash of the last customer of the page before. */
  after?: CustomerPosition | undefined;
  limit: number;
}

export type CustomerPosition = [value: string, hash: string];

export interface ListedCustomer {
  hash: string;
  source: string;
  externalId: string;
  name: string;
  company: string;
  email: string;
  country: string;
  owner: string;
  /** `active`: a customer (M1); `cancelled`: paid once and is none; `lead`: never paid. In the currency asked for. */
  status: 'active' | 'cancelled' | 'lead';
  /** Minor units of the currency asked for. */
  mrr: string;
  /** Keys of the plans that it pays for. */
  plans: string[];
  /** First paid day, and day of the last movement; null for who never paid. */
  customerSince: Day | null;
  lastMovement: Day | null;
}

/**
 * Customers with a record of their own or with movements, as of read.seq; a page of them and whether there are more. Errors: `invalid` for
 * positions that were not given out.
 */
export async function listCustomers(
  read: ReadContext,
  query: CustomersQuery,
): Promise<{ customers: ListedCustomer[]; position: CustomerPosition | null }> {
  const scope = await scopeOf(read, { currency: query.currency, until: query.until, filter: query.filter });
  const sorted = sortSql(query.sort);
  const parameters: SqlParameters = scope.parameters;
  const direction = query.descending ? 'DESC' : 'ASC';
  const page = await select<{ hash: string; value: string }>(
    read.engines,
    read.database,
    `SELECT toString(customer_hash) AS hash, toString(sort_value) AS value
     FROM (${everyone(scope, query.search, sorted)})
     ${query.after === undefined ? '' : `WHERE ${afterSql(scope, query, sorted.type)}`}
     ORDER BY sort_value ${direction}, customer_hash ${direction}
     LIMIT ${query.limit + 1}`,
    parameters,
  );
  const shownRows = page.slice(0, query.limit);
  const last = page.length > query.limit ? shownRows.at(-1) : undefined;
  const details = await customerDetails(
    read,
    scope,
    shownRows.map(({ hash }) => hash),
  );
  return {
    customers: shownRows.map(({ hash }) => details.get(hash)!),
    position: last ? [last.value, last.hash] : null,
  };
}

/** How many customers {@link listCustomers} lists in all. */
export async function countCustomers(
  read: ReadContext,
  query: Pick<CustomersQuery, 'currency' | 'until' | 'filter' | 'search'>,
): Promise<number> {
  const scope = await scopeOf(read, { currency: query.currency, until: query.until, filter: query.filter });
  const [row] = await select<{ count: string }>(
    read.engines,
    read.database,
    `SELECT uniqExact(customer_hash) AS count FROM (${sides(scope, query.search, { ofRecord: '0', ofMovement: '0' })})`,
    scope.parameters,
  );
  return Number(row?.count ?? 0);
}

interface Sorted {
  /** What a record and what a movement say of the value, and how that is gathered. */
  ofRecord: string;
  ofMovement: string;
  gathered: string;
  type: string;
}

function sortSql(sort: CustomerSort): Sorted {
  switch (sort) {
    case 'mrr':
      return { ofRecord: 'toInt64(0)', ofMovement: 'amount_cents', gathered: 'sum(value)', type: 'Int64' };
    case 'name':
      return { ofRecord: 'lowerUTF8(name)', ofMovement: `''`, gathered: 'max(value)', type: 'String' };
    case 'customer_since':
      return {
        ofRecord: 'toInt32(2147483647)',
        ofMovement: 'toInt32(first_day)',
        gathered: 'min(value)',
        type: 'Int32',
      };
    default:
      return { ofRecord: 'toInt32(-2147483648)', ofMovement: 'toInt32(day)', gathered: 'max(value)', type: 'Int32' };
  }
}

function everyone(scope: Scope, search: string | undefined, sorted: Sorted): string {
  return `
    SELECT customer_hash, ${sorted.gathered} AS sort_value
    FROM (${sides(scope, search, sorted)})
    GROUP BY customer_hash`;
}

/** A row per record and per movement of the customers that are meant. */
function sides(
  scope: Scope,
  search: string | undefined,
  { ofRecord, ofMovement }: Pick<Sorted, 'ofRecord' | 'ofMovement'>,
): string {
  const meant = `(${customerCondition(scope)}) AND (${planHolders(scope)}) AND (${found(scope, search)})`;
  // Reversals take part in a sum; a first or last day is none.
  const summed = !/day/.test(ofMovement);
  // Conditions are written over the columns that both sides have.
  const currency = '{currency:String}';
  return `
    SELECT customer_hash, value
    FROM (
      SELECT key_hash AS customer_hash, source, external_id AS customer_external_id, ${currency} AS currency, ${ofRecord} AS value
      FROM customers
      WHERE ${current('customers')}
    )
    WHERE ${meant}
    UNION ALL
    SELECT customer_hash, ${ofMovement} AS value
    FROM ${summed ? 'movements' : STANDING}
    WHERE ${summed ? 'seq <= {seq:UInt64} AND' : ''} currency = ${currency} AND day <= {until:Date32} AND ${meant}`;
}

/** Movements without what was reversed. */
const REVERSED = 'SELECT customer_hash FROM movements WHERE sign = -1 AND seq <= {seq:UInt64}';
const STANDING_COLUMNS = 'customer_hash, source, customer_external_id, currency, first_day, day';
const STANDING = `(
  SELECT ${STANDING_COLUMNS}
  FROM movements
  WHERE seq <= {seq:UInt64} AND customer_hash NOT IN (${REVERSED})
  UNION ALL
  SELECT ${STANDING_COLUMNS}
  FROM (
    SELECT ${STANDING_COLUMNS}, at, type, subscription_external_id, origin_seq, origin_row, mrr_before, mrr_after, sum(sign) AS net
    FROM movements
    WHERE seq <= {seq:UInt64} AND customer_hash IN (${REVERSED})
    GROUP BY ALL
    HAVING net > 0
  )
) AS standing`;

/** Those who pay for one of the plans that are meant. */
function planHolders(scope: Scope): string {
  if (!bySubscription(scope)) return '1';
  const visible = 'seq <= {seq:UInt64} AND currency = {currency:String} AND toDate32(at) <= {until:Date32}';
  return `customer_hash IN (
    SELECT customer_hash
    FROM movements
    WHERE ${visible} AND one_plan = 1 AND ${planCondition(scope)}
    GROUP BY customer_hash
    HAVING sum(movements.customers) > 0
    UNION ALL
    SELECT customer_hash
    FROM steps
    WHERE ${visible}
    GROUP BY customer_hash
    HAVING sum(
      sign * (
        if(${planCondition(scope)}, subscription_mrr_after, 0)
        - if(${planCondition(scope, 'previous_plan_external_id')}, subscription_mrr_before, 0)
      )
    ) > 0
  )`;
}

function found(scope: Scope, search: string | undefined): string {
  if (search === undefined || search.trim() === '') return '1';
  const text = bound(scope, search.trim(), 'String');
  const holds = (column: string) => `positionCaseInsensitiveUTF8(${column}, ${text}) > 0`;
  return `customer_hash IN (
    SELECT key_hash
    FROM customers
    WHERE ${current('customers')} AND (${['external_id', 'name', 'company', 'email'].map(holds).join(' OR ')})
    UNION ALL
    SELECT customer_hash FROM movements WHERE seq <= {seq:UInt64} AND ${holds('customer_external_id')}
  )`;
}

function afterSql(scope: Scope, query: CustomersQuery, type: string): string {
  const [value, hash] = query.after!;
  if (!/^\d{1,20}$/.test(hash) || (type !== 'String' && !/^-?\d{1,20}$/.test(value))) {
    throw new FootingError('invalid', 'The page cannot begin there', {
      problems: [{ field: 'after', value: shown(value), reason: 'It is no position that was given out.' }],
    });
  }
  const places = `(${bound(scope, value, type)}, ${bound(scope, hash, 'UInt64')})`;
  return `(sort_value, customer_hash) ${query.descending ? '<' : '>'} ${places}`;
}

/** What the list says of a few customers, by hash. */
async function customerDetails(
  read: ReadContext,
  scope: Scope,
  hashes: readonly string[],
): Promise<Map<string, ListedCustomer>> {
  if (hashes.length === 0) return new Map();
  const few = `[${hashes.map((hash) => `toUInt64('${hash}')`).join(', ')}]`;
  const { seq, currency, until } = scope.parameters;
  const values = { seq, currency, until };
  type Record = Pick<ListedCustomer, 'hash' | 'source' | 'name' | 'company' | 'email' | 'country' | 'owner'> & {
    external_id: string;
  };
  const [records, moved, plans] = await Promise.all([
    select<Record>(
      read.engines,
      read.database,
      `SELECT toString(key_hash) AS hash, source, external_id, name, company, email, country, owner
       FROM customers
       WHERE ${current('customers', `key_hash IN ${few}`)}`,
      values,
    ),
    select<{
      hash: string;
      source: string;
      external_id: string;
      mrr: string;
      active: boolean;
      since: Day;
      last: Day;
      first_plan: string;
    }>(
      read.engines,
      read.database,
      `SELECT
         toString(customer_hash) AS hash, any(source) AS source, any(customer_external_id) AS external_id,
         toString(sum(cents)) AS mrr, sum(gained) > 0 AS active, toString(min(first)) AS since, toString(max(on_day)) AS last,
         if(max(only_plan) = 1, any(plan), '') AS first_plan
       FROM (
         SELECT
           customer_hash, source, customer_external_id, amount_cents * sign AS cents, customers * sign AS gained, first_day AS first, day AS on_day,
           one_plan AS only_plan, plan_external_id AS plan, at, type, subscription_external_id, origin_seq, origin_row, sum(sign) AS net
         FROM movements
         WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND day <= {until:Date32} AND customer_hash IN ${few}
         GROUP BY ALL
         HAVING net > 0
       )
       GROUP BY customer_hash`,
      values,
    ),
    select<{ hash: string; plans: string[] }>(
      read.engines,
      read.database,
      `SELECT toString(customer_hash) AS hash, arraySort(groupUniqArray(plan)) AS plans
       FROM (
         SELECT customer_hash, subscription_external_id, argMax(plan_external_id, at) AS plan, argMax(after, at) AS mrr
         FROM (
           SELECT customer_hash, source, subscription_external_id, toString(plan_external_id) AS plan_external_id, at, subscription_mrr_after AS after,
             subscription_mrr_before, previous_plan_external_id, origin_seq, origin_row, sum(sign) AS net
           FROM steps
           WHERE seq <= {seq:UInt64} AND currency = {currency:String} AND toDate32(at) <= {until:Date32} AND customer_hash IN ${few}
           GROUP BY ALL
           HAVING net > 0
         )
         GROUP BY customer_hash, subscription_external_id
       )
       WHERE mrr > 0
       GROUP BY customer_hash`,
      values,
    ),
  ]);
  const recordOf = new Map(records.map((row) => [row.hash, row]));
  const movedOf = new Map(moved.map((row) => [row.hash, row]));
  const plansOf = new Map(plans.map((row) => [row.hash, row.plans]));
  return new Map(
    hashes.map((hash): [string, ListedCustomer] => {
      const record = recordOf.get(hash);
      const of = movedOf.get(hash);
      const mrr = of?.mrr ?? '0';
      return [
        hash,
        {
          hash,
          source: record?.source ?? of?.source ?? '',
          externalId: record?.external_id ?? of?.external_id ?? '',
          name: record?.name ?? '',
          company: record?.company ?? '',
          email: record?.email ?? '',
          country: record?.country ?? '',
          owner: record?.owner ?? '',
          status: of?.active ? 'active' : of ? 'cancelled' : 'lead',
          mrr,
          plans: BigInt(mrr) === 0n ? [] : of?.first_plan ? [of.first_plan] : (plansOf.get(hash) ?? []),
          customerSince: of?.since ?? null,
          lastMovement: of?.last ?? null,
        },
      ];
    }),
  );
}
