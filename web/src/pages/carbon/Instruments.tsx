/** Contractual instruments of scope 2: how much of each is applied, what is left over, and why some are rejected. */
import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, type Query } from '../../api/queries.ts';
import { useAsOf, useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Empty, Section, Shown, Stat } from '../../components/Page.tsx';
import { day } from '../../format/dates.ts';
import { everyDigit } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { nameOf } from './names.ts';

type Report = Answer<'/api/carbon/instruments'>;
type Instrument = Report['instruments'][number];
type Status = NonNullable<Query<'/api/carbon/instruments'>['status']>;

const STATUSES: readonly Status[] = ['applied', 'partly_applied', 'unused', 'rejected'];

const PLACES_MAX = 3;

export function Instruments() {
  const asOf = useAsOf();
  const setAddress = useSetAddress();
  const asked = useParameter('status');
  const status = STATUSES.find((one) => one === asked);
  const report = useInfiniteQuery({
    queryKey: ['instruments', status, asOf],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/carbon/instruments', {
          params: {
            query: {
              limit: 200,
              ...(status ? { status } : {}),
              ...asOfPart(asOf),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  const first = report.data?.pages[0];
  const rows = report.data?.pages.flatMap((page) => page.instruments) ?? [];
  const { hasNextPage, isFetching, fetchNextPage } = report;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  return (
    <>
      <CarbonHead title={t.instruments.title} note={t.instruments.note}>
        <NativeSelect
          label={t.instruments.status}
          value={status ?? ''}
          data={[
            { value: '', label: t.instruments.every },
            ...STATUSES.map((value) => ({ value, label: t.instruments.statuses[value]! })),
          ]}
          onChange={(event) => setAddress({ status: event.currentTarget.value || undefined })}
        />
        <Button component={Link} to="/imports" variant="light">
          {t.instruments.import}
        </Button>
      </CarbonHead>
      <Shown of={{ data: first, error: report.error, refetch: report.refetch }} height={360}>
        {(shown) => (
          <>
            <Summary report={shown} />
            <Section
              title={t.instruments.of(shown.total)}
              note={t.instruments.methodology(shown.methodology)}
              actions={<Link to="/carbon">{t.scope2.title}</Link>}
            >
              {rows.length === 0 ? (
                <Empty title={t.instruments.emptyTitle}>{t.instruments.emptyText}</Empty>
              ) : (
                <DataTable
                  caption={t.instruments.title}
                  columns={COLUMNS}
                  rows={rows}
                  rowKey={({ source, external_id }) => `${source}/${external_id}`}
                  note={t.common.asOfEntry(shown.seq)}
                  stack
                  onEnd={more}
                  more={hasNextPage}
                />
              )}
            </Section>
          </>
        )}
      </Shown>
    </>
  );
}

function Summary({ report: { counts, applied_mwh, unused_mwh, rejected_mwh, refs } }: { report: Report }) {
  const { unit, of } = t.instruments;
  const figure = (mwh: string, ref: string, label: string) => <Figure text={everyDigit(mwh)} of={ref} label={label} />;
  return (
    <div className="stats">
      <Stat
        label={t.instruments.applied}
        value={figure(applied_mwh, refs.applied, t.instruments.applied)}
        unit={unit}
        note={of(counts.applied + counts.partly_applied)}
      />
      <Stat
        label={t.instruments.unused}
        value={figure(unused_mwh, refs.unused, t.instruments.unused)}
        unit={unit}
        note={of(counts.unused)}
      />
      <Stat
        label={t.instruments.rejected}
        value={figure(rejected_mwh, refs.rejected, t.instruments.rejected)}
        unit={unit}
        note={of(counts.rejected)}
      />
    </div>
  );
}

const isWholeYear = (from: string, to: string): boolean =>
  from.slice(0, 4) === to.slice(0, 4) && from.endsWith('-01-01') && to.endsWith('-12-31');

const certificates = ({ registry, first_certificate, last_certificate }: Instrument): string =>
  [registry, [first_certificate, last_certificate].filter(Boolean).join(' – ')].filter(Boolean).join(': ');

type Use = Instrument['applied_to'][number];

const reasons = ({ rejected }: Instrument): string[] => rejected.map(({ words }) => words);
const placeOf = ({ site, country }: Use): string => site || nameOf('country', country);
const useOf = (use: Use): string => t.instruments.usedAt(placeOf(use), use.period, everyDigit(use.mwh));

/** Where it is applied, site by site; the periods are counted where there are several, and all of them are in the copy as CSV. */
function sitesOf({ applied_to: uses }: Instrument): string[] {
  const byPlace = Map.groupBy(uses, placeOf);
  const shown = [...byPlace.values()].slice(0, PLACES_MAX).map((at) => {
    const [first] = at;
    return at.length === 1 ? useOf(first!) : t.instruments.usedOften(placeOf(first!), at.length);
  });
  return byPlace.size > PLACES_MAX ? [...shown, t.instruments.usedElsewhere(byPlace.size - PLACES_MAX)] : shown;
}

const COLUMNS: readonly Column<Instrument>[] = [
  { key: 'id', label: t.instruments.id, head: true, text: ({ external_id }) => external_id },
  {
    key: 'status',
    label: t.instruments.status,
    text: ({ status }) => t.instruments.statuses[status] ?? status,
    cell: ({ status }) => (
      <span className={status === 'rejected' ? 'bad' : undefined}>{t.instruments.statuses[status] ?? status}</span>
    ),
  },
  {
    key: 'outcome',
    label: t.instruments.outcome,
    text: (instrument) => [...reasons(instrument), ...instrument.applied_to.map(useOf)].join('; '),
    cell: (instrument) => <span className="wrap">{[...reasons(instrument), ...sitesOf(instrument)].join('; ')}</span>,
  },
  {
    key: 'volume',
    label: t.instruments.volume,
    unit: t.instruments.unit,
    numeric: true,
    text: ({ mwh }) => mwh ?? '',
    cell: ({ mwh, ref, external_id }) =>
      mwh === null ? (
        t.instruments.wholeUse
      ) : (
        <Figure text={everyDigit(mwh)} of={ref} label={`${t.instruments.volume}, ${external_id}`} />
      ),
  },
  {
    key: 'applied',
    label: t.instruments.appliedColumn,
    unit: t.instruments.unit,
    numeric: true,
    text: ({ applied_mwh }) => applied_mwh,
    cell: ({ applied_mwh, ref, external_id }) => (
      <Figure text={everyDigit(applied_mwh)} of={ref} label={`${t.instruments.appliedColumn}, ${external_id}`} />
    ),
  },
  {
    key: 'left',
    label: t.instruments.left,
    unit: t.instruments.unit,
    numeric: true,
    text: ({ unused_mwh }) => unused_mwh ?? '',
    cell: ({ unused_mwh, ref, external_id }) =>
      unused_mwh === null ? (
        '–'
      ) : (
        <Figure text={everyDigit(unused_mwh)} of={ref} label={`${t.instruments.left}, ${external_id}`} />
      ),
  },
  {
    key: 'kind',
    label: t.instruments.kind,
    text: ({ kind }) => t.instruments.kinds[kind] ?? kind.replaceAll('_', ' '),
    cell: ({ kind }) => <span className="wrap-short">{t.instruments.kinds[kind] ?? kind.replaceAll('_', ' ')}</span>,
  },
  {
    key: 'where',
    label: t.instruments.where,
    text: ({ country, site }) => [country, site].filter(Boolean).join(', '),
    cell: ({ country, site }) => (
      <span className="wrap-short">{[country && nameOf('country', country), site].filter(Boolean).join(', ')}</span>
    ),
  },
  {
    key: 'vintage',
    label: t.instruments.vintage,
    text: ({ vintage_start, vintage_end }) => `${vintage_start} – ${vintage_end}`,
    cell: ({ vintage_start, vintage_end }) =>
      isWholeYear(vintage_start, vintage_end)
        ? vintage_start.slice(0, 4)
        : `${day(vintage_start)} – ${day(vintage_end)}`,
  },
  {
    key: 'rate',
    label: t.instruments.rate,
    unit: t.instruments.rateUnit,
    numeric: true,
    text: ({ emission_rate }) => emission_rate ?? '',
    cell: ({ emission_rate, ref, external_id }) =>
      emission_rate === null ? (
        '–'
      ) : (
        <Figure text={everyDigit(emission_rate)} of={ref} label={`${t.instruments.rate}, ${external_id}`} />
      ),
  },
  { key: 'technology', label: t.instruments.technology, text: ({ technology }) => technology },
  {
    key: 'registry',
    label: t.instruments.registry,
    text: certificates,
    cell: (instrument) => <span className="wrap">{certificates(instrument)}</span>,
  },
];
