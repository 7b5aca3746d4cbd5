/** A statement of one currency: a row per period, whose start and movements foot to its end. */
import type { MrrBucket, MrrCurrency, MrrFigure } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { metricRef, statementRef } from '../../explain/refs.ts';
import { bucket as bucketName } from '../../format/dates.ts';
import { amount, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MOVEMENTS, type Movement, movementsIn, movementTotal } from './figures.ts';

export function StatementTable({ statement, seq }: { statement: MrrCurrency; seq: number }) {
  const { currency, buckets } = statement;
  const figure = (key: Row, label: string, pick: (bucket: MrrBucket) => MrrFigure): Column<MrrBucket> => ({
    key,
    label,
    unit: currency,
    numeric: true,
    text: (bucket) => pick(bucket).amount,
    cell: (bucket) => {
      const { amount: text, ref } = pick(bucket);
      const of = ref ?? statementRef(bucket, currency, key);
      return <Figure text={amount(text)} of={of} label={`${label}, ${bucketName(bucket.bucket)}, ${currency}`} />;
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
      cell: (bucket) => (
        <Figure
          text={whole(bucket.customers)}
          of={metricRef('customers', bucket, currency)}
          label={`${t.revenue.customers}, ${bucketName(bucket.bucket)}`}
        />
      ),
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

type Row = Movement | 'fx' | 'start' | 'end';

/** The whole range as one line, from its first day to its last. */
function totalOf(buckets: readonly MrrBucket[]): MrrBucket {
  const figure = (text: string): MrrFigure => ({ cents: '', amount: text, ref: null });
  const first = buckets[0]!;
  const last = buckets.at(-1)!;
  return {
    ...last,
    bucket: t.common.total,
    from: first.from,
    start: figure(first.start.amount),
    movements: Object.fromEntries(
      ([...MOVEMENTS, 'fx'] as const).map((type) => [type, figure(movementTotal(buckets, type))]),
    ) as MrrBucket['movements'],
    end: figure(last.end.amount),
  };
}
