/** Totals that two ledgers of the same journal must share, so that any changed amount is found. */
import { type PostContext, select } from '../ledger/index.ts';
import { unprovedPostings } from './difference.ts';
import { revenueStreams } from './streams.ts';

/** Sums of 64-bit hashes of all columns, over rows with seq <= N: independent of order and of parts. */
export async function revenueTotals(context: PostContext, seq: number): Promise<Record<string, string>> {
  const { engines, database } = context;
  const totals: Record<string, string> = {};
  const tables = [...revenueStreams.map((stream) => stream.name), 'movements', 'steps', 'warnings', 'mrr_totals'];
  for (const table of tables) {
    const [row] = await select<{ rows: string; hash: string }>(
      engines,
      database,
      `SELECT count() AS rows, toString(sum(toInt256(sipHash64(${await columns(context, table)})))) AS hash
       FROM ${table}
       WHERE seq <= {seq:UInt64}`,
      { seq },
    );
    totals[`${table}: rows`] = row?.rows ?? '0';
    totals[`${table}: content`] = row?.hash ?? '0';
  }
  const sums = await select<{ currency: string; type: string; cents: string }>(
    engines,
    database,
    `SELECT currency, type, toString(sum(toInt128(amount_cents))) AS cents
     FROM movements
     WHERE seq <= {seq:UInt64}
     GROUP BY currency, type
     ORDER BY currency, type`,
    { seq },
  );
  for (const { currency, type, cents } of sums) totals[`movements: ${currency} ${type} (cents)`] = cents;
  // Names the ledger where there is a difference, so that two ledgers cannot agree on it.
  const unproved = await unprovedPostings(context, seq);
  totals['movements: not as derived by SQL (rows)'] = unproved === 0 ? '0' : `${unproved} in ${database}`;
  return totals;
}

/** Every column, NULL told apart from empty, as arguments of one hash. */
async function columns(context: PostContext, table: string): Promise<string> {
  const found = await select<{ name: string; type: string }>(
    context.engines,
    context.database,
    `SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY name`,
    { table },
  );
  return found
    .map(({ name, type }) => (type.startsWith('Nullable') ? `isNull(${name}), ifNull(toString(${name}), '')` : name))
    .join(', ');
}
