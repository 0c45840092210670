// The 2×2 stride-2 transposed convolution and its two gradients, one dispatch each.

import type { PlanOp, View } from "../../../plan/types.ts";
import { blocks, type KernelCall, named, place, reads, readsSlot, writes } from "../../kernel.ts";
import type { Partial } from "../../partials.ts";
import { epilogueParts, withEpilogue } from "../shared/epilogue.ts";
import { rowsFor } from "../shared/tiles.ts";
import forwardText from "./conv-transpose.wgsl?raw";
import inputText from "./conv-transpose-input-gradient.wgsl?raw";
import weightText from "./conv-transpose-weight-gradient.wgsl?raw";

type Of<K extends PlanOp["kind"]> = Extract<PlanOp, { kind: K }>;

const ROWS = 4;
/** Threads that a weight gradient should have at least. */
const THREADS = 2048;

export function convTranspose(op: Of<"convTranspose">): KernelCall {
  const { input, output, groups, weight } = op;
  const shape = shapeOf(input, output, groups);
  const out = Math.min(4, shape.outChannels);
  const { rows, strips } = stripsOf(input);
  const tiles = blocks(shape.outChannels, out);
  const parts = epilogueParts(op.epilogue);
  return {
    kernel: "convTranspose",
    source: withEpilogue(forwardText),
    constants: { ROWS: rows, OUT: out, ...parts.constants },
    sizes: { ...shape, strips, tiles, ...place("input", input), ...place("output", output) },
    numbers: parts.numbers,
    bindings: { input: reads(input), weight: readsSlot(weight), ...parts.bindings, output: writes(output) },
    workgroups: [blocks(input.batch * strips * input.width, 64), groups * tiles, 1],
  };
}

export function convTransposeInputGradient(op: Of<"convTransposeInputGradient">): KernelCall {
  const { outputGradient, inputGradient, weight, groups, accumulate } = op;
  const shape = shapeOf(inputGradient, outputGradient, groups);
  const out = Math.min(8, shape.inChannels);
  const { rows, strips } = stripsOf(inputGradient);
  const tiles = blocks(shape.inChannels, out);
  return {
    kernel: "convTransposeInputGradient",
    source: inputText,
    constants: { ROWS: rows, OUT: out, ACCUMULATE: Number(accumulate) },
    sizes: {
      ...shape,
      strips,
      tiles,
      ...place("input", inputGradient),
      ...place("gradient", outputGradient),
    },
    bindings: {
      outputGradient: reads(outputGradient),
      weight: readsSlot(weight),
      inputGradient: writes(inputGradient),
    },
    workgroups: [blocks(inputGradient.batch * strips * inputGradient.width, 64), groups * tiles, 1],
  };
}

/** `reserve` hands out space for so many partial copies of the gradient. */
export function convTransposeWeightGradient(
  op: Of<"convTransposeWeightGradient">,
  reserve: (splits: number) => Partial,
): KernelCall {
  const { input, outputGradient, groups } = op;
  const shape = shapeOf(input, outputGradient, groups);
  const inputs = Math.min(8, shape.inChannels);
  const tiles = blocks(shape.inChannels, inputs);
  const { rows, strips } = stripsOf(input);
  const allStrips = strips * input.batch;
  const wanted = Math.min(allStrips, blocks(THREADS, shape.outChannels * tiles * groups));
  const strideStrips = blocks(allStrips, wanted);
  const splits = blocks(allStrips, strideStrips);
  const { offset, stride: partialStride, size } = reserve(splits);
  return {
    kernel: "convTransposeWeightGradient",
    source: weightText,
    constants: { ROWS: rows, IN: inputs },
    sizes: {
      ...shape,
      strips,
      tiles,
      allStrips,
      strideStrips,
      splits,
      partialStride,
      ...place("input", input),
      ...place("gradient", outputGradient),
    },
    bindings: {
      input: reads(input),
      outputGradient: reads(outputGradient),
      partials: named("partials", "read_write", { offset, size }),
    },
    workgroups: [blocks(shape.outChannels * splits, 64), groups * tiles, 1],
  };
}

function shapeOf(input: View, output: View, groups: number) {
  return {
    batch: input.batch,
    inChannels: input.channels / groups,
    inHeight: input.height,
    inWidth: input.width,
    outChannels: output.channels / groups,
  };
}

function stripsOf(input: View): { rows: number; strips: number } {
  const rows = rowsFor(input.height, ROWS);
  return { rows, strips: blocks(input.height, rows) };
}
