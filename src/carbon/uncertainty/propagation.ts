/**
 * Propagation of uncertainty. IPCC 2006 volume 1 chapter 3: approach 1 (95 % half-widths in per cent), and for larger ones lognormal
 * distributions by pedigree (Weidema), added by Fenton and Wilkinson. Statistics of figures, not figures: floating point.
 */

/** Normal quantile of a two-sided 95 % interval; many texts write 2. */
export const Z95 = 1.96;

/** Half-width of a product of independent terms, per cent. */
export const ofProduct = (...percents: readonly number[]): number => Math.hypot(...percents);

export interface Source {
  /** Estimate, any unit; may be negative. */
  value: number;
  /** 95 % half-width, per cent of the value. */
  percent: number;
}

/** Half-width of a sum of independent sources, per cent of the sum. */
export function ofIndependentSum(sources: readonly Source[]): number {
  const total = sources.reduce((sum, { value }) => sum + value, 0);
  return (100 * Math.hypot(...sources.map(({ value, percent }) => (value * percent) / 100))) / Math.abs(total);
}

/** Half-width of a sum of sources that err together (one factor for all), per cent of the sum. */
export function ofCorrelatedSum(sources: readonly Source[]): number {
  const total = sources.reduce((sum, { value }) => sum + value, 0);
  return (
    (100 * Math.abs(sources.reduce((sum, { value, percent }) => sum + (value * percent) / 100, 0))) / Math.abs(total)
  );
}

/** Squared geometric standard deviation of a product: the 95 % interval is [median / it, median x it]. */
export function gsd2Of(contributions: readonly number[]): number {
  return Math.exp(Math.hypot(...contributions.map(Math.log)));
}

export const sigmaOf = (gsd2: number): number => Math.log(gsd2) / Z95;

export interface Lognormal {
  median: number;
  sigma: number;
}

export interface Interval {
  median: number;
  low: number;
  high: number;
  mean: number;
}

export function intervalOf({ median, sigma }: Lognormal): Interval {
  const width = Math.exp(Z95 * sigma);
  const [low, high] = median < 0 ? [median * width, median / width] : [median / width, median * width];
  return { median, low, high, mean: median * Math.exp(sigma ** 2 / 2) };
}

/**
 * A sum of independent lognormals as one, with the mean and the variance of the sum; null when the mean is not above 0, where no
 * lognormal has them.
 */
export function fentonWilkinson(terms: readonly Lognormal[]): Lognormal | null {
  let mean = 0;
  let variance = 0;
  for (const { median, sigma } of terms) {
    const own = median * Math.exp(sigma ** 2 / 2);
    mean += own;
    variance += own ** 2 * Math.expm1(sigma ** 2);
  }
  if (mean <= 0) return null;
  const sigma = Math.sqrt(Math.log1p(variance / mean ** 2));
  return { median: mean / Math.exp(sigma ** 2 / 2), sigma };
}
