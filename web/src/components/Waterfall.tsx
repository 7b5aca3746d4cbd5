/** From one figure to another: each part stands on what was before it. */
import { amount, compare, decimal, sum } from '../format/numbers.ts';
import { t } from '../texts.ts';
import { Chart } from './Chart.tsx';
import { categoryAxis, GRID, TOOLTIP, VALUE_AXIS } from './chartParts.ts';
import { useExplainPoint } from './explainPoint.ts';

export interface Part {
  name: string;
  exact: string;
  /** Opens its explanation when the bar is clicked; the tables beside charts have the same for keys. */
  ref?: string | null;
}

interface Props {
  start: Part;
  parts: readonly Part[];
  end: Part;
  unit: string;
  label: string;
  fileName: string;
  /** How a figure is written; default: with every digit. */
  text?: (exact: string) => string;
  /** Whether more is better; what is worse is drawn in red. */
  moreIsBetter?: boolean;
  /** Begins the axis near the figures, where the parts are small beside them. */
  zoomed?: boolean;
}

interface Step extends Part {
  /** Where the bar stands, and how high it is. */
  base: number;
  height: number;
  colour: string;
}

const STEPS_LEVEL_MAX = 5;
const COLOURS = { stand: '#5b87bd', good: '#2b8a7f', bad: '#b2465a' };

export function Waterfall({
  start,
  parts,
  end,
  unit,
  label,
  fileName,
  text = amount,
  moreIsBetter = true,
  zoomed = false,
}: Props) {
  const explain = useExplainPoint();
  const steps: Step[] = [stand(start)];
  let level = start.exact;
  for (const { name, exact, ref } of parts) {
    const next = sum([level, exact]);
    const falls = compare(exact, '0') < 0;
    steps.push({
      name,
      exact,
      ref,
      base: Number(falls ? next : level),
      height: Math.abs(Number(exact)),
      colour: falls === moreIsBetter ? COLOURS.bad : COLOURS.good,
    });
    level = next;
  }
  steps.push(stand(end));
  const floor = zoomed ? floorOf(steps) : 0;
  const option = {
    grid: { ...GRID, top: 8 },
    tooltip: {
      ...TOOLTIP,
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (items: unknown) => {
        const step = steps[(items as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        return step ? `${step.name}\n${text(step.exact)} ${unit}` : '';
      },
    },
    xAxis: {
      ...categoryAxis(steps.map(({ name }) => name)),
      // Side by side the names of many steps run into each other.
      axisLabel: {
        interval: 0,
        fontSize: 11,
        ...(steps.length > STEPS_LEVEL_MAX ? { rotate: 28 } : { width: 80, overflow: 'break' }),
      },
    },
    yAxis: { ...VALUE_AXIS, min: floor, ...(floor > 0 ? { axisLabel: labelsFrom(floor, steps) } : {}) },
    series: [
      {
        type: 'bar',
        stack: 'waterfall',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: steps.map(({ base }) => Math.max(base, floor)),
      },
      {
        type: 'bar',
        stack: 'waterfall',
        barMaxWidth: 44,
        data: steps.map(({ base, height, colour, ref }) => ({
          value: base < floor ? height - (floor - base) : height,
          itemStyle: { color: colour },
          ref,
          cursor: ref ? 'pointer' : 'default',
        })),
      },
    ],
  };
  return (
    <>
      <Chart label={label} fileName={fileName} option={option} height={220} onSelect={explain} />
      {floor > 0 && <p className="dimmed">{t.chart.axisFrom(amount(String(floor)), unit)}</p>}
    </>
  );
}

/** A round number under the lowest that is reached, so that small parts are seen; 0 where they are large. */
function floorOf(steps: readonly Step[]): number {
  const lowest = Math.min(...steps.map(({ base, height }) => (base === 0 ? height : base)));
  const highest = Math.max(...steps.map(({ base, height }) => base + height));
  const room = highest - lowest;
  if (room <= 0 || lowest - room * 2 <= 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(room * 2));
  return Math.floor((lowest - room) / unit) * unit;
}

/** Near each other, figures are told apart by all their digits, not by their thousands. */
function labelsFrom(floor: number, steps: readonly Step[]) {
  const span = Math.max(...steps.map(({ base, height }) => base + height)) - floor;
  const decimals = Math.max(0, Math.ceil(Math.log10(LABELS / span)));
  return { formatter: (value: number) => decimal(String(value), decimals) };
}

const LABELS = 5;

const stand = ({ name, exact, ref }: Part): Step => ({
  name,
  exact,
  ref,
  base: 0,
  height: Number(exact),
  colour: COLOURS.stand,
});
