/** The revenue book's tables in a ledger. */
import { clickhouseTable } from '../streams/index.ts';
import { customerStreams } from './customerStreams.ts';
import { PERIOD_COLUMNS } from './periods.ts';
import { customers, invoices, plans, transactions } from './streams.ts';
import { TOTALS_COLUMNS } from './sums.ts';

/**
 * Lines of one customer stand together, so that one customer is re-derived in milliseconds in a book of millions; a line is
 * also found by its key, and the lines of one entry by its seq, through skip indexes. Granules are small, because a customer has some twenty
 * lines of two dozen columns: of each column and part a granule is read; the skip indexes stand for eight of them.
 */
const INVOICES_TABLE = `${clickhouseTable(invoices, { orderBy: 'customer_hash, origin_seq, origin_row' }).replace(
  '\n)\nENGINE',
  `,
  customer_hash UInt64 DEFAULT cityHash64(source, customer_external_id),
  INDEX seq_range seq TYPE minmax GRANULARITY 8,
  INDEX key_bloom key_hash TYPE bloom_filter(0.01) GRANULARITY 8
)
ENGINE`,
)}
SETTINGS index_granularity = 1024, min_compress_block_size = 16384`;

/** Transactions of one invoice stand together; a transaction is also found by its key. */
const TRANSACTIONS_TABLE = clickhouseTable(transactions, { orderBy: 'invoice_hash, origin_seq, origin_row' }).replace(
  '\n)\nENGINE',
  `,
  invoice_hash UInt64 DEFAULT cityHash64(source, invoice_external_id),
  INDEX key_bloom key_hash TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE`,
);

/** What a movement or warning says, apart from when it was posted; see the derivation. */
const CONTENT = `
  origin_seq UInt64,
  origin_row UInt32,
  source LowCardinality(String),
  customer_hash UInt64,
  customer_external_id String,
  currency LowCardinality(String),
  subscription_external_id String,
  plan_external_id LowCardinality(String),
  previous_plan_external_id LowCardinality(String),
  invoice_external_id String,
  external_id String,
  at DateTime64(3, 'UTC'),
  type LowCardinality(String),
  rule LowCardinality(String),
  amount_cents Int64,
  customers Int8,
  mrr_before Int64,
  mrr_after Int64,
  subscription_mrr_before Int64,
  subscription_mrr_after Int64,
  one_plan UInt8,
  day Date32,
  first_day Date32,
  ${PERIOD_COLUMNS.map((column) => `${column} ${column.startsWith('opening') ? 'Int64' : 'Int8'}`).join(',\n  ')}`;

/**
 * Signed postings: a reversal has sign -1, and amount_cents and customers negated. \`customers\` counts customers gained (1) or lost
 * (-1), once per group of changes. \`customer_hash\` finds a customer; \`day\` is the day of \`at\` in the account's time zone. What the
 * movement says of the periods that it falls in is described in periods.ts.
 */
const MOVEMENTS_TABLE = `CREATE TABLE IF NOT EXISTS movements
(
  seq UInt64,
  sign Int8,${CONTENT},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (customer_hash, currency, at)`;

/**
 * Every change of the subscriptions of customers who have or had several plans, signed: what movements do not say of plans. \`customers\`
 * is 1 where the subscription began to run, -1 where it ended.
 */
const STEPS_TABLE = `CREATE TABLE IF NOT EXISTS steps
(
  seq UInt64,
  sign Int8,${CONTENT},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (customer_hash, currency, at)`;

/** Data warnings, signed like movements; \`type\` is the code. */
const WARNINGS_TABLE = `CREATE TABLE IF NOT EXISTS warnings
(
  seq UInt64,
  sign Int8,${CONTENT},
  INDEX seq_range seq TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (customer_hash, type, at)`;

/** What one derivation writes: passes rows on to movements, steps and warnings and keeps none. */
const DERIVED_TABLE = `CREATE TABLE IF NOT EXISTS derived
(
  seq UInt64,
  sign Int8,${CONTENT}
)
ENGINE = Null`;

const MOVEMENTS_VIEW = `CREATE MATERIALIZED VIEW IF NOT EXISTS derived_movements TO movements AS
SELECT * FROM derived WHERE rule NOT IN ('step', 'warning')`;

const STEPS_VIEW = `CREATE MATERIALIZED VIEW IF NOT EXISTS derived_steps TO steps AS
SELECT * FROM derived WHERE rule = 'step'`;

const WARNINGS_VIEW = `CREATE MATERIALIZED VIEW IF NOT EXISTS derived_warnings TO warnings AS
SELECT * FROM derived WHERE rule = 'warning'`;

/** Sums of movements, signed, so that statements need not read them one by one. */
const MRR_TOTALS_TABLE = `CREATE TABLE IF NOT EXISTS mrr_totals
(
  seq UInt64,
  currency LowCardinality(String),
  day Date32,
  type LowCardinality(String),
  cohort UInt32,
  ${TOTALS_COLUMNS.slice(TOTALS_COLUMNS.indexOf('amount_cents'))
    .map((column) => `${column} Int64`)
    .join(',\n  ')}
)
ENGINE = MergeTree
ORDER BY (currency, day, type)`;

export const REVENUE_TABLES: readonly string[] = [
  clickhouseTable(customers),
  clickhouseTable(plans),
  INVOICES_TABLE,
  TRANSACTIONS_TABLE,
  ...customerStreams.map((stream) => clickhouseTable(stream)),
  MOVEMENTS_TABLE,
  STEPS_TABLE,
  WARNINGS_TABLE,
  DERIVED_TABLE,
  MOVEMENTS_VIEW,
  STEPS_VIEW,
  WARNINGS_VIEW,
  MRR_TOTALS_TABLE,
];

export const REVENUE_TABLE_NAMES: readonly string[] = [
  'customers',
  'plans',
  'invoices',
  'transactions',
  ...customerStreams.map((stream) => stream.name),
  'movements',
  'steps',
  'warnings',
  'mrr_totals',
];
