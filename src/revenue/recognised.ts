/**
 * Revenue recognised in a period, as the metric has it (metrics/recognition.ts): what an intensity per net revenue divides by; neither
 * MRR, nor bookings, nor what was billed. It is no ledger of deferred revenue: what a company's accounts recognise otherwise (usage,
 * breakage, set-up fees) is to be stated instead.
 */
import type { Day } from '../kernel/dates.ts';
import type { ReadContext } from '../ledger/types.ts';
import { billedCurrencies } from './metrics/conversion.ts';
import { recognisedBetween } from './metrics/recognition.ts';
import { scopeOf } from './metrics/scope.ts';

export interface RecognisedRevenue {
  currency: string;
  /** Minor units. */
  cents: bigint;
  /** Lines that have a part in the period. */
  lines: number;
}

/**
 * Revenue recognised from the first to the last day, both inclusive, by currency. With `into`, lines billed in other currencies are converted
 * at their rate; those without a rate stay in their own currency, as entries of their own.
 */
export async function recognisedRevenue(
  context: ReadContext,
  from: Day,
  to: Day,
  into: string | null = null,
): Promise<RecognisedRevenue[]> {
  const scope = (currency: string) => scopeOf(context, { currency, until: to });
  const billed = await billedCurrencies(context);
  const currencies = [...new Set([...billed, ...(into === null ? [] : [into])])].sort();
  const found = await Promise.all(
    currencies.map(async (currency) => ({
      currency,
      ...(await recognisedBetween(await scope(currency), from, to, into)),
    })),
  );
  return found.filter(({ cents, lines }) => lines !== 0 || cents !== 0n);
}
