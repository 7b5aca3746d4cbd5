/** Figures of a bucket that look beyond it: what is committed by its end, and churn over the six months before. */
import { addMonthsToMonth, monthDays, monthOf } from '../../kernel/dates.ts';
import { Rational } from '../../kernel/rational.ts';
import { bucketsBetween } from '../buckets.ts';
import { roundHalfAway } from '../rules/exact.ts';
import { customerChurnRate } from '../rules/metrics.ts';
import { type Range, readFlows } from './flows.ts';
import { announced } from './scheduled.ts';
import type { Scope } from './scope.ts';

/** By part: MRR at the end of each bucket, with movements that are dated after `until` and what subscription events announce. */
export async function readCommitted(scope: Scope, range: Range): Promise<Map<string, bigint[]>> {
  const scheduled: Scope = { ...scope, until: range.to, parameters: { ...scope.parameters, until: range.to } };
  const [flows, events] = await Promise.all([readFlows(scheduled, range, false), announced(scope, range)]);
  const parts = new Map([...flows].map(([part, buckets]) => [part, buckets.map(({ mrrEnd }) => mrrEnd)]));
  for (const [part, added] of events) {
    const known = parts.get(part);
    parts.set(part, known === undefined ? added : known.map((cents, i) => cents + added[i]!));
  }
  return parts;
}

/** Months that the trailing churn is the average of. */
const TRAILING_MONTHS = 6;

/**
 * By part: the average of the published monthly churn rates (hundredths of a percent) of the last six months that are complete at the
 * end of each bucket, rounded half away from zero. Months before the first customer count as 0.
 */
export async function readTrailingChurn(scope: Scope, range: Range): Promise<Map<string, bigint[]>> {
  const lastMonths = range.buckets.map(({ to }) => {
    const cut = [to, scope.until].sort()[0]!;
    return monthDays(monthOf(cut)).last === cut ? monthOf(cut) : addMonthsToMonth(monthOf(cut), -1);
  });
  const first = addMonthsToMonth(lastMonths[0]!, 1 - TRAILING_MONTHS);
  const from = monthDays(first).first;
  const to = monthDays(lastMonths.at(-1)!).last;
  const months = bucketsBetween(from, to, 'month');
  const flows = await readFlows(scope, { from, to, interval: 'month', buckets: months }, true);
  const at = new Map(months.map(({ label }, i) => [label, i]));
  return new Map(
    [...flows].map(([part, ofPart]) => [
      part,
      lastMonths.map((month) => {
        const end = at.get(month)!;
        const rates = ofPart
          .slice(end + 1 - TRAILING_MONTHS, end + 1)
          .map(({ members, customersStart }) => customerChurnRate(members.lost, customersStart));
        return roundHalfAway(
          new Rational(
            rates.reduce((sum, rate) => sum + rate, 0n),
            BigInt(TRAILING_MONTHS),
          ),
        );
      }),
    ]),
  );
}
