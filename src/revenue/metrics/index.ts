/** Metrics over the revenue book: figures over time, cohorts, activities, subscriptions. */

export { bucketsBetween, rangeDays, type WeekStart } from '../buckets.ts';
export { ACTIVITIES_MAX, type Activity, type ActivityQuery, activities } from './activities.ts';
export {
  COHORT_KINDS,
  type Cohort,
  type CohortKind,
  type CohortParameters,
  type CohortReport,
  cohorts,
} from './cohorts.ts';
export {
  type CustomerDetail,
  type CustomerInvoice,
  customerDetail,
  customerInvoices,
  INVOICES_MAX,
} from './customer.ts';
export {
  CUSTOMER_SORTS,
  CUSTOMERS_MAX,
  type CustomerPosition,
  type CustomerSort,
  countCustomers,
  type ListedCustomer,
  listCustomers,
} from './customers.ts';
export { explainMetric, isMetricRef, metricRef, type OfWhat, statementRef } from './explain.ts';
export { explainCohorts, isCohortsRef } from './explainCohorts.ts';
export { FILTER_FIELDS, type Filter, type FilterCondition, parseFilter } from './filters.ts';
export { type MetricBucket, type MetricsParameters, type MetricsReport, type MetricValue, metrics } from './metrics.ts';
export { METRIC_NAMES, METRIC_NAMES_DEFAULT, METRICS, type MetricName, type MetricUnit } from './names.ts';
export { PARTITIONS } from './scope.ts';
export { filterWithin, removeSegment, type Segment, saveSegment, segments } from './segments.ts';
export { type CustomerSubscription, customerSubscriptions } from './subscriptions.ts';
export { type MetricSummary, metricsSummary } from './summary.ts';
