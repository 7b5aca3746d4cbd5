/** Whether a book has changes that are grouped: planning the query for them costs more than most books take to read. */
import { type ReadContext, select } from '../../ledger/index.ts';
import { KeptFigures } from './kept.ts';

const kept = new KeptFigures<boolean>();

/** Whether steps of some customer were ever within `minutes` of one another, reversed ones too. */
export function changesTogether(read: ReadContext, minutes: number): Promise<boolean> {
  const either = (a: boolean, b: boolean) => a || b;
  return kept.at(`${read.database} ${minutes}`, read.seq, (after) => ofEntries(read, minutes, after), either);
}

/** Of the customers who have steps of entries after `after`. */
async function ofEntries(read: ReadContext, minutes: number, after: number): Promise<boolean> {
  const rows = await select<{ found: string }>(
    read.engines,
    read.database,
    `SELECT count() AS found
     FROM (
       SELECT customer_hash
       FROM steps
       WHERE seq <= {seq:UInt64}
         AND ({after:UInt64} = 0 OR customer_hash IN (SELECT customer_hash FROM steps WHERE seq > {after:UInt64} AND seq <= {seq:UInt64}))
       GROUP BY customer_hash, currency
       HAVING arrayExists(x -> x > 0 AND x <= {window:Int64}, arrayDifference(arraySort(groupArray(toUnixTimestamp64Milli(at)))))
     )`,
    { seq: read.seq, after, window: minutes * 60_000 },
  );
  return Number(rows[0]?.found) > 0;
}
