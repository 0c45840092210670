// The profiler's tab: switch and depth, recording on demand, the timeline, the table, memory, its own cost, and the ways out.

import { useEffect, useId, useMemo, useState } from "react";
import { isActive } from "../../store/index.ts";
import { chromeTrace, type SpanTable, writeDevToolsTracks } from "../../trace/index.ts";
import { cancelDraw, requestDraw } from "../canvas/frame-scheduler.ts";
import type { Selected } from "../canvas/timeline-view.ts";
import { count } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { ClockFacts, CostFacts, MemoryFacts } from "./profiler-facts.tsx";
import { gpuClockMs, ProfilerTable } from "./profiler-table.tsx";
import { ProfilerTimeline } from "./profiler-timeline.tsx";
import { TunedFacts } from "./tuned-facts.tsx";

/** New spans are laid out anew at most so often; many of them less often: it costs more than drawing them. */
const REBUILD_MS = 500;
const MANY_REBUILD_MS = 2000;
const MANY = 20_000;

export function ProfilerPanel() {
  const table = useSpans();
  const [selected, setSelected] = useState<Selected | null>(null);
  const id = useId();
  const clockMs = useMemo(() => gpuClockMs(table), [table]);
  const isEmpty = table.names.length === 0;
  return (
    <div className="drawer-body profiler">
      <ProfilerControls table={table} />
      {isEmpty ? (
        <p className="empty small muted">
          Nothing was recorded yet. Turn the profiler on, or record a few steps of the running training; it
          need not be restarted.
        </p>
      ) : (
        <ProfilerTimeline table={table} detailsId={id} clockMs={clockMs} onSelect={setSelected} />
      )}
      <div className="profiler-columns">
        {!isEmpty && <ProfilerTable id={id} table={table} area={selected?.area ?? null} clockMs={clockMs} />}
        <div className="profiler-side">
          <CostFacts />
          <MemoryFacts />
          <TunedFacts />
        </div>
      </div>
      <ClockFacts />
    </div>
  );
}

/** The spans kept, followed at a measured pace. */
function useSpans(): SpanTable {
  const { fast, store } = usePlayground();
  const [table, setTable] = useState(() => fast.spans.table());
  useEffect(() => {
    const key = "profiler spans";
    let interval = REBUILD_MS;
    const read = (): void => {
      const next = fast.spans.table();
      interval = next.names.length > MANY ? MANY_REBUILD_MS : REBUILD_MS;
      setTable(next);
    };
    const stop = store.subscribe((state, before) => {
      if (state.profiler.revision !== before.profiler.revision) requestDraw(key, read, interval);
    });
    return () => {
      stop();
      cancelDraw(key);
    };
  }, [fast, store]);
  return table;
}

const STEP_CHOICES = [1, 5, 20, 100] as const;

function ProfilerControls({ table }: { readonly table: SpanTable }) {
  const playground = usePlayground();
  const isOn = useApp(({ settings }) => settings.resolved.config.features.profiler);
  const depth = useApp(({ settings }) => settings.resolved.config.features.profilerDepth);
  const canRecord = useApp(({ run }) => isActive(run.state) || run.state.kind === "paused");
  const recording = useApp(({ profiler }) => profiler.recording);
  // Before there is an engine nobody knows.
  const timesKernels = useApp(({ run }) => run.engine?.timesKernels ?? true);
  const label = useApp(({ run }) => run.engine?.label ?? "");
  const whyNot = timesKernels ? undefined : `${label} does not tell the time of single kernels`;
  const [steps, setSteps] = useState(5);
  const id = useId();
  const isEmpty = table.names.length === 0;
  return (
    <div className="toolbar">
      <label htmlFor={`${id}-depth`}>Depth</label>
      <select
        id={`${id}-depth`}
        value={isOn ? depth : "off"}
        onChange={({ target: { value } }) => {
          if (value !== "off" && value !== depth) playground.setValue("features.profilerDepth", value);
          if (isOn !== (value !== "off")) playground.setValue("features.profiler", value !== "off");
        }}
      >
        <option value="off">off</option>
        <option value="counters">0 · counters only</option>
        <option value="phases">1 · phases</option>
        <option value="kernels" disabled={!timesKernels}>
          {timesKernels ? "2 · every kernel" : "2 · every kernel (not with this engine)"}
        </option>
      </select>
      <span className="toolbar-gap" />
      <label htmlFor={`${id}-steps`}>Record</label>
      <select id={`${id}-steps`} value={steps} onChange={({ target }) => setSteps(Number(target.value))}>
        {STEP_CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {choice === 1 ? "1 step" : `${choice} steps`}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button"
        disabled={!canRecord || recording !== null}
        onClick={() => playground.recordSteps(steps, 1)}
      >
        Phases
      </button>
      <button
        type="button"
        className="button"
        disabled={!canRecord || recording !== null || !timesKernels}
        title={whyNot}
        onClick={() => playground.recordSteps(steps, 2)}
      >
        Every kernel
      </button>
      <span className="small muted figures" role="status">
        {recording !== null
          ? `recording: ${recording.done} of ${recording.of} steps`
          : canRecord
            ? ""
            : "press Train first, then record"}
      </span>
      <div className="spring" />
      <button type="button" className="button" disabled={isEmpty} onClick={() => void saveTrace(table)}>
        Save trace
      </button>
      <button
        type="button"
        className="button"
        disabled={isEmpty}
        title="Writes the newest spans as custom tracks; open DevTools, Performance, and record while you press it"
        onClick={() => {
          const written = writeDevToolsTracks(table, performance);
          playground.note(
            `${count(written)} spans are written as custom tracks of DevTools' Performance panel.`,
          );
        }}
      >
        To DevTools
      </button>
    </div>
  );
}

/** Events written to text in one go: a file of all at once would hold the page for hundreds of milliseconds. */
const EVENTS_A_PART = 4000;

/** A file that ui.perfetto.dev and chrome://tracing open. */
async function saveTrace(table: SpanTable): Promise<void> {
  const { traceEvents, ...rest } = chromeTrace(table, {
    app: "OCR Training Playground",
    saved: new Date().toISOString(),
    browser: navigator.userAgent,
  });
  const parts = [`${JSON.stringify(rest).slice(0, -1)},"traceEvents":[`];
  for (let at = 0; at < traceEvents.length; at += EVENTS_A_PART) {
    const text = JSON.stringify(traceEvents.slice(at, at + EVENTS_A_PART)).slice(1, -1);
    parts.push(at === 0 ? text : `,${text}`);
    await new Promise((goOn) => setTimeout(goOn, 0));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([...parts, "]}"], { type: "application/json" }));
  link.download = "playground-trace.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
