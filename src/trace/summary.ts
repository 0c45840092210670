// Spans counted: statistics of a set of them, and a table by stage, kernel or layer with the work the graph knows of.

import { arrangeLanes } from "./lanes.ts";
import { spanName, type SpanTable } from "./span-store.ts";
import { type DurationStatistics, durationStatistics } from "./statistics.ts";
import { type KernelFacts, STAGES } from "./tracer.ts";

export interface SpanStatistics extends DurationStatistics {
  readonly totalMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** NaN for what an empty list has not. */
export function spanStatistics(durationsMs: ArrayLike<number>): SpanStatistics {
  const statistics = durationStatistics(durationsMs);
  let totalMs = 0;
  let minMs = Number.NaN;
  let maxMs = Number.NaN;
  for (let i = 0; i < durationsMs.length; i++) {
    const ms = durationsMs[i] ?? 0;
    totalMs += ms;
    minMs = Number.isNaN(minMs) ? ms : Math.min(minMs, ms);
    maxMs = Number.isNaN(maxMs) ? ms : Math.max(maxMs, ms);
  }
  return { ...statistics, totalMs, minMs, maxMs };
}

export type Grouping = "stage" | "kernel" | "layer";

export interface SummaryRow {
  readonly track: number;
  readonly name: string;
  readonly statistics: SpanStatistics;
  /** Of the time in which the track was busy, 0..1; what lies within another span is in both, so shares may add up to more. */
  readonly share: number;
  /** Billions a second; null where the graph does not know the work. */
  readonly gigaflops: number | null;
  readonly gigabytes: number | null;
}

export interface Area {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Spans that touch the area; all of them without one. Longest total first within a track. */
export function summarise(table: SpanTable, by: Grouping, area?: Area): SummaryRow[] {
  const groups = new Map<
    string,
    { track: number; name: string; ms: number[]; flops: number; bytes: number }
  >();
  for (let i = 0; i < table.names.length; i++) {
    if (area !== undefined && !touches(table, i, area)) continue;
    const id = table.names[i] ?? 0;
    const kernel = table.kernels.get(id);
    if (id < STAGES.length !== (by === "stage")) continue;
    const track = table.tracks[i] ?? 0;
    const name = labelOf(table, id, kernel, by);
    const key = `${track} ${name}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { track, name, ms: [], flops: 0, bytes: 0 };
      groups.set(key, group);
    }
    group.ms.push(table.durations[i] ?? 0);
    group.flops += kernel?.flops ?? 0;
    group.bytes += kernel?.bytes ?? 0;
  }
  const busy = busyMs(table, area);
  return [...groups.values()]
    .map(({ track, name, ms, flops, bytes }) => {
      const statistics = spanStatistics(ms);
      return {
        track,
        name,
        statistics,
        share: statistics.totalMs / (busy.get(track) || Number.NaN),
        gigaflops: rateOf(flops, statistics.totalMs),
        gigabytes: rateOf(bytes, statistics.totalMs),
      };
    })
    .sort((a, b) => a.track - b.track || b.statistics.totalMs - a.statistics.totalMs);
}

/** By track: the length of all its spans laid over each other, so that what lies within another counts once. */
function busyMs(table: SpanTable, area: Area | undefined): Map<number, number> {
  const busy = new Map<number, number>();
  for (const { track, order } of arrangeLanes(table)) {
    let total = 0;
    let reached = Number.NEGATIVE_INFINITY;
    for (const i of order) {
      if (area !== undefined && !touches(table, i, area)) continue;
      const start = table.starts[i] ?? 0;
      const end = start + (table.durations[i] ?? 0);
      total += Math.max(0, end - Math.max(start, reached));
      reached = Math.max(reached, end);
    }
    busy.set(track, total);
  }
  return busy;
}

/** Whether span `i` and the area have a moment in common. */
export function touches(table: SpanTable, i: number, { fromMs, toMs }: Area): boolean {
  const start = table.starts[i] ?? 0;
  return start < toMs && start + (table.durations[i] ?? 0) > fromMs;
}

/** Milliseconds below which the clock tells nothing: 0.1 where every duration is a multiple of it (Chrome rounds), else 0. */
export function clockStepMs(durationsMs: ArrayLike<number>): number {
  if (durationsMs.length < 8) return 0;
  for (let i = 0; i < durationsMs.length; i++) {
    const tenths = (durationsMs[i] ?? 0) * 10;
    if (Math.abs(tenths - Math.round(tenths)) > 1e-3) return 0;
  }
  return 0.1;
}

function labelOf(table: SpanTable, id: number, kernel: KernelFacts | undefined, by: Grouping): string {
  if (by === "stage" || kernel === undefined) return spanName(table.kernels, id);
  if (by === "kernel") return kernel.kernel;
  return kernel.layer === "" ? `(${kernel.phase})` : kernel.layer;
}

function rateOf(amount: number, ms: number): number | null {
  return amount > 0 && ms > 0 ? amount / ms / 1e6 : null;
}
