/** Answers that are a function of a set of factors and of a key: made once, and kept as long as the set is, up to a number. */
import type { FactorIndex } from '../decide.ts';

export class KeptByFactors<T> {
  readonly #max: number;
  readonly #kept = new WeakMap<FactorIndex, Map<string, T>>();

  constructor(max: number) {
    this.#max = max;
  }

  of(index: FactorIndex, key: string, make: () => T): T {
    const known = this.#kept.get(index) ?? new Map<string, T>();
    this.#kept.set(index, known);
    let answer = known.get(key);
    if (answer === undefined) {
      answer = make();
      if (known.size >= this.#max) known.delete(known.keys().next().value!);
      known.set(key, answer);
    }
    return answer;
  }
}
