// ONNX models on pages, through onnxruntime-web.

export { type DetectedMap, type PageDetections, readDetections, type SetDetections } from "./detect.ts";
export {
  type CompareRequest,
  createInferrer,
  type Inferrer,
  type InferTools,
  type ModelFile,
  type RunRequest,
  type ScoreRequest,
} from "./inferrer.ts";
export { type ChosenProvider, chooseProvider, executionProvider, type ProviderWish } from "./providers.ts";
export type { Provider } from "./runtime.ts";
export { type InferSession, openSession, preparedPages, type SessionOptions } from "./session.ts";
export type {
  Comparison,
  InferCounters,
  InferProgress,
  ModelContents,
  ModelFacts,
  ModelMap,
  ModelSource,
  OpenedModel,
  OpenRequest,
  PageReading,
  RunTimes,
  SetReading,
} from "./types.ts";
