/**
 * A metric as the figures that it is made of, which can be explained in turn, down to movements, payments and lines.
 *
 * References: metric/<name>/<bucket>/<currency>, for example metric/arpa/2026-03/EUR; buckets are days, weeks (W2026-03-30), months, quarters,
 * years, and periods cut short (2026-03-01..2026-03-15). Of some customers or plans: ?filters=…&segment=…; of a part:
 * ?partition_by=…&part=…. The figure is that of the account's time zone, with everything dated up to the bucket's end.
 */
import { addDays, dayFromNumber, dayNumber, monthDays } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/index.ts';
import type { StatementInterval, WeekStart } from '../buckets.ts';
import type { SourceOf } from '../explain.ts';
import { amountText } from '../money.ts';
import { below, explainTransaction } from './explainLists.ts';
import { type MetricValue, metrics } from './metrics.ts';
import { METRIC_NAMES, METRICS, type MetricName } from './names.ts';
import { filterWithin } from './segments.ts';

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
  customers: [['metric', 'mrr']],
  committed_mrr: [['metric', 'mrr']],
  deferred_revenue: [['metric', 'recognised_revenue']],
  mrr_fx: [['mrr', 'fx']],
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
  nrr: [
    ['mrr', 'start'],
    ['mrr', 'expansion'],
    ['mrr', 'contraction'],
    ['mrr', 'churn'],
    ['mrr', 'reactivation'],
  ],
  grr: [
    ['mrr', 'start'],
    ['mrr', 'contraction'],
    ['mrr', 'churn'],
  ],
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
};

/** Metrics that show the figures of the MRR statement. */
const STATEMENT_METRICS: Record<string, MetricName> = {
  end: 'mrr',
  new_biz: 'mrr_new_business',
  expansion: 'mrr_expansion',
  contraction: 'mrr_contraction',
  churn: 'mrr_churn',
  reactivation: 'mrr_reactivation',
  fx: 'mrr_fx',
};

/** The figure of the MRR statement that the metric shows, as a reference; null for metrics that are calculated from several. */
export function statementRef(name: MetricName, bucket: string, currency: string): string | null {
  const figure = Object.keys(STATEMENT_METRICS).find((each) => STATEMENT_METRICS[each] === name);
  return figure === undefined ? null : `mrr/${bucket}/${currency}/${figure}`;
}

/** Which customers, plans or part a figure is of. */
export interface OfWhat {
  filters?: string | undefined;
  segment?: string | undefined;
  partitionBy?: string | undefined;
  part?: string | undefined;
}

/** The reference of a metric of a report; `bucket` is its label, or `from..to` where it is cut short. */
export function metricRef(name: MetricName, bucket: string, currency: string, of: OfWhat = {}): string {
  const whole = Object.values(of).every((each) => each === undefined);
  const plain =
    whole && !bucket.includes('..') && !bucket.startsWith('W') ? statementRef(name, bucket, currency) : null;
  return plain ?? `metric/${name}/${bucket}/${currency}${suffix(of)}`;
}

function suffix({ filters, segment, partitionBy, part }: OfWhat): string {
  const query = new URLSearchParams();
  if (filters !== undefined) query.set('filters', filters);
  if (segment !== undefined) query.set('segment', segment);
  if (partitionBy !== undefined) query.set('partition_by', partitionBy);
  if (part !== undefined) query.set('part', part);
  return query.size === 0 ? '' : `?${query}`;
}

export const isMetricRef = (ref: string): boolean => ref.startsWith('metric/') || ref.startsWith('transaction/');

interface Explained {
  metric: MetricName;
  bucket: string;
  currency: string;
  days: Days;
  of: OfWhat;
}

/** Explains one reference. Error `not_found` for one of another form. */
export async function explainMetric(read: ReadContext, ref: string, sourceOf?: SourceOf): Promise<ExplanationNode> {
  if (ref.startsWith('transaction/')) return explainTransaction(read, ref, sourceOf);
  const explained = parsed(ref);
  const { metric, bucket, currency, days, of } = explained;
  const filter = await filterWithin(read, of.segment, of.filters);
  const mrrOf = (filters: string) => metricRef('mrr', bucket, currency, { ...of, filters });
  const listed = await below(read, { ...explained, filter, mrrOf, inStatement: isInStatement(explained) });
  // A flow of some customers is the sum of the rows below it.
  const ofItself = ([, part]: ['mrr' | 'metric', string]) => STATEMENT_METRICS[part] === metric;
  const parts = (MADE_OF[metric] ?? []).filter((each) => isInStatement(explained) || !ofItself(each));
  const names = parts.map(([kind, part]) => (kind === 'metric' ? (part as MetricName) : STATEMENT_METRICS[part]));
  const figures = async (range: Days, wanted: MetricName[]) => {
    const report = await metrics(read, {
      ...range,
      names: wanted,
      currency,
      until: range.to,
      filters: filter,
      partitionBy: of.partitionBy,
    });
    if (of.partitionBy === undefined) return report.buckets[0]!.values;
    const part = report.parts.find((each) => each.part === of.part);
    // A part that has no movements yet comes to nothing.
    return part?.buckets[0]?.values ?? Object.fromEntries(wanted.map((name) => [name, nothing(name)]));
  };
  const values = await figures(days, [metric, ...names.filter((each) => each !== undefined)]);
  // The MRR before the bucket is that at the end of the day before.
  const start = parts.some(([, part]) => part === 'start')
    ? (await figures(dayBefore(days.from), ['mrr'])).mrr
    : undefined;
  const children = parts.map(([kind, part], i): ExplanationNode => {
    const name = names[i];
    const value = name === undefined ? start : values[name];
    return {
      kind: 'part',
      ref: partRef(explained, kind, part, name),
      title: name === undefined ? 'MRR at the start' : METRICS[name].title,
      ...shownValue(name ?? 'mrr', value ?? null, currency),
      words: name === undefined ? null : METRICS[name].words,
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
      ...(of.segment === undefined ? [] : [['segment', of.segment] as [string, string]]),
      ...(of.filters === undefined ? [] : [['filter', of.filters] as [string, string]]),
      ...(of.partitionBy === undefined ? [] : [[of.partitionBy, of.part ?? ''] as [string, string]]),
      ['as of entry', String(read.seq)],
    ],
    children: [...children, ...listed.nodes],
    childrenTotal: children.length + listed.total,
  };
}

function parsed(ref: string): Explained {
  const [path = '', query = ''] = [ref.split('?', 1)[0], ref.slice(ref.split('?', 1)[0]!.length + 1)];
  const [, name = '', bucket = '', currency = '', ...rest] = path.split('/');
  const days = periodOf(bucket);
  if (!(METRIC_NAMES as string[]).includes(name) || !days || !/^[A-Z]{3}$/.test(currency) || rest.length > 0) {
    throw new FootingError('not_found', `Nothing is called "${shown(ref)}" among the metrics`, {
      remedy: 'References look like metric/arpa/2026-03/EUR.',
    });
  }
  const stated = new URLSearchParams(query);
  const of = (field: string) => stated.get(field) ?? undefined;
  return {
    metric: name as MetricName,
    bucket,
    currency,
    days,
    of: { filters: of('filters'), segment: of('segment'), partitionBy: of('partition_by'), part: of('part') },
  };
}

/** Whether the MRR statement has the figure: of all customers, of a period that it names. */
function isInStatement({ of, bucket }: Explained): boolean {
  return Object.values(of).every((each) => each === undefined) && !bucket.startsWith('W');
}

/** Figures of the MRR statement lead there when they are of all customers; those of some stay metrics. */
function partRef(
  explained: Explained,
  kind: 'mrr' | 'metric',
  part: string,
  name: MetricName | undefined,
): string | null {
  const { bucket, currency, days, of, metric } = explained;
  if (kind === 'mrr' && isInStatement(explained)) return `mrr/${bucket}/${currency}/${part}`;
  if (name === undefined) return metricRef('mrr', dayBefore(days.from).from, currency, of);
  // A flow of some customers is explained by its movements, which stand beside.
  return name === metric ? null : `metric/${name}/${bucket}/${currency}${suffix(of)}`;
}

function nothing(name: MetricName): MetricValue {
  const { unit } = METRICS[name];
  if (unit === 'percent') return '0.00';
  return unit === 'ratio' ? null : '0';
}

function shownValue(name: MetricName, value: MetricValue, currency: string) {
  const { unit } = METRICS[name];
  if (value === null || unit !== 'cents') return { value, unit: unit === 'percent' ? '%' : null };
  return { value: amountText(BigInt(value), currency), unit: currency };
}

const isSunday = (day: string): boolean => (dayNumber(day) + 4) % 7 === 0;

interface Days {
  from: string;
  to: string;
  interval: StatementInterval;
  weekStart?: WeekStart;
}

function periodOf(label: string): Days | undefined {
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
    if (label.startsWith('W')) {
      const from = dayFromNumber(dayNumber(label.slice(1)));
      return { from, to: addDays(from, 6), interval: 'week', weekStart: isSunday(from) ? 'sunday' : 'monday' };
    }
    const [from = '', to = from, ...more] = label.split('..').map((each) => dayFromNumber(dayNumber(each)));
    if (more.length > 0 || to < from) return undefined;
    // A range within one year is one bucket, cut to it.
    if (from.slice(0, 4) === to.slice(0, 4)) return { from, to, interval: from === to ? 'day' : 'year' };
    return { from, to, interval: 'week', weekStart: isSunday(from) ? 'sunday' : 'monday' };
  } catch {
    return undefined;
  }
}

function dayBefore(day: string) {
  const before = dayFromNumber(dayNumber(day) - 1);
  return { from: before, to: before, interval: 'day' as const };
}
