// One dispatch for a convolution, or for the input gradient of a stride-1 convolution, which is one too.
// Chooses the register tile; real sizes travel in the uniform.

import type { ConvGeometry, Epilogue, PlanOp, Slot, View } from "../../../plan/types.ts";
import { type Binding, blocks, type KernelCall, place, reads, readsSlot, writes } from "../../kernel.ts";
import { epilogueParts, NO_EPILOGUE, withEpilogue } from "../shared/epilogue.ts";
import { rowsFor } from "../shared/tiles.ts";
import text from "./conv.wgsl?raw";

type ConvOp = Extract<PlanOp, { kind: "conv" }>;
type InputGradientOp = Extract<PlanOp, { kind: "convInputGradient" }>;

export function conv(op: ConvOp): KernelCall {
  const { input, output, weight, geometry, epilogue } = op;
  const { kernel, groups } = geometry;
  const inputs = input.channels / groups;
  const strides = { weightOut: inputs * kernel ** 2, weightIn: kernel ** 2 };
  return tiled("conv", {
    input,
    output,
    weight,
    geometry,
    epilogue,
    strides,
    isFlipped: false,
    accumulate: false,
  });
}

/** Stride 1 only. */
export function convInputGradient(op: InputGradientOp): KernelCall {
  const { outputGradient, inputGradient, weight, geometry, accumulate } = op;
  const { kernel, padding, groups } = geometry;
  const inputs = inputGradient.channels / groups;
  return tiled("convInputGradient", {
    input: outputGradient,
    output: inputGradient,
    weight,
    geometry: { kernel, stride: 1, padding: kernel - 1 - padding, groups },
    epilogue: NO_EPILOGUE,
    strides: { weightOut: kernel ** 2, weightIn: inputs * kernel ** 2 },
    isFlipped: true,
    accumulate,
  });
}

interface Tiled {
  readonly input: View;
  readonly output: View;
  readonly weight: Slot;
  readonly geometry: ConvGeometry;
  readonly epilogue: Epilogue;
  /** Distance of the weights of neighbouring output and input channels. */
  readonly strides: { readonly weightOut: number; readonly weightIn: number };
  readonly isFlipped: boolean;
  readonly accumulate: boolean;
}

function tiled(name: string, what: Tiled): KernelCall {
  const { input, output, weight, geometry, strides } = what;
  const { kernel, stride, padding, groups } = geometry;
  const [inChannels, outChannels] = [input.channels / groups, output.channels / groups];
  const out = Math.min(8, outChannels);
  const rows = rowsFor(output.height, kernel > 3 ? 4 : 8);
  const strips = blocks(output.height, rows);
  const tiles = blocks(outChannels, out);
  const parts = epilogueParts(what.epilogue);
  const bindings: Record<string, Binding> = {
    input: reads(input),
    weight: readsSlot(weight),
    ...parts.bindings,
    output: writes(output),
  };
  return {
    kernel: name,
    source: withEpilogue(text),
    constants: {
      K: kernel,
      STRIDE: stride,
      ROWS: rows,
      OUT: out,
      FLIP: Number(what.isFlipped),
      ACCUMULATE: Number(what.accumulate),
      UNROLL_ROWS: Number(kernel <= 3),
      HAS_REST: Number(outChannels % out !== 0),
      ...parts.constants,
    },
    sizes: {
      batch: output.batch,
      inChannels,
      inHeight: input.height,
      inWidth: input.width,
      outChannels,
      outHeight: output.height,
      outWidth: output.width,
      padding,
      strips,
      tiles,
      groupWeights: inChannels * outChannels * kernel ** 2,
      ...strides,
      ...place("input", input),
      ...place("output", output),
    },
    numbers: parts.numbers,
    bindings,
    workgroups: [blocks(output.batch * strips * output.width, 64), groups * tiles, 1],
  };
}
