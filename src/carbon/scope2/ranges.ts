/** Ranges of certificates: what their ids mean, how many they are, and which of them were handed in twice. */

export interface CertificateRange {
  /** Registry and what stands before the number: ids of different series never overlap. */
  series: string;
  first: bigint;
  last: bigint;
}

/**
 * The range between two ids that end in a number (`DE-2025-000001`), or why it cannot be read. Ids of one series share what
 * stands before the number.
 */
export function rangeOf(registry: string, first: string, last: string): CertificateRange | { problem: string } {
  const [from, to] = [numbered(first), numbered(last)];
  if (!from || !to) return { problem: `the certificate ids ${first} and ${last} do not end in a number` };
  if (from.prefix !== to.prefix) return { problem: `the certificate ids ${first} and ${last} are of different series` };
  if (from.number > to.number) return { problem: `the certificate range ends before it starts: ${first} to ${last}` };
  const series = `${registry.trim().toLowerCase()}\n${from.prefix}`;
  return { series, first: from.number, last: to.number };
}

export function certificatesIn({ first, last }: CertificateRange): bigint {
  return last - first + 1n;
}

/**
 * For each of some ranges, in the order in which they were stated, the earlier one that it overlaps, if any. A range that is
 * itself a repetition counts nothing: what overlaps only that one is free.
 */
export function overlaps(ranges: ReadonlyArray<CertificateRange | null>): Array<number | null> {
  const bySeries = new Map<string, Array<{ range: CertificateRange; at: number }>>();
  return ranges.map((range, at) => {
    if (!range) return null;
    const taken = bySeries.get(range.series) ?? [];
    bySeries.set(range.series, taken);
    // Taken ranges do not overlap each other, so their order by first is that by last: the last that begins before our end decides.
    let [low, high] = [0, taken.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (taken[middle]!.range.first <= range.last) low = middle + 1;
      else high = middle;
    }
    const before = taken[low - 1];
    if (before && before.range.last >= range.first) return before.at;
    taken.splice(low, 0, { range, at });
    return null;
  });
}

function numbered(id: string): { prefix: string; number: bigint } | undefined {
  const match = /^(.*?)(\d{1,60})$/.exec(id.trim());
  return match ? { prefix: match[1]!.toLowerCase(), number: BigInt(match[2]!) } : undefined;
}
