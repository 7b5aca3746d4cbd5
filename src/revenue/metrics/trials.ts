/** Trials and what became of them. */
import { dayNumber } from '../../kernel/dates.ts';
import { select } from '../../ledger/index.ts';
import { customerCondition } from './conditions.ts';
import { current } from './current.ts';
import type { Range } from './flows.ts';
import { KeptFigures } from './kept.ts';
import { dayOf, type Scope } from './scope.ts';
import { customerLabel } from './source.ts';

export interface BucketTrials {
  /** Customers whose first trial began in the bucket. */
  started: bigint;
  /** Those of them who have paid by `until`. */
  paid: bigint;
  /** Days from the trial's to the first paid day, summed over those. */
  days: bigint;
}

/**
 * By part, one element per bucket. A trial begins with a line of type trial, in the currency asked for, or as stated with the customer (which has
 * no currency and counts in each). Plans are not looked at: a trial may lead to any. Merged customers are one, whoever of them tried.
 */
export async function readTrials(scope: Scope, range: Range): Promise<Map<string, BucketTrials[]>> {
  const bounds = range.buckets.map(({ from }) => dayNumber(from));
  const [first, last] = [bounds[0]!, dayNumber(range.to)];
  const parts = new Map<string, BucketTrials[]>();
  for (const row of await keptRows(scope)) {
    if (row.day < first || row.day > last || row.started === 0) continue;
    const ofPart = parts.get(row.part) ?? range.buckets.map(() => ({ started: 0n, paid: 0n, days: 0n }));
    parts.set(row.part, ofPart);
    const bucket = ofPart[bounds.findLastIndex((bound) => bound <= row.day)]!;
    bucket.started += BigInt(row.started);
    bucket.paid += BigInt(row.paid);
    bucket.days += BigInt(row.days);
  }
  return parts;
}

interface TrialRow {
  part: string;
  /** On which the first trials began, days since 1970. */
  day: number;
  started: number;
  paid: number;
  days: number;
}

const kept = new KeptFigures<TrialRow[]>();

/** Hashes of a customer who counts as another one, and of that one. Merges are flat: nobody is merged into somebody who is merged. */
const MERGED = 'cityHash64(source, customer_external_id)';
const MERGED_INTO = 'cityHash64(into_source, into_external_id)';

/** Customers of whom entries say something new are looked at alone up to so many. */
const TOUCHED_MAX = 1_000;

/** Every day of the book, whatever the range is, so that one reading serves all reports. */
function keptRows(scope: Scope): Promise<TrialRow[]> {
  const { read, currency, timeZone, filter, partitionBy, until } = scope;
  const key = JSON.stringify([read.accountId, read.database, currency, timeZone, filter, partitionBy, until]);
  // Of filters and partitions any entry may change the outcome.
  const adds = filter.length === 0 && partitionBy === null;
  return kept.at(
    key,
    read.seq,
    (after) => (after === 0 ? trialRows(scope, null) : changedRows(scope, after)),
    adds ? summed : undefined,
  );
}

/** What entries after `after` change: their customers as they are now, less what these were. All customers when they are many. */
async function changedRows(scope: Scope, after: number): Promise<TrialRow[]> {
  const { engines, database } = scope.read;
  const since = 'seq > {after:UInt64} AND seq <= {seq:UInt64}';
  const touched = await select<{ customer: string }>(
    engines,
    database,
    `SELECT DISTINCT toString(customer) AS customer
     FROM (
       SELECT customer_hash AS customer FROM invoices WHERE ${since}
       UNION ALL SELECT customer_hash FROM movements WHERE ${since}
       UNION ALL SELECT key_hash FROM customers WHERE ${since}
       UNION ALL SELECT arrayJoin([${MERGED}, ${MERGED_INTO}]) FROM customer_merges WHERE ${since}
     )
     LIMIT ${TOUCHED_MAX + 1}`,
    { seq: scope.read.seq, after },
  );
  if (touched.length === 0) return [];
  const among = touched.length > TOUCHED_MAX ? null : await withMerged(scope, touched);
  const before: Scope = { ...scope, parameters: { ...scope.parameters, seq: after } };
  const [now, then] = await Promise.all([trialRows(scope, among), trialRows(before, among)]);
  return [...now, ...then.map((row) => ({ ...row, started: -row.started, paid: -row.paid, days: -row.days }))];
}

/** The customers, with all who were ever merged with them: a merge makes all of them one, so that none can be looked at alone. */
async function withMerged({ read }: Scope, touched: ReadonlyArray<{ customer: string }>): Promise<string> {
  const hashes = touched.map(({ customer }) => customer).join(', ');
  const centres = `SELECT ${MERGED_INTO} FROM customer_merges WHERE ${MERGED} IN (${hashes})`;
  const merged = await select<{ customer: string }>(
    read.engines,
    read.database,
    `SELECT DISTINCT toString(arrayJoin([${MERGED}, ${MERGED_INTO}])) AS customer
     FROM customer_merges
     WHERE ${MERGED_INTO} IN (${hashes}) OR ${MERGED_INTO} IN (${centres})`,
  );
  return [hashes, ...merged.map(({ customer }) => customer)].join(', ');
}

function summed(rows: readonly TrialRow[], added: readonly TrialRow[]): TrialRow[] {
  const sums = new Map<string, TrialRow>();
  for (const row of [...rows, ...added]) {
    const key = `${row.day} ${row.part}`;
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { ...row });
    else {
      known.started += row.started;
      known.paid += row.paid;
      known.days += row.days;
    }
  }
  return [...sums.values()];
}

/** As of the parameter `seq`; `among` are hashes of the customers who are looked at. */
async function trialRows(scope: Scope, among: string | null): Promise<TrialRow[]> {
  const { label, join } = customerLabel(scope);
  const of = (hash: string) => (among === null ? '1' : `${hash} IN (${among})`);
  const lines = `${of('customer_hash')} AND type = 'trial' AND currency = {currency:String}`;
  const stated = `${of('key_hash')} AND free_trial_started_at IS NOT NULL`;
  const rows = await select<{ part: string; day: number; started: string; paid: string; days: string }>(
    scope.read.engines,
    scope.read.database,
    `SELECT
       ${label} AS part,
       toInt32(trial_day) AS day,
       count() AS started,
       countIf(paid_day IS NOT NULL) AS paid,
       sum(ifNull(toInt64(paid_day) - toInt64(trial_day), 0)) AS days
     FROM (
       SELECT customer_hash, any(trials.source) AS source, min(trial) AS trial_day, any(first_paid) AS paid_day
       FROM (
         SELECT
           if(merges.into_external_id = '', own.customer_hash, cityHash64(merges.into_source, merges.into_external_id)) AS customer_hash,
           if(merges.into_external_id = '', own.source, merges.into_source) AS source,
           if(merges.into_external_id = '', own.customer_external_id, merges.into_external_id) AS customer_external_id,
           own.currency AS currency,
           own.trial AS trial
         FROM (
           SELECT customer_hash, source, customer_external_id, currency, ${dayOf(scope, 'assumeNotNull(service_period_start)')} AS trial
           FROM invoices
           WHERE ${current('invoices', lines)}
             AND excluded = '' AND service_period_start IS NOT NULL
           UNION ALL
           SELECT key_hash, source, external_id, {currency:String}, ${dayOf(scope, 'assumeNotNull(free_trial_started_at)')}
           FROM customers
           WHERE ${current('customers', stated)}
         ) AS own
         LEFT ANY JOIN (
           SELECT ${MERGED} AS merged_hash, into_source, into_external_id
           FROM customer_merges
           WHERE ${current('customer_merges')}
         ) AS merges ON own.customer_hash = merges.merged_hash
       ) AS trials
       LEFT ANY JOIN (
         SELECT customer_hash, toNullable(min(on_day)) AS first_paid
         FROM (
           SELECT customer_hash, ${dayOf(scope, 'at')} AS on_day
           FROM movements
           PREWHERE type = 'new_biz' AND customer_hash IN (
             SELECT customer_hash FROM invoices WHERE ${lines}
             UNION ALL SELECT key_hash FROM customers WHERE ${stated}
             UNION ALL SELECT ${MERGED_INTO} FROM customer_merges
           )
           WHERE seq <= {seq:UInt64} AND day <= {until:Date32}
           GROUP BY customer_hash, on_day
           HAVING sum(sign) > 0
         )
         GROUP BY customer_hash
       ) AS paying USING (customer_hash)
       WHERE trial <= {until:Date32} AND ${customerCondition(scope)}
       GROUP BY customer_hash
     ) AS customers ${join}
     GROUP BY part, day`,
    scope.parameters,
  );
  return rows.map(({ part, day, ...row }) => ({
    part,
    day: Number(day),
    started: Number(row.started),
    paid: Number(row.paid),
    days: Number(row.days),
  }));
}
