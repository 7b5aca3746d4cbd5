/** The journal: an append-only, gapless, hash-chained sequence of entries per account. */
import type { PoolClient } from 'pg';

/** Anything that JSON can say. Numbers are safe integers only; everything else numeric is a string. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Account {
  /** 1, 2, 3 … ; also names the account's ledger database. */
  id: number;
  /** What people type: lower-case letters, digits, hyphens. */
  slug: string;
  name: string;
  /** Currency of the account's statements, ISO 4217. */
  currency: string;
  timeZone: string;
  createdAt: string;
}

export interface Entry {
  accountId: number;
  /** 1 for the first entry of the account, no gaps. */
  seq: number;
  /** `noun.verb`, for example `records.import`, `records.post`, `records.delete`, `account.create`, `key.create`. */
  kind: string;
  /** Who stated it: `key:<id>`, `cli:<user>`, `system`. */
  actor: string;
  /** RFC 3339 with microseconds, UTC. */
  recordedAt: string;
  payload: Json;
  /** Hex SHA-256 of the evidence that the entry refers to, or null. */
  evidence: string | null;
  idempotencyKey: string | null;
  payloadHash: string;
  previousHash: string;
  hash: string;
}

export interface AppendInput {
  kind: string;
  actor: string;
  payload: Json;
  /** Must be stored already; checked. */
  evidence?: string;
  /** Same key and same request: the first entry is returned with `replayed: true`. Same key, other request: `conflict`. */
  idempotency?: { key: string; requestHash: string };
  /**
   * Names that no other entry of the account may hold, for example `invoice/<source>/<external id>`. One that is held: `conflict`
   * with the claim as the problem's value; nothing is appended.
   */
  claims?: readonly string[];
  /** Claims given up by this entry (what they stood for was deleted). */
  releases?: readonly string[];
  /** Claims that any number of entries make, for what holds of the account from then on: each keeps the seq of the last one. */
  marks?: readonly string[];
  /** Marks that no entry may have made since the one given (0: ever): one that was made is a `conflict`, as with `claims`. */
  unless?: Readonly<Record<string, number>>;
  /**
   * Changes to stated tables, run inside the entry's transaction after its seq is known. Throwing rolls back the entry; the callback
   * may then be run a second time, because entries that were to be committed together are tried again one by one.
   */
  effects?: (tx: PoolClient, seq: number) => Promise<void>;
}

export interface Appended {
  entry: Entry;
  replayed: boolean;
}

export interface Journal {
  append(accountId: number, input: AppendInput): Promise<Appended>;
  /** Several entries, one after the other, in one transaction: all of them are stated or none. At most 512. */
  appendAll(accountId: number, inputs: readonly AppendInput[]): Promise<Appended[]>;
  head(accountId: number): Promise<{ seq: number; hash: string }>;
  get(accountId: number, seq: number): Promise<Entry>;
  /**
   * Entries with seq > after (and < before) in order, at most `limit`, and no more than fit into `payloadBytesMax` bytes of payload
   * (at least one).
   */
  list(
    accountId: number,
    options: {
      after?: number;
      before?: number;
      limit: number;
      kinds?: readonly string[];
      descending?: boolean;
      payloadBytesMax?: number;
    },
  ): Promise<Entry[]>;
  /** Fires after every commit of this process; other processes' commits are found by polling. */
  onAppend(listener: (accountId: number, seq: number) => void): () => void;
}
