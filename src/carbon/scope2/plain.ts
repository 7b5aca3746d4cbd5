/**
 * Scope 2 where nothing is stated that could cover any of it (no instruments, residual mixes, own generation): the market-based method
 * takes the average of the grid throughout, so its sums are read as they are, without telling uses apart.
 */
import type { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import { convert, parseUnit } from '../../kernel/units.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { conditions, type Dimension, type InventoryQuery, sqlOf } from '../dimensions.ts';
import type { SumRow } from '../figures.ts';
import { read } from '../sql.ts';
import { MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import { VOLUME_SCALE } from './allocate.ts';

export interface PlainSum {
  /** Values of the dimensions asked for, in their order. */
  keys: string[];
  /** False for what is not stated as energy (kilometres of electric cars). */
  energy: boolean;
  kwh: Decimal;
  sums: SumRow;
}

type Row = SumRow & Record<'entity' | 'month' | 'unit' | 'ratio' | 'used_sum', string> & Record<`k${number}`, string>;

const KWH = parseUnit('kWh');

/** Sums of scope 2 by dimensions, at the share that counts. `query` is narrowed to entities already. */
export async function plainSums(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  share: ((entity: string, month: string) => Rational) | undefined,
): Promise<PlainSum[]> {
  const { filters: { scope: _scope, category: _category, ...filters } = {}, ...rest } = query;
  const { where, parameters } = conditions({ ...rest, filters }, context.seq);
  const keys = groupBy.map((dimension, i) => `${sqlOf(dimension)} AS k${i}`);
  const byShare = share ? ['toString(t.entity) AS entity', 'substring(toString(t.month), 1, 7) AS month'] : [];
  const columns = [
    ...keys,
    ...byShare,
    'm.unit AS unit',
    'm.ratio AS ratio',
    'm.gwp_source AS gwp_source',
    'm.other_gas AS other_gas',
  ];
  // Without entities the sums by decision and month say the same, and are a fraction of the rows.
  const byEntity = share !== undefined || groupBy.includes('entity') || filters.entity !== undefined;
  const matches = `matches WHERE sign = 1 AND held = '' AND scope = 2`;
  const rows = await read<Row>(
    context,
    `
    SELECT ${columns.join(', ')}, toString(sum(t.lines)) AS lines, toString(sum(toDecimal256(t.used, 12))) AS used_sum,
      ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) AS ${mass}`).join(', ')}
    FROM ${byEntity ? 'energy_totals' : 'match_totals'} AS t
    INNER JOIN (
      SELECT match, scope, category, method, activity, country, region, factor_id, release, unit, ratio, gwp_source, other_gas
      FROM ${matches}
    ) AS m ON t.match = m.match
    WHERE ${where} AND t.match IN (SELECT match FROM ${matches})
    GROUP BY ${columns.map((column) => column.split(' AS ').at(-1)).join(', ')}
    ORDER BY ${columns.map((column) => column.split(' AS ').at(-1)).join(', ')}`,
    parameters,
  );
  return rows.flatMap((row): PlainSum[] => {
    const counted = share?.(row.entity, row.month) ?? Rational.ONE;
    if (counted.isZero() || row.lines === '0') return [];
    const answer = convert(parseUnit(row.unit), KWH);
    const energy = 'ratio' in answer;
    const whole = energy
      ? Rational.parse(row.used_sum!).mul(Rational.parse(row.ratio)).mul(answer.ratio).mul(counted)
      : Rational.ZERO;
    const masses = Object.fromEntries(
      MASSES.map((mass) => [
        mass,
        row[mass] === '0' || counted.equals(Rational.ONE)
          ? row[mass]
          : Rational.parse(row[mass]).mul(counted).toDecimal(MASS_SCALE).toString(),
      ]),
    ) as Record<Mass, string>;
    return [
      {
        keys: groupBy.map((dimension, i) => (dimension === 'method' ? 'market-based' : row[`k${i}`]!)),
        energy,
        kwh: (whole.toExactDecimal() ?? whole.toDecimal(VOLUME_SCALE)).normalized(),
        sums: { gwp_source: row.gwp_source, other_gas: row.other_gas, lines: row.lines, ...masses },
      },
    ];
  });
}
