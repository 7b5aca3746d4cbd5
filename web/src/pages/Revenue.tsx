/** The revenue book: statement and chart of one currency over a range, and what is odd in the data. */
import { Button } from '@mantine/core';
import { type Mrr, type MrrCurrency, useMrr, useWarnings, type Warning } from '../api/queries.ts';
import { DataTable } from '../components/DataTable.tsx';
import { Figure } from '../components/Figure.tsx';
import { Empty, Section, Shown, Stat } from '../components/Page.tsx';
import { metricRef, statementRef } from '../explain/refs.ts';
import { bucket as bucketName } from '../format/dates.ts';
import { amount, percentOf, sum, whole } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { movementTotal } from './revenue/figures.ts';
import { MovementChart } from './revenue/MovementChart.tsx';
import { RevenueHead } from './revenue/RevenueHead.tsx';
import { useRevenueRange } from './revenue/range.ts';
import { StatementTable } from './revenue/StatementTable.tsx';

export function Revenue() {
  const range = useRevenueRange();
  const { ready, from, to, interval, currency } = range;
  const mrr = useMrr({ ...(from ? { from } : {}), ...(to ? { to } : {}), interval }, ready);
  const statement = mrr.data?.currencies.find((one) => one.currency === currency);
  return (
    <>
      <RevenueHead title={t.revenue.title} range={range} with={['currency', 'interval', 'range']} />
      <Shown of={mrr} height={480}>
        {(data) =>
          statement && statement.buckets.length > 0 ? (
            <Statement mrr={data} statement={statement} />
          ) : (
            <Section title={t.revenue.title}>
              <Empty title={t.revenue.emptyTitle}>{t.revenue.emptyText}</Empty>
            </Section>
          )
        }
      </Shown>
      <Warnings />
    </>
  );
}

function Statement({ mrr, statement }: { mrr: Mrr; statement: MrrCurrency }) {
  const { currency, buckets } = statement;
  const first = buckets[0]!;
  const last = buckets.at(-1)!;
  const lost = sum([movementTotal(buckets, 'churn'), movementTotal(buckets, 'contraction')]);
  const change = sum([last.end.amount, `-${first.start.amount}`.replace('--', '')]);
  const period = `${bucketName(first.bucket)} – ${bucketName(last.bucket)}`;
  const days = { from: first.from, to: last.to };
  // What it was at the start, and what moved it: that is the end, and the change of it.
  const end = statementRef(days, currency, 'end');
  const figure = (label: string, text: string, ref: string) => <Figure text={text} of={ref} label={label} />;
  return (
    <>
      <div className="stats">
        <Stat
          label={t.revenue.end}
          value={figure(t.revenue.end, amount(last.end.amount), end)}
          unit={currency}
          note={bucketName(last.bucket)}
        />
        <Stat
          label={t.revenue.netChange}
          value={figure(t.revenue.netChange, amount(change), end)}
          unit={currency}
          note={`${percentOf(change, first.start.amount) ?? '–'} · ${period}`}
        />
        <Stat
          label={t.revenue.netChurn}
          value={figure(
            t.revenue.netChurn,
            percentOf(lost, first.start.amount) ?? '–',
            metricRef('gross_mrr_churn_rate', days, currency),
          )}
          note={period}
        />
        <Stat
          label={t.revenue.customers}
          value={figure(t.revenue.customers, whole(last.customers), metricRef('customers', last, currency))}
          unit={t.revenue.customersUnit}
          note={bucketName(last.bucket)}
        />
      </div>
      <Section title={t.revenue.statement(currency)} note={t.revenue.statementNote}>
        <MovementChart statement={statement} />
        <StatementTable statement={statement} seq={mrr.seq} />
      </Section>
    </>
  );
}

function Warnings() {
  const warnings = useWarnings();
  const rows: Warning[] | undefined = warnings.data?.pages.flatMap((page) => page.warnings);
  const names = [...new Set(rows?.flatMap((row) => Object.keys(row)) ?? [])];
  return (
    <Section title={t.revenue.warnings}>
      <Shown of={{ data: rows, error: warnings.error, refetch: warnings.refetch }} height={60}>
        {(all) =>
          all.length === 0 ? (
            <p className="dimmed">{t.revenue.noWarnings}</p>
          ) : (
            <>
              <DataTable
                caption={t.revenue.warnings}
                rows={all}
                rowKey={(row) => JSON.stringify(row)}
                columns={names.map((name, index) => ({
                  key: name,
                  label: name.replaceAll('_', ' '),
                  head: index === 0,
                  text: (row: Warning) => row[name] ?? '',
                }))}
                note={t.common.rows(warnings.data?.pages[0]?.total ?? all.length)}
                heightMax={360}
              />
              {warnings.hasNextPage && (
                <Button mt="xs" variant="light" onClick={() => void warnings.fetchNextPage()}>
                  {t.common.showMore}
                </Button>
              )}
            </>
          )
        }
      </Shown>
    </Section>
  );
}
