/** What is stated of money as of an entry, as deciding and posting ask for it. */
import { addDays } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { type PriceTable, priceTable, type RateTable, rateTable } from '../../rates/index.ts';
import { type Place, read } from '../sql.ts';
import { type Money, NO_MONEY } from './convert.ts';

/** Decimals of a yearly average: a mean of quotients has no end. */
const AVERAGE_SCALE = 12;
/** Which index deflates, the first that is stated for the currency and both years; else any other, by name. */
const INDEX_ORDER = ['PPI', 'GDP deflator', 'CPI'];

/** Entry up to which money was stated as of `seq`, 0 = never: what decisions by it depend on. */
export async function moneyStatedBy(place: Place, seq: number): Promise<number> {
  const [row] = await read<{ last: string }>(
    place,
    'SELECT max(seq) AS last FROM money_stated WHERE seq <= {seq:UInt64}',
    { seq },
  );
  return Number(row?.last ?? 0);
}

/** Rates as of `seq` between the currencies. */
export function ratesAsOf(place: Place, seq: number, currencies: readonly string[]): Promise<RateTable> {
  return rateTable(place.engines.pg, place.accountId, seq, currencies);
}

const moneys = new Map<string, Promise<Money>>();
const MONEYS_MAX = 8;

/** The indices and rates stated by entry `stated`. */
export async function moneyAsOf(place: Place, stated: number, currencies: readonly string[]): Promise<Money> {
  if (stated === 0) return NO_MONEY;
  const key = `${place.database} ${stated} ${currencies.join()}`;
  const known = moneys.get(key);
  if (known) return known;
  const made = Promise.all([
    priceTable(place.engines.pg, place.accountId, stated),
    ratesAsOf(place, stated, currencies),
  ]).then(([prices, rates]) => moneyOf(prices, rates));
  if (moneys.size >= MONEYS_MAX) moneys.delete(moneys.keys().next().value!);
  moneys.set(key, made);
  made.catch(() => moneys.delete(key));
  return made;
}

/** Deflators and averages out of the tables of the rates room. */
export function moneyOf(prices: PriceTable, rates: RateTable): Money {
  const names = [...new Set(prices.all.map(({ index }) => index))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const averages = new Map<string, Rational | undefined>();
  return {
    deflator(currency, from, to) {
      // ISO 4217: the first two letters of a currency are its country.
      for (const region of [currency, currency.slice(0, 2), '']) {
        for (const index of names) {
          const change = prices.change(index, region, { year: from }, { year: to });
          if (change) {
            const words = `${index} ${region} ${change.to.value} (${to}) / ${change.from.value} (${from})`;
            return { ratio: change.ratio, words };
          }
        }
      }
      return undefined;
    },
    yearAverage(from, to, year) {
      const key = `${from}>${to} ${year}`;
      if (!averages.has(key)) averages.set(key, average(rates, from, to, year));
      return averages.get(key);
    },
  };
}

function rank(index: string): number {
  const at = INDEX_ORDER.findIndex((name) => name.toLowerCase() === index.toLowerCase());
  return at < 0 ? INDEX_ORDER.length : at;
}

/** Mean over the calendar days, each at its rate or the last one before it; rounded half-even once. */
function average(rates: RateTable, from: string, to: string, year: number): Rational | undefined {
  const perRate = new Map<string, { rate: Rational; days: number }>();
  let days = 0;
  for (let day = `${year}-01-01`; day <= `${year}-12-31`; day = addDays(day, 1)) {
    const conversion = rates.rate(from, to, day);
    if (!conversion) continue;
    days += 1;
    const key = conversion.rate.toString();
    const same = perRate.get(key);
    if (same) same.days += 1;
    else perRate.set(key, { rate: conversion.rate, days: 1 });
  }
  if (days === 0) return undefined;
  let sum = Rational.ZERO;
  // Each is rounded far beyond the result, so that a sum of many quotients stays small.
  for (const { rate, days: many } of perRate.values()) {
    sum = sum.add(Rational.fromDecimal(rate.toDecimal(30)).mul(new Rational(BigInt(many))));
  }
  return Rational.fromDecimal(sum.div(new Rational(BigInt(days))).toDecimal(AVERAGE_SCALE));
}
