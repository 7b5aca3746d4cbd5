/** Current and previous values, as ChartMogul's answers carry them beside the entries. */
import { addDays, addMonthsToMonth, type Day, monthOf } from '../../kernel/dates.ts';
import type { ReadContext } from '../../ledger/index.ts';
import { hundredths, percentageChange } from '../rules/metrics.ts';
import { type MetricsParameters, type MetricValue, metrics } from './metrics.ts';
import { METRICS, type MetricName } from './names.ts';

/** How long ago a stock was "previously". */
const DAYS_BEFORE = 30;

export interface MetricSummary {
  current: MetricValue;
  previous: MetricValue;
  /** (current − previous) ÷ |previous| × 100 on the published values; 0.00 after 0 or nothing. */
  percentageChange: string;
}

/**
 * Relative to `today`, not to a range: stocks are as today and 30 days earlier; flows and rates are those of the last two complete months.
 */
export async function metricsSummary(
  read: ReadContext,
  parameters: Omit<MetricsParameters, 'from' | 'to' | 'interval' | 'until' | 'partitionBy'> & {
    today: Day;
  },
): Promise<Partial<Record<MetricName, MetricSummary>>> {
  const { today } = parameters;
  const stocks = parameters.names.filter((name) => METRICS[name].kind === 'stock');
  const others = parameters.names.filter((name) => METRICS[name].kind !== 'stock');
  const last = addMonthsToMonth(monthOf(today), -1);
  const days = { from: addDays(today, -DAYS_BEFORE), to: today, interval: 'day', until: today } as const;
  const months = { from: addMonthsToMonth(last, -1), to: last, interval: 'month', until: today } as const;
  const [daily, monthly] = await Promise.all([
    stocks.length === 0 ? null : metrics(read, { ...parameters, ...days, names: stocks }),
    others.length === 0 ? null : metrics(read, { ...parameters, ...months, names: others }),
  ]);
  const summary: Partial<Record<MetricName, MetricSummary>> = {};
  for (const name of parameters.names) {
    const { buckets } = (METRICS[name].kind === 'stock' ? daily : monthly)!;
    const current = buckets.at(-1)!.values[name] ?? null;
    const previous = buckets[0]!.values[name] ?? null;
    summary[name] = { current, previous, percentageChange: change(previous, current) };
  }
  return summary;
}

/** Both values are written alike, so their digits can be compared as whole numbers. */
function change(previous: MetricValue, current: MetricValue): string {
  if (previous === null || current === null) return '0.00';
  const whole = (text: string) => BigInt(text.replace('.', ''));
  return hundredths(percentageChange(whole(current), whole(previous)));
}
