/**
 * Does duckdb/mrr.sql follow the rules? Random histories with every difficulty at once (equal starts, several invoices at one instant,
 * cancellations, all kinds of proration, changes of currency, invalid lines), compared movement for movement with src/revenue/rules.
 *   node bench/check-mrr.ts [seed] [customers]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InvoiceRow, oracleMovements, type PlanRow } from '../src/revenue/rules/index.ts';
import { DuckDb } from './duckdb/duckdb.ts';
import { INVOICE_HEADER } from './generate-invoices.ts';
import { numbers } from './output.ts';

const [seed = '1', customers = '6000'] = process.argv.slice(2);
const random = numbers(Number(seed));
const integer = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
const pick = <T>(values: readonly T[]): T => values[integer(0, values.length - 1)]!;
const chance = (probability: number): boolean => random() < probability;

const plans: PlanRow[] = [
  { external_id: 'month', name: 'month', interval_count: '1', interval_unit: 'month' },
  { external_id: 'quarter', name: 'quarter', interval_count: '3', interval_unit: 'month' },
  { external_id: 'year', name: 'year', interval_count: '1', interval_unit: 'year' },
  { external_id: 'week', name: 'week', interval_count: '7', interval_unit: 'day' },
];

const rows: InvoiceRow[] = [];
for (let customer = 0; customer < Number(customers); customer++) {
  for (let lines = integer(1, 7); lines > 0; lines--) rows.push(line(`c${customer}`));
}
const folder = mkdtempSync(join(tmpdir(), 'footing-check-'));
const files = { invoices_file: join(folder, 'invoices.csv'), plans_file: join(folder, 'plans.csv') };
writeFileSync(files.invoices_file, csv(INVOICE_HEADER, rows));
writeFileSync(files.plans_file, csv(['external_id', 'name', 'interval_count', 'interval_unit'], plans));
const db = await DuckDb.open({
  database: ':memory:',
  threads: 1,
  memoryLimit: '1GB',
  temporaryFolder: join(folder, 'spill'),
});
await db.script('load-invoices.sql', files);
await db.script('mrr.sql');
const found = await db.rows(
  'SELECT customer, currency, epoch_ms(t)::VARCHAR AS t, sub, type, amount::VARCHAR AS amount FROM movements',
);
db.close();
rmSync(folder, { recursive: true });

const ours = found.map((m) => [m.customer, m.currency, m.t, m.sub, m.type, m.amount].join(' ')).sort();
const rules = oracleMovements(rows, plans)
  .map((m) => [m.customer, m.currency, m.instant, m.subscription, m.type, m.amount].join(' '))
  .sort();
const wrong = ours.findIndex((movement, index) => movement !== rules[index]);
if (wrong >= 0 || ours.length !== rules.length) {
  process.stderr.write(
    `Differs at ${wrong}: DuckDB ${ours[wrong]}, rules ${rules[wrong]} (${ours.length} and ${rules.length} movements)\n`,
  );
  process.exitCode = 1;
} else process.stdout.write(`${ours.length} movements agree\n`);

function line(customer: string): InvoiceRow {
  const start = instant();
  const prorated = chance(0.3);
  return {
    customer_external_id: customer,
    invoice_external_id: `${customer}-${integer(1, 4)}`,
    date: `2024-01-0${integer(1, 3)}`,
    currency: chance(0.12) ? 'USD' : 'EUR',
    external_id: `line-${rows.length}`,
    type: chance(0.07) ? pick(['one_time', 'trial']) : 'subscription',
    subscription_external_id: `s${integer(1, 2)}`,
    plan_external_id: chance(0.03) ? 'unknown' : pick(['month', 'month', 'quarter', 'year', 'week']),
    service_period_start: start,
    service_period_end: chance(0.04) ? start : `2024-0${pick(['5-31', '6-29', '7-31', '8-15'])}T00:00:00Z`,
    amount_in_cents: String(chance(0.15) ? 0 : integer(-2000, 9000)),
    tax_amount_in_cents: pick(['0', '', '100']),
    prorated: String(prorated),
    proration_type: prorated ? pick(['differential', '', 'full', 'differential_mrr']) : pick(['', 'full']),
    event_order: pick(['', '', '0', '1', '2', '-1']),
    cancelled_at: chance(0.3) ? instant() : '',
  };
}

/** Few days and times, so that many fall together or within an hour of each other. */
function instant(): string {
  return `2024-0${integer(1, 4)}-${pick(['01', '01', '01', '10', '15', '15', '28'])}T${pick(['00:00', '00:00', '00:20', '00:50', '01:00', '01:30'])}:00Z`;
}

function csv(header: readonly string[], records: ReadonlyArray<object>): string {
  const text = records.map((record) => header.map((name) => (record as Record<string, string>)[name] ?? '').join(','));
  return `${[header.join(','), ...text].join('\n')}\n`;
}
