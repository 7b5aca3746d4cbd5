/**
 * IPCC approach 2: draws of everything together, in antithetic pairs from a seeded generator, so that two runs with one seed give the
 * same bytes. A factor is drawn once per iteration, not once per line.
 */
import { setImmediate as pause } from 'node:timers/promises';
export const DRAWS_DEFAULT = 10_000;
export const DRAWS_MIN = 100;
export const DRAWS_MAX = 100_000;
/** Parts x draws after which others are let in. */
const WORK_BETWEEN_PAUSES = 500_000;

/** What errs by a factor, which all parts share, and by quantities of its own: median x exp(shared x F + own x Q). */
export interface Part {
  median: number;
  shared: number;
  own: number;
  /** Sums to which the part belongs, each once. */
  sums: readonly number[];
}

export interface Sampled {
  mean: number;
  median: number;
  low: number;
  high: number;
  standardDeviation: number;
}

/**
 * What some sums come to: mean, median and the middle 95 %. `factors`: the parts of each factor, drawn once for all of them.
 * `draws` is even.
 */
export async function monteCarlo(
  factors: ReadonlyArray<readonly Part[]>,
  sums: number,
  { seed, draws }: { seed: number; draws: number },
): Promise<Sampled[]> {
  const normal = normalGenerator(seed);
  const results = Array.from({ length: sums }, () => new Float64Array(draws));
  let work = 0;
  for (let draw = 0; draw < draws; draw += 2) {
    for (const parts of factors) {
      const factor = normal();
      for (const { median, shared, own, sums: of } of parts) {
        const error = shared * factor + own * normal();
        const up = median * Math.exp(error);
        const down = median * Math.exp(-error);
        for (const sum of of) {
          results[sum]![draw]! += up;
          results[sum]![draw + 1]! += down;
        }
      }
      work += parts.length * 2;
    }
    if (work >= WORK_BETWEEN_PAUSES) {
      work = 0;
      await pause();
    }
  }
  return results.map(summary);
}

function summary(values: Float64Array): Sampled {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const sorted = values.slice().sort();
  const at = (share: number): number => {
    const place = share * (count - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, count - 1)]!;
    return sorted[below]! + (place - below) * (next - sorted[below]!);
  };
  return {
    mean,
    median: at(0.5),
    low: at(0.025),
    high: at(0.975),
    standardDeviation: Math.sqrt(squares / Math.max(1, count - 1)),
  };
}

/** Standard normal numbers by the polar method of Marsaglia from a 32-bit generator (sfc32). */
function normalGenerator(seed: number): () => number {
  let [a, b, c, counter] = [seed >>> 0, Math.floor(seed / 4_294_967_296) >>> 0, 0x9e3779b9, 1];
  const next = (): number => {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out;
  };
  // The first numbers of neighbouring seeds resemble each other.
  for (let i = 0; i < 16; i += 1) next();
  const uniform = (): number => (next() + next() / 4_294_967_296) / 4_294_967_296;
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
}
