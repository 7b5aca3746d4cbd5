/** Money in the ledger: the rates that lines are converted with, and what a newly stated rate or index changes. */
import type { Entry } from '../../journal/types.ts';
import { PRICE_KINDS, RATE_KINDS } from '../../rates/index.ts';
import { methodologyInForce } from '../methodology/ledger.ts';
import { decisions } from '../postings.ts';
import { insertRows, type Place, read } from '../sql.ts';
import { ratesAsOf } from './money.ts';
import { RATES_IN_FORCE } from './table.ts';

/** Entries that state rates or price indices. */
export const MONEY_KINDS: readonly string[] = [...RATE_KINDS, ...PRICE_KINDS];
/** Fractions with more digits than this are rounded, so that products stay within 256 bits. */
const FRACTION_MAX = 10n ** 30n;
const RATE_SCALE = 18;

interface Wanted {
  pair: string;
  day: string;
}

/** Looks up the rates that `rows` (a subquery of activities) need and that no line needed before; they are those as of `seq`. */
export async function lookUpRates(
  place: Place,
  rows: string,
  seq: number,
  parameters: Record<string, unknown>,
): Promise<void> {
  const wanted = await read<Wanted>(
    place,
    `
    SELECT DISTINCT m.fx AS pair, toString(a.start_date) AS day
    FROM ${rows} AS a
    INNER JOIN (SELECT * FROM ${decisions('descriptor, year, fx')} WHERE fx != '') AS m
      ON a.descriptor = m.descriptor AND toYear(a.start_date) = m.year
    WHERE (m.fx, a.start_date) NOT IN (SELECT pair, day FROM ${RATES_IN_FORCE})
    ORDER BY pair, day`,
    { ...parameters, decided: seq },
  );
  await insertRows(place, 'rates_used', await rateRows(place, wanted, seq));
}

/** True when some rate that lines use is another since the entry; writes the reversals and the new ones. */
export async function applyMoneyEntry(place: Place, entry: Entry): Promise<boolean> {
  await insertRows(place, 'money_stated', [{ seq: entry.seq, sign: 1 }]);
  const used = await read<Wanted & { num: string; den: string; words: string }>(
    place,
    `
    SELECT pair, toString(day) AS day, toString(num) AS num, toString(den) AS den, any(words) AS words
    FROM rates_used
    GROUP BY pair, day, num, den
    HAVING sum(sign) > 0
    ORDER BY pair, day`,
  );
  if (used.length === 0) return false;
  const now = await rateRows(place, used, entry.seq);
  const changed = now.flatMap((row, i) => (row.num === used[i]!.num && row.den === used[i]!.den ? [] : [i]));
  await insertRows(
    place,
    'rates_used',
    changed.flatMap((i) => [{ ...used[i]!, seq: entry.seq, sign: -1 }, now[i]!]),
  );
  return changed.length > 0;
}

/** Whether what the entry states is in coefficients: price indices, and rates where the methodology wants yearly averages. */
export async function decidesByMoney(place: Place, entry: Entry): Promise<boolean> {
  if ((PRICE_KINDS as readonly string[]).includes(entry.kind)) return true;
  return (await methodologyInForce(place, entry.seq)).fx === 'year_average';
}

async function rateRows(place: Place, wanted: readonly Wanted[], seq: number) {
  if (wanted.length === 0) return [];
  const rates = await ratesAsOf(place, seq, [...new Set(wanted.flatMap(({ pair }) => pair.split('>')))]);
  return wanted.map(({ pair, day }) => {
    const [from, to] = pair.split('>') as [string, string];
    const conversion = rates.rate(from, to, day);
    const row = { seq, sign: 1, pair, day };
    // No rate: nothing is assumed; lines of that day are held.
    if (!conversion) return { ...row, num: '0', den: '1', words: '' };
    let { num, den } = conversion.rate;
    if (num >= FRACTION_MAX || den >= FRACTION_MAX) {
      const rounded = conversion.rate.toDecimal(RATE_SCALE);
      num = rounded.mantissa;
      den = 10n ** BigInt(rounded.scale);
    }
    const legs = conversion.legs.map((leg) => `1 ${leg.base} = ${leg.rate} ${leg.quote} (${leg.date}, ${leg.source})`);
    return { ...row, num: num.toString(), den: den.toString(), words: legs.join('; ') };
  });
}
