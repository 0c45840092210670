// What crosses threads. Types and one version number; nothing here runs.

export type {
  DataCalls,
  ImportRequest,
  LoaderWorkerCalls,
  PrepareProgress,
  SynthRequest,
} from "./loader.ts";
export type { TrainerCalls } from "./trainer.ts";

export type { Dataset, FileReport, LabelSpace, Page, PageId, Word } from "../dataset/index.ts";
export type { EngineId, EngineInfo } from "../engine/index.ts";
export type { DetectionOutcome, Score, TruthOutcome } from "../metrics/index.ts";
export type {
  EvaluationEvent,
  FeatureStatus,
  FramesEvent,
  LiveSettings,
  LossPoint,
  PageEvaluation,
  PageFrame,
  RunCounters,
  RunState,
  StartRequest,
  TimingEvent,
  TrainerEvent,
  TrainerEventBody,
} from "../train/index.ts";
export type { CacheCounters, MissReason } from "../targets/index.ts";

/** Raised when a message changes its meaning; both sides compare it in the first call. */
export const PROTOCOL_VERSION = 1;
