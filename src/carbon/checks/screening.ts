/** Screening: every category of scope 3 has either figures or a reason why it has none. */
import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { InventoryQuery } from '../dimensions.ts';
import { inventory } from '../inventory.ts';
import { read } from '../sql.ts';
import type { ScreeningStatus } from './streams.ts';

/** Names of the GHG Protocol's Scope 3 Standard. */
export const CATEGORY_NAMES: readonly string[] = [
  'Purchased goods and services',
  'Capital goods',
  'Fuel- and energy-related activities',
  'Upstream transportation and distribution',
  'Waste generated in operations',
  'Business travel',
  'Employee commuting',
  'Upstream leased assets',
  'Downstream transportation and distribution',
  'Processing of sold products',
  'Use of sold products',
  'End-of-life treatment of sold products',
  'Downstream leased assets',
  'Franchises',
  'Investments',
];

export interface ScreenedCategory {
  category: number;
  name: string;
  status: ScreeningStatus | 'not_screened';
  reason: string;
  estimate_t: string | null;
  co2e_t: string;
  lines: number;
  /** The figure, for `footing explain`; null where there are no lines. */
  ref: string | null;
  /** What does not go together; '' when nothing. */
  problem: string;
}

/** All 15 categories with what is stated about them and what the inventory has. */
export async function screeningOf(context: ReadContext, query: InventoryQuery): Promise<ScreenedCategory[]> {
  const [statement, stated] = await Promise.all([
    inventory(context, { ...query, groupBy: ['category'], filters: { ...query.filters, scope: ['3'] } }),
    read<{ category: string; status: ScreeningStatus; reason: string; estimate: string | null }>(
      context,
      `SELECT category, status, reason, toString(estimate_t) AS estimate
       FROM screening
       WHERE sign = 1 AND seq <= {seq:UInt64}
         AND (origin_seq, origin_row) NOT IN (SELECT origin_seq, origin_row FROM screening WHERE sign = -1 AND seq <= {seq:UInt64})
       ORDER BY origin_seq, origin_row`,
      { seq: context.seq },
    ),
  ]);
  const saidOf = new Map(stated.map((row) => [row.category, row]));
  return CATEGORY_NAMES.map((name, i) => {
    const category = i + 1;
    const said = saidOf.get(String(category));
    const row = statement.rows.find(({ keys }) => keys.category === String(category));
    const lines = row?.lines ?? 0;
    const status = said?.status ?? 'not_screened';
    return {
      category,
      name,
      status,
      reason: said?.reason ?? '',
      estimate_t: said?.estimate ?? null,
      co2e_t: row?.co2e_t ?? '0',
      lines,
      ref: lines === 0 ? null : row!.ref,
      problem: problemOf(status, lines, Decimal.parse(row?.co2e_t ?? '0')),
    };
  });
}

function problemOf(status: ScreenedCategory['status'], lines: number, co2e: Decimal): string {
  if (lines === 0 && status === 'not_screened') return 'It has no lines and no reason is stated.';
  if (lines === 0 && status === 'relevant') return 'It is said to be relevant and has no lines.';
  if (lines > 0 && status === 'not_applicable' && !co2e.isZero()) return 'It is said not to apply and has lines.';
  if (lines > 0 && status === 'no_data') return 'It is said to have no data and has lines.';
  return '';
}
