/** Data quality: scores rolled up by emissions, share of estimates, share of primary data. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef } from '../dimensions.ts';
import { type InventoryStatement, inventory } from '../inventory.ts';

export interface Scored {
  /** What weighs: kg CO2e, or an outstanding amount. */
  weight: Decimal;
  /** 1 (very good) to 5 (poor). */
  score: Decimal;
}

/** Weighted mean score: sum(weight × score) / sum(weight), weights by their size; null when nothing has a score. */
export function weightedScore(lines: readonly Scored[]): Rational | null {
  let sum = Decimal.ZERO;
  let weight = Decimal.ZERO;
  for (const { weight: stated, score } of lines) {
    const size = stated.mantissa < 0n ? stated.neg() : stated;
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

export interface CategoryQuality {
  scope: string;
  /** '' where scopes 1 and 2 have none. */
  category: string;
  co2e_kg: string;
  /** Percent of the category, two decimals; null when it is 0. */
  primary_percent: string | null;
  estimated_percent: string | null;
  /** For `footing explain`. */
  ref: string;
}

export interface QualityReport {
  total_kg: string;
  shares: QualityShare[];
  by_category: CategoryQuality[];
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

/** The method of lines that rest on what a supplier says of its product. */
export const PRIMARY_METHOD = 'supplier-specific';

/** Primary is what is said to be, and what a supplier's own figure makes unless it is said to be an estimate. */
export const isPrimary = (data_quality: string, method: string): boolean => {
  const kind = kindOfQuality(data_quality);
  return kind === 'primary' || (kind !== 'estimate' && method === PRIMARY_METHOD);
};

export function kindOfQuality(text: string): QualityShare['kind'] {
  const word = text.trim().toLowerCase();
  if (word === '') return 'not_stated';
  if (/^[1-5](\.\d+)?$/.test(word) && Number(word) <= 5) return 'score';
  if (PRIMARY_WORDS.includes(word)) return 'primary';
  return ESTIMATE_WORDS.includes(word) ? 'estimate' : 'other';
}

type Row = { scope: string; category: string; method: string; quality: string; co2e: Decimal; lines: number };

/** What is in totals, by all that quality depends on. */
async function qualityRows(
  context: ReadContext,
  query: InventoryQuery,
): Promise<{ rows: Row[]; total: InventoryTotal }> {
  const { rows, total } = await inventory(context, {
    ...query,
    groupBy: ['data_quality', 'scope', 'category', 'method'],
  });
  return {
    rows: rows
      .filter(({ keys }) => keys.scope !== 'outside')
      .map(({ keys, co2e_kg, lines }) => ({
        scope: keys.scope!,
        category: keys.category!,
        method: keys.method!,
        quality: keys.data_quality!,
        co2e: Decimal.parse(co2e_kg),
        lines,
      })),
    total,
  };
}
type InventoryTotal = InventoryStatement['total'];

const co2eOf = (rows: readonly Row[]) => rows.reduce((sum, { co2e }) => sum.add(co2e), Decimal.ZERO);
const isEstimate = ({ quality }: Row) => kindOfQuality(quality) === 'estimate';
const primary = ({ quality, method }: Row) => isPrimary(quality, method);

/** Data quality of an inventory. */
export async function qualityOf(context: ReadContext, query: InventoryQuery): Promise<QualityReport> {
  const { rows, total: whole } = await qualityRows(context, query);
  const total = Decimal.parse(whole.co2e_kg);
  const scope3 = rows.filter(({ scope }) => scope === '3');
  const byText = Map.groupBy(rows, ({ quality }) => quality);
  const score = weightedScore(
    [...byText]
      .filter(([text]) => kindOfQuality(text) === 'score')
      .map(([text, of]) => ({ weight: co2eOf(of), score: Decimal.parse(text.trim()) })),
  );
  const narrowed = (filters: InventoryQuery['filters'], scope: readonly string[] = SCOPES) =>
    inventoryRef({ ...query, filters: { ...query.filters, scope, ...filters } }, {});
  const refOfKind = (kind: QualityShare['kind']) => {
    const texts = [...byText.keys()].filter((text) => kindOfQuality(text) === kind);
    return texts.length === 0 ? null : narrowed({ data_quality: texts });
  };
  const refOfPrimary = (scope?: string) => {
    const parts = primaryPartsOf(rows, query, scope);
    if (parts.length < 2) return parts[0]?.ref ?? null;
    return checkRef(scope === undefined ? 'primary' : 'scope_3_primary', query);
  };
  return {
    total_kg: whole.co2e_kg,
    shares: [...byText].map(([data_quality, of]) => ({
      data_quality,
      kind: kindOfQuality(data_quality),
      co2e_kg: co2eOf(of).toString(),
      percent: percent(co2eOf(of), total),
      lines: of.reduce((sum, { lines }) => sum + lines, 0),
      ref: narrowed({ data_quality: [data_quality] }),
    })),
    by_category: [...Map.groupBy(rows, ({ scope, category }) => `${scope}/${category}`).values()]
      .map((of) => ({
        scope: of[0]!.scope,
        category: of[0]!.category,
        co2e_kg: co2eOf(of).toString(),
        primary_percent: percent(co2eOf(of.filter(primary)), co2eOf(of)),
        estimated_percent: percent(co2eOf(of.filter(isEstimate)), co2eOf(of)),
        ref: narrowed({ category: [of[0]!.category] }, [of[0]!.scope]),
      }))
      .sort((a, b) => Number(a.scope) - Number(b.scope) || Number(a.category) - Number(b.category)),
    estimated_percent: percent(co2eOf(rows.filter(isEstimate)), total),
    primary_percent: percent(co2eOf(rows.filter(primary)), total),
    scope_3_primary_percent: percent(co2eOf(scope3.filter(primary)), co2eOf(scope3)),
    score: score === null ? null : score.toDecimal(4).toString(),
    scored_percent: percent(co2eOf(rows.filter(({ quality }) => kindOfQuality(quality) === 'score')), total),
    refs: {
      total: whole.lines === 0 ? null : whole.ref,
      estimated: refOfKind('estimate'),
      primary: refOfPrimary(),
      scope_3_primary: refOfPrimary('3'),
      scored: refOfKind('score'),
    },
  };
}

export interface PrimaryPart {
  words: string;
  co2e_kg: string;
  ref: string;
}

/** What is from primary data because it is said to be, and what is because of its method: two figures that do not overlap. */
export async function primaryParts(
  context: ReadContext,
  query: InventoryQuery,
  scope?: string,
): Promise<PrimaryPart[]> {
  return primaryPartsOf((await qualityRows(context, query)).rows, query, scope);
}

function primaryPartsOf(rows: readonly Row[], query: InventoryQuery, scope?: string): PrimaryPart[] {
  const own = rows.filter((row) => primary(row) && (scope === undefined || row.scope === scope));
  const said = ({ quality }: Row) => kindOfQuality(quality) === 'primary';
  return [
    { words: 'Stated to be measured or the like', of: own.filter(said), method: undefined },
    { words: "By a supplier's own figures", of: own.filter((row) => !said(row)), method: [PRIMARY_METHOD] },
  ].flatMap(({ words, of, method }) => {
    if (of.length === 0) return [];
    const filters = {
      ...query.filters,
      scope: scope === undefined ? SCOPES : [scope],
      data_quality: [...new Set(of.map(({ quality }) => quality))],
      ...(method === undefined ? {} : { method }),
    };
    return { words, co2e_kg: co2eOf(of).toString(), ref: inventoryRef({ ...query, filters }, {}) };
  });
}

export function percent(part: Decimal, whole: Decimal): string | null {
  if (whole.isZero()) return null;
  return Rational.fromDecimal(part).mul(HUNDRED).div(Rational.fromDecimal(whole)).toDecimal(2).toString();
}

/** A reference to something that a check has found; see explain.ts. */
export function checkRef(name: string, query: InventoryQuery): string {
  const words = inventoryRef({ ...query, filters: {} }, {}).slice('inventory?'.length);
  return `check/${name}?${words}`;
}

/** What is in totals. */
const SCOPES: readonly string[] = ['1', '2', '3'];
const HUNDRED = Rational.parse('100');
