/** What an import would do to the records that are there: its rows are loaded into a table of their own, compared, and dropped again. */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import type { Engines } from '../engines/types.ts';
import { blockColumns, clickhouseTable, readFile } from '../streams/index.ts';
import type { IntakeCounts, RejectedRow, ResolvedReadOptions, StreamDefinition } from '../streams/types.ts';
import { IMPORT_REJECTS_KEPT_ROWS_MAX } from './records.ts';
import { DRY_RUN_PREFIX, execute, select } from './sql.ts';
import type { Progress, ReadContext } from './types.ts';

const INSERT_BYTES = 32 * 1024 * 1024;

export interface DryRun {
  /** `superseded`: records that would be, those of the file itself whose key comes again in it among them. */
  counts: IntakeCounts & { superseded: number };
  rejected: RejectedRow[];
  /** What the book would hold back of the good rows; null where it holds nothing back. */
  held: HeldForecast | null;
}

/** Rows that would be in the book and in no total, by reason; the largest first. */
export interface HeldForecast {
  rows: number;
  reasons: Array<{ reason: string; words: string; rows: number; examples: string[] }>;
  /** Rows of which it shows only when they are calculated. */
  notTold: number;
}

/** Tells what would be held back of the rows in a table, by the rules as of the context's entry. */
export type HoldTeller = (context: ReadContext, table: string) => Promise<HeldForecast>;

/** Compares with the records of entries up to `seq` in the ledger `database`. */
export async function dryRun(
  engines: Engines,
  at: Omit<ReadContext, 'engines'>,
  file: { path: string; definition: StreamDefinition; source: string; options: ResolvedReadOptions },
  onProgress?: (progress: Progress) => void,
  tellHeld?: HoldTeller,
): Promise<DryRun> {
  const { definition } = file;
  const table = `${DRY_RUN_PREFIX}${randomBytes(8).toString('hex')}`;
  const columns = blockColumns(definition);
  await execute(engines, at.database, clickhouseTable({ ...definition, name: table }));
  try {
    const rejected: RejectedRow[] = [];
    let gathered: Uint8Array[] = [];
    let bytes = 0;
    const insert = async (): Promise<void> => {
      const blocks = gathered;
      gathered = [];
      bytes = 0;
      if (blocks.length > 0) await engines.clickhouse.insertNative(at.database, table, columns, blocks);
    };
    const { counts } = await readFile(
      file.path,
      definition,
      file.options,
      {
        async block(block) {
          gathered.push(block.bytes);
          bytes += block.bytes.byteLength;
          if (bytes >= INSERT_BYTES) await insert();
        },
        async rejects(rows) {
          for (const row of rows) if (rejected.length < IMPORT_REJECTS_KEPT_ROWS_MAX) rejected.push(row);
        },
      },
      {
        constants: { seq: at.seq + 1, originSeq: at.seq + 1, sign: 1, source: file.source },
        threads: Math.max(1, Math.min(4, cpus().length)),
        onProgress: (progress) => onProgress?.({ stage: 'checking rows', ...progress }),
      },
    );
    await insert();
    const [found] = await select<{ superseded: string }>(
      engines,
      at.database,
      `SELECT
         (SELECT count() - uniqExact(key_hash) FROM ${table}) + (
           SELECT sum(present)
           FROM (
             SELECT greatest(sum(sign), 0) AS present
             FROM ${definition.name}
             WHERE seq <= {seq:UInt64} AND key_hash IN (SELECT key_hash FROM ${table})
             GROUP BY key_hash
           )
         ) AS superseded`,
      { seq: at.seq },
    );
    return {
      counts: { ...counts, superseded: Number(found?.superseded ?? 0) },
      rejected,
      held: tellHeld === undefined ? null : await tellHeld({ engines, ...at }, table),
    };
  } finally {
    await execute(engines, at.database, `DROP TABLE IF EXISTS ${table} SYNC`).catch((err) =>
      engines.log.warn({ err, table }, 'the table of a dry run could not be dropped'),
    );
  }
}
