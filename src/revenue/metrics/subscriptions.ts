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
       lines AS (
         SELECT
           source,
           subscription_external_id AS external_id,
           argMax(plan_external_id, (service_period_start, origin_seq, origin_row)) AS plan,
           toString(argMax(ifNull(quantity, 1), (service_period_start, origin_seq, origin_row))) AS quantity,
           argMax(currency, (service_period_start, origin_seq, origin_row)) AS billed_in,
           min(service_period_start) AS first_start,
           max(service_period_start) AS last_start,
           max(service_period_end) AS last_end
         FROM invoices
         WHERE ${current('invoices', `customer_hash = ${hash}`)}
           AND excluded = '' AND type = 'subscription'
           AND service_period_end > service_period_start AND toDate32(service_period_start) <= {until:Date32}
         GROUP BY source, external_id
       ),
       cancellations AS (
         SELECT source, subscription_external_id AS external_id, max(cancelled_at) AS cancelled
         FROM invoices
         WHERE ${current('invoices', `customer_hash = ${hash}`)} AND excluded = '' AND toDate32(cancelled_at) <= {until:Date32}
         GROUP BY source, external_id
       ),
       steps AS (
         SELECT
           source,
           subscription_external_id AS external_id,
           argMax(if(subscription_mrr_after > 0, subscription_mrr_after, subscription_mrr_before), at) AS mrr
         FROM (
           SELECT source, subscription_external_id, at, subscription_mrr_before, subscription_mrr_after
           FROM movements
           WHERE customer_hash = ${hash} AND seq <= {seq:UInt64} AND day <= {until:Date32}
           GROUP BY source, subscription_external_id, at, subscription_mrr_before, subscription_mrr_after, currency, type
           HAVING sum(sign) > 0
         )
         GROUP BY source, external_id
       )
     SELECT
       toString(cityHash64(lines.source, ${hash}, lines.external_id)) AS id,
       lines.source AS source,
       lines.external_id AS external_id,
       lines.plan AS plan,
       plan_names.name AS name,
       toString(plan_names.count) AS count,
       toString(plan_names.unit) AS unit,
       lines.quantity AS quantity,
       lines.billed_in AS currency,
       toString(steps.mrr) AS mrr,
       ifNull(lines.last_start >= cancellations.cancelled, true) AS active,
       formatDateTime(assumeNotNull(lines.first_start), '%Y-%m-%dT%H:%i:%SZ') AS starts,
       formatDateTime(
         assumeNotNull(if(active, lines.last_end, cancellations.cancelled)), '%Y-%m-%dT%H:%i:%SZ'
       ) AS ends
     FROM lines
     LEFT ANY JOIN cancellations ON lines.source = cancellations.source AND lines.external_id = cancellations.external_id
     LEFT ANY JOIN steps ON lines.source = steps.source AND lines.external_id = steps.external_id
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
