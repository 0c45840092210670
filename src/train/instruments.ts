// Everything that is measured beside a run: step clock, profiler, phases of the last step, cache counters, features.
// The loop tells it what happened; the screen reads facts from it.

import { NO_CACHE_COUNTERS, type Sample } from "../batch/index.ts";
import type { CacheCounters } from "../targets/index.ts";
import { createRecorder, type Recorder, type Stage } from "../trace/index.ts";
import type { Facts } from "./emitter.ts";
import { describeFeatures } from "./features.ts";
import { createStepClock, type StepClock } from "./step-clock.ts";

/** The stages that add up to the wall time of a step; loaders work beside them. */
const STEP_STAGES: readonly Stage[] = ["upload", "forward", "backward", "optimiser", "readback"];

export interface Progress {
  readonly step: number;
  readonly epoch: number;
  readonly samplesSeen: number;
  readonly plannedSteps: number;
  readonly memoryBytes: number;
}

export interface Instruments {
  readonly recorder: Recorder;
  readonly clock: StepClock;
  /** A step has ended: it waited `waitMs` for its samples, then took `stepMs`. */
  stepEnded(samples: readonly Sample[], waitMs: number, stepMs: number): void;
  /** Something that is no step has ended (evaluation, pause): the next step's figures start anew. */
  restart(): void;
  setCacheOn(on: boolean): void;
  /** The loaders, asked at `step`, have answered. */
  cacheCounted(counters: CacheCounters, step: number): void;
  epochStarted(): void;
  facts(progress: Progress): Facts;
}

export function createInstruments(profilerOn: boolean, cacheOnAtStart: boolean): Instruments {
  const recorder = createRecorder();
  recorder.setOn(profilerOn);
  const clock = createStepClock();
  let cacheOn = cacheOnAtStart;
  let counters = NO_CACHE_COUNTERS;
  let atEpochStart = NO_CACHE_COUNTERS;
  let lastStep: Facts["timing"]["lastStep"] = {};
  let countedAtStep = 0;
  let spansSeen = 0;
  let spansInStep = 0;

  return {
    recorder,
    clock,
    stepEnded: (samples, waitMs, stepMs) => {
      const now = performance.now();
      const { tracer } = recorder;
      tracer.record("wait", now - stepMs - waitMs, waitMs);
      for (const { timing } of samples) {
        tracer.record("load", now, timing.loadMs);
        tracer.record("decode", now, timing.decodeMs);
        tracer.record("augment", now, timing.augmentMs);
        tracer.record("targets", now, timing.targetsMs);
      }
      tracer.record("step", now - stepMs, stepMs);
      clock.tick();
      const phases = recorder.takePhases();
      const split = STEP_STAGES.filter((stage) => (phases[stage] ?? 0) > 0);
      lastStep = { wait: waitMs };
      if (split.length === 0) lastStep.step = stepMs;
      for (const stage of split) lastStep[stage] = phases[stage] ?? 0;
      spansInStep = recorder.spanCount() - spansSeen;
      spansSeen = recorder.spanCount();
    },
    restart: () => {
      clock.restart();
      recorder.takePhases();
      spansSeen = recorder.spanCount();
    },
    setCacheOn: (on) => {
      cacheOn = on;
    },
    cacheCounted: (counted, step) => {
      counters = counted;
      countedAtStep = step;
    },
    epochStarted: () => {
      atEpochStart = counters;
    },
    facts: (progress) => ({
      timing: { ...progress, stepMs: clock.statistics(), lastStep, stages: recorder.statistics() },
      features: describeFeatures({
        cacheOn,
        counters,
        epochStart: atEpochStart,
        stepsDone: progress.step,
        countedAtStep,
        recorder,
        spansInStep,
      }),
      polygons: counters,
    }),
  };
}
