/**
 * The uncertainty of an inventory: every factor errs in all its lines together, every quantity by itself. What a factor or a
 * quantity errs by is stated (own factors) or follows from the pedigree of the line. The data quality of the inventory beside it.
 */
import { Decimal, sumDecimals } from '../../kernel/decimal.ts';
import { FootingError } from '../../kernel/errors.ts';
import type { ReadContext } from '../../ledger/types.ts';
import type { GwpSetName } from '../catalogue/types.ts';
import { checkMonth, inventoryRef } from '../dimensions.ts';
import { factorsById } from '../factors/find.ts';
import type { SumRow } from '../figures.ts';
import { type InventoryQuery, narrowedBy } from '../inventory.ts';
import { co2eUnder } from '../methodology/co2e.ts';
import type { MethaneRule } from '../methodology/methodology.ts';
import { read } from '../sql.ts';
import { MASS_SCALE, MASSES } from '../tables.ts';
import { UNWEIGHTED, type Weighted, type Weights, weightsFor } from '../weights.ts';
import { monteCarlo, type Part } from './monteCarlo.ts';
import {
  basicUncertainty,
  contribution,
  geographicScore,
  qualityScore,
  technologicalScore,
  temporalScore,
  UNSAID_QUALITY,
} from './pedigree.ts';
import { fentonWilkinson, gsd2Of, type Interval, intervalOf, Z95 } from './propagation.ts';

export const UNCERTAINTY_METHODS = ['approach_1', 'lognormal', 'monte_carlo'] as const;
export type UncertaintyMethod = (typeof UNCERTAINTY_METHODS)[number];

export interface UncertaintyQuery extends Pick<InventoryQuery, 'from' | 'to' | 'approach' | 'parent' | 'under'> {
  gwp: GwpSetName;
  methane?: MethaneRule;
  method: UncertaintyMethod;
  seed: number;
  draws: number;
}

export interface UncertainFigure {
  scope: string;
  category: string;
  /** Exact, as in the inventory. */
  co2e_kg: string;
  /** Ends of the 95 % interval, kg; null where the method has none (a sum that is not above 0). */
  low_kg: string | null;
  high_kg: string | null;
  /** The larger side of the interval, per cent of the figure; null when the figure is 0. */
  percent: string | null;
  mean_kg: string | null;
  median_kg: string | null;
  /** Emissions-weighted data quality score, 1 very good to 5 poor, of the emissions that have one; null when none has. */
  quality_score: string | null;
  /** Share of the emissions whose activities say something of their quality, per cent. */
  quality_known_percent: string | null;
  /** The figure, for `footing explain`. */
  ref: string;
}

export interface UncertaintyStatement {
  seq: number;
  method: UncertaintyMethod;
  total: UncertainFigure;
  parts: UncertainFigure[];
  /** Factors that contribute most to the variance of the total. */
  factors: Array<{
    factor: string;
    name: string;
    co2e_kg: string;
    percent: string;
    stated: boolean;
    variance_percent: string;
    /** What it gives in this inventory, for `footing explain`. */
    ref: string;
  }>;
  notes: string[];
}

const FACTORS_SHOWN_MAX = 20;
const ROWS_MAX = 400_000;
/** Squares are added as whole numbers of 10^-6 kg2, so that their sum does not depend on its order. */
const SQUARE_UNIT = 1e6;

interface Row extends SumRow, Weighted {
  scope: number;
  category: number;
  factor_id: string;
  basis: string;
  flags: number;
  year: number;
  factor_year: number;
  data_quality: string;
  squares: string;
}

/** Lines that share a factor and its pedigree. */
interface Group {
  factor: string;
  kg: Decimal;
  value: number;
  /** ln of GSD squared of the factor. */
  factorLog: number;
  /** Sums of squares of what each line errs by in its quantity: ln GSD2 x kg, and half-width x kg. */
  activitySquares: number;
  activityHalves: number;
  stated: boolean;
  part: string;
}

/** @throws FootingError `too_large` when the query makes more than 400,000 sums. */
export async function uncertainty(context: ReadContext, query: UncertaintyQuery): Promise<UncertaintyStatement> {
  for (const end of ['from', 'to'] as const) if (query[end] !== undefined) checkMonth(end, query[end]);
  const [weights, narrowed] = await Promise.all([weightsFor(context, query), narrowedBy(context, query)]);
  const rows = await readRows(context, narrowed, weights);
  const factors = await factorsById(context, context.seq, [...new Set(rows.map((row) => row.factor_id))]);
  const groups = new Map<string, Group>();
  const quality = new Map<string, { weighted: number; known: number; all: number }>();
  for (const row of rows) {
    let kg = co2eUnder(row, query.gwp, query.methane);
    const own = Number(row.co2e_source) || Number(kg.toString());
    let scope = row.scope;
    let category = row.category;
    if (weights) {
      const share = weights.of(row, scope);
      if (share.isZero()) continue;
      kg = kg.mul(share);
      const moved = scope === 1 || scope === 2 ? weights.moved(row.entity) : 0;
      if (moved !== 0) [scope, category] = [3, moved];
    }
    const value = Number(kg.toString());
    const part = `${scope}/${category}`;
    const factor = factors.get(row.factor_id);
    const percent = factor?.uncertaintyPercent;
    const score = qualityScore(row.data_quality);
    const factorGsd2 =
      percent === undefined
        ? gsd2Of([
            basicUncertainty(factor),
            contribution('temporal', temporalScore(row.factor_year - row.year)),
            contribution('geographic', geographicScore(row.flags)),
            contribution('technological', technologicalScore(factor, row.basis)),
          ])
        : 1 + Number(percent) / 100;
    const activityLog = Math.log(contribution('reliability', score ?? UNSAID_QUALITY));
    // The squares are of CO2e under the source's potentials and of the whole entity.
    const scale = own === 0 ? 0 : value / own;
    const squares = (Number(row.squares) / SQUARE_UNIT) * scale ** 2;
    const key = `${row.factor_id}\n${part}\n${factorGsd2}`;
    let group = groups.get(key);
    if (!group) {
      group = {
        factor: row.factor_id,
        kg: Decimal.ZERO,
        value: 0,
        factorLog: Math.log(factorGsd2),
        activitySquares: 0,
        activityHalves: 0,
        stated: percent !== undefined,
        part,
      };
      groups.set(key, group);
    }
    group.kg = group.kg.add(kg);
    group.activitySquares += activityLog ** 2 * Math.max(0, squares);
    group.activityHalves += Math.expm1(activityLog) ** 2 * Math.max(0, squares);
    for (const name of [part, 'total']) {
      const sums = quality.get(name) ?? { weighted: 0, known: 0, all: 0 };
      quality.set(name, sums);
      sums.all += Math.abs(value);
      if (score !== null) {
        sums.known += Math.abs(value);
        sums.weighted += Math.abs(value) * score;
      }
    }
  }
  const all = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  for (const group of all) group.value = Number(group.kg.toString());
  const parts = [...new Set(all.map(({ part }) => part))].sort(byPart);
  const intervals = await intervalsOf(all, parts, query);
  const figure = (name: string, kg: Decimal, interval: Interval | null): UncertainFigure => {
    const [scope = '', category = ''] = name === 'total' ? ['', ''] : name.split('/');
    const value = Number(kg.toString());
    const width = interval && Math.max(interval.high - value, value - interval.low);
    const { weighted, known, all: whole } = quality.get(name) ?? { weighted: 0, known: 0, all: 0 };
    return {
      scope,
      category: category === '0' ? '' : category,
      co2e_kg: kg.toString(),
      low_kg: interval && fixed(interval.low),
      high_kg: interval && fixed(interval.high),
      percent: interval === null || value === 0 ? null : fixed((100 * width!) / Math.abs(value)),
      mean_kg: interval && fixed(interval.mean),
      median_kg: interval && fixed(interval.median),
      quality_score: known === 0 ? null : fixed(weighted / known),
      quality_known_percent: whole === 0 ? null : fixed((100 * known) / whole),
      ref: inventoryRef(query, name === 'total' ? {} : { scope, category: category === '0' ? '' : category }),
    };
  };
  const kgOf = (name: string) =>
    sumDecimals(all.filter(({ part }) => name === 'total' || part === name).map(({ kg }) => kg));
  return {
    seq: context.seq,
    method: query.method,
    total: figure('total', kgOf('total'), intervals.get('total') ?? null),
    parts: parts.map((part) => figure(part, kgOf(part), intervals.get(part) ?? null)),
    factors: largest(all, factors).map((row) => ({ ...row, ref: refOfFactor(query, row.factor) })),
    notes: notesOf(query, all, intervals.get('total') ?? null),
  };
}

/** What a factor gives in scopes 1 to 3. */
const refOfFactor = (query: UncertaintyQuery, factor: string): string =>
  inventoryRef({ ...query, filters: { scope: ['1', '2', '3'] } }, { factor });

const byPart = (a: string, b: string): number => {
  const [x = 0, i = 0] = a.split('/').map(Number);
  const [y = 0, j = 0] = b.split('/').map(Number);
  return x - y || i - j;
};

/** Intervals of the parts and of the total. */
async function intervalsOf(
  groups: readonly Group[],
  parts: readonly string[],
  { method, seed, draws }: UncertaintyQuery,
): Promise<Map<string, Interval>> {
  const names = [...parts, 'total'];
  const found = new Map<string, Interval>();
  if (method === 'monte_carlo') {
    const sampled = await monteCarlo(drawnOf(groups, parts), names.length, { seed, draws });
    for (const [i, { low, high, median, mean }] of sampled.entries()) found.set(names[i]!, { low, high, median, mean });
    return found;
  }
  for (const name of names) {
    const own = groups.filter(({ part }) => name === 'total' || part === name);
    const total = own.reduce((sum, { value }) => sum + value, 0);
    if (method === 'approach_1') {
      // GSD squared less 1 is the half-width as a share.
      const together = [...byFactor(own).values()].map((of) =>
        of.reduce((sum, { value, factorLog }) => sum + value * Math.expm1(factorLog), 0),
      );
      const apart = own.map(({ activityHalves }) => Math.sqrt(activityHalves));
      const half = Math.hypot(...together, ...apart);
      found.set(name, { low: total - half, high: total + half, median: total, mean: total });
      continue;
    }
    const sum = fentonWilkinson(
      [...byFactor(own).values()].map((of) => {
        const median = of.reduce((all, { value }) => all + value, 0);
        const sigma = of.reduce((all, { value, factorLog }) => all + (value * factorLog) / Z95, 0) / (median || 1);
        const activity =
          of.reduce((all, { activitySquares }) => all + activitySquares / Z95 ** 2, 0) / (median || 1) ** 2;
        return { median, sigma: Math.sqrt(sigma ** 2 + activity) };
      }),
    );
    if (sum) found.set(name, intervalOf(sum));
  }
  return found;
}

function byFactor(groups: readonly Group[]): Map<string, Group[]> {
  const found = new Map<string, Group[]>();
  for (const group of groups) {
    const list = found.get(group.factor);
    if (list) list.push(group);
    else found.set(group.factor, [group]);
  }
  return found;
}

/** The groups of each factor, ready to be drawn. */
function drawnOf(groups: readonly Group[], parts: readonly string[]): Part[][] {
  return [...byFactor(groups.filter(({ value }) => value !== 0)).values()].map((of) =>
    of.map(({ value, factorLog, activitySquares, part }) => ({
      median: value,
      shared: factorLog / Z95,
      own: Math.sqrt(activitySquares) / Math.abs(value) / Z95,
      sums: [parts.indexOf(part), parts.length],
    })),
  );
}

function largest(
  groups: readonly Group[],
  factors: ReadonlyMap<string, { name: string }>,
): Array<Omit<UncertaintyStatement['factors'][number], 'ref'>> {
  const variances = [...byFactor(groups)].map(([factor, of]) => {
    const together = of.reduce((sum, { value, factorLog }) => sum + value * factorLog, 0) ** 2;
    const apart = of.reduce((sum, { activitySquares }) => sum + activitySquares, 0);
    return { factor, of, variance: together + apart };
  });
  const total = variances.reduce((sum, { variance }) => sum + variance, 0) || 1;
  return variances
    .sort((a, b) => b.variance - a.variance || (a.factor < b.factor ? -1 : 1))
    .slice(0, FACTORS_SHOWN_MAX)
    .map(({ factor, of, variance }) => ({
      factor,
      name: factors.get(factor)?.name ?? factor,
      co2e_kg: sumDecimals(of.map(({ kg }) => kg)).toString(),
      percent: fixed(100 * Math.expm1(Math.max(...of.map(({ factorLog }) => factorLog)))),
      stated: of.some(({ stated }) => stated),
      variance_percent: fixed((100 * variance) / total),
    }));
}

function notesOf(
  { method, seed, draws }: UncertaintyQuery,
  groups: readonly Group[],
  total: Interval | null,
): string[] {
  const notes = [
    'Lines of one factor err together, quantities each by itself. Where nobody states an uncertainty it follows from the pedigree of the line: age and place of the factor, kind of source, stated data quality.',
  ];
  if (method === 'approach_1') {
    const wide = groups.some(({ factorLog }) => Math.expm1(factorLog) > 0.3);
    if (wide)
      notes.push('Some factors err by more than 30 %, where approach 1 no longer holds: use lognormal or monte_carlo.');
  }
  if (method === 'approach_1' && total && total.low < 0 && total.median > 0)
    notes.push('The interval reaches below zero, where approach 1 no longer holds: use lognormal or monte_carlo.');
  if (method === 'monte_carlo')
    notes.push(`${draws} draws in antithetic pairs from the seed ${seed}: the same seed gives the same result.`);
  return notes;
}

/** Statistics are shown to three decimals. */
const fixed = (value: number): string => {
  const text = value.toFixed(3).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
};

async function readRows(context: ReadContext, query: InventoryQuery, weights: Weights | null): Promise<Row[]> {
  const { from, to } = query;
  const entities = query.filters?.entity;
  const where = [
    't.seq <= {seq:UInt64}',
    ...(from === undefined ? [] : ['t.month >= toDate32({from:String})']),
    ...(to === undefined ? [] : ['t.month <= toDate32({to:String})']),
    ...(entities === undefined ? [] : ['toString(t.entity) IN {entities:Array(String)}']),
  ];
  const group = weights
    ? 'toString(t.entity) AS entity_, substring(toString(t.month), 1, 7) AS month_, toString(t.w) AS w_, toString(t.out) AS out_'
    : "'' AS entity_, '' AS month_, '-1' AS w_, '0' AS out_";
  const rows = await read<Row>(
    context,
    `
    SELECT s.entity_ AS entity, s.month_ AS month, s.w_ AS w, s.out_ AS out, s.quality_ AS data_quality, s.lines_ AS lines, s.squares AS squares, m.*,
      ${MASSES.map((mass) => `s.${mass} AS ${mass}`).join(', ')}
    FROM (
      SELECT ${group}, toString(data_quality) AS quality_, t.match AS match_, toString(sum(t.sign)) AS lines_,
        toString(sum(t.sign * toInt256(round(toFloat64(t.co2e_source) * toFloat64(t.co2e_source) * ${SQUARE_UNIT})))) AS squares,
        ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) AS ${mass}`).join(', ')}
      FROM ${weights?.lines ?? UNWEIGHTED} AS t
      WHERE ${where.join(' AND ')}
      GROUP BY entity_, month_, w_, out_, quality_, t.match
      HAVING sum(t.sign) != 0
      LIMIT ${ROWS_MAX + 1}
    ) AS s
    INNER JOIN (
      SELECT match, scope, category, factor_id, basis, flags, year, factor_year, gwp_source, other_gas
      FROM matches
      WHERE sign = 1 AND held = '' AND scope != 0
    ) AS m ON s.match_ = m.match
    ORDER BY entity, month, w, out, data_quality, m.factor_id, m.match`,
    {
      seq: context.seq,
      ...(from === undefined ? {} : { from: `${from}-01` }),
      ...(to === undefined ? {} : { to: `${to}-01` }),
      ...(entities === undefined ? {} : { entities }),
    },
  );
  if (rows.length <= ROWS_MAX) return rows;
  throw new FootingError('too_large', `There are more than ${ROWS_MAX} sums by entity, month, factor and quality`, {
    remedy: 'Ask for a shorter period, or without an approach',
  });
}
