// The words of a run: its state, what it is asked, and what it reports. protocol/ carries them across threads as they are.

import type { Config, ResolvedConfig } from "../config/index.ts";
import type { Affine, ErrorData, Polygon } from "../core/index.ts";
import type { Dataset, PageId } from "../dataset/index.ts";
import type { EngineInfo, FrozenCounters } from "../engine/index.ts";
import type { DetectionOutcome, Score, TruthOutcome } from "../metrics/index.ts";
import type { CacheCounters, CacheReport, EpochCounts, Tier } from "../targets/index.ts";
import type { DurationStatistics, SpanBatch, Stage } from "../trace/index.ts";
import type { ModelBytes } from "./start-model.ts";

/** The one state of a run; the screen's transitions are pure functions in store/. */
export type RunState =
  | { readonly kind: "idle" }
  | { readonly kind: "preparing"; readonly doing: string; readonly done: number; readonly total: number }
  | { readonly kind: "running"; readonly step: number }
  | { readonly kind: "pausing"; readonly step: number }
  | { readonly kind: "paused"; readonly step: number }
  | { readonly kind: "recovering"; readonly step: number; readonly doing: string }
  | { readonly kind: "finished"; readonly step: number; readonly reason: "length reached" | "stopped" }
  | { readonly kind: "failed"; readonly step: number; readonly error: ErrorData };

export interface StartRequest {
  readonly runId: string;
  readonly resolved: ResolvedConfig;
  readonly dataset: Dataset;
  /** "train": go on until the length is reached · "step": one step, then pause · "prepare": build and evaluate step 0, then pause. */
  readonly until: "train" | "step" | "prepare";
  /** For `model.init` "file". */
  readonly modelFile?: ModelBytes;
  /** Keep what was learnt when the run ends, so that it can be exported. */
  readonly keepWeights?: true;
}

/** What can change while a run goes on. */
export interface LiveSettings {
  readonly postprocess?: Config["postprocess"];
  readonly polygonCache?: boolean;
  readonly imageCache?: boolean;
  readonly mapCache?: boolean;
  readonly sampleCache?: boolean;
  readonly frozenFeatures?: boolean;
  readonly profiler?: boolean;
  readonly profilerDepth?: Config["features"]["profilerDepth"];
  /** Look at the next steps this closely, whatever the profiler is set to; afterwards as before. */
  readonly record?: { readonly steps: number; readonly depth: 1 | 2 };
  readonly loader?: Config["loader"];
  /** Pages whose maps somebody looks at; only these are read back as frames. */
  readonly watched?: readonly PageId[];
  /** Whether threshold maps are wanted in frames. */
  readonly wantThreshold?: boolean;
}

export interface LossPoint {
  readonly step: number;
  readonly total: number;
  readonly probability: number;
  readonly threshold: number;
  readonly binary: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

export interface PageEvaluation {
  readonly pageId: PageId;
  /** In the order of the page's words. */
  readonly words: readonly TruthOutcome[];
  readonly boxes: readonly {
    readonly polygon: Polygon<"upright">;
    readonly score: number;
    readonly outcome: DetectionOutcome;
  }[];
  readonly cleval: Score;
  readonly icdarIou: Score;
}

export interface EvaluationEvent {
  readonly step: number;
  readonly epoch: number;
  /** False when only the reading of the maps changed (live thresholds). */
  readonly isNewPrediction: boolean;
  readonly coverage: { readonly scored: number; readonly asked: number };
  /** CLEval of the original project: mean of per-page values, and pooled over character counts. */
  readonly cleval: { readonly mean: Score; readonly pooled: Score };
  readonly icdarIou: { readonly mean: Score; readonly pooled: Score };
  readonly words: {
    readonly found: number;
    readonly total: number;
    readonly missed: number;
    readonly falseBoxes: number;
  };
  readonly pages: readonly PageEvaluation[];
  readonly durationMs: number;
}

/** A page's maps as bytes (value·255) in map pixels, with the placement that produced them. */
export interface PageFrame {
  readonly pageId: PageId;
  readonly sizePx: number;
  readonly probability: Uint8Array<ArrayBuffer>;
  readonly threshold?: Uint8Array<ArrayBuffer>;
  readonly placement: Affine<"upright", "input">;
}

export interface FramesEvent {
  readonly step: number;
  readonly frames: readonly PageFrame[];
}

export interface TimingEvent {
  readonly step: number;
  readonly epoch: number;
  readonly samplesSeen: number;
  /** Wall time from step to step, evaluations left out. */
  readonly stepMs: DurationStatistics;
  /** Phases of the last step; only "wait" and "step" while the profiler is off. */
  readonly lastStep: { [stage in Stage]?: number };
  readonly stages: Partial<Record<Stage, DurationStatistics>>;
  /** Steps the run will make. */
  readonly plannedSteps: number;
  readonly memoryBytes: number;
}

export interface SpansEvent {
  /** On the trainer's clock; null when only the facts below are new. */
  readonly batch: SpanBatch | null;
  /** A recording on demand: how far it is. */
  readonly recording: { readonly done: number; readonly of: number } | null;
  /** The last recording; fewer steps than were asked where the run ended before. */
  readonly recorded: { readonly fromStep: number; readonly toStep: number } | null;
  /** How exactly each loader's clock is known against the trainer's. */
  readonly clocks: readonly { readonly track: number; readonly uncertaintyMs: number }[];
  /** What is held on the device, by what it is for. */
  readonly memory: readonly { readonly purpose: string; readonly bytes: number }[];
}

export interface FeatureStatus {
  readonly id: "polygonCache" | "imageCache" | "mapCache" | "sampleCache" | "frozenFeatures" | "profiler";
  readonly on: boolean;
  /** A counter that moves only while the feature works. */
  readonly proofOfLife: number;
  /** The step at which the counter was read: it says nothing about later ones. */
  readonly countedAtStep: number;
  /** Sentence for the switch: "64 entries, 100 % hits this epoch". */
  readonly says: string;
}

/** What the loaders did so far; nothing may be lost or doubled. */
export interface LoaderFacts {
  readonly workers: number;
  readonly delivered: number;
  /** Samples prepared ahead or on their way. */
  readonly queued: number;
  readonly inFlight: number;
  /** Time that the trainer waited for samples, in all. */
  readonly waitMs: number;
  readonly failed: number;
  readonly doubled: number;
  readonly lost: number;
}

export interface RunCounters {
  /** What the run decided on its caches and why, a sentence each; only where the choice was left to it. */
  readonly cacheChoices?: readonly string[];
  readonly cache: Readonly<Record<Tier, CacheCounters & { readonly epochs: readonly EpochCounts[] }>>;
  /** null where the engine has nothing frozen or cannot keep it. */
  readonly frozen: FrozenCounters | null;
  readonly loaders: LoaderFacts;
  readonly features: readonly FeatureStatus[];
  readonly stages: Partial<Record<Stage, DurationStatistics>>;
  readonly stepMs: DurationStatistics;
  readonly memoryBytes: number;
  readonly samplesSeen: number;
  readonly stepsDone: number;
  readonly engine: EngineInfo | null;
}

export type TrainerEventBody =
  | { readonly kind: "state"; readonly state: RunState }
  | { readonly kind: "engine"; readonly info: EngineInfo }
  | { readonly kind: "losses"; readonly points: readonly LossPoint[] }
  | ({ readonly kind: "evaluation" } & EvaluationEvent)
  | ({ readonly kind: "frames" } & FramesEvent)
  | ({ readonly kind: "timing" } & TimingEvent)
  | ({ readonly kind: "spans" } & SpansEvent)
  | {
      readonly kind: "features";
      readonly features: readonly FeatureStatus[];
      readonly polygons: CacheCounters;
      readonly caches: CacheReport;
      readonly loaders: LoaderFacts;
    }
  | {
      readonly kind: "log";
      readonly level: "info" | "warning" | "error";
      readonly source: string;
      readonly text: string;
    };

export type TrainerEvent = TrainerEventBody & { readonly runId: string; readonly sequence: number };
