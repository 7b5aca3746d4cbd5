/**
 * The first half of the derivation as SQL: which lines of a customer count, and the MRR of each (readings R1 to R6 and, for what the
 * second half needs, their order). See derivation.ts.
 */

import type { RevenueSettings } from './rules/index.ts';

/** A line whose MRR is larger (in cents, either way) is held back with a warning: 64-bit sums of thousands of lines stay exact. */
export const LINE_MRR_CENTS_MAX = '1000000000000000';

/** Renewals above it are never left out: each one may have an MRR out of range, and is reported then. */
export const RENEWAL_CENTS_MAX = '10000000000000';

export interface DerivationScope {
  /** SQL condition over `customer_hash` that selects the customers, for example `customer_hash IN (1, 2)`. */
  customers: string;
  /** Records stated by entries up to this one are seen: a number or a query parameter like `{seq:UInt64}`. */
  seq: number | string;
  /** Those that {@link sqlKnows} says this text can do. */
  settings: RevenueSettings;
  /** Whether cancellations are stated apart from lines. */
  cancellations: boolean;
  /**
   * Leave out renewals that repeat the line before them before the real work begins. Changes no result (see
   * {@link significantLines}); worth its cost for more than a few thousand customers.
   */
  skipRenewals: boolean;
}

/** What names a customer. */
export const CUSTOMER = ['source', 'customer_hash', 'customer_external_id'];
/** What is known of a line once it is validated. */
const VALIDATED_LINE = [
  ...CUSTOMER,
  'subscription_external_id',
  'invoice_external_id',
  'external_id',
  'plan_external_id',
  'currency',
  'origin_seq',
  'origin_row',
  'start_ms',
  'end_ms',
  'date_ms',
  'line_order',
  'cancelled_ms',
  'mrr',
  'kind',
  'fault',
];

/**
 * SELECT of the `result` columns, computed in layers: each is a subquery that sees the columns of the ones before. (Names within one
 * SELECT would be replaced by their text wherever they are used, and the text would grow without bound.) A layer passes on only what
 * a later one mentions: the time to plan the query grows with the columns carried.
 */
export function layered(
  source: string,
  sourceColumns: readonly string[],
  layers: ReadonlyArray<Record<string, string>>,
  result: readonly string[],
): string {
  let query = source;
  let known: readonly string[] = sourceColumns;
  for (const [i, layer] of layers.entries()) {
    const later = layers
      .slice(i + 1)
      .flatMap((each) => Object.values(each))
      .join(' ');
    const needed = (name: string) => result.includes(name) || new RegExp(`\\b${name}\\b`).test(later);
    const passed = known.filter(needed);
    const computed = Object.entries(layer).map(([name, expression]) => `${expression} AS ${name}`);
    query = `SELECT ${[...passed, ...computed].join(',\n  ')}\nFROM (${query})`;
    known = [...passed, ...Object.keys(layer)];
  }
  return query;
}

/** Plans as they are at \`seq\`: their interval as a divisor (months) or as days. */
export function planIntervals(scope: DerivationScope): string {
  return `
    SELECT
      key_hash AS plan_hash,
      argMax(interval_unit, (origin_seq, origin_row)) AS unit,
      argMax(interval_count, (origin_seq, origin_row)) AS count
    FROM (
      SELECT key_hash, origin_seq, origin_row, any(interval_unit) AS interval_unit, any(interval_count) AS interval_count
      FROM plans
      WHERE seq <= ${scope.seq}
      GROUP BY key_hash, origin_seq, origin_row
      HAVING sum(sign) = 1
    )
    GROUP BY key_hash`;
}

/** Lines that a later entry (up to \`seq\`) superseded or deleted. A line is stated once and reversed at most once. */
export function reversedLines(scope: DerivationScope): string {
  return `
    SELECT origin_seq, origin_row
    FROM invoices
    WHERE ${scope.customers} AND seq <= ${scope.seq} AND sign = -1`;
}

function currentLines(scope: DerivationScope): string {
  return `${scope.customers} AND seq <= ${scope.seq} AND sign = 1 AND excluded = '' AND (origin_seq, origin_row) NOT IN reversed`;
}

/** Current cancellations that are stated apart from lines (R10), at the instant at which they count (R27). */
export function statedCancellations(scope: DerivationScope): string {
  const at =
    scope.settings.churnRecognition === 'when_scheduled' ? 'ifNull(scheduled_at, cancelled_at)' : 'cancelled_at';
  return `
    SELECT *, toUnixTimestamp64Milli(${at}) AS cancelled_ms
    FROM (SELECT *, cityHash64(source, customer_external_id) AS customer_hash FROM subscription_cancellations)
    WHERE ${scope.customers}
      AND seq <= ${scope.seq}
      AND sign = 1
      AND (origin_seq, origin_row) NOT IN (
        SELECT origin_seq, origin_row FROM subscription_cancellations WHERE sign = -1 AND seq <= ${scope.seq}
      )`;
}

/**
 * The lines that can matter. Left out is a plain line that repeats its predecessor in the subscription (same plan, currency
 * and net amount), when both stand alone at their instants: it sets the value to what it is already, so it changes neither the value,
 * nor what runs, nor any later step. Nine lines of ten are such renewals, and finding them needs no more than a sort of numbers. Where
 * cancellations wait for the end of what was billed (R26), that of the last line before anything but a renewal matters: it stays.
 */
function significantLines(scope: DerivationScope): string {
  return `
      SELECT origin_seq, origin_row
      FROM (
        SELECT
          origin_seq, origin_row, at, plain, net, facts,
          lagInFrame(at, 1, toInt64(-9000000000000000)) OVER w AS previous_at,
          lagInFrame(at, 2, toInt64(-9000000000000001)) OVER w AS one_before_at,
          leadInFrame(at, 1, toInt64(9000000000000000)) OVER w AS next_at,
          leadInFrame(plain, 1, toUInt8(1)) OVER w AS next_plain,
          lagInFrame(plain, 1, toUInt8(0)) OVER w AS previous_plain,
          lagInFrame(net, 1, toInt64(0)) OVER w AS previous_net,
          lagInFrame(facts, 1, toUInt64(0)) OVER w AS previous_facts
        FROM (
          SELECT
            origin_seq,
            origin_row,
            customer_hash,
            cityHash64(subscription_external_id) AS subscription_hash,
            toUnixTimestamp64Milli(ifNull(service_period_start, toDateTime64(0, 3, 'UTC'))) AS at,
            type = 'subscription' AND NOT ifNull(prorated, false)
              AND ifNull(service_period_end > service_period_start, false) AS plain,
            amount_in_cents - ifNull(tax_amount_in_cents, 0) AS net,
            cityHash64(source, plan_external_id, currency) AS facts
          FROM invoices
          WHERE ${currentLines(scope)} AND type = 'subscription'
          UNION ALL
          SELECT
            origin_seq,
            origin_row,
            customer_hash,
            cityHash64(subscription_external_id) AS subscription_hash,
            toUnixTimestamp64Milli(assumeNotNull(cancelled_at)) AS at,
            false AS plain,
            toInt64(0) AS net,
            toUInt64(0) AS facts
          FROM invoices
          WHERE ${currentLines(scope)} AND isNotNull(cancelled_at)
          ${
            scope.cancellations
              ? `UNION ALL
          SELECT
            origin_seq,
            origin_row,
            customer_hash,
            cityHash64(subscription_external_id) AS subscription_hash,
            cancelled_ms AS at,
            false AS plain,
            toInt64(0) AS net,
            toUInt64(0) AS facts
          FROM (${statedCancellations(scope)})`
              : ''
          }
        )
        WINDOW w AS (
          PARTITION BY customer_hash, subscription_hash ORDER BY at
          ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING
        )
      )
      WHERE NOT (
        plain AND previous_plain AND facts = previous_facts AND net = previous_net AND net BETWEEN 0 AND ${RENEWAL_CENTS_MAX}
        AND one_before_at < previous_at AND previous_at < at AND at < next_at
        ${scope.settings.churnRecognition === 'end_of_service_period' ? 'AND next_plain' : ''}
      )`;
}

/**
 * Current subscription lines with their MRR (R3-R6), and current lines of any type that state a cancellation (R10).
 * \`kind\`: 0 no MRR (invalid, or not a subscription line), 1 plain, 2 added (differential), 3 replacing (full).
 */
export function validatedLines(scope: DerivationScope): string {
  const significant = scope.skipRenewals ? `AND (origin_seq, origin_row) IN (${significantLines(scope)})` : '';
  return layered(
    `
    SELECT
      source, customer_hash, customer_external_id, subscription_external_id, invoice_external_id, external_id, plan_external_id, currency,
      origin_seq, origin_row, type, service_period_end,
      proration_type,
      ifNull(prorated, false) AS is_prorated,
      toUnixTimestamp64Milli(ifNull(service_period_start, toDateTime64(0, 3, 'UTC'))) AS start_ms,
      toUnixTimestamp64Milli(ifNull(service_period_end, toDateTime64(0, 3, 'UTC'))) AS end_ms,
      NOT ifNull(service_period_end > service_period_start, false) AS no_period,
      toUnixTimestamp64Milli(date) AS date_ms,
      ifNull(event_order, 0) AS line_order,
      if(isNull(cancelled_at), NULL, toUnixTimestamp64Milli(cancelled_at)) AS cancelled_ms,
      toInt128(amount_in_cents) - ifNull(tax_amount_in_cents, 0) AS net,
      plan.unit AS unit,
      plan.count AS count
    FROM invoices AS line
    LEFT ANY JOIN plan_intervals AS plan ON plan.plan_hash = cityHash64(line.source, line.plan_external_id)
    WHERE ${currentLines(scope)} AND (type = 'subscription' OR isNotNull(cancelled_at)) ${significant}`,
    [
      ...CUSTOMER,
      'subscription_external_id',
      'invoice_external_id',
      'external_id',
      'plan_external_id',
      'currency',
      'origin_seq',
      'origin_row',
      'type',
      'service_period_end',
      'proration_type',
      'is_prorated',
      'start_ms',
      'end_ms',
      'no_period',
      'date_ms',
      'line_order',
      'cancelled_ms',
      'net',
      'unit',
      'count',
    ],
    [
      {
        fault_stated: `multiIf(type != 'subscription', '', no_period, 'line-invalid-period', count <= 0, 'line-plan-unknown', '')`,
      },
      {
        kind_stated: `multiIf(
          type != 'subscription' OR fault_stated != '', 0,
          NOT is_prorated, 1,
          proration_type = 'full', 3,
          2
        )`,
      },
      { scaled: `kind_stated >= 2 AND proration_type != 'differential_mrr'` },
      // The full period ends at the line's end; the plan's interval is taken off at once and clamps to the last day of a month (R6).
      {
        full_ms: `multiIf(
          NOT scaled, toInt64(1),
          unit = 'day', 86400000 * count,
          end_ms - toUnixTimestamp64Milli(
            subtractMonths(assumeNotNull(service_period_end), count * if(unit = 'year', 12, 1))
          )
        )`,
      },
      // MRR = net x k x factor as one fraction: k is 1/n, 1/(12 n) or 365/(12 n), the factor the full period by the line's own.
      {
        numerator: `net * full_ms * if(unit = 'day', 365, 1)`,
        denominator: `toInt128(if(unit = 'month', 1, 12) * greatest(count, 1)) * if(scaled, end_ms - start_ms, 1)`,
      },
      // One rounding, half away from zero (R5).
      {
        rounded: `if(kind_stated = 0, toInt128(0), sign(numerator) * intDiv(2 * abs(numerator) + denominator, 2 * denominator))`,
      },
      { in_range: `abs(rounded) <= ${LINE_MRR_CENTS_MAX}` },
      {
        mrr: `if(in_range, toInt64(rounded), 0)`,
        kind: `if(in_range, kind_stated, 0)`,
        fault: `if(in_range, fault_stated, 'line-mrr-out-of-range')`,
      },
    ],
    VALIDATED_LINE,
  );
}
