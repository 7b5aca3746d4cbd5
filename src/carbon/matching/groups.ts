/** What is held because no factor is decided on, grouped by what the activities say: the rows of the review queue. */
import type { ReadContext } from '../../ledger/types.ts';
import { keptWhileHeld } from '../keptHeld.ts';
import { decisions } from '../postings.ts';
import { readLimited } from '../sql.ts';
import type { amountsByDay } from './byDay.ts';
import { DESCRIPTOR_ANY, DESCRIPTOR_SELECT, type DescriptorRow } from './descriptor.ts';
import type { Sum } from './effects.ts';

/** Holds that a choice of factor cannot lift. */
const NOT_FOR_REVIEW = ['left_out', 'no_potential', 'out_of_range'];

/** A group; `years` and the arrays after it stand side by side. */
export interface GroupRow extends DescriptorRow {
  descriptor: string;
  held: string;
  detail: string;
  lines: string;
  quantity: string | null;
  amount: string | null;
  years: number[];
  matches: string[];
  year_quantities: string[];
  year_amounts: string[];
}

interface GroupPage {
  order: 'lines' | 'amount' | 'quantity';
  limit: number;
  offset: number;
  /** Only this group. */
  descriptor?: string;
}

/** One group, where anything of it is held. */
export async function readGroup(context: ReadContext, descriptor: string): Promise<GroupRow | undefined> {
  return (await readGroups(context, { order: 'lines', limit: 1, offset: 0, descriptor })).rows[0];
}

/** A page of the groups, the largest first, and how many there are. */
export function readGroups(
  context: ReadContext,
  { order, limit, offset, descriptor }: GroupPage,
): Promise<{ rows: GroupRow[]; total: number }> {
  const byYear = `
    SELECT m.descriptor AS descriptor, m.year AS year, toString(any(m.match)) AS match_, any(m.held) AS held,
      any(m.detail) AS detail, ${DESCRIPTOR_ANY}, sum(t.sign) AS lines,
      sum(toDecimal256(t.quantity, 12)) AS quantity, sum(toDecimal256(t.amount, 12)) AS amount
    FROM held AS t
    INNER JOIN (
      SELECT match, descriptor, year, held, detail, ${DESCRIPTOR_SELECT}
      FROM ${decisions('*')}
      WHERE held != '' AND held NOT IN {others:Array(String)}
        ${descriptor === undefined ? '' : 'AND descriptor = {descriptor:UInt64}'}
    ) AS m ON t.match = m.match
    WHERE t.seq <= {seq:UInt64} AND t.reason = m.held
    GROUP BY descriptor, year
    HAVING lines != 0`;
  const first = order === 'lines' ? '' : `abs(coalesce(q_${order}, 0)) DESC, `;
  const query = `
    SELECT descriptor, ${DESCRIPTOR_ANY}, any(held) AS held, any(detail) AS detail,
      toString(sum(i.lines)) AS lines, sum(i.quantity) AS q_quantity, sum(i.amount) AS q_amount,
      toString(q_quantity) AS quantity, toString(q_amount) AS amount,
      groupArray(i.year) AS years, groupArray(i.match_) AS matches,
      groupArray(coalesce(toString(i.quantity), '')) AS year_quantities,
      groupArray(coalesce(toString(i.amount), '')) AS year_amounts
    FROM (SELECT * FROM (${byYear}) ORDER BY descriptor, year) AS i
    GROUP BY descriptor
    ORDER BY ${first}sum(i.lines) DESC, activity, descriptor
    LIMIT {limit:UInt32} OFFSET {offset:UInt32}`;
  const parameters = { seq: context.seq, decided: context.seq, others: NOT_FOR_REVIEW, limit, offset };
  const one = descriptor === undefined ? {} : { descriptor: BigInt(descriptor) };
  return keptWhileHeld(context, JSON.stringify(['queue', order, limit, offset, descriptor]), () =>
    readLimited<GroupRow>(context, query, { ...parameters, ...one }),
  );
}

/** What a group holds in each of its years. */
export function sumsOf(row: GroupRow, days: Awaited<ReturnType<typeof amountsByDay>>): Sum[] {
  return row.years.map((year, i) => ({
    year,
    quantity: row.year_quantities[i]!,
    amount: row.year_amounts[i]!,
    days: days.of(row.matches[i]!, row.held),
  }));
}
