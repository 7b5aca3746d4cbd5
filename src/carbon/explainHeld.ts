/**
 * What is held back, down to the records: `held?<period and filters of the inventory>&reason=…&unit=…&currency=…[&detail=…]`. A group
 * of the review queue names the activity, country and region too.
 */
import type { ExplanationNode, ReadContext } from '../ledger/types.ts';
import { conditions, literal } from './dimensions.ts';
import { heldQuery } from './held.ts';
import { narrowedBy } from './inventory.ts';
import { asOfOf, queryOf } from './refs.ts';
import { read } from './sql.ts';
import { HOLD_WORDS } from './tables.ts';

const CHILDREN_MAX = 50;

export const isHeldRef = (ref: string): boolean => ref.startsWith('held?');

/** @throws FootingError `malformed` for a reference that cannot be read. */
export async function explainHeld(
  context: ReadContext,
  ref: string,
  { limit = CHILDREN_MAX, offset = 0 }: { limit?: number | undefined; offset?: number | undefined } = {},
): Promise<ExplanationNode> {
  const words = new URLSearchParams(ref.slice('held?'.length));
  const key = { reason: '', unit: '', currency: '' };
  for (const name of ['reason', 'unit', 'currency'] as const) {
    key[name] = words.get(name) ?? '';
    words.delete(name);
  }
  const detail = words.get('detail');
  words.delete('detail');
  if (words.has('as_of')) context = { ...context, seq: asOfOf(words, context.seq) };
  const query = await narrowedBy(context, queryOf(words));
  const { where, parameters } = conditions(heldQuery(query), context.seq);
  const found = await read<
    Record<
      'seq' | 'row' | 'held_lines' | 'quantity' | 'amount' | 'records' | 'all_lines' | 'all_quantity' | 'all_amount',
      string
    >
  >(
    context,
    `
SELECT toString(origin_seq) AS seq, toString(origin_row) AS row, toString(lines) AS held_lines, toString(sum_quantity) AS quantity,
  toString(sum_amount) AS amount, toString(count() OVER ()) AS records, toString(sum(lines) OVER ()) AS all_lines,
  toString(sum(sum_quantity) OVER ()) AS all_quantity, toString(sum(sum_amount) OVER ()) AS all_amount
FROM (
  SELECT t.origin_seq AS origin_seq, t.origin_row AS origin_row, sum(t.sign) AS lines,
    sum(toDecimal256(t.quantity, 12)) AS sum_quantity, sum(toDecimal256(t.amount, 12)) AS sum_amount
  FROM held AS t
  INNER JOIN (SELECT DISTINCT match, detail, country, region, activity FROM matches WHERE sign = 1) AS m ON t.match = m.match
  WHERE ${where}
    AND t.reason = {reason:String} AND t.unit = {unit:String} AND t.currency = {currency:String}
    ${detail === null ? '' : 'AND m.detail = {detail:String}'}
  GROUP BY origin_seq, origin_row
  HAVING lines != 0
)
ORDER BY origin_seq, origin_row
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...parameters, ...key, ...(detail === null ? {} : { detail }), limit, offset },
  );
  const names = await namesOf(context, found);
  const first = found[0];
  const amounts = (quantity: string | undefined, amount: string | undefined): Array<[string, string]> => [
    ...(quantity ? [['quantity', `${quantity} ${key.unit}`] as [string, string]] : []),
    ...(amount ? [['amount', `${amount} ${key.currency}`] as [string, string]] : []),
  ];
  return {
    kind: 'figure',
    ref,
    title: `Held back: ${HOLD_WORDS[key.reason] ?? key.reason}`,
    value: first?.all_lines ?? '0',
    unit: first?.all_lines === '1' ? 'line' : 'lines',
    words:
      'Activities that are in no total until somebody decides on them, or states them anew. A line is what one of them has in a month.',
    facts: amounts(first?.all_quantity, first?.all_amount),
    children: found.map((row) => ({
      kind: 'record',
      ref: `record/activities/${row.seq}.${row.row}`,
      title: `Activity ${names.get(`${row.seq}.${row.row}`) ?? ''}`,
      value: row.held_lines,
      unit: row.held_lines === '1' ? 'line' : 'lines',
      words: null,
      facts: amounts(row.quantity, row.amount),
      children: [],
      childrenTotal: 0,
    })),
    childrenTotal: Number(first?.records ?? 0),
  };
}

async function namesOf(context: ReadContext, rows: ReadonlyArray<{ seq: string; row: string }>) {
  if (rows.length === 0) return new Map<string, string>();
  const places = rows.map(({ seq, row }) => `${seq}.${row}`);
  const found = await read<{ place: string; external_id: string }>(
    context,
    `SELECT concat(toString(origin_seq), '.', toString(origin_row)) AS place, external_id
     FROM activities
     WHERE sign = 1 AND origin_seq IN {seqs:Array(UInt64)} AND origin_row IN {rows:Array(UInt32)} AND place IN ${literal(places)}`,
    { seqs: [...new Set(rows.map(({ seq }) => BigInt(seq)))], rows: [...new Set(rows.map(({ row }) => Number(row)))] },
  );
  return new Map(found.map(({ place, external_id }) => [place, external_id]));
}
