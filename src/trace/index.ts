// Spans, clocks, statistics, export. Beside the line of data, never in it.

export { ClockBounds, type ClockOffset, compareClocks } from "./clock-bounds.ts";
export { type ChromeTrace, chromeTrace, type Measurer, writeDevToolsTracks } from "./export.ts";
export { type MeanInterval, meanInterval, tQuantile } from "./interval.ts";
export { arrangeLanes, type TrackLanes } from "./lanes.ts";
export { createRecorder, type Depth, type Recorder, type SpanBatch } from "./recorder.ts";
export { buffersOf, type SpanColumns, spanColumns } from "./span-ring.ts";
export { type Kernels, spanName, SpanStore, type SpanTable } from "./span-store.ts";
export { type DurationStatistics, durationStatistics } from "./statistics.ts";
export {
  type Area,
  clockStepMs,
  type Grouping,
  type SpanStatistics,
  spanStatistics,
  summarise,
  type SummaryRow,
  touches,
} from "./summary.ts";
export {
  FIRST_LOADER_TRACK,
  type KernelFacts,
  type SpanSink,
  STAGES,
  type Stage,
  silentTracer,
  type Tracer,
  TRACKS,
  type TrackId,
  trackName,
} from "./tracer.ts";
