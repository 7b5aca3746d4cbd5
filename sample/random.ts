/**
 * Pseudo-random numbers that are the same on every machine: sfc32 seeded from a text. Only integer operations and IEEE
 * divisions are used; Math.random, Math.exp and the like would differ between runs or engines.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same seed gives the same sequence; a part of the sample with a seed of its own does not move when another changes. */
  constructor(seed: string) {
    let hash = 0x811c9dc5;
    const next = (): number => {
      for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
      hash ^= hash >>> 13;
      hash = (Math.imul(hash, 0x5bd1e995) ^ (hash >>> 15)) | 0;
      return hash;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    for (let i = 0; i < 12; i++) this.#next32();
  }

  #next32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.#next32() / 4294967296;
  }

  /** Whole number in [low, high], both inclusive. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!;
  }

  /** One of `entries`, each as likely as its weight. */
  weighted<T>(entries: ReadonlyArray<readonly [T, number]>): T {
    let rest = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return entries[entries.length - 1]![0];
  }

  /** About bell-shaped in (-1, 1): the mean of four uniform numbers. */
  bell(): number {
    return (this.unit() + this.unit() + this.unit() + this.unit()) / 2 - 1;
  }
}
