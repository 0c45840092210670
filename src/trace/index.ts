// Spans, clocks, statistics. Beside the line of data, never in it.

export { type DurationStatistics, durationStatistics } from "./statistics.ts";
export { createRecorder, type Recorder } from "./recorder.ts";
export { type Span, STAGES, type Stage, silentTracer, type Tracer } from "./tracer.ts";
