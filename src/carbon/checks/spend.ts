/** The share of primary data by spend: of what was paid, how much is calculated from what its supplier says. */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef, literal } from '../dimensions.ts';
import { read } from '../sql.ts';
import { LIVE } from './lines.ts';
import { isPrimary, PRIMARY_METHOD, percent } from './quality.ts';

export interface SpendQuality {
  currency: string;
  /** Amounts of the activities that begin in the months; what is held back or has no effect is among them. */
  amount: string;
  /** Percent of it, two decimals; null when the amount is 0. */
  primary_percent: string | null;
  /** For `footing explain`: both kinds of data, and their activities. */
  ref: string;
}

/** Activities of one kind of data: what they say of it, and whether their supplier's own figure is used. */
export interface SpendRow {
  currency_: string;
  quality: string;
  of_supplier: number;
  amount_: string;
}

/** What a decision for its supplier's own figure says of a descriptor. */
const OF_SUPPLIER = `descriptor IN (
    SELECT descriptor FROM matches WHERE sign = 1 AND seq <= {seq:UInt64} AND held = '' AND method = '${PRIMARY_METHOD}' AND match NOT IN (
      SELECT match FROM matches WHERE sign = -1 AND seq <= {seq:UInt64}))`;

/** Select list of what tells kinds of data apart, and the activities meant. */
export function spendParts({ from, to, filters }: InventoryQuery, seq: number) {
  const entities = filters?.entity;
  return {
    kind: `toString(currency) AS currency_, toString(data_quality) AS quality, ${OF_SUPPLIER} AS of_supplier`,
    where: `${LIVE} AND amount IS NOT NULL
  AND substring(toString(start_date), 1, 7) BETWEEN {from:String} AND {to:String}
  AND ${entities === undefined ? '1' : `toString(entity) IN ${literal(entities)}`}`,
    parameters: { seq, from: from ?? '0000-00', to: to ?? '9999-99' },
  };
}

export const isPrimarySpend = ({ quality, of_supplier }: SpendRow): boolean =>
  isPrimary(quality, of_supplier ? PRIMARY_METHOD : '');

export const spendSum = (rows: readonly SpendRow[]): Decimal =>
  sumDecimals(rows.map(({ amount_ }) => Decimal.parse(amount_)));

/** Amounts by kind of data, of all activities that have one, whatever the boundary. */
export function spendRows(context: ReadContext, query: InventoryQuery): Promise<SpendRow[]> {
  const { kind, where, parameters } = spendParts(query, context.seq);
  return read<SpendRow>(
    context,
    `
SELECT ${kind}, toString(sum(toDecimal256(amount, 12))) AS amount_
FROM activities
WHERE ${where}
GROUP BY currency_, quality, of_supplier
ORDER BY currency_, quality, of_supplier`,
    parameters,
  );
}

/** Amounts of different currencies are not added up. */
export async function spendQuality(context: ReadContext, query: InventoryQuery): Promise<SpendQuality[]> {
  const rows = await spendRows(context, query);
  return [...Map.groupBy(rows, ({ currency_ }) => currency_)].map(([currency, of]) => {
    const sum = spendSum(of);
    return {
      currency,
      amount: sum.toString(),
      primary_percent: percent(spendSum(of.filter(isPrimarySpend)), sum),
      ref: spendRef(currency, 'all', query),
    };
  });
}

/** Of one currency: all of it, or only what is known from primary data, or what is not. */
export type SpendKind = 'all' | 'primary' | 'other';

export function spendRef(currency: string, kind: SpendKind, query: InventoryQuery): string {
  const { from, to, filters } = query;
  const asked = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(filters?.entity === undefined ? {} : { filters: { entity: filters.entity } }),
  };
  return `spend/${encodeURIComponent(currency)}/${kind}?${inventoryRef(asked, {}).slice('inventory?'.length)}`;
}
