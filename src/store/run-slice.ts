// What the screen knows of the run: its state, its clock, the engine below it, the switches' signs of life.
// Loss points are not here: they live in LossColumns, and only their revision is.

import type { ResolvedConfig } from "../config/index.ts";
import type {
  CacheCounters,
  CacheReport,
  EngineInfo,
  FeatureStatus,
  LoaderFacts,
  RunState,
  StartRequest,
  TimingEvent,
  TrainerEventBody,
} from "../protocol/index.ts";
import { nextRunState, type RunAction } from "./run-state.ts";

type FeaturesEvent = Extract<TrainerEventBody, { kind: "features" }>;

/** A switch and when its proof of life last moved. */
export interface FeatureLife extends FeatureStatus {
  /** Step at which the switch went on or the proof last moved. */
  readonly movedAtStep: number;
}

export interface RunSlice {
  /** Names the run in every event; "" before the first. */
  readonly runId: string;
  readonly state: RunState;
  /** With what the run was started; null before the first. */
  readonly started: ResolvedConfig | null;
  readonly startedAtMs: number;
  /** A warm-up builds and evaluates; training begins when somebody asks for it. */
  readonly until: StartRequest["until"];
  readonly engine: EngineInfo | null;
  readonly timing: TimingEvent | null;
  readonly features: readonly FeatureLife[];
  readonly polygons: CacheCounters | null;
  readonly caches: CacheReport | null;
  readonly loaders: LoaderFacts | null;
  /** Events of former runs that arrived late and were dropped. */
  readonly staleEvents: number;
  /** Raised whenever loss points were added or cleared. */
  readonly lossRevision: number;
}

export const initialRun: RunSlice = {
  runId: "",
  state: { kind: "idle" },
  started: null,
  startedAtMs: 0,
  until: "train",
  engine: null,
  timing: null,
  features: [],
  polygons: null,
  caches: null,
  loaders: null,
  staleEvents: 0,
  lossRevision: 0,
};

export function withState(run: RunSlice, action: RunAction): RunSlice {
  return { ...run, state: nextRunState(run.state, action) };
}

/** A new run: nothing of the former one stays but the engine's name and the count of dropped events. */
export function beginRun(
  run: RunSlice,
  begin: Pick<RunSlice, "runId" | "started" | "startedAtMs" | "until">,
): RunSlice {
  return {
    ...initialRun,
    ...begin,
    engine: run.engine,
    staleEvents: run.staleEvents,
    lossRevision: run.lossRevision + 1,
    state: nextRunState({ kind: "idle" }, { kind: "start asked" }),
  };
}

/** Back to before the first run. `runId` changes, so that late events of the former run are recognised. */
export function resetRun(run: RunSlice, runId: string): RunSlice {
  return {
    ...initialRun,
    runId,
    engine: run.engine,
    staleEvents: run.staleEvents,
    lossRevision: run.lossRevision + 1,
  };
}

/** Being prepared ahead of anybody asking. */
export function isWarmingUp({ state, until }: RunSlice): boolean {
  return state.kind === "preparing" && until === "prepare";
}

export function withTiming(run: RunSlice, timing: TimingEvent): RunSlice {
  return { ...withState(run, { kind: "step seen", step: timing.step }), timing };
}

/** Takes the switches' report and keeps when each proof of life last moved. */
export function withFeatures(
  run: RunSlice,
  {
    features,
    polygons,
    caches,
    loaders,
  }: Pick<FeaturesEvent, "features" | "polygons" | "caches" | "loaders">,
): RunSlice {
  const lives = features.map((feature) => {
    const before = run.features.find(({ id }) => id === feature.id);
    const isStill = before?.on === feature.on && before.proofOfLife === feature.proofOfLife;
    return { ...feature, movedAtStep: isStill ? before.movedAtStep : feature.countedAtStep };
  });
  return { ...run, features: lives, polygons, caches, loaders };
}

/** On, and its proof of life, though read again, has not moved for two steps: it may be wired to nothing. */
export function isSilent(feature: FeatureLife): boolean {
  return feature.on && feature.countedAtStep - feature.movedAtStep >= 2;
}
