/**
 * The rules of subscription revenue as SQL: from invoice lines and plans to MRR movements and data warnings.
 *
 * One text serves every use: a whole book in buckets of customers, the customers whom one entry touches, a proof at an
 * earlier moment. What differs is only the condition that selects the customers and the entry up to which records are seen.
 * The readings R1-R30 that the comments name are those of rules/README.md; the rules themselves are those of the revenue specification,
 * sections 1, 2 and 4.
 *
 * Work per customer is done on arrays, sorted once: cumulative sums with resets replace recursion, so that the cost is linear
 * in the number of lines.
 */
import {
  CUSTOMER,
  type DerivationScope,
  layered,
  planIntervals,
  reversedLines,
  statedCancellations,
  validatedLines,
} from './derivationLines.ts';
import { AT_ZERO, PERIOD_COLUMNS, PERIODS, periodSql } from './periods.ts';

export { LINE_MRR_CENTS_MAX } from './derivationLines.ts';
export { DEFAULT_REVENUE_SETTINGS as DEFAULT_SETTINGS } from './rules/index.ts';

/** Columns of the derived rows, in order; those of the table `movements` without seq, sign and the partitions of time. */
export const DERIVED_COLUMNS = [
  'origin_seq',
  'origin_row',
  'source',
  'customer_hash',
  'customer_external_id',
  'currency',
  'subscription_external_id',
  'plan_external_id',
  'previous_plan_external_id',
  'invoice_external_id',
  'external_id',
  'at',
  'type',
  'rule',
  'amount_cents',
  'customers',
  'mrr_before',
  'mrr_after',
  'subscription_mrr_before',
  'subscription_mrr_after',
  'one_plan',
  'day',
  'first_day',
  ...PERIOD_COLUMNS,
] as readonly string[];

/** Of the above, those that a reversal repeats with their sign turned, so that they add up. */
export const SIGNED_COLUMNS: ReadonlySet<string> = new Set([
  'amount_cents',
  'customers',
  ...PERIODS.map(({ name }) => `lost_${name}`),
]);

/** SELECT of every movement and warning of the customers in scope, columns as in {@link DERIVED_COLUMNS}. */
export function derivationSql(scope: DerivationScope): string {
  return `
WITH
  plan_intervals AS (${planIntervals(scope)}),
  reversed AS (${reversedLines(scope)}),
  lines AS (${validatedLines(scope)}),
  elements AS (${elements(scope)}),
  subscriptions AS (${subscriptions(scope)}),
  steps AS (${steps()}),
  customers AS (${customers(scope)})
${postings()}`;
}

/**
 * What happens to subscriptions: an element per line with MRR (1) and one per stated cancellation (0), in their order (R7, R8, R12),
 * and one per faulty line (2), for its warning. The order of a line's group (lines of one invoice, subscription and start) is that of
 * its highest event_order and latest date.
 */
function elements(scope: DerivationScope): string {
  const tail = `toString(currency), mrr, toString(plan_external_id), external_id`;
  return `
    SELECT source, customer_hash, customer_external_id, subscription_external_id, element
    FROM (
      SELECT
        *,
        max(line_order) OVER grouped AS group_order,
        max(date_ms) OVER grouped AS group_date
      FROM lines
      WINDOW grouped AS (PARTITION BY customer_hash, subscription_external_id, invoice_external_id, start_ms, kind > 0)
    )
    ARRAY JOIN arrayFilter(
      e -> e.2 != 9,
      [
        (
          start_ms, toUInt8(multiIf(kind > 0, 1, fault != '', 2, 9)), group_order, group_date, invoice_external_id,
          toUInt8(kind > 1), toInt64(if(kind > 1, line_order, 0)), origin_seq, origin_row,
          toUInt8(kind), ${tail}, toString(fault)${atPeriodEnd(scope) ? ', end_ms' : ''}
        ),
        (
          ifNull(cancelled_ms, toInt64(0)), toUInt8(if(isNull(cancelled_ms), 9, 0)), toInt64(0), toInt64(0), invoice_external_id,
          toUInt8(0), toInt64(0), origin_seq, origin_row,
          toUInt8(0), ${tail}, ''${atPeriodEnd(scope) ? ', toInt64(0)' : ''}
        )
      ]
    ) AS element
    ${
      scope.cancellations
        ? `UNION ALL
    SELECT
      source, customer_hash, customer_external_id, subscription_external_id,
      (
        cancelled_ms, toUInt8(0), toInt64(0), toInt64(0), '', toUInt8(0), toInt64(0), origin_seq, origin_row,
        toUInt8(0), '', toInt64(0), '', '', ''${atPeriodEnd(scope) ? ', toInt64(0)' : ''}
      ) AS element
    FROM (${statedCancellations(scope)})`
        : ''
    }`;
}

/** The array shifted by one, so that each element meets its predecessor (or its successor). */
export const previous = (array: string, first: string) => `arrayPopBack(arrayPushFront(${array}, ${first}))`;
export const next = (array: string, last: string) => `arrayPopFront(arrayPushBack(${array}, ${last}))`;
/** Marks the elements at which the value differs from the one before (after); the first (last) is always marked. */
export const startsRun = (array: string) =>
  `arrayMap((i, x, y) -> i = 1 OR x != y, arrayEnumerate(${array}), ${array}, ${previous(array, `${array}[1]`)})`;
export const endsRun = (array: string) =>
  `arrayMap((i, x, y) -> i = 1 OR x != y, arrayReverse(arrayEnumerate(${array})), ${array}, ${next(array, `${array}[1]`)})`;
/** The array with unmarked elements replaced by the last marked one before them (the first marked one after them). */
export const carried = (array: string, marks: string) => `arrayFill((x, marked) -> marked, ${array}, ${marks})`;
export const carriedBack = (array: string, marks: string) =>
  `arrayReverseFill((x, marked) -> marked, ${array}, ${marks})`;
export const only = (array: string, marks: string) => `arrayFilter((x, marked) -> marked, ${array}, ${marks})`;

/**
 * One row per subscription: its events in order (cancellations 0, lines 1; positions as in {@link elements}), the currencies it was billed in,
 * whether it never counted (R13), and the warnings that need no currency, as (code, at, origin_seq, origin_row, invoice, line, plan).
 */
function subscriptions(scope: DerivationScope): string {
  const warning = (code: string) => `(${code}, e.1, e.8, e.9, e.5, e.14, e.13)`;
  return layered(
    `
    SELECT
      source, customer_hash, customer_external_id, subscription_external_id,
      arraySort(groupArray(element)) AS all_elements
    FROM elements
    GROUP BY source, customer_hash, customer_external_id, subscription_external_id
    -- Of a subscription of which nothing but a cancellation is known nothing is said.
    ${scope.cancellations ? `HAVING arrayExists(e -> e.5 != '', all_elements)` : ''}`,
    [...CUSTOMER, 'subscription_external_id', 'all_elements'],
    [
      {
        stated: `arrayFilter(e -> e.2 < 2, all_elements)`,
        line_events: `arrayFilter(e -> e.2 = 1, all_elements)`,
        faulty: `arraySort(e -> (e.15, e.13, e.1, e.8, e.9), arrayFilter(e -> e.2 = 2, all_elements))`,
      },
      {
        billed_in: `arraySort(arrayDistinct(line_events.11))`,
        never_counted: `notEmpty(line_events) AND arrayMin(line_events.1) = arrayMax(line_events.1)
          AND has(arrayMap(e -> e.1, arrayFilter(e -> e.2 = 0, stated)), arrayMin(line_events.1))`,
        // An unknown plan is reported once per subscription, at its first line; other faults line by line.
        faults: `arrayFilter(
          (e, p, i) -> i = 1 OR e.15 != 'line-plan-unknown' OR e.15 != p.15 OR e.13 != p.13,
          faulty, ${previous('faulty', 'faulty[1]')}, arrayEnumerate(faulty)
        )`,
        equal_starts: `arrayFilter(
          (e, p) -> e.2 = 1 AND p.2 = 1 AND e.1 = p.1 AND e.5 != p.5,
          stated, ${previous('stated', 'stated[1]')}
        )`,
        currency_changes: `arrayFilter((e, p) -> e.11 != p.11, line_events, ${previous('line_events', 'line_events[1]')})`,
      },
      ...(atPeriodEnd(scope)
        ? endsOfPeriods()
        : [
            {
              events: 'stated',
              idle_cancellations: `arrayFilter(
                (e, p, i) -> e.2 = 0 AND (i = 1 OR (p.2 = 0 AND p.1 != e.1)),
                stated, ${previous('stated', 'stated[1]')}, arrayEnumerate(stated)
              )`,
            },
          ]),
      {
        currencies: `if(empty(billed_in), [''], billed_in)`,
        warnings: `arrayConcat(
          arrayMap(e -> ${warning('e.15')}, faults),
          if(
            never_counted,
            arrayMap(e -> ${warning(`'subscription-never-counted'`)}, arraySlice(line_events, 1, 1)),
            arrayMap(e -> ${warning(`'cancellation-without-effect'`)}, idle_cancellations)
          ),
          arrayMap(e -> ${warning(`'equal-start'`)}, equal_starts),
          arrayMap(e -> ${warning(`'currency-changed'`)}, currency_changes)
        )`,
      },
    ],
    [...CUSTOMER, 'subscription_external_id', 'events', 'never_counted', 'currencies', 'warnings'],
  );
}

const atPeriodEnd = ({ settings }: DerivationScope): boolean => settings.churnRecognition === 'end_of_service_period';

/**
 * Layers in which cancellations move to the end of the service period (R26), for subscriptions billed in one currency: each counts at the latest
 * end among the lines since the last one that resets the value, or is dropped where a line starts before that. Cancellations by which nothing
 * runs any more need no care: what was billed had ended by then, so they stay where they are. A cancellation keeps the instant at which it was
 * stated as its third part: that orders those that meet at one end (only the first ends anything), and names it in warnings.
 */
function endsOfPeriods(): Array<Record<string, string>> {
  const at = 'line_events.1';
  return [
    {
      resets: `arrayMap(
        (e, p, i) -> e.10 = 3 OR (e.10 = 1 AND NOT (i > 1 AND p.10 = 1 AND p.1 = e.1 AND p.5 = e.5)),
        line_events, ${previous('line_events', 'line_events[1]')}, arrayEnumerate(line_events)
      )`,
    },
    {
      part_from: `arrayMap(i -> greatest(i, 1), ${carried('arrayMap((i, r) -> if(r, i, 0), arrayEnumerate(resets), resets)', 'resets')})`,
    },
    {
      // (cancellation, instant at which it counts)
      moved: `arrayMap(
        e -> (
          e,
          if(
            arrayExists(t -> t < e.1, ${at}),
            greatest(
              e.1,
              arrayMax(arraySlice(
                line_events.16,
                part_from[arrayCount(t -> t < e.1, ${at})],
                arrayCount(t -> t < e.1, ${at}) - part_from[arrayCount(t -> t < e.1, ${at})] + 1
              ))
            ),
            e.1
          )
        ),
        arrayFilter(e -> e.2 = 0, stated)
      )`,
    },
    {
      dropped: `arrayMap(m -> m.1, arrayFilter(m -> arrayExists(t -> t > m.1.1 AND t < m.2, ${at}), moved))`,
      kept: `arrayFilter(m -> NOT arrayExists(t -> t > m.1.1 AND t < m.2, ${at}), moved)`,
    },
    {
      events: `arraySort(arrayConcat(
        line_events,
        arrayMap(
          m -> (
            m.2, m.1.2, m.1.1, m.1.4, m.1.5, m.1.6, m.1.7, m.1.8, m.1.9, m.1.10, m.1.11, m.1.12, m.1.13, m.1.14, m.1.15, m.1.16
          ),
          kept
        )
      ))`,
    },
    {
      idle_cancellations: `arrayConcat(
        arrayMap(
          e -> (e.3, e.2, e.3, e.4, e.5, e.6, e.7, e.8, e.9, e.10, e.11, e.12, e.13, e.14, e.15, e.16),
          arrayFilter(
            (e, p, i) -> e.2 = 0 AND (i = 1 OR (p.2 = 0 AND p.3 != e.3)),
            events, ${previous('events', 'events[1]')}, arrayEnumerate(events)
          )
        ),
        arrayFilter((e, p, i) -> i = 1 OR p.1 != e.1, dropped, ${previous('dropped', 'dropped[1]')}, arrayEnumerate(dropped))
      )`,
    },
  ];
}

/**
 * One row per subscription and currency (R16): the instants at which its shown MRR or its running changes (R7-R15), as
 * (at, subscription, change, started or stopped, cause, origin_seq, origin_row, plan, previous plan, invoice, line, shown before, shown after).
 *
 * An event either resets the true value (a cancellation to nothing; a plain or replacing line to its own MRR; such a line in another currency
 * to nothing) or adds to it. So the true value is the cumulative sum less what it was at the last reset.
 */
function steps(): string {
  return layered(
    `
    SELECT
      source, customer_hash, customer_external_id, subscription_external_id, currency,
      if(currency = currencies[1], warnings, []) AS subscription_warnings,
      -- Within a group plain lines of other currencies come first: they end what ran, the currency's own lines then count.
      arraySort(
        e -> (e.1, e.2, e.3, e.4, e.5, e.6, if(e.10 = 1, e.11 = currency, 0), e.7, e.8, e.9),
        arrayFilter(e -> NOT never_counted AND NOT (e.10 = 2 AND e.11 != currency), events)
      ) AS ordered
    FROM subscriptions
    ARRAY JOIN currencies AS currency`,
    [...CUSTOMER, 'subscription_external_id', 'currency', 'subscription_warnings', 'ordered'],
    [
      {
        at: 'ordered.1',
        invoice: 'ordered.5',
        kind: 'ordered.10',
        runs: 'arrayMap(e -> toUInt8(e.10 > 0 AND e.11 = currency), ordered)',
      },
      {
        resets: `arrayMap(
          (k, r, a, i, pk, pr, pa, pi) -> NOT r OR k = 3 OR (k = 1 AND NOT (pr AND pk = 1 AND pa = a AND pi = i)),
          kind, runs, at, invoice,
          ${previous('kind', 'toUInt8(0)')}, ${previous('runs', 'toUInt8(0)')}, ${previous('at', 'toInt64(0)')}, ${previous('invoice', "''")}
        )`,
        added: 'arrayMap((m, r) -> if(r, m, 0), ordered.12, runs)',
        plan: carried('ordered.13', 'runs'),
        // One instant, one value (R15).
        last_of_instant: endsRun('at'),
      },
      { summed: 'arrayCumSum(added)' },
      {
        true_value: `arrayMap((s, b) -> s - b, summed, ${carried('arrayMap((s, a) -> s - a, summed, added)', 'resets')})`,
      },
      {
        instants: only('ordered', 'last_of_instant'),
        true_values: only('true_value', 'last_of_instant'),
        running: only('runs', 'last_of_instant'),
        plans: only('plan', 'last_of_instant'),
      },
      { shown: 'arrayMap(v -> greatest(v, 0), true_values)' },
      {
        changes: `arrayFilter(
          s -> s.3 != 0 OR s.4 != 0 OR s.14,
          arrayMap(
            (e, v, b, r, rb, p, pb) -> (
              e.1, subscription_external_id, v - b, toInt8(r) - toInt8(rb), e.10, e.8, e.9, p, pb, e.5, e.14, b, v,
              r AND rb AND p != pb
            ),
            instants, shown, ${previous('shown', 'toInt64(0)')}, running, ${previous('running', 'toUInt8(0)')},
            plans, ${previous('plans', "''")}
          )
        )`,
        negative_warnings: `arrayMap(
          e -> ('negative-mrr', e.1, e.8, e.9, e.5, e.14, e.13),
          arrayFilter((e, v) -> v < 0, instants, true_values)
        )`,
      },
    ],
    [...CUSTOMER, 'currency', 'changes', 'subscription_external_id', 'subscription_warnings', 'negative_warnings'],
  );
}

/**
 * One row per customer and currency: the movements (R17-R25) and warnings as rows to post.
 *
 * Everything is carried on arrays of the changes in order of time; what concerns a group stands on each of its changes.
 */
function customers(scope: DerivationScope): string {
  const window = scope.settings.classificationWindowMinutes * 60_000;
  const longAgo = 'toInt64(-9000000000000000)';
  return layered(
    `
    SELECT
      source, customer_hash, customer_external_id, currency,
      arraySort(groupArrayArray(changes)) AS happenings,
      arraySort(arrayDistinct(groupArrayArray(
        arrayMap(w -> (subscription_external_id, w), arrayConcat(subscription_warnings, negative_warnings))
      ))) AS warnings
    FROM steps
    GROUP BY source, customer_hash, customer_external_id, currency
    HAVING notEmpty(happenings) OR notEmpty(warnings)`,
    [...CUSTOMER, 'currency', 'happenings', 'warnings'],
    [
      // How many subscriptions run just before and just after each instant, free ones included.
      {
        instant: 'happenings.1',
        running: 'arrayCumSum(happenings.4)',
        is_change: 'arrayMap(h -> h.3 != 0, happenings)',
      },
      {
        running_before: carried('arrayMap((r, f) -> r - f, running, happenings.4)', startsRun('instant')),
        running_after: carriedBack('running', endsRun('instant')),
        changed: only('happenings', 'is_change'),
      },
      {
        at: 'changed.1',
        amount: 'changed.3',
        running_before_change: only('running_before', 'is_change'),
        running_after_change: only('running_after', 'is_change'),
      },
      // The instant of a group's first change names the group.
      {
        grp: `if(
          arrayExists((t, p) -> t != p AND t - p <= ${window}, at, ${previous('at', longAgo)}),
          arrayFold(
            (acc, t) -> if(t <= acc.1 + ${window}, (acc.1, arrayPushBack(acc.2, acc.1)), (t, arrayPushBack(acc.2, t))),
            at, (${longAgo}, emptyArrayInt64())
          ).2,
          at
        )`,
        mrr: 'arrayCumSum(amount)',
        rises: 'arrayCumSum(x -> toInt64(x > 0), amount)',
        ordinal: 'arrayMap(i -> toInt64(i), arrayEnumerate(amount))',
      },
      { first_of_group: startsRun('grp'), last_of_group: endsRun('grp') },
      {
        before: carried('arrayMap((m, a) -> m - a, mrr, amount)', 'first_of_group'),
        after: carriedBack('mrr', 'last_of_group'),
        subscribed_before: carried('running_before_change', 'first_of_group'),
        subscribed_after: carriedBack('running_after_change', 'last_of_group'),
        // Changes of the group that rise, less all its changes: 0 or all of them when the group has one sign.
        group_rises: `arrayMap(
          (r, r0) -> r - r0,
          ${carriedBack('rises', 'last_of_group')},
          ${carried('arrayMap((r, x) -> r - toInt64(x > 0), rises, amount)', 'first_of_group')}
        )`,
        group_size: `arrayMap(
          (i, i0) -> i - i0 + 1, ${carriedBack('ordinal', 'last_of_group')}, ${carried('ordinal', 'first_of_group')}
        )`,
      },
      {
        groups_emitted:
          'arrayCumSum(arrayMap((first, b, a) -> toInt64(first AND a != b), first_of_group, before, after))',
        one_sign: 'arrayMap((r, n) -> r = 0 OR r = n, group_rises, group_size)',
      },
      {
        type: `arrayMap(
          (b, a, s0, s1, g) -> multiIf(
            a = b, '',
            b = 0, multiIf(g <= 1, 'new_biz', s0 > 0, ${scope.settings.churnWhenZeroMrr ? `'reactivation'` : `'expansion'`}, 'reactivation'),
            a = 0, if(s1 > 0, ${scope.settings.churnWhenZeroMrr ? `'churn'` : `'contraction'`}, 'churn'),
            a > b, 'expansion',
            'contraction'
          ),
          before, after, subscribed_before, subscribed_after, groups_emitted
        )`,
      },
      // One movement per subscription where all changes have one sign, else the net one at the end (R21).
      {
        by_subscription: `arraySort(
          x -> (x.1, x.2.2, x.2.1),
          arrayMap((g, c, t, b, a, o, l) -> (g, c, t, b, a, o, l), grp, changed, type, before, after, one_sign, last_of_group)
        )`,
      },
      {
        subscription_sum: 'arrayCumSum(x -> x.2.3, by_subscription)',
        last_of_subscription: endsRun('arrayMap(x -> (x.1, x.2.2), by_subscription)'),
      },
      {
        sums: only('subscription_sum', 'last_of_subscription'),
        last_changes: only('by_subscription', 'last_of_subscription'),
      },
      {
        moved: `arraySort(
          m -> (m.1, m.5.2),
          arrayConcat(
            arrayFilter(
              m -> m.3 != '',
              arrayMap(
                (x, s, p) -> (x.2.1, x.1, if(x.6, x.3, ''), s - p, x.2, x.4, x.5, ''),
                last_changes, sums, ${previous('sums', 'toInt64(0)')}
              )
            ),
            arrayMap(
              x -> (x.2.1, x.1, x.3, x.5 - x.4, x.2, x.4, x.5, 'net-'),
              arrayFilter(x -> x.7 AND NOT x.6 AND x.3 != '', by_subscription)
            )
          )
        )`,
      },
      // Customers reduced to 0 who are still subscribed, and what ends their last subscription before they pay again (R38).
      { at_zero: `arrayFilter(m -> m.3 = 'contraction' AND m.7 = 0, moved)` },
      {
        ends: `if(empty(at_zero), [], arrayFilter((h, r) -> r = 0 AND h.4 < 0, happenings, running_after))`,
        resumptions: `if(empty(at_zero), [], arrayMap(m -> m.2, arrayFilter(m -> m.6 = 0, moved)))`,
      },
      {
        departures: `if(
          empty(ends), [],
          arrayDistinct(arrayFilter(
            (h, m) -> h.6 != 0 AND NOT arrayExists(t -> t > m.1 AND t <= h.1, resumptions),
            arrayMap(m -> arrayFirst(h -> h.1 > m.1, ends), at_zero),
            at_zero
          ))
        )`,
      },
      {
        movements: `if(
          empty(departures), moved,
          arraySort(
            m -> (m.1, m.5.2),
            arrayConcat(moved, arrayMap(h -> (h.1, h.1, 'churn', toInt64(0), h, toInt64(0), toInt64(0), ''), departures))
          )
        )`,
      },
      { mrr_after: 'arrayCumSum(movements.4)', movement_group: 'movements.2' },
      {
        standing_after: `arrayMap((a, m) -> if(a = 0 AND m.3 = 'contraction', toInt64(${AT_ZERO}), a), mrr_after, movements)`,
      },
      {
        standing_before: previous('standing_after', 'toInt64(0)'),
        mrr_before: 'arrayMap((a, m) -> a - m.4, mrr_after, movements)',
        days: `arrayMap(m -> toDate32(fromUnixTimestamp64Milli(m.1, '${scope.settings.timeZone}')), movements)`,
        churns: `arrayCumSum(arrayMap(m -> toInt64(m.3 = 'churn'), movements))`,
        one_plan: 'toUInt8(length(arrayDistinct(happenings.8)) <= 1)',
      },
      { churns_before: `arrayMap((c, m) -> c - toInt64(m.3 = 'churn'), churns, movements)` },
      ...periodLayers(),
      {
        marks: `arrayMap(
          (d, ${PERIODS.map((_, i) => `o${i}, l${i}`).join(', ')}) -> (
            one_plan, d, days[1], ${PERIODS.map((_, i) => `o${i}`).join(', ')}, ${PERIODS.map((_, i) => `l${i}`).join(', ')}
          ),
          days, ${PERIODS.map(({ name }) => `opening_${name}, lost_${name}`).join(', ')}
        )`,
      },
      {
        postings: `arrayConcat(
          arrayMap(
            (m, a, b, k, first) -> (
              m.5.6, m.5.7, m.5.2, m.5.8, m.5.9, m.5.10, m.5.11, m.1, m.3,
              concat(m.8, ['cancellation', 'line', 'proration', 'replacement'][m.5.5 + 1]),
              m.4, toInt8(if(first, toInt8(m.7 > 0 OR m.3 = 'contraction') - toInt8(b != 0), 0)), a - m.4, a, m.5.12, m.5.13, k
            ),
            movements, mrr_after, standing_before, marks, ${startsRun('movement_group')}
          ),
          arrayMap(
            h -> (
              h.6, h.7, h.2, h.8, h.9, h.10, h.11, h.1, 'step',
              'step', h.3, toInt8(h.4), toInt64(0), toInt64(0), h.12, h.13, ${NO_MARKS}
            ),
            if(one_plan, [], happenings)
          ),
          arrayMap(
            w -> (
              w.2.3, w.2.4, w.1, w.2.7, '', w.2.5, w.2.6, w.2.2, w.2.1,
              'warning', toInt64(0), toInt8(0), toInt64(0), toInt64(0), toInt64(0), toInt64(0), ${NO_MARKS}
            ),
            warnings
          )
        )`,
      },
    ],
    [...CUSTOMER, 'currency', 'postings'],
  );
}

/** Marks of rows that are no movements. */
const NO_MARKS = `(toUInt8(0), toDate32(0), toDate32(0), ${PERIODS.map(() => 'toInt64(0)').join(', ')}, ${PERIODS.map(() => 'toInt8(0)').join(', ')})`;

/** Arrays \`opening_x\` and \`lost_x\` of each period, over the movements; see periods.ts. */
function periodLayers(): Array<Record<string, string>> {
  const ofEach = (columns: (name: string, period: (typeof PERIODS)[number]) => Array<[string, string]>) =>
    Object.fromEntries(PERIODS.flatMap((period) => columns(period.name, period)));
  return [
    ofEach((name, period) => [[`begins_${name}`, startsRun(`arrayMap(d -> ${periodSql(period, 'd')}, days)`)]]),
    ofEach((name) => [
      [`opening_${name}`, carried('standing_before', `begins_${name}`)],
      [`churned_${name}`, `arrayMap((c, c0) -> c > c0, churns, ${carried('churns_before', `begins_${name}`)})`],
    ]),
    ofEach((name) => [
      [
        `lost_now_${name}`,
        `arrayMap((o, c, a) -> toInt8(o != 0 AND c AND a = 0), opening_${name}, churned_${name}, standing_after)`,
      ],
    ]),
    ofEach((name) => [
      [
        `lost_${name}`,
        `arrayMap((l, p, b) -> toInt8(l - if(b, 0, p)), lost_now_${name}, ${previous(`lost_now_${name}`, 'toInt8(0)')}, begins_${name})`,
      ],
    ]),
  ];
}

function postings(): string {
  return `
SELECT
  posting.1 AS origin_seq,
  posting.2 AS origin_row,
  source,
  customer_hash,
  customer_external_id,
  currency,
  posting.3 AS subscription_external_id,
  posting.4 AS plan_external_id,
  posting.5 AS previous_plan_external_id,
  posting.6 AS invoice_external_id,
  posting.7 AS external_id,
  fromUnixTimestamp64Milli(posting.8, 'UTC') AS at,
  posting.9 AS type,
  posting.10 AS rule,
  posting.11 AS amount_cents,
  posting.12 AS customers,
  posting.13 AS mrr_before,
  posting.14 AS mrr_after,
  posting.15 AS subscription_mrr_before,
  posting.16 AS subscription_mrr_after,
  ${['one_plan', 'day', 'first_day', ...PERIOD_COLUMNS].map((column, i) => `posting.17.${i + 1} AS ${column}`).join(',\n  ')}
FROM customers
ARRAY JOIN postings AS posting`;
}
