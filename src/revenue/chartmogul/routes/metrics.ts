/** Metrics over time: /metrics/*. Answers carry `entries` and `summary` and no other list key, because a client refuses them. */
import { dayOfInstant } from '../../../kernel/dates.ts';
import { INTERVALS, type StatementInterval } from '../../buckets.ts';
import { METRICS, type MetricName, type MetricsParameters, metrics, metricsSummary } from '../../metrics/index.ts';
import type { ApiContext, Call, Route } from '../context.ts';
import { badParameter } from '../errors.ts';
import { dayParameter, exactNumber, percentNumber, reading } from '../metricAnswers.ts';
import { filterOf } from '../metricFilters.ts';

/** Keys of an answer's entries, each the metric of the same name with underscores. The first is the one that is summarised. */
const ENDPOINTS: Record<string, readonly string[]> = {
  mrr: ['mrr', 'mrr-new-business', 'mrr-expansion', 'mrr-contraction', 'mrr-churn', 'mrr-reactivation'],
  arr: ['arr'],
  arpa: ['arpa'],
  asp: ['asp'],
  'customer-count': ['customers'],
  'customer-churn-rate': ['customer-churn-rate'],
  'mrr-churn-rate': ['mrr-churn-rate'],
  ltv: ['ltv'],
};
const ALL = ['customers', 'customer-churn-rate', 'mrr-churn-rate', 'ltv', 'asp', 'arpa', 'arr', 'mrr'];

const nameOf = (key: string) => key.replaceAll('-', '_') as MetricName;

export function metricRoutes(route: Route, context: ApiContext): void {
  route('GET', '/metrics/all', 200, async (call) => {
    const { report, summary } = await figures(context, call, ALL, ALL);
    return {
      entries: report.buckets.map(({ to, values, changes }) => ({
        date: to,
        ...Object.fromEntries(
          ALL.flatMap((key) => [
            [key, jsonOf(key, values[nameOf(key)])],
            [`${key}-percentage-change`, percentNumber(changes[nameOf(key)]!)],
          ]),
        ),
      })),
      summary: Object.fromEntries(
        ALL.flatMap((key) => [
          [`current-${key}`, jsonOf(key, summary[nameOf(key)]!.current)],
          [`previous-${key}`, jsonOf(key, summary[nameOf(key)]!.previous)],
          [`${key}-percentage-change`, percentNumber(summary[nameOf(key)]!.percentageChange)],
        ]),
      ),
    };
  });

  for (const [path, keys] of Object.entries(ENDPOINTS)) {
    const [main] = keys as [string];
    route('GET', `/metrics/${path}`, 200, async (call) => {
      const { report, summary } = await figures(context, call, keys, [main]);
      const { current, previous, percentageChange } = summary[nameOf(main)]!;
      return {
        entries: report.buckets.map(({ to, values, changes }) => ({
          date: to,
          ...Object.fromEntries(keys.map((key) => [key, jsonOf(key, values[nameOf(key)])])),
          'percentage-change': percentNumber(changes[nameOf(main)]!),
        })),
        summary: {
          current: jsonOf(main, current),
          previous: jsonOf(main, previous),
          'percentage-change': percentNumber(percentageChange),
        },
      };
    });
  }
}

async function figures(context: ApiContext, call: Call, keys: readonly string[], summarised: readonly string[]) {
  const from = dayParameter(call, 'start-date', true);
  const to = dayParameter(call, 'end-date', true);
  if (from > to) throw badParameter('end-date', 'end-date must not be before start-date');
  const read = await context.read(call);
  const { weekStartOn } = await context.settings(call);
  const common: Omit<MetricsParameters, 'names' | 'from' | 'to'> = {
    currency: call.account.currency,
    timeZone: call.account.timeZone,
    weekStart: weekStartOn,
    filters: await filterOf(context, call, read),
  };
  const [report, summary] = await reading(
    Promise.all([
      metrics(read, { ...common, names: keys.map(nameOf), from, to, interval: intervalOf(call), until: to }),
      metricsSummary(read, {
        ...common,
        names: summarised.map(nameOf),
        today: dayOfInstant(Date.now(), call.account.timeZone),
      }),
    ]),
  );
  return { report, summary };
}

function intervalOf(call: Call): StatementInterval {
  const text = call.query.interval || 'month';
  const interval = INTERVALS.find((each) => each === text);
  if (interval === undefined) throw badParameter('interval', `interval must be one of ${INTERVALS.join(', ')}`);
  return interval;
}

/** None of these metrics is null: where there is nothing to divide by, they are 0. */
function jsonOf(key: string, value: string | null | undefined): unknown {
  return METRICS[nameOf(key)].unit === 'percent' ? percentNumber(value ?? '0.00') : exactNumber(value ?? '0');
}
