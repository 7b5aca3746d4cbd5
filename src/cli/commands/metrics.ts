/** Reports of metrics and cohorts; they stand below `footing report`. */
import type { Command } from 'commander';
import { bold, type Column, dim, grouped, minorUnits, print, printJson, table } from '../output.ts';
import { cutAt, printSuggestions } from '../statements.ts';
import { currencyMinorUnits } from '../views.ts';
import { type CommonOptions, command, onAccount, withAccount, withAsOf } from './shared.ts';

interface RangeOptions extends CommonOptions {
  from?: string;
  to?: string;
  currency?: string;
  filters?: string;
  segment?: string;
}

interface MetricsOptions extends RangeOptions {
  names?: string;
  interval: string;
  weekStart?: string;
  partitionBy?: string;
}

interface MetricsView {
  seq: number;
  from: string;
  to: string;
  currency: string;
  until: string;
  metrics: Array<{ name: string; title: string; unit: string; words: string }>;
  buckets: BucketView[];
  parts: Array<{ part: string; buckets: BucketView[] }>;
}

interface BucketView {
  bucket: string;
  metrics: Record<string, { value: string | null; change: string; ref: string | null }>;
}

interface CohortsView {
  seq: number;
  kind: string;
  currency: string;
  until: string;
  cohorts: Array<{
    month: string;
    customers: number;
    new_business: string;
    cells: Array<{ month: string; percent: string | null }>;
  }>;
}

/** Adds the reports to `footing report`. */
export function withMetricReports(report: Command): Command {
  return report.addCommand(metricsCommand()).addCommand(cohortsCommand());
}

function withRange(made: Command): Command {
  return withAsOf(withAccount(made))
    .option('--from <day>', 'first day or month (default: 11 months before the last)')
    .option('--to <day>', 'last day or month (default: this month)')
    .option('--currency <code>', "currency (default: the account's)")
    .option('--filters <filter>', `such as "country~ANY~'DE','FR'~AND~mrr~GTE~150"`)
    .option('--segment <name>', 'a saved segment; see `footing segments`');
}

function metricsCommand(): Command {
  return withRange(
    command('metrics', 'Metrics of recurring revenue over time', [
      'footing report metrics',
      'footing report metrics --names mrr,nrr,grr,quick_ratio --from 2025-01 --interval quarter',
      'footing report metrics --names mrr --partition-by plan --filters "country~ANY~\'DE\'"',
      'footing report metrics --names recognised_revenue,deferred_revenue --as-of 12 --json',
    ]),
  )
    .option('--names <names>', 'comma-separated (default: mrr,arr,customers,arpa,asp and rates)')
    .option('--interval <interval>', 'day, week, month, quarter or year', 'month')
    .option('--week-start <day>', 'monday or sunday (default: by the revenue settings)')
    .option(
      '--partition-by <name>',
      'country (region), plan, plan_group, billing_interval, currency, tag, data_source, mrr_band, custom.<name> …',
    )
    .action(async (options: MetricsOptions) => {
      await onAccount(options, async (client) => {
        const report = await client.get<MetricsView>('/api/metrics', {
          names: options.names,
          from: options.from,
          to: options.to,
          interval: options.interval,
          week_start: options.weekStart,
          currency: options.currency,
          filters: options.filters,
          segment: options.segment,
          partition_by: options.partitionBy,
          as_of: options.asOf,
        });
        if (options.json) return printJson(report);
        printMetrics(report);
      });
    });
}

function cohortsCommand(): Command {
  return withRange(
    command('cohorts', 'Customers by the month of their first paid subscription', [
      'footing report cohorts',
      'footing report cohorts --kind mrr --from 2025-01 --to 2025-12',
    ]),
  )
    .option('--kind <kind>', 'customers, mrr or nrr', 'customers')
    .action(async (options: RangeOptions & { kind: string }) => {
      await onAccount(options, async (client) => {
        const report = await client.get<CohortsView>('/api/metrics/cohorts', {
          kind: options.kind,
          from: options.from,
          to: options.to,
          currency: options.currency,
          filters: options.filters,
          segment: options.segment,
          as_of: options.asOf,
        });
        if (options.json) return printJson(report);
        printCohorts(report);
      });
    });
}

function printMetrics(report: MetricsView): void {
  print(
    bold(`Metrics, ${report.from} to ${report.to}, ${report.currency}`) +
      dim(`  as of entry ${report.seq}${cutAt(report)}`),
  );
  print();
  const [only] = report.metrics;
  if (report.parts.length > 0 && only && report.metrics.length === 1) {
    printParts(report, only);
    return;
  }
  print(metricsTable(report, report.buckets));
  for (const { part, buckets } of report.parts) {
    print();
    print(bold(part === '' ? '(nothing stated)' : part));
    print(metricsTable(report, buckets));
  }
  const refs = report.metrics.flatMap(({ name }) => report.buckets.at(-2)?.metrics[name]?.ref ?? []);
  printSuggestions(refs.slice(0, 2));
}

function metricsTable(report: MetricsView, buckets: readonly BucketView[]): string {
  const columns: Column[] = [
    { title: '' },
    ...report.metrics.map(({ title, unit }) => ({
      title: unit === 'percent' ? `${title} %` : title,
      align: 'right' as const,
    })),
  ];
  return table(
    columns,
    buckets.map(({ bucket, metrics }) => [
      bucket,
      ...report.metrics.map(({ name, unit }) => text(metrics[name]?.value ?? null, unit, report.currency)),
    ]),
  );
}

/** One metric: parts below each other, buckets side by side, the whole ruled off. */
function printParts(report: MetricsView, { name, title, unit }: MetricsView['metrics'][number]): void {
  const values = (buckets: readonly BucketView[]) =>
    buckets.map(({ metrics }) => text(metrics[name]?.value ?? null, unit, report.currency));
  print(
    table(
      [{ title }, ...report.buckets.map(({ bucket }) => ({ title: bucket, align: 'right' as const }))],
      report.parts.map(({ part, buckets }) => [part === '' ? '(nothing stated)' : part, ...values(buckets)]),
      { total: ['All', ...values(report.buckets)] },
    ),
  );
}

function text(value: string | null, unit: string, currency: string): string {
  if (value === null) return '–';
  return unit === 'cents' ? minorUnits(value, currencyMinorUnits(currency)) : grouped(value);
}

const COHORT_TITLES: Record<string, string> = {
  customers: 'Customers still paying, % of the cohort',
  mrr: 'MRR, % of the new business of the cohort',
  nrr: 'MRR, % of what it was at the end of the first month',
};

function printCohorts(report: CohortsView): void {
  print(
    bold(`${COHORT_TITLES[report.kind]}, ${report.currency}`) +
      dim(`  as of entry ${report.seq}, counted until ${report.until}`),
  );
  print();
  const length = Math.max(0, ...report.cohorts.map(({ cells }) => cells.length));
  const right = 'right' as const;
  print(
    table(
      [
        { title: 'Cohort' },
        { title: 'Customers', align: right },
        { title: 'New business', align: right },
        ...Array.from({ length }, (_, i) => ({ title: String(i), align: right })),
      ],
      report.cohorts.map(({ month, customers, new_business, cells }) => [
        month,
        grouped(String(customers)),
        minorUnits(new_business, currencyMinorUnits(report.currency)),
        ...Array.from({ length }, (_, i) => (cells[i] ? (cells[i].percent ?? '–') : '')),
      ]),
    ),
  );
}
