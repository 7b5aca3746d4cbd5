/** Subscriptions of one customer: what it has or had, from its lines and movements. */
import type { Day } from '../../kernel/dates.ts';
import { type ReadContext, select } from '../../ledger/index.ts';
import { current } from './current.ts';

/** No date of a line is later. */
const LAST_DAY = '2299-12-31';

export interface CustomerSubscription {
  /** Names the subscription: the same in every reading and after a rebuild. */
  id: string;
  source: string;
  /** Customer whose lines they are: the one asked for, or one that was merged into it. */
  customerExternalId: string;
  externalId: string;
  planExternalId: string;
  /** '' when the plan is not known. */
  planName: string;
  /** Interval of the plan; null when it is not known. */
  billingCycle: { count: number; unit: 'day' | 'month' | 'year' } | null;
  /** Of its last line; 1 when it does not say. */
  quantity: string;
  currency: string;
  /** Minor units. An inactive subscription keeps what it paid last. */
  mrr: string;
  arr: string;
  status: 'active' | 'inactive';
  /** Start of its first service period. */
  startDate: string;
  /** When it was cancelled; otherwise the end of its last service period. */
  endDate: string;
}

/**
 * Subscriptions as of read.seq and `until` (default: with everything that is scheduled), in order of start and key. A subscription is inactive once it was cancelled and no
 * line began at or after that.
 */
export async function customerSubscriptions(
  read: ReadContext,
  customer: { source: string; externalId: string } | { hash: string },
  until: Day = LAST_DAY,
): Promise<CustomerSubscription[]> {
  const hash = 'hash' in customer ? '{hash:UInt64}' : 'cityHash64({source:String}, {customer:String})';
  const rows = await select<{
    id: string;
    source: string;
    customer: string;
    external_id: string;
    plan: string;
    name: string;
    count: string;
    unit: '' | 'day' | 'month' | 'year';
    quantity: string;
    currency: string;
    mrr: string;
    active: boolean;
    starts: string;
    ends: string;
  }>(
    read.engines,
    read.database,
    `WITH
       owners AS (
         SELECT ${hash} AS owner
         UNION ALL
         SELECT cityHash64(source, customer_external_id) AS owner
         FROM customer_merges
         WHERE ${current('customer_merges', `cityHash64(into_source, into_external_id) = ${hash}`)}
       ),
       lines AS (
         SELECT
           source,
           customer_external_id AS customer,
           subscription_external_id AS external_id,
           argMax(plan_external_id, (service_period_start, origin_seq, origin_row)) AS plan,
           toString(argMax(ifNull(quantity, 1), (service_period_start, origin_seq, origin_row))) AS quantity,
           argMax(currency, (service_period_start, origin_seq, origin_row)) AS billed_in,
           min(service_period_start) AS first_start,
           max(service_period_start) AS last_start,
           max(service_period_end) AS last_end
         FROM invoices
         WHERE ${current('invoices', 'customer_hash IN (SELECT owner FROM owners)')}
           AND excluded = '' AND type = 'subscription'
           AND service_period_end > service_period_start AND toDate32(service_period_start) <= {until:Date32}
         GROUP BY source, customer, external_id
       ),
       cancellations AS (
         SELECT source, customer, external_id, max(at) AS cancelled
         FROM (
           SELECT source, customer_external_id AS customer, subscription_external_id AS external_id, cancelled_at AS at
           FROM invoices
           WHERE ${current('invoices', 'customer_hash IN (SELECT owner FROM owners)')}
             AND excluded = '' AND cancelled_at IS NOT NULL
           UNION ALL
           SELECT source, customer_external_id, subscription_external_id, cancelled_at
           FROM subscription_cancellations
           WHERE ${current('subscription_cancellations', 'cityHash64(source, customer_external_id) IN (SELECT owner FROM owners)')}
         )
         WHERE toDate32(at) <= {until:Date32}
         GROUP BY source, customer, external_id
       ),
       steps AS (
         SELECT
           subscription_external_id AS external_id,
           1 AS found,
           argMax(if(subscription_mrr_after > 0, subscription_mrr_after, subscription_mrr_before), at) AS mrr
         FROM (
           SELECT subscription_external_id, at, subscription_mrr_before, subscription_mrr_after
           FROM movements
           WHERE customer_hash = ${hash} AND seq <= {seq:UInt64} AND day <= {until:Date32}
           GROUP BY subscription_external_id, at, subscription_mrr_before, subscription_mrr_after, currency, type
           HAVING sum(sign) > 0
         )
         GROUP BY external_id
       )
     SELECT
       toString(cityHash64(lines.source, cityHash64(lines.source, lines.customer), lines.external_id)) AS id,
       lines.source AS source,
       lines.customer AS customer,
       lines.external_id AS external_id,
       lines.plan AS plan,
       plan_names.name AS name,
       toString(plan_names.count) AS count,
       toString(plan_names.unit) AS unit,
       lines.quantity AS quantity,
       lines.billed_in AS currency,
       -- Of merged customers one of two subscriptions of the same name carries its customer's.
       toString(if(apart.found = 1, apart.mrr, steps.mrr)) AS mrr,
       ifNull(lines.last_start >= cancellations.cancelled, true) AS active,
       formatDateTime(assumeNotNull(lines.first_start), '%Y-%m-%dT%H:%i:%SZ') AS starts,
       formatDateTime(
         assumeNotNull(if(active, lines.last_end, cancellations.cancelled)), '%Y-%m-%dT%H:%i:%SZ'
       ) AS ends
     FROM lines
     LEFT ANY JOIN cancellations ON lines.source = cancellations.source
       AND lines.customer = cancellations.customer
       AND lines.external_id = cancellations.external_id
     LEFT ANY JOIN steps ON lines.external_id = steps.external_id
     LEFT ANY JOIN (SELECT * FROM steps) AS apart ON concat(lines.customer, '/', lines.external_id) = apart.external_id
     LEFT ANY JOIN (
       SELECT source, external_id, name, interval_count AS count, interval_unit AS unit FROM plans WHERE ${current('plans')}
     ) AS plan_names ON lines.source = plan_names.source AND lines.plan = plan_names.external_id
     ORDER BY first_start, external_id`,
    {
      seq: read.seq,
      until,
      ...('hash' in customer ? { hash: customer.hash } : { source: customer.source, customer: customer.externalId }),
    },
  );
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    customerExternalId: row.customer,
    externalId: row.external_id,
    planExternalId: row.plan,
    planName: row.name,
    billingCycle: row.unit === '' ? null : { count: Number(row.count), unit: row.unit },
    quantity: row.quantity,
    currency: row.currency,
    mrr: row.mrr,
    arr: String(12n * BigInt(row.mrr)),
    status: row.active ? 'active' : 'inactive',
    startDate: row.starts,
    endDate: row.ends,
  }));
}
