/** The chart library, as little of it as is used, in the page's colours. */
import { useComputedColorScheme } from '@mantine/core';
import { BarChart, LineChart, SankeyChart, TreemapChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { ChartOption } from './Chart.tsx';

echarts.use([
  BarChart,
  LineChart,
  SankeyChart,
  TreemapChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  AriaComponent,
  CanvasRenderer,
  SVGRenderer,
]);

export interface ChartHandle {
  export(kind: 'png' | 'svg'): Promise<Blob>;
}

interface Props {
  ref?: Ref<ChartHandle>;
  label: string;
  option: ChartOption;
  height: number;
  onSelect?: ((name: string, data: unknown) => void) | undefined;
}

const PIXEL_RATIO = 2;
/** A panel that opens or a window that is drawn larger changes the size many times. */
const RESIZE_REST_MS = 60;
const COLOURS = {
  light: { text: '#3d4a4f', line: '#dfe5e6', back: '#ffffff' },
  dark: { text: '#c2cccd', line: '#3a4446', back: '#1b2224' },
};

export default function EChart({ ref, label, option, height, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const scheme = useComputedColorScheme('light');
  const full = inColours(option, scheme);

  useEffect(() => {
    const made = echarts.init(box.current!, null, { renderer: 'canvas' });
    chart.current = made;
    let resizing: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(resizing);
      resizing = setTimeout(() => made.resize(), RESIZE_REST_MS);
    });
    observer.observe(box.current!);
    return () => {
      clearTimeout(resizing);
      observer.disconnect();
      made.dispose();
    };
  }, []);
  // Functions in an option say in words what its data say in figures: where these are the same, nothing is drawn.
  const content = `${scheme} ${label} ${JSON.stringify(option)}`;
  const newest = useRef(full);
  newest.current = full;
  useEffect(() => {
    // What somebody did is painted first; the picture follows.
    const timer = setTimeout(() => chart.current?.setOption(newest.current, { notMerge: true }));
    return () => clearTimeout(timer);
  }, [content]);
  useEffect(() => {
    const made = chart.current;
    if (!made || !onSelect) return;
    const listener = (event: { name: string; data: unknown }) => onSelect(event.name, event.data);
    made.on('click', listener as never);
    return () => {
      if (!made.isDisposed()) made.off('click', listener as never);
    };
  }, [onSelect]);

  useImperativeHandle(ref, () => ({
    async export(kind) {
      const back = COLOURS[scheme].back;
      if (kind === 'png') {
        const url = chart.current!.getDataURL({ pixelRatio: PIXEL_RATIO, backgroundColor: back });
        const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (char) => char.charCodeAt(0));
        return new Blob([bytes], { type: 'image/png' });
      }
      const drawn = echarts.init(null, null, { renderer: 'svg', ssr: true, width: box.current!.clientWidth, height });
      drawn.setOption({ ...full, animation: false, backgroundColor: back });
      const svg = drawn.renderToSVGString();
      drawn.dispose();
      return new Blob([svg], { type: 'image/svg+xml' });
    },
  }));

  return <div ref={box} role="img" aria-label={label} style={{ height }} />;
}

/** The chart's own option with the page's colours where the library would take its own. */
function inColours(option: ChartOption, scheme: 'light' | 'dark'): ChartOption {
  const { text, line, back } = COLOURS[scheme];
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    animation: !still,
    animationDuration: 250,
    textStyle: { fontFamily: 'inherit', color: text, fontSize: 12 },
    color: PALETTE[scheme],
    darkMode: scheme === 'dark',
    ...option,
    ...Object.fromEntries(
      ['xAxis', 'yAxis'].flatMap((name) =>
        option[name] === undefined
          ? []
          : [[name, [option[name]].flat().map((axis) => withLabels(axis as object, text))]],
      ),
    ),
    ...(option.legend ? { legend: { ...(option.legend as object), textStyle: { color: text } } } : {}),
    tooltip: {
      ...(option.tooltip as object),
      backgroundColor: back,
      borderColor: line,
      textStyle: { color: text, fontSize: 12 },
    },
  };
}

const withLabels = (axis: { axisLabel?: object }, color: string): object => ({
  ...axis,
  axisLabel: { ...axis.axisLabel, color },
});

/** Distinguishable with the usual colour-vision deficiencies, and not by hue alone: lightness differs too. */
const PALETTE = {
  light: ['#1f756c', '#d08a1d', '#3c6ea8', '#b2465a', '#7a8f2a', '#7a5aa6', '#4f9fb5', '#8c6d52', '#96a3a6'],
  dark: ['#59b0a4', '#e3ad52', '#7ba6d8', '#df8092', '#aec05a', '#ab90d3', '#83c6d8', '#bd9f84', '#aab5b8'],
};
