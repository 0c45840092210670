// The network as data. Builders, shapes, parameter and cost counts.

export { LICENCES, type Licence } from "./licences.ts";
export { GraphBuilder, type Value } from "./builder.ts";
export {
  countParameters,
  describeGraph,
  type ModelDescription,
  inputsOf,
} from "./cost.ts";
export { dbHead, dbNeck } from "./detector.ts";
export { basicBlock, type Features, resnetStem } from "./encoders.ts";
export { initialWeights, sizeOf } from "./init.ts";
export { buildGraph, buildPlainDetector, MODEL_NAMES } from "./models.ts";
export {
  asRgb,
  PADDLE_PREPROCESSING,
  PRETRAINED_MODELS,
  type Preprocessing,
  type PretrainedName,
  pretrainedModel,
} from "./pretrained.ts";
export { type InputSize, inferNodeShapes, inferShapes } from "./shapes.ts";
export { withoutThresholdHead, withThresholdHead } from "./threshold-head.ts";
export type {
  ActivationKind,
  Block,
  Graph,
  Node,
  NodeId,
  NodeKind,
  Parameter,
  ParameterName,
  ParameterRole,
  Shape,
  Weights,
} from "./types.ts";
export { parametersOf, validateGraph } from "./validate.ts";
