/** One metric over time: chart and table, beside the period before it or its parts where that is asked for. */
import { NativeSelect, Switch } from '@mantine/core';
import type { MetricDefinition, Metrics, MetricUnit } from '../../api/revenue.ts';
import { useSetAddress } from '../../app/address.ts';
import { Chart } from '../../components/Chart.tsx';
import { categoryAxis, GRID, LEGEND, TOOLTIP, VALUE_AXIS } from '../../components/chartParts.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Section } from '../../components/Page.tsx';
import { bucket as bucketName } from '../../format/dates.ts';
import { percentChange } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { metricNumber, metricPlain, metricText, metricUnit } from './metricFormat.ts';

interface Props {
  metric: MetricDefinition;
  report: Metrics;
  /** The same metric over the range before; null when it is not asked for or not there yet. */
  before: Metrics | null;
  compares: boolean;
  partition: string | undefined;
}

interface Line {
  bucket: string;
  value: string | null;
  change: string;
  ref: string | null;
  before: { bucket: string; value: string | null; ref: string | null } | null;
  parts: readonly { value: string | null; ref: string | null }[];
}

const NONE = { value: null, ref: null };

/** Lines that can be told apart in the chart; the table has all parts. */
const PARTS_DRAWN_MAX = 8;

export function MetricDetail({ metric, report, before, compares, partition }: Props) {
  const setAddress = useSetAddress();
  const { name } = metric;
  const unit = metric.unit as MetricUnit;
  const { currency } = report;
  const lines: Line[] = report.buckets.map((bucket, index) => {
    const { value = null, change = '0.00', ref = null } = bucket.metrics[name] ?? {};
    const other = before?.buckets[index];
    return {
      bucket: bucket.bucket,
      value,
      change,
      ref,
      before: other ? { bucket: other.bucket, ...(other.metrics[name] ?? NONE) } : null,
      parts: report.parts.map(({ buckets }) => buckets[index]?.metrics[name] ?? NONE),
    };
  });
  return (
    <Section
      title={metric.title}
      note={metric.words}
      actions={
        <>
          <NativeSelect
            label={t.metrics.partition}
            value={partition ?? ''}
            data={[
              { value: '', label: t.metrics.whole },
              ...Object.entries(t.metrics.partitions).map(([value, label]) => ({ value, label })),
            ]}
            onChange={(event) => setAddress({ by: event.currentTarget.value || undefined })}
          />
          <Switch
            label={t.metrics.compare}
            checked={compares}
            onChange={(event) => setAddress({ compare: event.currentTarget.checked ? 'before' : undefined })}
          />
        </>
      }
    >
      <MetricChart metric={metric} report={report} lines={lines} />
      <DataTable
        caption={metric.title}
        columns={columnsOf(metric, report, compares && before !== null)}
        rows={lines}
        rowKey={({ bucket }) => bucket}
        note={t.common.asOfEntry(report.seq)}
        heightMax={420}
      />
      {currency !== '' && partition !== undefined && report.parts.length > PARTS_DRAWN_MAX && (
        <p className="dimmed">{t.metrics.partsDrawn(PARTS_DRAWN_MAX, report.parts.length)}</p>
      )}
      {unit === 'percent' && <p className="dimmed">{t.metrics.rateNote}</p>}
    </Section>
  );
}

function columnsOf(metric: MetricDefinition, report: Metrics, compares: boolean): Column<Line>[] {
  const unit = metric.unit as MetricUnit;
  const { currency, parts } = report;
  const shownUnit = metricUnit(unit, currency);
  const columns: Column<Line>[] = [
    { key: 'bucket', label: t.revenue.period, head: true, text: ({ bucket }) => bucketName(bucket) },
    {
      key: 'value',
      label: parts.length > 0 ? t.metrics.whole : metric.title,
      unit: shownUnit,
      numeric: true,
      text: ({ value }) => metricPlain(value, unit, currency),
      cell: ({ value, ref, bucket }) => (
        <Figure
          text={metricText(value, unit, currency)}
          of={ref}
          label={`${metric.title}, ${bucketName(bucket)}, ${shownUnit}`}
        />
      ),
    },
    {
      key: 'change',
      label: t.metrics.change,
      unit: '%',
      numeric: true,
      text: ({ change }) => change,
      cell: ({ change, ref, bucket }) => (
        <Figure text={percentChange(change)} of={ref} label={`${t.metrics.change}, ${bucketName(bucket)}`} />
      ),
    },
  ];
  if (compares) {
    columns.push(
      {
        key: 'before-period',
        label: t.metrics.beforePeriod,
        text: ({ before }) => (before ? bucketName(before.bucket) : ''),
      },
      {
        key: 'before',
        label: t.metrics.before,
        unit: shownUnit,
        numeric: true,
        text: ({ before }) => metricPlain(before?.value ?? null, unit, currency),
        cell: ({ before }) =>
          before && (
            <Figure
              text={metricText(before.value, unit, currency)}
              of={before.ref}
              label={`${metric.title}, ${bucketName(before.bucket)}`}
            />
          ),
      },
    );
  }
  return [
    ...columns,
    ...parts.map(
      ({ part }, index): Column<Line> => ({
        key: `part-${part}`,
        label: part === '' ? t.carbon.unnamed : part,
        unit: shownUnit,
        numeric: true,
        text: (line) => metricPlain(line.parts[index]?.value ?? null, unit, currency),
        cell: ({ parts: figures, bucket }) => {
          const { value, ref } = figures[index] ?? NONE;
          return (
            <Figure
              text={metricText(value, unit, currency)}
              of={ref}
              label={`${part || t.carbon.unnamed}, ${bucketName(bucket)}`}
            />
          );
        },
      }),
    ),
  ];
}

function MetricChart({ metric, report, lines }: { metric: MetricDefinition; report: Metrics; lines: readonly Line[] }) {
  const unit = metric.unit as MetricUnit;
  const { currency } = report;
  const point = (value: string | null) => metricNumber(value, unit, currency);
  const parts = report.parts
    .map(({ part }, index) => ({ part: part === '' ? t.carbon.unnamed : part, index }))
    .toSorted(
      (a, b) =>
        (point(lines.at(-1)?.parts[b.index]?.value ?? null) ?? 0) -
        (point(lines.at(-1)?.parts[a.index]?.value ?? null) ?? 0),
    )
    .slice(0, PARTS_DRAWN_MAX);
  const compares = lines.some(({ before }) => before !== null);
  const label = `${metric.title}${metricUnit(unit, currency) && `, ${metricUnit(unit, currency)}`}`;
  const option = {
    grid: GRID,
    legend: LEGEND,
    tooltip: {
      ...TOOLTIP,
      trigger: 'axis',
      formatter: (items: unknown) => {
        const line = lines[(items as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        if (!line) return '';
        return [
          `${bucketName(line.bucket)}: ${metricText(line.value, unit, currency)} ${unit === 'cents' ? currency : ''}`,
          ...(line.before
            ? [`${bucketName(line.before.bucket)}: ${metricText(line.before.value, unit, currency)}`]
            : []),
          ...parts.map(({ part, index }) => `${part}: ${metricText(line.parts[index]?.value ?? null, unit, currency)}`),
        ].join('\n');
      },
    },
    xAxis: categoryAxis(lines.map(({ bucket }) => bucketName(bucket))),
    yAxis: { ...VALUE_AXIS, scale: unit !== 'count' && unit !== 'cents' },
    series: [
      ...(parts.length > 0
        ? parts.map(({ part, index }) => ({
            type: 'line',
            name: part,
            symbolSize: 4,
            data: lines.map((line) => point(line.parts[index]?.value ?? null)),
          }))
        : [{ type: 'line', name: metric.title, symbolSize: 5, data: lines.map(({ value }) => point(value)) }]),
      ...(compares
        ? [
            {
              type: 'line',
              name: t.metrics.before,
              symbolSize: 4,
              lineStyle: { type: 'dashed' },
              data: lines.map(({ before }) => point(before?.value ?? null)),
            },
          ]
        : []),
    ],
  };
  return <Chart label={label} fileName={`${metric.name}-${report.from}-${report.to}`} option={option} height={260} />;
}
