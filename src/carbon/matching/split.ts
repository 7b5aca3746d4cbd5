/**
 * Sums of descriptions split by further conditions that no rule in force asks for: a rule about supplier, entity, data quality or an
 * attribute that is only tried has left no trace in descriptors, so the rows themselves are asked.
 */
import type { ReadContext } from '../../ledger/types.ts';
import { read } from '../sql.ts';
import type { SumsRow } from './preview.ts';
import { type FurtherCondition, refinementBy } from './refine.ts';

interface PartRow {
  match: string;
  facts: string[];
  /** '' for what is posted, else the reason for which it is held. */
  reason: string;
  lines: string;
  used: string;
  quantity: string;
  amount: string;
}

/** Each row as one per set of conditions that hold for its lines, with these added to its facts. */
export async function splitByConditions(
  context: ReadContext,
  rows: readonly SumsRow[],
  conditions: readonly FurtherCondition[],
): Promise<SumsRow[]> {
  if (rows.length === 0 || conditions.length === 0) return [...rows];
  const { facts } = refinementBy(conditions);
  const origins = (table: string) =>
    `SELECT origin_seq, origin_row FROM ${table} WHERE seq <= {seq:UInt64} AND match IN {matches:Array(UInt64)}`;
  const parts = (table: string, columns: string) => `
    SELECT toString(t.match) AS match, a.facts AS facts, ${columns}, toString(sum(t.sign)) AS lines
    FROM ${table} AS t
    INNER JOIN (
      SELECT origin_seq, origin_row, ${facts} AS facts
      FROM activities
      WHERE sign = 1 AND seq <= {seq:UInt64} AND (origin_seq, origin_row) IN (${origins(table)})
    ) AS a ON t.origin_seq = a.origin_seq AND t.origin_row = a.origin_row
    WHERE t.seq <= {seq:UInt64} AND t.match IN {matches:Array(UInt64)}
    GROUP BY match, facts, reason
    HAVING sum(t.sign) != 0`;
  const sum = (column: string) => `coalesce(toString(sum(toDecimal256(t.${column}, 12))), '') AS ${column}`;
  const parameters = { seq: context.seq, matches: rows.map(({ match }) => BigInt(match)) };
  const [posted, held] = await Promise.all([
    read<PartRow>(
      context,
      parts('emissions', `'' AS reason, ${sum('used')}, '' AS quantity, '' AS amount`),
      parameters,
    ),
    read<PartRow>(
      context,
      parts('held', `t.reason AS reason, '' AS used, ${sum('quantity')}, ${sum('amount')}`),
      parameters,
    ),
  ]);
  const byMatch = new Map(rows.map((row) => [row.match, row]));
  return [...posted, ...held].flatMap((part): SumsRow[] => {
    const row = byMatch.get(part.match)!;
    // Lines that are held for their size or their entity stay so whatever factor is chosen.
    if (part.reason !== row.held) return [];
    const { lines, used, quantity, amount } = part;
    const all = [...new Set([...row.facts.map(String), ...part.facts.map(String)])];
    return [
      { ...row, split: true, facts: all, lines, used, quantity, amount, held_lines: row.held === '' ? '0' : lines },
    ];
  });
}
