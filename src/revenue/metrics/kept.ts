/**
 * Figures that are kept in memory because they are read from millions of lines. A figure is a function of the entry and its parameters, so
 * what is kept is never wrong; what an entry adds is read alone and added, where the caller says that figures are sums over rows.
 */

/** Figures that are kept, over all ledgers of this process. */
const KEPT_MAX = 200;

interface Kept<Value> {
  seq: number;
  value: Promise<Value>;
}

export class KeptFigures<Value> {
  readonly #kept = new Map<string, Kept<Value>>();

  /** The entry as of which the figure is kept. */
  seqOf(key: string): number | undefined {
    return this.#kept.get(key)?.seq;
  }

  /**
   * The figure `key` as of `seq`. `read(after)` gives what entries after `after` up to `seq` add (0: everything); `sum` adds it to what is
   * kept. Without `sum` everything is read again when the entry is another one.
   */
  async at(
    key: string,
    seq: number,
    read: (after: number) => Promise<Value>,
    sum?: (kept: Value, added: Value) => Value,
  ): Promise<Value> {
    const known = this.#kept.get(key);
    if (known?.seq === seq) return known.value;
    // Earlier entries are asked for rarely: what is kept for the newest one stays.
    if (known && known.seq > seq) return read(0);
    const value =
      known && sum ? Promise.all([known.value, read(known.seq)]).then(([kept, added]) => sum(kept, added)) : read(0);
    this.#kept.delete(key);
    this.#kept.set(key, { seq, value });
    if (this.#kept.size > KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    value.catch(() => this.#kept.delete(key));
    return value;
  }
}
