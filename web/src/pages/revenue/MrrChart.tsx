/** MRR at the end of every bucket, a line per currency. */
import type { Mrr } from '../../api/queries.ts';
import { Chart } from '../../components/Chart.tsx';
import { categoryAxis, GRID, LEGEND, TOOLTIP, VALUE_AXIS } from '../../components/chartParts.ts';
import { useExplainPoint } from '../../components/explainPoint.ts';
import { bucket as bucketName } from '../../format/dates.ts';
import { amount } from '../../format/numbers.ts';
import { t } from '../../texts.ts';

export function MrrChart({ mrr, label, fileName }: { mrr: Mrr; label: string; fileName: string }) {
  const explain = useExplainPoint();
  const buckets = mrr.currencies[0]?.buckets ?? [];
  const option = {
    grid: GRID,
    legend: LEGEND,
    tooltip: { ...TOOLTIP, trigger: 'axis', formatter: (items: unknown) => tooltip(mrr, items) },
    xAxis: categoryAxis(buckets.map(({ bucket }) => bucketName(bucket))),
    yAxis: VALUE_AXIS,
    series: mrr.currencies.map(({ currency, buckets: own }) => ({
      type: 'line',
      name: currency,
      data: own.map(({ end }) => ({ value: Number(end.amount), ref: end.ref })),
      symbolSize: 5,
    })),
  };
  return <Chart label={label} fileName={fileName} option={option} height={210} onSelect={explain} />;
}

function tooltip(mrr: Mrr, items: unknown): string {
  const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
  const lines = mrr.currencies.map(
    ({ currency, buckets }) => `${currency} ${amount(buckets[index]?.end.amount ?? '0')}`,
  );
  return [bucketName(mrr.currencies[0]?.buckets[index]?.bucket ?? ''), `${t.revenue.mrr}:`, ...lines].join('\n');
}
