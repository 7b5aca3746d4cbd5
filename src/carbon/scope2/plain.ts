/**
 * Scope 2 where nothing is stated that could cover any of it (no instruments, residual mixes, own generation): the market-based method
 * takes the average of the grid throughout, so its sums are read as they are, without telling uses apart.
 */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { conditions, type Dimension, type InventoryQuery } from '../dimensions.ts';
import type { SumRow } from '../figures.ts';
import { read } from '../sql.ts';
import {
  askedOf,
  countColumnOf,
  expressionOf,
  type KeySpan,
  type Plan,
  planOf,
  totalsOf,
  wholeYears,
} from '../sums.ts';
import { MASS_SCALE, MASSES, type Mass } from '../tables.ts';
import type { Weights } from '../weights.ts';
import { VOLUME_SCALE } from './allocate.ts';
import { weighted } from './counted.ts';
import { useParts } from './parts.ts';
import { kwhPerUnit } from './read.ts';
import { keysOf, letsThrough, MARKET_METHOD, needsParts } from './told.ts';

export interface PlainSum {
  /** Values of the dimensions asked for, in their order. */
  keys: string[];
  /** False for what is not stated as energy (kilometres of electric cars). */
  energy: boolean;
  kwh: Decimal;
  sums: SumRow;
}

type Row = SumRow & Record<'entity' | 'month' | 'unit' | 'ratio' | 'used_sum', string> & Record<`k${number}`, string>;

/**
 * Sums of scope 2 by dimensions, at the weight that counts. `query` is narrowed to entities already, and needs no parts. `only`: of these
 * groups, where nothing is weighted.
 */
export async function plainSums(
  context: ReadContext,
  query: InventoryQuery,
  dimensions: readonly Dimension[],
  weights: Weights | null,
  only?: KeySpan,
): Promise<PlainSum[]> {
  const groupBy = dimensions.filter((dimension) => dimension !== 'gas');
  const [rows, parts] = await Promise.all([
    readPlain(context, query, groupBy, weights, only),
    useParts(context, context.seq, query, weights, 'split'),
  ]);
  const known = new Map<string, PerUnit>();
  const perUnitOf = ({ unit, ratio }: Row): PerUnit => {
    const key = `${unit} ${ratio}`;
    let perUnit = known.get(key);
    if (perUnit === undefined) {
      perUnit = exactly(kwhPerUnit(unit, ratio));
      known.set(key, perUnit);
    }
    return perUnit;
  };
  const sums = rows.flatMap((row): PlainSum[] => {
    if (row.lines === '0') return [];
    const weight = weights ? wholeWeight(weights, row.entity, row.month) : Decimal.ONE;
    if (weight.isZero()) return [];
    const keys = groupBy.map((dimension, i) => (dimension === 'method' ? MARKET_METHOD : row[`k${i}`]!));
    const { gwp_source, other_gas, lines } = row;
    const masses = Object.fromEntries(MASSES.map((mass) => [mass, row[mass]])) as Record<Mass, string>;
    return [
      plainSum(keys, Decimal.parse(row.used_sum), perUnitOf(row), { gwp_source, other_gas, lines, ...masses }, weight),
    ];
  });
  for (const part of [...parts.values()].flat()) {
    const weight = weights!.moved(part.entity) === 0 ? weights!.of(part, 2) : Decimal.ZERO;
    if (weight.isZero() || !letsThrough(query, part)) continue;
    sums.push(plainSum(keysOf(part, groupBy), part.used, exactly(part.perUnit), part.sums, weight));
  }
  return sums;
}

/**
 * Where what a query asks for is read from without telling uses apart: totals, which without supplier or data quality always know it,
 * or all lines. Null where shares of entities weigh what no totals know.
 */
export function plainSource(query: InventoryQuery): 'totals' | 'lines' | null {
  const { scope: _scope, category: _category, ...filters } = query.filters ?? {};
  const groupBy = (query.groupBy ?? []).filter((dimension) => dimension !== 'gas');
  const known =
    !needsParts(query) || planOf(askedOf({ filters }, groupBy), query.approach !== undefined).table !== 'emissions';
  if (known) return 'totals';
  return query.approach === undefined ? 'lines' : null;
}

/** Scope 2 of leased assets that moves to scope 3 is no part of scope 2. */
function wholeWeight(weights: Weights, entity: string, month: string): Decimal {
  return weights.moved(entity) === 0 ? weights.of({ entity, month, w: '-1', out: '0' }, 2) : Decimal.ZERO;
}

/** kWh per unit of activity: as a decimal where it is one, null for what is no energy. */
type PerUnit = Decimal | Rational | null;

const exactly = (perUnit: Rational | null): PerUnit => perUnit?.toExactDecimal() ?? perUnit;

function plainSum(keys: string[], used: Decimal, perUnit: PerUnit, sums: SumRow, weight: Decimal): PlainSum {
  const whole = perUnit === null ? Decimal.ZERO : kwhOf(used, perUnit);
  return { keys, energy: perUnit !== null, kwh: whole.mul(weight).normalized(), sums: weighted(sums, weight) };
}

function kwhOf(used: Decimal, perUnit: Decimal | Rational): Decimal {
  if (perUnit instanceof Decimal) return used.mul(perUnit);
  const kwh = Rational.fromDecimal(used).mul(perUnit);
  return kwh.toExactDecimal() ?? kwh.toDecimal(VOLUME_SCALE);
}

async function readPlain(
  context: ReadContext,
  query: InventoryQuery,
  groupBy: readonly Dimension[],
  weights: Weights | null,
  only?: KeySpan,
): Promise<Row[]> {
  const { filters: { scope: _scope, category: _category, ...filters } = {}, ...rest } = query;
  const asked = askedOf({ filters }, groupBy);
  const known = planOf(asked, weights !== null, weights === null && wholeYears(query));
  // Lines of scope 2 by entity, month and decision are far fewer than all lines, but know neither supplier nor data quality.
  const fewer = known.table === 'emissions' && !needsParts({ groupBy, filters });
  const plan: Plan = fewer ? { table: 'energy_totals', facet: '', meaning: 'match' } : known;
  const expression = (dimension: string) => expressionOf(plan, dimension);
  const asks = conditions({ ...rest, filters }, context.seq, expression);
  const keys = groupBy.map((dimension, i) => `${expression(dimension)} AS k${i}`);
  const byWeight = weights ? ['toString(t.entity) AS entity', 'substring(toString(t.month), 1, 7) AS month'] : [];
  const columns = [
    ...keys,
    ...byWeight,
    'm.unit AS unit',
    'm.ratio AS ratio',
    'm.gwp_source AS gwp_source',
    'm.other_gas AS other_gas',
  ];
  const energy = { columns: ['unit', 'ratio'], where: ' AND scope = 2' };
  const on = plan.table === 'facet_totals' ? 'meaning' : plan.meaning;
  const split = weights?.anySplit ? `\n      AND (toString(t.entity), t.month) NOT IN ${weights.splitCells}` : '';
  const further = ` AND t.${on} IN (SELECT ${plan.meaning} FROM matches WHERE sign = 1 AND held = '' AND scope = 2)${split}`;
  return read<Row>(
    context,
    `
    SELECT ${columns.join(', ')}, toString(sum(t.${countColumnOf(plan)})) AS lines,
      toString(sum(toDecimal256(t.used, 12))) AS used_sum,
      ${MASSES.map((mass) => `toString(sum(toDecimal256(t.${mass}, ${MASS_SCALE}))) AS ${mass}`).join(', ')}
    FROM ${totalsOf(plan, asked, groupBy, asks, { columns: ['lines', 'used', ...MASSES], only, more: energy, further })}
    GROUP BY ${columns.map((column) => column.split(' AS ').at(-1)).join(', ')}
    ORDER BY ${columns.map((column) => column.split(' AS ').at(-1)).join(', ')}`,
    asks.parameters,
  );
}
