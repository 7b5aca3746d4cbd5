/** A statement of one currency: a row per period, whose start and movements foot to its end. */
import type { MrrBucket, MrrCurrency, MrrFigure } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { bucket as bucketName } from '../../format/dates.ts';
import { amount, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MOVEMENTS, movementsIn, movementTotal } from './figures.ts';

export function StatementTable({ statement, seq }: { statement: MrrCurrency; seq: number }) {
  const { currency, buckets } = statement;
  const figure = (key: string, label: string, pick: (bucket: MrrBucket) => MrrFigure): Column<MrrBucket> => ({
    key,
    label,
    unit: currency,
    numeric: true,
    text: (bucket) => pick(bucket).amount,
    cell: (bucket) => {
      const { amount: text, ref } = pick(bucket);
      return <Figure text={amount(text)} of={ref} label={`${label}, ${bucketName(bucket.bucket)}, ${currency}`} />;
    },
  });
  const columns: Column<MrrBucket>[] = [
    { key: 'bucket', label: t.revenue.period, head: true, text: ({ bucket }) => bucketName(bucket) },
    figure('start', t.revenue.start, ({ start }) => start),
    ...movementsIn(buckets).map((type) => figure(type, t.revenue.movements[type]!, ({ movements }) => movements[type])),
    figure('end', t.revenue.end, ({ end }) => end),
    {
      key: 'customers',
      label: t.revenue.customers,
      unit: t.revenue.customersUnit,
      numeric: true,
      text: ({ customers }) => String(customers),
      cell: ({ customers }) => whole(customers),
    },
  ];
  return (
    <DataTable
      caption={t.revenue.statement(currency)}
      columns={columns}
      rows={buckets}
      totals={buckets.length > 1 ? [totalOf(buckets)] : []}
      rowKey={({ bucket }) => bucket}
      note={t.common.asOfEntry(seq)}
    />
  );
}

/** The whole range as one line; it has no reference of its own. */
function totalOf(buckets: readonly MrrBucket[]): MrrBucket {
  const figure = (text: string): MrrFigure => ({ cents: '', amount: text, ref: null });
  const first = buckets[0]!;
  const last = buckets.at(-1)!;
  return {
    ...last,
    bucket: t.common.total,
    start: figure(first.start.amount),
    movements: Object.fromEntries(
      ([...MOVEMENTS, 'fx'] as const).map((type) => [type, figure(movementTotal(buckets, type))]),
    ) as MrrBucket['movements'],
    end: figure(last.end.amount),
  };
}
