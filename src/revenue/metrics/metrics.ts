/** Metrics of recurring revenue over time: the figures of a report from what moved MRR, exact and rounded as published. */
import type { Day } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { Rational } from '../../kernel/rational.ts';
import type { ReadContext } from '../../ledger/index.ts';
import { type Bucket, bucketsBetween, rangeDays, type StatementInterval, type WeekStart } from '../buckets.ts';
import { roundHalfAway } from '../rules/exact.ts';
import {
  arpa,
  arr,
  averageSalePrice,
  customerChurnRate,
  grossMrrChurnRate,
  grossRevenueRetentionByFlows,
  hundredths,
  lifetimeValue,
  NO_FLOWS,
  netMrrChurnRate,
  netRevenueRetentionByFlows,
  percentage,
  percentageChange,
  quickRatio,
} from '../rules/metrics.ts';
import { type BucketCash, readCash } from './cash.ts';
import { type Filter, parseFilter } from './filters.ts';
import { type BucketFlows, readFlows } from './flows.ts';
import { type Ingredient, METRIC_NAMES, METRICS, type MetricName } from './names.ts';
import { type BucketRecognition, readRecognition } from './recognition.ts';
import { PARTS_MAX, type Scope, scopeOf } from './scope.ts';
import { type BucketTrials, readTrials } from './trials.ts';
import { readCommitted, readTrailingChurn } from './windows.ts';

export interface MetricsParameters {
  names: readonly MetricName[];
  /** First day (YYYY-MM-DD) or month (YYYY-MM). */
  from: string;
  /** Last day or month, inclusive. */
  to: string;
  /** Default month. */
  interval?: StatementInterval | undefined;
  /** ISO 4217: the account's own; figures of different currencies are never added. */
  currency: string;
  /** Default monday. */
  weekStart?: WeekStart | undefined;
  /** IANA name; days and buckets are those of this zone. Default UTC. */
  timeZone?: string | undefined;
  /** A filter as text (see filters.ts) or read. */
  filters?: string | Filter | undefined;
  partitionBy?: string | null | undefined;
  /** Movements dated after this day are not counted. Default the end of the range, so that what is
   * scheduled counts at its date (W81); who means today says so. */
  until?: Day | undefined;
  /** Whether the quick ratio counts reactivation as won. Default include. */
  reactivation?: 'include' | 'exclude' | undefined;
}

/**
 * A value as written: whole minor units, counts, or two decimals; see MetricUnit. Null where there is nothing to divide by and the metric has
 * no convention for it (NRR, GRR, quick ratio, days to paid).
 */
export type MetricValue = string | null;

export interface MetricBucket {
  bucket: string;
  from: Day;
  to: Day;
  /** Whether the bucket is a whole period. */
  whole: boolean;
  values: Partial<Record<MetricName, MetricValue>>;
  /** (value − previous) ÷ |previous| × 100 on the values as published; 0.00 for the first bucket and after 0. */
  changes: Partial<Record<MetricName, string>>;
}

export interface MetricsReport {
  seq: number;
  from: Day;
  to: Day;
  interval: StatementInterval;
  currency: string;
  timeZone: string;
  until: Day;
  names: MetricName[];
  buckets: MetricBucket[];
  /** By partition, in order of name; parts of MRR and of everything that is a sum over customers add up to `buckets`. */
  parts: Array<{ part: string; buckets: MetricBucket[] }>;
}

/** The figures that a bucket's metrics are made of. Exact; in hundredths where the unit is a percentage. */
interface Ingredients {
  flows: Map<string, BucketFlows[]>;
  /** MRR at the end of each bucket with what is scheduled by then. */
  committed: Map<string, bigint[]>;
  /** Of LTV by the trailing window, by bucket. */
  trailingChurn: Map<string, bigint[]>;
  cash: Map<string, BucketCash[]>;
  recognition: Map<string, BucketRecognition[]>;
  trials: Map<string, BucketTrials[]>;
}

/**
 * Metrics by bucket as of read.seq. Errors: `invalid` for names, dates, intervals, filters or partitions that do not hold together,
 * `too_large` for too many buckets or parts.
 */
export async function metrics(read: ReadContext, parameters: MetricsParameters): Promise<MetricsReport> {
  const names = checkedNames(parameters.names);
  const interval = parameters.interval ?? 'month';
  const { from, to } = rangeDays(parameters.from, parameters.to);
  const buckets = bucketsBetween(from, to, interval, parameters.weekStart);
  const until = parameters.until ?? to;
  const { filters, partitionBy } = parameters;
  const filter = typeof filters === 'string' ? parseFilter(filters) : filters;
  const scope = (by: string | null) => scopeOf(read, { ...parameters, until, filter, partitionBy: by });
  const range = { from, to, interval, buckets };

  const whole = await ingredients(await scope(null), range, names);
  const told = partitionBy == null ? null : await ingredients(await scope(partitionBy), range, names);
  const choice = { names, buckets, reactivation: parameters.reactivation ?? 'include' } as const;
  return {
    seq: read.seq,
    from,
    to,
    interval,
    currency: parameters.currency.toUpperCase(),
    timeZone: parameters.timeZone ?? 'UTC',
    until,
    names,
    buckets: series(whole, '', choice),
    parts: told === null ? [] : partsOf(told).map((part) => ({ part, buckets: series(told, part, choice) })),
  };
}

function checkedNames(names: readonly string[]): MetricName[] {
  const unknown = names.find((name) => !(METRIC_NAMES as string[]).includes(name));
  if (unknown !== undefined || names.length === 0) {
    throw new FootingError(
      'invalid',
      unknown === undefined ? 'No metric is named' : `There is no metric "${shown(unknown)}"`,
      {
        problems: [{ field: 'names', value: shown(unknown ?? ''), reason: `They are of ${METRIC_NAMES.join(', ')}.` }],
      },
    );
  }
  return [...new Set(names)] as MetricName[];
}

async function ingredients(
  scope: Scope,
  range: Parameters<typeof readFlows>[1],
  names: readonly MetricName[],
): Promise<Ingredients> {
  const needs = (ingredient: Ingredient) => names.some((name) => METRICS[name].ingredient === ingredient);
  const trailing = names.includes('ltv') && scope.settings.ltvChurnWindow === 'trailing_6_months';
  const [flows, committed, trailingChurn, cash, recognition, trials] = await Promise.all([
    needs('flows') || needs('members') ? readFlows(scope, range, needs('members')) : none<BucketFlows[]>(),
    needs('committed') ? readCommitted(scope, range) : none<bigint[]>(),
    trailing ? readTrailingChurn(scope, range) : none<bigint[]>(),
    needs('cash') ? readCash(scope, range) : none<BucketCash[]>(),
    needs('recognition') ? readRecognition(scope, range) : none<BucketRecognition[]>(),
    needs('trials') ? readTrials(scope, range) : none<BucketTrials[]>(),
  ]);
  return { flows, committed, trailingChurn, cash, recognition, trials };
}

const none = <Value>(): Map<string, Value> => new Map();

function partsOf(told: Ingredients): string[] {
  const parts = [...new Set(Object.values(told).flatMap((byPart) => [...byPart.keys()]))].sort();
  if (parts.length > PARTS_MAX) {
    throw new FootingError('too_large', `There are ${parts.length} parts, more than ${PARTS_MAX}`, {
      remedy: 'Tell apart by something with fewer values, or narrow the filter.',
    });
  }
  return parts;
}

interface Choice {
  names: readonly MetricName[];
  buckets: readonly Bucket[];
  reactivation: 'include' | 'exclude';
}

function series(of: Ingredients, part: string, { names, buckets, reactivation }: Choice): MetricBucket[] {
  let previous: Partial<Record<MetricName, bigint | null>> = {};
  return buckets.map((bucket, i) => {
    const figures = {
      flows: of.flows.get(part)?.[i] ?? NO_MOVEMENTS,
      committed: of.committed.get(part)?.[i] ?? 0n,
      trailingChurn: of.trailingChurn.get(part)?.[i] ?? null,
      cash: of.cash.get(part)?.[i] ?? { paid: 0n, refunded: 0n, failed: 0n, failedCount: 0n },
      recognition: of.recognition.get(part)?.[i] ?? { recognised: 0n, invoiced: 0n, deferred: 0n },
      trials: of.trials.get(part)?.[i] ?? { started: 0n, paid: 0n, days: 0n },
      reactivation,
    };
    const values: MetricBucket['values'] = {};
    const changes: MetricBucket['changes'] = {};
    const exact: Partial<Record<MetricName, bigint | null>> = {};
    for (const name of names) {
      const value = FORMULAS[name](figures);
      exact[name] = value;
      values[name] = written(name, value);
      changes[name] = i === 0 ? '0.00' : changeBetween(previous[name] ?? null, value);
    }
    previous = exact;
    return { bucket: bucket.label, from: bucket.from, to: bucket.to, whole: bucket.whole, values, changes };
  });
}

const NO_MOVEMENTS: BucketFlows = {
  mrrStart: 0n,
  mrrEnd: 0n,
  customersStart: 0n,
  customersEnd: 0n,
  newCustomers: 0n,
  flows: NO_FLOWS,
  members: { lost: 0n, kept: 0n, fallen: 0n },
};

/** A change from or to nothing is none. */
export function changeBetween(previous: bigint | null, value: bigint | null): string {
  return previous === null || value === null ? '0.00' : hundredths(percentageChange(value, previous));
}

function written(name: MetricName, value: bigint | null): MetricValue {
  if (value === null) return null;
  const { unit } = METRICS[name];
  return unit === 'percent' || unit === 'ratio' ? hundredths(value) : String(value);
}

interface Figures {
  flows: BucketFlows;
  committed: bigint;
  /** Customer churn rate that LTV divides by, where it is not that of the bucket. */
  trailingChurn: bigint | null;
  cash: BucketCash;
  recognition: BucketRecognition;
  trials: BucketTrials;
  reactivation: 'include' | 'exclude';
}

const arpaOf = ({ flows }: Figures) => arpa(flows.mrrEnd, flows.customersEnd);
const churnOf = ({ flows }: Figures) => customerChurnRate(flows.members.lost, flows.customersStart);

/** Section 5 of the specification, on exact figures; percentages and ratios in hundredths. */
const FORMULAS: Record<MetricName, (figures: Figures) => bigint | null> = {
  mrr: ({ flows }) => flows.mrrEnd,
  mrr_new_business: ({ flows }) => flows.flows.new_biz,
  mrr_expansion: ({ flows }) => flows.flows.expansion,
  mrr_contraction: ({ flows }) => flows.flows.contraction,
  mrr_churn: ({ flows }) => flows.flows.churn,
  mrr_reactivation: ({ flows }) => flows.flows.reactivation,
  mrr_fx: ({ flows }) => flows.flows.fx,
  committed_mrr: ({ committed }) => committed,
  arr: ({ flows }) => arr(flows.mrrEnd),
  arpa: arpaOf,
  asp: ({ flows }) => averageSalePrice(flows.flows.new_biz, flows.newCustomers),
  customers: ({ flows }) => flows.customersEnd,
  new_customers: ({ flows }) => flows.newCustomers,
  churned_customers: ({ flows }) => flows.members.lost,
  customer_churn_rate: churnOf,
  mrr_churn_rate: ({ flows }) => netMrrChurnRate(flows.flows, flows.mrrStart),
  gross_mrr_churn_rate: ({ flows }) => grossMrrChurnRate(flows.flows, flows.mrrStart),
  ltv: (figures) => lifetimeValue(arpaOf(figures), figures.trailingChurn ?? churnOf(figures)),
  nrr: ({ flows }) => retention(flows.mrrStart, flows.members.kept),
  grr: ({ flows }) => retention(flows.mrrStart, flows.members.fallen),
  nrr_flow: ({ flows }) => (flows.mrrStart === 0n ? null : netRevenueRetentionByFlows(flows.flows, flows.mrrStart)),
  grr_flow: ({ flows }) => (flows.mrrStart === 0n ? null : grossRevenueRetentionByFlows(flows.flows, flows.mrrStart)),
  quick_ratio: ({ flows, reactivation }) => quickRatio(flows.flows, reactivation),
  trial_to_paid: ({ trials }) => percentage(trials.paid, trials.started),
  trial_days: ({ trials }) =>
    trials.paid === 0n ? null : roundHalfAway(new Rational(trials.days * 100n, trials.paid)),
  gross_cash_flow: ({ cash }) => cash.paid,
  net_cash_flow: ({ cash }) => cash.paid - cash.refunded,
  failed_payments: ({ cash }) => cash.failed,
  failed_payment_count: ({ cash }) => cash.failedCount,
  recognised_revenue: ({ recognition }) => recognition.recognised,
  deferred_revenue: ({ recognition }) => recognition.deferred,
};

/** MRR at the end of the customers of the start, in hundredths of a percent of what it was. */
function retention(mrrStart: bigint, change: bigint): bigint | null {
  return mrrStart === 0n ? null : percentage(mrrStart + change, mrrStart);
}
