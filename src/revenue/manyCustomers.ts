/** Derives very many customers as of one entry: by SQL in buckets of customers where it knows the settings, else by the rules in TypeScript in parts. */
import { invariant } from '../kernel/errors.ts';
import { execute, type PostContext, select } from '../ledger/index.ts';
import { type Circumstances, leftToRules, sqlKnows } from './circumstances.ts';
import { LEFT_TABLE } from './concerned.ts';
import { DERIVED_COLUMNS, SIGNED_COLUMNS } from './derivation.ts';
import {
  BUCKET_LINES_MAX,
  buckets,
  DERIVATION_SETTINGS,
  type DifferenceScope,
  differenceSql,
  SKIP_RENEWALS_LINES_MIN,
} from './difference.ts';
import { deriveIncrementally, INCREMENTAL_LINES_MAX } from './incremental.ts';
import { LINKED_SQL } from './linkedSql.ts';
import type { LinkedCustomers } from './links.ts';
import { onlyRedated, redatedSql } from './redated.ts';
import { TOTALS_COLUMNS, TOTALS_SQL } from './sums.ts';

/** A bucket keeps one thread of the database busy: its work is on arrays of one customer at a time. */
const BUCKETS_AT_ONCE = 2;

/** Lines of customers who are derived together in TypeScript when there are very many: nothing else runs for that tenth of a second. */
const PART_LINES = 15_000;
/** One customer may have so many lines, which are then looked at alone. */
const UNIT_LINES_MAX = 5_000_000;
/** Units of linked customers that are derived together. */
const PART_UNITS = 500;

/** What a batch of entries is posted with. */
export interface Posting {
  context: PostContext;
  circumstances: Circumstances;
  links: LinkedCustomers;
}

export interface Customers {
  seq: number;
  /** How many lines they have, about. */
  lines: number;
  /** Condition over `customer_hash`: those of them within a range of hashes. */
  where: (bucket: string) => Promise<string>;
  /** Whether most of their lines are likely to repeat the ones before; not so of those whom settings concern, to whom much has happened. */
  manyRenewals: boolean;
  /** False when nothing can be posted yet. */
  present: boolean;
}

/** Posts what differs for many customers, as of one entry, and its sums. */
export async function deriveCustomers(posting: Posting, customers: Customers): Promise<void> {
  const { context, circumstances, links } = posting;
  const settings = circumstances.settings(customers.seq);
  progressOf(posting, customers)(0);
  if (!sqlKnows(settings)) await deriveUnlinkedByRules(posting, customers, customers.lines, null);
  else if (leftToRules(settings, '1') === null) await deriveBySql(posting, customers, null);
  else {
    const left = async (bucket: string) =>
      `SELECT customer_hash FROM invoices WHERE ${await customers.where(bucket)} AND ${leftToRules(settings, bucket)}`;
    await gathered(context, LEFT_TABLE, left, async (among) => {
      const others = (bucket: string) => `customer_hash IN (${among(bucket)})`;
      await deriveBySql(posting, customers, others);
      const [size] = await select<{ lines: string }>(
        context.engines,
        context.database,
        `SELECT count() AS lines FROM invoices WHERE ${others('1')}`,
      );
      await deriveUnlinkedByRules(posting, customers, Number(size?.lines ?? 0), others);
    });
  }
  for (let from = 0; from < links.units.length; from += PART_UNITS) {
    const hashes = links.units.slice(from, from + PART_UNITS).flat();
    const among = `customer_hash IN (${hashes.join(', ')})`;
    await deriveByRules(posting, {
      seq: customers.seq,
      present: customers.present,
      where: async (range) => `(${among} AND ${await customers.where(range)})`,
    });
  }
}

/**
 * Gathers customers in a table that is dropped after the work: a condition stands several times in a derivation, and each time costs a look at
 * all lines. `sqlOf` gives SQL of the hashes within a range of hashes; `work` gets the same, of the table. Nothing reads what a process that
 * died has left of it.
 */
export async function gathered(
  context: PostContext,
  table: string,
  sqlOf: (bucket: string) => Promise<string>,
  work: (among: (bucket: string) => string) => Promise<void>,
): Promise<void> {
  const { engines, database } = context;
  const dropped = `DROP TABLE IF EXISTS ${table} SYNC`;
  await execute(engines, database, dropped);
  await execute(
    engines,
    database,
    `CREATE TABLE ${table} (customer_hash UInt64) ENGINE = MergeTree ORDER BY customer_hash`,
  );
  try {
    await inPairs(
      context,
      buckets(BUCKETS_AT_ONCE, 1),
      () => {},
      async (bucket) =>
        execute(engines, database, `INSERT INTO ${table} SELECT DISTINCT customer_hash FROM (${await sqlOf(bucket)})`),
    );
    await work((bucket) => `SELECT customer_hash FROM ${table} WHERE ${bucket}`);
  } finally {
    await execute(engines, database, dropped).catch((err) =>
      engines.log.warn({ err, table }, 'a table of gathered customers could not be dropped'),
    );
  }
}

/** A condition over `customer_hash` for those within a range of hashes. */
type Others = (bucket: string) => string;

const unlinked = ({ links }: Posting): string => (links.any ? `customer_hash NOT IN (${LINKED_SQL})` : '1');
const all = (conditions: readonly string[]): string =>
  `(${conditions.filter((each) => each !== '1').join(' AND ') || '1'})`;

/** All but `others` and linked customers. */
async function deriveBySql(posting: Posting, customers: Customers, others: Others | null): Promise<void> {
  const { context, circumstances, links } = posting;
  const { seq, lines, present } = customers;
  const settings = circumstances.settings(seq);
  const linesMax = present ? BUCKET_LINES_MAX.compared : BUCKET_LINES_MAX.fresh;
  const redated = present && onlyRedated(circumstances.settings(seq - 1), settings);
  await inPairs(context, buckets(lines, linesMax), progressOf(posting, customers), async (bucket) => {
    const but = others === null ? '1' : `NOT ${others(bucket)}`;
    const among = all([await customers.where(bucket), unlinked(posting), but]);
    if (redated) {
      await redate(context, among, seq, settings.timeZone);
      return;
    }
    await derive(context, {
      customers: among,
      upTo: seq,
      settings,
      cancellations: links.cancellations,
      skipRenewals: customers.manyRenewals && lines > SKIP_RENEWALS_LINES_MIN,
      present,
    });
  });
  // Before the rules post: they add up their own.
  await addUp(context, seq);
}

/** All that are not linked, or of them `others`, who have about `lines` lines. */
async function deriveUnlinkedByRules(
  posting: Posting,
  customers: Customers,
  lines: number,
  others: Others | null,
): Promise<void> {
  if (lines === 0) return;
  const { seq, present } = customers;
  await inPairs(posting.context, buckets(lines, PART_LINES), progressOf(posting, customers), async (bucket) => {
    const among = all([await customers.where(bucket), unlinked(posting), others?.(bucket) ?? '1']);
    await deriveByRules(posting, { seq, present, where: async (range) => `(${among} AND ${range})` });
  });
}

/** Works through buckets, two at a time; says after each which part of all is done. Ends only when no work is under way. */
async function inPairs(
  context: PostContext,
  parts: readonly string[],
  report: (share: number) => void,
  work: (bucket: string) => Promise<void>,
): Promise<void> {
  let [next, done, failed] = [0, 0, false];
  const worker = async () => {
    while (next < parts.length && !failed) {
      context.signal?.throwIfAborted();
      const part = parts[next]!;
      next += 1;
      try {
        await work(part);
      } catch (error) {
        failed = true;
        throw error;
      }
      done += 1;
      report(done / parts.length);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: BUCKETS_AT_ONCE }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

const progressOf =
  ({ context }: Posting, { seq, lines }: Customers) =>
  (share: number) =>
    context.onProgress?.(seq, {
      stage: 'deriving movements',
      rows: Math.round(lines * share),
      rowsTotal: lines,
      bytes: 0,
      bytesTotal: null,
    });

/** Derives customers by the rules in TypeScript; halves them when they have too many lines. */
async function deriveByRules(
  posting: Posting,
  { seq, where, present }: Pick<Customers, 'seq' | 'where' | 'present'>,
  range: readonly [low: bigint, high: bigint] = [0n, 2n ** 64n - 1n],
): Promise<void> {
  const { context, circumstances, links } = posting;
  const [low, high] = range;
  const done = await deriveIncrementally(context, {
    first: seq,
    last: seq,
    where: await where(`customer_hash BETWEEN ${low} AND ${high}`),
    all: [seq],
    circumstances,
    links,
    present,
    linesMax: low === high ? UNIT_LINES_MAX : INCREMENTAL_LINES_MAX * 2,
  });
  if (done) return;
  invariant(low !== high, `a customer has no more than ${UNIT_LINES_MAX} lines`);
  const middle = (low + high) / 2n;
  await deriveByRules(posting, { seq, where, present }, [low, middle]);
  await deriveByRules(posting, { seq, where, present }, [middle + 1n, high]);
}

/** Adds up the movements that the derivation by SQL posted with an entry. */
async function addUp({ engines, database }: PostContext, seq: number): Promise<void> {
  await execute(
    engines,
    database,
    `INSERT INTO mrr_totals (${TOTALS_COLUMNS.join(', ')})
     SELECT ${TOTALS_COLUMNS.map((column) => `${TOTALS_SQL[column] ?? column} AS ${column}`).join(', ')}
     FROM movements
     WHERE seq = {seq:UInt64}
     GROUP BY seq, currency, day, type, cohort
     SETTINGS prefer_column_name_to_alias = 1`,
    { seq },
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

/** Posts movements anew whose days and periods are others in the time zone; what else is posted says nothing of days. */
async function redate({ engines, database }: PostContext, customers: string, seq: number, zone: string): Promise<void> {
  await execute(
    engines,
    database,
    `INSERT INTO movements (seq, sign, ${DERIVED_COLUMNS.join(', ')})
     SELECT ${seq} AS seq, sign, ${DERIVED_COLUMNS.join(', ')}
     FROM (${redatedSql(customers, seq, zone)})
     ${DERIVATION_SETTINGS}`,
  );
}
