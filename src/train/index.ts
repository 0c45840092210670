// The loop, evaluation, choice of engine, events.

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
} from "./types.ts";
