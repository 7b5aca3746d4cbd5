/** The share of primary data by spend: of what was paid, how much is calculated from what its supplier says. */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, literal } from '../dimensions.ts';
import { read } from '../sql.ts';
import { LIVE } from './lines.ts';
import { isPrimary, PRIMARY_METHOD, percent } from './quality.ts';

export interface SpendQuality {
  currency: string;
  /** Amounts of the activities that begin in the months; what is held back or has no effect is among them. */
  amount: string;
  /** Percent of it, two decimals; null when the amount is 0. */
  primary_percent: string | null;
}

/** Of all activities with an amount, whatever the boundary; amounts of different currencies are not added up. */
export async function spendQuality(
  context: ReadContext,
  { from, to, filters }: InventoryQuery,
): Promise<SpendQuality[]> {
  const entities = filters?.entity;
  const rows = await read<{ currency_: string; quality: string; of_supplier: number; amount_: string }>(
    context,
    `
SELECT toString(currency) AS currency_, toString(data_quality) AS quality,
  descriptor IN (
    SELECT descriptor FROM matches WHERE sign = 1 AND seq <= {seq:UInt64} AND held = '' AND method = '${PRIMARY_METHOD}' AND match NOT IN (
      SELECT match FROM matches WHERE sign = -1 AND seq <= {seq:UInt64})) AS of_supplier,
  toString(sum(toDecimal256(amount, 12))) AS amount_
FROM activities
WHERE ${LIVE} AND amount IS NOT NULL
  AND substring(toString(start_date), 1, 7) BETWEEN {from:String} AND {to:String}
  AND ${entities === undefined ? '1' : `toString(entity) IN ${literal(entities)}`}
GROUP BY currency_, quality, of_supplier
ORDER BY currency_, quality, of_supplier`,
    { seq: context.seq, from: from ?? '0000-00', to: to ?? '9999-99' },
  );
  return [...Map.groupBy(rows, ({ currency_ }) => currency_)].map(([currency, of]) => {
    const sum = (some: typeof of) => sumDecimals(some.map(({ amount_ }) => Decimal.parse(amount_)));
    const primary = of.filter(({ quality, of_supplier }) => isPrimary(quality, of_supplier ? PRIMARY_METHOD : ''));
    return { currency, amount: sum(of).toString(), primary_percent: percent(sum(primary), sum(of)) };
  });
}
