/** How the work of an entry is cut and waited for. */

/** Activities that one statement reverses or posts again: bounds the memory of its join. */
const REPOST_ROWS_MAX = 1_000_000;
const HASHES = 2n ** 64n;

/** Runs `work` over ranges of key_hash that hold about REPOST_ROWS_MAX of `rows` rows each. */
export async function inChunks(rows: number, work: (condition: string) => Promise<void>): Promise<void> {
  const chunks = BigInt(Math.max(1, Math.ceil(rows / REPOST_ROWS_MAX)));
  if (chunks === 1n) return work('1');
  for (let i = 0n; i < chunks; i += 1n) {
    const from = (HASHES * i) / chunks;
    const to = (HASHES * (i + 1n)) / chunks - 1n;
    await work(`key_hash BETWEEN toUInt64('${from}') AND toUInt64('${to}')`);
  }
}

/** Waits for all, whatever becomes of each: nothing may be written any more once the first failure is passed on. */
export async function settled(work: ReadonlyArray<Promise<unknown> | undefined>): Promise<void> {
  const failure = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
