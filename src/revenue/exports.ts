/** What of the revenue book can be exported beside its records: movements, balances, the MRR statement, metrics. */
import {
  type ExportOptions,
  type ExportRow,
  type ExportTable,
  type SqlColumn,
  sqlRows,
  standing,
  withoutSql,
} from '../ledger/index.ts';
import type { StatementInterval } from './buckets.ts';
import { postedSettings } from './circumstances.ts';
import { SIGNED_COLUMNS } from './derivation.ts';
import { METRIC_NAMES, METRICS, metrics } from './metrics/index.ts';
import { filterWithin } from './metrics/segments.ts';
import { mrrStatement, STATEMENT_ROWS } from './statement.ts';

const text = (name: string, sql?: string): SqlColumn => ({ name, type: 'text', ...(sql !== undefined && { sql }) });
const integer = (name: string): SqlColumn => ({ name, type: 'integer' });
const day = (name: string): SqlColumn => ({ name, type: 'date' });

const MOVEMENT_COLUMNS: readonly SqlColumn[] = [
  { name: 'at', type: 'instant' },
  day('day'),
  text('source'),
  text('customer_external_id'),
  text('currency'),
  text('subscription_external_id'),
  text('plan_external_id'),
  text('previous_plan_external_id'),
  text('invoice_external_id'),
  text('external_id'),
  text('type'),
  text('rule'),
  integer('amount_cents'),
  integer('customers'),
  integer('mrr_before'),
  integer('mrr_after'),
  integer('subscription_mrr_before'),
  integer('subscription_mrr_after'),
  day('first_day'),
  integer('origin_seq'),
  integer('origin_row'),
];

const movements: ExportTable = {
  name: 'movements',
  title: 'Movements of MRR',
  book: 'revenue',
  columns: MOVEMENT_COLUMNS.map(withoutSql),
  rows: (read) =>
    sqlRows(
      read,
      MOVEMENT_COLUMNS,
      standing(
        'movements',
        MOVEMENT_COLUMNS.map(({ name }) => name),
        SIGNED_COLUMNS,
      ),
      'at, source, customer_external_id, currency, subscription_external_id, type, origin_seq, origin_row',
    ),
};

const BALANCE_COLUMNS: readonly SqlColumn[] = [
  text('source'),
  text('external_id'),
  text('name'),
  text('company'),
  text('email'),
  text('country'),
  text('owner'),
  text('currency'),
  integer('mrr_cents'),
  integer('arr_cents'),
  text('status'),
  day('customer_since'),
  day('last_movement'),
  integer('movements'),
];

const balances: ExportTable = {
  name: 'customer_balances',
  title: 'Customers with what they pay',
  book: 'revenue',
  columns: BALANCE_COLUMNS.map(withoutSql),
  rows: (read, { until }) =>
    sqlRows(
      read,
      BALANCE_COLUMNS,
      `(
        SELECT
          balance.source AS source, balance.external_id AS external_id, known.name AS name, known.company AS company,
          known.email AS email, known.country AS country, known.owner AS owner, currency, mrr_cents, 12 * mrr_cents AS arr_cents,
          if(active, 'active', 'cancelled') AS status, customer_since, last_movement, movements
        FROM (
          SELECT
            customer_hash, any(source) AS source, any(customer_external_id) AS external_id, currency,
            sum(amount_cents) AS mrr_cents, sum(customers) > 0 AS active, min(first_day) AS customer_since, max(day) AS last_movement, count() AS movements
          FROM ${standing(
            'movements',
            [
              'customer_hash',
              'source',
              'customer_external_id',
              'currency',
              'subscription_external_id',
              'at',
              'type',
              'amount_cents',
              'customers',
              'mrr_before',
              'first_day',
              'day',
              'origin_seq',
              'origin_row',
            ],
            SIGNED_COLUMNS,
          )}
          WHERE day <= {until:Date32}
          GROUP BY customer_hash, currency
        ) AS balance
        LEFT ANY JOIN (
          SELECT key_hash, name, company, email, country, owner
          FROM customers
          WHERE sign = 1 AND seq <= {seq:UInt64}
            AND (origin_seq, origin_row) NOT IN (
              SELECT origin_seq, origin_row FROM customers WHERE sign = -1 AND seq <= {seq:UInt64}
            )
        ) AS known ON balance.customer_hash = known.key_hash
      )`,
      'source, external_id, currency',
      { until },
    ),
};

const STATEMENT_COLUMNS: readonly SqlColumn[] = [
  text('currency'),
  text('bucket'),
  day('from'),
  day('to'),
  integer('start_cents'),
  ...STATEMENT_ROWS.map((type) => integer(`${type}_cents`)),
  integer('end_cents'),
  integer('customers'),
];

const statement: ExportTable = {
  name: 'mrr_statement',
  title: 'MRR statement',
  book: 'revenue',
  columns: STATEMENT_COLUMNS.map(withoutSql),
  async *rows(read, options): AsyncGenerator<ExportRow> {
    const { currencies } = await mrrStatement(read, { ...rangeOf(options), until: options.until });
    for (const { currency, buckets } of currencies) {
      for (const { bucket, from, to, start, movements: moved, end, customers } of buckets) {
        yield [
          currency,
          bucket,
          from,
          to,
          start.cents,
          ...STATEMENT_ROWS.map((type) => moved[type].cents),
          end.cents,
          String(customers),
        ];
      }
    }
  },
};

const METRIC_COLUMNS: readonly SqlColumn[] = [
  text('metric'),
  text('title'),
  text('unit'),
  text('currency'),
  text('part'),
  text('bucket'),
  day('from'),
  day('to'),
  { name: 'value', type: 'decimal' },
  { name: 'change_percent', type: 'decimal' },
];

/** Every metric, one row per bucket; cents are minor units of the currency. With a filter on plans cash is not told. */
const metricValues: ExportTable = {
  name: 'metrics',
  title: 'Metrics',
  book: 'revenue',
  columns: METRIC_COLUMNS.map(withoutSql),
  async *rows(read, options): AsyncGenerator<ExportRow> {
    const filter = await filterWithin(read, options.segment, options.filters);
    const ofSubscriptions = filter.some((each) => each.level === 'subscription' && each.name !== 'currency');
    const names = METRIC_NAMES.filter((name) => !ofSubscriptions || METRICS[name].ingredient !== 'cash');
    const { currency, timeZone, until } = options;
    const weekStart = (await postedSettings(read)).weekStartOn;
    const about = { names, ...rangeOf(options), weekStart, currency, timeZone, until, filters: filter };
    const report = await metrics(read, about);
    for (const name of names) {
      const { title, unit } = METRICS[name];
      for (const { bucket, from, to, values, changes } of report.buckets) {
        yield [name, title, unit, report.currency, '', bucket, from, to, values[name] ?? null, changes[name] ?? null];
      }
    }
  },
};

function rangeOf({ from, to, interval }: ExportOptions) {
  return { from: from!, to: to!, interval: (interval ?? 'month') as StatementInterval };
}

export const revenueExports: readonly ExportTable[] = [movements, balances, statement, metricValues];
