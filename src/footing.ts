/**
 * The composition: opens the stores, brings the schema up to date, starts the posting loops and offers the rooms' services as
 * one object. The HTTP server and the command line are built on this and on nothing below it.
 *
 * API keys are kept by src/http (they are how HTTP knows an account), not here.
 */
import type { Readable } from 'node:stream';
import type { Config, Engines } from './engines/types.ts';
import type { Account, Appended, Journal, Json } from './journal/types.ts';
import type { Book, Ledger, Progress, ReadContext, RecordSource } from './ledger/types.ts';
import type { IntakeCounts, ReadOptions, RejectedRow, ResolvedReadOptions, StreamDefinition } from './streams/types.ts';

export interface Accounts {
  create(input: { slug: string; name: string; currency?: string; timeZone?: string }, actor: string): Promise<Account>;
  list(): Promise<Account[]>;
  /** By slug or id; `not_found` when there is none. */
  get(slugOrId: string | number): Promise<Account>;
}

export interface ImportRequest {
  stream: string;
  /** Data source that the rows belong to; `default` when absent. */
  source?: string;
  fileName: string;
  actor: string;
  /** The bytes, streamed; or the hash of evidence that is stored already. */
  body: Readable | { evidence: string };
  options?: ReadOptions;
  /** rows: good rows go in, bad ones are reported. all: one bad row refuses the file. dry-run: nothing is stated. */
  mode: 'rows' | 'all' | 'dry-run';
  /** Remember `options.mapping` for this account, stream and source. */
  rememberMapping?: boolean;
  onProgress?: (progress: Progress) => void;
}

export type ImportOutcome =
  /** Entry `seq` is in the journal; the ledger posts it (see status). */
  | { state: 'stated'; seq: number; evidence: string; options: ResolvedReadOptions }
  /** The same bytes were imported in the same way as entry `seq`: nothing changes. */
  | { state: 'already'; seq: number; evidence: string }
  | { state: 'dry-run'; counts: IntakeCounts; rejected: RejectedRow[]; options: ResolvedReadOptions }
  /** mode `all` and at least one bad row: nothing was stated. */
  | { state: 'refused'; counts: IntakeCounts; rejected: RejectedRow[]; options: ResolvedReadOptions };

export interface ImportStatus {
  seq: number;
  stream: string;
  source: string;
  fileName: string;
  evidence: string;
  bytes: number;
  recordedAt: string;
  actor: string;
  state: 'queued' | 'loading' | 'posted' | 'failed';
  progress: Progress | null;
  /** Null until posted. */
  counts: (IntakeCounts & { superseded: number }) | null;
  error: string | null;
  /** The first rejected rows (IMPORT_REJECTS_KEPT_ROWS_MAX); all of them come from `rejectsCsv`. */
  rejected: RejectedRow[];
}

export interface Imports {
  start(accountId: number, request: ImportRequest): Promise<ImportOutcome>;
  status(accountId: number, seq: number): Promise<ImportStatus>;
  list(accountId: number, options: { before?: number; limit: number }): Promise<ImportStatus[]>;
  /** Resolves when the entry is posted (or failed). */
  finished(accountId: number, seq: number): Promise<ImportStatus>;
  /** All rejected rows as a file that can be corrected and imported again. */
  rejectsCsv(accountId: number, seq: number): Promise<Readable>;
}

export interface Records {
  /** States rows of a stream; every row must be good (`invalid` lists all problems, nothing is stated). */
  post(
    accountId: number,
    input: {
      stream: string;
      source?: string;
      rows: ReadonlyArray<Record<string, Json>>;
      actor: string;
      idempotency?: { key: string; requestHash: string };
    },
  ): Promise<Appended>;
  /** States that the records with these keys are void; unknown keys are `invalid`. */
  remove(
    accountId: number,
    input: {
      stream: string;
      source?: string;
      keys: ReadonlyArray<Record<string, string>>;
      actor: string;
      idempotency?: { key: string; requestHash: string };
    },
  ): Promise<Appended>;
  /** Current records as of read.seq, ordered by key hash; pass the last row's cursor to go on. */
  list(
    read: ReadContext,
    query: { stream: string; source?: string; key?: Record<string, string>; after?: string; limit: number },
  ): Promise<{ rows: Array<Record<string, Json>>; next: string | null }>;
  source(read: ReadContext, stream: string, originSeq: number, originRow: number): Promise<RecordSource>;
}

export interface VerifyFinding {
  what: 'chain' | 'evidence' | 'stated' | 'ledger';
  /** For example "entry 17: hash", "evidence 3fa…", "carbon emissions as of 40: co2_fossil". */
  where: string;
  expected: string;
  found: string;
}

export interface VerifyReport {
  accountId: number;
  seq: number;
  entries: number;
  evidence: { files: number; bytes: number };
  /** What the rebuild into a scratch ledger gave, compared line by line with the live one. */
  totals: Array<{ book: Book['name']; name: string; live: string; rebuilt: string; agrees: boolean }>;
  /** Empty when everything agrees; the first is the first thing that does not. */
  findings: VerifyFinding[];
  seconds: number;
}

export interface Footing {
  config: Config;
  engines: Engines;
  journal: Journal;
  ledger: Ledger;
  accounts: Accounts;
  imports: Imports;
  records: Records;
  books: readonly Book[];
  streams: readonly StreamDefinition[];
  /** A context to read the book's statements from, once it holds entry `asOf` (default: the journal's head now). */
  read(accountId: number, book: Book['name'], asOf?: number): Promise<ReadContext>;
  verify(
    accountId: number,
    onProgress?: (stage: string, done: number, total: number | null) => void,
  ): Promise<VerifyReport>;
  /** Waits for running requests' appends, stops the loops, closes the stores. */
  close(): Promise<void>;
}
