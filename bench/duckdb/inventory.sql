-- kg CO2e by scope and month under AR6.
CREATE OR REPLACE TEMP TABLE inventory AS
SELECT scope, date_trunc('month', start_date) AS month,
  sum(co2_kg) + sum(ch4_kg) * 27.0 + sum(n2o_kg) * 273 + sum(co2e_unsplit_kg) AS co2e_kg
FROM postings
GROUP BY ALL
ORDER BY ALL;
