/** Checks of what is stated: every finding names row, field and value. */
import { COUNTRIES } from '../kernel/country.ts';
import { currencyCode } from '../kernel/currency.ts';
import { dayNumber } from '../kernel/dates.ts';
import { Decimal } from '../kernel/decimal.ts';
import { FootingError, type Problem, shown } from '../kernel/errors.ts';
import type { StatedPrice, StatedRate } from './types.ts';

/** Digits after the point of a rate or an index. */
export const DECIMAL_PLACES_MAX = 18;
/** A rate or an index is below this. */
const VALUE_MAX = Decimal.parse('1000000000000');
/** Rows of one statement at most. */
export const ROWS_MAX = 2_000_000;
/** Problems that an error lists. */
const PROBLEMS_LISTED_MAX = 100;
const SOURCE_CHARACTERS_MAX = 300;
const NAME_CHARACTERS_MAX = 100;

/** Currencies that were replaced before 2018 (most by the euro) and stand in histories of rates. */
const PAST_CURRENCIES = new Set(
  'ATS BEF CYP DEM EEK ESP FIM FRF GRD IEP ITL LTL LUF LVL MTL NLG PTE ROL SIT SKK TRL'.split(' '),
);

/** The code in upper case, or undefined when no such currency is known. */
export function rateCurrency(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return currencyCode(code) ?? (PAST_CURRENCIES.has(code) ? code : undefined);
}

/** What is checked and where it was stated: a position in a list, or a row of a file. */
export interface Located<T> {
  row: number;
  value: T;
}

/**
 * Rates in one notation.
 * @throws FootingError `invalid` with a problem per finding: unknown currencies, days that do not exist, rates that are not decimals above
 * 0, a pair given twice for one day.
 */
export function checkRates(rows: ReadonlyArray<Located<StatedRate>>): StatedRate[] {
  const found = new Findings('rates');
  const seen = new Map<string, number>();
  const checked = rows.map(({ row, value }): StatedRate => {
    const base = found.currency(row, 'base', value.base);
    const quote = found.currency(row, 'quote', value.quote);
    found.day(row, 'date', value.date);
    if (base !== '' && base === quote) {
      found.add(row, 'quote', value.quote, 'is the base itself', 'A currency has no rate to itself.');
    }
    const rate = value.rate === null ? null : found.decimal(row, 'rate', value.rate);
    found.twice(row, 'date', `${base}/${quote} ${value.date}`, seen);
    return { date: value.date, base, quote, rate };
  });
  found.done(rows.length);
  return checked;
}

/** Price indices in one notation. @throws FootingError `invalid` with a problem per finding. */
export function checkPrices(rows: ReadonlyArray<Located<StatedPrice>>): StatedPrice[] {
  const found = new Findings('price indices');
  const seen = new Map<string, number>();
  const checked = rows.map(({ row, value }): StatedPrice => {
    const index = value.index.trim();
    if (index === '' || index.length > NAME_CHARACTERS_MAX) {
      found.add(row, 'index', value.index, `must have 1 to ${NAME_CHARACTERS_MAX} characters`);
    }
    const region = value.region.trim().toUpperCase();
    if (region !== '' && !COUNTRIES.has(region) && rateCurrency(region) === undefined) {
      found.add(row, 'region', value.region, 'is neither a country (ISO 3166, two letters) nor a currency (ISO 4217)');
    }
    if (!Number.isInteger(value.year) || value.year < 1800 || value.year > 2200) {
      found.add(row, 'year', String(value.year), 'must be a year from 1800 to 2200');
    }
    if (value.month !== null && !(Number.isInteger(value.month) && value.month >= 1 && value.month <= 12)) {
      found.add(row, 'month', String(value.month), 'must be a month from 1 to 12, or nothing');
    }
    const level = value.value === null ? null : found.decimal(row, 'value', value.value);
    found.twice(row, 'year', `${index} ${region} ${value.year}-${value.month ?? 0}`, seen);
    return { index, region, year: value.year, month: value.month, value: level };
  });
  found.done(rows.length);
  return checked;
}

/** Who says so: kept with every rate. */
export function checkSource(source: string): string {
  const trimmed = source.trim();
  if (trimmed.length >= 1 && trimmed.length <= SOURCE_CHARACTERS_MAX) return trimmed;
  throw new FootingError('invalid', 'Rates need a source.', {
    problems: [
      {
        field: 'source',
        value: shown(source),
        reason: `must have 1 to ${SOURCE_CHARACTERS_MAX} characters`,
        remedy: 'Say who publishes the figures, such as "European Central Bank, reference rates".',
      },
    ],
  });
}

/** Collects problems and throws them together. */
class Findings {
  private readonly what: string;
  private readonly problems: Problem[] = [];
  private count = 0;

  constructor(what: string) {
    this.what = what;
  }

  add(row: number, field: string, value: string, reason: string, remedy?: string): void {
    this.count += 1;
    if (this.problems.length >= PROBLEMS_LISTED_MAX) return;
    this.problems.push({ row, field, value: shown(value), reason, ...(remedy !== undefined && { remedy }) });
  }

  currency(row: number, field: string, text: string): string {
    const code = rateCurrency(text);
    if (code === undefined) this.add(row, field, text, 'is not a currency', 'Write its ISO 4217 code, such as USD.');
    return code ?? '';
  }

  day(row: number, field: string, text: string): void {
    try {
      dayNumber(text);
    } catch {
      this.add(row, field, text, 'is not a day that exists', 'Write days like 2026-03-31.');
    }
  }

  /** In plain notation without needless zeros. */
  decimal(row: number, field: string, text: string): string {
    const decimal = Decimal.tryParse(text.trim())?.normalized();
    if (decimal === undefined) {
      this.add(row, field, text, 'is not a decimal number', 'Write it like 1.0817, with a point.');
      return '0';
    }
    if (decimal.sign() <= 0) this.add(row, field, text, 'must be above 0');
    else if (decimal.cmp(VALUE_MAX) >= 0) this.add(row, field, text, `must be below ${VALUE_MAX}`);
    else if (decimal.scale > DECIMAL_PLACES_MAX) {
      this.add(row, field, text, `has more than ${DECIMAL_PLACES_MAX} digits after the point`);
    }
    return decimal.toString();
  }

  twice(row: number, field: string, key: string, seen: Map<string, number>): void {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, row);
    else this.add(row, field, key, `was given in row ${first} already`, 'Leave one of the two out.');
  }

  done(rows: number): void {
    if (rows === 0) throw new FootingError('invalid', `There are no ${this.what} in it.`);
    if (rows > ROWS_MAX)
      throw new FootingError('too_large', `There are ${rows} ${this.what}; the limit is ${ROWS_MAX}.`);
    if (this.count === 0) return;
    const listed = this.count > this.problems.length ? ` The first ${this.problems.length} are listed.` : '';
    throw new FootingError(
      'invalid',
      `${this.count} ${this.count === 1 ? 'value is' : 'values are'} wrong, so none of the ${this.what} were taken.${listed}`,
      { problems: this.problems },
    );
  }
}
