/** A year's statement as it is and as it would be. */
import type { paths } from '../../api/schema.d.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { metricRef, statementRef } from '../../explain/refs.ts';
import { bucket as bucketName } from '../../format/dates.ts';
import { amount, isZero, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MOVEMENTS } from '../revenue/figures.ts';

export type Effect = paths['/api/what-if/revenue']['post']['responses'][200]['content']['application/json'];
type Bucket = Effect['currencies'][number]['buckets'][number];

interface Line {
  key: string;
  label: string;
  present: string;
  tried: string;
  difference: string;
  text: (exact: string) => string;
  /** Of what stands; what is tried is in no book, and is gone when it has been answered. */
  ref: string;
}

export function SettingsEffect({ effect }: { effect: Effect }) {
  return (
    <div role="status">
      {effect.currencies.length === 0 && <p>{t.bookSettings.noEffect}</p>}
      {effect.currencies.map(({ currency, buckets }) =>
        buckets.map((bucket) => (
          <DataTable
            key={`${currency} ${bucket.bucket}`}
            caption={`${currency}, ${bucketName(bucket.bucket)}`}
            note={`${currency}, ${bucketName(bucket.bucket)}`}
            columns={COLUMNS}
            rows={linesOf(bucket, currency, yearOf(bucket, effect))}
            rowKey={({ key }) => key}
          />
        )),
      )}
    </div>
  );
}

/** The days of a year's bucket, as far as the statement goes. */
const yearOf = ({ bucket }: Bucket, { from, to, until }: Effect) => ({
  from: [from, `${bucket}-01-01`].sort().at(-1)!,
  to: [to, until, `${bucket}-12-31`].sort()[0]!,
});

function linesOf(
  { start, movements, end, customers }: Bucket,
  currency: string,
  days: { from: string; to: string },
): Line[] {
  const money = (key: string, label: string, figure: Bucket['start']): Line => ({
    key,
    label,
    present: figure.present.amount,
    tried: figure.tried.amount,
    difference: figure.difference.amount,
    text: amount,
    ref: statementRef(days, currency, key),
  });
  return [
    money('start', t.revenue.start, start),
    ...([...MOVEMENTS, 'fx'] as const)
      .filter((type) => type !== 'fx' || !isZero(movements.fx.tried.amount) || !isZero(movements.fx.present.amount))
      .map((type) => money(type, t.revenue.movements[type]!, movements[type])),
    money('end', t.revenue.end, end),
    {
      key: 'customers',
      label: `${t.revenue.customers}, ${t.revenue.customersUnit}`,
      present: String(customers.present),
      tried: String(customers.tried),
      difference: String(customers.difference),
      text: whole,
      ref: metricRef('customers', days, currency),
    },
  ];
}

const figure = (key: 'present' | 'tried' | 'difference', label: string): Column<Line> => ({
  key,
  label,
  numeric: true,
  text: (line) => line[key],
  cell: (line) =>
    key === 'present' ? (
      <Figure text={line.text(line[key])} of={line.ref} label={`${line.label}, ${label}`} />
    ) : (
      line.text(line[key])
    ),
});

const COLUMNS: readonly Column<Line>[] = [
  { key: 'label', label: '', head: true, text: ({ label }) => label },
  figure('present', t.bookSettings.present),
  figure('tried', t.bookSettings.tried),
  figure('difference', t.whatIf.difference),
];
