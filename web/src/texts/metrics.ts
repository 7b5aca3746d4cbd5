import { n } from './words.ts';

export const metrics = {
  title: 'Metrics',
  metric: 'Metric',
  all: 'All metrics',
  groups: {
    recurring: 'Recurring revenue',
    customers: 'Customers',
    retention: 'Retention and churn',
    trials: 'Trials',
    cash: 'Cash',
    recognition: 'Recognition',
  } as Record<string, string>,
  change: 'Change',
  compare: 'Compare with the period before',
  before: 'Period before',
  beforePeriod: 'Compared with',
  partition: 'Split by',
  whole: 'The whole',
  partitions: {
    country: 'Country',
    plan: 'Plan',
    mrr_band: 'MRR band',
    currency: 'Billed currency',
    billing_interval: 'Billing interval',
    owner: 'Owner',
    data_source: 'Data source',
    state: 'State',
    city: 'City',
  } as Record<string, string>,
  partsDrawn: (drawn: number, all: number) =>
    `The chart draws the ${n(drawn)} largest of ${n(all)} parts; the table has all of them.`,
  rateNote: 'A rate of a longer interval is not the sum of the rates of shorter ones.',
};

export const cohorts = {
  title: 'Cohorts',
  notes: {
    customers:
      'Customers by the month of their first paid subscription: how many of them still pay at the end of later months.',
    mrr: 'Customers by the month of their first paid subscription: their MRR at the end of later months, of what they began with.',
    nrr: 'Customers by the month of their first paid subscription: their MRR at the end of later months, of that at the end of the first.',
  } as Record<string, string>,
  kind: 'What is counted',
  kinds: { customers: 'Customers', mrr: 'MRR', nrr: 'Net MRR retention' } as Record<string, string>,
  show: 'Show',
  percent: 'Percent',
  absolute: 'Figures',
  month: 'First paid in',
  size: 'Customers',
  newBusiness: 'MRR at first',
  after: (months: number) => (months === 0 ? 'Month 0' : `+${n(months)}`),
  cell: (cohort: string, month: string, text: string) => `Cohort of ${cohort}, in ${month}: ${text}`,
  emptyTitle: 'No cohorts in this period',
  average: 'Weighted average',
};

export const movements = {
  title: 'Movements',
  note: 'What moved recurring revenue, one movement at a time, newest first.',
  type: 'Type',
  all: 'All types',
  date: 'Date',
  customer: 'Customer',
  movement: 'Movement',
  mrr: 'MRR after',
  why: 'Why',
  currency: 'Currency',
  allCurrencies: 'All currencies',
  emptyTitle: 'No movements in this period',
  explain: 'Where it comes from',
};
