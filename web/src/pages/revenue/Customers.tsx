/** Customers with what they pay: searched, filtered and ordered by the server, loaded as the table is scrolled. */
import { useCallback, useMemo } from 'react';
import { type CustomerRow, type CustomersQuery, useCustomers } from '../../api/revenue.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable, type Sort } from '../../components/DataTable.tsx';
import { Figure, RecordKey } from '../../components/Figure.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { TypedField } from '../../components/TypedField.tsx';
import { customerMrrRef, recordRef } from '../../explain/refs.ts';
import { day } from '../../format/dates.ts';
import { amountOfCents, money } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from '../carbon/names.ts';
import { FilterBar } from './FilterBar.tsx';
import { CustomerLink } from './Movements.tsx';
import { RevenueHead } from './RevenueHead.tsx';
import { useRevenueRange } from './range.ts';
import { Segments } from './Segments.tsx';

const SORTS = ['mrr', 'name', 'customer_since', 'last_movement'] as const;

export function Customers() {
  const range = useRevenueRange();
  const setAddress = useSetAddress();
  const { ready, currency, filters } = range;
  const words = useParameter('q');
  const asked = useParameter('sort');
  const key = SORTS.find((one) => one === asked) ?? 'mrr';
  const order = useParameter('order') ?? (key === 'name' ? 'asc' : 'desc');
  const query: CustomersQuery = {
    sort: key,
    order: order === 'asc' ? 'asc' : 'desc',
    ...(currency ? { currency } : {}),
    ...(words ? { q: words } : {}),
    ...(filters ? { filters } : {}),
  };
  const customers = useCustomers(query, ready);
  const rows = customers.data?.pages.flatMap((page) => page.customers);
  const total = customers.data?.pages[0]?.total ?? null;
  const until = customers.data?.pages[0]?.until ?? '';
  const columns = useMemo(() => columnsOf(until), [until]);
  const { hasNextPage, isFetching, fetchNextPage } = customers;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <RevenueHead title={t.customers.title} note={t.customers.note} range={range} with={['currency']} />
      <FilterBar filters={filters}>
        <Segments filters={filters} />
      </FilterBar>
      <Section
        title={total === null ? t.customers.title : t.customers.found(total)}
        actions={<TypedField label={t.customers.search} name="q" />}
      >
        <Shown of={{ data: rows, error: customers.error, refetch: customers.refetch }} height={520}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t.customers.emptyTitle}>{t.customers.emptyText}</Empty>
            ) : (
              <DataTable
                caption={t.customers.title}
                columns={columns}
                rows={all}
                rowKey={({ source, external_id }) => `${source}/${external_id}`}
                onEnd={more}
                more={hasNextPage}
                sort={{ key, descending: order !== 'asc' }}
                onSort={(sort: Sort) =>
                  setAddress({ sort: sort.key, order: sort.descending ? 'desc' : 'asc' }, { replace: true })
                }
                note={hasNextPage ? t.common.rowsSoFar(all.length) : t.common.rows(all.length)}
                heightMax={720}
              />
            )
          }
        </Shown>
      </Section>
    </>
  );
}

/** `until` is the day whose MRR is shown. */
const columnsOf = (until: string): readonly Column<CustomerRow>[] => [
  {
    key: 'name',
    label: t.customers.name,
    head: true,
    sortable: true,
    text: ({ name, external_id }) => name || external_id,
    cell: ({ source, external_id, name }) => <CustomerLink source={source} externalId={external_id} name={name} />,
  },
  {
    key: 'company',
    label: t.customers.company,
    text: ({ company }) => company,
    cell: ({ company }) => <Short text={company} />,
  },
  {
    key: 'id',
    label: t.customers.key,
    text: ({ external_id }) => external_id,
    cell: ({ source, external_id }) => (
      <RecordKey text={external_id} of={recordRef('customers', { source, external_id })} />
    ),
  },
  {
    key: 'status',
    label: t.customers.status,
    text: ({ status }) => t.customers.statuses[status] ?? status,
  },
  {
    key: 'mrr',
    label: t.revenue.mrr,
    numeric: true,
    sortable: true,
    text: ({ mrr, currency }) => `${amountOfCents(mrr, currency)} ${currency}`,
    cell: ({ mrr, currency, name, source, external_id }) => (
      <>
        <Figure
          text={money(mrr, currency)}
          of={customerMrrRef({ source, external_id, currency, until })}
          label={`${t.revenue.mrr}, ${name || external_id}`}
        />{' '}
        <span className="unit">{currency}</span>
      </>
    ),
  },
  {
    key: 'plans',
    label: t.customers.plans,
    text: ({ plans }) => plans.join(', '),
    cell: ({ plans }) => <Short text={plans.join(', ')} />,
  },
  {
    key: 'country',
    label: t.customers.country,
    text: ({ country }) => country,
    cell: ({ country }) => country && nameOf('country', country),
  },
  {
    key: 'customer_since',
    label: t.customers.since,
    sortable: true,
    numeric: true,
    text: ({ customer_since }) => customer_since ?? '',
    cell: ({ customer_since }) => customer_since && day(customer_since),
  },
  {
    key: 'last_movement',
    label: t.customers.lastMovement,
    sortable: true,
    numeric: true,
    text: ({ last_movement }) => last_movement ?? '',
    cell: ({ last_movement }) => last_movement && day(last_movement),
  },
];

/** In little room; the whole text is there for those who point at it, and in the copy. */
function Short({ text }: { text: string }) {
  return (
    <span className="short" title={text}>
      {text}
    </span>
  );
}
