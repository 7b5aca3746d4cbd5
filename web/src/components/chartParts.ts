/** Pieces of charts that look the same everywhere. Charts show places; the tooltip writes the exact figure. */
import { short } from '../format/numbers.ts';
import type { ChartOption } from './Chart.tsx';

export const GRID = { left: 8, right: 12, top: 32, bottom: 4, containLabel: true };
export const LEGEND = { top: 0, left: 0, itemWidth: 12, itemHeight: 8, itemGap: 12, type: 'scroll' };
const SPLIT = { lineStyle: { color: 'rgba(128,140,142,0.25)' } };

/** The unit stands in the chart's label. */
export const VALUE_AXIS: ChartOption = {
  type: 'value',
  axisLabel: { formatter: (value: number) => short(value) },
  splitLine: SPLIT,
};

export const categoryAxis = (names: readonly string[]): ChartOption => ({
  type: 'category',
  data: [...names],
  axisTick: { show: false },
  axisLine: { lineStyle: { color: 'rgba(128,140,142,0.5)' } },
  axisLabel: { hideOverlap: true },
});

/** Drawn on the canvas, so nothing of it is ever read as markup. */
export const TOOLTIP = { renderMode: 'richText', confine: true, textStyle: { fontSize: 12 } };
