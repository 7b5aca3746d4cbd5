/** One year of every currency: a column per currency, so that start and movements are read down to the end. */
import type { Mrr, MrrFigure } from '../../api/queries.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { metricRef, statementRef } from '../../explain/refs.ts';
import { amount, percentOf, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { movementsIn, netChange } from './figures.ts';

interface Line {
  key: string;
  label: string;
  /** By currency. */
  figures: Record<string, MrrFigure>;
  texts?: Record<string, { text: string; ref: string }>;
}

export function YearStatement({ mrr }: { mrr: Mrr }) {
  const currencies = mrr.currencies.flatMap(({ currency, buckets }) => {
    const bucket = buckets.at(-1);
    return bucket ? [{ currency, bucket }] : [];
  });
  const line = (
    key: string,
    label: string,
    pick: (bucket: (typeof currencies)[number]['bucket']) => MrrFigure,
  ): Line => ({
    key,
    label,
    figures: Object.fromEntries(currencies.map(({ currency, bucket }) => [currency, pick(bucket)])),
  });
  const words = (
    key: string,
    label: string,
    pick: (bucket: (typeof currencies)[number]['bucket']) => string,
    refOf: (bucket: (typeof currencies)[number]['bucket'], currency: string) => string,
  ): Line => ({
    key,
    label,
    figures: {},
    texts: Object.fromEntries(
      currencies.map(({ currency, bucket }) => [currency, { text: pick(bucket), ref: refOf(bucket, currency) }]),
    ),
  });
  const lines: Line[] = [
    line('start', t.revenue.start, ({ start }) => start),
    ...movementsIn(currencies.map(({ bucket }) => bucket)).map((type) =>
      line(type, t.revenue.movements[type]!, ({ movements }) => movements[type]),
    ),
  ];
  const totals = [
    line('end', t.revenue.end, ({ end }) => end),
    // The end is explained as what it was at the start and what moved it: that is the change.
    words(
      'change',
      t.revenue.change,
      (bucket) => percentOf(netChange(bucket), bucket.start.amount) ?? '–',
      (bucket, currency) => statementRef(bucket, currency, 'end'),
    ),
    words(
      'customers',
      `${t.revenue.customers}, ${t.revenue.customersUnit}`,
      ({ customers }) => whole(customers),
      (bucket, currency) => metricRef('customers', bucket, currency),
    ),
  ];
  const columns: Column<Line>[] = [
    { key: 'line', label: '', text: ({ label }) => label, head: true },
    ...currencies.map(
      ({ currency }): Column<Line> => ({
        key: currency,
        label: '',
        unit: currency,
        numeric: true,
        text: ({ figures, texts }) => figures[currency]?.amount ?? texts?.[currency]?.text ?? '',
        cell: ({ figures, texts, label }) => {
          const figure = figures[currency];
          const other = texts?.[currency];
          if (figure) return <Figure text={amount(figure.amount)} of={figure.ref} label={`${label}, ${currency}`} />;
          return other && <Figure text={other.text} of={other.ref} label={`${label}, ${currency}`} />;
        },
      }),
    ),
  ];
  return (
    <DataTable
      caption={t.overview.revenue}
      columns={columns}
      rows={lines}
      totals={totals}
      rowKey={({ key }) => key}
      note={t.common.asOfEntry(mrr.seq)}
    />
  );
}
