// A live line chart for everybody: a figure with a sentence, a uPlot canvas whose cursor moves by arrow keys, and a hidden
// table of a few rows. Draws through the frame scheduler; React renders only when the sentence changes.

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { AppState } from "../../store/index.ts";
import { cancelDraw, requestDraw } from "../canvas/frame-scheduler.ts";
import { count } from "../format.ts";
import { useIsStill, useTheme } from "../theme.ts";
import { usePlayground } from "../use-app.ts";
import { type LineSeries, plotOptions } from "./plot-options.ts";

type Column = Float64Array | readonly number[];

export interface ChartData {
  /** Steps, ascending. */
  readonly x: Column;
  /** One column for each series. */
  readonly y: readonly Column[];
}

interface Props {
  readonly title: string;
  readonly sentence: string;
  readonly series: readonly LineSeries[];
  /** Read in the frame that draws. */
  readonly read: () => ChartData;
  /** Changes whenever the data did. */
  readonly revisionOf: (state: AppState) => unknown;
  readonly heightPx: number;
  readonly yRange: readonly [number, number] | null;
  readonly xMax: number;
  readonly format: (value: number) => string;
}

/** Five times a second is as fast as a line is read. */
const INTERVAL_MS = 200;
const STILL_INTERVAL_MS = 1000;

/** `series`, `read`, `revisionOf`, `yRange` and `format` must be the same objects from render to render. */
export function LineChart(props: Props) {
  const { title, sentence, series, read, revisionOf, heightPx, yRange, xMax, format } = props;
  const { store } = usePlayground();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [readout, setReadout] = useState("");
  const theme = useTheme();
  const still = useIsStill();
  const id = useId();
  const key = `chart ${id}`;

  useEffect(() => {
    const element = host.current;
    // Colours are read when the plot is made, so a theme makes it anew.
    if (element === null || theme === undefined) return;
    const look = { series, yRange, xMax, format, heightPx, widthPx: element.clientWidth };
    const empty: uPlot.AlignedData = [[], ...series.map(() => [])];
    const made = new uPlot(plotOptions(look), empty, element);
    plot.current = made;
    const draw = (): void => {
      const { x, y } = read();
      const data: uPlot.AlignedData = [new Float64Array(x), ...y.map((column) => new Float64Array(column))];
      // In a batch uPlot paints before it returns, so that the frame's budget counts it.
      made.batch(() => made.setData(data));
    };
    const ask = (): void => requestDraw(key, draw, still ? STILL_INTERVAL_MS : INTERVAL_MS);
    ask();
    const unsubscribe = store.subscribe((state, before) => {
      if (revisionOf(state) !== revisionOf(before)) ask();
    });
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: heightPx });
    });
    observer.observe(element);
    return () => {
      unsubscribe();
      observer.disconnect();
      cancelDraw(key);
      made.destroy();
      plot.current = null;
    };
  }, [theme, series, read, revisionOf, yRange, xMax, format, heightPx, still, store, key]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const chart = plot.current;
    const move = KEYS.get(event.key);
    if (move === undefined || chart === null || chart.data[0].length === 0) return;
    event.preventDefault();
    const last = chart.data[0].length - 1;
    const index = Math.min(last, Math.max(0, (chart.cursor.idx ?? last) + move));
    const step = chart.data[0][index] ?? 0;
    chart.setCursor({ left: chart.valToPos(step, "x"), top: 0 });
    const values = series.map(({ label }, i) => `${label} ${format(Number(chart.data[i + 1]?.[index]))}`);
    setReadout(`Step ${count(step)}: ${values.join(", ")}`);
  };

  return (
    <figure className="chart">
      <figcaption className="small">{sentence}</figcaption>
      <button
        type="button"
        className="plot-button"
        aria-label={`${title}: arrow keys read the values`}
        aria-details={`${id}-table`}
        onKeyDown={onKeyDown}
        onBlur={() => setReadout("")}
      >
        <div ref={host} className="plot" />
      </button>
      <ul className="legend small muted" aria-hidden="true">
        {series.map(({ label, color, dash }) => (
          <li key={label}>
            <span className={`line series-${color} ${lineStyle(dash)}`} />
            {label}
          </li>
        ))}
      </ul>
      <p className={readout === "" ? "visually-hidden" : "readout small figures"} aria-live="polite">
        {readout}
      </p>
      <ChartTable id={`${id}-table`} {...{ title, series, read, format }} />
    </figure>
  );
}

/** The style sheet's nearest word for a dash. */
function lineStyle(dash: LineSeries["dash"]): string {
  if (dash === undefined) return "";
  return (dash[0] ?? 0) > 3 ? "line-dashed" : "line-dotted";
}

const KEYS: ReadonlyMap<string, number> = new Map([
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
  ["Home", -Number.MAX_SAFE_INTEGER],
  ["End", Number.MAX_SAFE_INTEGER],
]);

const TABLE_ROWS = 8;

type TableProps = Pick<Props, "title" | "series" | "read" | "format"> & { readonly id: string };

/** The chart as a table of a few rows, evenly spread; follows the sentence. */
function ChartTable({ id, title, series, read, format }: TableProps) {
  const { x, y } = read();
  const rows = Math.min(TABLE_ROWS, x.length);
  const indices = Array.from({ length: rows }, (_, i) =>
    rows === 1 ? 0 : Math.round((i * (x.length - 1)) / (rows - 1)),
  );
  return (
    <table id={id} className="visually-hidden">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          {series.map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {indices.map((index) => (
          <tr key={index}>
            <th scope="row">{count(x[index] ?? Number.NaN)}</th>
            {series.map(({ label }, i) => (
              <td key={label}>{format(y[i]?.[index] ?? Number.NaN)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
