/**
 * Movements as a report sees them: signed rows with the columns
 *
 *   part           what the report tells apart; '' when it tells nothing apart
 *   who            who moves: a customer, or a customer's subscriptions in one part
 *   d              day in the report's time zone
 *   at, type, amount_cents, customers   as in the table of movements
 *
 * so that flows, customers and cohorts are the same queries whatever is filtered and told apart.
 */
import { DEFAULT_SETTINGS } from '../derivation.ts';
import { BILLING_INTERVAL, current, customerCondition, planCondition } from './conditions.ts';
import { bound, bySubscription, dayOf, type Scope, SUBSCRIPTION_PARTITIONS } from './scope.ts';

/** SELECT of the movements in scope; see above. */
export function movementRows(scope: Scope): string {
  return bySubscription(scope) ? reclassified(scope) : customersMovements(scope);
}

/** The same summed up beforehand, for all customers in UTC; `who` and `at` are missing. Null when the scope asks for more. */
export function totalRows(scope: Scope): string | null {
  if (scope.filter.length > 0 || scope.partitionBy !== null || scope.timeZone !== 'UTC') return null;
  return `
    SELECT '' AS part, day AS d, type, amount_cents, customers
    FROM mrr_totals
    WHERE seq <= {seq:UInt64} AND currency = {currency:String}`;
}

const VISIBLE = 'seq <= {seq:UInt64} AND currency = {currency:String}';

function customersMovements(scope: Scope): string {
  const { label, join } = customerLabel(scope);
  return `
    SELECT
      ${label} AS part, customer_hash AS who, ${scope.timeZone === 'UTC' ? 'day' : dayOf(scope, 'at')} AS d,
      at, type, amount_cents, customers
    FROM movements ${join}
    WHERE ${VISIBLE} AND ${customerCondition(scope)}`;
}

/**
 * The part that a customer is in: an expression over a table with customer_hash and source, and the join that it needs.
 * Customers of whom nothing is known are in the part ''.
 */
export function customerLabel(scope: Scope): { label: string; join: string } {
  const by = scope.partitionBy;
  if (by === null) return { label: `''`, join: '' };
  if (by === 'data_source') return { label: 'toString(source)', join: '' };
  return {
    label: 'toString(labels.label)',
    join: `LEFT ANY JOIN (${labels(scope, by)}) AS labels USING (customer_hash)`,
  };
}

function labels(scope: Scope, by: string): string {
  if (by === 'mrr_band') {
    return `
      SELECT customer_hash, ${mrrBand('sum(amount_cents)')} AS label
      FROM movements
      WHERE ${VISIBLE} AND day <= {until:Date32}
      GROUP BY customer_hash`;
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
  return `SELECT key_hash AS customer_hash, toString(${by}) AS label FROM customers WHERE ${current('customers')}`;
}

/** Bands of MRR in minor units, named by their lower bound, which is in them. */
const BANDS = [10_000_000, 1_000_000, 500_000, 100_000, 50_000, 10_000, 5_000, 1];

function mrrBand(mrr: string): string {
  const named = BANDS.map((from) => `${mrr} >= ${from}, 'from ${from}'`);
  return `multiIf(${named.join(', ')}, '0')`;
}

/** The part that a plan is in: an expression over a table with source and plan_external_id, and the join that it needs. */
export function planLabel(scope: Scope): { label: string; join: string } {
  if (scope.partitionBy === 'plan') return { label: 'toString(plan_external_id)', join: '' };
  if (scope.partitionBy !== 'billing_interval') return { label: `''`, join: '' };
  return {
    label: 'toString(intervals.label)',
    join: `LEFT ANY JOIN (
      SELECT source, external_id AS plan_external_id, ${BILLING_INTERVAL} AS label FROM plans WHERE ${current('plans')}
    ) AS intervals USING (source, plan_external_id)`,
  };
}

/** Marks what is outside the filter; no key of a plan has such a character alone. */
const OUTSIDE = `'\\x01'`;
/** Changes that movements do not name the subscription of; see {@link reclassified}. */
export const UNNAMED_PART = '(several subscriptions)';

/**
 * Movements classified anew inside the subscriptions that count, or part by part: what a customer's subscriptions in one part come to
 * before and after each group of changes decides the type. A subscription is in the part of the plan that it is on.
 *
 * Movements are steps of subscriptions, with two gaps: the net movement of a group with rises and falls names one subscription of
 * several, and a change of plan at the same price is no movement until the next one. What the named subscription does not account for is the end of
 * another one that had just that MRR, if there is one; otherwise it goes to a part of its own, so that parts always add up to the whole.
 */
function reclassified(scope: Scope): string {
  const window = DEFAULT_SETTINGS.classificationWindowMinutes * 60_000;
  const steps = subscriptionSteps(scope);
  // What a step adds to the part that it is in, and takes from the one that it was in.
  const changes = `
    SELECT customer_hash, at, free, change.1 AS part, change.2 AS amount
    FROM (${steps})
    ARRAY JOIN if(
      label = label_before OR before = 0,
      [(label, after - before)],
      [(label, after), (label_before, -before)]
    ) AS change
    WHERE change.2 != 0 AND part != ${OUTSIDE}
    UNION ALL
    SELECT customer_hash, at, false AS free, part, amount FROM (${unnamedChanges(scope, steps)}) WHERE part != ${OUTSIDE}`;
  const previous = (array: string, first: string) => `arrayPopBack(arrayPushFront(${array}, ${first}))`;
  const groups = `
    SELECT
      customer_hash, part,
      arraySort(groupArray((toUnixTimestamp64Milli(at), amount, free))) AS steps,
      arrayFold(
        (groups, t) -> if(
          notEmpty(groups) AND t <= groups[-1] + ${window}, arrayPushBack(groups, groups[-1]), arrayPushBack(groups, t)
        ),
        steps.1, emptyArrayInt64()
      ) AS grp,
      arrayMap((g, n) -> g != n, grp, arrayPopFront(arrayPushBack(grp, toInt64(9223372036854775807)))) AS lasts,
      arrayFilter((x, last) -> last, arrayZip(steps.1, arrayCumSum(steps.2), steps.3), lasts) AS ends,
      arrayFilter(
        (x, p) -> x.2 != p.2,
        ends, ${previous('ends', '(toInt64(0), toInt64(0), toUInt8(0))')}
      ) AS moves
    FROM (${changes})
    GROUP BY customer_hash, part`;
  const moved = `
    SELECT customer_hash, part, move
    FROM (${groups})
    ARRAY JOIN arrayMap(
      (m, p, i) -> (m.1, m.2, p.2, p.3, i),
      moves, ${previous('moves', '(toInt64(0), toInt64(0), toUInt8(0))')}, arrayEnumerate(moves)
    ) AS move`;
  return `
    SELECT
      part, cityHash64(customer_hash, part) AS who, fromUnixTimestamp64Milli(move.1, 'UTC') AS at, ${dayOf(scope, 'at')} AS d,
      multiIf(
        move.3 = 0, multiIf(move.5 = 1, 'new_biz', move.4, 'expansion', 'reactivation'),
        move.2 = 0, 'churn',
        move.2 > move.3, 'expansion',
        'contraction'
      ) AS type,
      move.2 - move.3 AS amount_cents,
      toInt8(move.2 > 0) - toInt8(move.3 > 0) AS customers
    FROM (${moved})`;
}

/** One row per movement: the subscription's MRR and part after it, and those that the movement before left. */
function subscriptionSteps(scope: Scope): string {
  const { label, join } = partitionLabel(scope);
  const live = `
    SELECT customer_hash, source, subscription_external_id, plan_external_id, at, type, amount_cents, subscription_mrr_after, mrr_after
    FROM movements
    WHERE ${VISIBLE} AND ${customerCondition(scope)}`;
  const reversed = `SELECT customer_hash FROM movements WHERE ${VISIBLE} AND sign = -1`;
  return `
    SELECT
      customer_hash, at, amount_cents, subscription_mrr_after AS after,
      if(${planCondition(scope)}, ${label}, ${OUTSIDE}) AS label,
      lagInFrame(after) OVER subscription AS before,
      lagInFrame(label) OVER subscription AS label_before,
      leadInFrame(at, 1, toDateTime64('2299-12-31 00:00:00', 3, 'UTC')) OVER subscription AS next_at,
      type = 'contraction' AND mrr_after = 0 AS free
    FROM (
      ${live} AND customer_hash NOT IN (${reversed})
      UNION ALL
      SELECT * EXCEPT (net)
      FROM (
        SELECT
          customer_hash, source, subscription_external_id, plan_external_id, at, type, amount_cents * sign AS amount_cents,
          subscription_mrr_after, mrr_after, sum(sign) AS net
        FROM movements
        WHERE ${VISIBLE} AND customer_hash IN (${reversed}) AND ${customerCondition(scope)}
        GROUP BY ALL
      )
      WHERE net != 0
    ) AS movements ${join}
    WINDOW subscription AS (
      PARTITION BY customer_hash, subscription_external_id ORDER BY at ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
    )`;
}

/** The part of a movement of a subscription. */
function partitionLabel(scope: Scope): { label: string; join: string } {
  return SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '') ? planLabel(scope) : customerLabel(scope);
}

/** What movements do not name the subscription of, with the part of the one that ended with it, or the part of the unnamed. */
function unnamedChanges(scope: Scope, steps: string): string {
  const rests = `SELECT customer_hash, at, amount_cents - (after - before) AS amount FROM (${steps}) WHERE amount != 0`;
  const told = SUBSCRIPTION_PARTITIONS.includes(scope.partitionBy ?? '') && planCondition(scope) === '1';
  return `
    SELECT rests.customer_hash AS customer_hash, rests.at AS at, rests.amount AS amount,
      if(ended.found, ended.part, ${told ? `'${UNNAMED_PART}'` : OUTSIDE}) AS part
    FROM (${rests}) AS rests
    LEFT ANY JOIN (
      SELECT rests.customer_hash AS customer_hash, rests.at AS at, rests.amount AS amount, min(steps.label) AS part, true AS found
      FROM (${steps}) AS steps
      INNER JOIN (${rests}) AS rests ON steps.customer_hash = rests.customer_hash
      WHERE steps.after = -rests.amount AND steps.at < rests.at AND steps.next_at > rests.at
      GROUP BY customer_hash, at, amount
    ) AS ended ON rests.customer_hash = ended.customer_hash AND rests.at = ended.at AND rests.amount = ended.amount`;
}
