// One dispatch for the input gradient of a stride-2 convolution of any kernel, padding and groups.

import type { PlanOp } from "../../../plan/types.ts";
import { blocks, type KernelCall, place, reads, readsSlot, writes } from "../../kernel.ts";
import { rowsFor } from "../shared/tiles.ts";
import text from "./conv-input-gradient-strided.wgsl?raw";

type Op = Extract<PlanOp, { kind: "convInputGradient" }>;

export function convInputGradientStrided(op: Op): KernelCall {
  const { outputGradient, inputGradient, weight, geometry, accumulate } = op;
  const { kernel, padding, groups } = geometry;
  const [inChannels, outChannels] = [inputGradient.channels / groups, outputGradient.channels / groups];
  const out = Math.min(kernel > 3 ? 1 : 4, inChannels);
  const [blockRows, blockColumns] = [blocks(inputGradient.height, 2), blocks(inputGradient.width, 2)];
  const rows = rowsFor(blockRows, 5);
  const strips = blocks(blockRows, rows);
  const tiles = blocks(inChannels, out);
  // Which output pixels a block sees, relative to its own place.
  const low = Math.floor((padding - kernel + 2) / 2);
  const high = Math.floor((padding + 1) / 2);
  return {
    kernel: "convInputGradientStrided",
    source: text,
    constants: {
      K: kernel,
      P: padding,
      ROWS: rows,
      OUT: out,
      LOW: low,
      COUNT: high - low + 1,
    },
    sizes: {
      batch: inputGradient.batch,
      inChannels,
      inHeight: inputGradient.height,
      inWidth: inputGradient.width,
      outChannels,
      gradientHeight: outputGradient.height,
      gradientWidth: outputGradient.width,
      blockColumns,
      strips,
      tiles,
      groupWeights: inChannels * outChannels * kernel ** 2,
      weightStep: inChannels * kernel ** 2,
      accumulate: Number(accumulate),
      ...place("input", inputGradient),
      ...place("gradient", outputGradient),
    },
    bindings: {
      outputGradient: reads(outputGradient),
      weight: readsSlot(weight),
      inputGradient: writes(inputGradient),
    },
    workgroups: [blocks(inputGradient.batch * strips * blockColumns, 64), groups * tiles, 1],
  };
}
