/** Emissions of an entity and month that are far from its own history or from its peers. Medians: one bad month does not move them. */
import { Decimal } from '../../kernel/decimal.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/types.ts';
import { type InventoryQuery, inventoryRef } from '../dimensions.ts';
import { inventory } from '../inventory.ts';
import { organisationAsOf } from '../organisation/organisation.ts';

export interface OutlierFinding {
  /** history: against its own other months; peers: per square metre against entities of its kind. */
  against: 'history' | 'peers';
  entity: string;
  month: string;
  scope: string;
  co2e_kg: string;
  /** kg CO2e, or kg CO2e per square metre. */
  value: string;
  median: string;
  /** value / median, two decimals. */
  times: string;
  /** For `footing explain`. */
  ref: string;
}

/** Months or peers that a median needs. */
export const LIKE_MIN = 5;
/** Times above or below the median from which a month is named, unless asked otherwise. */
export const OUTLIER_TIMES = '3';

/** The middle of the values; of an even count the lower one, so that it is one of them. Null when there is none. */
export function medianOf(values: readonly Rational[]): Rational | null {
  const sorted = [...values].sort((a, b) => a.cmp(b));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** Months of scopes 1 and 2 that are `times` above the median or below its part; largest first. */
export async function intensityOutliers(
  context: ReadContext,
  query: InventoryQuery,
  times: string = OUTLIER_TIMES,
): Promise<OutlierFinding[]> {
  const [statement, organisation] = await Promise.all([
    inventory(context, {
      ...query,
      groupBy: ['entity', 'scope', 'month'],
      filters: { ...query.filters, scope: ['1', '2'] },
    }),
    organisationAsOf(context, context.seq),
  ]);
  const limit = Rational.parse(times);
  const rows = statement.rows.map(({ keys, co2e_kg }) => ({
    entity: keys.entity!,
    month: keys.month!,
    scope: keys.scope!,
    co2e: Rational.fromDecimal(Decimal.parse(co2e_kg)),
  }));
  const found: OutlierFinding[] = [];
  const compare = (
    against: OutlierFinding['against'],
    row: (typeof rows)[number],
    value: Rational,
    like: readonly Rational[],
  ) => {
    if (like.length < LIKE_MIN) return;
    const median = medianOf(like)!;
    if (median.sign() <= 0 || value.sign() < 0) return;
    const ratio = value.div(median);
    if (ratio.cmp(limit) < 0 && ratio.mul(limit).cmp(Rational.ONE) > 0) return;
    found.push({
      against,
      entity: row.entity,
      month: row.month,
      scope: row.scope,
      co2e_kg: row.co2e.toString(),
      value: value.toDecimal(6).toString(),
      median: median.toDecimal(6).toString(),
      times: ratio.toDecimal(2).toString(),
      ref: inventoryRef(query, { entity: row.entity, month: row.month, scope: row.scope }),
    });
  };
  const series = groupBy(rows, ({ entity, scope }) => JSON.stringify([entity, scope]));
  for (const months of series.values()) {
    for (const row of months) {
      compare(
        'history',
        row,
        row.co2e,
        months.filter((other) => other !== row).map(({ co2e }) => co2e),
      );
    }
  }
  const intensities = rows.flatMap((row) => {
    const entity = organisation.entities.get(row.entity);
    if (!entity?.floorArea || Number(entity.floorArea) <= 0) return [];
    return [{ row, kind: entity.kind, value: row.co2e.div(Rational.parse(entity.floorArea)) }];
  });
  for (const peers of groupBy(intensities, ({ row, kind }) => JSON.stringify([kind, row.scope, row.month])).values()) {
    for (const one of peers) {
      compare(
        'peers',
        one.row,
        one.value,
        peers.filter((other) => other !== one).map(({ value }) => value),
      );
    }
  }
  const size = (finding: OutlierFinding) => Decimal.parse(finding.co2e_kg);
  return found.sort(
    (a, b) =>
      size(b).cmp(size(a)) ||
      (`${a.entity}\n${a.month}\n${a.against}` < `${b.entity}\n${b.month}\n${b.against}` ? -1 : 1),
  );
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
