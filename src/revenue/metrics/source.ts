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
import { carried, carriedBack, endsRun, only, previous, startsRun } from '../derivation.ts';
import { layered } from '../derivationLines.ts';
import { PERIODS, periodSql } from '../periods.ts';
import { fallenSql, keptSql } from '../sums.ts';
import { customerCondition, planCondition } from './conditions.ts';
import { current } from './current.ts';
import { bound, bySubscription, dayOf, type Scope, SUBSCRIPTION_PARTITIONS } from './scope.ts';

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
    WHERE ${VISIBLE} AND ${customerCondition(scope)}`;
}

/**
 * The part that a customer is in: an expression over a table with customer_hash and source, and the join that it needs.
 * Customers of whom nothing is known are in the part ''; one with several tags is in each of theirs.
 */
export function customerLabel(scope: Scope): { label: string; join: string } {
  const by = scope.partitionBy;
  if (by === null || SUBSCRIPTION_PARTITIONS.includes(by)) return { label: `''`, join: '' };
  if (by === 'data_source') return { label: 'toString(source)', join: '' };
  return {
    label: 'toString(labels.label)',
    join: `LEFT ${by === 'tag' ? 'ALL' : 'ANY'} JOIN (${labels(scope, by)}) AS labels USING (customer_hash)`,
  };
}

function labels(scope: Scope, by: string): string {
  if (by === 'mrr_band' || by === 'customer_status') {
    const mrr = 'sum(amount_cents)';
    return `
      SELECT customer_hash, ${by === 'mrr_band' ? mrrBand(mrr) : `if(${mrr} > 0, 'active', 'cancelled')`} AS label
      FROM movements
      WHERE ${VISIBLE} AND day <= {until:Date32}
      GROUP BY customer_hash`;
  }
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

/** Bands of MRR in minor units, named by their lower bound, which is in them. */
const BANDS = [10_000_000, 1_000_000, 500_000, 100_000, 50_000, 10_000, 5_000, 1];

function mrrBand(mrr: string): string {
  const named = BANDS.map((from) => `${mrr} >= ${from}, 'from ${from}'`);
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
      WHERE ${VISIBLE} AND one_plan = 1 AND ${planCondition(scope)} AND ${customerCondition(scope)}
      UNION ALL
      SELECT customer_hash, source, plan_part, d, type, amount_cents, customers, cohort, kept, fallen, lost
      FROM (${reclassified(scope, period)})
    ) AS moved ${join}`;
}

/** Steps that stand, each as what it adds to the part that it is in and takes from the one that it was in. */
function partChanges(scope: Scope): string {
  const columns = `
        customer_hash, source, currency, subscription_external_id, at, origin_seq, origin_row, plan_external_id,
        previous_plan_external_id, subscription_mrr_before, subscription_mrr_after, customers * sign AS began,
        amount_cents * sign AS moved`;
  const reversed = `SELECT customer_hash FROM steps WHERE ${VISIBLE} AND sign = -1`;
  const meant = (column: string) => planCondition(scope, column);
  return `
    SELECT customer_hash, source, at_ms, change.1 AS plan_part, change.2 AS amount, change.3 AS runs, change.4 AS fx
    FROM (
      SELECT
        customer_hash, source, toUnixTimestamp64Milli(at) AS at_ms,
        ${planLabel(scope)} AS part_after, ${planLabel(scope, 'previous_plan_external_id')} AS part_before,
        ${meant('plan_external_id')} AS counts_after, ${meant('previous_plan_external_id')} AS counts_before,
        subscription_mrr_before AS mrr_before, subscription_mrr_after AS mrr_after,
        subscription_mrr_after - subscription_mrr_before - moved AS rates,
        toInt8(began >= 0) AS runs_after, toInt8(began <= 0) AS runs_before
      FROM (
        SELECT ${columns}
        FROM steps
        WHERE ${VISIBLE} AND ${customerCondition(scope)} AND customer_hash NOT IN (${reversed})
        UNION ALL
        SELECT * EXCEPT (net)
        FROM (
          SELECT ${columns}, sum(sign) AS net
          FROM steps
          WHERE ${VISIBLE} AND ${customerCondition(scope)} AND customer_hash IN (${reversed})
          GROUP BY ALL
        )
        WHERE net != 0
      )
    )
    ARRAY JOIN arrayFilter(
      c -> c.2 != 0 OR c.3 != 0 OR c.4 != 0,
      if(
        part_after = part_before AND counts_after = counts_before,
        [(
          part_after, if(counts_after, mrr_after - mrr_before - rates, 0),
          if(counts_after, toInt8(runs_after - runs_before), 0), if(counts_after, rates, 0)
        )],
        [
          (part_after, if(counts_after, mrr_after - rates, 0), if(counts_after, runs_after, 0), if(counts_after, rates, 0)),
          (part_before, if(counts_before, -mrr_before, 0), if(counts_before, toInt8(-runs_before), 0), toInt64(0))
        ]
      )
    ) AS change`;
}

/** Movements of customers with several plans, part by part; readings R17 to R20 inside the part. */
function reclassified(scope: Scope, period: string | null): string {
  const window = scope.settings.classificationWindowMinutes * 60_000;
  const longAgo = 'toInt64(-9000000000000000)';
  const keepsZero = String(!scope.settings.churnWhenZeroMrr);
  const marked = PERIODS.find(({ name }) => name === period);
  const rows = layered(
    `
    SELECT customer_hash, plan_part, any(source) AS source, arraySort(groupArray((at_ms, toInt64(amount), toInt64(runs), toInt64(fx)))) AS events
    FROM (${partChanges(scope)})
    GROUP BY customer_hash, plan_part`,
    ['customer_hash', 'plan_part', 'source', 'events'],
    [
      {
        instant: 'events.1',
        running: 'arrayCumSum(events.3)',
        total: 'arrayCumSum(arrayMap(e -> e.2 + e.4, events))',
        is_change: 'arrayMap(e -> e.2 != 0, events)',
      },
      {
        running_before: carried('arrayMap((r, f) -> r - f, running, events.3)', startsRun('instant')),
        running_after: carriedBack('running', endsRun('instant')),
      },
      {
        at: only('instant', 'is_change'),
        amount: only('events.2', 'is_change'),
        mrr: only('total', 'is_change'),
        subscribed_before: only('running_before', 'is_change'),
        subscribed_after: only('running_after', 'is_change'),
      },
      {
        grp: `arrayFold(
          (acc, t) -> if(t <= acc.1 + ${window}, (acc.1, arrayPushBack(acc.2, acc.1)), (t, arrayPushBack(acc.2, t))),
          at, (${longAgo}, emptyArrayInt64())
        ).2`,
        moved: 'arrayCumSum(amount)',
      },
      { first_of_group: startsRun('grp'), last_of_group: endsRun('grp') },
      {
        moved_at: only('at', 'last_of_group'),
        before: only('arrayMap((m, a) -> m - a, mrr, amount)', 'first_of_group'),
        after: only('mrr', 'last_of_group'),
        moved_to: only('moved', 'last_of_group'),
        was_subscribed: only('subscribed_before', 'first_of_group'),
        is_subscribed: only('subscribed_after', 'last_of_group'),
      },
      { net: `arrayMap((m, p) -> m - p, moved_to, ${previous('moved_to', 'toInt64(0)')})` },
      { emitted: 'arrayCumSum(arrayMap(n -> toInt64(n != 0), net))' },
      // What the customer did, group by group, and what exchange rates did, which comes before it at one instant.
      {
        moves: `arraySort(m -> (m.1, m.2 != 'fx'), arrayConcat(
          arrayFilter(
            m -> m.3 != 0,
            arrayMap(
              (t, b, a, n, s0, s1, g) -> (
                t,
                multiIf(
                  b = 0, multiIf(g <= 1, 'new_biz', s0 > 0 AND ${keepsZero}, 'expansion', 'reactivation'),
                  a = 0, if(s1 > 0 AND ${keepsZero}, 'contraction', 'churn'),
                  n > 0, 'expansion',
                  'contraction'
                ),
                n, b, a, toInt64(a > 0) - toInt64(b > 0)
              ),
              moved_at, before, after, net, was_subscribed, is_subscribed, emitted
            )
          ),
          arrayMap(
            (e, t) -> (e.1, 'fx', e.4, t - e.2 - e.4, t - e.2, toInt64(0)),
            arrayFilter(e -> e.4 != 0, events), arrayFilter((t, e) -> e.4 != 0, total, events)
          )
        ))`,
      },
      { days: 'arrayMap(m -> toDate32(fromUnixTimestamp64Milli(m.1, {zone:String})), moves)' },
      ...(marked === undefined
        ? []
        : [
            {
              churns: `arrayCumSum(arrayMap(m -> toInt64(m.2 = 'churn'), moves))`,
              churns_before: `arrayMap((c, m) -> c - toInt64(m.2 = 'churn'), arrayCumSum(arrayMap(m -> toInt64(m.2 = 'churn'), moves)), moves)`,
            },
            { begins: startsRun(`arrayMap(d -> ${periodSql(marked, 'd')}, days)`) },
            {
              openings: carried('moves.4', 'begins'),
              lost_now: `arrayMap(
                (m, o, c, c0) -> toInt64(o > 0 AND c > c0 AND m.5 = 0),
                moves, ${carried('moves.4', 'begins')}, churns, ${carried('churns_before', 'begins')}
              )`,
            },
            {
              losses: `arrayMap((l, p, b) -> l - if(b, 0, p), lost_now, ${previous('lost_now', 'toInt64(0)')}, begins)`,
            },
          ]),
      {
        rows: `arrayMap(
          (m, d, o, l) -> (
            d, m.2, m.3, m.6, toYYYYMM(days[1]), if(o > 0, m.3, 0), if(o > 0, least(m.5, o) - least(m.4, o), 0), l
          ),
          moves, days, ${marked === undefined ? 'moves.3, moves.3' : 'openings, losses'}
        )`,
      },
    ],
    ['customer_hash', 'plan_part', 'source', 'rows'],
  );
  return `
    SELECT
      customer_hash, source, plan_part, move.1 AS d, move.2 AS type, move.3 AS amount_cents, move.4 AS customers, move.5 AS cohort,
      move.6 AS kept, move.7 AS fallen, move.8 AS lost
    FROM (${rows})
    ARRAY JOIN rows AS move`;
}
