/**
 * Amounts by the day on which their activities begin. What a factor in another currency would give is worked out of these: every
 * amount is converted at the rate of its day, which a sum over days does not tell.
 */
import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { keptWhileHeld } from '../keptHeld.ts';
import { read } from '../sql.ts';
import { atRateOf, type MatchingState } from './state.ts';

export interface DaySum {
  day: string;
  amount: string;
}

interface DayRow extends DaySum {
  match: string;
  held: string;
}

/**
 * What stands under these decisions by day; `of(match, held)` with `held` empty for what is posted. `onlyHeld` spares reading the lines:
 * they are not in the order of decisions.
 */
export async function amountsByDay(
  context: ReadContext,
  matches: readonly string[],
  onlyHeld = false,
): Promise<{ of(match: string, held: string): DaySum[] | undefined }> {
  const found = new Map<string, DaySum[]>();
  if (matches.length > 0) {
    for (const { match, held, day, amount } of await readDays(context, matches, onlyHeld)) {
      const key = `${match} ${held}`;
      const days = found.get(key);
      if (days) days.push({ day, amount });
      else found.set(key, [{ day, amount }]);
    }
  }
  return { of: (match, held) => found.get(`${match} ${held}`) };
}

function readDays(context: ReadContext, matches: readonly string[], onlyHeld: boolean): Promise<DayRow[]> {
  const query = daysQuery(onlyHeld);
  const make = () => read<DayRow>(context, query, { seq: context.seq, matches: matches.map(BigInt) });
  return onlyHeld ? keptWhileHeld(context, JSON.stringify(['days', matches]), make) : make();
}

function daysQuery(onlyHeld: boolean): string {
  const held = `
    SELECT origin_seq, origin_row, sign, match, toString(reason) AS reason, toDecimal256(coalesce(amount, 0), 12) AS amount
    FROM held
    WHERE seq <= {seq:UInt64} AND match IN {matches:Array(UInt64)}`;
  const posted = `
    SELECT origin_seq, origin_row, sign, match, '' AS reason, toDecimal256(used, 12) AS amount
    FROM emissions
    WHERE seq <= {seq:UInt64} AND match IN {matches:Array(UInt64)}`;
  const lines = onlyHeld ? held : `${posted}\n    UNION ALL${held}`;
  return `
    SELECT toString(t.match) AS match, t.reason AS held, toString(a.start_date) AS day, toString(sum(t.amount)) AS amount
    FROM (${lines}) AS t
    INNER JOIN (
      SELECT origin_seq, origin_row, start_date
      FROM activities
      WHERE sign = 1 AND seq <= {seq:UInt64} AND (origin_seq, origin_row) IN (SELECT origin_seq, origin_row FROM (${lines}))
    ) AS a ON t.origin_seq = a.origin_seq AND t.origin_row = a.origin_row
    GROUP BY match, held, day
    HAVING sum(t.sign) != 0
    ORDER BY match, held, day`;
}

/** The sum of amounts, each at the rate of its day; undefined when a day has none. */
export function convertedByDay(
  days: readonly DaySum[],
  pair: string,
  rate: MatchingState['rate'],
): Decimal | undefined {
  let sum = Decimal.ZERO;
  for (const { day, amount } of days) {
    const converted = atRateOf(Decimal.parse(amount), pair, day, rate);
    if (!converted) return undefined;
    sum = sum.add(converted);
  }
  return sum;
}
