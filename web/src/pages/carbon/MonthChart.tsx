/** CO2e by month, stacked by another dimension. */
import type { Inventory } from '../../api/queries.ts';
import { Chart } from '../../components/Chart.tsx';
import { categoryAxis, GRID, LEGEND, TOOLTIP, VALUE_AXIS } from '../../components/chartParts.ts';
import { month } from '../../format/dates.ts';
import { compare, isZero, sum, tonnes } from '../../format/numbers.ts';
import { t } from '../../texts.ts';
import { nameOf } from './names.ts';

interface Props {
  /** Grouped by month and `by`. */
  inventory: Inventory;
  by: string;
  label: string;
  fileName: string;
  height?: number;
}

/** Colours that can be told apart; what is smaller goes into one. */
const SERIES_MAX = 8;
/** All of them even when one is filtered out, so that each keeps its colour. */
const SCOPES = ['1', '2', '3'];

export function MonthChart({ inventory, by, label, fileName, height = 210 }: Props) {
  const rows = inventory.rows.filter(({ keys }) => keys.scope !== 'outside');
  const months = [...new Set(rows.map(({ keys }) => keys.month!))].sort();
  const values = by === 'scope' ? SCOPES : bySize(rows, by);
  const named = values.slice(0, SERIES_MAX);
  const inOther = new Set(values.slice(SERIES_MAX));
  const amounts = (wanted: (value: string) => boolean) =>
    months.map((one) =>
      sum(rows.filter(({ keys }) => keys.month === one && wanted(keys[by]!)).map(({ co2e_t }) => co2e_t)),
    );
  const series = named.map((value) => ({ name: nameOf(by, value), amounts: amounts((other) => other === value) }));
  if (inOther.size > 0)
    series.push({ name: t.common.more(inOther.size), amounts: amounts((value) => inOther.has(value)) });
  const option = {
    grid: GRID,
    legend: {
      ...LEGEND,
      data: series.filter((one) => one.amounts.some((text) => !isZero(text))).map((one) => one.name),
    },
    tooltip: {
      ...TOOLTIP,
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (items: unknown) => {
        const index = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const lines = series.map((one) => `${one.name}  ${tonnes(one.amounts[index]!)} ${t.carbon.unit}`);
        return [month(months[index]!), ...lines].join('\n');
      },
    },
    xAxis: categoryAxis(months.map(month)),
    yAxis: VALUE_AXIS,
    series: series.map((one) => ({
      type: 'bar',
      stack: 'co2e',
      name: one.name,
      data: one.amounts.map(Number),
      barMaxWidth: 36,
    })),
  };
  return <Chart label={label} fileName={fileName} option={option} height={height} />;
}

function bySize(rows: Inventory['rows'], by: string): string[] {
  const totals = new Map<string, string[]>();
  for (const { keys, co2e_kg } of rows) totals.set(keys[by]!, [...(totals.get(keys[by]!) ?? []), co2e_kg]);
  const summed = [...totals].map(([value, parts]) => ({ value, total: sum(parts) }));
  return summed.toSorted((a, b) => compare(b.total, a.total)).map(({ value }) => value);
}
