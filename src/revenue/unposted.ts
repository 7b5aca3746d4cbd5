/**
 * Sums of movements as of entries that are not posted yet: what the few entries that the ledger is behind add to what it has posted, worked
 * out in memory by the rules that will post it, so that a statement need not wait until it is written. Both say the same, for what is posted
 * is a function of the journal alone.
 *
 * Covered are entries that state lines which supersede nothing, of few customers; and those that say nothing of movements. Of anything
 * else (corrections, deletions, plans, settings, rates, merges, cancellations apart from lines, payments where they have a say in MRR) this
 * says null, and the ledger is waited for.
 */
import type { Engines } from '../engines/types.ts';
import type { Entry, Journal } from '../journal/types.ts';
import { dayNumber } from '../kernel/dates.ts';
import {
  keysStatedBefore,
  type Ledger,
  POST_KIND,
  type PostContext,
  postedRows,
  type ReadContext,
} from '../ledger/index.ts';
import type { BlockRow } from '../streams/index.ts';
import { placeOf } from './chartmogul/ids.ts';
import { partOfStream, voidedStreams } from './chartmogul/voiding.ts';
import { Circumstances } from './circumstances.ts';
import type { DailyTotals, DayTotal } from './dailyTotals.ts';
import { derivedTotals, INCREMENTAL_LINES_MAX, readKnown, type Touch } from './incremental.ts';
import { type LinkedCustomers, linkedCustomersRead } from './links.ts';
import { concernsRevenue, INCREMENTAL_CUSTOMERS_MAX } from './posting.ts';
import type { StatementRow } from './statement.ts';
import { invoices } from './streams.ts';
import { TOTALS_COLUMNS } from './sums.ts';
import { streamsOf } from './touched.ts';

/** Entries that the ledger may be behind, and bytes of what they say. */
const ENTRIES_MAX = 200;
const PAYLOAD_BYTES_MAX = 4 * 1024 * 1024;
/** Ledgers of which something is kept. */
const LEDGERS_MAX = 100;

/** Streams of which a posted row supersedes or adds a record, and says nothing of movements. */
const WITHOUT_MOVEMENTS = ['customers', 'transactions'];

/** What is known of a ledger beyond what it has posted. */
interface Known {
  /** Entries from the first that was not posted when this was begun up to this one were looked at: they state lines or nothing of movements. */
  seq: number;
  /** Lines of those that are not posted yet. */
  lines: BlockRow[];
  links: LinkedCustomers;
  /** What is read of plans is kept under it: no entry since has stated one. */
  turn: object;
}

/** For the ledgers of one process. */
export class UnpostedTotals {
  readonly #engines: Engines;
  readonly #journal: Journal;
  readonly #ledger: Pick<Ledger, 'posted' | 'database'>;
  readonly #daily: DailyTotals;
  readonly #known = new Map<string, Known>();
  /** One at a time of an account: each goes on where the one before has ended. */
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(
    { engines, journal, ledger }: { engines: Engines; journal: Journal; ledger: Pick<Ledger, 'posted' | 'database'> },
    daily: DailyTotals,
  ) {
    this.#engines = engines;
    this.#journal = journal;
    this.#ledger = ledger;
    this.#daily = daily;
  }

  /** All sums as of entry `seq` of the journal; null when it is posted already, or has to be. */
  async of(accountId: number, seq: number): Promise<{ read: ReadContext; totals: readonly DayTotal[] } | null> {
    const before = this.#turns.get(accountId);
    const turn = (async () => {
      await before?.catch(() => {});
      return this.#of(accountId, seq);
    })();
    this.#turns.set(accountId, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(accountId) === turn) this.#turns.delete(accountId);
    }
  }

  async #of(accountId: number, seq: number) {
    const database = await this.#ledger.database(accountId);
    const posted = await this.#ledger.posted(accountId, 'revenue');
    if (posted >= seq || seq - posted > ENTRIES_MAX) return null;
    const read = { engines: this.#engines, accountId, database, seq };
    const totals = await this.#daily.ofMore(read, posted, (after) => this.#added(read, posted, after));
    // Another ledger may have taken its place meanwhile.
    if (totals === null || (await this.#ledger.database(accountId)) !== database) return null;
    return { read, totals };
  }

  /** What entries after `after`, which is posted or was told before, up to read.seq add. */
  async #added(read: ReadContext, posted: number, after: number): Promise<DayTotal[] | null> {
    const context: PostContext = { ...read, journal: this.#journal };
    const known = await this.#lookAt(context, posted, read.seq);
    if (known === null) return null;
    const fresh = known.lines.filter((line) => line.seq > after);
    if (fresh.length === 0) return [];
    const { links } = known;
    const circumstances = await Circumstances.upTo(context, read.seq);
    if (circumstances.needTransactions(read.seq)) return null;

    // Of linked customers all are looked at, so that of everyone whom a line is added of all lines are there.
    const touched = new Set((links.any ? known.lines : fresh).map(customerOf));
    if (touched.size > INCREMENTAL_CUSTOMERS_MAX) return null;
    if (repeats(known.lines, after)) return null;
    const touch: Touch = {
      first: after + 1,
      last: read.seq,
      where: `customer_hash IN (${[...touched].join(', ')})`,
      all: [],
      circumstances,
      links,
      present: true,
      linesMax: INCREMENTAL_LINES_MAX,
    };
    const ofTouched = known.lines.filter((line) => touched.has(customerOf(line)));
    const [superseded, stated] = await Promise.all([
      keysStatedBefore(context, invoices, fresh, after + 1),
      readKnown({ ...context, turn: known.turn }, touch, ofTouched),
    ]);
    if (superseded === undefined || superseded.length > 0 || stated === null) return null;
    const rows = await derivedTotals(context, { ...touch, read: Promise.resolve(stated) });
    return rows === null ? null : rows.map(dayTotal);
  }

  /** Looks at the entries that were not looked at yet. Null when one that is not posted is not covered. */
  async #lookAt(context: PostContext, posted: number, last: number): Promise<Known | null> {
    const key = `${context.accountId}/${context.database}`;
    const before = this.#known.get(key);
    this.#known.delete(key);
    const known =
      (before && (await this.#further(context, before, posted, last))) ??
      // What it is about was posted: nothing that is kept holds, but it can be begun anew.
      (before && before.seq >= posted ? null : await this.#anew(context, posted, last));
    if (known === null) return null;
    this.#known.set(key, known);
    if (this.#known.size > LEDGERS_MAX) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }

  async #anew(context: PostContext, posted: number, last: number): Promise<Known | null> {
    const links = await linkedCustomersRead(context, posted);
    return this.#further(context, { seq: posted, lines: [], links, turn: {} }, posted, last);
  }

  async #further(context: PostContext, known: Known, posted: number, last: number): Promise<Known | null> {
    const from = known.seq;
    const entries = await this.#journal.list(context.accountId, {
      after: from,
      before: last + 1,
      limit: ENTRIES_MAX,
      payloadBytesMax: PAYLOAD_BYTES_MAX,
    });
    // Too many, or more than was to be read at once.
    if (from < last && entries.at(-1)?.seq !== last) return null;
    if (!entries.every(isCovered)) return null;
    const stating = entries
      .filter((entry) => streamsOf(entry).includes('invoices'))
      .map((entry) => partOfStream(entry, 'invoices'));
    const lines = [...known.lines, ...postedRows(invoices, stating)].filter((line) => line.seq > posted);
    return { ...known, seq: Math.max(from, last), lines };
  }
}

function isCovered(entry: Entry): boolean {
  if (!concernsRevenue(entry)) return true;
  return (
    entry.kind === POST_KIND &&
    voidedStreams(entry).length === 0 &&
    streamsOf(entry).every((stream) => stream === 'invoices' || WITHOUT_MOVEMENTS.includes(stream))
  );
}

const customerOf = ({ source, row }: BlockRow): string => placeOf(source, String(row.values.customer_external_id));

/** Whether a line after entry `after` has the key of another one. */
function repeats(lines: readonly BlockRow[], after: number): boolean {
  const key = ({ source, row }: BlockRow) =>
    JSON.stringify([source, ...invoices.key.map((name) => String(row.values[name] ?? ''))]);
  const keys = new Set(lines.filter(({ seq }) => seq <= after).map(key));
  for (const line of lines) {
    if (line.seq <= after) continue;
    const own = key(line);
    if (keys.has(own)) return true;
    keys.add(own);
  }
  return false;
}

const at = (column: string): number => TOTALS_COLUMNS.indexOf(column);
const [CURRENCY, DAY, TYPE] = [at('currency'), at('day'), at('type')];
const [CENTS, CUSTOMERS, MOVEMENTS] = [at('amount_cents'), at('customers'), at('movements')];

/** From a row of mrr_totals. */
function dayTotal(row: readonly unknown[]): DayTotal {
  return {
    currency: row[CURRENCY] as string,
    day: dayNumber(row[DAY] as string),
    type: row[TYPE] as StatementRow,
    cents: BigInt(row[CENTS] as string),
    customers: Number(row[CUSTOMERS]),
    postings: Number(row[MOVEMENTS]),
  };
}
