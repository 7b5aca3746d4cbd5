/** Files of rates and price indices: from their bytes to rows. All CSV, UTF-8; what a file is, its header says. */
import { FootingError, shown } from '../kernel/errors.ts';
import type { Located } from './check.ts';
import { readCsv } from './csv.ts';
import type { StatedPrice, StatedRate } from './types.ts';

/** A file is read as a whole. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;

export type RateFormat = 'ecb' | 'table';

export interface RateFile {
  format: RateFormat;
  rates: Array<Located<StatedRate>>;
  /** Cells that say that there is no rate (`N/A`, or nothing). */
  empty: number;
}

const TABLE_COLUMNS = ['date', 'base', 'quote', 'rate'];
const PRICE_COLUMNS = ['index', 'region', 'year', 'month', 'value'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');

/**
 * Reads a table (`date,base,quote,rate`, in any order) or the euro reference rates as the European Central Bank publishes them
 * (`Date,USD,JPY,…`: units of each currency for one euro; `N/A` where there is none). Values are checked later, by checkRates.
 * Errors: `malformed` for what is no CSV, `invalid` for a header that is neither.
 */
export function readRateFile(bytes: Uint8Array): RateFile {
  const { header, rows } = readCsv(bytes);
  const names = header.map((name) => name.trim().toLowerCase());
  if (TABLE_COLUMNS.every((column) => names.includes(column))) return readTable(names, rows);
  const currencies = header.slice(1).map((name) => name.trim());
  if (names[0] === 'date' && currencies.some((name) => /^[A-Za-z]{3}$/.test(name))) return readEcb(currencies, rows);
  throw new FootingError('invalid', 'The file is neither a table of rates nor a file of euro reference rates.', {
    problems: [
      {
        field: 'header',
        value: shown(header.join(',')),
        reason: 'must name the columns date, base, quote and rate, or Date and currency codes',
        remedy: 'A row of the table is 2026-03-31,EUR,USD,1.0817: one EUR is 1.0817 USD.',
      },
    ],
  });
}

function readTable(names: readonly string[], rows: ReadonlyArray<Located<string[]>>): RateFile {
  const at = Object.fromEntries(TABLE_COLUMNS.map((column) => [column, names.indexOf(column)]));
  const cell = (cells: string[], column: string) => (cells[at[column]!] ?? '').trim();
  const rates = rows.map(({ row, value: cells }) => ({
    row,
    value: {
      date: cell(cells, 'date'),
      base: cell(cells, 'base'),
      quote: cell(cells, 'quote'),
      rate: cell(cells, 'rate'),
    },
  }));
  return { format: 'table', rates, empty: 0 };
}

function readEcb(currencies: readonly string[], rows: ReadonlyArray<Located<string[]>>): RateFile {
  const rates: Array<Located<StatedRate>> = [];
  let empty = 0;
  for (const { row, value: cells } of rows) {
    const date = dayOf((cells[0] ?? '').trim());
    for (const [i, currency] of currencies.entries()) {
      const rate = (cells[i + 1] ?? '').trim();
      if (currency === '' && rate === '') continue;
      if (rate === '' || rate.toUpperCase() === 'N/A') empty += 1;
      else rates.push({ row, value: { date, base: 'EUR', quote: currency, rate } });
    }
  }
  return { format: 'ecb', rates, empty };
}

/** The file of a single day writes `20 November 2026`. */
function dayOf(text: string): string {
  const match = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/.exec(text);
  const month = match ? MONTHS.indexOf(match[2]!.toLowerCase()) + 1 : 0;
  return month > 0 ? `${match![3]}-${String(month).padStart(2, '0')}-${match![1]!.padStart(2, '0')}` : text;
}

/** Reads a table of price indices: `index,region,year,month,value`; month may be empty or left out. Checked later, by checkPrices. */
export function readPriceFile(bytes: Uint8Array): Array<Located<StatedPrice>> {
  const { header, rows } = readCsv(bytes);
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = PRICE_COLUMNS.filter((column) => column !== 'month' && !names.includes(column));
  if (missing.length > 0) {
    throw new FootingError('invalid', 'The file is no table of price indices.', {
      problems: missing.map((field) => ({
        field,
        reason: 'is not among the columns',
        remedy: `The columns are ${PRICE_COLUMNS.join(', ')}; a row is CPI,US,2024,,313.689.`,
      })),
    });
  }
  return rows.map(({ row, value: cells }) => {
    const cell = (column: string) => (cells[names.indexOf(column)] ?? '').trim();
    const month = cell('month');
    return {
      row,
      value: {
        index: cell('index'),
        region: cell('region'),
        year: wholeNumber(cell('year')),
        month: month === '' ? null : wholeNumber(month),
        value: cell('value'),
      },
    };
  });
}

const wholeNumber = (text: string): number => (/^\d{1,4}$/.test(text) ? Number(text) : Number.NaN);
