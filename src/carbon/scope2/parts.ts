/**
 * What a use of energy consists of: the lines of one supplier and data quality that count in the same part. Allocations are made of
 * uses as a whole; each line of an allocation is divided among the parts of its use, so that parts add up to it to the last digit.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { InventoryQuery } from '../dimensions.ts';
import type { SumRow } from '../figures.ts';
import { type Place, read } from '../sql.ts';
import { MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import { UNWEIGHTED, type Weighted, type Weights } from '../weights.ts';
import { portion, VOLUME_SCALE } from './allocate.ts';
import { type MarketLine, rated } from './lines.ts';
import { kwhPerUnit } from './read.ts';

export interface UsePart extends Weighted {
  match: string;
  supplier: string;
  dataQuality: string;
  /** What was used, in the unit of the activity, and kWh per unit; null for what is not stated as energy. */
  used: Decimal;
  perUnit: Rational | null;
  activity: string;
  country: string;
  region: string;
  factor: string;
  release: string;
  sums: SumRow;
}

type Row = SumRow &
  Weighted &
  Record<
    | 'match'
    | 'supplier'
    | 'data_quality'
    | 'used'
    | 'activity'
    | 'country'
    | 'region'
    | 'factor_id'
    | 'release'
    | 'unit'
    | 'ratio',
    string
  >;

export const useKey = (use: { entity: string; month: string; match: string }): string =>
  `${use.entity}\n${use.month}\n${use.match}`;

/** Parts of the uses of scope 2, by use, in a fixed order: of all of them, or of those in split cells alone. */
export async function useParts(
  place: Place,
  seq: number,
  query: Pick<InventoryQuery, 'from' | 'to' | 'filters'>,
  weights: Weights | null,
  which: 'all' | 'split',
): Promise<Map<string, UsePart[]>> {
  if (which === 'split' && !weights?.anySplit) return new Map();
  const from = which === 'split' ? weights!.splitLines() : (weights?.lines ?? UNWEIGHTED);
  const entities = query.filters?.entity;
  const where = [
    't.seq <= {seq:UInt64}',
    "t.match IN (SELECT match FROM matches WHERE sign = 1 AND held = '' AND scope = 2)",
    ...(query.from === undefined ? [] : ['t.month >= toDate32({from:String})']),
    ...(query.to === undefined ? [] : ['t.month <= toDate32({to:String})']),
    ...(entities === undefined ? [] : ['toString(t.entity) IN {entities:Array(String)}']),
  ];
  const rows = await read<Row>(
    place,
    `
    SELECT p.entity_ AS entity, p.month_ AS month, toString(p.match_) AS match, p.supplier_ AS supplier, p.quality_ AS data_quality,
      p.w_ AS w, p.out_ AS out, p.lines_ AS lines, p.used_ AS used, m.activity AS activity, m.country AS country, m.region AS region,
      m.factor_id AS factor_id, m.release AS release, m.unit AS unit, m.ratio AS ratio, m.gwp_source AS gwp_source,
      m.other_gas AS other_gas, ${MASSES.map((mass) => `p.${mass} AS ${mass}`).join(', ')}
    FROM (
      SELECT toString(t.entity) AS entity_, substring(toString(t.month), 1, 7) AS month_, t.match AS match_,
        toString(t.supplier) AS supplier_, toString(t.data_quality) AS quality_, toString(t.w) AS w_, toString(t.out) AS out_,
        toString(sum(t.sign)) AS lines_, toString(sum(toDecimal256(t.used, 12))) AS used_,
        ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) AS ${mass}`).join(', ')}
      FROM ${from} AS t
      WHERE ${where.join(' AND ')}
      GROUP BY entity_, month_, t.match, supplier_, quality_, w_, out_
      HAVING sum(t.sign) != 0 OR sum(t.used) != 0
    ) AS p
    INNER JOIN (
      SELECT match, activity, country, region, factor_id, release, unit, ratio, gwp_source, other_gas
      FROM matches
      WHERE sign = 1 AND held = '' AND scope = 2
    ) AS m ON p.match_ = m.match
    ORDER BY entity, month, match, supplier, data_quality, w, out`,
    {
      seq,
      ...(query.from === undefined ? {} : { from: `${query.from}-01` }),
      ...(query.to === undefined ? {} : { to: `${query.to}-01` }),
      ...(entities === undefined ? {} : { entities }),
    },
  );
  const found = new Map<string, UsePart[]>();
  for (const row of rows) {
    const key = useKey(row);
    const list = found.get(key);
    const part = partOf(row);
    if (list) list.push(part);
    else found.set(key, [part]);
  }
  return found;
}

function partOf(row: Row): UsePart {
  const { entity, month, w, out, match, supplier, activity, country, region, release } = row;
  const masses = Object.fromEntries(MASSES.map((mass) => [mass, row[mass]])) as Record<Mass, string>;
  return {
    entity,
    month,
    w,
    out,
    match,
    supplier,
    dataQuality: row.data_quality,
    used: Decimal.parse(row.used),
    perUnit: kwhPerUnit(row.unit, row.ratio),
    activity,
    country,
    region,
    factor: row.factor_id,
    release,
    sums: { gwp_source: row.gwp_source, other_gas: row.other_gas, lines: row.lines, ...masses },
  };
}

/** A line's part of a part of its use. */
export interface Divided {
  part: UsePart;
  kwh: Decimal;
  sums: SumRow;
}

/**
 * A line divided among the parts of its use in proportion to what they used: differences of cumulated values, rounded half-even, so that
 * they add up. What takes the location-based masses of the use takes those of the part.
 */
export function divided(line: MarketLine, parts: readonly UsePart[]): Divided[] {
  const { use, kwh } = line;
  const wholeUse = kwh.equals(use.kwh);
  const total = parts.reduce((sum, { used }) => sum.add(used), Decimal.ZERO);
  let through = Decimal.ZERO;
  let before = Decimal.ZERO;
  const masses = new Map<Mass, { sum: Decimal; given: Decimal }>();
  return parts.map((part): Divided => {
    through = through.add(part.used);
    const reached = wholeUse ? volumeOf(through, part.perUnit) : proportion(kwh, through, total);
    const [first, last] = [before, reached];
    before = reached;
    const share = last.sub(first).normalized();
    if (line.rate) {
      const span = { before: line.rate.before.add(first), through: line.rate.before.add(last) };
      return { part, kwh: share, sums: rated(span, line.rate.kgPerKwh, line.rate.gwp) };
    }
    const own = Object.fromEntries(
      MASSES.map((mass) => {
        if (part.sums[mass] === '0' && !masses.has(mass)) return [mass, '0'];
        const known = masses.get(mass) ?? { sum: Decimal.ZERO, given: Decimal.ZERO };
        const sum = known.sum.add(Decimal.parse(part.sums[mass]));
        const given = wholeUse ? sum : portion(sum, kwh, use.kwh, MASS_SCALE);
        masses.set(mass, { sum, given });
        return [mass, given.sub(known.given).toString()];
      }),
    ) as Record<Mass, string>;
    return { part, kwh: share, sums: { ...line.sums, ...own, lines: '1' } };
  });
}

/** kWh of what was used, as uses are added up. */
function volumeOf(used: Decimal, perUnit: Rational | null): Decimal {
  if (perUnit === null) return Decimal.ZERO;
  const kwh = Rational.fromDecimal(used).mul(perUnit);
  return kwh.toExactDecimal() ?? kwh.toDecimal(VOLUME_SCALE);
}

/** volume × part / whole, rounded half-even to the digits of a volume. */
function proportion(volume: Decimal, part: Decimal, whole: Decimal): Decimal {
  if (part.equals(whole)) return volume;
  return Rational.fromDecimal(volume)
    .mul(Rational.fromDecimal(part))
    .div(Rational.fromDecimal(whole))
    .toDecimal(VOLUME_SCALE);
}
