// Bytes of a batch in, probabilities out.

import type { EngineSettings } from "../../../engine.ts";
import type { View } from "../../../plan/types.ts";
import { blocks, type KernelCall, named, place, reads, writes } from "../../kernel.ts";
import { planeOf } from "../pointwise/pointwise.ts";
import exportText from "./export-probability.wgsl?raw";
import importText from "./import-image.wgsl?raw";

export function importImage(output: View, normalisation: EngineSettings["normalisation"]): KernelCall {
  const [mean0 = 0, mean1 = 0, mean2 = 0] = normalisation.mean.map((mean) => 255 * mean);
  const [scale0 = 1, scale1 = 1, scale2 = 1] = normalisation.deviation.map(
    (deviation) => 1 / (255 * deviation),
  );
  return {
    kernel: "importImage",
    source: importText,
    constants: {},
    sizes: { plane: planeOf(output), ...place("output", output) },
    numbers: { mean0, mean1, mean2, scale0, scale1, scale2 },
    bindings: { images: named("images", "read", { element: "u32" }), output: writes(output) },
    workgroups: [blocks(planeOf(output), 64), output.batch, 1],
  };
}

/** `first` is where the maps begin in the buffer of probabilities, in floats. */
export function exportProbability(logits: View, first: number): KernelCall {
  return {
    kernel: "exportProbability",
    source: exportText,
    constants: {},
    sizes: { plane: planeOf(logits), first, ...place("logits", logits) },
    bindings: { logits: reads(logits), probabilities: named("probabilities", "read_write") },
    workgroups: [blocks(planeOf(logits), 64), logits.batch, 1],
  };
}
