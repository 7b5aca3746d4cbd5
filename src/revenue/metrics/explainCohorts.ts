/**
 * What stands below the foot of a table of cohorts: the cohorts that it weighs together.
 *
 * References: cohorts/<kind>/<months after the first>/<currency>?from=…&to=…&last=…&until=…&filters=…, for example
 * cohorts/nrr/3/EUR?from=2025-01&to=2025-12&until=2025-12-31; instead of months `size` or `new_business`, the sums of those columns.
 */
import { monthDays } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import type { ExplanationNode, ReadContext } from '../../ledger/index.ts';
import { amountText } from '../money.ts';
import { hundredths, percentage } from '../rules/metrics.ts';
import { COHORT_KINDS, type Cohort, type CohortKind, type CohortParameters, cohorts } from './cohorts.ts';

type Column = 'size' | 'new_business' | number;

interface Asked {
  kind: CohortKind;
  column: Column;
  parameters: CohortParameters;
}

export const isCohortsRef = (ref: string): boolean => ref.startsWith('cohorts/');

/** Explains one reference. Errors: `not_found` for one of another form, those of {@link cohorts}. */
export async function explainCohorts(read: ReadContext, ref: string): Promise<ExplanationNode> {
  const { kind, column, parameters } = parsed(ref);
  const report = await cohorts(read, parameters);
  const index = typeof column === 'number' ? column : 0;
  const old = report.cohorts.filter(({ cells }) => cells[index] !== undefined);
  const inCustomers = column === 'size' || (kind === 'customers' && column !== 'new_business');
  const figure = (whole: bigint) => (inCustomers ? String(whole) : amountText(whole, report.currency));
  const unit = inCustomers ? 'customers' : report.currency;
  const partOf = (cohort: Cohort): bigint => {
    const cell = cohort.cells[index]!;
    if (column === 'size') return BigInt(cohort.customers);
    if (column === 'new_business') return BigInt(cohort.newBusiness);
    return inCustomers ? BigInt(cell.customers) : BigInt(cell.mrr);
  };
  const wholeOf = (cohort: Cohort): bigint => {
    if (inCustomers) return BigInt(cohort.customers);
    return BigInt(kind === 'mrr' ? cohort.newBusiness : cohort.cells[0]!.mrr);
  };
  const sum = (of: (cohort: Cohort) => bigint) => old.reduce((total, cohort) => total + of(cohort), 0n);
  const [part, whole] = [sum(partOf), sum(wholeOf)];
  const isShare = typeof column === 'number';
  const share = whole === 0n ? null : hundredths(percentage(part, whole));
  // A cohort's own month is where it is counted from: 100 by definition, also of those who left in it.
  const shownShare = index === 0 && kind === 'customers' && share !== null ? '100.00' : share;
  return {
    kind: 'figure',
    ref,
    title: `Cohorts of ${parameters.from} to ${parameters.to}, ${isShare ? `month ${index === 0 ? '0' : `+${index}`}` : WORDS[column].title}, ${report.currency}`,
    value: isShare ? shownShare : figure(part),
    unit: isShare ? '%' : unit,
    words: isShare ? SHARE_WORDS[kind] : WORDS[column].words,
    facts: [
      ...(isShare
        ? ([
            ['left', `${figure(part)} ${unit}`],
            ['began with', `${figure(whole)} ${unit}`],
          ] as Array<[string, string]>)
        : []),
      ['cohorts', String(old.length)],
      ['counted up to', report.until],
      ['as of entry', String(read.seq)],
    ],
    children: old.map((cohort): ExplanationNode => {
      const { month } = cohort.cells[index]!;
      return {
        kind: 'part',
        ref: refOf(parameters, cohort.month, month, metricOf(column, inCustomers), report.until),
        title: month === cohort.month ? `Cohort of ${cohort.month}` : `Cohort of ${cohort.month} in ${month}`,
        value: figure(partOf(cohort)),
        unit,
        words: isShare ? `of ${figure(wholeOf(cohort))} ${unit}` : null,
        facts: [],
        children: [],
        childrenTotal: 1,
      };
    }),
    childrenTotal: old.length,
  };
}

const SHARE_WORDS: Record<CohortKind, string> = {
  customers:
    'Customers who pay at the end of the month, of all customers of the cohorts that are old enough, added up before the division.',
  mrr: 'MRR at the end of the month, of the new business of the cohorts that are old enough, added up before the division.',
  nrr: 'MRR at the end of the month, of the MRR at the end of their first month of the cohorts that are old enough, added up before the division.',
};
const WORDS = {
  size: { title: 'customers', words: 'Customers by the month of their first paid subscription, added up.' },
  new_business: { title: 'MRR at first', words: 'New business of the cohorts, added up.' },
} as const;

type CellMetric = 'mrr' | 'customers' | 'new_customers' | 'mrr_new_business';

function metricOf(column: Column, inCustomers: boolean): CellMetric {
  if (column === 'size') return 'new_customers';
  if (column === 'new_business') return 'mrr_new_business';
  return inCustomers ? 'customers' : 'mrr';
}

function refOf(
  { currency, filters }: CohortParameters,
  cohort: string,
  month: string,
  metric: CellMetric,
  until: string,
): string {
  const bucket = monthDays(month).last <= until ? month : `${month}-01..${until}`;
  const own = `cohort~ANY~'${cohort}'`;
  const narrowed = typeof filters === 'string' ? `${filters}~AND~${own}` : own;
  return `metric/${metric}/${bucket}/${currency}?${new URLSearchParams({ filters: narrowed })}`;
}

function parsed(ref: string): Asked {
  const [path = ''] = ref.split('?', 1);
  const [, kind = '', column = '', currency = '', ...rest] = path.split('/');
  const stated = new URLSearchParams(ref.slice(path.length + 1));
  const [from, to] = [stated.get('from'), stated.get('to')];
  const isColumn = column === 'size' || column === 'new_business' || /^\d{1,3}$/.test(column);
  const isKind = (COHORT_KINDS as readonly string[]).includes(kind);
  if (!isKind || !isColumn || !/^[A-Z]{3}$/.test(currency) || rest.length > 0 || !from || !to) {
    throw new FootingError('not_found', `Nothing is called "${shown(ref)}" among the cohorts`, {
      remedy: 'References look like cohorts/nrr/3/EUR?from=2025-01&to=2025-12&until=2025-12-31.',
    });
  }
  return {
    kind: kind as CohortKind,
    column: column === 'size' || column === 'new_business' ? column : Number(column),
    parameters: {
      kind: kind as CohortKind,
      from,
      to,
      currency,
      last: stated.get('last') ?? undefined,
      until: stated.get('until') ?? undefined,
      filters: stated.get('filters') ?? undefined,
    },
  };
}
