// The listening Tracer: keeps the last spans of each stage in fixed rings of numbers, so recording allocates nothing.

import { type DurationStatistics, durationStatistics } from "./statistics.ts";
import { STAGES, type Stage, silentTracer, type Tracer } from "./tracer.ts";

export interface Recorder {
  /** What rooms get. It forwards to the recorder while it is on and does nothing while it is off. */
  readonly tracer: Tracer;
  /** Turns recording on or off; spans recorded so far stay. */
  setOn(on: boolean): void;
  isOn(): boolean;
  /** Spans recorded since the start: the proof that the profiler lives. */
  spanCount(): number;
  /** Statistics of each stage over the spans still in its ring; stages without spans are absent. */
  statistics(): Partial<Record<Stage, DurationStatistics>>;
  /** Milliseconds spent in each stage since the last call (the phases of one step). */
  takePhases(): Partial<Record<Stage, number>>;
  clear(): void;
}

/** `capacity`: spans kept for each stage. */
export function createRecorder(capacity = 4096): Recorder {
  const rings = new Map<Stage, { durations: Float64Array; written: number; phaseMs: number }>();
  for (const stage of STAGES) {
    rings.set(stage, { durations: new Float64Array(capacity), written: 0, phaseMs: 0 });
  }
  let on = false;
  let total = 0;

  const record = (stage: Stage, _startMs: number, durationMs: number): void => {
    const ring = rings.get(stage);
    if (!on || ring === undefined) return;
    ring.durations[ring.written % capacity] = durationMs;
    ring.written++;
    ring.phaseMs += durationMs;
    total++;
  };

  const tracer: Tracer = {
    span: (stage, work) => {
      if (!on) return silentTracer.span(stage, work);
      const start = performance.now();
      try {
        return work();
      } finally {
        record(stage, start, performance.now() - start);
      }
    },
    spanAsync: async (stage, work) => {
      if (!on) return work();
      const start = performance.now();
      try {
        return await work();
      } finally {
        record(stage, start, performance.now() - start);
      }
    },
    record,
  };

  return {
    tracer,
    setOn: (value) => {
      on = value;
    },
    isOn: () => on,
    spanCount: () => total,
    statistics: () => {
      const out: Partial<Record<Stage, DurationStatistics>> = {};
      for (const [stage, ring] of rings) {
        if (ring.written === 0) continue;
        out[stage] = durationStatistics(ring.durations.subarray(0, Math.min(ring.written, capacity)));
      }
      return out;
    },
    takePhases: () => {
      const out: Partial<Record<Stage, number>> = {};
      for (const [stage, ring] of rings) {
        if (ring.phaseMs > 0) out[stage] = ring.phaseMs;
        ring.phaseMs = 0;
      }
      return out;
    },
    clear: () => {
      total = 0;
      for (const ring of rings.values()) {
        ring.written = 0;
        ring.phaseMs = 0;
      }
    },
  };
}
