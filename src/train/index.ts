// The loop, evaluation, choice of engine, events.

export { engineSettings } from "./build-engine.ts";
export type { EvaluatedMap } from "./evaluator.ts";
export type { ExportedModel, ModelFormat } from "./export-model.ts";
export { type ModelBytes, NORMALISATION, startModel } from "./start-model.ts";
export { type Bus, createBus, type LoopEventName, type LoopEvents, type LoopPlugin } from "./bus.ts";
export type { SendEvent } from "./emitter.ts";
export { CACHE_NAMESPACE, openPoolWith } from "./open-pool.ts";
export type { RunTools } from "./run.ts";
export type { SamplePool } from "./run-facts.ts";
export {
  type ClearedCaches,
  createTrainer,
  type EngineAnswer,
  type Trainer,
  type TrainerTools,
} from "./trainer.ts";
export {
  type AssessOutcome,
  type AssessRequest,
  type CostRequest,
  createLab,
  type Lab,
  type LabEvent,
  type LabSubject,
  type LabTools,
} from "./lab.ts";
export { createUnitRunner, type UnitRunner, type UnitRunnerTools } from "./unit-runner.ts";
export type {
  EvaluationEvent,
  FeatureStatus,
  FramesEvent,
  LiveSettings,
  LoaderFacts,
  LossPoint,
  PageEvaluation,
  PageFrame,
  RunCounters,
  RunState,
  SpansEvent,
  StartRequest,
  TimingEvent,
  TrainerEvent,
  TrainerEventBody,
} from "./types.ts";
export type { RaceOutcome, RaceRequest, RaceStep } from "./race.ts";
