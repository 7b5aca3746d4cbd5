/**
 * MRR in one account currency (section 3 of the specification). Every line is converted once; what rates do between lines is
 * told apart from what the customer did, so that end = start + movements + fx.
 */
import { minorUnits } from '../../kernel/currency.ts';
import { dayOfInstant, type Instant } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { keyOf, roundHalfAway } from './exact.ts';
import type { RevenueSettings } from './settings.ts';
import type { ValuedLine, Warning } from './types.ts';

/** Units of `to` for one unit of `from` on a day, or on the latest earlier day with a rate; null when there is none. */
export type Rate = (from: string, to: string, day: string) => Rational | null;

export interface Conversion {
  currency: string;
  rate: Rate;
  fxDate: RevenueSettings['fxDate'];
}

/**
 * Lines in the account currency (R31). Those without any rate keep their own and are reported, once per subscription and currency: never
 * taken at 1 (W34).
 */
export function convertedLines(
  valued: readonly ValuedLine[],
  conversion: Conversion,
): { valued: ValuedLine[]; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const reported = new Set<string>();
  const converted = valued.map((each) => {
    const { line } = each;
    if (line.currency === conversion.currency) return each;
    const rate = rateOn(line.currency, conversionInstant(each, conversion), conversion);
    if (rate !== null) return new Revalued(each, rate, conversion.currency);
    const key = keyOf(line.source, line.customer, line.subscription, line.currency);
    if (!reported.has(key)) {
      reported.add(key);
      const { source, customer, subscription, currency } = line;
      const detail = `There is no rate from ${currency} to ${conversion.currency} on ${dayOfInstant(each.start)} or before: it stays in ${currency}`;
      warnings.push({
        code: 'rate-missing',
        source,
        customer,
        subscription,
        currency,
        line,
        instant: each.start,
        invoices: [line.invoice],
        detail,
      });
    }
    return each;
  });
  return { valued: converted, warnings };
}

/**
 * The customer's part of a change of a subscription from `before` to `after` (R32), in cents of the account currency: the difference in each
 * currency at the rate of the line that made it, or of the instant where none did; rounded once. Where nothing was there before, and where
 * nothing is left, all of it is the customer's unless the rates say otherwise.
 */
export function customerPart(
  before: { shown: bigint; parts: readonly ValuedLine[] },
  after: { shown: bigint; parts: readonly ValuedLine[] },
  instant: Instant,
  conversion: Conversion,
): bigint {
  if (before.shown === 0n) return after.shown;
  const [was, is] = [nativeAmounts(before.parts), nativeAmounts(after.parts)];
  let total = Rational.ZERO;
  for (const currency of new Set([...was.keys(), ...is.keys()])) {
    const difference = (is.get(currency) ?? 0n) - (was.get(currency) ?? 0n);
    if (difference === 0n) continue;
    const made = after.parts.findLast((each) => each.line.currency === currency && each.start === instant);
    const at = made ? conversionInstant(made, conversion) : instant;
    const rate = rateOn(currency, at, conversion);
    if (rate === null) return after.shown - before.shown;
    total = total.add(new Rational(difference).mul(rate));
  }
  const part = roundHalfAway(total);
  return after.shown === 0n && part === 0n ? -before.shown : part;
}

/** MRR by the currency it was billed in, never below 0 (R9). */
function nativeAmounts(parts: readonly ValuedLine[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { line, nativeMrr } of parts) sums.set(line.currency, (sums.get(line.currency) ?? 0n) + nativeMrr);
  for (const [currency, sum] of sums) if (sum < 0n) sums.set(currency, 0n);
  return sums;
}

function conversionInstant({ line, start, end }: ValuedLine, { fxDate }: Conversion): Instant {
  if (fxDate === 'invoice_date') return line.invoiceDate;
  return fxDate === 'period_end' ? end : start;
}

/** Cents of the account currency for one cent of `from`; days of rates are days in UTC. */
function rateOn(from: string, instant: Instant, { currency: to, rate }: Conversion): Rational | null {
  if (from === to) return Rational.ONE;
  const found = rate(from, to, dayOfInstant(instant));
  const digits = (minorUnits(to) ?? 2) - (minorUnits(from) ?? 2);
  if (found === null || digits === 0) return found;
  const scale = new Rational(10n ** BigInt(Math.abs(digits)));
  return digits > 0 ? found.mul(scale) : found.div(scale);
}

/** A line in another currency, or at a share of what it was. */
export class Revalued implements ValuedLine {
  readonly line: ValuedLine['line'];
  readonly start: Instant;
  readonly end: Instant;
  readonly currency: string;
  readonly mrr: bigint;
  readonly nativeMrr: bigint;
  private readonly of: ValuedLine;
  private readonly times: Rational;

  constructor(of: ValuedLine, times: Rational, currency: string, nativeMrr = of.nativeMrr) {
    this.of = of;
    this.times = times;
    this.line = of.line;
    this.start = of.start;
    this.end = of.end;
    this.currency = currency;
    this.nativeMrr = nativeMrr;
    this.mrr = roundHalfAway(of.exact.mul(times));
  }

  get exact(): Rational {
    return this.of.exact.mul(this.times);
  }

  get perMonth(): Rational {
    return this.of.perMonth;
  }

  get factor(): Rational {
    return this.of.factor;
  }
}
