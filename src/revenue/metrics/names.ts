/** The metrics there are: what each is called, what it is made of and how it is written. */

/** What a metric is read from; a request reads only what its metrics need. */
export type Ingredient = 'flows' | 'members' | 'committed' | 'cash' | 'recognition' | 'trials';

/**
 * How a value is written. `cents`: whole minor units, "12345"; `count`: "17"; `percent` and `ratio`: two decimals, "2.92" (for a percentage that is
 * 2.92 %).
 */
export type MetricUnit = 'cents' | 'count' | 'percent' | 'ratio';

export interface MetricDefinition {
  title: string;
  unit: MetricUnit;
  /** `stock`: as at the end of the bucket; `flow`: what happened in it; `rate`: a quotient over it. */
  kind: 'stock' | 'flow' | 'rate';
  ingredient: Ingredient;
  /** The formula in words. */
  words: string;
}

const metric = (
  title: string,
  unit: MetricUnit,
  kind: MetricDefinition['kind'],
  ingredient: Ingredient,
  words: string,
): MetricDefinition => ({ title, unit, kind, ingredient, words });

/** Formulas and roundings of section 5 of the revenue metrics specification. */
export const METRICS = {
  mrr: metric('MRR', 'cents', 'stock', 'flows', 'Sum of the MRR of all customers at the end.'),
  mrr_new_business: metric('New business', 'cents', 'flow', 'flows', 'MRR of customers who pay for the first time.'),
  mrr_expansion: metric('Expansion', 'cents', 'flow', 'flows', 'Rises of MRR of customers who paid before.'),
  mrr_contraction: metric(
    'Contraction',
    'cents',
    'flow',
    'flows',
    'Falls of MRR of customers who stay; never above 0.',
  ),
  mrr_churn: metric('Churn', 'cents', 'flow', 'flows', 'MRR of customers who left; never above 0.'),
  mrr_reactivation: metric('Reactivation', 'cents', 'flow', 'flows', 'MRR of customers who came back.'),
  mrr_fx: metric('FX impact', 'cents', 'flow', 'flows', 'What exchange rates did to MRR; no customer did it.'),
  committed_mrr: metric(
    'Committed MRR',
    'cents',
    'stock',
    'committed',
    'MRR at the end with everything that is scheduled by then: lines, changes and cancellations dated after today.',
  ),
  arr: metric('ARR', 'cents', 'stock', 'flows', '12 × MRR.'),
  arpa: metric('ARPA', 'cents', 'stock', 'flows', 'MRR ÷ customers, cut to whole minor units; 0 without customers.'),
  asp: metric(
    'ASP',
    'cents',
    'flow',
    'flows',
    'New business ÷ new customers, rounded half away from zero; 0 without any.',
  ),
  customers: metric(
    'Customers',
    'count',
    'stock',
    'flows',
    'Customers with MRR above 0 at the end, or reduced to 0 and still subscribed.',
  ),
  new_customers: metric('New customers', 'count', 'flow', 'flows', 'Customers who pay for the first time.'),
  churned_customers: metric(
    'Lost customers',
    'count',
    'flow',
    'members',
    'Customers at the start who churned and do not pay at the end.',
  ),
  customer_churn_rate: metric(
    'Customer churn',
    'percent',
    'rate',
    'members',
    'Lost customers ÷ customers at the start; 0 without any.',
  ),
  mrr_churn_rate: metric(
    'Net MRR churn',
    'percent',
    'rate',
    'flows',
    '−(churn + contraction + expansion + reactivation) ÷ MRR at the start.',
  ),
  gross_mrr_churn_rate: metric(
    'Gross MRR churn',
    'percent',
    'rate',
    'flows',
    '−(churn + contraction) ÷ MRR at the start.',
  ),
  ltv: metric(
    'LTV',
    'cents',
    'rate',
    'members',
    'ARPA as published ÷ customer churn rate as published (by setting, the average of the last six complete months), cut; 0 without churn.',
  ),
  nrr: metric(
    'NRR',
    'percent',
    'rate',
    'members',
    'MRR at the end of the customers at the start ÷ MRR at the start; none without MRR at the start.',
  ),
  grr: metric('GRR', 'percent', 'rate', 'members', 'As NRR, no customer above what it paid at the start.'),
  nrr_flow: metric(
    'NRR by flows',
    'percent',
    'rate',
    'flows',
    '100 + (churn + contraction + expansion) ÷ MRR at the start.',
  ),
  grr_flow: metric('GRR by flows', 'percent', 'rate', 'flows', '100 + (churn + contraction) ÷ MRR at the start.'),
  quick_ratio: metric(
    'Quick ratio',
    'ratio',
    'rate',
    'flows',
    '(new business + expansion + reactivation) ÷ −(churn + contraction); none when nothing was lost.',
  ),
  trial_to_paid: metric(
    'Trial to paid',
    'percent',
    'rate',
    'trials',
    'Customers whose trial began in the bucket and who pay or paid, ÷ all whose trial began; changes in hindsight.',
  ),
  trial_days: metric(
    'Days to paid',
    'ratio',
    'rate',
    'trials',
    'Average days from the start of a trial to the first paid day, of those who paid; none without any.',
  ),
  gross_cash_flow: metric('Gross cash flow', 'cents', 'flow', 'cash', 'Successful payments, tax included.'),
  net_cash_flow: metric('Net cash flow', 'cents', 'flow', 'cash', 'Successful payments less successful refunds.'),
  failed_payments: metric('Failed payments', 'cents', 'flow', 'cash', 'Amounts of payments that failed.'),
  failed_payment_count: metric('Payments that failed', 'count', 'flow', 'cash', 'How many payments failed.'),
  recognised_revenue: metric(
    'Recognised revenue',
    'cents',
    'flow',
    'recognition',
    'Lines without tax, straight-line over the days of their service period.',
  ),
  deferred_revenue: metric(
    'Deferred revenue',
    'cents',
    'stock',
    'recognition',
    'Invoiced without tax, less recognised, to the end; below 0 where service came before its invoice.',
  ),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
/** What is shown when nobody says which. */
export const METRIC_NAMES_DEFAULT: readonly MetricName[] = [
  'mrr',
  'arr',
  'customers',
  'arpa',
  'asp',
  'customer_churn_rate',
  'mrr_churn_rate',
  'ltv',
];
