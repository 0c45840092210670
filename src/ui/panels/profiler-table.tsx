// Every stage, kernel or layer in numbers: calls, mean, median, p95, p99, share, and rates where the graph knows the work.

import { useMemo, useState } from "react";
import {
  type Area,
  clockStepMs,
  type Grouping,
  type SpanTable,
  STAGES,
  type SummaryRow,
  summarise,
  TRACKS,
  trackName,
} from "../../trace/index.ts";
import { count, significant, UNKNOWN } from "../format.ts";

interface Props {
  readonly id: string;
  readonly table: SpanTable;
  readonly area: Area | null;
  readonly clockMs: number;
}

const GROUPINGS: readonly { readonly id: Grouping; readonly label: string }[] = [
  { id: "stage", label: "Stages" },
  { id: "kernel", label: "Kernels" },
  { id: "layer", label: "Layers" },
];

/** Milliseconds below which the GPU's clock tells nothing. */
export function gpuClockMs(table: SpanTable): number {
  const durations: number[] = [];
  for (let i = table.tracks.length - 1; i >= 0 && durations.length < 500; i--) {
    const isTimed = table.tracks[i] === TRACKS.gpu && table.names[i] !== STAGES.indexOf("queue");
    if (isTimed) durations.push(table.durations[i] ?? 0);
  }
  return clockStepMs(durations);
}

export function ProfilerTable({ id, table, area, clockMs }: Props) {
  const [by, setBy] = useState<Grouping>("stage");
  const rows = useMemo(() => summarise(table, by, area ?? undefined), [table, by, area]);
  const hasKernels = table.kernels.size > 0;
  const isKernels = by !== "stage";
  return (
    <div id={id}>
      <div className="toolbar">
        <h3>{area === null ? "All spans kept" : "Spans of the selection"}</h3>
        <div className="spring" />
        {GROUPINGS.map(({ id: grouping, label }) => (
          <button
            key={grouping}
            type="button"
            className="button"
            aria-pressed={by === grouping}
            onClick={() => setBy(grouping)}
          >
            {label}
          </button>
        ))}
      </div>
      {isKernels && rows.length === 0 ? (
        <p className="empty small muted">
          {hasKernels
            ? "No kernel in this selection."
            : "No kernels yet: record steps at depth 2. Only the compiled WebGPU engine with timestamps tells them."}
        </p>
      ) : (
        <>
          {isKernels && (
            <p className="small muted">
              Depth 2 runs every kernel in a pass of its own, which slows the step down: compare kernels with
              each other; the greyed totals are not those of a free step.
            </p>
          )}
          <div className="scroll-x profiler-rows">
            <table className="facts small figures profiler-table">
              <thead>
                <tr>
                  <th scope="col">where</th>
                  <th scope="col">{by}</th>
                  {HEADS.map((head) => (
                    <th key={head} scope="col" className="end">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row
                    key={`${row.track} ${row.name}`}
                    row={row}
                    clockMs={row.track === TRACKS.gpu ? clockMs : 0}
                    isDisturbed={isKernels}
                  />
                ))}
              </tbody>
            </table>
          </div>
          {clockMs > 0 && (
            <p className="small muted">
              {`The browser rounds the GPU's clock to ${clockMs} ms; shorter times show as “< ${clockMs}”.`}
            </p>
          )}
        </>
      )}
    </div>
  );
}

const HEADS = [
  "calls",
  "total ms",
  "mean ms",
  "median ms",
  "p95 ms",
  "p99 ms",
  "% of busy time",
  "GFLOP/s",
  "GB/s",
];

interface RowProps {
  readonly row: SummaryRow;
  readonly clockMs: number;
  readonly isDisturbed: boolean;
}

function Row({ row, clockMs, isDisturbed }: RowProps) {
  const { statistics, share, gigaflops, gigabytes } = row;
  const ms = (value: number): string =>
    clockMs > 0 && value < clockMs ? `< ${clockMs}` : significant(value);
  const name = row.name === "queue" ? "queue time, not kernel time" : row.name;
  return (
    <tr>
      <td className="muted">{trackName(row.track)}</td>
      <th scope="row">{name}</th>
      <td className="end">{count(statistics.count)}</td>
      <td className={isDisturbed ? "end muted" : "end"}>{ms(statistics.totalMs)}</td>
      <td className="end">{ms(statistics.meanMs)}</td>
      <td className="end">{ms(statistics.medianMs)}</td>
      <td className="end">{ms(statistics.p95Ms)}</td>
      <td className="end">{ms(statistics.p99Ms)}</td>
      <td className="end">{significant(share * 100)}</td>
      <td className="end">{gigaflops === null ? UNKNOWN : significant(gigaflops)}</td>
      <td className="end">{gigabytes === null ? UNKNOWN : significant(gigabytes)}</td>
    </tr>
  );
}
