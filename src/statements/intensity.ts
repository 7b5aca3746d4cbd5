/** Greenhouse-gas intensity per net revenue (ESRS E1-6, paragraphs 53 to 55) or per anything that is passed in. */
import {
  type InventoryQuery,
  type InventoryStatement,
  intensity,
  inventory,
  scope2Statement,
} from '../carbon/index.ts';
import { minorUnits } from '../kernel/currency.ts';
import { monthDays } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import { FootingError } from '../kernel/errors.ts';
import { Rational } from '../kernel/rational.ts';
import type { ReadContext } from '../ledger/types.ts';
import { postedSettings, recognisedRevenue } from '../revenue/index.ts';

export interface IntensityQuery extends InventoryQuery {
  from: string;
  to: string;
  /** Net revenue in units of the currency, when the accounts state it; default: recognised from the invoices. */
  revenue?: string;
  currency?: string;
  /** t CO2e per this much of it. */
  per: string;
}

export interface IntensitySide {
  co2e_t: string;
  intensity: string | null;
  /** For `footing explain`: the total; market-based, its scope 2, the rest being that of the location-based total. */
  ref: string;
}

export interface Intensity {
  from: string;
  to: string;
  currency: string;
  /** stated: passed in; recognised: out of the invoices of the revenue book. */
  basis: 'stated' | 'recognised';
  /** Net revenue in units of the currency, exact as far as it is a decimal, else 18 decimals. */
  revenue: string;
  /** Invoice lines that it is made of; null when it is stated. */
  revenue_lines: number | null;
  per: string;
  location_based: IntensitySide;
  /** Null where scope 2 has no market-based figure. */
  market_based: IntensitySide | null;
  notes: string[];
}

/** Digits after the point of an intensity. */
const INTENSITY_SCALE = 9;
const SCALE = 18;
const KG_PER_TONNE = Rational.parse('1000');

/**
 * Intensity of the months, both inclusive. `carbon` and `revenue` are the two books as of the same entry.
 * @throws FootingError `invalid` when revenue is in several currencies and none is asked for, or there is none.
 */
export async function intensityStatement(
  books: { carbon: ReadContext; revenue: ReadContext },
  query: IntensityQuery,
): Promise<Intensity> {
  const { from, to, per } = query;
  const statement = await inventory(books.carbon, { ...query, groupBy: ['scope'] });
  const market = await marketTotal(books.carbon, query, statement);
  const net = query.revenue === undefined ? await recognised(books.revenue, query) : stated(query);
  const one = (kg: Rational, ref: string): IntensitySide => ({
    co2e_t: shownExactly(kg.div(KG_PER_TONNE)),
    intensity:
      intensity(kg.div(KG_PER_TONNE), net.amount, Rational.parse(per))?.toDecimal(INTENSITY_SCALE).toString() ?? null,
    ref,
  });
  const notes = [
    ...(net.basis === 'recognised'
      ? [
          'Net revenue is what the invoices of the period recognise evenly over their service periods; compare it with the line of the financial statements.',
        ]
      : []),
    ...(query.approach !== undefined && net.basis === 'recognised'
      ? ['The revenue is that of the whole book: make sure that it has the perimeter of the inventory.']
      : []),
    ...(net.unconverted.length > 0
      ? [`Not in the revenue, since no exchange rate is stated for it: ${net.unconverted.join(', ')}.`]
      : []),
    ...(statement.held.length > 0 ? ['Some activities are held back and in no total.'] : []),
  ];
  return {
    from,
    to,
    currency: net.currency,
    basis: net.basis,
    revenue: shownExactly(net.amount),
    revenue_lines: net.lines,
    per,
    location_based: one(Rational.fromDecimal(Decimal.parse(statement.total.co2e_kg)), statement.total.ref),
    market_based: market && one(market.total, market.ref),
    notes,
  };
}

async function marketTotal(
  context: ReadContext,
  query: IntensityQuery,
  statement: InventoryStatement,
): Promise<{ total: Rational; ref: string } | null> {
  const both = await scope2Statement(context, query);
  if (both === null) return null;
  const total = Decimal.parse(statement.total.co2e_kg)
    .sub(Decimal.parse(both.location_based.co2e_kg))
    .add(Decimal.parse(both.market_based.co2e_kg));
  return { total: Rational.fromDecimal(total), ref: both.market_based.ref };
}

interface NetRevenue {
  basis: Intensity['basis'];
  currency: string;
  amount: Rational;
  lines: number | null;
  /** Revenue that is not in it for want of a rate. */
  unconverted: string[];
}

function stated({ revenue, currency }: IntensityQuery): NetRevenue {
  return {
    basis: 'stated',
    currency: currency ?? '',
    amount: Rational.fromDecimal(Decimal.parse(revenue!)),
    lines: null,
    unconverted: [],
  };
}

/** In the currency asked for, or the one that the revenue book is kept in; what has no rate into it is said, not added. */
async function recognised(context: ReadContext, query: IntensityQuery): Promise<NetRevenue> {
  const { from, to } = query;
  const currency = query.currency ?? (await postedSettings(context)).currency;
  const found = await recognisedRevenue(context, `${from}-01`, monthDays(to).last, currency);
  const main = currency === null && found.length === 1 ? found[0] : found.find((one) => one.currency === currency);
  if (main === undefined) {
    throw new FootingError('invalid', 'It has to be said which revenue to divide by.', {
      problems: [
        {
          field: 'currency',
          value: query.currency ?? '',
          reason:
            found.length === 0
              ? 'no revenue is recognised in these months'
              : `revenue is recognised in ${found.map((one) => one.currency).join(', ')}`,
          remedy: 'Name a currency, or pass the net revenue of the financial statements',
        },
      ],
    });
  }
  const amount = (one: { currency: string; cents: bigint }) =>
    new Rational(one.cents, 10n ** BigInt(minorUnits(one.currency) ?? 2));
  return {
    basis: 'recognised',
    currency: main.currency,
    amount: amount(main),
    lines: main.lines,
    unconverted: found
      .filter((one) => one !== main)
      .map((one) => `${amount(one).toDecimal(minorUnits(one.currency) ?? 2)} ${one.currency}`),
  };
}

function shownExactly(value: Rational): string {
  return (value.toExactDecimal() ?? value.toDecimal(SCALE)).toString();
}
