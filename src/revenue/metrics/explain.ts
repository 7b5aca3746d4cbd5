/**
 * A metric as the figures that it is made of, which can be explained in turn.
 *
 * References: metric/<name>/<bucket>/<currency>, for example metric/arpa/2026-03/EUR; buckets are days, months, quarters and years. The figure is
 * that of all customers, in UTC, with everything dated up to the bucket's end.
 */
import { dayFromNumber, dayNumber, monthDays } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/index.ts';
import type { StatementInterval } from '../buckets.ts';
import { amountText } from '../money.ts';
import { type MetricValue, metrics } from './metrics.ts';
import { METRIC_NAMES, METRICS, type MetricName } from './names.ts';

/** What a metric is calculated from: figures of the MRR statement, and other metrics. */
const MADE_OF: Partial<Record<MetricName, ReadonlyArray<['mrr' | 'metric', string]>>> = {
  mrr: [['mrr', 'end']],
  mrr_new_business: [['mrr', 'new_biz']],
  mrr_expansion: [['mrr', 'expansion']],
  mrr_contraction: [['mrr', 'contraction']],
  mrr_churn: [['mrr', 'churn']],
  mrr_reactivation: [['mrr', 'reactivation']],
  arr: [['mrr', 'end']],
  arpa: [
    ['mrr', 'end'],
    ['metric', 'customers'],
  ],
  asp: [
    ['mrr', 'new_biz'],
    ['metric', 'new_customers'],
  ],
  customer_churn_rate: [['metric', 'churned_customers']],
  mrr_churn_rate: [
    ['mrr', 'churn'],
    ['mrr', 'contraction'],
    ['mrr', 'expansion'],
    ['mrr', 'reactivation'],
    ['mrr', 'start'],
  ],
  gross_mrr_churn_rate: [
    ['mrr', 'churn'],
    ['mrr', 'contraction'],
    ['mrr', 'start'],
  ],
  ltv: [
    ['metric', 'arpa'],
    ['metric', 'customer_churn_rate'],
  ],
  nrr: [['mrr', 'start']],
  grr: [['mrr', 'start']],
  nrr_flow: [
    ['mrr', 'churn'],
    ['mrr', 'contraction'],
    ['mrr', 'expansion'],
    ['mrr', 'start'],
  ],
  grr_flow: [
    ['mrr', 'churn'],
    ['mrr', 'contraction'],
    ['mrr', 'start'],
  ],
  quick_ratio: [
    ['mrr', 'new_biz'],
    ['mrr', 'expansion'],
    ['mrr', 'reactivation'],
    ['mrr', 'churn'],
    ['mrr', 'contraction'],
  ],
  net_cash_flow: [['metric', 'gross_cash_flow']],
};

/** Metrics that show the figures of the MRR statement. */
const STATEMENT_METRICS: Record<string, MetricName> = {
  end: 'mrr',
  new_biz: 'mrr_new_business',
  expansion: 'mrr_expansion',
  contraction: 'mrr_contraction',
  churn: 'mrr_churn',
  reactivation: 'mrr_reactivation',
};

/** The figure of the MRR statement that the metric shows, as a reference; null for metrics that are calculated from several. */
export function statementRef(name: MetricName, bucket: string, currency: string): string | null {
  const figure = Object.keys(STATEMENT_METRICS).find((each) => STATEMENT_METRICS[each] === name);
  return figure === undefined ? null : `mrr/${bucket}/${currency}/${figure}`;
}

export const isMetricRef = (ref: string): boolean => ref.startsWith('metric/');

/** Explains one reference. Error `not_found` for one of another form. */
export async function explainMetric(read: ReadContext, ref: string): Promise<ExplanationNode> {
  const [, name = '', bucket = '', currency = '', ...rest] = ref.split('/');
  const days = periodOf(bucket);
  if (!(METRIC_NAMES as string[]).includes(name) || !days || !/^[A-Z]{3}$/.test(currency) || rest.length > 0) {
    throw new FootingError('not_found', `Nothing is called "${shown(ref)}" among the metrics`, {
      remedy: 'References look like metric/arpa/2026-03/EUR.',
    });
  }
  const metric = name as MetricName;
  const parts = MADE_OF[metric] ?? [];
  const names = parts.map(([kind, part]) => (kind === 'metric' ? (part as MetricName) : STATEMENT_METRICS[part]));
  const { buckets } = await metrics(read, {
    ...days,
    names: [metric, 'mrr', ...names.filter((each) => each !== undefined)],
    currency,
    until: days.to,
  });
  // The MRR before the bucket is that at the end of the day before.
  const start = parts.some(([, part]) => part === 'start')
    ? (await metrics(read, { ...dayBefore(days.from), names: ['mrr'], currency, until: days.to })).buckets[0]!.values
        .mrr
    : undefined;
  const values = buckets[0]!.values;
  const children = parts.map(([kind, part], i): ExplanationNode => {
    const of = names[i];
    const value = of === undefined ? start : values[of];
    return {
      kind: 'part',
      ref: kind === 'mrr' ? `mrr/${bucket}/${currency}/${part}` : `metric/${part}/${bucket}/${currency}`,
      title: of === undefined ? 'MRR at the start' : METRICS[of].title,
      ...shownValue(of ?? 'mrr', value ?? null, currency),
      words: of === undefined ? null : METRICS[of].words,
      facts: [],
      children: [],
      childrenTotal: 0,
    };
  });
  return {
    kind: 'figure',
    ref,
    title: `${METRICS[metric].title}, ${bucket}, ${currency}`,
    ...shownValue(metric, values[metric] ?? null, currency),
    words: METRICS[metric].words,
    facts: [
      ['period', `${days.from} to ${days.to}`],
      ['as of entry', String(read.seq)],
    ],
    children,
    childrenTotal: children.length,
  };
}

function shownValue(name: MetricName, value: MetricValue, currency: string) {
  const { unit } = METRICS[name];
  if (value === null || unit !== 'cents') return { value, unit: unit === 'percent' ? '%' : null };
  return { value: amountText(BigInt(value), currency), unit: currency };
}

function periodOf(label: string): { from: string; to: string; interval: StatementInterval } | undefined {
  try {
    if (/^\d{4}$/.test(label)) return { from: `${label}-01-01`, to: `${label}-12-31`, interval: 'year' };
    if (/^\d{4}-\d{2}$/.test(label)) {
      const { first, last } = monthDays(label);
      return { from: first, to: last, interval: 'month' };
    }
    const quarter = /^(\d{4})-Q([1-4])$/.exec(label);
    if (quarter) {
      const last = Number(quarter[2]) * 3;
      const month = (number: number) => `${quarter[1]}-${String(number).padStart(2, '0')}`;
      return { from: monthDays(month(last - 2)).first, to: monthDays(month(last)).last, interval: 'quarter' };
    }
    const day = dayFromNumber(dayNumber(label));
    return { from: day, to: day, interval: 'day' };
  } catch {
    return undefined;
  }
}

function dayBefore(day: string) {
  const before = dayFromNumber(dayNumber(day) - 1);
  return { from: before, to: before, interval: 'day' as const };
}
