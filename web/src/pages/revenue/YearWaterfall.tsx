/** A year's MRR from its start to its end. */
import type { MrrCurrency } from '../../api/queries.ts';
import { Waterfall } from '../../components/Waterfall.tsx';
import { t } from '../../texts.ts';
import { movementsIn } from './figures.ts';

export function YearWaterfall({
  statement,
  label,
  fileName,
}: {
  statement: MrrCurrency;
  label: string;
  fileName: string;
}) {
  const bucket = statement.buckets.at(-1);
  if (!bucket) return null;
  return (
    <Waterfall
      start={{ name: t.revenue.start, exact: bucket.start.amount, ref: bucket.start.ref }}
      parts={movementsIn([bucket]).map((type) => ({
        name: t.revenue.movements[type]!,
        exact: bucket.movements[type].amount,
        ref: bucket.movements[type].ref,
      }))}
      end={{ name: t.revenue.end, exact: bucket.end.amount, ref: bucket.end.ref }}
      unit={statement.currency}
      label={label}
      fileName={fileName}
    />
  );
}
