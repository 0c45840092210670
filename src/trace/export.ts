// Spans for other tools: Chrome's trace format (opened by Perfetto and chrome://tracing) and DevTools' custom tracks.
// Format: "Trace Event Format", complete events (ph X) and metadata (ph M); times in microseconds.

import { arrangeLanes } from "./lanes.ts";
import { spanName, type SpanTable } from "./span-store.ts";
import { trackName } from "./tracer.ts";

interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
  readonly otherData: Readonly<Record<string, string>>;
}

const PID = 1;
const GROUPS_PER_TRACK = 16;

/** Each track is a thread; spans that overlap without nesting go to a further thread of the same name. */
export function chromeTrace(table: SpanTable, otherData: Readonly<Record<string, string>> = {}): ChromeTrace {
  const process = "OCR Training Playground";
  const events: TraceEvent[] = [
    { name: "process_name", ph: "M", pid: PID, tid: 0, ts: 0, args: { name: process } },
  ];
  const spans: TraceEvent[] = [];
  const origin = table.starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  for (const { track, order, groups, rows } of arrangeLanes(table)) {
    for (const group of rows.keys()) {
      const tid = tidOf(track, group);
      const name = group === 0 ? trackName(track) : `${trackName(track)} (${group + 1})`;
      events.push({ name: "thread_name", ph: "M", pid: PID, tid, ts: 0, args: { name } });
      events.push({
        name: "thread_sort_index",
        ph: "M",
        pid: PID,
        tid,
        ts: 0,
        args: { sort_index: tid },
      });
    }
    const open = rows.map((): number[] => []);
    for (const [i, span] of order.entries()) {
      const group = groups[i] ?? 0;
      const ends = open[group] ?? [];
      // In whole nanoseconds, clipped to what contains it: rounding must not break the nesting.
      const start = Math.round(((table.starts[span] ?? 0) - origin) * 1e6);
      let end = start + Math.round((table.durations[span] ?? 0) * 1e6);
      while (ends.length > 0 && (ends[ends.length - 1] ?? 0) <= start) ends.pop();
      const outer = ends[ends.length - 1];
      if (outer !== undefined) end = Math.min(end, outer);
      ends.push(end);
      spans.push(eventOf(table, span, tidOf(track, group), start, end));
    }
  }
  spans.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  return { traceEvents: [...events, ...spans], displayTimeUnit: "ms", otherData };
}

function eventOf(table: SpanTable, span: number, tid: number, startNs: number, endNs: number): TraceEvent {
  const id = table.names[span] ?? 0;
  const kernel = table.kernels.get(id);
  const step = table.steps[span] ?? 0;
  const work = kernel === undefined ? {} : { layer: kernel.layer, flops: kernel.flops, bytes: kernel.bytes };
  return {
    name: spanName(table.kernels, id),
    ph: "X",
    pid: PID,
    tid,
    ts: startNs / 1000,
    dur: (endNs - startNs) / 1000,
    cat: kernel === undefined ? "stage" : "kernel",
    args: { step, ...work },
  };
}

function tidOf(track: number, group: number): number {
  return 1 + track * GROUPS_PER_TRACK + group;
}

/** What is needed of `performance`. */
export interface Measurer {
  measure(name: string, options: { start: number; end: number; detail: unknown }): unknown;
}

const DEVTOOLS_COLORS = ["primary", "secondary", "tertiary", "primary-light", "secondary-light"] as const;

/** The newest `limit` spans as entries of DevTools' Performance panel. Answers how many were written. */
export function writeDevToolsTracks(table: SpanTable, performance: Measurer, limit = 20_000): number {
  const from = Math.max(0, table.names.length - limit);
  let written = 0;
  for (let i = from; i < table.names.length; i++) {
    const start = table.starts[i] ?? 0;
    // DevTools knows no time before the page began.
    if (start < 0) continue;
    const track = table.tracks[i] ?? 0;
    const id = table.names[i] ?? 0;
    performance.measure(spanName(table.kernels, id), {
      start,
      end: start + (table.durations[i] ?? 0),
      detail: {
        devtools: {
          dataType: "track-entry",
          track: trackName(track),
          trackGroup: "OCR Training Playground",
          color: DEVTOOLS_COLORS[id % DEVTOOLS_COLORS.length],
          properties: [["step", String(table.steps[i] ?? 0)]],
        },
      },
    });
    written++;
  }
  return written;
}
