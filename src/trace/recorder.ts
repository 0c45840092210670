// The listening Tracer of one thread: keeps the last spans in fixed rings of numbers, so recording allocates nothing.

import { type SpanColumns, SpanRing } from "./span-ring.ts";
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
  /** In all: spans overwritten before they were taken, and stretches that ended before they began (a GPU clock was reset). */
  readonly lost: number;
  readonly dropped: number;
}

export interface Recorder {
  /** What rooms get. It forwards to the recorder while it is on and does nothing while it is off. */
  readonly tracer: Tracer;
  /** Spans recorded so far stay. */
  setDepth(depth: Depth): void;
  isOn(): boolean;
  /** Spans from now on belong to this step. */
  setStep(step: number): void;
  /** Spans seen since the start: the proof that the profiler lives. */
  spanCount(): number;
  /** Statistics of each stage over the spans still in its ring; stages without spans are absent. */
  statistics(): Partial<Record<Stage, DurationStatistics>>;
  /** Milliseconds spent in each stage since the last call (the phases of one step). */
  takePhases(): Partial<Record<Stage, number>>;
  /** New spans, or null when there are none; send it with `buffersOf`. */
  takeBatch(): SpanBatch | null;
}

/** Stages that happen beside the thread that reports them. */
const OWN_TRACK: Readonly<Partial<Record<Stage, TrackId>>> = {
  upload: TRACKS.transfers,
  readback: TRACKS.transfers,
  store: TRACKS.storage,
};

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

  const recordAt = (
    wanted: Depth,
    ofStep: number,
    stage: Stage,
    startMs: number,
    durationMs: number,
    on?: TrackId,
  ): void => {
    if (wanted === "off") return;
    if (wanted === 0) {
      total++;
      return;
    }
    if (!(durationMs >= 0)) {
      dropped++;
      return;
    }
    const name = STAGE_INDEX.get(stage) ?? 0;
    const where = on ?? OWN_TRACK[stage] ?? track;
    ring.write(name, where, ofStep, startMs, durationMs);
    total++;
    // The GPU's whole step is not a phase of the step as the trainer's clock saw it.
    if (stage === "step" && where === TRACKS.gpu) return;
    const kept = rings[name];
    if (kept === undefined) return;
    kept.durations[kept.written % perStage] = durationMs;
    kept.written++;
    kept.phaseMs += durationMs;
  };

  const record: Tracer["record"] = (stage, startMs, durationMs, on) =>
    recordAt(depth, step, stage, startMs, durationMs, on);

  const recordKernelAt = (
    wanted: Depth,
    ofStep: number,
    id: number,
    startMs: number,
    durationMs: number,
    on: TrackId = TRACKS.gpu,
  ): void => {
    if (wanted !== 2) return;
    total++;
    if (durationMs >= 0) ring.write(id, on, ofStep, startMs, durationMs);
    else dropped++;
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
    recordKernel: (id, startMs, durationMs, on) => recordKernelAt(depth, step, id, startMs, durationMs, on),
    wantsSpans: () => depth === 1 || depth === 2,
    wantsKernels: () => depth === 2,
    late: () => {
      if (depth === "off") return silentTracer;
      const wanted = depth;
      const ofStep = step;
      return {
        record: (stage, startMs, durationMs, on) => recordAt(wanted, ofStep, stage, startMs, durationMs, on),
        recordKernel: (id, startMs, durationMs, on) =>
          recordKernelAt(wanted, ofStep, id, startMs, durationMs, on),
        wantsSpans: () => wanted !== 0,
        wantsKernels: () => wanted === 2,
      };
    },
  };

  return {
    tracer,
    setDepth: (value) => {
      depth = value;
    },
    isOn: () => depth !== "off",
    setStep: (value) => {
      step = value;
    },
    spanCount: () => total,
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
  };
}
