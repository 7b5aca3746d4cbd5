/**
 * The ledger: records and postings in ClickHouse, derived from the journal, disposable, only added to.
 *
 * Every account has a database of its own per generation (`<prefix><account id>_<generation>`): unqualified table names can
 * only mean the account's own tables, so no query can forget the tenant. Rebuild fills the next generation and switches a
 * pointer in PostgreSQL.
 *
 * Every table of a ledger has these columns:
 *   seq        UInt64  the journal entry that caused the row (visibility: seq <= N)
 *   sign       Int8    1 posted, -1 reversed
 *   origin_seq UInt64  entry in which the record that this row speaks of was stated
 *   origin_row UInt32  its row there, 1 for the first
 * A reversal repeats the row with sign -1 (amounts negated), the seq of the entry that caused the reversal, and the same origin.
 * The state as of N is the sum over seq <= N.
 */
import type { Engines } from '../engines/types.ts';
import type { Entry, Journal } from '../journal/types.ts';

export interface Progress {
  stage: string;
  rows: number;
  rowsTotal: number | null;
  bytes: number;
  bytesTotal: number | null;
}

export interface PostContext {
  engines: Engines;
  journal: Journal;
  accountId: number;
  /** Database of the generation that is being filled; pass it to engines.clickhouse.client(). */
  database: string;
  onProgress?: (seq: number, progress: Progress) => void;
  signal?: AbortSignal;
  /**
   * Stands for the turn in which this process alone posts the ledger: what a book reads of its own postings may be kept under it
   * (as the key of a WeakMap) until it posts something else itself. Absent where nothing may be kept.
   */
  turn?: object;
}

/** A book's part in the ledger. */
export interface Book {
  name: 'revenue' | 'carbon';
  /** Raised with every change of tables or rules; a ledger of another version is rebuilt beside and switched. */
  schemaVersion: number;
  /** CREATE TABLE IF NOT EXISTS statements, run in the ledger's own database. */
  tables: readonly string[];
  /** Names of the tables from which rows with seq > N are removed when a load is undone. */
  tableNames: readonly string[];
  /** True when the entry changes this book's records or postings. */
  concerns(entry: Entry): boolean;
  /**
   * Writes everything that `entries` (ascending, all of this book's concern) add: records, reversals, postings, totals.
   * Called again from scratch after a crash, with all rows of seq > last posted removed before.
   */
  post(context: PostContext, entries: readonly Entry[]): Promise<void>;
  /**
   * Named exact totals as of seq that two ledgers of the same journal must share (`footing verify` compares a rebuild with the
   * live ledger): name -> decimal string or hash of the ordered lines.
   */
  totals(context: PostContext, seq: number): Promise<Record<string, string>>;
  /** What this book's stated tables in PostgreSQL say otherwise than the journal; absent when it keeps none. */
  verifyStated?(
    engines: Engines,
    journal: Journal,
    accountId: number,
  ): Promise<Array<{ where: string; expected: string; found: string }>>;
}

export interface Ledger {
  /** Waits until the book's postings hold entry `seq` (default: the journal's head now); returns the seq that is readable. */
  caughtUp(accountId: number, book: Book['name'], seq?: number, timeoutMs?: number): Promise<number>;
  /** Last posted seq of the book, without waiting. */
  posted(accountId: number, book: Book['name']): Promise<number>;
  /** Database to read from. */
  database(accountId: number): Promise<string>;
  /** Replays the journal into the next generation, compares nothing, switches, drops the old one. */
  rebuild(accountId: number, onProgress?: (seq: number, progress: Progress) => void): Promise<void>;
  onProgress(listener: (accountId: number, book: Book['name'], seq: number, progress: Progress) => void): () => void;
  /** Fires when a book's posted seq has moved. */
  onPosted(listener: (accountId: number, book: Book['name'], seq: number) => void): () => void;
}

/** What a statement is a function of, besides its own parameters: which ledger, up to which entry. */
export interface ReadContext {
  engines: Engines;
  accountId: number;
  database: string;
  /** Rows with seq <= this are seen. */
  seq: number;
}

/**
 * One step of the walk from a figure to its source: figure -> parts -> postings -> record -> source row, and
 * factor -> release -> source. The same shape on the command line, over HTTP and on the page.
 */
export interface ExplanationNode {
  kind: 'figure' | 'part' | 'posting' | 'record' | 'row' | 'entry' | 'evidence' | 'factor' | 'release' | 'decision';
  /** Reference that can be explained in turn (`footing explain REF`, `/api/explain?ref=REF`), or null for an end point. */
  ref: string | null;
  title: string;
  /** Exact decimal string, or null where there is no amount. */
  value: string | null;
  unit: string | null;
  /** The rule that decided, in a controller's words. */
  words: string | null;
  /** Further facts to show, in order. */
  facts: Array<[label: string, value: string]>;
  children: ExplanationNode[];
  /** How many children there are in all when only the first ones are listed. */
  childrenTotal: number;
}

/** Where a record came from: its entry and, for imports, the row of the evidence file as it stood. */
export interface RecordSource {
  entrySeq: number;
  entryKind: string;
  recordedAt: string;
  actor: string;
  /** Null when the record was posted as JSON: then `cells` are the posted values. */
  evidence: string | null;
  fileName: string | null;
  row: number;
  cells: Record<string, string>;
}
