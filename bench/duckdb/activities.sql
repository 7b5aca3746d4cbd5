-- The activities CSV to typed records and exact postings, stored; no provenance, no per-row errors. In: activities_file, factors_file.
-- All products are exact: factor (9 decimals) x unit ratio (6) is a coefficient of 15, times quantity (3) fits DECIMAL(38, 18).
CREATE OR REPLACE TABLE factors AS
SELECT id, name, scope::TINYINT AS scope, category, unit, region, valid_from, valid_to,
  coalesce(co2_fossil, 0) AS co2_fossil, coalesce(ch4_non_fossil, 0) AS ch4_non_fossil, coalesce(n2o, 0) AS n2o, coalesce(co2e_unsplit, 0) AS co2e_unsplit
FROM read_csv(getvariable('factors_file'), header = true, quote = '"', types = {
  'id': 'VARCHAR', 'name': 'VARCHAR', 'scope': 'VARCHAR', 'category': 'VARCHAR', 'unit': 'VARCHAR', 'region': 'VARCHAR',
  'valid_from': 'DATE', 'valid_to': 'DATE',
  'co2_fossil': 'DECIMAL(18,9)', 'ch4_non_fossil': 'DECIMAL(18,9)', 'n2o': 'DECIMAL(18,9)', 'co2e_unsplit': 'DECIMAL(18,9)'
});

CREATE OR REPLACE TABLE units AS
FROM (VALUES
  ('l', 'l', 1::DECIMAL(12,6)), ('m3', 'l', 1000), ('kWh', 'kWh', 1), ('MWh', 'kWh', 1000), ('kg', 'kg', 1), ('t', 'kg', 1000),
  ('t', 't', 1), ('kg', 't', 0.001), ('tkm', 'tkm', 1), ('km', 'km', 1), ('mile', 'km', 1.609344)
) AS v(unit, factor_unit, ratio);

CREATE OR REPLACE TABLE activities AS
FROM read_csv(getvariable('activities_file'), header = true, columns = {
  external_id: 'VARCHAR',
  entity: 'VARCHAR',
  activity: 'VARCHAR',
  quantity: 'DECIMAL(18,3)',
  unit: 'VARCHAR',
  amount: 'DECIMAL(18,2)',
  currency: 'VARCHAR',
  start_date: 'DATE',
  end_date: 'DATE',
  country: 'VARCHAR',
  region: 'VARCHAR',
  supplier: 'VARCHAR',
  category: 'VARCHAR',
  data_quality: 'VARCHAR',
  notes: 'VARCHAR',
  meter: 'VARCHAR'
});

-- A small table of coefficients by what decides the factor, then one pass over the activities.
CREATE OR REPLACE TABLE coefficients AS
SELECT f.id, f.name, f.region, u.unit, f.scope, f.category, f.valid_from, f.valid_to,
  (f.co2_fossil * u.ratio)::DECIMAL(20,15) AS co2,
  (f.ch4_non_fossil * u.ratio)::DECIMAL(20,15) AS ch4,
  (f.n2o * u.ratio)::DECIMAL(20,15) AS n2o,
  (f.co2e_unsplit * u.ratio)::DECIMAL(20,15) AS unsplit
FROM factors AS f
JOIN units AS u ON u.factor_unit = f.unit;

CREATE OR REPLACE TABLE postings AS
SELECT a.external_id, a.entity, a.start_date, c.id AS factor, c.scope, c.category,
  a.quantity * c.co2 AS co2_kg,
  a.quantity * c.ch4 AS ch4_kg,
  a.quantity * c.n2o AS n2o_kg,
  a.quantity * c.unsplit AS co2e_unsplit_kg
FROM activities AS a
JOIN coefficients AS c
  ON c.name = a.activity AND c.region = a.country AND c.unit = a.unit
  AND a.start_date >= c.valid_from AND a.start_date < c.valid_to;
