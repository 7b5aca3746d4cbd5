/** How complete and how likely the data behind the inventory is: months that are missing, figures that stand out, doubts. */
import { Fragment } from 'react';
import {
  type Doubt,
  type Duplicate,
  type Months,
  type Outlier,
  type Period,
  type Screening,
  useChecks,
  useCompleteness,
  useDuplicates,
  useNegatives,
  useOutliers,
  usePeriods,
  useScreening,
  useUnitDoubts,
} from '../../api/checks.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure, RecordKey } from '../../components/Figure.tsx';
import { Section, Shown, Stat } from '../../components/Page.tsx';
import { WhenSeen } from '../../components/WhenSeen.tsx';
import { inventoryRef } from '../../explain/refs.ts';
import { day, month as monthName } from '../../format/dates.ts';
import { amount, decimal, everyDigit, tonnes, tonnesOfKilograms, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MonthRange } from '../revenue/RevenueHead.tsx';
import { CarbonHead } from './CarbonHead.tsx';
import { CompletenessGrid } from './CompletenessGrid.tsx';
import { nameOf } from './names.ts';
import { QualitySection } from './QualitySection.tsx';
import { useCarbonRange } from './range.ts';
import { UncertaintySection } from './UncertaintySection.tsx';

export function DataChecks() {
  const { from, to, ready } = useCarbonRange();
  const months: Months = { ...(from ? { from: from.slice(0, 7) } : {}), ...(to ? { to: to.slice(0, 7) } : {}) };
  const completeness = useCompleteness(months, ready);
  return (
    <>
      <CarbonHead title={t.checks.title} note={t.checks.note}>
        <MonthRange from={from} to={to} />
      </CarbonHead>
      <Summary months={months} ready={ready} />
      <Section title={t.checks.completeness} note={t.checks.completenessNote}>
        <Shown
          of={{ data: completeness.data?.pages, error: completeness.error, refetch: completeness.refetch }}
          height={320}
        >
          {(pages) => (
            <CompletenessGrid
              completeness={pages[0]!}
              rows={pages.flatMap(({ rows }) => rows)}
              onEnd={
                completeness.hasNextPage && !completeness.isFetching
                  ? () => void completeness.fetchNextPage()
                  : undefined
              }
            />
          )}
        </Shown>
      </Section>
      <WhenSeen>
        {() => (
          <Findings
            title={t.checks.outliers}
            note={t.checks.outliersNote}
            use={() => useOutliers(months, ready)}
            columns={OUTLIERS}
          />
        )}
      </WhenSeen>
      <WhenSeen>
        {() => (
          <Findings
            title={t.checks.periods}
            note={t.checks.periodsNote}
            use={() => usePeriods(months, ready)}
            columns={PERIODS}
          />
        )}
      </WhenSeen>
      <WhenSeen>
        {() => (
          <Findings
            title={t.checks.duplicates}
            note={t.checks.duplicatesNote}
            use={() => useDuplicates(ready)}
            columns={DUPLICATES}
          />
        )}
      </WhenSeen>
      <WhenSeen>
        {() => (
          <Findings
            title={t.checks.units}
            note={t.checks.unitsNote}
            use={() => useUnitDoubts(ready)}
            columns={DOUBTS}
          />
        )}
      </WhenSeen>
      <WhenSeen>
        {() => (
          <Findings
            title={t.checks.negatives}
            note={t.checks.negativesNote}
            use={() => useNegatives(ready)}
            columns={DOUBTS}
          />
        )}
      </WhenSeen>
      <WhenSeen>{() => <QualitySection months={months} ready={ready} />}</WhenSeen>
      <WhenSeen>{() => <ScreeningSection months={months} ready={ready} />}</WhenSeen>
      <WhenSeen>{() => <UncertaintySection months={months} ready={ready} />}</WhenSeen>
    </>
  );
}

interface Part {
  months: Months;
  ready: boolean;
}

function Summary({ months, ready }: Part) {
  const checks = useChecks(months, ready);
  return (
    <Shown of={checks} height={80}>
      {(data) => (
        <div className="stats">
          <Stat
            label={t.checks.missing}
            value={
              <Figure
                text={whole(data.missing_months)}
                of={data.refs.missing_months ?? null}
                label={t.checks.missing}
              />
            }
            unit={t.checks.months(data.missing_months)}
            note={t.checks.partial(data.partial_months)}
          />
          <Stat
            label={t.checks.outliers}
            value={
              <Figure
                text={whole(data.intensity_outliers)}
                of={data.refs.intensity_outliers ?? null}
                label={t.checks.outliers}
              />
            }
            unit={t.checks.findings(data.intensity_outliers)}
            note={t.checks.unitDoubts(data.unit_outliers)}
          />
          <Stat
            label={t.checks.duplicates}
            value={
              <Figure text={whole(data.duplicates)} of={data.refs.duplicates ?? null} label={t.checks.duplicates} />
            }
            unit={t.checks.groups(data.duplicates)}
            note={t.checks.gaps(data.gaps_and_overlaps)}
          />
          <Stat
            label={t.checks.primary}
            value={
              data.primary_percent === null ? (
                '–'
              ) : (
                // Of the same months and potentials as the other counts.
                <Figure
                  text={amount(data.primary_percent)}
                  of={data.refs.missing_months?.replace('check/missing_months', 'check/primary') ?? null}
                  label={t.checks.primary}
                />
              )
            }
            unit="%"
            note={t.checks.estimated(data.estimated_percent === null ? '–' : amount(data.estimated_percent))}
          />
        </div>
      )}
    </Shown>
  );
}

interface FindingsProps<Row> {
  title: string;
  note: string;
  /** A hook; the same one each time. */
  use: () => { data: { findings: Row[]; total: number } | undefined; error: unknown; refetch: () => unknown };
  columns: readonly Column<Row>[];
}

function Findings<Row>({ title, note, use: useReading, columns }: FindingsProps<Row>) {
  const reading = useReading();
  return (
    <Section title={title} note={note}>
      <Shown of={reading} height={60}>
        {({ findings, total }) =>
          findings.length === 0 ? (
            <p className="dimmed">{t.checks.nothing}</p>
          ) : (
            <DataTable
              caption={title}
              columns={columns}
              rows={findings}
              rowKey={(row) => JSON.stringify(row)}
              note={t.checks.shown(findings.length, total)}
              more={findings.length < total}
              heightMax={480}
              stack
            />
          )
        }
      </Shown>
    </Section>
  );
}

/** Activities by their keys, each leading to where it was stated. */
function Activities({ ids, refs }: { ids: readonly string[]; refs: readonly (string | null)[] }) {
  return ids.map((id, index) => {
    const ref = refs[index];
    if (id === '') return null;
    return (
      <Fragment key={id}>
        {index > 0 && ', '}
        {ref ? <RecordKey text={id} of={ref} /> : id}
      </Fragment>
    );
  });
}

/** What an activity says, leading to where it says it. */
function Stated({ text, unit, of: ref, label }: { text: string; unit: string; of: string | undefined; label: string }) {
  if (text === '') return null;
  return (
    <>
      <Figure text={everyDigit(text)} of={ref ?? null} label={label} /> <span className="unit">{unit}</span>
    </>
  );
}

const OUTLIERS: readonly Column<Outlier>[] = [
  { key: 'entity', label: t.carbon.dimensions.entity!, head: true, text: ({ entity }) => entity },
  {
    key: 'month',
    label: t.carbon.dimensions.month!,
    text: ({ month }) => month,
    cell: ({ month }) => monthName(month),
  },
  { key: 'scope', label: t.carbon.dimensions.scope!, text: ({ scope }) => t.carbon.scopesShort[scope] ?? scope },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_kg }) => tonnesOfKilograms(co2e_kg),
    cell: ({ co2e_kg, entity, month, scope }) => (
      <Figure
        text={tonnes(tonnesOfKilograms(co2e_kg))}
        of={inventoryRef({ from: month, to: month, entity, scope })}
        label={`${entity}, ${monthName(month)}`}
      />
    ),
  },
  {
    key: 'times',
    label: t.checks.times,
    numeric: true,
    text: ({ times }) => times,
    cell: ({ times, entity, month, scope }) => (
      <Figure
        text={decimal(times, 2)}
        of={inventoryRef({ from: month, to: month, entity, scope })}
        label={`${t.checks.times}, ${entity}, ${monthName(month)}`}
      />
    ),
  },
  { key: 'against', label: t.checks.against, text: ({ against }) => t.checks.againstWhat[against] ?? against },
];

const PERIODS: readonly Column<Period>[] = [
  { key: 'entity', label: t.carbon.dimensions.entity!, head: true, text: ({ entity }) => entity },
  { key: 'activity', label: t.carbon.dimensions.activity!, text: ({ activity }) => activity },
  { key: 'kind', label: t.checks.kind, text: ({ kind }) => t.checks.periodKinds[kind] ?? kind },
  { key: 'from', label: t.common.from, text: ({ from }) => from, cell: ({ from }) => day(from) },
  { key: 'to', label: t.common.to, text: ({ to }) => to, cell: ({ to }) => day(to) },
  {
    key: 'between',
    label: t.checks.between,
    text: ({ before, after }) => `${before}, ${after}`,
    cell: ({ before, after, before_ref, after_ref }) => (
      <Activities ids={[before, after]} refs={[before_ref, after_ref]} />
    ),
  },
];

const DUPLICATES: readonly Column<Duplicate>[] = [
  { key: 'activity', label: t.carbon.dimensions.activity!, head: true, text: ({ activity }) => activity },
  { key: 'entity', label: t.carbon.dimensions.entity!, text: ({ entity }) => entity },
  {
    key: 'quantity',
    label: t.held.quantity,
    numeric: true,
    text: ({ quantity, unit, amount: spent, currency }) =>
      quantity === '' ? `${spent} ${currency}` : `${quantity} ${unit}`,
    cell: ({ quantity, unit, amount: spent, currency, activity, refs }) => (
      <Stated
        text={quantity === '' ? spent : quantity}
        unit={quantity === '' ? currency : unit}
        of={refs[0]}
        label={activity}
      />
    ),
  },
  {
    key: 'dates',
    label: t.customers.period,
    text: ({ start_date, end_date }) => `${day(start_date)} – ${day(end_date)}`,
  },
  { key: 'count', label: t.checks.times, numeric: true, text: ({ count }) => String(count) },
  {
    key: 'keys',
    label: t.organisation.key,
    text: ({ external_ids }) => external_ids.join(', '),
    cell: ({ external_ids, refs }) => <Activities ids={external_ids} refs={refs} />,
  },
];

const DOUBTS: readonly Column<Doubt>[] = [
  {
    key: 'id',
    label: t.organisation.key,
    head: true,
    text: ({ external_id }) => external_id,
    cell: ({ external_id, ref }) => <Activities ids={[external_id]} refs={[ref]} />,
  },
  { key: 'activity', label: t.carbon.dimensions.activity!, text: ({ activity }) => activity },
  { key: 'entity', label: t.carbon.dimensions.entity!, text: ({ entity }) => entity },
  {
    key: 'quantity',
    label: t.held.quantity,
    numeric: true,
    text: ({ quantity, unit }) => `${quantity} ${unit}`,
    cell: ({ quantity, unit, activity, ref }) => <Stated text={quantity} unit={unit} of={ref} label={activity} />,
  },
  {
    key: 'from',
    label: t.common.from,
    text: ({ start_date }) => start_date,
    cell: ({ start_date }) => day(start_date),
  },
  {
    key: 'words',
    label: t.checks.why,
    text: ({ words }) => words,
    cell: ({ words }) => <span className="wrap">{words}</span>,
  },
];

function ScreeningSection({ months, ready }: Part) {
  const screening = useScreening(months, ready);
  return (
    <Section title={t.checks.screening} note={t.checks.screeningNote}>
      <Shown of={screening} height={240}>
        {({ categories }) => (
          <DataTable
            caption={t.checks.screening}
            columns={SCREENING}
            rows={categories}
            rowKey={({ category }) => String(category)}
          />
        )}
      </Shown>
    </Section>
  );
}

const SCREENING: readonly Column<Screening>[] = [
  {
    key: 'category',
    label: t.carbon.dimensions.category!,
    head: true,
    text: ({ category }) => nameOf('category', String(category)),
  },
  { key: 'status', label: t.checks.status, text: ({ status }) => t.checks.statuses[status] ?? status },
  {
    key: 'co2e',
    label: '',
    unit: t.carbon.unit,
    numeric: true,
    text: ({ co2e_t }) => co2e_t,
    cell: ({ co2e_t, ref, category }) => (
      <Figure text={tonnes(co2e_t)} of={ref} label={nameOf('category', String(category))} />
    ),
  },
  {
    key: 'reason',
    label: t.checks.why,
    text: ({ reason, problem }) => [reason, problem].filter(Boolean).join('; '),
    cell: ({ reason, problem }) => <span className="wrap">{[reason, problem].filter(Boolean).join('; ')}</span>,
  },
];
