/** From rows to lines, and the MRR of one line (R1 to R6). */
import { formatInstant, parseInstant } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { fullPeriodMs, type Interval } from '../../kernel/intervals.ts';
import { Rational } from '../../kernel/rational.ts';
import { roundHalfAway } from './exact.ts';
import type { InvoiceRow, Line, PlanRow, Proration, ValuedLine, Warning } from './types.ts';

/** Reads rows; throws `invalid` for numbers and dates that cannot be read (the intake refuses such rows before). */
export function readLines(rows: readonly InvoiceRow[], plans: readonly PlanRow[]): Line[] {
  const planRows = new Map(plans.map((plan) => [keyOf(plan.source, plan.external_id), plan]));
  const linesOfInvoice = new Map<string, number>();
  return rows.map((row, position) => {
    const invoiceKey = keyOf(row.source, row.invoice_external_id);
    const lineNumber = (linesOfInvoice.get(invoiceKey) ?? 0) + 1;
    linesOfInvoice.set(invoiceKey, lineNumber);
    const plan = planRows.get(keyOf(row.source, row.plan_external_id));
    return {
      source: row.source ?? '',
      customer: row.customer_external_id,
      invoice: row.invoice_external_id,
      invoiceDate: parseInstant(row.date),
      currency: row.currency,
      externalId: row.external_id,
      lineNumber,
      position,
      type: row.type,
      subscription: row.subscription_external_id ?? '',
      plan: row.plan_external_id ?? '',
      planName: plan?.name || row.plan_external_id || '',
      interval: plan ? planInterval(plan) : null,
      start: optionalInstant(row.service_period_start),
      end: optionalInstant(row.service_period_end),
      amount: wholeNumber(row.amount_in_cents),
      tax: wholeNumber(row.tax_amount_in_cents || '0'),
      proration: proration(row),
      eventOrder: wholeNumber(row.event_order || '0'),
      cancelledAt: optionalInstant(row.cancelled_at),
    };
  });
}

/** Lines that make MRR, and warnings about those that should but cannot. */
export function valueLines(lines: readonly Line[]): { valued: ValuedLine[]; warnings: Warning[] } {
  const valued: ValuedLine[] = [];
  const warnings: Warning[] = [];
  for (const line of lines) {
    if (line.type !== 'subscription') continue;
    const problem = invalidity(line);
    if (problem) warnings.push(problem);
    else valued.push(valueLine(line));
  }
  return { valued, warnings };
}

/** The MRR of a valid subscription line (R5, R6). */
export function valueLine(line: Line): ValuedLine {
  const [start, end, interval] = [line.start!, line.end!, line.interval!];
  const perMonth = monthlyShare(interval);
  const factor = prorateFactor(line.proration, start, end, interval);
  const exact = new Rational(line.amount - line.tax).mul(perMonth).mul(factor);
  return { line, start, end, mrr: roundHalfAway(exact), exact, perMonth, factor };
}

/** k of the specification: which part of the plan's amount falls on an average month. */
export function monthlyShare(interval: Interval): Rational {
  const count = BigInt(interval.count);
  if (interval.unit === 'month') return new Rational(1n, count);
  if (interval.unit === 'year') return new Rational(1n, 12n * count);
  return new Rational(365n, 12n * count);
}

function prorateFactor(kind: Proration, start: number, end: number, interval: Interval): Rational {
  if (kind === 'plain' || kind === 'differential_mrr') return Rational.ONE;
  return new Rational(BigInt(fullPeriodMs(end, interval)), BigInt(end - start));
}

function invalidity(line: Line): Warning | null {
  const about = {
    source: line.source,
    customer: line.customer,
    subscription: line.subscription,
    instant: line.start,
    invoices: [line.invoice],
  };
  if (line.start === null || line.end === null || line.end <= line.start) {
    const period = [line.start, line.end].map((instant) => (instant === null ? '(none)' : formatInstant(instant)));
    const detail = `The service period of line ${line.externalId} from ${period[0]} to ${period[1]} is no period: no MRR`;
    return { code: 'line-invalid-period', ...about, detail };
  }
  if (!line.interval) {
    const detail = `Line ${line.externalId} names plan "${line.plan}", which is not known with a usable interval: no MRR`;
    return { code: 'line-plan-unknown', ...about, detail };
  }
  return null;
}

function planInterval(plan: PlanRow): Interval | null {
  const count = Number(plan.interval_count);
  const unit = plan.interval_unit;
  if (!Number.isSafeInteger(count) || count <= 0) return null;
  return unit === 'day' || unit === 'month' || unit === 'year' ? { count, unit } : null;
}

function proration(row: InvoiceRow): Proration {
  if (row.prorated !== 'true') return 'plain';
  return row.proration_type === 'full' || row.proration_type === 'differential_mrr'
    ? row.proration_type
    : 'differential';
}

function wholeNumber(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new FootingError('invalid', `Not a whole number: ${shown(text)}`);
  return BigInt(text);
}

function optionalInstant(text: string | undefined): number | null {
  return text ? parseInstant(text) : null;
}

/** One text for several identifiers, without ambiguity. */
export function keyOf(...parts: Array<string | undefined>): string {
  return JSON.stringify(parts.map((part) => part ?? ''));
}
