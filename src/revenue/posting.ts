/** Posts entries of the revenue book: records, then the movements of the customers they touch, then the sums of those. */
import type { Entry } from '../journal/types.ts';
import { faultPoint } from '../kernel/faults.ts';
import { loadRecords, POST_KIND, type PostContext, select } from '../ledger/index.ts';
import type { BlockRow } from '../streams/index.ts';
import type { StreamDefinition } from '../streams/types.ts';
import { placeOf } from './chartmogul/ids.ts';
import { partOfStream, statedStreams, voidedStreams, voidRecords } from './chartmogul/voiding.ts';
import { Circumstances, statesRates, statesSettings } from './circumstances.ts';
import { CONCERNED_TABLE } from './concerned.ts';
import { deriveIncrementally, INCREMENTAL_LINES_MAX, readKnown, type Touch } from './incremental.ts';
import { plansHaveChanged } from './incrementalReads.ts';
import { linkedCustomers, linksMayHaveChanged } from './links.ts';
import { deriveCustomers, gathered, type Posting } from './manyCustomers.ts';
import { revenueStreams } from './streams.ts';
import { changesMovements, rowsNamed, streamsOf, touchedBy, touchesOthers } from './touched.ts';

/**
 * Up to so many customers are derived in TypeScript, more by SQL. Measured: 0.3 ms a customer of 36 lines, where planning the query
 * alone takes 350 ms.
 */
export const INCREMENTAL_CUSTOMERS_MAX = 500;

const STREAM_NAMES = new Set(revenueStreams.map((stream) => stream.name));

export function concernsRevenue(entry: Entry): boolean {
  return statesSettings(entry) || statesRates(entry) || streamsOf(entry).some((stream) => STREAM_NAMES.has(stream));
}

type OnRows = (rows: readonly BlockRow[]) => void;

/** Loads entries of one stream in order; those that void records speak of the state that the ones before them leave. Says what loadRecords does. */
async function load(
  context: PostContext,
  stream: StreamDefinition,
  entries: readonly Entry[],
  onRows?: OnRows,
): Promise<boolean> {
  let stating: Entry[] = [];
  let onlyAdded = true;
  for (const entry of entries) {
    if (voidedStreams(entry).includes(stream.name)) {
      onlyAdded = false;
      if (stating.length > 0) await loadRecords(context, stream, stating);
      stating = [];
      await voidRecords(context, stream, entry);
    }
    if (statedStreams(entry).includes(stream.name)) stating.push(partOfStream(entry, stream.name));
  }
  if (stating.length > 0) onlyAdded = (await loadRecords(context, stream, stating, onRows)) && onlyAdded;
  return onlyAdded;
}

/** Loads records of all streams; `onRows` is told posted lines before they are written. */
async function loadAll(context: PostContext, entries: readonly Entry[], onRows?: OnRows): Promise<boolean> {
  let onlyAdded = true;
  for (const stream of revenueStreams) {
    const ofStream = entries.filter((entry) => streamsOf(entry).includes(stream.name));
    if (ofStream.length === 0) continue;
    onlyAdded = (await load(context, stream, ofStream, stream.name === 'invoices' ? onRows : undefined)) && onlyAdded;
    if (stream.name === 'plans') plansHaveChanged(context);
  }
  return onlyAdded;
}

/** Derives every entry as if it touched many customers. Its rows are those of {@link postRevenue}: a proof of one by the other. */
export async function postRevenueBySql(context: PostContext, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    await loadAll(context, [entry]);
    linksMayHaveChanged(context, [entry]);
    const circumstances = await Circumstances.upTo(context, entry.seq);
    if (!changesMovements(entry, circumstances)) continue;
    const posting = { context, circumstances, links: await linkedCustomers(context, entry.seq) };
    if (statesSettings(entry)) await deriveChanged(posting, entry, deriveMany);
    else await deriveMany(posting, entry, touchedByEntry(posting, entry));
  }
}

/**
 * Entries are ascending. Records of all of them are loaded first; movements are then derived, with records seen up to the entry that
 * touches the customer: so the state as of every single entry is right.
 */
export async function postRevenue(context: PostContext, entries: readonly Entry[]): Promise<void> {
  const beside = entries.every(statesLinesAlone) ? new ReadingBeside(context, entries) : undefined;
  const onlyAdded = await loadAll(context, entries, (rows) => beside?.begin(rows));
  linksMayHaveChanged(context, entries);
  await faultPoint('revenue.loaded');
  const [circumstances, links] = await (beside?.facts ?? factsUpTo(context, entries.at(-1)!.seq));
  const changing = entries.filter((entry) => changesMovements(entry, circumstances));
  if (changing.length === 0) return;
  const touch = onlyAdded ? await beside?.touch : undefined;
  if (touch === undefined || !(await deriveIncrementally(context, touch))) {
    const posting = { context, circumstances, links };
    for (const run of await runs(posting, changing)) await deriveRun(posting, run);
  }
  await faultPoint('revenue.derived');
}

const factsUpTo = (context: PostContext, last: number) =>
  Promise.all([Circumstances.upTo(context, last), linkedCustomers(context, last)]);

/** Whether the entry's rows name everyone whom it touches unless they supersede something; nor does it change who is linked with whom. */
function statesLinesAlone(entry: Entry): boolean {
  const streams = streamsOf(entry);
  return (
    entry.kind === POST_KIND &&
    streams.includes('invoices') &&
    streams.every((stream) => stream === 'invoices' || stream === 'transactions')
  );
}

/** Reads what is known of few customers while the lines that touch them are being written: one step less to wait for. */
class ReadingBeside {
  readonly facts: ReturnType<typeof factsUpTo>;
  /** To derive by when nothing was superseded; undefined where it has to be found out who is touched. */
  touch: Promise<Touch | undefined> | undefined;
  readonly #context: PostContext;
  readonly #seqs: { first: number; last: number };

  constructor(context: PostContext, entries: readonly Entry[]) {
    this.#context = context;
    this.#seqs = { first: entries[0]!.seq, last: entries.at(-1)!.seq };
    this.facts = factsUpTo(context, this.#seqs.last);
    this.facts.catch(() => {});
  }

  begin(rows: readonly BlockRow[]): void {
    const hashes = new Set(rows.map(({ source, row }) => placeOf(source, String(row.values.customer_external_id))));
    if (hashes.size > INCREMENTAL_CUSTOMERS_MAX) return;
    this.touch = this.#read(rows, `customer_hash IN (${[...hashes].join(', ')})`);
    this.touch.catch(() => {});
  }

  async #read(rows: readonly BlockRow[], where: string): Promise<Touch | undefined> {
    const [circumstances, links] = await this.facts;
    // Payments of the same entries may not be written yet.
    if (circumstances.needTransactions(this.#seqs.last)) return undefined;
    const touch = {
      ...this.#seqs,
      where,
      all: [],
      circumstances,
      links,
      present: true,
      linesMax: INCREMENTAL_LINES_MAX,
    };
    const read = readKnown(this.#context, touch, rows);
    read.catch(() => {});
    return { ...touch, read };
  }
}

/** Entries that are derived together, in order. */
interface Run {
  entries: Entry[];
  /** Known to touch few customers. */
  small: boolean;
  /** Their hashes, where they were found out. */
  hashes?: readonly string[];
}

/** Few customers with few lines in TypeScript at once, others entry by entry. */
async function deriveRun(posting: Posting, { entries, small, hashes }: Run): Promise<void> {
  const { context, circumstances, links } = posting;
  context.signal?.throwIfAborted();
  const [first, last] = [entries[0]!, entries.at(-1)!];
  if (statesSettings(first) && first === last) {
    await deriveChanged(posting, first, deriveFewOrMany);
    return;
  }
  if (hashes?.length === 0) return;
  if (small) {
    const touched = hashes?.join(', ') ?? (await touchedBy(context, entries, circumstances));
    const done = await deriveIncrementally(context, {
      first: first.seq,
      last: last.seq,
      where: touched === null ? '1' : `customer_hash IN (${touched})`,
      all: entries.filter((entry) => statesSettings(entry) || statesRates(entry)).map(({ seq }) => seq),
      circumstances,
      links,
      present: true,
      linesMax: INCREMENTAL_LINES_MAX,
    });
    if (done) return;
  }
  if (first === last) {
    await deriveMany(posting, first, touchedByEntry(posting, first));
    return;
  }
  // Few customers with very many lines: fewer entries at once, in the end one.
  const middle = Math.ceil(entries.length / 2);
  await deriveRun(posting, { entries: entries.slice(0, middle), small });
  await deriveRun(posting, { entries: entries.slice(middle), small });
}

/**
 * Divides entries, in order, into runs that touch few customers. An entry that touches customers whom it does not name, or many, is a run
 * of its own.
 */
async function runs(posting: Posting, entries: readonly Entry[]): Promise<Run[]> {
  const { context } = posting;
  const named = entries.reduce((sum, entry) => sum + rowsNamed(entry), 0);
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
    // Whom it concerns is seen from what the entries before it post.
    if (statesSettings(entry)) {
      found.push({ entries: [entry], small: false });
      together = null;
      continue;
    }
    if (touchesOthers(entry) || streamsOf(entry).some((stream) => stream !== 'invoices')) {
      const hashes = await few(posting, touchedByEntry(posting, entry));
      found.push({ entries: [entry], small: hashes !== undefined, ...(hashes && { hashes }) });
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

/** SQL of the hashes of the customers who are touched, among those of a condition over `customer_hash`; null: everyone. */
type Touched = (among?: string) => Promise<string | null>;

const touchedByEntry =
  ({ context, circumstances }: Posting, entry: Entry): Touched =>
  (among) =>
    touchedBy(context, [entry], circumstances, among);

/** Hashes of the customers who are touched, when they are few. */
async function few({ context }: Posting, touched: Touched): Promise<string[] | undefined> {
  const customers = (await touched()) ?? 'SELECT customer_hash FROM invoices';
  const [found] = await select<{ hashes: string[] }>(
    context.engines,
    context.database,
    `SELECT groupUniqArray(${INCREMENTAL_CUSTOMERS_MAX + 1})(toString(customer_hash)) AS hashes FROM (${customers})`,
  );
  const hashes = found?.hashes ?? [];
  return hashes.length <= INCREMENTAL_CUSTOMERS_MAX ? hashes : undefined;
}

/**
 * Derives for an entry that states settings: whom it concerns is found out once, by a look at all lines, and gathered in a table that is dropped
 * afterwards. Nothing reads what a process that died has left of it.
 */
async function deriveChanged(
  posting: Posting,
  entry: Entry,
  derive: (posting: Posting, entry: Entry, touched: Touched) => Promise<void>,
): Promise<void> {
  const concerned = touchedByEntry(posting, entry);
  if ((await concerned()) === null) {
    await derive(posting, entry, async () => null);
    return;
  }
  const sqlOf = async (bucket: string) => (await concerned(bucket))!;
  await gathered(posting.context, CONCERNED_TABLE, sqlOf, (among) =>
    derive(posting, entry, async (bucket = '1') => among(bucket)),
  );
}

async function deriveFewOrMany(posting: Posting, entry: Entry, touched: Touched): Promise<void> {
  const { context, circumstances, links } = posting;
  const hashes = await few(posting, touched);
  if (hashes?.length === 0) return;
  const done =
    hashes !== undefined &&
    (await deriveIncrementally(context, {
      first: entry.seq,
      last: entry.seq,
      where: `customer_hash IN (${hashes.join(', ')})`,
      all: [entry.seq],
      circumstances,
      links,
      present: true,
      linesMax: INCREMENTAL_LINES_MAX,
    }));
  if (!done) await deriveMany(posting, entry, touched);
}

/** Where more of the lines than one in so many are touched, SQL derives all customers: what is not touched gives no difference. */
const TOUCHES_ALL = 3;

/**
 * Re-derives everyone whom one entry touches: by SQL in buckets of customers where it knows the settings, else by the rules in TypeScript in parts;
 * linked customers always by the rules.
 */
async function deriveMany(posting: Posting, entry: Entry, touchedAmong: Touched): Promise<void> {
  const { engines, database } = posting.context;
  const touched = await touchedAmong();
  const [size] = await select<{ lines: string; all_lines: string }>(
    engines,
    database,
    `SELECT ${touched === null ? 'count()' : `countIf(customer_hash IN (${touched}))`} AS lines, count() AS all_lines
     FROM invoices
     WHERE seq <= {seq:UInt64}`,
    { seq: entry.seq },
  );
  const [lines, allLines] = [Number(size?.lines ?? 0), Number(size?.all_lines ?? 0)];
  if (lines === 0) return;
  const [present] = await select<{ present: number }>(
    engines,
    database,
    `SELECT (SELECT count() FROM movements) + (SELECT count() FROM steps) + (SELECT count() FROM warnings) > 0 AS present`,
  );
  // The condition stands several times in the derivation, and each time costs a look at the bucket's lines: none where it says "all". Whom
  // settings concern is gathered, and the rules cost by the line: others are not looked at.
  const whole = touched === null || (lines * TOUCHES_ALL > allLines && !statesSettings(entry));
  const where = async (bucket: string) =>
    whole ? bucket : `(${bucket} AND customer_hash IN (${await touchedAmong(bucket)}))`;
  await deriveCustomers(posting, {
    seq: entry.seq,
    lines: whole ? allLines : lines,
    where,
    manyRenewals: lines * TOUCHES_ALL > allLines || !statesSettings(entry),
    present: Boolean(Number(present?.present ?? 1)),
  });
}
