/** The total with market-based scope 2, by scope: `total?<the inventory's own words>&methodology=name@version`. */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/types.ts';
import { inventory } from '../inventory.ts';
import { methodologyInForce, methodologyNamed } from '../methodology/ledger.ts';
import { asOfOf, queryOf } from '../refs.ts';
import { scope2Statement } from './statement.ts';

export const isMarketTotalRef = (ref: string): boolean => ref.startsWith('total?');

/** A reference to the total of an inventory, itself named by `ref`, with market-based in place of location-based scope 2. */
export function marketTotalRef(ref: string, methodology: string): string {
  const words = new URLSearchParams(ref.slice('inventory?'.length));
  words.set('methodology', methodology);
  return `total?${words}`;
}

export async function explainMarketTotal(context: ReadContext, ref: string): Promise<ExplanationNode> {
  const words = new URLSearchParams(ref.slice('total?'.length));
  if (words.has('as_of')) context = { ...context, seq: asOfOf(words, context.seq) };
  const named = words.get('methodology');
  words.delete('methodology');
  const methodology =
    named === null
      ? await methodologyInForce(context, context.seq)
      : await methodologyNamed(context, named, context.seq);
  const query = queryOf(words);
  const [{ rows, total }, scope2] = await Promise.all([
    inventory(context, { ...query, groupBy: ['scope'] }),
    scope2Statement(context, query, { methodology }),
  ]);
  const part = (title: string, figures: { co2e_kg: string; lines: number; ref: string }): ExplanationNode => ({
    kind: 'part',
    ref: figures.ref,
    title,
    value: figures.co2e_kg,
    unit: 'kg CO2e',
    words: null,
    facts: [['lines', String(figures.lines)]],
    children: [],
    childrenTotal: 0,
  });
  const others = rows.filter(({ keys }) => keys.scope !== 'outside' && !(keys.scope === '2' && scope2));
  const children = [
    ...others.map((row) => part(`Scope ${row.keys.scope}`, row)),
    ...(scope2 ? [part('Scope 2, market-based', scope2.market_based)] : []),
  ].sort((a, b) => (a.title < b.title ? -1 : 1));
  return {
    kind: 'figure',
    ref,
    title: 'Greenhouse-gas inventory with market-based scope 2',
    value: sumDecimals(children.map(({ value }) => Decimal.parse(value!))).toString(),
    unit: 'kg CO2e',
    words: `With location-based scope 2 it is ${total.co2e_kg} kg.`,
    facts: [['methodology', scope2?.methodology ?? '']],
    children,
    childrenTotal: children.length,
  };
}
