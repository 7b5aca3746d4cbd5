/** Posts entries of the revenue book: records, then the movements of the customers they touch, then the sums of those. */
import type { Entry, Json } from '../journal/types.ts';
import { faultPoint } from '../kernel/faults.ts';
import { DELETE_KIND, execute, loadRecords, POST_KIND, type PostContext, select } from '../ledger/index.ts';
import type { StreamDefinition } from '../streams/types.ts';
import { partOfStream, statedStreams, voidedStreams, voidRecords } from './chartmogul/voiding.ts';
import { DERIVED_COLUMNS, SIGNED_COLUMNS } from './derivation.ts';
import {
  buckets,
  DERIVATION_SETTINGS,
  type DifferenceScope,
  differenceSql,
  SKIP_RENEWALS_LINES_MIN,
} from './difference.ts';
import { deriveIncrementally } from './incremental.ts';
import { revenueStreams } from './streams.ts';
import { TOTALS_COLUMNS, TOTALS_SQL } from './sums.ts';

/**
 * Up to so many customers are derived in TypeScript, more by SQL. Measured: 0.3 ms a customer of 36 lines, where planning the query
 * alone takes 350 ms.
 */
export const INCREMENTAL_CUSTOMERS_MAX = 500;

const STREAM_NAMES = new Set(revenueStreams.map((stream) => stream.name));

export function concernsRevenue(entry: Entry): boolean {
  return streamsOf(entry).some((stream) => STREAM_NAMES.has(stream));
}

/** Streams whose records the entry states or voids. */
function streamsOf(entry: Entry): string[] {
  return [...new Set([...statedStreams(entry), ...voidedStreams(entry)])];
}

const changesPlans = (entry: Entry): boolean => streamsOf(entry).includes('plans');
/** Lines or what they are worth. */
const changesLines = (entry: Entry): boolean => changesPlans(entry) || streamsOf(entry).includes('invoices');

/** Loads entries of one stream in order; those that void records speak of the state that the ones before them leave. */
async function load(context: PostContext, stream: StreamDefinition, entries: readonly Entry[]): Promise<void> {
  let stating: Entry[] = [];
  for (const entry of entries) {
    if (voidedStreams(entry).includes(stream.name)) {
      if (stating.length > 0) await loadRecords(context, stream, stating);
      stating = [];
      await voidRecords(context, stream, entry);
    }
    if (statedStreams(entry).includes(stream.name)) stating.push(partOfStream(entry, stream.name));
  }
  if (stating.length > 0) await loadRecords(context, stream, stating);
}

async function loadAll(context: PostContext, entries: readonly Entry[]): Promise<void> {
  for (const stream of revenueStreams) {
    const ofStream = entries.filter((entry) => streamsOf(entry).includes(stream.name));
    if (ofStream.length > 0) await load(context, stream, ofStream);
  }
}

/** Derives every entry by SQL, whatever it touches. Its rows are those of {@link postRevenue}: a proof of one by the other. */
export async function postRevenueBySql(context: PostContext, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    await loadAll(context, [entry]);
    if (changesLines(entry)) await deriveBySql(context, entry);
  }
}

/**
 * Entries are ascending. Records of all of them are loaded first; movements are then derived, with records seen up to the entry that
 * touches the customer: so the state as of every single entry is right.
 */
export async function postRevenue(context: PostContext, entries: readonly Entry[]): Promise<void> {
  await loadAll(context, entries);
  await faultPoint('revenue.loaded');
  const changing = entries.filter(changesLines);
  if (changing.length === 0) return;
  for (const run of await runs(context, changing)) await deriveRun(context, run);
  await faultPoint('revenue.derived');
}

/** Entries that are derived together, in order. */
interface Run {
  entries: Entry[];
  /** Known to touch few customers. */
  small: boolean;
}

/** Few customers with few lines in TypeScript, others entry by entry by SQL. */
async function deriveRun(context: PostContext, { entries, small }: Run): Promise<void> {
  context.signal?.throwIfAborted();
  const [first, last] = [entries[0]!, entries.at(-1)!];
  if (small) {
    const customers =
      first === last
        ? touchedBy(first)
        : `SELECT customer_hash FROM invoices WHERE seq BETWEEN ${first.seq} AND ${last.seq}`;
    if (await deriveIncrementally(context, { first: first.seq, last: last.seq, customers })) return;
  }
  if (first === last) {
    await deriveBySql(context, first);
    return;
  }
  // Few customers with very many lines: fewer entries at once, in the end one.
  const middle = Math.ceil(entries.length / 2);
  await deriveRun(context, { entries: entries.slice(0, middle), small });
  await deriveRun(context, { entries: entries.slice(middle), small });
}

/** Rows and keys of lines that an entry names, where it touches no other customers than theirs; infinite where that is not so. */
function linesNamed(entry: Entry): number {
  if (changesPlans(entry) || voidedStreams(entry).length > 0) return Number.POSITIVE_INFINITY;
  if (entry.kind !== POST_KIND && entry.kind !== DELETE_KIND) return Number.POSITIVE_INFINITY;
  const { rows = [], keys = [] } = partOfStream(entry, 'invoices').payload as { rows?: Json[]; keys?: Json[] };
  return rows.length + keys.length;
}

/**
 * Divides entries, in order, into runs that touch few customers. An entry about plans, or one that touches many customers, is a run of
 * its own.
 */
async function runs(context: PostContext, entries: readonly Entry[]): Promise<Run[]> {
  const named = entries.reduce((sum, entry) => sum + linesNamed(entry), 0);
  if (named <= INCREMENTAL_CUSTOMERS_MAX) return [{ entries: [...entries], small: true }];

  const touches = await select<{ seq: string; hashes: string[] }>(
    context.engines,
    context.database,
    `SELECT seq, groupUniqArray(${INCREMENTAL_CUSTOMERS_MAX + 1})(toString(customer_hash)) AS hashes
     FROM invoices
     WHERE seq BETWEEN {first:UInt64} AND {last:UInt64}
     GROUP BY seq`,
    { first: entries[0]!.seq, last: entries.at(-1)!.seq },
  );
  const hashesOf = new Map(touches.map((touch) => [Number(touch.seq), touch.hashes]));
  const found: Run[] = [];
  let together: Set<string> | null = null;
  for (const entry of entries) {
    if (changesPlans(entry)) {
      found.push({ entries: [entry], small: await touchesFew(context, entry) });
      together = null;
      continue;
    }
    const hashes = hashesOf.get(entry.seq) ?? [];
    const union: Set<string> = new Set([...(together ?? []), ...hashes]);
    if (together && union.size <= INCREMENTAL_CUSTOMERS_MAX) {
      found.at(-1)!.entries.push(entry);
      together = union;
      continue;
    }
    const small = hashes.length <= INCREMENTAL_CUSTOMERS_MAX;
    found.push({ entries: [entry], small });
    together = small ? new Set(hashes) : null;
  }
  return found;
}

async function touchesFew(context: PostContext, entry: Entry): Promise<boolean> {
  const [touched] = await select<{ customers: number }>(
    context.engines,
    context.database,
    `SELECT length(groupUniqArray(${INCREMENTAL_CUSTOMERS_MAX + 1})(customer_hash)) AS customers FROM (${touchedBy(entry)})`,
  );
  return Number(touched?.customers ?? 0) <= INCREMENTAL_CUSTOMERS_MAX;
}

/**
 * SQL for the customers that an entry touches: those whose lines it states or reverses, or are on a plan that it changes. `among` is a
 * condition over \`customer_hash\`.
 */
function touchedBy(entry: Entry, among = '1'): string {
  return changesPlans(entry)
    ? `SELECT customer_hash
       FROM invoices
       WHERE ${among}
         AND seq <= ${entry.seq}
         AND (
           seq = ${entry.seq}
           OR (source, plan_external_id) IN (SELECT source, external_id FROM plans WHERE seq = ${entry.seq})
         )`
    : `SELECT customer_hash FROM invoices WHERE ${among} AND seq = ${entry.seq}`;
}

/** Re-derives everyone whom one entry touches by SQL, in buckets of customers, and adds up what that posted. */
async function deriveBySql(context: PostContext, entry: Entry): Promise<void> {
  const { engines, database } = context;
  const [size] = await select<{ lines: string; all_lines: string }>(
    engines,
    database,
    `SELECT countIf(customer_hash IN (${touchedBy(entry)})) AS lines, count() AS all_lines
     FROM invoices
     WHERE seq <= {seq:UInt64}`,
    { seq: entry.seq },
  );
  const lines = Number(size?.lines ?? 0);
  if (lines === 0) return;
  // The condition stands several times in the derivation, and each time costs a look at the bucket's lines: none where it says "all".
  const touchesAll = lines === Number(size?.all_lines);
  const [present] = await select<{ present: number }>(
    engines,
    database,
    `SELECT (SELECT count() FROM movements) + (SELECT count() FROM steps) + (SELECT count() FROM warnings) > 0 AS present`,
  );
  const parts = buckets(lines);
  const report = (done: number) =>
    context.onProgress?.(entry.seq, {
      stage: 'deriving movements',
      rows: Math.round((lines * done) / parts.length),
      rowsTotal: lines,
      bytes: 0,
      bytesTotal: null,
    });
  report(0);
  for (const [i, bucket] of parts.entries()) {
    context.signal?.throwIfAborted();
    await derive(context, {
      customers: touchesAll ? bucket : `(${bucket} AND customer_hash IN (${touchedBy(entry, bucket)}))`,
      upTo: entry.seq,
      skipRenewals: lines > SKIP_RENEWALS_LINES_MIN,
      present: Boolean(Number(present?.present ?? 1)),
    });
    report(i + 1);
  }
  await execute(
    engines,
    database,
    `INSERT INTO mrr_totals (${TOTALS_COLUMNS.join(', ')})
     SELECT ${TOTALS_COLUMNS.map((column) => `${TOTALS_SQL[column] ?? column} AS ${column}`).join(', ')}
     FROM movements
     WHERE seq = {seq:UInt64}
     GROUP BY seq, currency, day, type, cohort
     SETTINGS prefer_column_name_to_alias = 1`,
    { seq: entry.seq },
  );
}

/**
 * Posts the difference between the movements and warnings that the customers have and those that their records amount to: what no
 * longer holds is reversed, what is new is posted, both by the entry that touched the customer.
 */
async function derive(context: PostContext, task: DifferenceScope): Promise<void> {
  const signed = DERIVED_COLUMNS.map((column) =>
    SIGNED_COLUMNS.has(column) ? `${column} * net AS ${column}` : column,
  ).join(', ');
  await execute(
    context.engines,
    context.database,
    `INSERT INTO derived (seq, sign, ${DERIVED_COLUMNS.join(', ')})
     SELECT ${task.upTo} AS seq, net AS sign, ${signed}
     FROM (${differenceSql(task)})
     ${DERIVATION_SETTINGS}`,
  );
}
