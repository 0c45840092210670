// The listening Tracer of one thread: keeps the last spans in fixed rings of numbers, so recording allocates nothing.

import { buffersOf, type SpanColumns, SpanRing } from "./span-ring.ts";
import { type DurationStatistics, durationStatistics } from "./statistics.ts";
import {
  type KernelFacts,
  STAGES,
  type Stage,
  silentTracer,
  type Tracer,
  TRACKS,
  type TrackId,
} from "./tracer.ts";

/** off · 0 counts calls and reads no clock · 1 phases · 2 every kernel. */
export type Depth = "off" | 0 | 1 | 2;

/** What one thread recorded since it was last asked. */
export interface SpanBatch extends SpanColumns {
  /** Kernels defined since the last batch, the first of them with number `firstKernel`. */
  readonly kernels: readonly KernelFacts[];
  readonly firstKernel: number;
  /** In all: spans overwritten before they were taken, and stretches that ended before they began. */
  readonly lost: number;
  readonly dropped: number;
}

export interface Recorder {
  /** What rooms get. It forwards to the recorder while it is on and does nothing while it is off. */
  readonly tracer: Tracer;
  /** Spans recorded so far stay. */
  setDepth(depth: Depth): void;
  depth(): Depth;
  isOn(): boolean;
  /** Spans from now on belong to this step. */
  setStep(step: number): void;
  /** Spans seen since the start: the proof that the profiler lives. */
  spanCount(): number;
  /** Stretches whose end lay before their start (a GPU clock was reset): dropped and counted. */
  dropped(): number;
  /** Statistics of each stage over the spans still in its ring; stages without spans are absent. */
  statistics(): Partial<Record<Stage, DurationStatistics>>;
  /** Milliseconds spent in each stage since the last call (the phases of one step). */
  takePhases(): Partial<Record<Stage, number>>;
  /** New spans, or null when there are none; send it with `batchBuffers`. */
  takeBatch(): SpanBatch | null;
  clear(): void;
}

/** What a batch is transferred by. */
export const batchBuffers: (batch: SpanBatch) => ArrayBuffer[] = buffersOf;

const STAGE_INDEX = new Map<Stage, number>(STAGES.map((stage, index) => [stage, index]));

/** `track`: of the thread. `perStage`: durations kept for the statistics of each stage; `spans`: kept until they are taken. */
export function createRecorder(track: TrackId = TRACKS.trainer, perStage = 512, spans = 16384): Recorder {
  const rings = STAGES.map(() => ({ durations: new Float64Array(perStage), written: 0, phaseMs: 0 }));
  const ring = new SpanRing(spans);
  const kernels: KernelFacts[] = [];
  let sentKernels = 0;
  let depth: Depth = "off";
  let step = 0;
  let total = 0;
  let dropped = 0;

  const record: Tracer["record"] = (stage, startMs, durationMs, on) => {
    if (depth === "off") return;
    if (depth === 0) {
      total++;
      return;
    }
    if (!(durationMs >= 0)) {
      dropped++;
      return;
    }
    const name = STAGE_INDEX.get(stage) ?? 0;
    const isTransfer = stage === "upload" || stage === "readback";
    const where = on ?? (isTransfer ? TRACKS.transfers : track);
    ring.write(name, where, step, startMs, durationMs);
    total++;
    // The GPU's whole step is not a phase of the step as the trainer's clock saw it.
    if (stage === "step" && where === TRACKS.gpu) return;
    const kept = rings[name];
    if (kept === undefined) return;
    kept.durations[kept.written % perStage] = durationMs;
    kept.written++;
    kept.phaseMs += durationMs;
  };

  const tracer: Tracer = {
    span: (stage, work) => {
      if (depth === "off" || depth === 0) {
        if (depth === 0) total++;
        return silentTracer.span(stage, work);
      }
      const start = performance.now();
      try {
        return work();
      } finally {
        record(stage, start, performance.now() - start);
      }
    },
    spanAsync: async (stage, work) => {
      if (depth === "off" || depth === 0) {
        if (depth === 0) total++;
        return work();
      }
      const start = performance.now();
      try {
        return await work();
      } finally {
        record(stage, start, performance.now() - start);
      }
    },
    record,
    define: (kernel) => STAGES.length + kernels.push(kernel) - 1,
    recordKernel: (id, startMs, durationMs, on = TRACKS.gpu) => {
      if (depth !== 2) return;
      total++;
      if (durationMs >= 0) ring.write(id, on, step, startMs, durationMs);
      else dropped++;
    },
    wantsKernels: () => depth === 2,
  };

  return {
    tracer,
    setDepth: (value) => {
      depth = value;
    },
    depth: () => depth,
    isOn: () => depth !== "off",
    setStep: (value) => {
      step = value;
    },
    spanCount: () => total,
    dropped: () => dropped,
    statistics: () => {
      const out: Partial<Record<Stage, DurationStatistics>> = {};
      for (const [index, stage] of STAGES.entries()) {
        const kept = rings[index];
        if (kept === undefined || kept.written === 0) continue;
        out[stage] = durationStatistics(kept.durations.subarray(0, Math.min(kept.written, perStage)));
      }
      return out;
    },
    takePhases: () => {
      const out: Partial<Record<Stage, number>> = {};
      for (const [index, stage] of STAGES.entries()) {
        const kept = rings[index];
        if (kept === undefined) continue;
        if (kept.phaseMs > 0) out[stage] = kept.phaseMs;
        kept.phaseMs = 0;
      }
      return out;
    },
    takeBatch: () => {
      if (sentKernels === kernels.length && !ring.hasNew) return null;
      const columns = ring.take();
      const firstKernel = STAGES.length + sentKernels;
      const fresh = kernels.slice(sentKernels);
      sentKernels = kernels.length;
      return { ...columns, kernels: fresh, firstKernel, lost: ring.lost, dropped };
    },
    clear: () => {
      total = 0;
      dropped = 0;
      ring.clear();
      for (const kept of rings) {
        kept.written = 0;
        kept.phaseMs = 0;
      }
    },
  };
}
