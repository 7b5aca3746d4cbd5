/** Every metric of the book, in the groups that people look for them in. A test holds it against the book's own list. */
export const METRIC_GROUPS = {
  recurring: [
    'mrr',
    'arr',
    'mrr_new_business',
    'mrr_expansion',
    'mrr_contraction',
    'mrr_churn',
    'mrr_reactivation',
    'mrr_fx',
    'committed_mrr',
    'arpa',
    'asp',
  ],
  customers: ['customers', 'new_customers', 'churned_customers', 'customer_churn_rate', 'ltv'],
  retention: ['nrr', 'grr', 'nrr_flow', 'grr_flow', 'mrr_churn_rate', 'gross_mrr_churn_rate', 'quick_ratio'],
  trials: ['trial_to_paid', 'trial_days'],
  cash: ['gross_cash_flow', 'net_cash_flow', 'failed_payments', 'failed_payment_count'],
  recognition: ['recognised_revenue', 'deferred_revenue'],
} as const;

export type MetricGroup = keyof typeof METRIC_GROUPS;
export const METRIC_NAMES: readonly string[] = Object.values(METRIC_GROUPS).flat();
