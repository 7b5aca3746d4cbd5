/** From MRR at the start to MRR at the end: each movement stands on what was before it. */
import type { MrrCurrency } from '../../api/queries.ts';
import { Chart } from '../../components/Chart.tsx';
import { categoryAxis, GRID, TOOLTIP, VALUE_AXIS } from '../../components/chartParts.ts';
import { amount, compare, sum } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { MOVEMENTS } from './figures.ts';

interface Step {
  name: string;
  exact: string;
  /** Where the bar stands, and how high it is. */
  base: number;
  height: number;
  colour: string;
}

const COLOURS = { stand: '#5b87bd', up: '#2b8a7f', down: '#b2465a' };

export function Waterfall({ statement, label, fileName }: { statement: MrrCurrency; label: string; fileName: string }) {
  const bucket = statement.buckets.at(-1);
  if (!bucket) return null;
  const steps: Step[] = [stand(t.revenue.start, bucket.start.amount)];
  let level = bucket.start.amount;
  for (const type of MOVEMENTS) {
    const exact = bucket.movements[type].amount;
    const next = sum([level, exact]);
    const low = compare(exact, '0') < 0 ? next : level;
    steps.push({
      name: t.revenue.movements[type]!,
      exact,
      base: Number(low),
      height: Math.abs(Number(exact)),
      colour: compare(exact, '0') < 0 ? COLOURS.down : COLOURS.up,
    });
    level = next;
  }
  steps.push(stand(t.revenue.end, bucket.end.amount));
  const option = {
    grid: { ...GRID, top: 8 },
    tooltip: {
      ...TOOLTIP,
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (items: unknown) => {
        const step = steps[(items as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        return step ? `${step.name}\n${amount(step.exact)} ${statement.currency}` : '';
      },
    },
    xAxis: {
      ...categoryAxis(steps.map(({ name }) => name)),
      axisLabel: { interval: 0, width: 78, overflow: 'break', fontSize: 11 },
    },
    yAxis: VALUE_AXIS,
    series: [
      {
        type: 'bar',
        stack: 'waterfall',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: steps.map(({ base }) => base),
      },
      {
        type: 'bar',
        stack: 'waterfall',
        barMaxWidth: 44,
        data: steps.map(({ height, colour }) => ({ value: height, itemStyle: { color: colour } })),
      },
    ],
  };
  return <Chart label={label} fileName={fileName} option={option} height={200} />;
}

const stand = (name: string, exact: string): Step => ({
  name,
  exact,
  base: 0,
  height: Number(exact),
  colour: COLOURS.stand,
});
