/** Data quality: scores rolled up by emissions, share of estimates, share of primary data. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef } from '../dimensions.ts';
import { inventory } from '../inventory.ts';

export interface Scored {
  /** kg CO2e. */
  co2e: Decimal;
  /** 1 (very good) to 5 (poor). */
  score: Decimal;
}

/** Emissions-weighted mean score: sum(E x score) / sum(E), E by its size; null when nothing has a score. */
export function weightedScore(lines: readonly Scored[]): Rational | null {
  let sum = Decimal.ZERO;
  let weight = Decimal.ZERO;
  for (const { co2e, score } of lines) {
    const size = co2e.mantissa < 0n ? co2e.neg() : co2e;
    sum = sum.add(size.mul(score));
    weight = weight.add(size);
  }
  return weight.isZero() ? null : Rational.fromDecimal(sum).div(Rational.fromDecimal(weight));
}

/** What words of `data_quality` mean; case and white space do not count. Other words are neither. */
export const PRIMARY_WORDS: readonly string[] = [
  'measured',
  'metered',
  'actual',
  'primary',
  'invoiced',
  'verified',
  'supplier',
  'supplier-specific',
];
export const ESTIMATE_WORDS: readonly string[] = ['estimated', 'estimate', 'extrapolated', 'modelled', 'proxy'];

export interface QualityShare {
  data_quality: string;
  kind: 'primary' | 'estimate' | 'score' | 'other' | 'not_stated';
  co2e_kg: string;
  /** Percent of the total, two decimals; null when the total is 0. */
  percent: string | null;
  lines: number;
  /** For `footing explain`. */
  ref: string;
}

export interface QualityReport {
  total_kg: string;
  shares: QualityShare[];
  /** Percent of the emissions of scopes 1 to 3. */
  estimated_percent: string | null;
  primary_percent: string | null;
  /** Of scope 3 alone, as ESRS asks for. */
  scope_3_primary_percent: string | null;
  /** Emissions-weighted mean of the scores 1 to 5, as far as scores are stated; four decimals. */
  score: string | null;
  scored_percent: string | null;
  /** What each of them is a part of, or is made of, for `footing explain`; null where there are no lines of the kind. */
  refs: Record<'total' | 'estimated' | 'primary' | 'scope_3_primary' | 'scored', string | null>;
}

export function kindOfQuality(text: string): QualityShare['kind'] {
  const word = text.trim().toLowerCase();
  if (word === '') return 'not_stated';
  if (/^[1-5](\.\d+)?$/.test(word) && Number(word) <= 5) return 'score';
  if (PRIMARY_WORDS.includes(word)) return 'primary';
  return ESTIMATE_WORDS.includes(word) ? 'estimate' : 'other';
}

/** Data quality of an inventory. */
export async function qualityOf(context: ReadContext, query: InventoryQuery): Promise<QualityReport> {
  const statement = await inventory(context, { ...query, groupBy: ['data_quality', 'scope'] });
  const rows = statement.rows.filter(({ keys }) => keys.scope !== 'outside');
  const total = Decimal.parse(statement.total.co2e_kg);
  const byText = new Map<string, { co2e: Decimal; lines: number }>();
  for (const { keys, co2e_kg, lines } of rows) {
    const before = byText.get(keys.data_quality!) ?? { co2e: Decimal.ZERO, lines: 0 };
    byText.set(keys.data_quality!, { co2e: before.co2e.add(Decimal.parse(co2e_kg)), lines: before.lines + lines });
  }
  const of = (kind: QualityShare['kind'], scope?: string) =>
    rows
      .filter(({ keys }) => kindOfQuality(keys.data_quality!) === kind && (scope === undefined || keys.scope === scope))
      .reduce((sum, { co2e_kg }) => sum.add(Decimal.parse(co2e_kg)), Decimal.ZERO);
  const scope3 = rows
    .filter(({ keys }) => keys.scope === '3')
    .reduce((sum, { co2e_kg }) => sum.add(Decimal.parse(co2e_kg)), Decimal.ZERO);
  const score = weightedScore(
    [...byText]
      .filter(([text]) => kindOfQuality(text) === 'score')
      .map(([text, { co2e }]) => ({ co2e, score: Decimal.parse(text.trim()) })),
  );
  const texts = [...byText.keys()];
  const refOf = (data_quality: string[], scope: readonly string[] = SCOPES) =>
    inventoryRef({ ...query, filters: { ...query.filters, scope, data_quality } }, {});
  const refOfKind = (kind: QualityShare['kind'], scope?: string) => {
    const of = texts.filter(
      (text) =>
        kindOfQuality(text) === kind &&
        rows.some(({ keys }) => keys.data_quality === text && (scope === undefined || keys.scope === scope)),
    );
    return of.length === 0 ? null : refOf(of, scope === undefined ? SCOPES : [scope]);
  };
  return {
    total_kg: statement.total.co2e_kg,
    shares: [...byText].map(([data_quality, { co2e, lines }]) => ({
      data_quality,
      kind: kindOfQuality(data_quality),
      co2e_kg: co2e.toString(),
      percent: percent(co2e, total),
      lines,
      ref: refOf([data_quality]),
    })),
    estimated_percent: percent(of('estimate'), total),
    primary_percent: percent(of('primary'), total),
    scope_3_primary_percent: percent(of('primary', '3'), scope3),
    score: score === null ? null : score.toDecimal(4).toString(),
    scored_percent: percent(of('score'), total),
    refs: {
      total: statement.total.lines === 0 ? null : statement.total.ref,
      estimated: refOfKind('estimate'),
      primary: refOfKind('primary'),
      scope_3_primary: refOfKind('primary', '3'),
      scored: refOfKind('score'),
    },
  };
}

export function percent(part: Decimal, whole: Decimal): string | null {
  if (whole.isZero()) return null;
  return Rational.fromDecimal(part).mul(HUNDRED).div(Rational.fromDecimal(whole)).toDecimal(2).toString();
}

/** What is in totals. */
const SCOPES: readonly string[] = ['1', '2', '3'];
const HUNDRED = Rational.parse('100');
