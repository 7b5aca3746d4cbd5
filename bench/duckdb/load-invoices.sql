-- Invoice lines and plans as typed tables: what "already imported" means for DuckDB.
CREATE OR REPLACE TABLE plans AS
FROM read_csv(getvariable('plans_file'), header = true, columns = {
  external_id: 'VARCHAR', name: 'VARCHAR', interval_count: 'BIGINT', interval_unit: 'VARCHAR'
});

CREATE OR REPLACE TABLE lines AS
SELECT *, row_number() OVER () AS row_number
FROM read_csv(getvariable('invoices_file'), header = true, timestampformat = '%Y-%m-%dT%H:%M:%SZ', columns = {
  customer_external_id: 'VARCHAR',
  invoice_external_id: 'VARCHAR',
  date: 'DATE',
  due_date: 'DATE',
  currency: 'VARCHAR',
  external_id: 'VARCHAR',
  type: 'VARCHAR',
  subscription_external_id: 'VARCHAR',
  plan_external_id: 'VARCHAR',
  service_period_start: 'TIMESTAMP',
  service_period_end: 'TIMESTAMP',
  amount_in_cents: 'BIGINT',
  quantity: 'BIGINT',
  discount_code: 'VARCHAR',
  discount_amount_in_cents: 'BIGINT',
  tax_amount_in_cents: 'BIGINT',
  prorated: 'BOOLEAN',
  proration_type: 'VARCHAR',
  event_order: 'BIGINT',
  cancelled_at: 'TIMESTAMP',
  description: 'VARCHAR'
});
