/** Text helpers that every room may use: names compared loosely, nearest names suggested. */

/** A header or name for loose comparison: lower case, accents removed, every run of other characters one `_`. */
export function looseName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

/** Number of single-character edits (insert, delete, replace, swap of neighbours) between two texts. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

const NAME_COMPARED_CHARACTERS_MAX = 100;

/**
 * The candidate that was most likely meant, or undefined when none is near: equal when compared loosely, one containing
 * the other, or at most a third of the characters different.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = looseName(name).slice(0, NAME_COMPARED_CHARACTERS_MAX);
  if (wanted === '') return undefined;
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const loose = looseName(candidate).slice(0, NAME_COMPARED_CHARACTERS_MAX);
    let score = editDistance(wanted, loose);
    const contained = wanted.length >= 4 && loose.length >= 4 && (wanted.includes(loose) || loose.includes(wanted));
    if (contained) score = Math.min(score, 2);
    const allowed = contained ? 2 : Math.max(1, Math.floor(Math.max(wanted.length, loose.length) / 3));
    if (score <= allowed && score < bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
