/** What was paid, by kind of data and down to the activities: `spend/<currency>/<all|primary|other>?from=…&to=…&entity=…`. */
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, literal } from '../dimensions.ts';
import { asOfOf, queryOf } from '../refs.ts';
import { read } from '../sql.ts';
import { isPrimarySpend, type SpendKind, type SpendRow, spendParts, spendRef, spendRows, spendSum } from './spend.ts';

const CHILDREN_MAX = 50;
const TITLES: Record<SpendKind, string> = {
  all: 'Spend',
  primary: 'Spend known from primary data',
  other: 'Spend not known from primary data',
};

export const isSpendRef = (ref: string): boolean => ref.startsWith('spend/');

/** @throws FootingError `malformed` for a reference that cannot be read. */
export async function explainSpend(
  context: ReadContext,
  ref: string,
  { limit = CHILDREN_MAX, offset = 0 }: { limit?: number | undefined; offset?: number | undefined } = {},
): Promise<ExplanationNode> {
  const [path = '', text = ''] = ref.slice('spend/'.length).split('?');
  const at = path.lastIndexOf('/');
  const [currency, kind] = [decoded(path.slice(0, at), ref), kindOf(path.slice(at + 1))];
  const words = new URLSearchParams(text);
  if (words.has('as_of')) context = { ...context, seq: asOfOf(words, context.seq) };
  const query = queryOf(words);
  const rows = (await spendRows(context, query)).filter(({ currency_ }) => currency_ === currency);
  const of = rows.filter((row) => kind === 'all' || isPrimarySpend(row) === (kind === 'primary'));
  const found = kind === 'all' ? bothKinds(rows, currency, query) : await activities(context, query, of, limit, offset);
  return {
    kind: 'figure',
    ref,
    title: `${TITLES[kind]}, ${currency}`,
    value: spendSum(of).toString(),
    unit: currency,
    words:
      'Of the activities that state an amount and begin in the period, whatever the boundary; what is held back or has no effect is among them.',
    facts: [['period', `${query.from ?? 'the beginning'} to ${query.to ?? 'the end'}`]],
    ...found,
  };
}

function bothKinds(rows: readonly SpendRow[], currency: string, query: InventoryQuery) {
  const children = (['primary', 'other'] as const).flatMap((kind) => {
    const of = rows.filter((row) => isPrimarySpend(row) === (kind === 'primary'));
    if (of.length === 0) return [];
    return node('part', spendRef(currency, kind, query), TITLES[kind], spendSum(of).toString(), currency);
  });
  return { children, childrenTotal: children.length };
}

/** The activities of these kinds, those with the largest amounts first. */
async function activities(
  context: ReadContext,
  query: InventoryQuery,
  kinds: readonly SpendRow[],
  limit: number,
  offset: number,
) {
  if (kinds.length === 0) return { children: [], childrenTotal: 0 };
  const { kind, where, parameters } = spendParts(query, context.seq);
  const wanted = literal(
    kinds.map(({ currency_, quality, of_supplier }) => [currency_, quality, of_supplier].join('\n')),
  );
  const found = await read<Record<'seq' | 'row' | 'external_id' | 'activity' | 'amount_' | 'all', string>>(
    context,
    `
SELECT toString(origin_seq) AS seq, toString(origin_row) AS row, external_id, activity, amount_, toString(count() OVER ()) AS all
FROM (
  SELECT origin_seq, origin_row, external_id, toString(activity) AS activity, toString(amount) AS amount_, ${kind}
  FROM activities
  WHERE ${where}
)
WHERE concat(currency_, '\\n', quality, '\\n', toString(of_supplier)) IN ${wanted}
ORDER BY abs(toDecimal256(amount_, 12)) DESC, origin_seq, origin_row
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { ...parameters, limit, offset },
  );
  const children = found.map(({ seq, row, external_id, activity, amount_ }) =>
    node('record', `record/activities/${seq}.${row}`, `${external_id}, ${activity}`, amount_, kinds[0]!.currency_),
  );
  return { children, childrenTotal: Number(found[0]?.all ?? 0) };
}

function kindOf(text: string): SpendKind {
  if (Object.hasOwn(TITLES, text)) return text as SpendKind;
  throw new FootingError('malformed', `There is no such kind of spend: ${shown(text)}`);
}

function decoded(text: string, ref: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FootingError('malformed', `Not a reference: ${shown(ref)}`);
  }
}

const node = (
  kind: ExplanationNode['kind'],
  ref: string,
  title: string,
  value: string,
  unit: string,
): ExplanationNode => ({ kind, ref, title, value, unit, words: null, facts: [], children: [], childrenTotal: 0 });
