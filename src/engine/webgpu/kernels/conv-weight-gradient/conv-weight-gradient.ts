// One dispatch for the weight gradient of a convolution, by register tiles unless tiles in workgroup memory are asked for.
// Writes partial sums, one set for each split of the pixels;
// `gather-gradients` adds them up.

import type { ConvGeometry, PlanOp } from "../../../plan/types.ts";
import { blocks, type KernelCall, named, place, reads } from "../../kernel.ts";
import type { Partial } from "../../partials.ts";
import { SIDES, type Variant } from "../../variants.ts";
import workgroupText from "../conv-weight-gradient-workgroup/conv-weight-gradient-workgroup.wgsl?raw";
import { DEPTH, rowsFor } from "../shared/tiles.ts";
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
export function convWeightGradient(
  op: Op,
  reserve: (splits: number) => Partial,
  variant: Variant = "columns",
): KernelCall {
  if (variant === "workgroup32" || variant === "workgroup64") return inWorkgroups(op, reserve, variant);
  const { input, outputGradient, geometry } = op;
  const { kernel, stride, groups } = geometry;
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
      ...shapeOf(op),
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
    bindings: bindingsOf(op, { offset, size }),
    workgroups: [blocks(lanes * splits, 64), groups * tiles, 1],
  };
}

/** Workgroups that share the work at least. */
const WORKGROUPS = 128;

function inWorkgroups(
  op: Op,
  reserve: (splits: number) => Partial,
  variant: "workgroup32" | "workgroup64",
): KernelCall {
  const { input, outputGradient, geometry } = op;
  const { kernel, stride, groups } = geometry;
  const [inChannels, outChannels] = [input.channels / groups, outputGradient.channels / groups];
  const side = SIDES[variant];
  const tiles = blocks(outChannels, side);
  const columnTiles = blocks(inChannels * kernel ** 2, side);
  const pixels = outputGradient.batch * outputGradient.height * outputGradient.width;
  const share = blocks(blocks(pixels, blocks(WORKGROUPS, tiles * columnTiles * groups)), DEPTH) * DEPTH;
  const splits = blocks(pixels, share);
  const { offset, stride: partialStride, size } = reserve(splits);
  return {
    kernel: variant === "workgroup32" ? "convWeightGradientWorkgroup32" : "convWeightGradientWorkgroup64",
    source: workgroupText,
    constants: { K: kernel, STRIDE: stride, SIDE: side, DEPTH },
    sizes: {
      ...shapeOf(op),
      tiles,
      columnTiles,
      pixels,
      share,
      partialStride,
      ...place("input", input),
      ...place("gradient", outputGradient),
    },
    bindings: bindingsOf(op, { offset, size }),
    workgroups: [columnTiles * splits, groups * tiles, 1],
  };
}

function shapeOf({ input, outputGradient, geometry: { groups, padding } }: Op) {
  return {
    inChannels: input.channels / groups,
    inHeight: input.height,
    inWidth: input.width,
    outChannels: outputGradient.channels / groups,
    outHeight: outputGradient.height,
    outWidth: outputGradient.width,
    padding,
  };
}

function bindingsOf({ input, outputGradient }: Op, partials: Pick<Partial, "offset" | "size">) {
  return {
    input: reads(input),
    outputGradient: reads(outputGradient),
    partials: named("partials", "read_write", partials),
  };
}
