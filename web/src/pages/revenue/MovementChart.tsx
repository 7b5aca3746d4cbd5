/** MRR as a line over the movements as bars: gains up, losses down. */
import type { MrrCurrency, MrrFigure } from '../../api/queries.ts';
import { Chart } from '../../components/Chart.tsx';
import { categoryAxis, GRID, LEGEND, TOOLTIP, VALUE_AXIS } from '../../components/chartParts.ts';
import { useExplainPoint } from '../../components/explainPoint.ts';
import { bucket as bucketName } from '../../format/dates.ts';
import { amount } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { movementsIn } from './figures.ts';

export function MovementChart({ statement }: { statement: MrrCurrency }) {
  const { currency, buckets } = statement;
  const explain = useExplainPoint();
  const option = {
    grid: GRID,
    legend: LEGEND,
    tooltip: {
      ...TOOLTIP,
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (items: unknown) => tooltip(statement, (items as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    xAxis: categoryAxis(buckets.map(({ bucket }) => bucketName(bucket))),
    yAxis: [VALUE_AXIS, { ...VALUE_AXIS, splitLine: { show: false }, scale: true }],
    series: [
      ...movementsIn(buckets).map((type) => ({
        type: 'bar',
        stack: 'movements',
        name: t.revenue.movements[type],
        data: buckets.map(({ movements }) => pointOf(movements[type])),
        barMaxWidth: 36,
      })),
      {
        type: 'line',
        name: `${t.revenue.mrr} →`,
        yAxisIndex: 1,
        data: buckets.map(({ end }) => pointOf(end)),
        symbolSize: 5,
      },
    ],
  };
  return (
    <Chart
      label={t.revenue.chart(currency)}
      fileName={`mrr-${currency}-${buckets[0]?.bucket}-${buckets.at(-1)?.bucket}`}
      option={option}
      height={280}
      onSelect={explain}
    />
  );
}

const pointOf = ({ amount: exact, ref }: MrrFigure) => ({ value: Number(exact), ref });

function tooltip({ currency, buckets }: MrrCurrency, index: number): string {
  const bucket = buckets[index];
  if (!bucket) return '';
  const lines = movementsIn(buckets).map(
    (type) => `${t.revenue.movements[type]}  ${amount(bucket.movements[type].amount)}`,
  );
  return [
    `${bucketName(bucket.bucket)}, ${currency}`,
    `${t.revenue.start}  ${amount(bucket.start.amount)}`,
    ...lines,
    `${t.revenue.end}  ${amount(bucket.end.amount)}`,
  ].join('\n');
}
