/**
 * Another time zone moves no amount: movements keep their instants, and only their days change, and what they say of the periods that
 * these fall in. So they are not derived from lines again but from the movements that are posted, a fifth of the rows and none of the rules.
 * Not so where days decide about amounts: exchange rates of converted customers, and whatever the rules in TypeScript derive.
 */
import { DERIVED_COLUMNS, endsRun, only, periodLayers, previous, SIGNED_COLUMNS } from './derivation.ts';
import { CUSTOMER, layered } from './derivationLines.ts';
import { AT_ZERO, PERIOD_COLUMNS } from './periods.ts';
import type { RevenueSettings } from './rules/index.ts';

/** What a time zone decides of a movement. */
const DATED = ['day', 'first_day', ...PERIOD_COLUMNS];
const GROUPED = [...CUSTOMER, 'currency'];
/** The rest of a movement, of which the time zone decides nothing. */
const KEPT = DERIVED_COLUMNS.filter((column) => !GROUPED.includes(column) && !DATED.includes(column));
const CONTENT = [...KEPT, ...DATED];

/** Position of a column in the tuples that stand for movements, from 1. */
const place = (column: string): number => CONTENT.indexOf(column) + 1;
const of = (movement: string, column: string): string => `${movement}.${place(column)}`;

/** Whether the settings differ in the time zone and in nothing else that movements depend on. */
export function onlyRedated(before: RevenueSettings, after: RevenueSettings): boolean {
  const { weekStartOn, ltvChurnWindow } = after;
  const others = { ...before, timeZone: after.timeZone, weekStartOn, ltvChurnWindow };
  return before.timeZone !== after.timeZone && JSON.stringify(others) === JSON.stringify(after);
}

/**
 * SELECT of `sign` and the derived columns (amounts signed) of what is to be posted by entry `seq`: movements posted before it whose days or
 * periods are others in the time zone, reversed (-1) and as they then are (1). `customers` is a condition over `customer_hash`.
 */
export function redatedSql(customers: string, seq: number, timeZone: string): string {
  const unsigned = CONTENT.map((column) => (SIGNED_COLUMNS.has(column) ? `toInt64(${column} * sign)` : column));
  const dayOf = (milliseconds: string) => `toDate32(fromUnixTimestamp64Milli(${milliseconds}, '${timeZone}'))`;
  const dated = (movement: string) => `(${DATED.map((column) => of(movement, column)).join(', ')})`;
  const redated = layered(
    `
    SELECT ${GROUPED.join(', ')}, groupArray((sign, (${unsigned.join(', ')}))) AS signed
    FROM movements
    WHERE ${customers} AND seq < ${seq}
    GROUP BY ${GROUPED.join(', ')}
    HAVING countIf(${dayOf('toUnixTimestamp64Milli(at)')} != day) > 0`,
    [...GROUPED, 'signed'],
    [
      // What was posted and reversed stands no more.
      { sorted: `if(has(signed.1, -1), arraySort(s -> s.2, signed), [])` },
      { summed: 'arrayCumSum(sorted.1)', last: endsRun('sorted.2') },
      { sums: only('summed', 'last'), kinds: only('sorted.2', 'last') },
      {
        standing: `if(
          empty(sorted), signed.2,
          arrayFilter((c, s, p) -> s != p, kinds, sums, ${previous('sums', 'toInt64(0)')})
        )`,
      },
      { movements: `arraySort(m -> (${of('m', 'at')}, ${of('m', 'subscription_external_id')}), standing)` },
      {
        days: `arrayMap(m -> ${dayOf(`toUnixTimestamp64Milli(${of('m', 'at')})`)}, movements)`,
        standing_after: `arrayMap(
          m -> if(${of('m', 'mrr_after')} = 0 AND ${of('m', 'type')} = 'contraction', toInt64(${AT_ZERO}), ${of('m', 'mrr_after')}),
          movements
        )`,
        churns: `arrayCumSum(arrayMap(m -> toInt64(${of('m', 'type')} = 'churn'), movements))`,
      },
      {
        standing_before: previous('standing_after', 'toInt64(0)'),
        churns_before: `arrayMap((c, m) -> c - toInt64(${of('m', 'type')} = 'churn'), churns, movements)`,
      },
      ...periodLayers(),
      {
        changed: `arrayFilter(
          x -> ${dated('x.1')} != x.2,
          arrayMap(
            (m, d, ${PERIOD_COLUMNS.join(', ')}) -> (m, (d, days[1], ${PERIOD_COLUMNS.join(', ')})),
            movements, days, ${PERIOD_COLUMNS.join(', ')}
          )
        )`,
      },
    ],
    [...GROUPED, 'changed'],
  );
  const value = (column: string): string => {
    if (GROUPED.includes(column)) return column;
    const dating = DATED.indexOf(column);
    const plain = dating < 0 ? of('pair.1', column) : `if(sign = 1, pair.2.${dating + 1}, ${of('pair.1', column)})`;
    return `${SIGNED_COLUMNS.has(column) ? `(${plain}) * sign` : plain} AS ${column}`;
  };
  return `
    SELECT sign, ${DERIVED_COLUMNS.map(value).join(', ')}
    FROM (SELECT ${GROUPED.join(', ')}, pair FROM (${redated}) ARRAY JOIN changed AS pair)
    ARRAY JOIN [toInt8(-1), toInt8(1)] AS sign`;
}
