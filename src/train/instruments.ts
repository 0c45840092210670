// Everything that is measured beside a run: step clock, profiler, phases of the last step, cache counters, features.
// It goes along as a plug-in of the loop; the screen reads facts from it.

import { type CacheSwitches, NO_CACHE_REPORT, type Prepared, switchesOf } from "../batch/index.ts";
import type { Config } from "../config/index.ts";
import type { CacheReport } from "../targets/index.ts";
import { createRecorder, type Depth, type Recorder, type Stage, TRACKS } from "../trace/index.ts";
import type { LoopPlugin } from "./bus.ts";
import type { Facts } from "./emitter.ts";
import { describeFeatures, type FrozenFacts } from "./features.ts";
import type { LoaderFacts } from "./types.ts";
import { createStepClock, type StepClock } from "./step-clock.ts";
import type { SpansEvent } from "./types.ts";

/** The stages that add up to the wall time of a step; loaders work beside them. */
const STEP_STAGES: readonly Stage[] = ["upload", "forward", "backward", "optimiser", "readback"];
/** Sorting durations costs more than recording them: statistics are no newer than this. */
const STATISTICS_MS = 1000;

export const NO_LOADERS: LoaderFacts = {
  workers: 0,
  delivered: 0,
  queued: 0,
  inFlight: 0,
  waitMs: 0,
  failed: 0,
  doubled: 0,
  lost: 0,
};

export interface Progress {
  readonly step: number;
  readonly epoch: number;
  readonly samplesSeen: number;
  readonly plannedSteps: number;
  readonly memoryBytes: number;
  readonly memory: SpansEvent["memory"];
  readonly frozen: FrozenFacts;
}

export interface Instruments {
  readonly recorder: Recorder;
  readonly clock: StepClock;
  readonly plugin: LoopPlugin;
  /** Spans of samples that other threads prepared. */
  tookSamples(samples: readonly Prepared[]): void;
  /** Something that is no step (evaluation, pause) begins or has ended: the next step's figures start anew. */
  restart(): void;
  setProfiler(on: boolean, depth: Config["features"]["profilerDepth"]): void;
  /** The step's loss has come, and with it everything that its engine tells of it. True when that ended a recording. */
  stepSettled(step: number): boolean;
  /** Looks at the next steps closely; then the setting holds again. */
  record(steps: number, depth: 1 | 2): void;
  setCachesOn(on: Partial<CacheSwitches>): void;
  /** The loaders, asked at `step`, have answered. */
  cacheCounted(report: CacheReport, loaders: LoaderFacts, step: number): void;
  /** `isFresh`: statistics of this very moment. */
  facts(progress: Progress, isFresh?: boolean): Facts;
}

const DEPTHS = { counters: 0, phases: 1, kernels: 2 } as const;

export function createInstruments(features: Config["features"]): Instruments {
  const recorder = createRecorder();
  const clock = createStepClock();
  let setting: Depth = "off";
  let cachesOn = switchesOf(features);
  let report = NO_CACHE_REPORT;
  let atEpochStart = NO_CACHE_REPORT;
  let loaders = NO_LOADERS;
  let lastStep: Facts["timing"]["lastStep"] = {};
  let countedAtStep = 0;
  let spansSeen = 0;
  let spansInStep = 0;
  let statistics: (Pick<Facts["timing"], "stages" | "stepMs"> & { readonly atMs: number }) | undefined;
  let recording: { fromStep: number; toStep: number; readonly of: number; done: number } | undefined;
  /** The last step whose loss has come. */
  let settled = 0;
  let recorded: SpansEvent["recorded"] = null;
  let hasNews = false;
  const clocks = new Map<number, number>();

  const setProfiler: Instruments["setProfiler"] = (on, depth) => {
    setting = on ? DEPTHS[depth] : "off";
    if (recording === undefined || recording.done === recording.of) recorder.setDepth(setting);
  };
  setProfiler(features.profiler, features.profilerDepth);

  const tookSamples = (samples: readonly Prepared[]): void => {
    if (!recorder.isOn()) return;
    const { tracer } = recorder;
    for (const { timing } of samples) {
      const { loadMs, decodeMs, augmentMs, targetsMs, place } = timing;
      const track = place?.track ?? TRACKS.trainer;
      if (place !== undefined) clocks.set(track, place.uncertaintyMs);
      const decodedFrom = timing.startMs + loadMs;
      tracer.record("load", timing.startMs, loadMs, track);
      tracer.record("decode", decodedFrom, decodeMs, track);
      tracer.record("augment", decodedFrom + decodeMs, augmentMs, track);
      if (targetsMs > 0) tracer.record("targets", decodedFrom + decodeMs + augmentMs, targetsMs, track);
      const { storageMs = [] } = timing;
      for (let i = 0; i < storageMs.length; i += 2)
        tracer.record("store", storageMs[i] ?? 0, storageMs[i + 1] ?? 0);
    }
  };

  const stepEnded = (step: number, samples: readonly Prepared[], waitMs: number, stepMs: number): void => {
    const now = performance.now();
    const { tracer } = recorder;
    recorder.setStep(step);
    tracer.record("wait", now - stepMs - waitMs, waitMs);
    tookSamples(samples);
    tracer.record("step", now - stepMs, stepMs);
    clock.tick();
    const phases = recorder.takePhases();
    const split = STEP_STAGES.filter((stage) => (phases[stage] ?? 0) > 0);
    lastStep = { wait: waitMs };
    if (split.length === 0) lastStep.step = stepMs;
    for (const stage of split) lastStep[stage] = phases[stage] ?? 0;
    spansInStep = recorder.spanCount() - spansSeen;
    spansSeen = recorder.spanCount();
    if (recording === undefined || recording.done === recording.of) return;
    hasNews = true;
    if (recording.done === 0) recording.fromStep = step;
    recording.toStep = step;
    if (++recording.done < recording.of) return;
    // What the engine still has to tell of these steps is kept as theirs.
    recorder.setDepth(setting);
    endWhenSettled();
  };

  /** With the steps it has; those of a recording that the run's end cut short are fewer. */
  const endRecording = (): void => {
    if (recording === undefined) return;
    if (recording.done > 0) recorded = { fromStep: recording.fromStep, toStep: recording.toStep };
    recording = undefined;
    hasNews = true;
    recorder.setDepth(setting);
  };
  /** Whether a recording has ended: its steps are made, and all is told of them. */
  const endWhenSettled = (): boolean => {
    if (recording === undefined || recording.done < recording.of || settled < recording.toStep) return false;
    endRecording();
    return true;
  };

  const spansOf = (memory: SpansEvent["memory"]): SpansEvent | null => {
    const batch = recorder.takeBatch();
    if (batch === null && !hasNews) return null;
    hasNews = false;
    return {
      batch,
      recording: recording === undefined ? null : { done: recording.done, of: recording.of },
      recorded,
      clocks: [...clocks].map(([track, uncertaintyMs]) => ({ track, uncertaintyMs })),
      memory,
    };
  };

  return {
    recorder,
    clock,
    plugin: {
      name: "profiler",
      on: {
        "step start": ({ step }) => recorder.setStep(step),
        "step end": ({ step, samples, waitMs, stepMs }) => stepEnded(step, samples, waitMs, stepMs),
        "epoch start": () => {
          atEpochStart = report;
        },
        "run end": () => {
          endRecording();
          statistics = undefined;
        },
      },
    },
    tookSamples,
    restart: () => {
      clock.restart();
      statistics = undefined;
      recorder.takePhases();
      spansSeen = recorder.spanCount();
    },
    setProfiler,
    stepSettled: (step) => {
      settled = step;
      return endWhenSettled();
    },
    record: (steps, depth) => {
      recording = { fromStep: 0, toStep: 0, of: steps, done: 0 };
      hasNews = true;
      recorder.setDepth(depth);
    },
    setCachesOn: (on) => {
      cachesOn = { ...cachesOn, ...on };
    },
    cacheCounted: (counted, counts, step) => {
      report = counted;
      loaders = counts;
      countedAtStep = step;
    },
    facts: ({ memory, frozen, ...progress }, isFresh = false) => {
      const now = performance.now();
      if (isFresh || statistics === undefined || now - statistics.atMs > STATISTICS_MS) {
        statistics = { stages: recorder.statistics(), stepMs: clock.statistics(), atMs: now };
      }
      const { stages, stepMs } = statistics;
      return {
        timing: { ...progress, stepMs, lastStep, stages },
        spans: isFresh ? null : spansOf(memory),
        features: describeFeatures({
          cachesOn,
          caches: report,
          epochStart: atEpochStart,
          stepsDone: progress.step,
          countedAtStep,
          frozen,
          recorder,
          spansInStep,
        }),
        polygons: report.tiers.polygons.counters,
        caches: report,
        loaders,
      };
    },
  };
}
