/** The feed of movements: what happened to whom, newest first, page by page. */
import { NativeSelect } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { type Movement, useMovements } from '../../api/revenue.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { day, lastDayOf } from '../../format/dates.ts';
import { amountOfCents, money } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MOVEMENTS } from './figures.ts';
import { RevenueHead } from './RevenueHead.tsx';
import { useRevenueRange } from './range.ts';

const MOVEMENTS_PER_PAGE = 100;

export function Movements() {
  const range = useRevenueRange();
  const setAddress = useSetAddress();
  const asked = useParameter('type');
  const type = MOVEMENTS.find((one) => one === asked);
  const wanted = useParameter('currency')?.toUpperCase();
  const { ready, from, to, currencies } = range;
  const currency = currencies.find((one) => one === wanted);
  return (
    <>
      <RevenueHead title={t.movements.title} note={t.movements.note} range={range} with={['range']}>
        <NativeSelect
          label={t.movements.currency}
          value={currency ?? ''}
          data={[{ value: '', label: t.movements.allCurrencies }, ...currencies]}
          onChange={(event) => setAddress({ currency: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label={t.movements.type}
          value={type ?? ''}
          data={[
            { value: '', label: t.movements.all },
            ...MOVEMENTS.map((value) => ({ value, label: t.revenue.movements[value]! })),
          ]}
          onChange={(event) => setAddress({ type: event.currentTarget.value || undefined })}
        />
      </RevenueHead>
      <Section title={t.movements.title}>
        <MovementTable
          ready={ready}
          query={{
            ...(from ? { from: `${from.slice(0, 7)}-01` } : {}),
            ...(to ? { to: lastDayOf(to.slice(0, 7)) } : {}),
            ...(type ? { type } : {}),
            ...(currency ? { currency } : {}),
          }}
        />
      </Section>
    </>
  );
}

interface TableProps {
  ready: boolean;
  query: NonNullable<Parameters<typeof useMovements>[0]>;
  /** Not on the page of the customer itself. */
  withoutCustomer?: boolean;
  heightMax?: number;
}

export function MovementTable({ ready, query, withoutCustomer = false, heightMax = 720 }: TableProps) {
  const movements = useMovements({ ...query, order: '-date', limit: MOVEMENTS_PER_PAGE }, ready);
  const rows = movements.data?.pages.flatMap((page) => page.activities);
  const { hasNextPage, isFetching, fetchNextPage } = movements;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <Shown of={{ data: rows, error: movements.error, refetch: movements.refetch }} height={420}>
      {(all) =>
        all.length === 0 ? (
          <Empty title={t.movements.emptyTitle}>{t.revenue.emptyText}</Empty>
        ) : (
          <DataTable
            caption={t.movements.title}
            columns={withoutCustomer ? OF_CUSTOMER : COLUMNS}
            rows={all}
            rowKey={({ ref, id }) => `${id} ${ref}`}
            onEnd={more}
            more={hasNextPage}
            note={hasNextPage ? t.common.rowsSoFar(all.length) : t.common.rows(all.length)}
            heightMax={heightMax}
            stack={withoutCustomer}
          />
        )
      }
    </Shown>
  );
}

const COLUMNS: readonly Column<Movement>[] = [
  {
    key: 'date',
    label: t.movements.date,
    head: true,
    text: ({ date }) => date,
    cell: ({ date }) => day(date.slice(0, 10)),
  },
  {
    key: 'customer',
    label: t.movements.customer,
    text: ({ customer_name, customer_external_id }) => `${customer_name} ${customer_external_id}`.trim(),
    cell: ({ customer_name, customer_external_id, source }) => (
      <CustomerLink source={source} externalId={customer_external_id} name={customer_name} />
    ),
  },
  { key: 'type', label: t.movements.type, text: ({ type }) => t.revenue.movements[type] ?? type },
  {
    key: 'movement',
    label: t.movements.movement,
    numeric: true,
    text: ({ movement, currency }) => `${amountOfCents(movement, currency)} ${currency}`,
    cell: ({ movement, currency, ref, customer_name, type }) => (
      <>
        <Figure
          text={money(movement, currency)}
          of={ref}
          label={`${t.revenue.movements[type] ?? type}, ${customer_name}`}
        />{' '}
        <span className="unit">{currency}</span>
      </>
    ),
  },
  {
    key: 'mrr',
    label: t.movements.mrr,
    numeric: true,
    text: ({ mrr, currency }) => `${amountOfCents(mrr, currency)} ${currency}`,
    cell: ({ mrr, currency, ref, customer_name }) => (
      <>
        <Figure text={money(mrr, currency)} of={ref} label={`${t.movements.mrr}, ${customer_name}`} />{' '}
        <span className="unit">{currency}</span>
      </>
    ),
  },
  {
    key: 'why',
    label: t.movements.why,
    text: ({ description }) => description,
    cell: ({ description }) => <span title={description}>{description}</span>,
  },
];

/** On the page of the customer there are few, and why they are is read to the end. */
const OF_CUSTOMER: readonly Column<Movement>[] = COLUMNS.flatMap((column) => {
  if (column.key === 'customer') return [];
  if (column.key !== 'why') return [column];
  return [{ ...column, cell: ({ description }: Movement) => <span className="wrap">{description}</span> }];
});

export function CustomerLink({ source, externalId, name }: { source: string; externalId: string; name: string }) {
  return (
    <Link
      to="/revenue/customers/$source/$id"
      params={{ source, id: externalId }}
      search={((old: Record<string, unknown>) => ({ as_of: old.as_of })) as never}
    >
      {name === '' ? externalId : name}
    </Link>
  );
}
