// What a run has learnt, as a file: a checkpoint (safetensors with the graph beside it), ONNX, or the Python file that loads the
// checkpoint into PyTorch.

import type { Config } from "../config/index.ts";
import { contentHash } from "../dataset/index.ts";
import { type TrainedModel, writeCheckpoint, writeOnnx, writeTorch } from "../exchange/index.ts";
import type { Preprocessing } from "../graph/index.ts";
import type { EvaluatedMap } from "./evaluator.ts";

export type ModelFormat = "checkpoint" | "onnx" | "torch";

export function exportModel(model: TrainedModel, format: ModelFormat): Uint8Array<ArrayBuffer> {
  switch (format) {
    case "onnx":
      return writeOnnx(model.graph, model.weights, model);
    case "checkpoint":
      return writeCheckpoint(model);
    case "torch":
      return new TextEncoder().encode(writeTorch(model.graph));
    default:
      return format satisfies never;
  }
}

/** Tells configurations apart: 16 hexadecimal digits. */
export function hashOf(config: Config): string {
  const hash = contentHash();
  hash.addText(JSON.stringify(config));
  return hash.hex();
}

/** An ONNX file with what the engine answered with the very same weights. */
export interface ExportedModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly preprocessing: Preprocessing;
  readonly step: number;
  readonly sizePx: number;
  readonly maps: readonly EvaluatedMap[];
}
