// What a run has learnt, as a file: a checkpoint (safetensors with the graph beside it) or ONNX.

import { type TrainedModel, writeCheckpoint, writeOnnx } from "../exchange/index.ts";

export type ModelFormat = "checkpoint" | "onnx";

export function exportModel(model: TrainedModel, format: ModelFormat): Uint8Array<ArrayBuffer> {
  return format === "onnx" ? writeOnnx(model.graph, model.weights, model) : writeCheckpoint(model);
}
