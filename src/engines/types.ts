/** What the rooms above may ask of the stores. Embedded or remote is decided behind these interfaces. */

import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

export interface Config {
  /** Absolute path of the data folder (FOOTING_HOME, default ./.footing), mode 0700. */
  home: string;
  /** Absolute path of the evidence folder (FOOTING_EVIDENCE, default `evidence` in the data folder); servers on one database share it. */
  evidence: string;
  /** Set: a remote PostgreSQL is used and none is started (DATABASE_URL). */
  databaseUrl: string | undefined;
  /** Key that signing secrets are sealed with, 32 bytes in base64 (FOOTING_SECRETS_KEY); default: the file secrets.key of the data folder. */
  secretsKey?: string | undefined;
  /** Set: a remote ClickHouse is used and none is started (CLICKHOUSE_URL). */
  clickhouseUrl: string | undefined;
  /** Where the HTTP server listens (FOOTING_HOST, default 127.0.0.1; FOOTING_PORT, default 4600, 0 for any). */
  host: string;
  port: number;
  logLevel: string;
  /** Put before every ledger database's name (FOOTING_LEDGER_PREFIX, default `footing_`), so that several can share one ClickHouse. */
  ledgerPrefix: string;
  /** Memory that the embedded ClickHouse may take in all, bytes (FOOTING_CLICKHOUSE_MEMORY_MIB). */
  clickhouseMemoryBytes: number;
  /** Memory that one ClickHouse query may take, bytes (FOOTING_QUERY_MEMORY_MIB); larger sorts and groupings spill to disk at half of it. */
  queryMemoryBytes: number;
  /** Seconds after which ClickHouse gives up on a query that sets no limit of its own (FOOTING_QUERY_SECONDS). */
  querySeconds: number;
  /** Connections to PostgreSQL at most (FOOTING_DATABASE_CONNECTIONS). */
  databaseConnections: number;
}

/** ClickHouse, always through @clickhouse/client. One client object per database (= per ledger). */
export interface ClickHouse {
  /** Where the server listens; credentials inside. */
  url: string;
  /**
   * A client whose unqualified table names resolve to `database`. Clients are cached; do not close them. In JSON formats
   * decimals and 64-bit integers (count() too) arrive as strings. While an embedded server is being restarted reads wait
   * and are repeated; a write whose connection broke rejects with `unavailable`: whether it was done is for the caller to
   * look at. Also `busy` (memory or time limit of the query) and `storage` (disk full); others are ClickHouseErrors.
   */
  client(database: string): ClickHouseClient;
  /**
   * INSERT of blocks in ClickHouse's Native format, all of the same columns, into `table` of `database`; columns that they
   * lack take their defaults. ClickHouse joins small blocks; what it joined is there wholly or not at all.
   */
  insertNative(
    database: string,
    table: string,
    columns: readonly string[],
    blocks: Uint8Array | readonly Uint8Array[],
  ): Promise<void>;
  /** Ends every statement that is under way; their callers get an error. Statements after it run. */
  interrupt(): void;
}

export interface StoredEvidence {
  /** Lower-case hex SHA-256 of the bytes. */
  sha256: string;
  bytes: number;
  /** True when these bytes were already stored. */
  existed: boolean;
}

/** Evidence: bytes exactly as handed in, kept under their SHA-256. */
export interface EvidenceStore {
  /** Which store this is; made when it is first asked for. Copies of a store have its id. */
  id(): Promise<string>;
  /**
   * Stores a stream. Written to a temporary name, hashed on the way, synced to disk, renamed, folder synced: when this
   * resolves the bytes survive a power cut; when it rejects nothing is there but a temporary file that the next start
   * removes. Errors: `too_large` over `bytesMax`, `storage` when the disk is full.
   */
  put(
    source: Readable | Uint8Array,
    options?: { bytesMax?: number; onProgress?: (bytes: number) => void },
  ): Promise<StoredEvidence>;
  /** Path of the stored file; `not_found` when there is none. */
  path(sha256: string): Promise<string>;
  has(sha256: string): Promise<boolean>;
  /** A stream of the bytes (of a range of them) that fails with `corrupt` at its end when a whole read does not hash to the name. */
  read(sha256: string, range?: { start: number; end: number }): Readable;
  /** Re-hashes the stored file; false when it differs or is missing. */
  verify(sha256: string, onProgress?: (bytes: number) => void): Promise<boolean>;
  list(): AsyncIterable<{ sha256: string; bytes: number }>;
}

export interface Engines {
  config: Config;
  log: Logger;
  pg: Pool;
  clickhouse: ClickHouse;
  evidence: EvidenceStore;
  /** Stops what was started here, cleanly; releases the folder's lock. Idempotent. */
  close(): Promise<void>;
}
