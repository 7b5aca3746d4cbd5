/** From rows to lines, and the MRR of one line (R1 to R6). */
import { formatInstant, parseInstant } from '../../kernel/dates.ts';
import { FootingError, shown } from '../../kernel/errors.ts';
import { fullPeriodMs, type Interval } from '../../kernel/intervals.ts';
import { Rational } from '../../kernel/rational.ts';
import { compareBytes, keyOf, roundHalfAway } from './exact.ts';
import { type Conversion, convertedLines } from './fx.ts';
import type { InvoiceRow, Line, PlanRow, Proration, StatedRow, ValuedLine, Warning } from './types.ts';

/** Reads rows; throws `invalid` for numbers and dates that cannot be read (the intake refuses such rows before). */
export function readLines(rows: readonly StatedRow[], plans: readonly PlanRow[]): Line[] {
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
      origin: row.origin ?? { seq: 0, row: 0 },
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
      dataSource: row.source ?? '',
      excluded: (row.excluded ?? '') as Line['excluded'],
      collection: row.collection_method === 'manual' ? 'manual' : 'automatic',
    };
  });
}

/** A line whose MRR is larger (in cents, either way) is held back with a warning: stores hold cents in 64 bits. */
export const LINE_MRR_CENTS_MAX = 1_000_000_000_000_000n;

/** Lines that make MRR, and warnings about those that should but cannot; an unknown plan is reported once per subscription. */
export function valueLines(
  lines: readonly Line[],
  conversion: Conversion | null = null,
): { valued: ValuedLine[]; warnings: Warning[] } {
  let valued: ValuedLine[] = [];
  const faulty: Array<{ line: Line; code: Warning['code'] }> = [];
  for (const line of lines) {
    if (line.type !== 'subscription') continue;
    const fault = faultOf(line);
    if (fault) {
      faulty.push({ line, code: fault });
      continue;
    }
    const each = valueLine(line);
    if (each.mrr > LINE_MRR_CENTS_MAX || each.mrr < -LINE_MRR_CENTS_MAX) {
      faulty.push({ line, code: 'line-mrr-out-of-range' });
    } else valued.push(each);
  }
  if (conversion === null) return { valued, warnings: faultWarnings(faulty, valued) };
  const converted = convertedLines(valued, conversion);
  valued = converted.valued.filter((each) => {
    const inRange = each.mrr <= LINE_MRR_CENTS_MAX && each.mrr >= -LINE_MRR_CENTS_MAX;
    if (!inRange) faulty.push({ line: each.line, code: 'line-mrr-out-of-range' });
    return inRange;
  });
  return { valued, warnings: [...faultWarnings(faulty, valued), ...converted.warnings] };
}

/** The MRR of a valid subscription line (R5, R6). */
export function valueLine(line: Line): ValuedLine {
  return new Valued(line, line.start!, line.end!, line.interval!);
}

/** The parts of the formula are worked out when they are asked for: most lines are asked for their MRR alone. */
class Valued implements ValuedLine {
  readonly line: Line;
  readonly start: number;
  readonly end: number;
  readonly currency: string;
  readonly mrr: bigint;
  readonly nativeMrr: bigint;
  private readonly interval: Interval;

  constructor(line: Line, start: number, end: number, interval: Interval) {
    this.line = line;
    this.start = start;
    this.end = end;
    this.interval = interval;
    this.currency = line.currency;
    this.mrr = isWholeMonth(line, interval) ? line.amount - line.tax : roundHalfAway(this.exact);
    this.nativeMrr = this.mrr;
  }

  get exact(): Rational {
    return new Rational(this.line.amount - this.line.tax).mul(this.perMonth).mul(this.factor);
  }

  get perMonth(): Rational {
    return monthlyShare(this.interval);
  }

  get factor(): Rational {
    return prorateFactor(this.line.proration, this.start, this.end, this.interval);
  }
}

/** k and factor are both 1. */
function isWholeMonth(line: Line, interval: Interval): boolean {
  return interval.unit === 'month' && interval.count === 1 && !isScaled(line.proration);
}

/** k of the specification: which part of the plan's amount falls on an average month. */
export function monthlyShare(interval: Interval): Rational {
  const count = BigInt(interval.count);
  if (interval.unit === 'month') return new Rational(1n, count);
  if (interval.unit === 'year') return new Rational(1n, 12n * count);
  return new Rational(365n, 12n * count);
}

function prorateFactor(kind: Proration, start: number, end: number, interval: Interval): Rational {
  if (!isScaled(kind)) return Rational.ONE;
  return new Rational(BigInt(fullPeriodMs(end, interval)), BigInt(end - start));
}

function isScaled(kind: Proration): boolean {
  return kind === 'differential' || kind === 'full';
}

function faultOf(line: Line): Warning['code'] | null {
  if (line.start === null || line.end === null || line.end <= line.start) return 'line-invalid-period';
  return line.interval ? null : 'line-plan-unknown';
}

function faultWarnings(
  faulty: ReadonlyArray<{ line: Line; code: Warning['code'] }>,
  valued: readonly ValuedLine[],
): Warning[] {
  if (faulty.length === 0) return [];
  const currencies = firstCurrencies(valued);
  const plansReported = new Set<string>();
  const inOrder = [...faulty].sort(
    (a, b) => (a.line.start ?? 0) - (b.line.start ?? 0) || a.line.position - b.line.position,
  );
  return inOrder.flatMap(({ line, code }): Warning[] => {
    const subscription = keyOf(line.source, line.customer, line.subscription);
    if (code === 'line-plan-unknown') {
      const plan = keyOf(subscription, line.plan);
      if (plansReported.has(plan)) return [];
      plansReported.add(plan);
    }
    return [
      {
        code,
        source: line.source,
        customer: line.customer,
        subscription: line.subscription,
        currency: currencies.get(subscription) ?? '',
        line,
        instant: line.start,
        invoices: [line.invoice],
        detail: faultDetail(line, code),
      },
    ];
  });
}

/** Of every subscription the first currency, byte by byte, in which it has lines that make MRR. */
function firstCurrencies(valued: readonly ValuedLine[]): Map<string, string> {
  const first = new Map<string, string>();
  for (const { line, currency } of valued) {
    const subscription = keyOf(line.source, line.customer, line.subscription);
    const known = first.get(subscription);
    if (known === undefined || compareBytes(currency, known) < 0) first.set(subscription, currency);
  }
  return first;
}

function faultDetail(line: Line, code: Warning['code']): string {
  switch (code) {
    case 'line-invalid-period': {
      const period = [line.start, line.end].map((instant) => (instant === null ? '(none)' : formatInstant(instant)));
      return `The service period of line ${line.externalId} from ${period[0]} to ${period[1]} is no period: no MRR`;
    }
    case 'line-plan-unknown':
      return `Line ${line.externalId} names plan "${line.plan}", which is not known with a usable interval: no MRR`;
    default:
      return `Line ${line.externalId} has an MRR of more than ${LINE_MRR_CENTS_MAX} cents: it is held back`;
  }
}

/** A plan's interval, or null when it has none that can be used (R3). */
export function planInterval(plan: Pick<PlanRow, 'interval_count' | 'interval_unit'>): Interval | null {
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
