/**
 * Another time zone moves no amount: movements keep their instants, and only their days change, and what they say of the periods that
 * these fall in. So they are not derived from lines again but from the movements that are posted, a fifth of the rows and none of the rules.
 * Not so where days decide about amounts: exchange rates of converted customers, and whatever the rules in TypeScript derive.
 *
 * Unlike the derivation, which needs each customer's events at once, this looks back one movement and to the beginning of a period: windows
 * over sorted rows take a third of the time of arrays that carry all columns.
 */
import { DERIVED_COLUMNS, SIGNED_COLUMNS } from './derivation.ts';
import { CUSTOMER } from './derivationLines.ts';
import { AT_ZERO, PERIOD_COLUMNS, PERIODS, periodSql } from './periods.ts';
import type { RevenueSettings } from './rules/index.ts';

/** What a time zone decides of a movement. */
const DATED = ['day', 'first_day', ...PERIOD_COLUMNS];
/** The rest, of which it decides nothing. */
const KEPT = DERIVED_COLUMNS.filter((column) => !DATED.includes(column));

/** Movements of a customer in one currency, in their order; the last columns tell apart what happens at one instant, so that every look at them has one order. */
const IN_ORDER = `
  PARTITION BY ${[...CUSTOMER, 'currency'].join(', ')}
  ORDER BY at, subscription_external_id, type, origin_seq, origin_row
  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`;

/** Whether the settings differ in the time zone and in nothing else that movements depend on. */
export function onlyRedated(before: RevenueSettings, after: RevenueSettings): boolean {
  const { weekStartOn, ltvChurnWindow } = after;
  const others = { ...before, timeZone: after.timeZone, weekStartOn, ltvChurnWindow };
  return before.timeZone !== after.timeZone && JSON.stringify(others) === JSON.stringify(after);
}

/** Movements that stand as of the entry before `seq`, amounts not signed. Who has none that were reversed has no others. */
function standing(customers: string, seq: number): string {
  const posted = `${customers} AND seq < ${seq}`;
  const reversed = `customer_hash IN (SELECT customer_hash FROM movements WHERE ${posted} AND sign = -1)`;
  const unsigned = DERIVED_COLUMNS.map((column) =>
    SIGNED_COLUMNS.has(column) ? `${column} * sign AS ${column}` : column,
  ).join(', ');
  return `
    SELECT ${DERIVED_COLUMNS.join(', ')}
    FROM movements
    WHERE ${posted} AND NOT ${reversed}
    UNION ALL
    SELECT ${DERIVED_COLUMNS.join(', ')}
    FROM (SELECT ${unsigned}, sign AS weight FROM (SELECT * FROM movements WHERE ${posted} AND ${reversed}))
    GROUP BY ${DERIVED_COLUMNS.join(', ')}
    HAVING sum(weight) != 0`;
}

/**
 * SELECT of `sign` and the derived columns (amounts signed) of what is to be posted by entry `seq`: movements posted before it whose days or
 * periods are others in the time zone, reversed (-1) and as they then are (1). `customers` is a condition over `customer_hash`.
 */
export function redatedSql(customers: string, seq: number, timeZone: string): string {
  const each = (sql: (name: string, period: (typeof PERIODS)[number]) => string): string =>
    PERIODS.map((period) => sql(period.name, period)).join(',\n      ');
  const was = DATED.map((column) => `${column} AS was_${column}`).join(', ');
  const dated = `
    SELECT
      ${KEPT.join(', ')}, ${was},
      toDate32(at, '${timeZone}') AS new_day,
      if(mrr_after = 0 AND type = 'contraction', toInt64(${AT_ZERO}), mrr_after) AS standing_after,
      toInt64(type = 'churn') AS churn
    FROM (${standing(customers, seq)})`;
  const looked = `
    SELECT
      *,
      row_number() OVER in_order = 1 AS is_first,
      first_value(new_day) OVER in_order AS new_first_day,
      lagInFrame(new_day) OVER in_order AS day_before,
      lagInFrame(standing_after, 1, toInt64(0)) OVER in_order AS standing_before,
      sum(churn) OVER in_order AS churns
    FROM (${dated})
    WINDOW in_order AS (${IN_ORDER})`;
  const begun = `
    SELECT
      *,
      ${each((name, period) => `is_first OR ${periodSql(period, 'new_day')} != ${periodSql(period, 'day_before')} AS begins_${name}`)}
    FROM (${looked})`;
  // What stood at the first movement of the period: the last one that is not null.
  const opened = `
    SELECT
      *,
      ${each(
        (
          name,
        ) => `assumeNotNull(anyLast(if(begins_${name}, standing_before, NULL)) OVER in_order) AS new_opening_${name},
      assumeNotNull(anyLast(if(begins_${name}, churns - churn, NULL)) OVER in_order) AS churns_before_${name}`,
      )}
    FROM (${begun})
    WINDOW in_order AS (${IN_ORDER})`;
  const left = `
    SELECT
      *,
      ${each((name) => `toInt8(new_opening_${name} != 0 AND churns > churns_before_${name} AND standing_after = 0) AS lost_now_${name}`)}
    FROM (${opened})`;
  const lost = `
    SELECT
      *,
      ${each((name) => `toInt8(lost_now_${name} - if(begins_${name}, 0, lagInFrame(lost_now_${name}) OVER in_order)) AS new_lost_${name}`)}
    FROM (${left})
    WINDOW in_order AS (${IN_ORDER})`;
  const value = (column: string): string => {
    const plain = DATED.includes(column) ? `if(sign = 1, new_${column}, was_${column})` : column;
    return SIGNED_COLUMNS.has(column) ? `(${plain}) * sign AS ${column}` : `${plain} AS ${column}`;
  };
  return `
    SELECT sign, ${DERIVED_COLUMNS.map(value).join(', ')}
    FROM (
      SELECT *
      FROM (${lost})
      WHERE ${DATED.map((column) => `new_${column} != was_${column}`).join(' OR ')}
    )
    ARRAY JOIN [toInt8(-1), toInt8(1)] AS sign`;
}
