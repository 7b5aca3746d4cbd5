/** What every page of the revenue book takes from the address: range, interval, currency, filters. */
import { useAccount, useMrr, useYears } from '../../api/queries.ts';
import { useParameter } from '../../app/address.ts';
import { addMonths, monthsBetween } from '../../format/dates.ts';

export const INTERVALS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Interval = (typeof INTERVALS)[number];

/** Parameters that mean the same on every page of the book. */
export const KEPT = ['from', 'to', 'interval', 'currency', 'filters'] as const;

export interface RevenueRange {
  /** False until it is known what the books hold. */
  ready: boolean;
  from: string | undefined;
  to: string | undefined;
  interval: Interval;
  currency: string | undefined;
  /** Of which there is any recurring revenue. */
  currencies: readonly string[];
  filters: string | undefined;
}

export function useRevenueRange(): RevenueRange {
  const years = useYears();
  const latest = years?.latest;
  const own = useAccount().data?.account.currency;
  const currencies = useMrr({ from: '1990-01', interval: 'year' }).data?.currencies.map(({ currency }) => currency);
  const asked = useParameter('interval');
  const wanted = useParameter('currency')?.toUpperCase();
  const fallback = currencies?.find((one) => one === own) ?? currencies?.[0];
  return {
    ready: years !== undefined && currencies !== undefined,
    from: useParameter('from') ?? (latest ? `${latest}-01` : undefined),
    to: useParameter('to') ?? (latest ? `${latest}-12` : undefined),
    interval: INTERVALS.find((one) => one === asked) ?? 'month',
    currency: wanted !== undefined && currencies?.includes(wanted) ? wanted : fallback,
    currencies: currencies ?? [],
    filters: useParameter('filters'),
  };
}

/** The range of the same number of months that ends where this one begins. */
export function rangeBefore(from: string, to: string): { from: string; to: string } {
  const months = monthsBetween(from.slice(0, 7), to.slice(0, 7));
  return { from: addMonths(from.slice(0, 7), -months), to: addMonths(from.slice(0, 7), -1) };
}
