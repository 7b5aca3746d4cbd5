/** What a carbon ledger amounts to, for comparing it with another one of the same journal. */
import type { PostContext } from '../ledger/types.ts';
import { read } from './sql.ts';
import { CARBON_TABLE_NAMES, MASSES } from './tables.ts';

/** Exact sums and an order-independent hash of the lines of every table, so that any changed amount is found. Two statements for all tables. */
export async function totals(context: PostContext, seq: number): Promise<Record<string, string>> {
  const tables = CARBON_TABLE_NAMES.map((table) => {
    const content = table === 'activities' ? '* EXCEPT attributes, mapKeys(attributes), mapValues(attributes)' : '*';
    return `SELECT '${table}' AS name, toString(count()) AS lines, toString(sum(cityHash64(tuple(${content})))) AS hash
      FROM ${table} WHERE seq <= {seq:UInt64}`;
  });
  const [rows, [sums]] = await Promise.all([
    read<{ name: string; lines: string; hash: string }>(context, tables.join('\nUNION ALL\n'), { seq }),
    read<Record<string, string>>(
      context,
      `SELECT ${MASSES.map((mass) => `toString(sum(toDecimal256(${mass}, 24))) AS ${mass}`).join(', ')} FROM emissions WHERE seq <= {seq:UInt64}`,
      { seq },
    ),
  ]);
  const byName = new Map(rows.map((row) => [row.name, row]));
  const found: Record<string, string> = {};
  for (const table of CARBON_TABLE_NAMES) {
    found[`${table} lines`] = byName.get(table)!.lines;
    found[`${table} hash`] = byName.get(table)!.hash;
  }
  for (const mass of MASSES) found[`emissions ${mass} kg`] = sums![mass]!;
  return found;
}
