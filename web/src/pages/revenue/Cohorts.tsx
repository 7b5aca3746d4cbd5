/** Cohorts as a heat map: a row per month of first payment, a column per month since, the shade by what is left. */
import { NativeSelect, SegmentedControl } from '@mantine/core';
import type { Cohorts as Report } from '../../api/revenue.ts';
import { useCohorts } from '../../api/revenue.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { cohortRef, cohortsRef } from '../../explain/refs.ts';
import { month as monthName } from '../../format/dates.ts';
import { amountOfCents, money, percent, percentOf, sum, whole } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { FilterBar } from './FilterBar.tsx';
import { RevenueHead } from './RevenueHead.tsx';
import { useRevenueRange } from './range.ts';
import { Segments } from './Segments.tsx';

const KINDS = ['customers', 'mrr', 'nrr'] as const;
type Kind = (typeof KINDS)[number];
type Cohort = Report['cohorts'][number];
type Show = 'percent' | 'absolute';

export function Cohorts() {
  const range = useRevenueRange();
  const setAddress = useSetAddress();
  const asked = useParameter('kind');
  const kind: Kind = KINDS.find((one) => one === asked) ?? 'customers';
  const show: Show = useParameter('show') === 'absolute' ? 'absolute' : 'percent';
  const { ready, from, to, currency, filters } = range;
  const cohorts = useCohorts(
    {
      kind,
      ...(from ? { from: from.slice(0, 7) } : {}),
      ...(to ? { to: to.slice(0, 7) } : {}),
      ...(currency ? { currency } : {}),
      ...(filters ? { filters } : {}),
    },
    ready,
  );
  return (
    <>
      <RevenueHead title={t.cohorts.title} range={range} with={['currency', 'range']}>
        <NativeSelect
          label={t.cohorts.kind}
          value={kind}
          data={KINDS.map((value) => ({ value, label: t.cohorts.kinds[value]! }))}
          onChange={(event) => setAddress({ kind: event.currentTarget.value })}
        />
        <SegmentedControl
          aria-label={t.cohorts.show}
          value={show}
          data={[
            { value: 'percent', label: t.cohorts.percent },
            { value: 'absolute', label: t.cohorts.absolute },
          ]}
          onChange={(value) => setAddress({ show: value })}
        />
      </RevenueHead>
      <FilterBar filters={filters}>
        <Segments filters={filters} />
      </FilterBar>
      <Section title={t.cohorts.kinds[kind]!} note={t.cohorts.notes[kind]}>
        <Shown of={cohorts} height={420}>
          {(report) =>
            report.cohorts.length === 0 ? (
              <Empty title={t.cohorts.emptyTitle}>{t.revenue.emptyText}</Empty>
            ) : (
              <HeatMap report={report} kind={kind} show={show} filters={filters} />
            )
          }
        </Shown>
      </Section>
    </>
  );
}

interface MapProps {
  report: Report;
  kind: Kind;
  show: Show;
  filters: string | undefined;
}

function HeatMap({ report, kind, show, filters }: MapProps) {
  const { currency, cohorts, seq, until } = report;
  const metric = kind === 'customers' ? 'customers' : 'mrr';
  const width = Math.max(...cohorts.map(({ cells }) => cells.length));
  const heat = heatScale(cohorts);
  const figure = ({ customers, mrr }: Cohort['cells'][number]) =>
    kind === 'customers' ? whole(customers) : money(mrr, currency);
  const range = { from: cohorts[0]!.month, to: cohorts.at(-1)!.month, last: cohorts[0]!.cells.at(-1)?.month ?? until };
  const footOf = (column: number | 'size' | 'new_business') =>
    cohortsRef({ kind, column, ...range, currency, until, filters });
  /** Whom a cohort began with, and with what. */
  const began = ({ month }: Cohort, text: string, label: string, column: 'size' | 'new_business') => {
    const metric = column === 'size' ? 'new_customers' : 'mrr_new_business';
    const isFoot = month === AVERAGE;
    const of = isFoot ? footOf(column) : cohortRef({ metric, cohort: month, month, currency, until, filters });
    return <Figure text={text} of={of} label={`${label}, ${isFoot ? t.cohorts.average : monthName(month)}`} />;
  };
  const columns: Column<Cohort>[] = [
    {
      key: 'month',
      label: t.cohorts.month,
      head: true,
      text: ({ month }) => (month === AVERAGE ? t.cohorts.average : monthName(month)),
    },
    {
      key: 'size',
      label: t.cohorts.size,
      numeric: true,
      text: ({ customers }) => String(customers),
      cell: (row) => began(row, whole(row.customers), t.cohorts.size, 'size'),
    },
    {
      key: 'new',
      label: t.cohorts.newBusiness,
      unit: currency,
      numeric: true,
      text: ({ new_business }) => amountOfCents(new_business, currency),
      cell: (row) => began(row, money(row.new_business, currency), t.cohorts.newBusiness, 'new_business'),
    },
    ...Array.from({ length: width }, (_, index): Column<Cohort> => {
      const unit = show === 'absolute' && kind !== 'customers' ? currency : undefined;
      return {
        key: `+${index}`,
        label: t.cohorts.after(index),
        ...(unit === undefined ? {} : { unit }),
        numeric: true,
        shade: ({ cells }) => {
          const share = cells[index]?.percent;
          return share === undefined || share === null ? null : heat(Number(share));
        },
        text: ({ cells }) => {
          const cell = cells[index];
          if (!cell) return '';
          if (show === 'percent') return cell.percent ?? '';
          return kind === 'customers' ? String(cell.customers) : amountOfCents(cell.mrr, currency);
        },
        cell: ({ cells, month }) => {
          const cell = cells[index];
          if (!cell) return null;
          const text = show === 'absolute' ? figure(cell) : cell.percent === null ? '–' : percent(cell.percent, 1);
          if (month === AVERAGE) {
            return <Figure text={text} of={footOf(index)} label={`${t.cohorts.average}, ${t.cohorts.after(index)}`} />;
          }
          const title = t.cohorts.cell(monthName(month), monthName(cell.month), figure(cell));
          const ref = cohortRef({ metric, cohort: month, month: cell.month, currency, until, filters });
          return (
            <span title={title}>
              <Figure text={text} of={ref} label={title} />
            </span>
          );
        },
      };
    }),
  ];
  return (
    <DataTable
      caption={t.cohorts.title}
      columns={columns}
      rows={cohorts}
      totals={show === 'percent' ? [averageOf(report, kind, width)] : []}
      rowKey={({ month }) => month}
      note={t.common.asOfEntry(seq)}
      heightMax={760}
      dense
    />
  );
}

const AVERAGE = 'average';

/** From the lowest to the highest share in the table, so that what differs looks different. */
function heatScale(cohorts: readonly Cohort[]): (share: number) => number {
  const shares = cohorts.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.percent === null ? [] : [Number(cell.percent)])),
  );
  const low = Math.min(...shares);
  const span = Math.max(...shares) - low || 1;
  return (share) => HEAT_MIN + (1 - HEAT_MIN) * Math.min(Math.max((share - low) / span, 0), 1);
}

const HEAT_MIN = 0.08;

/** Of all cohorts that are old enough, weighted by what each began with. */
function averageOf({ cohorts }: Report, kind: Kind, width: number): Cohort {
  const cells = Array.from({ length: width }, (_, index) => {
    const old = cohorts.filter((cohort) => cohort.cells[index] !== undefined);
    const left = old.map(({ cells: own }) => (kind === 'customers' ? String(own[index]!.customers) : own[index]!.mrr));
    const began = old.map((cohort) =>
      kind === 'customers' ? String(cohort.customers) : kind === 'mrr' ? cohort.new_business : cohort.cells[0]!.mrr,
    );
    // Month 0 is the whole by definition, also of those who left within it.
    const percent = index === 0 && kind === 'customers' ? '100.00' : ratio(sum(left), sum(began));
    return { month: AVERAGE, percent, customers: 0, mrr: '0' };
  });
  return {
    month: AVERAGE,
    customers: cohorts.reduce((total, { customers }) => total + customers, 0),
    new_business: sum(cohorts.map(({ new_business }) => new_business)),
    cells,
  };
}

/** As a percentage with two decimals; whole numbers in. */
function ratio(part: string, total: string): string | null {
  if (percentOf(part, total) === null) return null;
  const hundredths = (BigInt(part) * 20_000n) / BigInt(total);
  const rounded = (hundredths + 1n) / 2n;
  return `${rounded / 100n}.${String(rounded % 100n).padStart(2, '0')}`;
}
