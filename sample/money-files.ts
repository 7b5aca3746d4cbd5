/**
 * Exchange rates and prices: facts. Rates are monthly averages of the Board of Governors of the Federal Reserve System (release G.5), units per
 * US dollar, dated on the first of their month; the price index is CPI-U, annual average, of the U.S. Bureau of Labor Statistics.
 */
import { csv } from './csv.ts';

const FIRST_YEAR = 2023;
const EUR_PER_USD = `
  0.9279 0.9344 0.9336 0.9122 0.9202 0.9225 0.9036 0.9166 0.937 0.9465 0.9243 0.9167
  0.9175 0.9265 0.92 0.9325 0.9251 0.9291 0.9219 0.9074 0.9006 0.9179 0.9415 0.9549
  0.9656 0.9603 0.9248 0.8903 0.887 0.867 0.8568 0.8586 0.8519 0.859 0.8652 0.854`;
const GBP_PER_USD = `
  0.8172 0.8275 0.8239 0.8035 0.801 0.792 0.7756 0.787 0.8077 0.8214 0.8041 0.7901
  0.7873 0.7918 0.7866 0.7989 0.7914 0.7864 0.777 0.7725 0.7565 0.7667 0.7851 0.7907
  0.8095 0.7973 0.7744 0.7608 0.7486 0.7365 0.7413 0.7432 0.7404 0.7487 0.7611 0.747`;

/** File name -> text. */
export function moneyFiles(): Record<string, string> {
  return {
    'rates.csv': csv(['date', 'base', 'quote', 'rate'], [...months('EUR', EUR_PER_USD), ...months('GBP', GBP_PER_USD)]),
    'prices.csv': csv(
      ['index', 'region', 'year', 'value'],
      [
        ['CPI-U', 'US', 2022, '292.655'],
        ['CPI-U', 'US', 2023, '304.702'],
        ['CPI-U', 'US', 2024, '313.689'],
      ],
    ),
  };
}

function months(quote: string, rates: string): string[][] {
  return rates
    .trim()
    .split(/\s+/)
    .map((rate, i) => {
      const year = FIRST_YEAR + Math.floor(i / 12);
      return [`${year}-${String((i % 12) + 1).padStart(2, '0')}-01`, 'USD', quote, rate];
    });
}
