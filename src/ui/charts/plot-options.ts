// How every chart looks: quiet grid, small axes, labels at the lines' ends, colours from the tokens of the theme.

import type uPlot from "uplot";
import { count } from "../format.ts";
import { token } from "../theme.ts";

export interface LineSeries {
  readonly label: string;
  /** Colour token. */
  readonly color: string;
  readonly dash?: readonly number[];
  readonly width?: number;
}

export interface ChartLook {
  readonly series: readonly LineSeries[];
  readonly widthPx: number;
  readonly heightPx: number;
  /** Fixed range of the y axis; null: from 0 to a little above the greatest finite value. */
  readonly yRange: readonly [number, number] | null;
  /** Least right end of the x axis. */
  readonly xMax: number;
  readonly format: (value: number) => string;
}

const FONT = "11px system-ui, 'Noto Sans', sans-serif";

/** Ticks stand on whole steps. */
const WHOLE_STEPS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((n) => [n, 2 * n, 5 * n]);

export function plotOptions(look: ChartLook): uPlot.Options {
  const { series, widthPx, heightPx, yRange, xMax, format } = look;
  const axis: uPlot.Axis = {
    stroke: token("muted"),
    font: FONT,
    grid: { stroke: token("line"), width: 1 },
    ticks: { show: false },
    border: { show: false },
  };
  return {
    width: widthPx,
    height: heightPx,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_plot, _min, max) => [0, Math.max(xMax, max ?? 0)] },
      y: { range: yRange === null ? (_plot, _min, max) => [0, ceiling(max)] : [yRange[0], yRange[1]] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 60,
        gap: 4,
        grid: { show: false },
        incrs: WHOLE_STEPS,
        values: (_plot, ticks) => ticks.map(count),
      },
      { ...axis, size: 44, space: 34, gap: 4, values: (_plot, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...series.map(({ label, color, dash, width = 1.6 }) => ({
        label,
        stroke: token(color),
        width,
        points: { show: pointsShown },
        ...(dash === undefined ? {} : { dash: [...dash] }),
      })),
    ],
  };
}

/** A single value has no line to be seen by. */
function pointsShown(plot: uPlot): boolean {
  return plot.data[0].length < 3;
}

function ceiling(max: number | null): number {
  return max === null || !Number.isFinite(max) || max <= 0 ? 1 : max * 1.08;
}
