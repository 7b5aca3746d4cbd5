/**
 * What holds of all activities of a ledger, kept: an entry that posts few of them again need not look at all to learn how large and how
 * long its own are.
 */
import { type KnownEntities, knownEntities, strangersAsOf } from './knownEntities.ts';
import { isLong } from './postings.ts';
import { type Place, read } from './sql.ts';
import { FEW_LINES } from './takenBack.ts';

/** Bounds of rows of activities. */
interface Bounds {
  /** Some period covers several months. */
  split: boolean;
  /** Some quantity or amount has more decimals than the 128-bit product takes. */
  long: boolean;
  /** The largest quantity or amount. */
  largest: number;
}

/** Columns of a SELECT from activities (alias `a`) that tell their bounds. */
const BOUNDS_SELECT = `
      countIf(sign = 1 AND toYYYYMM(start_date) != toYYYYMM(coalesce(end_date, start_date))) AS split,
      countIf(sign = 1 AND (${isLong('quantity')} OR ${isLong('amount')})) AS long,
      max(greatest(abs(toFloat64(coalesce(quantity, 0))), abs(toFloat64(coalesce(amount, 0)))) AS size) AS largest`;

/** What decides which statements some rows (alias `a`) need. */
export function rowsProbe(seq: string, known: KnownEntities): { columns: string; parameters: Record<string, unknown> } {
  const { condition, parameters } = strangersAsOf(seq, known);
  return {
    columns: `
      countIf(sign = 1 AND ${condition}) AS strangers,${BOUNDS_SELECT}`,
    parameters,
  };
}

interface BoundsRow {
  split: string;
  long: string;
  largest: number;
}

const boundsOf = ({ split, long, largest }: BoundsRow): Bounds => ({
  split: Number(split) > 0,
  long: Number(long) > 0,
  largest: Number(largest),
});

/** Kept by ledger: bounds of the rows up to an entry. Rows are only added, and no entry is posted before the one before it. */
const kept = new WeakMap<Place['engines'], Map<string, Bounds & { seq: number }>>();
const KEPT_MAX = 32;

/** Bounds of the activities of all entries before `by`, those that were superseded among them. */
async function boundsBefore(place: Place, by: number): Promise<Bounds> {
  const ofEngines = kept.get(place.engines) ?? new Map<string, Bounds & { seq: number }>();
  kept.set(place.engines, ofEngines);
  const found = ofEngines.get(place.database);
  const known = found !== undefined && found.seq < by ? found : { seq: 0, split: false, long: false, largest: 0 };
  const [row] = await read<BoundsRow>(
    place,
    `SELECT ${BOUNDS_SELECT} FROM activities AS a WHERE seq > {known:UInt64} AND seq < {by:UInt64}`,
    { known: known.seq, by },
  );
  const since = boundsOf(row!);
  const bounds = {
    seq: by - 1,
    split: known.split || since.split,
    long: known.long || since.long,
    largest: Math.max(known.largest, since.largest),
  };
  if (!ofEngines.has(place.database) && ofEngines.size >= KEPT_MAX) ofEngines.delete(ofEngines.keys().next().value!);
  ofEngines.set(place.database, bounds);
  return bounds;
}

/** What is to be known of activities that are posted again; of few, what holds of all of the book does. */
export async function probeAgain(
  place: Place,
  by: number,
  rowsMax: number,
  from: string,
  parameters: Record<string, unknown>,
): Promise<Bounds & { rows: number; together: number; strangers: boolean }> {
  const known = await knownEntities(place, by);
  if (rowsMax <= FEW_LINES && known.names.length === 0) {
    const bounds = await boundsBefore(place, by);
    return { rows: rowsMax, ...bounds, together: Number.POSITIVE_INFINITY, strangers: false };
  }
  const probe = rowsProbe('{by:UInt64}', known);
  const [row] = await read<BoundsRow & { rows: string; together: number; strangers: string }>(
    place,
    `SELECT count() AS rows, ${probe.columns}, sum(size) AS together
    FROM ${from} AND seq < {by:UInt64} AND sign = 1`,
    { by, ...parameters, ...probe.parameters },
  );
  const { rows, together, strangers } = row!;
  return { rows: Number(rows), ...boundsOf(row!), together: Number(together), strangers: Number(strangers) > 0 };
}
