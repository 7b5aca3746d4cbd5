/** The lines of the inventory one by one: narrowed by anything that the inventory is narrowed by, each explained to its row. */
import { NativeSelect } from '@mantine/core';
import { useCallback } from 'react';
import { type EmissionLine, useLines } from '../../api/carbon.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure, RecordKey } from '../../components/Figure.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { TypedField } from '../../components/TypedField.tsx';
import { recordRef } from '../../explain/refs.ts';
import { day, month as monthName } from '../../format/dates.ts';
import { everyDigit, tonnes, tonnesOfKilograms } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { nameOf } from './names.ts';
import { useCarbonRange } from './range.ts';

const ORDERS = ['largest', 'newest'] as const;
const SCOPES = ['1', '2', '3', 'outside'] as const;

export function Activities() {
  const range = useCarbonRange();
  const setAddress = useSetAddress();
  const asked = useParameter('order');
  const order = ORDERS.find((one) => one === asked) ?? 'largest';
  const { ready, from, to, gwp, filters } = range;
  const lines = useLines({ ...(from ? { from } : {}), ...(to ? { to } : {}), gwp, order, ...filters }, ready);
  const rows = lines.data?.pages.flatMap((page) => page.lines);
  const { hasNextPage, isFetching, fetchNextPage } = lines;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <CarbonHead title={t.activities.title} note={t.activities.note} range={range}>
        <NativeSelect
          label={t.activities.order}
          value={order}
          data={ORDERS.map((value) => ({ value, label: t.activities.orders[value]! }))}
          onChange={(event) => setAddress({ order: event.currentTarget.value })}
        />
      </CarbonHead>
      <div className="filters no-print">
        <TypedField label={t.carbon.dimensions.activity!} name="activity" wide />
        <TypedField label={t.carbon.dimensions.entity!} name="entity" />
        <NativeSelect
          label={t.carbon.dimensions.scope}
          value={filters.scope ?? ''}
          data={[
            { value: '', label: t.carbon.all },
            ...SCOPES.map((value) => ({ value, label: t.carbon.scopes[value]! })),
          ]}
          onChange={(event) => setAddress({ scope: event.currentTarget.value || undefined })}
        />
        <TypedField label={t.carbon.dimensions.country!} name="country" placeholder="DE" />
      </div>
      <Section title={t.activities.lines}>
        <Shown of={{ data: rows, error: lines.error, refetch: lines.refetch }} height={520}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t.carbon.emptyTitle}>{t.activities.emptyText}</Empty>
            ) : (
              <DataTable
                caption={t.activities.lines}
                columns={COLUMNS}
                rows={all}
                rowKey={({ ref }) => ref}
                onEnd={more}
                more={hasNextPage}
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

const COLUMNS: readonly Column<EmissionLine>[] = [
  {
    key: 'id',
    label: t.organisation.key,
    head: true,
    text: ({ external_id }) => external_id,
    cell: ({ source, external_id }) => (
      <RecordKey text={external_id} of={recordRef('activities', { source, external_id })} />
    ),
  },
  {
    key: 'activity',
    label: t.carbon.dimensions.activity!,
    text: ({ activity }) => activity,
    cell: ({ activity }) => <Short text={activity} />,
  },
  { key: 'entity', label: t.carbon.dimensions.entity!, text: ({ entity }) => entity },
  {
    key: 'month',
    label: t.carbon.dimensions.month!,
    text: ({ month }) => month,
    cell: ({ month, start_date, end_date }) => (
      <span title={start_date === '' ? undefined : `${day(start_date)} – ${day(end_date)}`}>{monthName(month)}</span>
    ),
  },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_kg }) => tonnesOfKilograms(co2e_kg),
    cell: ({ co2e_kg, ref, external_id, activity }) => (
      <Figure text={tonnes(tonnesOfKilograms(co2e_kg))} of={ref} label={`${external_id}, ${activity}`} />
    ),
  },
  {
    key: 'used',
    label: t.held.quantity,
    numeric: true,
    text: ({ used, unit }) => `${used} ${unit}`,
    cell: ({ used, unit }) => (
      <>
        {everyDigit(used)} <span className="unit">{unit}</span>
      </>
    ),
  },
  {
    key: 'scope',
    label: t.carbon.dimensions.scope!,
    text: ({ scope, category }) =>
      [t.carbon.scopesShort[scope] ?? scope, category === null ? '' : nameOf('category', String(category))]
        .filter(Boolean)
        .join(', '),
    cell: ({ scope, category }) => (
      <span title={category === null ? undefined : nameOf('category', String(category))}>
        {t.carbon.scopesShort[scope] ?? scope}
        {category !== null && `, ${category}`}
      </span>
    ),
  },
  {
    key: 'factor',
    label: t.carbon.dimensions.factor!,
    text: ({ factor }) => factor,
    cell: ({ factor }) => (
      <span className="short" title={factor}>
        <RecordKey text={factor} of={`factor/${factor}`} />
      </span>
    ),
  },
  { key: 'quality', label: t.checks.stated, text: ({ data_quality }) => data_quality },
  {
    key: 'notes',
    label: t.estimate.flags,
    text: ({ notes }) => notes.join('; '),
    cell: ({ notes }) => <Short text={notes.join('; ')} />,
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
