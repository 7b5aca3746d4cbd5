/** Rates: what is stated of money, for both books. Exchange rates, price indices. */
export { checkPrices, checkRates, type Located, rateCurrency } from './check.ts';
export { FILE_BYTES_MAX, type RateFormat, readPriceFile, readRateFile } from './files.ts';
export { type PriceChange, PriceTable, type PriceTime, priceTable } from './priceTable.ts';
export { type RatePair, RateTable, ratePairs, rateTable, standingRates } from './rateTable.ts';
export {
  type ImportOutcome,
  importMoney,
  type Outcome,
  PRICE_KINDS,
  RATE_KINDS,
  SET_ROWS_MAX,
  setPrices,
  setRates,
} from './state.ts';
export type { Conversion, StandingPrice, StandingRate, StatedPrice, StatedRate } from './types.ts';
export { verifyRates } from './verify.ts';
