import { minorUnits } from '../kernel/currency.ts';
import { Decimal } from '../kernel/decimal.ts';

/** An exact amount, in minor units and as the currency is written. */
export interface Money {
  /** Whole minor units, as a decimal string. */
  cents: string;
  /** With the currency's decimals: "149.00"; JPY "149". */
  amount: string;
}

/** Minor units written with the decimals of the currency; two where the currency is unknown. */
export function money(cents: bigint, currency: string): Money {
  return { cents: String(cents), amount: amountText(cents, currency) };
}

export function amountText(cents: bigint, currency: string): string {
  const decimals = minorUnits(currency) ?? 2;
  const digits = String(cents < 0n ? -cents : cents).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${cents < 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`;
}

/** For sentences: "7,413.67". Values beside them stay plain decimals. */
export function amountInWords(cents: bigint, currency: string): string {
  return Decimal.parse(amountText(cents, currency)).toGrouped(minorUnits(currency) ?? 2);
}
