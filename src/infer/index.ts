// ONNX models on pages, through onnxruntime-web.

export { type DetectedMap, readDetections, type SetDetections } from "./detect.ts";
export {
  type CompareRequest,
  createInferrer,
  type Inferrer,
  type ModelFile,
  type RunRequest,
  type ScoreRequest,
} from "./inferrer.ts";
export type { ProviderWish } from "./providers.ts";
export type { Provider } from "./runtime.ts";
export { openSession, preparedPages } from "./session.ts";
export type {
  Comparison,
  InferCounters,
  InferProgress,
  ModelFacts,
  ModelMap,
  ModelSource,
  OpenedModel,
  OpenRequest,
  PageReading,
  SetReading,
} from "./types.ts";
