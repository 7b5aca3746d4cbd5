import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Engines } from '../engines/types.ts';
import { canonicalJson, sha256 } from '../journal/canonical.ts';
import type { Entry, Journal, Json } from '../journal/types.ts';
import { type ErrorCode, FootingError, isFootingError } from '../kernel/errors.ts';
import { detect, type FilePreview, HeaderError, previewFile, rejectsFile, validateFile } from '../streams/index.ts';
import type {
  IntakeCounts,
  ReadOptions,
  RejectedRow,
  ResolvedReadOptions,
  StreamDefinition,
} from '../streams/types.ts';
import { type DryRun, dryRun, type HoldTeller } from './dryRun.ts';
import type { LedgerService } from './ledger.ts';
import { IMPORT_KIND } from './posting.ts';
import { DEFAULT_SOURCE, IMPORT_REJECTS_KEPT_ROWS_MAX, type ImportPayload } from './records.ts';
import { checkSource, findStream } from './recordsService.ts';
import type { Progress } from './types.ts';
import { openUnnamedEvidence } from './unnamedEvidence.ts';

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
  /** State the file although the same one was imported before (after its records were deleted, say). */
  again?: boolean;
  onProgress?: (progress: Progress) => void;
}

export type ImportOutcome =
  /** Entry `seq` is in the journal; the ledger posts it (see status). */
  | { state: 'stated'; seq: number; evidence: string; options: ResolvedReadOptions; notes: string[] }
  /** The same bytes were imported in the same way as entry `seq`: nothing changes. */
  | { state: 'already'; seq: number; evidence: string }
  | {
      state: 'dry-run';
      counts: DryRun['counts'];
      rejected: RejectedRow[];
      held: DryRun['held'];
      options: ResolvedReadOptions;
      notes: string[];
      preview: FilePreview;
    }
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

export type Imports = ReturnType<typeof openImports>;

const FILE_NAME_CHARACTERS_MAX = 255;

/**
 * Imports of files. Steps, and what a crash between two of them means:
 *  1. the bytes are stored as evidence and synced. Crash: evidence that no entry names; harmless.
 *  2. how the file is to be read is detected; header problems refuse it, and its evidence is removed (see unnamedEvidence.ts). Crash: as 1.
 *  3. the entry is appended: from here on the rows are safe. Crash: the posting loop loads them at its next start.
 *  4. the posting loop loads the rows (see posting.ts).
 * `tellHeld`: by stream, what a dry run says would be held back.
 */
export function openImports(
  engines: Engines,
  journal: Journal,
  ledger: LedgerService,
  streams: readonly StreamDefinition[],
  tellHeld: Readonly<Record<string, HoldTeller>> = {},
) {
  const progressOf = new Map<string, Progress>();
  ledger.onProgress((accountId, _book, seq, progress) => progressOf.set(`${accountId}/${seq}`, progress));
  ledger.onPosted((accountId, _book, seq) => {
    for (const key of progressOf.keys()) {
      const [account, entry] = key.split('/').map(Number);
      if (account === accountId && entry! <= seq) progressOf.delete(key);
    }
  });

  async function rememberedMapping(accountId: number, stream: string, source: string): Promise<ReadOptions['mapping']> {
    const result = await engines.pg.query<{ mapping: string }>(
      'SELECT mapping FROM remembered_mappings WHERE account_id = $1 AND stream = $2 AND source = $3',
      [accountId, stream, source],
    );
    return result.rows[0] && (JSON.parse(result.rows[0].mapping) as Record<string, string | null>);
  }

  const unnamed = openUnnamedEvidence(engines);

  async function start(accountId: number, request: ImportRequest): Promise<ImportOutcome> {
    return unnamed.during(async (discard) => {
      let brought: string | undefined;
      try {
        const outcome = await take(accountId, request, (sha256) => {
          brought = sha256;
        });
        if (brought !== undefined && (outcome.state === 'dry-run' || outcome.state === 'refused')) discard(brought);
        return outcome;
      } catch (error) {
        // Only a refusal is certain to have stated nothing: an entry may be committed although its answer was lost.
        if (brought !== undefined && isFootingError(error) && REFUSALS.has(error.code)) discard(brought);
        throw error;
      }
    });
  }

  /** `onStored` is told of bytes that were not stored before. */
  async function take(
    accountId: number,
    request: ImportRequest,
    onStored: (sha256: string) => void,
  ): Promise<ImportOutcome> {
    const definition = findStream(streams, request.stream);
    const source = checkSource(request.source ?? DEFAULT_SOURCE);
    const fileName = checkFileName(request.fileName);
    const stored =
      'evidence' in request.body
        ? { sha256: request.body.evidence, bytes: await evidenceBytes(request.body.evidence), existed: true }
        : await engines.evidence.put(request.body, {
            onProgress: (bytes) =>
              request.onProgress?.({ stage: 'storing evidence', rows: 0, rowsTotal: null, bytes, bytesTotal: null }),
          });
    if (!stored.existed) onStored(stored.sha256);
    const path = await engines.evidence.path(stored.sha256);
    const mapping = request.options?.mapping ?? (await rememberedMapping(accountId, definition.name, source));
    const detected = await detect(path, definition, {
      ...request.options,
      ...(mapping && { mapping }),
      fileName,
    }).catch(async (error: unknown) => {
      if (error instanceof HeaderError) error.file = await previewFile(path, error.options).catch(() => undefined);
      throw error;
    });
    const { options } = detected;
    const { notes } = detected.report;
    if (detected.report.headerOnly) {
      throw new FootingError('invalid', `${fileName} has a header but no rows`, {
        remedy: 'Nothing was stated. Check that the export was complete.',
      });
    }
    const payload: ImportPayload = {
      stream: definition.name,
      source,
      file: { name: fileName, bytes: stored.bytes },
      options,
      allOrNothing: request.mode === 'all',
    };

    // What makes two imports the same: bytes, stream, source and reading. The journal's unique key decides a race of two.
    const identity = sha256(
      canonicalJson({ evidence: stored.sha256, stream: payload.stream, source, options: options as unknown as Json }),
    ).toString('hex');
    const key = `import:${identity}`;
    if (request.mode !== 'rows' || !isPlain(options)) {
      const earlier = request.again || request.mode === 'dry-run' ? undefined : await findByKey(accountId, key);
      if (earlier !== undefined) return { state: 'already', seq: earlier, evidence: stored.sha256 };
      if (request.mode === 'dry-run') {
        const file = { path, definition, source, options };
        const at = { accountId, ...(await readable(accountId, definition)) };
        const found = await dryRun(engines, at, file, request.onProgress, tellHeld[definition.name]);
        return { state: 'dry-run', ...found, options, notes, preview: await previewFile(path, options) };
      }
      const checked = await validateOnly(path, definition, options, request.onProgress);
      if (request.mode === 'all' && checked.counts.rejected > 0) return { state: 'refused', ...checked, options };
    }
    const remembered = request.rememberMapping ? options.mapping : undefined;
    const { entry, replayed } = await journal.append(accountId, {
      kind: IMPORT_KIND,
      actor: request.actor,
      payload: { ...(payload as unknown as Record<string, Json>), rememberMapping: remembered !== undefined },
      evidence: stored.sha256,
      ...(!request.again && { idempotency: { key, requestHash: identity } }),
      ...(remembered && {
        effects: async (tx, seq) => {
          await tx.query(
            `INSERT INTO remembered_mappings (account_id, stream, source, mapping, seq)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, stream, source) DO UPDATE SET mapping = excluded.mapping, seq = excluded.seq`,
            [accountId, definition.name, source, JSON.stringify(remembered), seq],
          );
        },
      }),
    });
    return replayed
      ? { state: 'already', seq: entry.seq, evidence: stored.sha256 }
      : { state: 'stated', seq: entry.seq, evidence: stored.sha256, options, notes };
  }

  /** The ledger as far as it is posted; what is on its way is waited for a moment only. */
  async function readable(accountId: number, { book }: StreamDefinition): Promise<{ database: string; seq: number }> {
    await ledger.caughtUp(accountId, book, undefined, DRY_RUN_WAIT_MS_MAX).catch((error) => {
      if (!isFootingError(error, 'busy')) throw error;
    });
    return { database: await ledger.database(accountId), seq: await ledger.posted(accountId, book) };
  }

  async function validateOnly(
    path: string,
    definition: StreamDefinition,
    options: ResolvedReadOptions,
    onProgress?: (progress: Progress) => void,
  ): Promise<{ counts: IntakeCounts; rejected: RejectedRow[] }> {
    const rejected: RejectedRow[] = [];
    const { counts } = await validateFile(
      path,
      definition,
      options,
      async (rows) => {
        for (const row of rows) if (rejected.length < IMPORT_REJECTS_KEPT_ROWS_MAX) rejected.push(row);
      },
      { onProgress: (progress) => onProgress?.({ stage: 'checking rows', ...progress }) },
    );
    return { counts, rejected };
  }

  async function evidenceBytes(hash: string): Promise<number> {
    return (await stat(await engines.evidence.path(hash))).size;
  }

  async function findByKey(accountId: number, key: string): Promise<number | undefined> {
    const result = await engines.pg.query<{ seq: string }>(
      'SELECT seq FROM journal_entries WHERE account_id = $1 AND idempotency_key = $2',
      [accountId, key],
    );
    return result.rows[0] && Number(result.rows[0].seq);
  }

  async function statusOf(entry: Entry): Promise<ImportStatus> {
    const { accountId, seq } = entry;
    const payload = entry.payload as unknown as ImportPayload;
    const book = findStream(streams, payload.stream).book;
    const posted = await ledger.posted(accountId, book);
    const result = await engines.pg.query<{
      rows: string;
      accepted: string;
      rejected: string;
      superseded: string;
      rejects: string;
    }>('SELECT rows, accepted, rejected, superseded, rejects FROM import_results WHERE account_id = $1 AND seq = $2', [
      accountId,
      seq,
    ]);
    const kept = posted >= seq ? result.rows[0] : undefined;
    const error = posted >= seq ? null : await ledger.failure(accountId, book);
    const progress = progressOf.get(`${accountId}/${seq}`) ?? null;
    return {
      seq,
      stream: payload.stream,
      source: payload.source,
      fileName: payload.file.name,
      evidence: entry.evidence ?? '',
      bytes: payload.file.bytes,
      recordedAt: entry.recordedAt,
      actor: entry.actor,
      state: posted >= seq ? 'posted' : error !== null ? 'failed' : progress ? 'loading' : 'queued',
      progress: posted >= seq ? null : progress,
      counts: kept
        ? {
            rows: Number(kept.rows),
            accepted: Number(kept.accepted),
            rejected: Number(kept.rejected),
            superseded: Number(kept.superseded),
          }
        : null,
      error,
      rejected: kept ? (JSON.parse(kept.rejects) as RejectedRow[]) : [],
    };
  }

  async function importEntry(accountId: number, seq: number): Promise<Entry> {
    const entry = await journal.get(accountId, seq);
    if (entry.kind !== IMPORT_KIND)
      throw new FootingError('not_found', `Entry ${seq} is not an import but ${entry.kind}`);
    return entry;
  }

  return {
    start,

    async status(accountId: number, seq: number): Promise<ImportStatus> {
      return statusOf(await importEntry(accountId, seq));
    },

    async list(accountId: number, options: { before?: number; limit: number }): Promise<ImportStatus[]> {
      const entries = await journal.list(accountId, { ...options, kinds: [IMPORT_KIND], descending: true });
      return Promise.all(entries.map(statusOf));
    },

    /** Resolves when the entry is posted, or when an attempt to post it failed (attempts go on). */
    async finished(accountId: number, seq: number): Promise<ImportStatus> {
      const entry = await importEntry(accountId, seq);
      const { book } = findStream(streams, (entry.payload as unknown as ImportPayload).stream);
      for (;;) {
        try {
          await ledger.caughtUp(accountId, book, seq, FINISHED_POLL_MS);
          return await statusOf(entry);
        } catch (error) {
          if (!isFootingError(error, 'busy')) throw error;
          const status = await statusOf(entry);
          if (status.state === 'failed') return status;
        }
      }
    },

    /** All rejected rows of an import as a CSV that can be corrected and imported again; read anew from the evidence. */
    async rejectsCsv(accountId: number, seq: number): Promise<Readable> {
      const entry = await importEntry(accountId, seq);
      const payload = entry.payload as unknown as ImportPayload;
      const definition = findStream(streams, payload.stream);
      return rejectsFile(await engines.evidence.path(entry.evidence ?? ''), definition, payload.options);
    },
  };
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set(['invalid', 'malformed', 'unsupported', 'too_large']);
/** A dry run is compared with the records that are posted by then. */
const DRY_RUN_WAIT_MS_MAX = 5_000;
const FINISHED_POLL_MS = 2_000;

/**
 * A plain text file is read row by row whatever stands in it. Others can be damaged as a whole (truncated gzip, a bomb, an array that
 * never closes), which shows only at the end of reading: they are read once before they are stated.
 */
function isPlain(options: ResolvedReadOptions): boolean {
  return options.format === 'csv' && options.compression === 'none' && !options.encoding.startsWith('utf-16');
}

function checkFileName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? '';
  if (base.length < 1 || base.length > FILE_NAME_CHARACTERS_MAX || /\p{Cc}/u.test(base)) {
    throw new FootingError('invalid', 'The file has no usable name', {
      problems: [{ field: 'file_name', reason: `It must have 1 to ${FILE_NAME_CHARACTERS_MAX} printable characters.` }],
    });
  }
  return base;
}
