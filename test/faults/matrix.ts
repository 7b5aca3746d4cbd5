/** Which step passes which fault point; the tests of kills go through all of it. */
import { FAULT_POINTS, type FaultPoint } from '../../src/kernel/faults.ts';
import type { Step } from './support.ts';

const ONLY_FILES: readonly FaultPoint[] = ['evidence.written', 'evidence.renamed', 'records.block'];
export const REBUILD_POINTS: readonly FaultPoint[] = ['rebuild.filled', 'rebuild.switched'];

/** `point` may carry the passing: `records.block#2` is the second block. */
export const STEPS_OF_POINTS: ReadonlyArray<{ point: string; steps: readonly Step[] }> = FAULT_POINTS.filter(
  (point) => !REBUILD_POINTS.includes(point),
).flatMap((point) => [
  { point, steps: ONLY_FILES.includes(point) ? ['import'] : ['import', 'post'] },
  ...(point === 'records.block' ? [{ point: `${point}#2`, steps: ['large'] as const }] : []),
]);
