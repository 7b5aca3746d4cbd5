/** Every metric of the revenue book: one in full, all of them as small figures that choose it, and as one table. */
import type { MetricDefinition, Metrics as MetricsReport, MetricUnit } from '../../api/revenue.ts';
import { useMetrics } from '../../api/revenue.ts';
import { useParameter, useSetAddress } from '../../app/address.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Figure } from '../../components/Figure.tsx';
import { Empty, Section, Shown } from '../../components/Page.tsx';
import { Problem } from '../../components/Problem.tsx';
import { Sparkline } from '../../components/Sparkline.tsx';
import { bucket as bucketName } from '../../format/dates.ts';
import { percentChange } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { FilterBar } from './FilterBar.tsx';
import { MetricDetail } from './MetricDetail.tsx';
import { metricNumber, metricPlain, metricText, metricUnit } from './metricFormat.ts';
import { METRIC_GROUPS, METRIC_NAMES, type MetricGroup } from './metricNames.ts';
import { RevenueHead } from './RevenueHead.tsx';
import { rangeBefore, useRevenueRange } from './range.ts';
import { Segments } from './Segments.tsx';

export function Metrics() {
  const range = useRevenueRange();
  const asked = useParameter('metric');
  const name = asked !== undefined && METRIC_NAMES.includes(asked) ? asked : 'mrr';
  const compares = useParameter('compare') === 'before';
  const partition = useParameter('by');
  const { ready, from, to, interval, currency, filters } = range;
  const shared = { interval, ...(currency ? { currency } : {}), ...(filters ? { filters } : {}) };
  const span = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  // Payments are not made for a plan: with such a filter only they are refused, and the others are shown.
  const books = useMetrics({ ...shared, ...span, names: OTHER_NAMES.join(',') }, ready);
  const cash = useMetrics({ ...shared, ...span, names: CASH_NAMES.join(',') }, ready);
  const all = withCash(books.data, cash.data);
  const one = useMetrics(
    { ...shared, ...span, names: name, ...(partition ? { partition_by: partition } : {}) },
    ready && partition !== undefined,
  );
  const before = useMetrics(
    { ...shared, ...(from && to ? rangeBefore(from, to) : {}), names: name },
    ready && compares && from !== undefined && to !== undefined,
  );
  const detail = partition !== undefined ? one : isCash(name) ? cash : books;
  return (
    <>
      <RevenueHead title={t.metrics.title} range={range} with={['currency', 'interval', 'range']} />
      <FilterBar filters={filters}>
        <Segments filters={filters} />
      </FilterBar>
      <Shown of={detail} height={420}>
        {(report) => {
          const metric = report.metrics.find((each) => each.name === name);
          return metric && report.buckets.length > 0 ? (
            <MetricDetail
              metric={metric}
              report={partition === undefined ? { ...report, parts: [] } : report}
              before={compares ? (before.data ?? null) : null}
              compares={compares}
              partition={partition}
            />
          ) : (
            <Section title={t.metrics.title}>
              <Empty title={t.revenue.emptyTitle}>{t.revenue.emptyText}</Empty>
            </Section>
          );
        }}
      </Shown>
      {all && all.buckets.length > 0 && (
        <>
          <Cards report={all} chosen={name} />
          {cash.error !== null && !isCash(name) && <Problem error={cash.error} />}
          <AllTable report={all} />
        </>
      )}
    </>
  );
}

const CASH_NAMES: readonly string[] = METRIC_GROUPS.cash;
const isCash = (name: string): boolean => CASH_NAMES.includes(name);
const OTHER_NAMES = METRIC_NAMES.filter((name) => !isCash(name));

/** Both answers as one; without the figures of cash while they are not there. */
function withCash(books: MetricsReport | undefined, cash: MetricsReport | undefined): MetricsReport | undefined {
  if (!books || !cash || books.buckets.length !== cash.buckets.length) return books;
  return {
    ...books,
    metrics: [...books.metrics, ...cash.metrics],
    buckets: books.buckets.map((bucket, index) => ({
      ...bucket,
      metrics: { ...bucket.metrics, ...cash.buckets[index]!.metrics },
    })),
  };
}

function Cards({ report, chosen }: { report: MetricsReport; chosen: string }) {
  const setAddress = useSetAddress();
  const byName = new Map(report.metrics.map((metric) => [metric.name, metric]));
  const last = report.buckets.at(-1)!;
  const groups = (Object.keys(METRIC_GROUPS) as MetricGroup[]).filter((group) =>
    METRIC_GROUPS[group].some((name) => byName.has(name)),
  );
  return (
    <>
      {groups.map((group) => (
        <section key={group} aria-label={t.metrics.groups[group]} className="metric-group">
          <h2>{t.metrics.groups[group]}</h2>
          <div className="metric-cards">
            {METRIC_GROUPS[group].map((name) => {
              const metric = byName.get(name);
              const figure = last.metrics[name];
              if (!metric || !figure) return null;
              const unit = metric.unit as MetricUnit;
              return (
                <button
                  key={name}
                  type="button"
                  className="metric-card"
                  aria-pressed={name === chosen}
                  title={metric.words}
                  onClick={() => {
                    setAddress({ metric: name });
                    document.getElementById('main')?.scrollIntoView({ block: 'start' });
                  }}
                >
                  <span className="stat-label">{metric.title}</span>
                  <span className="metric-value number">
                    {metricText(figure.value, unit, report.currency)}{' '}
                    <span className="unit">{unit === 'cents' ? report.currency : ''}</span>
                  </span>
                  <span className="metric-foot">
                    <span className="dimmed number">
                      {bucketName(last.bucket)} {percentChange(figure.change)}
                    </span>
                    <Sparkline
                      values={report.buckets.map(({ metrics }) =>
                        metricNumber(metrics[name]?.value ?? null, unit, report.currency),
                      )}
                      width={72}
                      height={22}
                    />
                  </span>
                </button>
              );
            })}
          </div>
        </section>
      ))}
    </>
  );
}

function AllTable({ report }: { report: MetricsReport }) {
  const { currency, buckets } = report;
  const columns: Column<MetricDefinition>[] = [
    {
      key: 'metric',
      label: t.metrics.metric,
      head: true,
      text: ({ title, unit }) => [title, metricUnit(unit as MetricUnit, currency)].filter(Boolean).join(', '),
    },
    ...buckets.map(
      ({ bucket, metrics }): Column<MetricDefinition> => ({
        key: bucket,
        label: bucketName(bucket),
        numeric: true,
        text: ({ name, unit }) => metricPlain(metrics[name]?.value ?? null, unit as MetricUnit, currency),
        cell: ({ name, title, unit }) => (
          <Figure
            text={metricText(metrics[name]?.value ?? null, unit as MetricUnit, currency)}
            of={metrics[name]?.ref ?? null}
            label={`${title}, ${bucketName(bucket)}`}
          />
        ),
      }),
    ),
  ];
  return (
    <Section title={t.metrics.all}>
      <DataTable
        caption={t.metrics.all}
        columns={columns}
        rows={report.metrics}
        rowKey={({ name }) => name}
        note={t.common.asOfEntry(report.seq)}
        heightMax={900}
      />
    </Section>
  );
}
