-- What is stated of money: exchange rates and price indices. Only added to: the latest statement of a key up to an entry is what holds
-- as of that entry, and null withdraws it.

CREATE TABLE exchange_rates (
  account_id  integer NOT NULL REFERENCES accounts (id),
  -- One unit of base is `rate` units of quote.
  base        text    NOT NULL,
  quote       text    NOT NULL,
  date        date    NOT NULL,
  -- Entry that states it.
  seq         bigint  NOT NULL,
  rate        numeric,
  source      text    NOT NULL,
  PRIMARY KEY (account_id, base, quote, date, seq)
);

CREATE INDEX exchange_rates_entry ON exchange_rates (account_id, seq);

CREATE TABLE price_indices (
  account_id  integer  NOT NULL REFERENCES accounts (id),
  -- Such as CPI.
  name        text     NOT NULL,
  -- Country (ISO 3166), currency (ISO 4217), or empty for the world.
  region      text     NOT NULL,
  year        smallint NOT NULL,
  -- 1 to 12; 0 for the year as a whole.
  month       smallint NOT NULL,
  seq         bigint   NOT NULL,
  value       numeric,
  source      text     NOT NULL,
  PRIMARY KEY (account_id, name, region, year, month, seq)
);
