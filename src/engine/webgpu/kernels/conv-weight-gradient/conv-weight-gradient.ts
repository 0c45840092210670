// One dispatch for the weight gradient of a convolution. Writes partial sums, one set for each split of the pixels;
// `gather-gradients` adds them up.

import type { ConvGeometry, PlanOp } from "../../../plan/types.ts";
import { blocks, type KernelCall, named, place, reads } from "../../kernel.ts";
import type { Partial } from "../../partials.ts";
import { rowsFor } from "../shared/tiles.ts";
import text from "./conv-weight-gradient.wgsl?raw";

type Op = Extract<PlanOp, { kind: "convWeightGradient" }>;

/** Threads that a weight gradient should have at least. */
const THREADS = 2048;

/** Tile sizes: output channels, input channels, rows. */
function tileOf({ kernel, stride }: ConvGeometry): { out: number; inputs: number; rows: number } {
  if (kernel === 1) return { out: 8, inputs: 4, rows: 5 };
  if (kernel === 3) return stride === 1 ? { out: 4, inputs: 2, rows: 5 } : { out: 8, inputs: 1, rows: 5 };
  return kernel === 5 ? { out: 2, inputs: 1, rows: 5 } : { out: 1, inputs: 1, rows: 5 };
}

/** `reserve` hands out space for so many partial copies of the gradient. */
export function convWeightGradient(op: Op, reserve: (splits: number) => Partial): KernelCall {
  const { input, outputGradient, geometry } = op;
  const { kernel, stride, padding, groups } = geometry;
  const [inChannels, outChannels] = [input.channels / groups, outputGradient.channels / groups];
  const tile = tileOf(geometry);
  const out = Math.min(tile.out, outChannels);
  const inputs = Math.min(tile.inputs, inChannels);
  const lanes = blocks(inChannels, inputs);
  const tiles = blocks(outChannels, out);
  const rows = rowsFor(outputGradient.height, tile.rows);
  const strips = blocks(outputGradient.height, rows);
  const allStrips = strips * outputGradient.batch;
  const wanted = Math.min(allStrips, blocks(THREADS, lanes * tiles * groups));
  const strideStrips = blocks(allStrips, wanted);
  const splits = blocks(allStrips, strideStrips);
  const { offset, stride: partialStride, size } = reserve(splits);
  return {
    kernel: "convWeightGradient",
    source: text,
    constants: { K: kernel, STRIDE: stride, ROWS: rows, OUT: out, IN: inputs },
    sizes: {
      inChannels,
      inHeight: input.height,
      inWidth: input.width,
      outChannels,
      outHeight: outputGradient.height,
      outWidth: outputGradient.width,
      padding,
      lanes,
      tiles,
      strips,
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
    workgroups: [blocks(lanes * splits, 64), groups * tiles, 1],
  };
}
