// What crosses threads. Types and one version number; nothing here runs.

export type {
  DataCalls,
  ImportRequest,
  LoaderWorkerCalls,
  PrepareProgress,
  SynthRequest,
} from "./loader.ts";
export type { InferCalls } from "./infer.ts";
export type { LabCalls } from "./lab.ts";
export type { TrainerCalls } from "./trainer.ts";

export type {
  Advice,
  ArmResult,
  Assessed,
  AssessProgress,
  Conclusion,
  CostOutcome,
  CostWishes,
  Estimate,
  Gate,
  Goal,
  OriginalOutcome,
  ProfilerCost,
  QuickCheck,
  ReportTexts,
  TableRow,
} from "../assess/index.ts";

export type { Dataset, FileReport, LabelSpace, Page, PageId, Word } from "../dataset/index.ts";
export type { EngineId, EngineInfo } from "../engine/index.ts";
export type {
  CompareRequest,
  Comparison,
  InferCounters,
  InferProgress,
  ModelFacts,
  ModelMap,
  ModelSource,
  OpenedModel,
  OpenRequest,
  PageReading,
  ProviderWish,
  RunRequest,
  ScoreRequest,
  SetReading,
} from "../infer/index.ts";
export type { DetectionOutcome, Score, TruthOutcome } from "../metrics/index.ts";
export type {
  AssessOutcome,
  ClearedCaches,
  AssessRequest,
  CostRequest,
  EvaluationEvent,
  ExportedModel,
  FeatureStatus,
  FramesEvent,
  LabEvent,
  LabSubject,
  LiveSettings,
  LoaderFacts,
  LossPoint,
  ModelBytes,
  ModelFormat,
  PageEvaluation,
  PageFrame,
  RaceOutcome,
  RaceRequest,
  RaceStep,
  RunCounters,
  RunState,
  SpansEvent,
  StartRequest,
  TimingEvent,
  TrainerEvent,
  TrainerEventBody,
} from "../train/index.ts";
export type {
  CacheCounters,
  CacheReport,
  EpochCounts,
  MissReason,
  MissRecord,
  Tier,
  TierReport,
} from "../targets/index.ts";

/** Raised when a message changes its meaning; both sides compare it in the first call. */
export const PROTOCOL_VERSION = 1;
