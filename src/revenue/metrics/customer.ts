/** One customer: its record, what it pays by currency, its subscriptions with every change, its invoices. */
import type { Day } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { invoiceRef } from '../explain.ts';
import { current } from './current.ts';
import { type CustomerSubscription, customerSubscriptions } from './subscriptions.ts';

export interface CustomerKey {
  source: string;
  externalId: string;
}

export interface SubscriptionChange {
  /** RFC 3339, UTC. */
  at: string;
  currency: string;
  plan: string;
  /** Minor units, before and after. */
  mrrBefore: string;
  mrrAfter: string;
}

export interface CustomerDetail {
  record: Record<string, string | null>;
  attributes: Record<string, string>;
  tags: string[];
  balances: Array<{ currency: string; mrr: string; since: Day; lastMovement: Day; movements: number }>;
  subscriptions: Array<CustomerSubscription & { changes: SubscriptionChange[] }>;
}

const RECORD_COLUMNS = [
  'source',
  'external_id',
  'name',
  'company',
  'email',
  'country',
  'state',
  'city',
  'zip',
  'owner',
  'status',
  'website_url',
  'lead_created_at',
  'free_trial_started_at',
] as const;

/** Instants in RFC 3339. */
const recordSql = (column: string): string =>
  column.endsWith('_at') ? `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%SZ')` : `toString(${column})`;

const HASH = 'cityHash64({source:String}, {customer:String})';

/** As of read.seq and `until`. Error `not_found` for a customer of whom nothing is known: no record, no line. */
export async function customerDetail(read: ReadContext, key: CustomerKey, until: Day): Promise<CustomerDetail> {
  const values = { seq: read.seq, until, source: key.source, customer: key.externalId };
  const rows = <Row>(query: string) => select<Row>(read.engines, read.database, query, values);
  const [records, balances, subscriptions, changes, attributes, tags, lines] = await Promise.all([
    rows<Record<string, string | null> & { attributes: Record<string, string> }>(
      `SELECT ${RECORD_COLUMNS.map((column) => `${recordSql(column)} AS ${column}`).join(', ')}, attributes
       FROM customers
       WHERE ${current('customers', `key_hash = ${HASH}`)}`,
    ),
    rows<{ currency: string; mrr: string; since: Day; last: Day; moved: string }>(
      `SELECT currency, toString(sum(cents)) AS mrr, toString(min(on_day)) AS since, toString(max(on_day)) AS last, count() AS moved
       FROM (
         SELECT currency, amount_cents * sign AS cents, day AS on_day, at, type, subscription_external_id, origin_seq, origin_row, sum(sign) AS net
         FROM movements
         WHERE customer_hash = ${HASH} AND seq <= {seq:UInt64} AND day <= {until:Date32}
         GROUP BY ALL
         HAVING net > 0
       )
       GROUP BY currency
       ORDER BY currency`,
    ),
    customerSubscriptions(read, key, until),
    rows<{ subscription: string; at: string; currency: string; plan: string; before: string; after: string }>(
      `SELECT subscription, formatDateTime(instant, '%Y-%m-%dT%H:%i:%SZ') AS at, currency, plan, toString(before) AS before, toString(after) AS after
       FROM (
         SELECT
           subscription_external_id AS subscription, at AS instant, currency, plan_external_id AS plan,
           subscription_mrr_before AS before, subscription_mrr_after AS after, type, origin_seq, origin_row, sum(sign) AS net
         FROM (
           SELECT * FROM steps
           WHERE customer_hash = ${HASH} AND seq <= {seq:UInt64} AND toDate32(at) <= {until:Date32}
           UNION ALL
           SELECT * FROM movements
           WHERE customer_hash = ${HASH} AND seq <= {seq:UInt64} AND one_plan = 1 AND day <= {until:Date32}
         )
         GROUP BY ALL
         HAVING net > 0
       )
       ORDER BY instant`,
    ),
    rows<{ name: string; value: string }>(
      `SELECT name, value
       FROM customer_attributes
       WHERE ${current('customer_attributes', `source = {source:String} AND customer_external_id = {customer:String}`)}
       ORDER BY name`,
    ),
    rows<{ tag: string }>(
      `SELECT tag
       FROM customer_tags
       WHERE ${current('customer_tags', `source = {source:String} AND customer_external_id = {customer:String}`)}
       ORDER BY tag`,
    ),
    rows<{ lines: string }>(
      `SELECT count() AS lines FROM invoices WHERE customer_hash = ${HASH} AND seq <= {seq:UInt64}`,
    ),
  ]);
  const [record] = records;
  if (!record && Number(lines[0]?.lines ?? 0) === 0) {
    throw new FootingError(
      'not_found',
      `There is no customer "${shown(key.externalId)}" of the source "${shown(key.source)}"`,
    );
  }
  const { attributes: stated = {}, ...columns } = record ?? {
    source: key.source,
    external_id: key.externalId,
    attributes: {},
  };
  const bySubscription = Map.groupBy(changes, (change) => change.subscription);
  return {
    record: columns,
    attributes: { ...stated, ...Object.fromEntries(attributes.map(({ name, value }) => [name, value])) },
    tags: tags.map(({ tag }) => tag),
    balances: balances.map((row) => ({
      currency: row.currency,
      mrr: row.mrr,
      since: row.since,
      lastMovement: row.last,
      movements: Number(row.moved),
    })),
    subscriptions: subscriptions.map((subscription) => ({
      ...subscription,
      changes: (bySubscription.get(subscription.externalId) ?? []).map((change) => ({
        at: change.at,
        currency: change.currency,
        plan: change.plan,
        mrrBefore: change.before,
        mrrAfter: change.after,
      })),
    })),
  };
}

export interface CustomerInvoice {
  externalId: string;
  date: string;
  dueDate: string | null;
  currency: string;
  /** Minor units: sum of its lines, tax included; and the tax in it. */
  amount: string;
  tax: string;
  /** For explanations. */
  ref: string;
  lines: Array<{
    externalId: string;
    type: string;
    subscriptionExternalId: string;
    planExternalId: string;
    servicePeriodStart: string | null;
    servicePeriodEnd: string | null;
    amount: string;
    tax: string | null;
    excluded: string;
    description: string;
    /** For explanations. */
    ref: string;
  }>;
}

export const INVOICES_MAX = 200;

/** Invoices as of read.seq, newest first, at most `limit` after the position of the page before (date and key of its last one). */
export async function customerInvoices(
  read: ReadContext,
  key: CustomerKey,
  page: { after?: [date: string, invoice: string] | undefined; limit: number },
): Promise<{ invoices: CustomerInvoice[]; more: boolean }> {
  const values = { seq: read.seq, source: key.source, customer: key.externalId };
  const instant = (column: string) => `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%SZ')`;
  const [date = '', invoice = ''] = page.after ?? [];
  const found = await select<{ invoice: string; on: string }>(
    read.engines,
    read.database,
    `SELECT invoice_external_id AS invoice, ${instant('max(date)')} AS on
     FROM invoices
     WHERE ${current('invoices', `customer_hash = ${HASH}`)}
     GROUP BY invoice
     ${page.after === undefined ? '' : 'HAVING (on, invoice) < ({date:String}, {invoice:String})'}
     ORDER BY on DESC, invoice DESC
     LIMIT ${page.limit + 1}`,
    { ...values, date, invoice },
  );
  const shownInvoices = found.slice(0, page.limit);
  const lines = await select<Record<string, string> & { tax: string | null; due: string | null }>(
    read.engines,
    read.database,
    `SELECT
       invoice_external_id, external_id, toString(currency) AS currency, toString(type) AS type, subscription_external_id,
       toString(plan_external_id) AS plan_external_id, ${instant('service_period_start')} AS starts, ${instant('service_period_end')} AS ends,
       ${instant('due_date')} AS due, toString(amount_in_cents) AS amount, toString(tax_amount_in_cents) AS tax, toString(excluded) AS excluded,
       description, toString(customer_hash) AS hash,
       concat('line/', hash, '/', toString(origin_seq), '.', toString(origin_row)) AS ref
     FROM invoices
     WHERE ${current('invoices', `customer_hash = ${HASH}`)} AND has({few:Array(String)}, invoice_external_id)
     ORDER BY invoice_external_id, origin_seq, origin_row`,
    { ...values, few: shownInvoices.map((each) => each.invoice) },
  );
  const byInvoice = Map.groupBy(lines, (line) => line.invoice_external_id);
  return {
    more: found.length > page.limit,
    invoices: shownInvoices.map(({ invoice: externalId, on }) => {
      const own = byInvoice.get(externalId) ?? [];
      const total = (column: string) => String(own.reduce((sum, line) => sum + BigInt(line[column] ?? 0), 0n));
      return {
        externalId,
        date: on,
        dueDate: own[0]?.due ?? null,
        currency: own[0]?.currency ?? '',
        amount: total('amount'),
        tax: total('tax'),
        ref: invoiceRef(own[0]?.hash ?? '', externalId),
        lines: own.map((line) => ({
          externalId: line.external_id!,
          type: line.type!,
          subscriptionExternalId: line.subscription_external_id!,
          planExternalId: line.plan_external_id!,
          servicePeriodStart: line.starts ?? null,
          servicePeriodEnd: line.ends ?? null,
          amount: line.amount!,
          tax: line.tax ?? null,
          excluded: line.excluded!,
          description: line.description!,
          ref: line.ref!,
        })),
      };
    }),
  };
}
