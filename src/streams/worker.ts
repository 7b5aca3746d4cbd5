/** A thread that turns pieces of the decoded stream into blocks. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ChunkPlan, ChunkReader, type ChunkResult } from './chunk.ts';

export interface WorkerTask {
  number: number;
  kind: 'records' | 'endless';
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  recordBytes: number;
}
export interface WorkerAnswer {
  number: number;
  result?: ChunkResult;
  error?: string;
}

const port = parentPort!;
const reader = new ChunkReader(workerData as ChunkPlan);

port.on('message', (task: WorkerTask) => {
  try {
    const result =
      task.kind === 'records'
        ? reader.read(task.bytes, task.length)
        : reader.endless(task.bytes, task.length, task.recordBytes);
    const answer: WorkerAnswer = { number: task.number, result };
    port.postMessage(answer, result.block === undefined ? [] : [result.block.bytes.buffer]);
  } catch (error) {
    port.postMessage({ number: task.number, error: (error as Error).stack ?? String(error) } satisfies WorkerAnswer);
  }
});
