/**
 * Period metrics (section 5 of the specification) as formulas on whole cents and counts. Percentages are whole hundredths of a percent
 * (292n = 2.92 %), rounded half away from zero; `hundredths` prints them.
 */
import { type Month, monthOfInstant, monthRange } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { roundHalfAway } from './exact.ts';
import type { Movement, MovementType } from './types.ts';

/** Signed movement totals of a period in cents. */
export type Flows = Record<MovementType, bigint>;

export interface StatementMonth extends Flows {
  month: Month;
  mrrStart: bigint;
  mrrEnd: bigint;
}

export const NO_FLOWS: Flows = { new_biz: 0n, expansion: 0n, contraction: 0n, churn: 0n, reactivation: 0n, fx: 0n };

/** MRR by month from movements of one currency: the months first..last (both included), days in `timeZone`. */
export function monthlyStatement(
  movements: readonly Movement[],
  first: Month,
  last: Month,
  timeZone = 'UTC',
): StatementMonth[] {
  const byMonth = Map.groupBy(movements, (movement) => monthOfInstant(movement.instant, timeZone));
  let mrr = [...byMonth]
    .filter(([month]) => month < first)
    .reduce((total, [, earlier]) => total + netOf(flowsOf(earlier)), 0n);
  return monthRange(first, last).map((month) => {
    const flows = flowsOf(byMonth.get(month) ?? []);
    const mrrStart = mrr;
    mrr += netOf(flows);
    return { month, mrrStart, ...flows, mrrEnd: mrr };
  });
}

export function flowsOf(movements: readonly Movement[]): Flows {
  const flows = { ...NO_FLOWS };
  for (const movement of movements) flows[movement.type] += movement.amount;
  return flows;
}

export function netOf(flows: Flows): bigint {
  return flows.new_biz + flows.expansion + flows.contraction + flows.churn + flows.reactivation + flows.fx;
}

export function arr(mrr: bigint): bigint {
  return 12n * mrr;
}

/** MRR per customer, cut to the cent; 0 without customers. */
export function arpa(mrr: bigint, customers: bigint): bigint {
  return customers === 0n ? 0n : mrr / customers;
}

/** New MRR per new customer, rounded half away from zero; 0 without new customers. */
export function averageSalePrice(newBusiness: bigint, newCustomers: bigint): bigint {
  return newCustomers === 0n ? 0n : roundHalfAway(new Rational(newBusiness, newCustomers));
}

/** Customers lost, of those at the start. */
export function customerChurnRate(lost: bigint, customersAtStart: bigint): bigint {
  return percentage(lost, customersAtStart);
}

/** Net MRR churn rate; below 0 when expansion and reactivation outweigh. */
export function netMrrChurnRate(flows: Flows, mrrAtStart: bigint): bigint {
  return percentage(-(flows.churn + flows.contraction + flows.expansion + flows.reactivation), mrrAtStart);
}

export function grossMrrChurnRate(flows: Flows, mrrAtStart: bigint): bigint {
  return percentage(-(flows.churn + flows.contraction), mrrAtStart);
}

/** Lifetime value from the published ARPA (already cut) and churn rate (already rounded); cut to the cent, 0 without churn. */
export function lifetimeValue(arpaCents: bigint, churnRate: bigint): bigint {
  return churnRate === 0n ? 0n : (arpaCents * 10_000n) / churnRate;
}

/** Change of a published value; 0 when there was none before. */
export function percentageChange(value: bigint, previous: bigint): bigint {
  return percentage(value - previous, previous < 0n ? -previous : previous);
}

/** 100 − (churn + contraction − expansion) of the MRR at the start; reactivation and new business stay out. */
export function netRevenueRetentionByFlows(flows: Flows, mrrAtStart: bigint): bigint {
  return 10_000n + percentage(flows.churn + flows.contraction + flows.expansion, mrrAtStart);
}

export function grossRevenueRetentionByFlows(flows: Flows, mrrAtStart: bigint): bigint {
  return 10_000n + percentage(flows.churn + flows.contraction, mrrAtStart);
}

/** Closed cohort: what the customers of the start pay at the end; gross counts no customer above what it paid at the start. */
export function retentionOfCohort(
  mrrAtStart: ReadonlyMap<string, bigint>,
  mrrAtEnd: ReadonlyMap<string, bigint>,
): { net: bigint; gross: bigint } {
  let [start, net, gross] = [0n, 0n, 0n];
  for (const [customer, before] of mrrAtStart) {
    const after = mrrAtEnd.get(customer) ?? 0n;
    start += before;
    net += after;
    gross += after < before ? after : before;
  }
  return { net: percentage(net, start), gross: percentage(gross, start) };
}

/** (new + expansion + reactivation) ÷ (churn + contraction) in hundredths; null when nothing was lost. */
export function quickRatio(flows: Flows, reactivation: 'include' | 'exclude' = 'include'): bigint | null {
  const lost = -(flows.churn + flows.contraction);
  if (lost === 0n) return null;
  const won = flows.new_biz + flows.expansion + (reactivation === 'include' ? flows.reactivation : 0n);
  return roundHalfAway(new Rational(won * 100n, lost));
}

/** part ÷ whole × 100 in hundredths; 0 when there is no whole. */
export function percentage(part: bigint, whole: bigint): bigint {
  return whole === 0n ? 0n : roundHalfAway(new Rational(part * 10_000n, whole));
}

/** 292n -> '2.92' */
export function hundredths(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(3, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
