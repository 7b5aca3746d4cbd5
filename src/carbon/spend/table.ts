/** The ledger's tables of money: which entries stated rates or price indices, and the rates that lines were converted with. */
export const MONEY_STATED = `
CREATE TABLE IF NOT EXISTS money_stated (
  seq UInt64, sign Int8
) ENGINE = MergeTree ORDER BY seq`;

/** One row per pair (\`EUR>USD\`) and day that some line is converted on; reversed when another rate is stated for it. num / den is exact. */
export const RATES_USED = `
CREATE TABLE IF NOT EXISTS rates_used (
  seq UInt64, sign Int8,
  pair String, day Date32,
  num Int256, den Int256,
  words String
) ENGINE = MergeTree ORDER BY (pair, day)`;

/** Rates in force as of {decided}. */
export const RATES_IN_FORCE = `(
    SELECT pair, day, num, den
    FROM rates_used
    WHERE seq <= {decided:UInt64}
    GROUP BY pair, day, num, den
    HAVING sum(sign) > 0
  )`;
