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
  const medians = (keys: string) => `
    SELECT ${keys}, quantileExactLow(0.5)(abs(toFloat64(quantity))) AS median, count() AS like
    FROM activities WHERE ${LIVE} AND quantity != 0 GROUP BY ${keys} HAVING like >= ${UNIT_OUTLIER_ROWS_MIN} AND median > 0`;
  const rows = await read<Row>(
    context,
    `
SELECT a.* EXCEPT (size), toString(middle) AS more, count() OVER () AS total
FROM (
  SELECT a.*, if(own.median > 0, own.median, peers.median) AS middle
  FROM (SELECT ${COLUMNS}, abs(toFloat64(quantity)) AS size FROM activities WHERE ${LIVE} AND quantity != 0) AS a
  LEFT JOIN (${medians('entity, activity, unit')}) AS own
    ON a.entity_ = own.entity AND a.activity_ = own.activity AND a.unit_ = own.unit
  LEFT JOIN (${medians('activity, unit')}) AS peers ON a.activity_ = peers.activity AND a.unit_ = peers.unit
) AS a
WHERE middle > 0 AND (size >= ${UNIT_OUTLIER_TIMES} * middle OR size * ${UNIT_OUTLIER_TIMES} <= middle)
ORDER BY size / middle DESC, external_id
LIMIT {limit:UInt32}`,
    { seq: context.seq, limit },
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
