/** What one entry did to the totals: the books as of it, less the books as of the entry before. */
import { useQueries } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Section, Shown } from '../../components/Page.tsx';
import { amount, decimal, difference, isZero, TONNES_DECIMALS, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

interface Totals {
  /** MRR at the end of the last year in which anything moved, by currency. */
  mrr: Record<string, string>;
  customers: Record<string, number>;
  tonnes: string;
  held: number;
}

interface Line {
  label: string;
  unit: string;
  before: string;
  after: string;
  text: (exact: string) => string;
}

const NOTHING: Totals = { mrr: {}, customers: {}, tonnes: '0', held: 0 };

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
    mrr: Object.fromEntries(ends.map(({ currency, last }) => [currency, last.end.amount])),
    customers: Object.fromEntries(ends.map(({ currency, last }) => [currency, last.customers])),
    tonnes: inventory.total.co2e_t,
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
          lines.every((line) => line.before === line.after) ? (
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
        before: before.mrr[currency] ?? '0.00',
        after: after.mrr[currency] ?? '0.00',
        text: amount,
      },
      {
        label: `${t.revenue.customers}, ${t.revenue.customersUnit}`,
        unit: currency,
        before: String(before.customers[currency] ?? 0),
        after: String(after.customers[currency] ?? 0),
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
      before: String(before.held),
      after: String(after.held),
      text: whole,
    },
  ];
}

const COLUMNS: readonly Column<Line>[] = [
  { key: 'label', label: '', head: true, text: ({ label }) => label },
  { key: 'unit', label: t.factors.unit, text: ({ unit }) => unit },
  {
    key: 'before',
    label: t.journal.before,
    numeric: true,
    text: ({ before }) => before,
    cell: ({ before, text }) => text(before),
  },
  {
    key: 'after',
    label: t.journal.after,
    numeric: true,
    text: ({ after }) => after,
    cell: ({ after, text }) => text(after),
  },
  {
    key: 'difference',
    label: t.whatIf.difference,
    numeric: true,
    text: ({ before, after }) => difference(after, before),
    cell: ({ before, after, text }) => {
      const gap = difference(after, before);
      return isZero(gap) ? '–' : `${gap.startsWith('-') ? '' : '+'}${text(gap)}`;
    },
  },
];
