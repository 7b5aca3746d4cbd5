/**
 * Movements as a report sees them: signed rows with the columns
 *
 *   part           what the report tells apart; '' when it tells nothing apart
 *   who            who moves: a customer, or a customer's subscriptions in one part
 *   d              day in the account's time zone
 *   type, amount_cents, customers   as in the table of movements
 *   cohort         month of the first paid day, YYYYMM
 *   kept, fallen, lost   what the movement means to the customers who paid when its period began (sums.ts); 0 when no period is asked for
 *
 * so that flows, customers, retention and cohorts are the same sums whatever is filtered and told apart.
 */
import { amountText } from '../money.ts';
import { fallenSql, keptSql } from '../sums.ts';
import { customersFirst, planCondition } from './conditions.ts';
import { BILLED_IN } from './conversion.ts';
import { current } from './current.ts';
import { reclassified } from './reclassified.ts';
import { bound, bySubscription, converts, dayOf, type Scope, SUBSCRIPTION_PARTITIONS } from './scope.ts';

/** SELECT of the movements in scope; `period` is the name of one of PERIODS. */
export function movementRows(scope: Scope, period: string | null): string {
  return bySubscription(scope) ? subscriptionMovements(scope, period) : customersMovements(scope, period);
}

/** The same summed up beforehand, for all customers; `who` is missing. Null when the scope asks for more. */
export function totalRows(scope: Scope, period: string | null): string | null {
  if (scope.filter.length > 0 || scope.partitionBy !== null || !postedDays(scope)) return null;
  const marks = ['kept', 'fallen', 'lost'].map((mark) =>
    period === null ? `0 AS ${mark}` : `${mark}_${period} AS ${mark}`,
  );
  return `
    SELECT '' AS part, day AS d, type, amount_cents, customers, cohort, ${marks.join(', ')}
    FROM mrr_totals
    WHERE ${VISIBLE}`;
}

/** Whether days are asked for in the zone in which movements were posted. */
export const postedDays = (scope: Scope): boolean => scope.timeZone === scope.settings.timeZone;
const movedOn = (scope: Scope): string => (postedDays(scope) ? 'day' : dayOf(scope, 'at'));

const VISIBLE = 'seq <= {seq:UInt64} AND currency = {currency:String}';

function marksOf(period: string | null): string {
  if (period === null) return '0 AS kept, 0 AS fallen, 0 AS lost';
  const opening = `opening_${period}`;
  return `${keptSql(opening)} AS kept, ${fallenSql(opening)} AS fallen, lost_${period} AS lost`;
}

function customersMovements(scope: Scope, period: string | null): string {
  const { label, join } = customerLabel(scope);
  return `
    SELECT
      ${label} AS part, customer_hash AS who, ${movedOn(scope)} AS d, type, amount_cents, customers, toYYYYMM(first_day) AS cohort,
      ${marksOf(period)}
    FROM movements ${join}
    ${customersFirst(scope)}
    WHERE ${VISIBLE}`;
}

/**
 * The part that a customer is in: an expression over a table with customer_hash and source, and the join that it needs.
 * Customers of whom nothing is known are in the part ''; one with several tags is in each of theirs.
 */
export function customerLabel(scope: Scope): { label: string; join: string } {
  const by = scope.partitionBy;
  if (by === null || SUBSCRIPTION_PARTITIONS.includes(by)) return { label: `''`, join: '' };
  if (by === 'data_source') return { label: 'toString(source)', join: '' };
  if (by === 'currency' && !converts(scope)) return { label: '{currency:String}', join: '' };
  return {
    label: 'toString(labels.label)',
    join: `LEFT ${by === 'tag' ? 'ALL' : 'ANY'} JOIN (${labels(scope, by)}) AS labels USING (customer_hash)`,
  };
}

function labels(scope: Scope, by: string): string {
  if (by === 'mrr_band' || by === 'customer_status') {
    const mrr = 'sum(amount_cents)';
    return `
      SELECT customer_hash, ${by === 'mrr_band' ? mrrBand(mrr, scope.currency) : `if(sum(customers) > 0, 'active', 'cancelled')`} AS label
      FROM movements
      WHERE ${VISIBLE} AND day <= {until:Date32}
      GROUP BY customer_hash`;
  }
  if (by === 'currency') return BILLED_IN;
  if (by === 'tag') {
    return `
      SELECT cityHash64(source, customer_external_id) AS customer_hash, tag AS label
      FROM customer_tags
      WHERE ${current('customer_tags')}`;
  }
  if (by.startsWith('custom.')) {
    const name = bound(scope, by.slice('custom.'.length), 'String');
    return `
      SELECT customer_hash, argMax(label, rank) AS label
      FROM (
        SELECT key_hash AS customer_hash, attributes[${name}] AS label, label != '' AS rank
        FROM customers
        WHERE ${current('customers')}
        UNION ALL
        SELECT cityHash64(source, customer_external_id) AS customer_hash, toString(value) AS label, 2 AS rank
        FROM customer_attributes
        WHERE ${current('customer_attributes', `name = ${name}`)}
      )
      GROUP BY customer_hash`;
  }
  return `SELECT key_hash AS customer_hash, ${by} AS label FROM customers WHERE ${current('customers')}`;
}

/** Bands of MRR in minor units, named by their lower bound in units of the currency, which is in them. */
const BANDS = [10_000_000, 1_000_000, 500_000, 100_000, 50_000, 10_000, 5_000, 1];

function mrrBand(mrr: string, currency: string): string {
  const named = BANDS.map((from) => `${mrr} >= ${from}, 'from ${Number(amountText(BigInt(from), currency))}'`);
  return `multiIf(${named.join(', ')}, '0')`;
}

/** The part that a plan is in: an expression over a table with source and the plan's key in `column`. */
export function planLabel(scope: Scope, column = 'plan_external_id'): string {
  if (!SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '')) return `''`;
  if (scope.partitionBy === 'plan') return `toString(${column})`;
  const plans = scope.plans ?? [];
  const hashes = bound(
    scope,
    plans.map(({ hash }) => BigInt(hash)),
    'Array(UInt64)',
  );
  const parts = bound(
    scope,
    plans.map(({ part }) => part),
    'Array(String)',
  );
  return `transform(cityHash64(source, ${column}), ${hashes}, ${parts}, '')`;
}

/**
 * Movements inside the subscriptions that count, or part by part: what a customer's subscriptions in one part come to before and after
 * each group of changes decides the type. A subscription is in the part of the plan that it is on, from the instant of each step on.
 *
 * A customer who was on one plan all along moves in that plan as it moves altogether; only customers with several plans are classified
 * anew, from the steps of their subscriptions.
 */
function subscriptionMovements(scope: Scope, period: string | null): string {
  const { label, join } = customerLabel(scope);
  const part = SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '') ? 'plan_part' : label;
  return `
    SELECT ${part} AS part, cityHash64(customer_hash, plan_part) AS who, d, type, amount_cents, customers, cohort, kept, fallen, lost
    FROM (
      SELECT
        customer_hash, source, ${planLabel(scope)} AS plan_part, ${movedOn(scope)} AS d, toString(type) AS type, amount_cents, customers,
        toYYYYMM(first_day) AS cohort, ${marksOf(period)}
      FROM movements
      ${customersFirst(scope)}
      WHERE ${VISIBLE} AND one_plan = 1 AND ${planCondition(scope)}
      UNION ALL
      SELECT customer_hash, source, plan_part, d, type, amount_cents, customers, cohort, kept, fallen, lost
      FROM (${reclassified(scope, period, planLabel)})
    ) AS moved ${join}`;
}
