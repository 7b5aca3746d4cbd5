/**
 * Movements of customers with several plans, part by part: what their subscriptions in one part come to before and after each group of
 * changes decides the type; readings R17 to R20 inside the part.
 *
 * A change counts in a part on the instant on which the movement that it belongs to is dated for the whole customer, so that parts add up to
 * the whole at the end of every day, also where the changes of one group go over midnight.
 */
import { carried, carriedBack, endsRun, only, previous, startsRun } from '../derivation.ts';
import { layered } from '../derivationLines.ts';
import { AT_ZERO, PERIODS, periodSql } from '../periods.ts';
import { customerCondition, planCondition } from './conditions.ts';
import type { Scope } from './scope.ts';

const VISIBLE = 'seq <= {seq:UInt64} AND currency = {currency:String}';
const LONG_AGO = 'toInt64(-9000000000000000)';

/** The part that a plan is in, as SQL over a table with source and the plan's key in `column`. */
type PartOf = (scope: Scope, column?: string) => string;

/** Steps that stand: their part before and after, whether it counts, what it came to. */
function standingSteps(scope: Scope, partOf: PartOf): string {
  const columns = `
        customer_hash, source, currency, subscription_external_id, at, origin_seq, origin_row, plan_external_id,
        previous_plan_external_id, subscription_mrr_before, subscription_mrr_after, customers * sign AS began,
        amount_cents * sign AS moved`;
  const reversed = `SELECT customer_hash FROM steps WHERE ${VISIBLE} AND sign = -1`;
  return `
    SELECT
      customer_hash, source, toUnixTimestamp64Milli(at) AS at_ms, cityHash64(subscription_external_id) AS subscription, moved,
      ${partOf(scope)} AS part_after, ${partOf(scope, 'previous_plan_external_id')} AS part_before,
      ${planCondition(scope, 'plan_external_id')} AS counts_after,
      ${planCondition(scope, 'previous_plan_external_id')} AS counts_before,
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
    )`;
}

/** Where no two changes of a customer are near one another, each counts when it happens. */
const plainSteps = (scope: Scope, partOf: PartOf): string => `
    SELECT
      customer_hash, source, at_ms AS counts_at, at_ms AS grp,
      (
        at_ms, subscription, toInt64(moved), part_after, part_before, counts_after, counts_before,
        toInt64(mrr_before), toInt64(mrr_after), toInt64(rates), runs_after, runs_before
      ) AS s
    FROM (${standingSteps(scope, partOf)})`;

/**
 * One row per customer: the steps in order, each with the group of the customer's changes that it is in (`grp`: the instant at which the
 * group begins) and the instant on which it counts. Changes of one sign count on the last one of their subscription in the group, others on
 * the last one of the group, as the movements of the whole are dated (R21). A change of plan that moves no MRR is no change of
 * the whole: it goes with the group that it falls into, or stands alone.
 */
function datedSteps(scope: Scope, partOf: PartOf): string {
  const window = scope.settings.classificationWindowMinutes * 60_000;
  return layered(
    `
    SELECT
      customer_hash, any(source) AS source,
      arraySort(
        s -> (s.1, s.3 = 0),
        groupArray((
          at_ms, subscription, toInt64(moved), part_after, part_before, counts_after, counts_before,
          toInt64(mrr_before), toInt64(mrr_after), toInt64(rates), runs_after, runs_before
        ))
      ) AS standing
    FROM (${standingSteps(scope, partOf)})
    GROUP BY customer_hash`,
    ['customer_hash', 'source', 'standing'],
    [
      { at: 'standing.1', is_change: 'arrayMap(m -> m != 0, standing.3)' },
      {
        near: `arrayExists((t, p) -> t != p AND t - p <= ${window}, at, ${previous('at', LONG_AGO)})`,
        changed_at: carried('at', 'is_change'),
      },
      {
        grp: `if(
          near,
          arrayFold(
            (acc, t, c) -> if(
              c AND t > acc.1 + ${window},
              (t, arrayPushBack(acc.2, t)),
              (acc.1, arrayPushBack(acc.2, acc.1))
            ),
            at, is_change, (${LONG_AGO}, emptyArrayInt64())
          ).2,
          changed_at
        )`,
      },
      { begins: startsRun('grp'), ends: endsRun('grp') },
      {
        group_end: carriedBack('changed_at', 'ends'),
        rises: 'arrayCumSum(m -> toInt64(m > 0), standing.3)',
        falls: 'arrayCumSum(m -> toInt64(m < 0), standing.3)',
      },
      {
        one_sign: `arrayMap(
          (r, r0, f, f0) -> r = r0 OR f = f0,
          ${carriedBack('rises', 'ends')}, ${carried('arrayMap((r, m) -> r - toInt64(m > 0), rises, standing.3)', 'begins')},
          ${carriedBack('falls', 'ends')}, ${carried('arrayMap((f, m) -> f - toInt64(m < 0), falls, standing.3)', 'begins')}
        )`,
        within: 'arrayMap((t, g, e) -> t >= g AND t <= e, at, grp, group_end)',
      },
      {
        // By subscription in the group, its changes last.
        placed: `arraySort(
          p -> (p.1, p.3 = 2, p.5.2, p.4, p.5.1),
          arrayMap((g, e, o, c, s) -> (g, e, o, c, s), grp, group_end, arrayMap((o, w) -> if(w, o, 2), one_sign, within), is_change, standing)
        )`,
      },
      {
        last_of_subscription: carriedBack('placed.5.1', endsRun('arrayMap(p -> (p.1, p.3, p.5.2), placed)')),
      },
      {
        dated: `arrayMap(
          (p, l) -> (
            multiIf(p.3 = 2, p.5.1, p.3 = 0, p.2, p.4, l, greatest(l, p.5.1)),
            if(p.3 = 2, p.5.1, p.1),
            p.5
          ),
          placed, last_of_subscription
        )`,
      },
    ],
    ['customer_hash', 'source', 'dated'],
  );
}

/** What the steps add to the part that they are in and take from the one that they were in: instant, group, amount, runs, what rates did. */
function partChanges(scope: Scope, partOf: PartOf): string {
  const grouped = `
      SELECT customer_hash, source, step.1 AS counts_at, step.2 AS grp, step.3 AS s
      FROM (${datedSteps(scope, partOf)})
      ARRAY JOIN dated AS step`;
  return `
    SELECT
      customer_hash, source, change.1 AS plan_part,
      (if(change.4 != 0, s.1, counts_at), change.4 = 0, change.2, change.3, change.4, grp) AS event
    FROM (${scope.changesTogether ? grouped : plainSteps(scope, partOf)})
    ARRAY JOIN arrayFilter(
      c -> c.2 != 0 OR c.3 != 0 OR c.4 != 0,
      if(
        s.4 = s.5 AND s.6 = s.7,
        [
          (s.4, if(s.6, s.9 - s.8 - s.10, 0), if(s.6, toInt8(s.11 - s.12), 0), toInt64(0)),
          (s.4, toInt64(0), toInt8(0), if(s.6, s.10, 0))
        ],
        [
          (s.4, if(s.6, s.9 - s.10, 0), if(s.6, s.11, 0), toInt64(0)),
          (s.4, toInt64(0), toInt8(0), if(s.6, s.10, 0)),
          (s.5, if(s.7, -s.8, 0), if(s.7, toInt8(-s.12), 0), toInt64(0))
        ]
      )
    ) AS change`;
}

/**
 * Rows with the columns of source.ts. A group of changes of the customer is one in each part; where it counts on several instants
 * and goes both ways in the part, each instant is classified by itself.
 */
export function reclassified(scope: Scope, period: string | null, partOf: PartOf): string {
  const keepsZero = String(!scope.settings.churnWhenZeroMrr);
  const marked = PERIODS.find(({ name }) => name === period);
  const rows = layered(
    `
    SELECT customer_hash, plan_part, any(source) AS source, arraySort(groupArray(event)) AS events
    FROM (${partChanges(scope, partOf)})
    GROUP BY customer_hash, plan_part`,
    ['customer_hash', 'plan_part', 'source', 'events'],
    [
      {
        instant: 'events.1',
        running: 'arrayCumSum(events.4)',
        total: 'arrayCumSum(arrayMap(e -> e.3 + e.5, events))',
        moved: 'arrayCumSum(events.3)',
        ends: endsRun('events.1'),
        begins: startsRun('events.1'),
      },
      // What happens at one instant is one.
      {
        running_before: only('arrayMap((r, e) -> r - e.4, running, events)', 'begins'),
        running_after: only('running', 'ends'),
        after_instant: only('total', 'ends'),
        moved_to: only('moved', 'ends'),
        at_instant: only('instant', 'ends'),
        group_at_instant: only('events.6', 'ends'),
      },
      { net_at_instant: `arrayMap((m, p) -> m - p, moved_to, ${previous('moved_to', 'toInt64(0)')})` },
      { moves_mrr: 'arrayMap(n -> n != 0, net_at_instant)' },
      {
        at: only('at_instant', 'moves_mrr'),
        net: only('net_at_instant', 'moves_mrr'),
        mrr: only('after_instant', 'moves_mrr'),
        subscribed_before: only('running_before', 'moves_mrr'),
        subscribed_after: only('running_after', 'moves_mrr'),
        in_group: only('group_at_instant', 'moves_mrr'),
      },
      { ends_group: endsRun('in_group'), begins_group: startsRun('in_group') },
      {
        group_net: `arrayMap(
          (s, s0) -> s - s0,
          ${carriedBack('arrayCumSum(net)', 'ends_group')}, ${carried('arrayMap((s, n) -> s - n, arrayCumSum(net), net)', 'begins_group')}
        )`,
        group_size: `arrayMap(
          (s, s0) -> s - s0,
          ${carriedBack('arrayCumSum(n -> abs(n), net)', 'ends_group')},
          ${carried('arrayMap((s, n) -> s - abs(n), arrayCumSum(n -> abs(n), net), net)', 'begins_group')}
        )`,
      },
      { grp: 'arrayMap((g, t, n, s) -> if(abs(n) = s, g, t), in_group, at, group_net, group_size)' },
      { first_of_group: startsRun('grp'), last_of_group: endsRun('grp') },
      {
        before: carried('arrayMap((m, n) -> m - n, mrr, net)', 'first_of_group'),
        after: carriedBack('mrr', 'last_of_group'),
        was_subscribed: carried('subscribed_before', 'first_of_group'),
        is_subscribed: carriedBack('subscribed_after', 'last_of_group'),
        groups: 'arrayCumSum(f -> toInt64(f), first_of_group)',
      },
      // What the customer did, group by group: instant, type, amount, whether it opens its group, MRR before and after the group.
      {
        did: `arrayMap(
          (t, f, b, a, n, s0, s1, g) -> (
            t,
            multiIf(
              b = 0, multiIf(g <= 1, 'new_biz', s0 > 0 AND ${keepsZero}, 'expansion', 'reactivation'),
              a = 0, if(s1 > 0 AND ${keepsZero}, 'contraction', 'churn'),
              n > 0, 'expansion',
              'contraction'
            ),
            n, f, b, a
          ),
          at, first_of_group, before, after, net, was_subscribed, is_subscribed, groups
        )`,
      },
      // Who was reduced to 0 is a customer until the last subscription ends (R38).
      { at_zero: `arrayFilter((m, last) -> last AND m.2 = 'contraction' AND m.6 = 0, did, last_of_group)` },
      {
        ended_at:
          'if(empty(at_zero), [], arrayFilter((t, r, r0) -> r = 0 AND r0 > 0, at_instant, running_after, running_before))',
        resumed_at: 'arrayMap(m -> m.1, arrayFilter(m -> m.4 AND m.5 = 0, did))',
      },
      {
        left_at: `arrayMap(
          m -> arrayFirst(t -> t > m.1, ended_at),
          arrayFilter(
            m -> arrayExists(t -> t > m.1 AND NOT arrayExists(r -> r > m.1 AND r <= t, resumed_at), ended_at),
            at_zero
          )
        )`,
      },
      // With what exchange rates did, which comes first at one instant.
      {
        moves_only: `arraySort(m -> (m.1, m.2 != 'fx'), arrayConcat(
          did,
          arrayMap(t -> (t, 'churn', toInt64(0), toUInt8(1), toInt64(0), toInt64(0)), left_at),
          arrayMap(e -> (e.1, 'fx', e.5, toUInt8(0), toInt64(0), toInt64(0)), arrayFilter(e -> e.5 != 0, events))
        ))`,
      },
      { sums: 'arrayCumSum(moves_only.3)' },
      {
        standing: carried(
          `arrayMap((s, m) -> if(s = 0 AND m.2 = 'contraction', toInt64(${AT_ZERO}), s), sums, moves_only)`,
          `arrayMap((s, m) -> NOT (s = 0 AND m.2 = 'fx'), sums, moves_only)`,
        ),
      },
      { stood: previous('standing', 'toInt64(0)') },
      // Instant, type, amount, MRR before and after, customers gained, standing before and after.
      {
        moves: `arrayMap(
          (m, s, o, e) -> (
            m.1, m.2, m.3, s - m.3, s,
            if(m.4, toInt64(m.6 > 0 OR m.2 = 'contraction') - toInt64(o != 0), 0), o, e
          ),
          moves_only, sums, stood, standing
        )`,
      },
      { days: 'arrayMap(m -> toDate32(fromUnixTimestamp64Milli(m.1, {zone:String})), moves)' },
      ...(marked === undefined
        ? []
        : [
            {
              churns: `arrayCumSum(arrayMap(m -> toInt64(m.2 = 'churn'), moves))`,
              churns_before: `arrayMap((c, m) -> c - toInt64(m.2 = 'churn'), arrayCumSum(arrayMap(m -> toInt64(m.2 = 'churn'), moves)), moves)`,
            },
            { period_begins: startsRun(`arrayMap(d -> ${periodSql(marked, 'd')}, days)`) },
            {
              openings: carried('moves.7', 'period_begins'),
              lost_now: `arrayMap(
                (m, o, c, c0) -> toInt64(o != 0 AND c > c0 AND m.8 = 0),
                moves, ${carried('moves.7', 'period_begins')}, churns, ${carried('churns_before', 'period_begins')}
              )`,
            },
            {
              losses: `arrayMap((l, p, b) -> l - if(b, 0, p), lost_now, ${previous('lost_now', 'toInt64(0)')}, period_begins)`,
            },
          ]),
      {
        rows: `arrayMap(
          (m, d, o, l) -> (
            d, m.2, m.3, m.6, toYYYYMM(days[1]), if(o != 0, m.3, 0), if(o > 0, least(m.5, o) - least(m.4, o), 0), l
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
