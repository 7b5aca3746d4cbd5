/** Market-based lines as a query counts them: at the part of each line that counts, divided where the parts of a use are told apart. */

import { Decimal } from '../../kernel/decimal.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { SumRow } from '../figures.ts';
import { type InventoryQuery, narrowedBy } from '../inventory.ts';
import { MASSES, type Mass } from '../tables.ts';
import { type Weights, weightsFor } from '../weights.ts';
import type { CoverKind, MarketBook, MarketLine } from './lines.ts';
import { divided, type UsePart, useKey, useParts } from './parts.ts';
import { letsThrough, needsParts, type Told } from './told.ts';

/** A line of the allocation, or what of it falls to one part of its use, at the part that counts. */
export interface CountedLine extends Told {
  line: MarketLine;
  kwh: Decimal;
  sums: SumRow;
}

/** The lines of a query, in the order of the allocation. */
export async function countedLines(
  context: ReadContext,
  query: InventoryQuery,
  book: MarketBook,
  cover?: CoverKind,
): Promise<CountedLine[]> {
  const [weights, narrowed] = await Promise.all([
    weightsFor(context, query.approach === undefined ? query : overAll(query, book)),
    narrowedBy(context, query),
  ]);
  const all = needsParts(query);
  const parts = await useParts(context, context.seq, narrowed, weights, all ? 'all' : 'split');
  const { supplier: _supplier, data_quality: _quality, ...ofUses } = narrowed.filters ?? {};
  const found: CountedLine[] = [];
  for (const line of book.lines) {
    const { use } = line;
    if (narrowed.from !== undefined && use.month < narrowed.from) continue;
    if (narrowed.to !== undefined && use.month > narrowed.to) continue;
    if (cover !== undefined && line.cover !== cover) continue;
    // Scope 2 of leased assets that moves to scope 3 is no part of scope 2.
    if (weights && weights.moved(use.entity) !== 0) continue;
    const whole: CountedLine = { ...toldOf(line), line, kwh: line.kwh, sums: line.sums };
    if (!letsThrough({ filters: ofUses }, whole)) continue;
    const own = use.own ? undefined : parts.get(useKey({ ...use, match: use.ref }));
    if (!own) {
      const weight = weights ? weightOf(line, weights) : Decimal.ONE;
      if (letsThrough(narrowed, whole) && !weight.isZero()) found.push(at(whole, weight));
      continue;
    }
    for (const { part, kwh, sums } of divided(line, own)) {
      const told = { ...whole, supplier: part.supplier, dataQuality: part.dataQuality, kwh, sums };
      const weight = weightOfPart(part, weights);
      if (letsThrough(narrowed, told) && !weight.isZero()) found.push(at(told, weight));
    }
  }
  return found;
}

const weightOfPart = (part: UsePart, weights: Weights | null): Decimal => (weights ? weights.of(part, 2) : Decimal.ONE);

/** Of what a site made itself: the mean over the days on which it did. */
function weightOf({ use }: MarketLine, weights: Weights): Decimal {
  if (use.days) return weights.over(use.entity, use.days.first, use.days.last);
  return weights.of({ entity: use.entity, month: use.month, w: '-1', out: '0' }, 2);
}

function toldOf({ use }: MarketLine): Told {
  const { entity, month, region, activity, factor, release } = use;
  return {
    entity,
    month,
    country: use.countryStated,
    region,
    activity,
    factor,
    release,
    supplier: '',
    dataQuality: '',
  };
}

/** The query over the months of all lines: own generation may lie in months in which nothing was bought. */
function overAll(query: InventoryQuery, { lines }: MarketBook): InventoryQuery {
  if (lines.length === 0 || (query.from !== undefined && query.to !== undefined)) return query;
  let [first, last] = [lines[0]!.use.month, lines[0]!.use.month];
  for (const { use } of lines) {
    if (use.month < first) first = use.month;
    if (use.month > last) last = use.month;
  }
  return { from: first, to: last, ...query };
}

/** Times what counts: exact. */
function at(line: CountedLine, weight: Decimal): CountedLine {
  if (weight.equals(Decimal.ONE)) return line;
  return { ...line, kwh: line.kwh.mul(weight).normalized(), sums: weighted(line.sums, weight) };
}

export function weighted(sums: SumRow, weight: Decimal): SumRow {
  if (weight.equals(Decimal.ONE)) return sums;
  const masses = Object.fromEntries(
    MASSES.map((mass) => [mass, sums[mass] === '0' ? '0' : Decimal.parse(sums[mass]).mul(weight).toString()]),
  ) as Record<Mass, string>;
  return { ...sums, ...masses };
}
