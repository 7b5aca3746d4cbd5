/** What one entry did to the totals: the books as of it, less the books as of the entry before. */
import { useQueries } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { metricRef } from '../../explain/refs.ts';
import { amount, decimal, difference, isZero, TONNES_DECIMALS, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

interface Totals {
  seq: number;
  /** MRR at the end of the last year in which anything moved, by currency. */
  mrr: Record<string, Stood>;
  customers: Record<string, Stood>;
  tonnes: Stood;
  held: number;
}

/** A figure as of an entry, and what explains it there. */
interface Stood {
  exact: string;
  ref: string | null;
  seq: number;
}

interface Line {
  label: string;
  unit: string;
  before: Stood;
  after: Stood;
  text: (exact: string) => string;
}

const NONE: Stood = { exact: '0', ref: null, seq: 0 };
const NOTHING: Totals = { seq: 0, mrr: {}, customers: {}, tonnes: NONE, held: 0 };

async function totalsAsOf(seq: number): Promise<Totals> {
  if (seq < 1) return NOTHING;
  const query = { as_of: seq };
  const [mrr, inventory] = await Promise.all([
    dataOf(api.GET('/api/reports/mrr', { params: { query: { ...query, from: '1990-01', interval: 'year' } } })),
    dataOf(api.GET('/api/reports/inventory', { params: { query: { ...query, group_by: 'scope' } } })),
  ]);
  const ends = mrr.currencies.flatMap(({ currency, buckets }) => {
    const last = buckets.at(-1);
    return last ? [{ currency, last }] : [];
  });
  return {
    seq,
    mrr: Object.fromEntries(
      ends.map(({ currency, last: { end } }) => [currency, { exact: end.amount, ref: end.ref, seq }]),
    ),
    customers: Object.fromEntries(
      ends.map(({ currency, last }) => [
        currency,
        { exact: String(last.customers), ref: metricRef('customers', last, currency), seq },
      ]),
    ),
    tonnes: { exact: inventory.total.co2e_t, ref: inventory.total.ref, seq },
    held: inventory.held.reduce((sum, { lines }) => sum + lines, 0),
  };
}

export function EffectOnTotals({ seq }: { seq: number }) {
  // What was true as of an entry stays true.
  const [before, after] = useQueries({
    queries: [seq - 1, seq].map((at) => ({
      queryKey: ['totals', at],
      queryFn: () => totalsAsOf(at),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const data = before!.data && after!.data ? linesOf(before!.data, after!.data) : undefined;
  return (
    <Section title={t.journal.effect} note={t.journal.effectNote(seq - 1)}>
      <Shown
        of={{
          data,
          error: before!.error ?? after!.error,
          refetch: () => {
            void before!.refetch();
            void after!.refetch();
          },
        }}
        height={160}
      >
        {(lines) =>
          lines.every(({ before, after }) => before.exact === after.exact) ? (
            <p className="dimmed">{t.journal.noEffect}</p>
          ) : (
            <DataTable
              caption={t.journal.effect}
              columns={COLUMNS}
              rows={lines}
              rowKey={({ label, unit }) => label + unit}
            />
          )
        }
      </Shown>
    </Section>
  );
}

function linesOf(before: Totals, after: Totals): Line[] {
  const currencies = [...new Set([...Object.keys(before.mrr), ...Object.keys(after.mrr)])].sort();
  return [
    ...currencies.flatMap((currency): Line[] => [
      {
        label: t.revenue.mrr,
        unit: currency,
        before: before.mrr[currency] ?? NONE,
        after: after.mrr[currency] ?? NONE,
        text: amount,
      },
      {
        label: t.revenue.customers,
        unit: t.overview.customersUnit(currencies.length === 1 ? undefined : currency),
        before: before.customers[currency] ?? NONE,
        after: after.customers[currency] ?? NONE,
        text: whole,
      },
    ]),
    {
      label: t.carbon.total,
      unit: t.carbon.unit,
      before: before.tonnes,
      after: after.tonnes,
      text: (exact) => decimal(exact, TONNES_DECIMALS),
    },
    {
      label: t.carbon.held,
      unit: t.overview.heldUnit(2),
      before: { exact: String(before.held), ref: null, seq: before.seq },
      after: { exact: String(after.held), ref: null, seq: after.seq },
      text: whole,
    },
  ];
}

const COLUMNS: readonly Column<Line>[] = [
  { key: 'label', label: '', head: true, text: ({ label }) => label },
  { key: 'unit', label: t.factors.unit, text: ({ unit }) => unit },
  ...(['before', 'after'] as const).map(
    (key): Column<Line> => ({
      key,
      label: t.journal[key],
      numeric: true,
      text: (line) => line[key].exact,
      cell: (line) => {
        const { exact, ref, seq } = line[key];
        return <Figure text={line.text(exact)} of={ref} asOf={seq} label={`${line.label}, ${t.journal[key]}`} />;
      },
    }),
  ),
  {
    key: 'difference',
    label: t.whatIf.difference,
    numeric: true,
    text: ({ before, after }) => difference(after.exact, before.exact),
    cell: ({ before, after, text }) => {
      const gap = difference(after.exact, before.exact);
      return isZero(gap) ? '–' : `${gap.startsWith('-') ? '' : '+'}${text(gap)}`;
    },
  },
];
