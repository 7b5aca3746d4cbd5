/** The base year: as first reported, recalculated cause by cause, year by year; and the targets that are measured against it. */
import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { type Answer, asOfPart, readAgain, useYears } from '../../api/queries.ts';
import { useAsOf, useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Empty, Section, Shown, Stat } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { Waterfall } from '../../components/Waterfall.tsx';
import { day } from '../../format/dates.ts';
import { amount, decimal, isZero, tonnes } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { CarbonHead } from './CarbonHead.tsx';
import { NewBaseYear, NewTarget } from './NewBaseYear.tsx';
import { NewEvent } from './NewEvent.tsx';

type Years = NonNullable<ReturnType<typeof useYears>>;
type Report = Answer<'/api/reports/base-year'>;
type Step = Report['steps'][number];
type Target = Report['targets'][number];
type YearOf = Report['series'][number];

export function BaseYear() {
  const asOf = useAsOf();
  const setAddress = useSetAddress();
  const state = useQuery({
    queryKey: ['base years', asOf],
    queryFn: () => dataOf(api.GET('/api/carbon/base-years', { params: { query: asOfPart(asOf) } })),
  });
  const names = state.data?.base_years.map(({ content }) => String((content as { name?: unknown }).name)) ?? [];
  const asked = useParameter('base');
  const name = names.find((one) => one === asked) ?? names[0];
  const stated = state.data?.base_years.find(({ content }) => (content as { name?: unknown }).name === name);
  const baseEnd = String((stated?.content as { to?: unknown } | undefined)?.to ?? '').slice(0, 4);
  const years = useYears();
  const year = useParameter('year') ?? years?.latest ?? undefined;
  return (
    <>
      <CarbonHead title={t.baseYear.title} note={t.baseYear.note}>
        {name !== undefined && years && year !== undefined && (
          <NativeSelect
            label={t.baseYear.lookedAt}
            value={year}
            data={[...new Set([...years.years.filter((one) => one >= baseEnd), year])].sort()}
            onChange={(event) => setAddress({ year: event.currentTarget.value })}
          />
        )}
        {names.length > 1 && (
          <NativeSelect
            label={t.baseYear.which}
            value={name}
            data={names}
            onChange={(event) => setAddress({ base: event.currentTarget.value })}
          />
        )}
      </CarbonHead>
      <Shown of={state} height={320}>
        {() =>
          name === undefined ? (
            <Section title={t.baseYear.title}>
              <Empty title={t.baseYear.emptyTitle}>{t.baseYear.emptyText}</Empty>
            </Section>
          ) : (
            <Shown of={{ data: years, error: null, refetch: () => {} }} height={320}>
              {(known) => <OfBaseYear name={name} years={known} />}
            </Shown>
          )
        }
      </Shown>
      {asOf === undefined && state.data && <NewBaseYear />}
    </>
  );
}

function OfBaseYear({ name, years }: { name: string; years: Years }) {
  const asOf = useAsOf();
  const asked = useParameter('year') ?? years.latest;
  const year = asked !== null && /^\d{4}$/.test(asked) ? Number(asked) : undefined;
  const report = useQuery({
    queryKey: ['base year', name, year, asOf],
    queryFn: () =>
      dataOf(
        api.GET('/api/reports/base-year', {
          params: { query: { name, ...(year === undefined ? {} : { year }), ...asOfPart(asOf) } },
        }),
      ),
  });
  return (
    <Shown of={report} height={420}>
      {(shown) => (
        <>
          <Summary report={shown} />
          <Bridge report={shown} />
          <Section title={t.baseYear.steps}>
            {shown.steps.length === 0 ? (
              <p className="dimmed">{t.baseYear.noSteps}</p>
            ) : (
              <DataTable
                caption={t.baseYear.steps}
                columns={STEPS}
                rows={shown.steps}
                rowKey={({ number }) => String(number)}
              />
            )}
          </Section>
          <Section title={t.baseYear.series} note={t.baseYear.seriesNote}>
            <DataTable
              caption={t.baseYear.series}
              columns={SERIES}
              rows={shown.series}
              rowKey={({ year }) => String(year)}
            />
          </Section>
          <Targets report={shown} />
          {shown.notes.length > 0 && (
            <Section title={t.baseYear.notes}>
              <ul>
                {shown.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            </Section>
          )}
          {asOf === undefined && <NewEvent base={name} />}
          {asOf === undefined && <NewTarget base={name} />}
        </>
      )}
    </Shown>
  );
}

function Summary({ report }: { report: Report }) {
  const { from, to, original, recalculated, pending, organic, threshold_percent, test_scopes, gwp, scope_2, ref } =
    report;
  const year = from.slice(0, 4) === to.slice(0, 4) ? from.slice(0, 4) : `${from} – ${to}`;
  return (
    <div className="stats">
      <Stat
        label={`${t.baseYear.original}, ${year}`}
        value={<Figure text={tonnes(original.total_t)} of={original.ref} label={t.baseYear.original} />}
        unit={t.carbon.unit}
        note={`${t.common.asOfEntry(original.as_of)}, ${gwp}, ${t.baseYear.methods[scope_2] ?? scope_2}`}
      />
      <Stat
        label={t.baseYear.recalculated}
        value={<Figure text={tonnes(recalculated.total_t)} of={ref} label={t.baseYear.recalculated} />}
        unit={t.carbon.unit}
        note={t.baseYear.times(recalculated.steps)}
      />
      <Stat
        label={t.baseYear.pending}
        value={<Figure text={tonnes(pending.total_t)} of={ref} label={t.baseYear.pending} />}
        unit={t.carbon.unit}
        note={t.baseYear.policy(amount(threshold_percent), test_scopes.join(', '))}
      />
      {!isZero(organic.total_t) && (
        <Stat
          label={t.baseYear.organic}
          value={<Figure text={tonnes(organic.total_t)} of={ref} label={t.baseYear.organic} />}
          unit={t.carbon.unit}
          note={t.baseYear.organicNote}
        />
      )}
    </div>
  );
}

function Bridge({ report: { original, recalculated, by_cause, name } }: { report: Report }) {
  if (by_cause.length === 0) return null;
  return (
    <Section title={t.baseYear.bridge}>
      <Waterfall
        label={t.baseYear.bridge}
        fileName={`base-year-${name}`}
        unit={t.carbon.unit}
        text={tonnes}
        moreIsBetter={false}
        zoomed
        start={{ name: t.baseYear.original, exact: original.total_t }}
        parts={by_cause.map(({ words, change }) => ({ name: words, exact: change.total_t }))}
        end={{ name: t.baseYear.recalculated, exact: recalculated.total_t }}
      />
    </Section>
  );
}

const STEPS: readonly Column<Step>[] = [
  { key: 'day', label: t.baseYear.day, head: true, text: ({ day: on }) => on, cell: ({ day: on }) => day(on) },
  { key: 'cause', label: t.baseYear.cause, text: ({ cause_words }) => cause_words },
  {
    key: 'what',
    label: t.baseYear.what,
    text: ({ title, text }) => [title, text].filter(Boolean).join(': '),
    cell: ({ title, words, text }) => (
      <span className="wrap" title={words}>
        {[title, text].filter(Boolean).join(': ')}
      </span>
    ),
  },
  {
    key: 'change',
    label: t.baseYear.change,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ change }) => change.total_t,
    cell: ({ change, ref, title }) => <Figure text={tonnes(change.total_t)} of={ref} label={title} />,
  },
  {
    key: 'percent',
    label: t.baseYear.percent,
    unit: '%',
    numeric: true,
    text: ({ percent }) => percent,
    cell: ({ percent, ref, title }) => (
      <Figure text={decimal(percent, 2)} of={ref} label={`${t.baseYear.percent}, ${title}`} />
    ),
  },
  {
    key: 'in',
    label: t.baseYear.inBase,
    text: ({ recalculated, cause }) =>
      cause === 'organic' ? t.baseYear.never : recalculated ? t.baseYear.yes : t.baseYear.no,
  },
  {
    key: 'base',
    label: t.baseYear.base,
    unit: t.carbon.unit,
    numeric: true,
    text: ({ base_t }) => base_t,
    cell: ({ base_t, after_ref, ref, title }) => (
      <Figure text={tonnes(base_t)} of={after_ref ?? ref} label={`${t.baseYear.base}, ${title}`} />
    ),
  },
];

const SERIES: readonly Column<YearOf>[] = [
  { key: 'year', label: t.intensity.year, head: true, text: ({ year }) => String(year) },
  ...(['reported', 'restated'] as const).map(
    (which): Column<YearOf> => ({
      key: which,
      label: t.baseYear[which],
      unit: t.carbon.unit,
      numeric: true,
      text: (row) => row[which].total_t,
      cell: (row) => (
        <Figure
          text={tonnes(row[which].total_t)}
          of={which === 'reported' ? row.reported_ref : row.restated_ref}
          label={`${t.baseYear[which]} ${row.year}`}
        />
      ),
    }),
  ),
];

function Targets({ report }: { report: Report }) {
  const { targets, year } = report;
  const canState = useAsOf() === undefined;
  const [error, setError] = useState<unknown>(null);
  const withdraw = async (name: string) => {
    setError(null);
    try {
      await api.DELETE('/api/carbon/targets/{name}', { params: { path: { name } } });
      readAgain();
    } catch (problem) {
      setError(problem);
    }
  };
  const columns: Column<Target>[] = [
    ...targetColumns(report),
    {
      key: 'withdraw',
      label: '',
      text: () => '',
      cell: ({ name }) => (
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={!canState}
          aria-label={`${t.baseYear.withdraw}: ${name}`}
          onClick={() => void withdraw(name)}
        >
          {t.baseYear.withdraw}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t.baseYear.targets} note={targets.length > 0 && t.baseYear.targetsNote(year)}>
      {error !== null && <Problem error={error} />}
      {targets.length === 0 ? (
        <p className="dimmed">{t.baseYear.noTargets}</p>
      ) : (
        <DataTable caption={t.baseYear.targets} columns={columns} rows={targets} rowKey={({ name }) => name} />
      )}
    </Section>
  );
}

function InUnit({
  value,
  unit,
  of: ref,
  label,
}: {
  value: string | null;
  unit: string;
  of: string | null;
  label: string;
}) {
  if (value === null) return '–';
  return (
    <>
      <Figure text={decimal(value, 3)} of={ref} label={label} /> <span className="unit">{unit}</span>
    </>
  );
}

/** What is emitted now, where it is read from the inventory: of its scopes, restated. Aim and path are worked out from the base. */
function actualRef({ series, year, scope_2 }: Report, { kind, scopes }: Target): string | null {
  const restated = series.find((one) => one.year === year)?.restated_ref;
  if (kind !== 'absolute' || scope_2 !== 'location' || !restated?.startsWith('inventory?')) return null;
  return [restated, ...scopes.map((scope) => `scope=${scope}`)].join('&');
}

const targetColumns = (report: Report): Column<Target>[] => [
  { key: 'name', label: t.baseYear.target, head: true, text: ({ name }) => name },
  { key: 'scopes', label: t.baseYear.scopes, text: ({ scopes }) => scopes.join(', ') },
  { key: 'year', label: t.baseYear.year, numeric: true, text: ({ target_year }) => String(target_year) },
  ...(
    [
      ['base', t.baseYear.base],
      ['target', t.baseYear.aim],
      ['actual', t.baseYear.actual],
      ['path', t.baseYear.path],
    ] as const
  ).map(
    ([key, label]): Column<Target> => ({
      key,
      label,
      numeric: true,
      text: (target) => target[key] ?? '',
      cell: (target) => (
        <InUnit
          value={target[key]}
          unit={target.unit.replace('CO2e', 'CO₂e')}
          of={key === 'actual' ? actualRef(report, target) : report.ref}
          label={`${label}, ${target.name}`}
        />
      ),
    }),
  ),
  {
    key: 'progress',
    label: t.baseYear.progress,
    unit: '%',
    numeric: true,
    text: ({ progress_percent }) => progress_percent ?? '',
    cell: ({ progress_percent }) => (progress_percent === null ? '–' : decimal(progress_percent, 1)),
  },
  {
    key: 'on-track',
    label: t.settings.state,
    text: ({ on_track }) => trackWords(on_track),
    cell: ({ on_track }) => <span className={on_track === false ? 'bad' : undefined}>{trackWords(on_track)}</span>,
  },
];

const trackWords = (onTrack: boolean | null): string =>
  onTrack === null ? t.baseYear.unknown : onTrack ? t.baseYear.onTrack : t.baseYear.offTrack;
