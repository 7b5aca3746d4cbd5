/** Why a cell is refused: a small number while reading, words and remedy when reported. */

import { nearest } from '../kernel/text.ts';
import { CELL_BYTES_MAX, DECIMAL_INTEGER_DIGITS_MAX, DECIMAL_SCALE_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';
import type { ColumnDefinition } from './types.ts';

export const OK = 0;
export const REASON = {
  missing: 1,
  cellTooLong: 2,
  notUtf8: 3,
  nul: 4,
  tooManyCharacters: 5,
  notANumber: 6,
  notFinite: 7,
  exponent: 8,
  otherDecimalMark: 9,
  thousands: 10,
  tooManyDecimals: 11,
  tooManyDigits: 12,
  notWhole: 13,
  outOfInt64: 14,
  notADate: 15,
  noSuchDay: 16,
  dateOutOfRange: 17,
  notADatetime: 18,
  tooFineTime: 19,
  notABoolean: 20,
  unknownCurrency: 21,
  unknownCountry: 22,
  notInValues: 23,
  dateHasTime: 24,
  decimalsOfCurrency: 25,
  noCurrency: 26,
} as const;

export interface Words {
  reason: string;
  remedy?: string;
}

/** How cells of this file are written; part of how they are read. */
export interface Notation {
  decimal: '.' | ',';
  dateOrder: 'iso' | 'dmy' | 'mdy';
  /** Cents may have a decimal mark with zeros after it: only for what earlier versions stated. */
  markedCents?: boolean;
  /** Columns of cents in a file: 49900 (`cents`), or the amounts of the row's currency, 499.00 (`units`). Absent: that cannot be chosen. */
  amounts?: 'cents' | 'units';
}

const DATE_WRITTEN = { iso: 'YYYY-MM-DD', dmy: 'DD/MM/YYYY', mdy: 'MM/DD/YYYY' } as const;

const DAY_IN_ANOTHER_ORDER = /^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\s*$/;
const NAME_THE_ORDER = 'name the order of this file: date_order "dmy" (31/12/2024) or date_order "mdy" (12/31/2024)';

const NOT_WHOLE_CENTS = 'not a whole number of minor units (cents)';

/** Naming another decimal mark would not do: the thousands separators have to go, whichever mark they are. */
function thousandsRemedy(value: string, decimal: '.' | ','): string {
  const number = value.trim();
  const other = decimal === '.' ? ',' : '.';
  const written = (thousands: string, mark: string): string | undefined =>
    new RegExp(`^[+-]?\\d{1,3}(\\${thousands}\\d{3})+(\\${mark}\\d+)?$`).test(number)
      ? number.replaceAll(thousands, '').replace(mark, decimal)
      : undefined;
  const digits = written(other, decimal) ?? written(decimal, other);
  const remedy = `write the digits without them${digits === undefined ? '' : `: ${digits}`}`;
  return number.includes(other) && number.lastIndexOf(other) > number.lastIndexOf(decimal)
    ? `${remedy}; where the whole file has "${other}" before the decimals, write ${digits?.replace(decimal, other) ?? 'the digits alone'} and name it: decimal "${other}"`
    : remedy;
}

/** 100.50 and 100,50 in a column of cents -> 10050; an example where the amount cannot be read. */
function centsRemedy(value: string, { amounts }: Notation): string {
  const [, sign = '', whole, fraction = ''] = /^\s*([+-]?)(\d+)[.,](\d{1,2})\s*$/.exec(value) ?? [];
  if (whole === undefined) return 'write whole cents: 12.50 EUR as 1250';
  const cents = `write whole cents: ${sign === '-' ? '-' : ''}${`${whole}${fraction.padEnd(2, '0')}`.replace(/^0+(?=\d)/, '')}`;
  return amounts === 'cents' ? `${cents}; if the file has whole units, say so: amounts "units"` : cents;
}

/** Words for a reason code; `value` is the cell as it stood. */
export function wordsOf(code: number, column: ColumnDefinition, value: string, notation: Notation): Words {
  const other = notation.decimal === '.' ? ',' : '.';
  switch (code) {
    case REASON.missing:
      return { reason: 'a value is required and the cell is empty' };
    case REASON.cellTooLong:
      return {
        reason: `the cell is longer than ${CELL_BYTES_MAX} bytes`,
        remedy: 'shorten it, or check whether a quote is left open',
      };
    case REASON.notUtf8:
      return {
        reason: 'the text is not valid UTF-8',
        remedy: 'save the file as UTF-8, or name its encoding, for example: encoding "windows-1252"',
      };
    case REASON.nul:
      return { reason: 'the text has a NUL character' };
    case REASON.tooManyCharacters:
      return { reason: `the text has more than ${column.charactersMax ?? TEXT_CHARACTERS_MAX} characters` };
    case REASON.notANumber:
      return {
        reason: 'not a number',
        remedy: `write digits with "${notation.decimal}" before the decimals, without signs of units or currency`,
      };
    case REASON.notFinite:
      return { reason: 'not a finite number' };
    case REASON.exponent:
      return {
        reason: 'numbers with an exponent are not taken',
        remedy: 'write the number out in full, for example 1200 for 1.2e3',
      };
    case REASON.otherDecimalMark:
      if (column.type === 'cents' && notation.amounts !== 'units')
        return { reason: NOT_WHOLE_CENTS, remedy: centsRemedy(value, notation) };
      return {
        reason: `the number has "${other}", but the decimal mark of this file is "${notation.decimal}"`,
        remedy: `if "${other}" is the decimal mark of this file, say so: decimal "${other}"`,
      };
    case REASON.thousands:
      return {
        reason: 'thousands separators are not taken',
        remedy:
          column.type === 'cents' && notation.amounts !== 'units'
            ? 'write whole cents without them: 1,012.50 EUR as 101250'
            : thousandsRemedy(value, notation.decimal),
      };
    case REASON.tooManyDecimals:
      return {
        reason: `more than ${DECIMAL_SCALE_MAX} decimals; nothing is rounded here`,
        remedy: `round it to ${DECIMAL_SCALE_MAX} decimals`,
      };
    case REASON.tooManyDigits:
      return { reason: `more than ${DECIMAL_INTEGER_DIGITS_MAX} digits before the decimal mark` };
    case REASON.notWhole:
      return {
        reason: column.type === 'cents' ? NOT_WHOLE_CENTS : 'not a whole number',
        ...(column.type === 'cents' ? { remedy: centsRemedy(value, notation) } : {}),
      };
    case REASON.outOfInt64:
      return { reason: 'beyond the range of 64-bit whole numbers' };
    case REASON.notADate: {
      const remedy =
        notation.dateOrder === 'iso' && DAY_IN_ANOTHER_ORDER.test(value)
          ? NAME_THE_ORDER
          : `write ${DATE_WRITTEN[notation.dateOrder]}`;
      return { reason: `not a date in the form ${DATE_WRITTEN[notation.dateOrder]}`, remedy };
    }
    case REASON.noSuchDay:
      return { reason: 'there is no such day in the calendar' };
    case REASON.dateOutOfRange:
      return { reason: 'dates are taken from 1900-01-01 to 2299-12-31' };
    case REASON.dateHasTime:
      return { reason: 'a time of day stands in a column of dates', remedy: 'write the day alone, YYYY-MM-DD' };
    case REASON.notADatetime:
      if (notation.dateOrder === 'iso' && DAY_IN_ANOTHER_ORDER.test(value)) {
        return { reason: `not a date in the form ${DATE_WRITTEN.iso}`, remedy: NAME_THE_ORDER };
      }
      return { reason: 'not an instant in RFC 3339', remedy: 'write 2024-01-31T12:00:00Z, or a date' };
    case REASON.tooFineTime:
      return { reason: 'times are kept to the millisecond and nothing is rounded here' };
    case REASON.notABoolean:
      return { reason: 'neither true nor false', remedy: 'write true or false' };
    case REASON.unknownCurrency:
      return { reason: 'not a currency code of ISO 4217', remedy: 'write the three-letter code, for example EUR' };
    case REASON.unknownCountry:
      return { reason: 'not a country code of ISO 3166-1', remedy: 'write the two-letter code, for example DE' };
    case REASON.notInValues: {
      const meant = nearest(value, column.values ?? []);
      return {
        reason: `not one of: ${(column.values ?? []).join(', ')}`,
        ...(meant === undefined ? {} : { remedy: `did you mean ${meant}?` }),
      };
    }
    case REASON.decimalsOfCurrency:
      return {
        reason: 'the amount has more decimals than its currency; nothing is rounded here',
        remedy: `write no more than the currency has: 12${notation.decimal}50 EUR, 1250 JPY, 12${notation.decimal}500 KWD; and no thousands separators`,
      };
    case REASON.noCurrency:
      return { reason: 'the row names no currency, so that the decimals of its amount are not known' };
    default:
      return { reason: `refused (reason ${code})` };
  }
}
