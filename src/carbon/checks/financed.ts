/** Data quality of financed emissions (PCAF): sum(outstanding × score) / sum(outstanding), by the currency of the outstanding amounts. */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef } from '../dimensions.ts';
import { read } from '../sql.ts';
import { LIVE } from './lines.ts';
import { kindOfQuality, percent, weightedScore } from './quality.ts';

export interface FinancedQuality {
  /** As stated on the activities; '' where none is. Amounts of different currencies are not added up. */
  currency: string;
  /** Outstanding amounts of the investments and loans that begin in the months. */
  outstanding: string;
  /** What of it has a score, percent, two decimals. */
  scored_percent: string | null;
  /** 1 (verified, of the investee) to 5 (average of an asset class), weighted by the outstanding amounts; nine decimals. */
  score: string | null;
  /** The financed emissions, for `footing explain`. */
  ref: string;
}

/** What stands in for the amount: numbers as inputs of methods are written. */
const OUTSTANDING = "toDecimal128OrNull(trimBoth(attributes['outstanding']), 12)";

/** Of all activities with the method `financed` in the months, whatever the boundary. */
export async function financedQuality(
  context: ReadContext,
  { from, to, gwp }: InventoryQuery,
): Promise<FinancedQuality[]> {
  const rows = await read<{ currency_: string; quality: string; outstanding: string }>(
    context,
    `
SELECT toString(currency) AS currency_, toString(data_quality) AS quality, toString(sum(toDecimal256(${OUTSTANDING}, 12))) AS outstanding
FROM activities
WHERE ${LIVE}
  AND lower(trimBoth(toString(method))) = 'financed' AND ${OUTSTANDING} IS NOT NULL
  AND substring(toString(start_date), 1, 7) BETWEEN {from:String} AND {to:String}
GROUP BY currency_, quality
ORDER BY currency_, quality`,
    { seq: context.seq, from: from ?? '0000-00', to: to ?? '9999-99' },
  );
  const ref = inventoryRef(
    {
      ...(gwp === undefined ? {} : { gwp }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      filters: { category: ['15'], method: ['pcaf'] },
    },
    {},
  );
  return [...new Set(rows.map(({ currency_ }) => currency_))].map((currency) => {
    const of = rows
      .filter(({ currency_ }) => currency_ === currency)
      .map(({ quality, outstanding }) => ({ quality, weight: Decimal.parse(outstanding) }));
    const scored = of.filter(({ quality }) => kindOfQuality(quality) === 'score');
    const sum = (some: typeof of) => sumDecimals(some.map(({ weight }) => weight));
    const score = weightedScore(
      scored.map(({ quality, weight }) => ({ weight, score: Decimal.parse(quality.trim()) })),
    );
    return {
      currency,
      outstanding: sum(of).toString(),
      scored_percent: percent(sum(scored), sum(of)),
      score: score === null ? null : score.toDecimal(9).toString(),
      ref,
    };
  });
}
