// The timeline of the profiler: a canvas that is moved by wheel, drag and keys, with a sentence, what is selected in numbers, and
// the table below it for whoever does not see it.

import { type KeyboardEvent, type PointerEvent, useEffect, useReducer, useRef } from "react";
import type { SpanTable } from "../../trace/index.ts";
import { buildTimeline } from "../canvas/timeline-layout.ts";
import { type Selected, TimelineView } from "../canvas/timeline-view.ts";
import { count, duration, plural } from "../format.ts";
import { useTheme } from "../theme.ts";
import { useApp } from "../use-app.ts";

interface Props {
  readonly table: SpanTable;
  /** Id of the table that says the same in words. */
  readonly detailsId: string;
  /** Shown in words: nothing can be told below it. */
  readonly clockMs: number;
  readonly onSelect: (selected: Selected | null) => void;
}

export function ProfilerTimeline({ table, detailsId, clockMs, onSelect }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<TimelineView | null>(null);
  const first = useRef(table);
  const [, changed] = useReducer((n: number) => n + 1, 0);
  const theme = useTheme();
  const recorded = useApp(({ profiler }) => profiler.recorded);
  const select = useRef(onSelect);
  select.current = onSelect;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    let selected: Selected | null = null;
    const made = new TimelineView(element, buildTimeline(first.current), {
      onChange: () => {
        changed();
        if (made.selected === selected) return;
        selected = made.selected;
        select.current(selected);
      },
    });
    view.current = made;
    const observer = new ResizeObserver(() => made.draw());
    observer.observe(element);
    // React listens passively to wheels, and a passive listener cannot keep the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      if (document.activeElement !== element.parentElement && !event.ctrlKey) return;
      event.preventDefault();
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      made.wheel(event.offsetX, sideways, event.deltaY);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
      observer.disconnect();
      made.close();
      view.current = null;
    };
  }, []);

  const isFollowing = view.current?.isFollowing ?? true;
  // What is looked at stands still: new spans are laid out while they are followed, or when they are asked for.
  useEffect(() => {
    if (isFollowing) view.current?.setTable(table);
  }, [table, isFollowing]);
  useEffect(() => {
    if (theme !== undefined) view.current?.setTheme();
  }, [theme]);
  // A recording that has just been completed is what the person wants to see.
  const shownStep = useRef(-1);
  useEffect(() => {
    if (recorded === null || view.current === null || shownStep.current === recorded.fromStep) return;
    view.current.setTable(table);
    const { starts, durations, steps } = view.current.timeline.table;
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] ?? 0;
      if (step < recorded.fromStep || step > recorded.toStep) continue;
      fromMs = Math.min(fromMs, starts[i] ?? 0);
      toMs = Math.max(toMs, (starts[i] ?? 0) + (durations[i] ?? 0));
    }
    if (toMs <= fromMs) return;
    shownStep.current = recorded.fromStep;
    view.current.show({ fromMs, toMs });
  }, [recorded, table]);

  const at = (event: PointerEvent<HTMLCanvasElement>): { x: number; y: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    // Kept from the page's own shortcuts: here S zooms out and D moves on.
    if (view.current?.key(event.key) === true) event.preventDefault();
  };

  const shown = view.current;
  const selected = shown?.selected ?? null;
  return (
    <figure className="timeline">
      <figcaption className="small">{sentence(shown)}</figcaption>
      <div className="toolbar timeline-tools">
        <button
          type="button"
          className="button"
          aria-pressed={shown?.isFollowing ?? true}
          onClick={() => view.current?.follow(!view.current.isFollowing)}
        >
          Follow
        </button>
        <button type="button" className="button" onClick={() => view.current?.fit()}>
          Show all
        </button>
        <button type="button" className="button" aria-label="Zoom in" onClick={() => view.current?.zoom(0.5)}>
          +
        </button>
        <button type="button" className="button" aria-label="Zoom out" onClick={() => view.current?.zoom(2)}>
          −
        </button>
        <button type="button" className="button" onClick={() => view.current?.mark()}>
          Mark
        </button>
        <label htmlFor="span-search">Search</label>
        <input
          id="span-search"
          type="search"
          className="search-box"
          placeholder="forward, conv, loader…"
          onChange={(event) => view.current?.search(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") view.current?.nextMatch();
          }}
        />
        {shown !== null && shown.matches !== null && (
          <span className="small muted figures">{`${plural(shown.matches, "span")}, Enter: next`}</span>
        )}
      </div>
      <button
        type="button"
        className="timeline-button"
        aria-label="Timeline: W and S zoom, A and D move, arrows walk through the spans, M marks, F shows all, Escape lets go"
        aria-details={detailsId}
        onKeyDown={onKeyDown}
      >
        <canvas
          ref={canvas}
          className="timeline-canvas"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            view.current?.pointerDown(at(event).x);
          }}
          onPointerMove={(event) => view.current?.pointerMove(at(event).x)}
          onPointerCancel={() => view.current?.pointerCancel()}
          onPointerUp={(event) => view.current?.pointerUp(at(event).x, at(event).y)}
        />
      </button>
      <p className="small muted">
        Drag selects (it snaps to edges), a click names a span. With the focus here: W S zoom, A D move,
        arrows walk, M marks, wheel zooms.
      </p>
      <p className="readout small figures" aria-live="polite">
        {shown?.readout}
      </p>
      {selected !== null && <SelectionFacts selected={selected} clockMs={clockMs} />}
    </figure>
  );
}

function sentence(view: TimelineView | null): string {
  if (view === null || view.timeline.table.names.length === 0) return "No spans yet.";
  const { extent, table } = view.timeline;
  const shown = view.view.toMs - view.view.fromMs;
  return `${count(table.names.length)} spans in ${duration(extent.toMs - extent.fromMs)}; ${duration(shown)} in view.`;
}

function SelectionFacts({ selected, clockMs }: { readonly selected: Selected; readonly clockMs: number }) {
  const { area, statistics } = selected;
  const { totalMs, meanMs, medianMs, p95Ms, p99Ms, minMs, maxMs } = statistics;
  const facts = [
    ["total", totalMs],
    ["mean", meanMs],
    ["median", medianMs],
    ["p95", p95Ms],
    ["p99", p99Ms],
    ["min", minMs],
    ["max", maxMs],
  ] as const;
  return (
    <dl className="selection-facts small figures">
      <div>
        <dt>selected</dt>
        <dd>{duration(area.toMs - area.fromMs)}</dd>
      </div>
      <div>
        <dt>spans touched</dt>
        <dd>{count(statistics.count)}</dd>
      </div>
      {facts.map(([name, ms]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{withClock(ms, clockMs)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** No number finer than its clock allows. */
function withClock(ms: number, clockMs: number): string {
  return clockMs > 0 && ms < clockMs ? `< ${clockMs} ms` : duration(ms);
}
