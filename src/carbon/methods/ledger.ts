/** Methods in the ledger: the quantities that they make of the activities that entries bring. */
import type { PostContext } from '../../ledger/types.ts';
import { insertRows, read } from '../sql.ts';
import { FLAGS, QUANTITY_SCALE } from '../tables.ts';
import { expand } from './expand.ts';
import type { Part } from './types.ts';

/** Activities that are expanded at once: bounds memory. */
const ROWS_AT_ONCE = 20_000;

interface Row {
  seq: string;
  origin_seq: string;
  origin_row: number;
  key_hash: string;
  entity: string;
  activity: string;
  quantity: string | null;
  unit: string;
  amount: string | null;
  currency: string;
  start_date: string;
  end_date: string | null;
  country: string;
  region: string;
  supplier: string;
  category: string;
  data_quality: string;
  method: string;
  attributes: Record<string, string>;
}

/** Writes the components of the activities that the entries first..last bring. */
export async function insertComponents(context: PostContext, first: number, last: number): Promise<void> {
  let after: [string, number] = ['0', 0];
  for (;;) {
    const rows = await read<Row>(
      context,
      `
      SELECT seq, origin_seq, origin_row, toString(key_hash) AS key_hash, entity, activity, toString(quantity) AS quantity, unit,
        toString(amount) AS amount, currency, toString(start_date) AS start_date, toString(end_date) AS end_date, country,
        region, supplier, category, data_quality, method, attributes
      FROM activities AS a
      WHERE a.seq BETWEEN {first:UInt64} AND {last:UInt64}
        AND a.sign = 1
        AND a.method != ''
        AND (a.seq, a.origin_row) > ({seq:UInt64}, {row:UInt32})
      ORDER BY a.seq, a.origin_row
      LIMIT ${ROWS_AT_ONCE}`,
      { first, last, seq: after[0], row: after[1] },
    );
    if (rows.length === 0) return;
    await insertRows(context, 'components', rows.flatMap(componentRows));
    const end = rows.at(-1)!;
    after = [end.seq, end.origin_row];
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

function componentRows(row: Row): Array<Record<string, unknown>> {
  const { quantity, unit, amount, activity, method, ...common } = row;
  const expansion = expand(method, { ...row });
  const calculation = method.trim().toLowerCase();
  if ('problem' in expansion) {
    const stated = { activity, quantity, unit, amount };
    return [
      { ...common, ...stated, component: 0, calculation, problem: expansion.problem, words: '', calculation_flags: 0 },
    ];
  }
  return expansion.parts.map((part, i) => ({
    ...common,
    ...measure(part),
    activity: part.activity,
    component: i,
    calculation,
    problem: '',
    words: part.words,
    calculation_flags: flagBits(part),
  }));
}

/** A quantity, or an amount, at the decimals of the stream; rounded half-even once. */
export function measure({ quantity, unit, amount }: Part): {
  quantity: string | null;
  unit: string;
  amount: string | null;
} {
  return {
    quantity: quantity?.toDecimal(QUANTITY_SCALE).toString() ?? null,
    unit: unit ?? '',
    amount: amount?.toDecimal(QUANTITY_SCALE).toString() ?? null,
  };
}

export function flagBits({ flags = [] }: Part): number {
  return flags.reduce((bits, flag) => bits | FLAGS[flag], 0);
}
