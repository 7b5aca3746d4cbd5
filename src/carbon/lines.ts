/** The lines of an inventory themselves, largest or newest first: which activity, by which factor, came to how much. */
import type { ReadContext } from '../ledger/types.ts';
import { conditions, DEFAULT_GWP, type InventoryQuery } from './dimensions.ts';
import { figuresOf, type SumRow } from './figures.ts';
import { read } from './sql.ts';
import { FLAG_NAMES, FLAG_WORDS, FLAGS, MASSES } from './tables.ts';

export const LINE_ORDERS = ['largest', 'newest'] as const;
export type LineOrder = (typeof LINE_ORDERS)[number];

export interface EmissionLine {
  /** For `footing explain`. */
  ref: string;
  source: string;
  externalId: string;
  activity: string;
  entity: string;
  /** YYYY-MM: the part of the activity that falls into it. */
  month: string;
  startDate: string;
  endDate: string;
  /** What was used of the activity for this line, in `unit`, or in the currency where it is calculated from spend. */
  used: string;
  unit: string;
  country: string;
  supplier: string;
  dataQuality: string;
  /** 1, 2, 3 or outside. */
  scope: string;
  category: number | null;
  method: string;
  factor: string;
  co2eKg: string;
  /** What a reader must know, in words. */
  notes: string[];
}

const ORDER_SQL: Record<LineOrder, string> = {
  largest: 'abs(t.co2e_source) DESC, t.origin_seq, t.origin_row, t.part, t.match',
  newest: 't.month DESC, t.day DESC, t.origin_seq DESC, t.origin_row DESC, t.part, t.match',
};

/**
 * Lines in force, wholly (no consolidation approach), narrowed by months and filters. "Largest" is by CO2e as the source publishes
 * it, which no set of potentials reorders much.
 */
export async function emissionLines(
  context: ReadContext,
  query: Pick<InventoryQuery, 'gwp' | 'from' | 'to' | 'filters'>,
  page: { order: LineOrder; limit: number; offset: number },
  /** Only the lines of the record that was stated there. */
  of?: { originSeq: number; originRow: number },
): Promise<EmissionLine[]> {
  const { lines, decisions, parameters } = conditions(query, context.seq);
  const decided =
    decisions === '1' ? '' : `AND t.match IN (SELECT m.match FROM matches AS m WHERE m.sign = 1 AND ${decisions})`;
  const ofRecord =
    of === undefined
      ? ''
      : `AND t.origin_seq = {origin_seq:UInt64} AND t.origin_row = {origin_row:UInt32} AND t.key_hash IN (
    SELECT key_hash FROM activities WHERE origin_seq = {origin_seq:UInt64} AND origin_row = {origin_row:UInt32})`;
  const found = await read<Record<string, string>>(
    context,
    `
SELECT toString(t.key_hash) AS key_hash, toString(t.origin_seq) AS origin_seq, toString(t.origin_row) AS origin_row,
  toString(t.part) AS part, toString(t.match) AS match, toString(t.entity) AS entity, toString(t.month) AS month,
  toString(t.used) AS used, toString(t.flags) AS flags, toString(t.data_quality) AS data_quality,
  toString(t.supplier) AS supplier, '1' AS lines, ${MASSES.map((mass) => `toString(t.${mass}) AS ${mass}`).join(', ')}
FROM emissions AS t
WHERE ${lines}
  ${decided}
  ${ofRecord}
  AND t.sign = 1
  AND (t.key_hash, t.origin_seq, t.origin_row, t.part, t.match) NOT IN (
    SELECT key_hash, origin_seq, origin_row, part, match FROM emissions WHERE sign = -1 AND seq <= {seq:UInt64})
ORDER BY ${ORDER_SQL[page.order]}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    {
      ...parameters,
      limit: page.limit,
      offset: page.offset,
      ...(of === undefined ? {} : { origin_seq: of.originSeq, origin_row: of.originRow }),
    },
  );
  if (found.length === 0) return [];
  const distinct = (name: string) => [...new Set(found.map((row) => row[name]!))].map(BigInt);
  const [matches, records] = await Promise.all([
    read<Record<string, string>>(
      context,
      `
SELECT DISTINCT toString(match) AS match, activity, stated_unit, currency, basis, country, toString(scope) AS scope,
  toString(category) AS category, method, factor_id, gwp_source, other_gas
FROM matches
WHERE sign = 1 AND match IN {matches:Array(UInt64)}`,
      { matches: distinct('match') },
    ),
    read<Record<string, string>>(
      context,
      `
SELECT toString(origin_seq) AS origin_seq, toString(origin_row) AS origin_row, source, external_id,
  toString(start_date) AS start_date, toString(coalesce(end_date, start_date)) AS end_date
FROM activities
WHERE sign = 1 AND seq <= {seq:UInt64} AND key_hash IN {keys:Array(UInt64)}`,
      { seq: context.seq, keys: distinct('key_hash') },
    ),
  ]);
  const origin = (row: Record<string, string>) => `${row.origin_seq}.${row.origin_row}`;
  const matchOf = new Map(matches.map((row) => [row.match, row]));
  const recordOf = new Map(records.map((row) => [origin(row), row]));
  const gwp = query.gwp ?? DEFAULT_GWP;
  return found.map((row) => {
    const match = matchOf.get(row.match!) ?? {};
    const record = recordOf.get(origin(row)) ?? {};
    const flags = Number(row.flags);
    return {
      ref: `emission/${origin(row)}.${row.part}.${row.match}?gwp=${gwp}`,
      source: record.source ?? '',
      externalId: record.external_id ?? '',
      activity: match.activity ?? '',
      entity: row.entity!,
      month: row.month!.slice(0, 7),
      startDate: record.start_date ?? '',
      endDate: record.end_date ?? '',
      used: row.used!,
      unit: (match.basis === 'spend' ? match.currency : match.stated_unit) ?? '',
      country: match.country ?? '',
      supplier: row.supplier!,
      dataQuality: row.data_quality!,
      scope: match.scope === '0' ? 'outside' : (match.scope ?? ''),
      category: match.category === undefined || match.category === '0' ? null : Number(match.category),
      method: match.method ?? '',
      factor: match.factor_id ?? '',
      co2eKg: figuresOf([{ ...row, ...match } as unknown as SumRow], gwp).co2e_kg,
      notes: FLAG_NAMES.filter((flag) => (flags & FLAGS[flag]) !== 0).map((flag) => FLAG_WORDS[flag]),
    };
  });
}
