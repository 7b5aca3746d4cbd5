/** A chart with its downloads. The chart library is loaded when the first one comes onto a screen. */
import { Button, Skeleton } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { lazy, Suspense, useRef } from 'react';
import { saveBlob } from '../api/client.ts';
import { t } from '../texts.ts';
import type { ChartHandle } from './EChart.tsx';

const EChart = lazy(() => import('./EChart.tsx'));

export type ChartOption = EChartsCoreOption;

interface Props {
  /** What is to be seen, in words; the figures are in the table beside it. */
  label: string;
  fileName: string;
  option: ChartOption;
  height?: number;
  onSelect?: (name: string, data: unknown) => void;
}

const LOOK_AGAIN_MS = 100;

export function Chart({ label, fileName, option, height = 240, onSelect }: Props) {
  const chart = useRef<ChartHandle>(null);
  const save = async (kind: 'png' | 'svg') => {
    // The library may still be on its way.
    while (chart.current === null) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    saveBlob(await chart.current.export(kind), `${fileName}.${kind}`);
  };
  return (
    <figure className="chart">
      <Suspense fallback={<Skeleton height={height} />}>
        <EChart ref={chart} label={label} option={option} height={height} onSelect={onSelect} />
      </Suspense>
      <figcaption className="chart-bar no-print">
        <span className="dimmed">{label}</span>
        <span className="controls">
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => void save('png')}
            aria-label={t.chart.save('PNG', label)}
          >
            PNG
          </Button>
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => void save('svg')}
            aria-label={t.chart.save('SVG', label)}
          >
            SVG
          </Button>
        </span>
      </figcaption>
    </figure>
  );
}
