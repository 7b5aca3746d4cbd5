/** One customer: what it pays, its subscriptions over time, its invoices, and what moved its revenue. */
import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { type CustomerDetail, type Invoice, useCustomer, useInvoices } from '../../api/revenue.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure, RecordKey } from '../../components/Figure.tsx';
import { Empty, Section, Shown, Stat } from '../../components/Page.tsx';
import { customerMrrRef, recordRef } from '../../explain/refs.ts';
import { day } from '../../format/dates.ts';
import { amountOfCents, money } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MovementTable } from './Movements.tsx';
import { RevenueHead } from './RevenueHead.tsx';
import { useRevenueRange } from './range.ts';
import { Timeline } from './Timeline.tsx';

export function Customer() {
  const { source = 'default', id = '' } = useParams({ strict: false }) as { source?: string; id?: string };
  const range = useRevenueRange();
  const customer = useCustomer(source, id);
  const record = customer.data?.record;
  return (
    <>
      <RevenueHead
        title={record?.name || id}
        note={[record?.company, id, source === 'default' ? null : source].filter(Boolean).join(' · ')}
        range={range}
        with={[]}
      />
      <Shown of={customer} height={420}>
        {(detail) => (
          <>
            <Balances detail={detail} source={source} externalId={id} />
            <Section title={t.customers.subscriptions} note={t.customers.subscriptionsNote}>
              {detail.subscriptions.length === 0 ? (
                <Empty title={t.customers.noSubscriptions} />
              ) : (
                <Timeline source={source} customer={id} subscriptions={detail.subscriptions} until={detail.until} />
              )}
            </Section>
            <Record detail={detail} source={source} externalId={id} />
          </>
        )}
      </Shown>
      <Section title={t.movements.title}>
        <MovementTable ready query={{ source, customer_external_id: id }} withoutCustomer heightMax={360} />
      </Section>
      <Invoices source={source} externalId={id} />
      <p>
        <Link to="/revenue/customers">{t.customers.back}</Link>
      </p>
    </>
  );
}

interface Named {
  source: string;
  externalId: string;
}

function Balances({ detail: { balances, until }, source, externalId }: { detail: CustomerDetail } & Named) {
  if (balances.length === 0) return <p className="dimmed">{t.customers.neverPaid}</p>;
  return (
    <div className="stats">
      {balances.map(({ currency, mrr, since, last_movement, movements }) => (
        <Stat
          key={currency}
          label={t.revenue.mrr}
          value={
            <Figure
              text={money(mrr, currency)}
              of={customerMrrRef({ source, external_id: externalId, currency, until })}
              label={t.revenue.mrr}
            />
          }
          unit={currency}
          note={t.customers.balance(day(since), day(last_movement), movements)}
        />
      ))}
    </div>
  );
}

function Record({ detail: { record, attributes, tags }, source, externalId }: { detail: CustomerDetail } & Named) {
  const facts = [
    ...Object.entries(record).flatMap(([name, value]): [string, string][] =>
      value === null || value === '' ? [] : [[name.replaceAll('_', ' '), value.replace(/ 00:00:00\.000$/, '')]],
    ),
    ...Object.entries(attributes),
    ...(tags.length > 0 ? [[t.filters.fields.tags!, tags.join(', ')] as [string, string]] : []),
  ];
  return (
    <Section
      title={t.customers.record}
      actions={
        <RecordKey
          text={t.explain.title}
          label={`${t.explain.title}: ${externalId}`}
          of={recordRef('customers', { source, external_id: externalId })}
        />
      }
    >
      <dl className="facts facts-columns">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

interface Line {
  invoice: Invoice;
  line: Invoice['lines'][number];
  /** The first of its invoice says what the invoice is. */
  first: boolean;
}

function Invoices({ source, externalId }: { source: string; externalId: string }) {
  const invoices = useInvoices(source, externalId);
  const all = invoices.data?.pages.flatMap((page) => page.invoices);
  const lines = all?.flatMap((invoice) =>
    invoice.lines.map((line, index): Line => ({ invoice, line, first: index === 0 })),
  );
  return (
    <Section title={t.customers.invoices}>
      <Shown of={{ data: lines, error: invoices.error, refetch: invoices.refetch }} height={240}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t.customers.noInvoices} />
          ) : (
            <>
              <DataTable
                caption={t.customers.invoices}
                columns={LINES}
                rows={rows}
                rowKey={({ invoice, line }) => `${invoice.external_id} ${line.external_id}`}
                more={invoices.hasNextPage}
                note={
                  invoices.hasNextPage ? t.customers.invoicesSoFar(all!.length) : t.customers.invoicesAll(all!.length)
                }
                heightMax={520}
              />
              {invoices.hasNextPage && (
                <Button
                  mt="xs"
                  variant="light"
                  loading={invoices.isFetching}
                  onClick={() => void invoices.fetchNextPage()}
                >
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

const LINES: readonly Column<Line>[] = [
  {
    key: 'invoice',
    label: t.customers.invoice,
    head: true,
    text: ({ invoice }) => invoice.external_id,
    cell: ({ invoice, first }) => (first ? invoice.external_id : <span className="dimmed">″</span>),
  },
  {
    key: 'date',
    label: t.movements.date,
    text: ({ invoice }) => invoice.date,
    cell: ({ invoice, first }) => first && day(invoice.date.slice(0, 10)),
  },
  {
    key: 'total',
    label: t.customers.invoiceTotal,
    numeric: true,
    text: ({ invoice }) => `${amountOfCents(invoice.amount, invoice.currency)} ${invoice.currency}`,
    cell: ({ invoice, first }) =>
      first && (
        <>
          <Figure
            text={money(invoice.amount, invoice.currency)}
            of={invoice.ref}
            label={`${t.customers.invoiceTotal}, ${invoice.external_id}`}
          />{' '}
          <span className="unit">{invoice.currency}</span>
        </>
      ),
  },
  {
    key: 'line',
    label: t.customers.line,
    text: ({ line }) => [line.plan_external_id || line.type, line.description].filter(Boolean).join(', '),
  },
  {
    key: 'period',
    label: t.customers.period,
    text: ({ line }) => [line.service_period_start, line.service_period_end].filter(Boolean).join(' – '),
    cell: ({ line }) =>
      [line.service_period_start, line.service_period_end]
        .flatMap((at) => (at === null ? [] : [day(at.slice(0, 10))]))
        .join(' – '),
  },
  {
    key: 'amount',
    label: t.customers.amount,
    numeric: true,
    text: ({ line, invoice }) => amountOfCents(line.amount, invoice.currency),
    cell: ({ line, invoice }) => (
      <Figure
        text={money(line.amount, invoice.currency)}
        of={line.ref}
        label={`${invoice.external_id}, ${line.plan_external_id || line.type}`}
      />
    ),
  },
  {
    key: 'tax',
    label: t.customers.tax,
    numeric: true,
    text: ({ line, invoice }) => (line.tax === null ? '' : amountOfCents(line.tax, invoice.currency)),
    cell: ({ line, invoice }) =>
      line.tax === null ? (
        ''
      ) : (
        <Figure
          text={money(line.tax, invoice.currency)}
          of={line.ref}
          label={`${t.customers.tax}, ${invoice.external_id}`}
        />
      ),
  },
  { key: 'excluded', label: t.customers.excluded, text: ({ line }) => line.excluded },
];
