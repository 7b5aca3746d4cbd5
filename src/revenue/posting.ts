/** Posts entries of the revenue book: records, then the movements of the customers they touch, then the sums of those. */
import type { Entry } from '../journal/types.ts';
import { faultPoint } from '../kernel/faults.ts';
import { entryStream, execute, loadRecords, type PostContext, select } from '../ledger/index.ts';
import type { StreamDefinition } from '../streams/types.ts';
import { voidedStreams, voidRecords } from './chartmogul/voiding.ts';
import { DEFAULT_SETTINGS, DERIVED_COLUMNS, derivationSql } from './derivation.ts';
import { revenueStreams } from './streams.ts';

/** Lines derived in one query: bounds its memory to some hundred megabytes. */
export const BUCKET_LINES_MAX = 1_000_000;
/** Up to so many customers are named in the query; more are found through the records that the entry loaded. */
const CUSTOMERS_NAMED_MAX = 1_000;
/** Below so many lines, looking for renewals that can be left out costs more than it saves. */
const SKIP_RENEWALS_LINES_MIN = 20_000;
/** Memory and threads of one derivation. */
const DERIVATION_SETTINGS = 'SETTINGS join_use_nulls = 0, max_bytes_before_external_sort = 800000000';

const STREAM_NAMES = new Set(revenueStreams.map((stream) => stream.name));

export function concernsRevenue(entry: Entry): boolean {
  return streamsOf(entry).some((stream) => STREAM_NAMES.has(stream));
}

/** Streams whose records the entry states or voids. */
function streamsOf(entry: Entry): string[] {
  const stream = entryStream(entry);
  return stream === undefined ? voidedStreams(entry) : [stream];
}

const changesPlans = (entry: Entry): boolean => streamsOf(entry).includes('plans');

/** Loads entries of one stream in order; those that void records speak of the state that the ones before them leave. */
async function load(context: PostContext, stream: StreamDefinition, entries: readonly Entry[]): Promise<void> {
  let stating: Entry[] = [];
  for (const entry of entries) {
    if (voidedStreams(entry).length === 0) {
      stating.push(entry);
      continue;
    }
    if (stating.length > 0) await loadRecords(context, stream, stating);
    stating = [];
    await voidRecords(context, stream, entry);
  }
  if (stating.length > 0) await loadRecords(context, stream, stating);
}

/**
 * Entries are ascending. Records of all of them are loaded first; movements are then derived run by run, where no customer is
 * touched twice within a run and records are seen up to the entry that touches the customer: so the state as of every
 * single entry is right.
 */
export async function postRevenue(context: PostContext, entries: readonly Entry[]): Promise<void> {
  for (const stream of revenueStreams) {
    const ofStream = entries.filter((entry) => streamsOf(entry).includes(stream.name));
    if (ofStream.length > 0) await load(context, stream, ofStream);
  }
  await faultPoint('revenue.loaded');
  const changing = entries.filter((entry) =>
    streamsOf(entry).some((stream) => stream === 'plans' || stream === 'invoices'),
  );
  if (changing.length === 0) return;
  const first = changing[0]!.seq;
  const last = changing.at(-1)!.seq;

  if (changing.length === 1) {
    await deriveTouched(context, changing[0]!);
  } else {
    for (const run of await runs(context, changing)) {
      if (run.touched === null) await deriveTouched(context, run.entries[0]!);
      else await deriveNamed(context, run.touched);
    }
  }
  await faultPoint('revenue.derived');
  await execute(
    context.engines,
    context.database,
    `INSERT INTO mrr_totals
     SELECT seq, currency, day, type, plan_external_id, sum(amount_cents), sum(customers), sum(sign)
     FROM movements
     WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}
     GROUP BY seq, currency, day, type, plan_external_id`,
    { first, last },
  );
}

/** SQL for the customers that an entry touches: those whose lines it states or reverses, or are on a plan that it changes. */
function touchedBy(entry: Entry): string {
  return changesPlans(entry)
    ? `SELECT customer_hash
       FROM invoices
       WHERE seq <= ${entry.seq}
         AND (
           seq = ${entry.seq}
           OR (source, plan_external_id) IN (SELECT source, external_id FROM plans WHERE seq = ${entry.seq})
         )`
    : `SELECT customer_hash FROM invoices WHERE seq = ${entry.seq}`;
}

/** Re-derives everyone whom one entry touches, in buckets of customers. */
async function deriveTouched(context: PostContext, entry: Entry): Promise<void> {
  const { engines, database } = context;
  const [size] = await select<{ lines: string; customers: string }>(
    engines,
    database,
    `SELECT count() AS lines, uniqExact(customer_hash) AS customers
     FROM invoices
     WHERE seq <= {seq:UInt64} AND customer_hash IN (${touchedBy(entry)})`,
    { seq: entry.seq },
  );
  const lines = Number(size?.lines ?? 0);
  if (lines === 0) return;
  const [present] = await select<{ present: number }>(
    engines,
    database,
    `SELECT (SELECT count() FROM movements) + (SELECT count() FROM warnings) > 0 AS present`,
  );
  const buckets = Math.ceil(lines / BUCKET_LINES_MAX);
  const width = 2n ** 64n / BigInt(buckets);
  for (let bucket = 0n; bucket < BigInt(buckets); bucket += 1n) {
    context.signal?.throwIfAborted();
    const low = bucket * width;
    const high = bucket === BigInt(buckets) - 1n ? 2n ** 64n - 1n : low + width - 1n;
    const inBucket = buckets === 1 ? '' : `customer_hash BETWEEN ${low} AND ${high} AND `;
    await derive(context, {
      customers: `(${inBucket}customer_hash IN (${touchedBy(entry)}))`,
      seqs: String(entry.seq),
      upTo: entry.seq,
      skipRenewals: lines > SKIP_RENEWALS_LINES_MIN,
      present: Boolean(Number(present?.present ?? 1)),
    });
    context.onProgress?.(entry.seq, {
      stage: 'deriving movements',
      rows: Math.round((lines * Number(bucket + 1n)) / buckets),
      rowsTotal: lines,
      bytes: 0,
      bytesTotal: null,
    });
  }
}

/** Customer hash -> the entry that touches it. */
type Touched = Map<string, number>;

async function deriveNamed(context: PostContext, touched: Touched): Promise<void> {
  if (touched.size === 0) return;
  const hashes = [...touched.keys()];
  const seqs = [...touched.values()];
  const upTo = Math.max(...seqs);
  await derive(context, {
    customers: `customer_hash IN (${hashes.join(', ')})`,
    seqs:
      new Set(seqs).size === 1
        ? String(upTo)
        : `transform(customer_hash, [${hashes.map((hash) => `toUInt64(${hash})`).join(', ')}], [${seqs.map((seq) => `toUInt64(${seq})`).join(', ')}], toUInt64(0))`,
    upTo,
    skipRenewals: false,
    present: true,
  });
}

/**
 * Posts the difference between the movements and warnings that the customers have and those that their records amount to: what no
 * longer holds is reversed, what is new is posted, both by the entry that touched the customer.
 */
async function derive(
  context: PostContext,
  task: { customers: string; seqs: string; upTo: number; skipRenewals: boolean; present: boolean },
): Promise<void> {
  const content = DERIVED_COLUMNS.join(', ');
  const wanted = derivationSql({
    customers: task.customers,
    seq: task.upTo,
    settings: DEFAULT_SETTINGS,
    skipRenewals: task.skipRenewals,
  });
  const unsigned = DERIVED_COLUMNS.map((column) =>
    column === 'amount_cents' || column === 'customers' ? `${column} * sign AS ${column}` : column,
  ).join(', ');
  const posted = (table: string) =>
    `SELECT ${unsigned}, -sign AS weight FROM (SELECT * FROM ${table} WHERE ${task.customers} AND seq < ${task.upTo + 1})`;
  const signed = DERIVED_COLUMNS.map((column) =>
    column === 'amount_cents' || column === 'customers' ? `${column} * net AS ${column}` : column,
  ).join(', ');
  const difference = task.present
    ? `SELECT ${content}, sum(weight) AS net
       FROM (
         SELECT ${content}, 1 AS weight FROM (${wanted})
         UNION ALL ${posted('movements')}
         UNION ALL ${posted('warnings')}
       )
       GROUP BY ${content}
       HAVING net != 0`
    : `SELECT ${content}, 1 AS net FROM (${wanted})`;
  await execute(
    context.engines,
    context.database,
    `INSERT INTO derived (seq, sign, ${content})
     SELECT ${task.seqs} AS seq, net AS sign, ${signed}
     FROM (${difference})
     ${DERIVATION_SETTINGS}`,
  );
}

/**
 * Divides entries, in order, into runs in which no customer is touched twice. An entry about plans, or one that touches very
 * many customers, is a run of its own (touched: null).
 */
async function runs(
  context: PostContext,
  entries: readonly Entry[],
): Promise<Array<{ entries: Entry[]; touched: Touched | null }>> {
  const touches = await select<{ seq: string; hashes: string[]; total: string }>(
    context.engines,
    context.database,
    `SELECT seq, groupUniqArray(${CUSTOMERS_NAMED_MAX + 1})(toString(customer_hash)) AS hashes
     FROM invoices
     WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}
     GROUP BY seq`,
    { first: entries[0]!.seq, last: entries.at(-1)!.seq },
  );
  const hashesOf = new Map(touches.map((touch) => [Number(touch.seq), touch.hashes]));
  const found: Array<{ entries: Entry[]; touched: Touched | null }> = [];
  for (const entry of entries) {
    const hashes = hashesOf.get(entry.seq) ?? [];
    if (changesPlans(entry) || hashes.length > CUSTOMERS_NAMED_MAX) {
      found.push({ entries: [entry], touched: null });
      continue;
    }
    let run = found.at(-1);
    const touched = run?.touched ?? null;
    const fits =
      touched !== null &&
      touched.size + hashes.length <= CUSTOMERS_NAMED_MAX &&
      hashes.every((hash) => !touched.has(hash));
    if (!run || !fits) {
      run = { entries: [], touched: new Map() };
      found.push(run);
    }
    run.entries.push(entry);
    for (const hash of hashes) run.touched!.set(hash, entry.seq);
  }
  return found;
}
