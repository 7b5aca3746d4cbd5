/** Exchange rates as of an entry, and how one currency is turned into another. */
import type { Pool } from 'pg';
import { type Day, dayFromNumber, dayNumber } from '../kernel/dates.ts';
import { Rational } from '../kernel/rational.ts';
import type { Conversion, StandingRate } from './types.ts';

/** Rates of one base and quote, ascending by day. */
interface Series {
  base: string;
  quote: string;
  /** Days since 1970. */
  days: number[];
  rates: string[];
  sources: string[];
  seqs: number[];
}

/** A way from one currency to another: through no, one or two series. */
interface Way {
  legs: Array<{ series: Series; inverted: boolean }>;
}

/** Where two ways are equally fresh, the one through the earlier of these is taken, then that of the first code. */
const HUBS = ['EUR', 'USD'];

/**
 * Rates as they stand as of an entry. A pure function of (entry, from, to, day):
 * the rate stated for the pair, either way round, or a cross rate through one currency that both are quoted against; each leg at its day or
 * the latest earlier one. Of several ways the one whose oldest leg is the most recent is taken; of equally fresh ones the stated
 * pair, its inverse, then through EUR, USD, and others by code. Rates are exact fractions, never rounded.
 */
export class RateTable {
  private readonly series = new Map<string, Series>();
  private readonly currencies = new Set<string>();
  private readonly ways = new Map<string, Way[]>();

  constructor(rates: Iterable<StandingRate>) {
    for (const { base, quote, date, rate, source, seq } of rates) {
      const key = `${base}/${quote}`;
      const series = this.series.get(key) ?? { base, quote, days: [], rates: [], sources: [], seqs: [] };
      this.series.set(key, series);
      series.days.push(dayNumber(date));
      series.rates.push(rate);
      series.sources.push(source);
      series.seqs.push(seq);
      this.currencies.add(base).add(quote);
    }
  }

  /** How `from` is turned into `to` on a day; undefined when no rate was stated for that day or an earlier one. Never 1 for want of a rate. */
  rate(from: string, to: string, day: Day): Conversion | undefined {
    if (from === to) return { rate: Rational.ONE, legs: [], date: day };
    return this.onDay(from, to, dayNumber(day));
  }

  /** The days at which the conversion changes, ascending, each with what holds from then on. */
  steps(from: string, to: string): Array<{ day: Day; rate: Rational }> {
    const days = new Set(this.waysOf(from, to).flatMap(({ legs }) => legs.flatMap(({ series }) => series.days)));
    const found: Array<{ day: Day; rate: Rational }> = [];
    for (const day of [...days].sort((a, b) => a - b)) {
      const conversion = this.onDay(from, to, day);
      if (conversion === undefined || found.at(-1)?.rate.equals(conversion.rate)) continue;
      found.push({ day: dayFromNumber(day), rate: conversion.rate });
    }
    return found;
  }

  private onDay(from: string, to: string, day: number): Conversion | undefined {
    let best: { way: Way; at: number[]; oldest: number } | undefined;
    for (const way of this.waysOf(from, to)) {
      const at = way.legs.map(({ series }) => lastUpTo(series.days, day));
      if (at.includes(-1)) continue;
      const oldest = Math.min(...way.legs.map(({ series }, i) => series.days[at[i]!]!));
      if (best === undefined || oldest > best.oldest) best = { way, at, oldest };
    }
    if (best === undefined) return undefined;
    let rate = Rational.ONE;
    const legs = best.way.legs.map(({ series, inverted }, i): StandingRate => {
      const at = best.at[i]!;
      const value = Rational.parse(series.rates[at]!);
      rate = inverted ? rate.div(value) : rate.mul(value);
      return {
        date: dayFromNumber(series.days[at]!),
        base: series.base,
        quote: series.quote,
        rate: series.rates[at]!,
        source: series.sources[at]!,
        seq: series.seqs[at]!,
      };
    });
    return { rate, legs, date: dayFromNumber(best.oldest) };
  }

  private waysOf(from: string, to: string): Way[] {
    const key = `${from}/${to}`;
    let ways = this.ways.get(key);
    if (ways) return ways;
    const direct = this.legs(from, to).map((leg) => ({ legs: [leg] }));
    const rank = (hub: string) => (HUBS.includes(hub) ? HUBS.indexOf(hub) : HUBS.length);
    const hubs = [...this.currencies]
      .filter((hub) => hub !== from && hub !== to)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const crossed = hubs.flatMap((hub) =>
      this.legs(from, hub).flatMap((first) => this.legs(hub, to).map((second) => ({ legs: [first, second] }))),
    );
    ways = [...direct, ...crossed];
    this.ways.set(key, ways);
    return ways;
  }

  private legs(from: string, to: string): Way['legs'] {
    const stated = this.series.get(`${from}/${to}`);
    const inverse = this.series.get(`${to}/${from}`);
    return [
      ...(stated ? [{ series: stated, inverted: false }] : []),
      ...(inverse ? [{ series: inverse, inverted: true }] : []),
    ];
  }
}

/** Index of the last day at or before `day`, or -1. */
function lastUpTo(days: readonly number[], day: number): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]! <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Tables that are kept in memory: the same rates are asked for at every posting. */
const TABLES_KEPT_MAX = 8;
const kept = new WeakMap<Pool, Map<string, Promise<RateTable>>>();

/**
 * The rates that turn `currencies` into one another, as of entry `seq`: of every pair and day the latest statement up to it, withdrawn ones
 * left out.
 */
export async function rateTable(
  pg: Pool,
  accountId: number,
  seq: number,
  currencies: readonly string[],
): Promise<RateTable> {
  const { rows } = await pg.query<{ last: string | null }>(
    'SELECT max(seq) AS last FROM exchange_rates WHERE account_id = $1 AND seq <= $2',
    [accountId, seq],
  );
  const last = rows[0]?.last;
  if (last === null || last === undefined) return new RateTable([]);
  const wanted = [...new Set(currencies)].sort();
  const tables = kept.get(pg) ?? new Map<string, Promise<RateTable>>();
  kept.set(pg, tables);
  const key = `${accountId} ${last} ${wanted.join(' ')}`;
  const known = tables.get(key);
  if (known) return known;
  const loading = loadTable(pg, accountId, Number(last), wanted);
  tables.set(key, loading);
  loading.catch(() => tables.delete(key));
  if (tables.size > TABLES_KEPT_MAX) tables.delete(tables.keys().next().value!);
  return loading;
}

async function loadTable(pg: Pool, accountId: number, seq: number, currencies: readonly string[]): Promise<RateTable> {
  return new RateTable(await standingRates(pg, accountId, seq, { currencies }));
}

/** Rates as they stand as of `seq`, by base, quote and day. */
export async function standingRates(
  pg: Pool,
  accountId: number,
  seq: number,
  options: {
    /** Rates that have one of these on either side. */
    currencies?: readonly string[];
    base?: string;
    quote?: string;
    from?: Day;
    to?: Day;
    /** Rates after this one: of the page before. */
    after?: { base: string; quote: string; date: Day };
    limit?: number;
  } = {},
): Promise<StandingRate[]> {
  const { rows } = await pg.query<{
    base: string;
    quote: string;
    date: string;
    rate: string;
    source: string;
    seq: string;
  }>(
    `SELECT base, quote, to_char(date, 'YYYY-MM-DD') AS date, rate::text AS rate, source, seq
     FROM (
       SELECT DISTINCT ON (base, quote, date) base, quote, date, rate, source, seq
       FROM exchange_rates
       WHERE account_id = $1
         AND seq <= $2
         AND ($3::text[] IS NULL OR base = ANY ($3) OR quote = ANY ($3))
         AND ($4::text IS NULL OR base = $4)
         AND ($5::text IS NULL OR quote = $5)
         AND ($6::date IS NULL OR date >= $6)
         AND ($7::date IS NULL OR date <= $7)
         AND ($8::text IS NULL OR (base, quote, date) > ($8, $9::text, $10::date))
       ORDER BY base, quote, date, seq DESC
     ) AS latest
     WHERE rate IS NOT NULL
     ORDER BY base COLLATE "C", quote COLLATE "C", latest.date
     LIMIT $11`,
    [
      accountId,
      seq,
      options.currencies ?? null,
      options.base ?? null,
      options.quote ?? null,
      options.from ?? null,
      options.to ?? null,
      options.after?.base ?? null,
      options.after?.quote ?? null,
      options.after?.date ?? null,
      options.limit ?? null,
    ],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

export interface RatePair {
  base: string;
  quote: string;
  /** Days that have a rate, the first and the last of them. */
  rates: number;
  first: Day;
  last: Day;
}

/** Which rates there are as of `seq`. */
export async function ratePairs(pg: Pool, accountId: number, seq: number): Promise<RatePair[]> {
  const { rows } = await pg.query<{ base: string; quote: string; rates: string; first: string; last: string }>(
    `SELECT base, quote, count(*) AS rates,
            to_char(min(date), 'YYYY-MM-DD') AS first, to_char(max(date), 'YYYY-MM-DD') AS last
     FROM (
       SELECT DISTINCT ON (base, quote, date) base, quote, date, rate
       FROM exchange_rates
       WHERE account_id = $1 AND seq <= $2
       ORDER BY base, quote, date, seq DESC
     ) AS latest
     WHERE rate IS NOT NULL
     GROUP BY base, quote
     ORDER BY base COLLATE "C", quote COLLATE "C"`,
    [accountId, seq],
  );
  return rows.map((row) => ({ ...row, rates: Number(row.rates) }));
}
