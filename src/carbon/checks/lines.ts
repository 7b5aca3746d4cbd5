/** Activities that look wrong by themselves: quantities far from their like, suspected duplicates, negative consumption. */
import type { ReadContext } from '../../ledger/types.ts';
import { read } from '../sql.ts';

/** Rows that are posted and not reversed as of {seq}. */
export const LIVE = `sign = 1 AND seq <= {seq:UInt64}
  AND (key_hash, origin_seq, origin_row) NOT IN (
    SELECT key_hash, origin_seq, origin_row FROM activities WHERE sign = -1 AND seq <= {seq:UInt64})`;

/** A quantity this many times its median, or this part of it, looks like kWh for MWh or a slipped point. */
export const UNIT_OUTLIER_TIMES = 500;
/** Activities of a kind that a median needs. */
export const UNIT_OUTLIER_ROWS_MIN = 8;
/** Attributes that name a document. */
const DOCUMENT = `coalesce(nullIf(attributes['document'], ''), nullIf(attributes['invoice'], ''), nullIf(attributes['document_number'], ''), '')`;

export interface ActivityFinding {
  external_id: string;
  entity: string;
  activity: string;
  quantity: string;
  unit: string;
  amount: string;
  currency: string;
  start_date: string;
  end_date: string;
  supplier: string;
  words: string;
  /** The record, for `footing explain`. */
  ref: string;
}

/** Activities that are alike: of one entity, and of all. */
const OWN_KIND = 'cityHash64(entity, activity, unit)';
const PEERS_KIND = 'cityHash64(activity, unit)';

export interface Findings<T> {
  findings: T[];
  total: number;
}

/** What activities that may be one and the same agree in. A hash of NULL is NULL. */
const SAME = `cityHash64(entity, activity, supplier, ${DOCUMENT}, attributes['meter'], ifNull(toString(quantity), ''), unit,
  ifNull(toString(amount), ''), currency, start_date, coalesce(end_date, start_date))`;

/** Where a record was stated, as `record/activities/…` names it. */
export const RECORD_REF = "concat('record/activities/', toString(origin_seq), '.', toString(origin_row))";

const COLUMNS = `${RECORD_REF} AS ref, external_id, toString(entity) AS entity_, toString(activity) AS activity_, toString(quantity) AS quantity_, toString(unit) AS unit_,
  toString(amount) AS amount_, toString(currency) AS currency_,
  toString(start_date) AS start_, toString(coalesce(end_date, start_date)) AS end_, toString(supplier) AS supplier_`;
type Row = Record<
  | 'ref'
  | 'external_id'
  | 'entity_'
  | 'activity_'
  | 'quantity_'
  | 'unit_'
  | 'amount_'
  | 'currency_'
  | 'start_'
  | 'end_'
  | 'supplier_'
  | 'more'
  | 'total',
  string
>;

function findingsOf(rows: readonly Row[], words: (row: Row) => string): Findings<ActivityFinding> {
  return {
    findings: rows.map((row) => ({
      external_id: row.external_id,
      entity: row.entity_,
      activity: row.activity_,
      quantity: row.quantity_ ?? '',
      unit: row.unit_,
      amount: row.amount_ ?? '',
      currency: row.currency_,
      start_date: row.start_,
      end_date: row.end_,
      supplier: row.supplier_,
      words: words(row),
      ref: row.ref,
    })),
    total: Number(rows[0]?.total ?? 0),
  };
}

/** Quantities UNIT_OUTLIER_TIMES above or below the median of the same entity, activity and unit, or of all entities where it has few. */
export async function unitOutliers(context: ReadContext, limit: number): Promise<Findings<ActivityFinding>> {
  // Kinds are told apart by a hash, and only those that are many enough get a median; names are read of what is found alone.
  const middles = (kind: string) => `
    SELECT ${kind} AS kind, quantileExactLow(0.5)(abs(toFloat64(quantity))) AS median
    FROM activities
    WHERE ${LIVE} AND quantity != 0 AND kind IN (
      SELECT ${kind} AS h FROM activities WHERE ${LIVE} AND quantity != 0 GROUP BY h HAVING count() >= ${UNIT_OUTLIER_ROWS_MIN})
    GROUP BY kind
    HAVING median > 0`;
  const found = await read<{ key: string; seq: string; row: number; more: string; total: string }>(
    context,
    `
SELECT toString(a.key_hash) AS key, toString(a.origin_seq) AS seq, a.origin_row AS row, toString(middle) AS more, count() OVER () AS total
FROM (
  SELECT a.key_hash, a.origin_seq, a.origin_row, a.external_id, a.size, if(own.median > 0, own.median, peers.median) AS middle
  FROM (
    SELECT key_hash, origin_seq, origin_row, external_id, abs(toFloat64(quantity)) AS size, ${OWN_KIND} AS own_kind, ${PEERS_KIND} AS peers_kind
    FROM activities
    WHERE ${LIVE} AND quantity != 0
  ) AS a
  LEFT JOIN (${middles(OWN_KIND)}) AS own ON a.own_kind = own.kind
  LEFT JOIN (${middles(PEERS_KIND)}) AS peers ON a.peers_kind = peers.kind
) AS a
WHERE middle > 0 AND (a.size >= ${UNIT_OUTLIER_TIMES} * middle OR a.size * ${UNIT_OUTLIER_TIMES} <= middle)
ORDER BY a.size / middle DESC, a.external_id
LIMIT {limit:UInt32}`,
    { seq: context.seq, limit },
  );
  if (found.length === 0) return { findings: [], total: 0 };
  const placed = (key: string, seq: string, row: number | string) => `(${key}, ${seq}, ${row})`;
  const named = await read<Row & { place: string }>(
    context,
    `
SELECT ${COLUMNS}, concat('(', toString(key_hash), ', ', toString(origin_seq), ', ', toString(origin_row), ')') AS place
FROM activities
WHERE sign = 1 AND seq <= {seq:UInt64}
  AND (key_hash, origin_seq, origin_row) IN (${found.map(({ key, seq, row }) => placed(key, seq, row)).join(', ')})`,
    { seq: context.seq },
  );
  const byPlace = new Map(named.map((row) => [row.place, row]));
  const rows = found.map(
    ({ key, seq, row, more, total }): Row => ({
      ...byPlace.get(placed(key, seq, row))!,
      more,
      total,
    }),
  );
  return findingsOf(rows, (row) => `The median of its like is ${row.more} ${row.unit_}: is the unit right?`);
}

export interface DuplicateFinding {
  entity: string;
  activity: string;
  supplier: string;
  document: string;
  quantity: string;
  unit: string;
  amount: string;
  currency: string;
  start_date: string;
  end_date: string;
  /** Keys of the activities that are alike; the first ones. */
  external_ids: string[];
  /** The records of these keys, for `footing explain`. */
  refs: string[];
  count: number;
}

/** Activities with equal supplier, document, amount or quantity, and period, under different keys. */
export async function duplicates(context: ReadContext, limit: number): Promise<Findings<DuplicateFinding>> {
  const rows = await read<
    Omit<DuplicateFinding, 'count' | 'external_ids' | 'refs'> & {
      alike: [string, string][];
      count: string;
      total: string;
    }
  >(
    context,
    `
SELECT any(entity_) AS entity, any(activity_) AS activity, any(supplier_) AS supplier, any(document_) AS document,
  coalesce(any(quantity_), '') AS quantity, any(unit_) AS unit, coalesce(any(amount_), '') AS amount, any(currency_) AS currency,
  any(start_) AS start_date, any(end_) AS end_date, arraySlice(arraySort(groupArray((external_id, ref))), 1, 10) AS alike,
  toString(count()) AS count, toString(count() OVER ()) AS total
FROM (
  SELECT ${RECORD_REF} AS ref, external_id, toString(entity) AS entity_, toString(activity) AS activity_, toString(supplier) AS supplier_,
    ${DOCUMENT} AS document_, toString(quantity) AS quantity_, toString(unit) AS unit_, toString(amount) AS amount_,
    toString(currency) AS currency_, toString(start_date) AS start_, toString(coalesce(end_date, start_date)) AS end_, same
  FROM (
    SELECT *, ${SAME} AS same
    FROM activities WHERE ${LIVE})
  WHERE same IN (
    SELECT ${SAME} AS h
    FROM activities WHERE ${LIVE} GROUP BY h HAVING count() > 1)
)
GROUP BY same
ORDER BY entity, activity, start_date, alike
LIMIT {limit:UInt32}`,
    { seq: context.seq, limit },
  );
  return {
    findings: rows.map(({ total: _, count, alike, ...row }) => ({
      ...row,
      external_ids: alike.map(([name]) => name),
      refs: alike.map(([, ref]) => ref),
      count: Number(count),
    })),
    total: Number(rows[0]?.total ?? 0),
  };
}

/** Negative quantities and amounts: corrections and credit notes, or a sign that was lost. */
export async function negatives(context: ReadContext, limit: number): Promise<Findings<ActivityFinding>> {
  const rows = await read<Row>(
    context,
    `
SELECT ${COLUMNS}, count() OVER () AS total
FROM activities
WHERE ${LIVE} AND (quantity < 0 OR amount < 0)
ORDER BY start_date, external_id
LIMIT {limit:UInt32}`,
    { seq: context.seq, limit },
  );
  return findingsOf(rows, () => 'It is negative: a correction, or a sign that does not belong there.');
}
