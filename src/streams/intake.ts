/**
 * Reading a whole file: one thread cuts the decoded stream at record borders, worker threads judge and encode the pieces,
 * and everything is handed on in the order of the file.
 */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { FootingError } from '../kernel/errors.ts';
import { type ChunkPlan, ChunkReader, type ChunkResult } from './chunk.ts';
import { openDecoded } from './decode.ts';
import { ROWS_MAX } from './limits.ts';
import { addToRowNumbers } from './native.ts';
import { type Piece, split } from './split.ts';
import type {
  BlockConstants,
  ChunkIndexEntry,
  IntakeCounts,
  RejectedRow,
  ResolvedReadOptions,
  StreamDefinition,
} from './types.ts';
import type { WorkerAnswer, WorkerTask } from './worker.ts';

export interface Block {
  /** Rows in the block. */
  rows: number;
  /** Number of the first row of its piece of the file (rejected rows counted). */
  firstRow: number;
  /** ClickHouse Native format, columns as named by blockColumns(). */
  bytes: Uint8Array;
}

/** Takes what a file amounts to, in order; reading waits for what it returns. */
export interface Sink {
  block?: (block: Block) => Promise<void> | void;
  rejects?: (rows: RejectedRow[]) => Promise<void> | void;
}

export interface IntakeProgress {
  rows: number;
  rowsTotal: number | null;
  /** Bytes of the file as it is stored. */
  bytes: number;
  bytesTotal: number | null;
}

export interface IntakeSettings {
  /** Values of the block's own columns; absent: rows are judged and no blocks are made. */
  constants?: BlockConstants;
  /** Worker threads; 0 reads in the calling thread. Default 2. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: (progress: IntakeProgress) => void;
  /** Size of a piece, for tests and measurements. */
  chunkBytes?: number;
}

export interface IntakeResult {
  counts: IntakeCounts;
  /** Where pieces of the file begin, for readRow(). */
  index: ChunkIndexEntry[];
}

const THREADS_DEFAULT = 2;
/** Pieces per thread that are read ahead: one at work, one waiting. */
const PIECES_PER_THREAD = 2;
/** Smaller files are not worth starting threads for. */
const THREADED_BYTES_MIN = 4 * 1024 * 1024;

/**
 * Reads a file as records of a stream. The result is a function of bytes, definition and options alone: neither threads nor
 * piece size show in rows, row numbers or rejects. Errors: `malformed` for a file that is damaged as a whole
 * (what was handed to the sink until then stays there), `too_large` for bombs.
 */
export async function readFile(
  path: string,
  definition: StreamDefinition,
  options: ResolvedReadOptions,
  sink: Sink,
  settings: IntakeSettings = {},
): Promise<IntakeResult> {
  const bytesTotal = (await stat(path)).size;
  let bytes = 0;
  const decoded = await openDecoded(path, options, { onRead: (read) => (bytes = read) });
  const plan: ChunkPlan = {
    definition,
    headers: decoded.headers,
    options,
    dialect: decoded.dialect,
    faultCell: decoded.faultCell,
    ...(settings.constants === undefined || sink.block === undefined ? {} : { constants: settings.constants }),
  };
  const compressed = options.compression === 'gzip' || options.format === 'xlsx' || options.format === 'parquet';
  const small = bytesTotal < THREADED_BYTES_MIN && !compressed;
  const threads = definition.check !== undefined || small ? 0 : (settings.threads ?? THREADS_DEFAULT);
  const pool = threads === 0 ? new CallingThread(plan) : new WorkerPool(plan, threads);
  const result: IntakeResult = { counts: { rows: 0, accepted: 0, rejected: 0 }, index: [] };

  const deliver = async (offset: number, answer: ChunkResult): Promise<void> => {
    settings.signal?.throwIfAborted();
    const before = result.counts.rows;
    if (before + answer.rows > ROWS_MAX) throw new FootingError('too_large', `The file has more than ${ROWS_MAX} rows`);
    result.index.push({ firstRow: before + 1, offset });
    if (answer.block !== undefined) {
      const { bytes: block, rows, rowNumbersAt } = answer.block;
      if (before > 0) addToRowNumbers(block, rowNumbersAt, rows, before);
      await sink.block?.({ rows, firstRow: before + 1, bytes: block });
    }
    if (answer.rejects.length > 0) {
      for (const reject of answer.rejects) reject.row += before;
      await sink.rejects?.(answer.rejects);
    }
    result.counts.rows += answer.rows;
    result.counts.accepted += answer.accepted;
    result.counts.rejected += answer.rejects.length;
    settings.onProgress?.({
      rows: result.counts.rows,
      rowsTotal: null,
      bytes: Math.min(bytes, bytesTotal),
      bytesTotal,
    });
  };

  const pending: { offset: number; answer: Promise<ChunkResult> }[] = [];
  const deliverFirst = async (): Promise<void> => {
    const first = pending.shift()!;
    await deliver(first.offset, await first.answer);
  };
  try {
    const ahead = Math.max(1, threads * PIECES_PER_THREAD);
    const chunk = settings.chunkBytes === undefined ? {} : { chunkBytes: settings.chunkBytes };
    for await (const piece of split(decoded.body, decoded.dialect, { offsetAtStart: decoded.offset, ...chunk })) {
      settings.signal?.throwIfAborted();
      const answer = pool.run(piece);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      answer.catch(() => {});
      pending.push({ offset: piece.offset, answer });
      while (pending.length >= ahead) await deliverFirst();
    }
    while (pending.length > 0) await deliverFirst();
    return result;
  } finally {
    await pool.close();
  }
}

/** The same without blocks: what would be accepted and what not. */
export function validateFile(
  path: string,
  definition: StreamDefinition,
  options: ResolvedReadOptions,
  rejects: (rows: RejectedRow[]) => Promise<void> | void,
  settings: Omit<IntakeSettings, 'constants'> = {},
): Promise<IntakeResult> {
  return readFile(path, definition, options, { rejects }, settings);
}

class CallingThread {
  private readonly reader: ChunkReader;
  constructor(plan: ChunkPlan) {
    this.reader = new ChunkReader(plan);
  }
  async run(piece: Piece): Promise<ChunkResult> {
    return piece.kind === 'records'
      ? this.reader.read(piece.bytes, piece.length)
      : this.reader.endless(piece.bytes, piece.length, piece.recordBytes);
  }
  async close(): Promise<void> {}
}

class WorkerPool {
  private readonly workers: Worker[];
  private readonly waiting = new Map<
    number,
    { resolve: (result: ChunkResult) => void; reject: (error: unknown) => void }
  >();
  private count = 0;
  private closing = false;

  constructor(plan: ChunkPlan, threads: number) {
    const { check: _, ...definition } = plan.definition;
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...plan, definition } });
      worker.on('message', (answer: WorkerAnswer) => {
        const waiting = this.waiting.get(answer.number);
        this.waiting.delete(answer.number);
        if (answer.result !== undefined) waiting?.resolve(answer.result);
        else waiting?.reject(new FootingError('internal', `Reading rows failed: ${answer.error}`));
      });
      const failed = (error: unknown): void => {
        if (this.closing) return;
        for (const waiting of this.waiting.values()) waiting.reject(error);
        this.waiting.clear();
      };
      worker.on('error', failed);
      worker.on('exit', (code) =>
        failed(new FootingError('internal', `A reading thread ended unexpectedly (${code})`)),
      );
      return worker;
    });
  }

  run(piece: Piece): Promise<ChunkResult> {
    const number = this.count++;
    const task: WorkerTask = {
      number,
      kind: piece.kind,
      bytes: piece.bytes,
      length: piece.length,
      recordBytes: piece.kind === 'endless' ? piece.recordBytes : 0,
    };
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.workers[number % this.workers.length]!.postMessage(task, [piece.bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
