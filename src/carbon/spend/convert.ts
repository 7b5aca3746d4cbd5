/**
 * How an amount of money meets a factor per unit of money, in this order: the currency is converted at the rate of the transaction's
 * day (or of its year's average), then the amount is deflated in the currency of the factor from its year to the price year of the factor.
 */
import { Rational } from '../../kernel/rational.ts';
import { convert, type Unit } from '../../kernel/units.ts';
import type { NetGross } from '../catalogue/fuels.ts';
import type { DecisionPolicies } from '../methodology/policies.ts';
import { FLAGS } from '../tables.ts';

/** What is stated of money, as of an entry. */
export interface Money {
  /** What amounts at prices of year `from` are multiplied by to be at prices of year `to`; undefined when no index says. */
  deflator(currency: string, from: number, to: number): { ratio: Rational; words: string } | undefined;
  /** Units of `to` for one unit of `from`, mean of the days of the year; undefined when no rate is stated. */
  yearAverage(from: string, to: string, year: number): Rational | undefined;
}

export const NO_MONEY: Money = { deflator: () => undefined, yearAverage: () => undefined };

/** Policies, and the money that they are applied to. */
export interface Means extends DecisionPolicies {
  money?: Money;
  /** Net over gross heating value; absent = the usual ones. */
  netGross?: NetGross;
}

export interface Conversion {
  /** Units of the factor in one unit of the activity; without the rate of the day where `fx` names one. */
  ratio: Rational;
  flags: number;
  /** `EUR>USD` where each line is converted at the rate of its day, else ''. */
  fx: string;
}

interface PricedUnit {
  currency: string;
  /** Undefined: prices of any year. */
  year: number | undefined;
  basic: boolean;
}

const PRICED = /^([A-Z]{3})(?: \((\d{4}) (purchaser|basic) price\))?$/;

/** The unit of an activity in that of a factor, in a year; or why not. */
export function convertInYear(
  from: Unit,
  to: Unit,
  year: number,
  means: Means,
): Conversion | { problem: { reason: string; remedy?: string } } {
  const answer = convert(from, to);
  if ('ratio' in answer) return { ratio: answer.ratio, flags: 0, fx: '' };
  const [spent, priced] = [moneyOf(from), moneyOf(to)];
  if (!spent || !priced) return answer;
  const { money = NO_MONEY, fx: policy, deflate } = means;
  let ratio = Rational.ONE;
  let flags = priced.basic && !spent.basic ? FLAGS.margins_included : 0;
  let fx = '';
  if (spent.currency !== priced.currency) {
    if (policy === 'transaction_date') fx = `${spent.currency}>${priced.currency}`;
    else {
      const average = money.yearAverage(spent.currency, priced.currency, year);
      if (!average) {
        return {
          problem: { reason: `no exchange rate of ${spent.currency} to ${priced.currency} is stated for ${year}` },
        };
      }
      ratio = average;
    }
  }
  const spentYear = spent.year ?? year;
  if (priced.year !== undefined && priced.year !== spentYear) {
    const change = deflate ? money.deflator(priced.currency, spentYear, priced.year) : undefined;
    if (change) ratio = ratio.mul(change.ratio);
    else flags |= FLAGS.not_deflated;
  }
  return { ratio, flags, fx };
}

function moneyOf(unit: Unit): PricedUnit | undefined {
  if (unit.dimension !== 'currency') return undefined;
  const [, currency, year, kind] = PRICED.exec(unit.code) ?? [];
  return currency === undefined
    ? undefined
    : { currency, year: year === undefined ? undefined : Number(year), basic: kind === 'basic' };
}
