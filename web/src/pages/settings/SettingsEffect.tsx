/** A year's statement as it is and as it would be. */
import type { paths } from '../../api/schema.d.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
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
            rows={linesOf(bucket)}
            rowKey={({ key }) => key}
          />
        )),
      )}
    </div>
  );
}

function linesOf({ start, movements, end, customers }: Bucket): Line[] {
  const money = (key: string, label: string, figure: Bucket['start']): Line => ({
    key,
    label,
    present: figure.present.amount,
    tried: figure.tried.amount,
    difference: figure.difference.amount,
    text: amount,
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
    },
  ];
}

const figure = (key: 'present' | 'tried' | 'difference', label: string): Column<Line> => ({
  key,
  label,
  numeric: true,
  text: (line) => line[key],
  cell: (line) => line.text(line[key]),
});

const COLUMNS: readonly Column<Line>[] = [
  { key: 'label', label: '', head: true, text: ({ label }) => label },
  figure('present', t.bookSettings.present),
  figure('tried', t.bookSettings.tried),
  figure('difference', t.whatIf.difference),
];
