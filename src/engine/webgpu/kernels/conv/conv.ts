// One dispatch for a convolution, or for the input gradient of a stride-1 convolution, which is one too.
// Chooses between the kernel for wide maps and the one for small maps, and the register tile; sizes travel in the uniform.

import type { ConvGeometry, Epilogue, PlanOp, Slot, View } from "../../../plan/types.ts";
import { type Binding, blocks, type KernelCall, place, reads, readsSlot, writes } from "../../kernel.ts";
import { epilogueParts, NO_EPILOGUE, withEpilogue } from "../shared/epilogue.ts";
import { rowsFor } from "../shared/tiles.ts";
import channelsText from "../conv-channels/conv-channels.wgsl?raw";
import text from "./conv.wgsl?raw";

type ConvOp = Extract<PlanOp, { kind: "conv" }>;
type InputGradientOp = Extract<PlanOp, { kind: "convInputGradient" }>;

export function conv(op: ConvOp): KernelCall {
  const { input, output, weight, geometry, epilogue } = op;
  const { kernel, groups } = geometry;
  const inputs = input.channels / groups;
  const strides = { weightOut: inputs * kernel ** 2, weightIn: kernel ** 2, firstTap: 0, tapStep: 1 };
  return tiled("conv", {
    input,
    output,
    weight,
    geometry,
    epilogue,
    strides,
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
    strides: {
      weightOut: kernel ** 2,
      weightIn: inputs * kernel ** 2,
      firstTap: kernel ** 2 - 1,
      tapStep: -1,
    },
    accumulate,
  });
}

interface Tiled {
  readonly input: View;
  readonly output: View;
  readonly weight: Slot;
  readonly geometry: ConvGeometry;
  readonly epilogue: Epilogue;
  /** Distance of the weights of neighbouring output channels, input channels and taps, and where the first tap lies. */
  readonly strides: Readonly<Record<"weightOut" | "weightIn" | "firstTap" | "tapStep", number>>;
  readonly accumulate: boolean;
}

/** Below this width threads side by side would often stand in different rows. */
const NARROW = 16;
/** Neighbouring threads need that many channels to stand side by side in. */
const MANY_CHANNELS = 16;

function tiled(name: string, what: Tiled): KernelCall {
  const { input, output, weight, geometry, strides } = what;
  const { kernel, padding, groups } = geometry;
  const [inChannels, outChannels] = [input.channels / groups, output.channels / groups];
  const isSmall = output.width < NARROW && outChannels >= MANY_CHANNELS && kernel <= 3;
  const tile = isSmall ? channelTile(what, outChannels) : columnTile(what, outChannels);
  const parts = epilogueParts(what.epilogue);
  const bindings: Record<string, Binding> = {
    input: reads(input),
    weight: readsSlot(weight),
    ...parts.bindings,
    output: writes(output),
  };
  return {
    kernel: isSmall ? `${name}Channels` : name,
    source: withEpilogue(isSmall ? channelsText : text),
    constants: {
      K: kernel,
      STRIDE: geometry.stride,
      ...tile.constants,
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
      groupWeights: inChannels * outChannels * kernel ** 2,
      accumulate: Number(what.accumulate),
      ...strides,
      ...tile.sizes,
      ...place("input", input),
      ...place("output", output),
    },
    numbers: parts.numbers,
    bindings,
    workgroups: tile.workgroups,
  };
}

type Tile = Pick<KernelCall, "constants" | "sizes" | "workgroups">;

/** Threads side by side are columns; each takes some rows of some channels. */
function columnTile({ output, geometry }: Tiled, outChannels: number): Tile {
  const { kernel, groups } = geometry;
  const out = Math.min(8, outChannels);
  const rows = rowsFor(output.height, mostRows(geometry));
  const strips = blocks(output.height, rows);
  const tiles = blocks(outChannels, out);
  return {
    constants: {
      ROWS: rows,
      OUT: out,
      UNROLL_ROWS: Number(kernel <= 3),
      HAS_REST: Number(outChannels % out !== 0),
    },
    sizes: { strips, tiles },
    workgroups: [blocks(output.batch * strips * output.width, 64), groups * tiles, 1],
  };
}

/** A stride of 2 or a large kernel reads more input rows for each row. */
function mostRows({ kernel, stride }: ConvGeometry): number {
  if (kernel > 3) return 4;
  return stride === 1 ? 8 : 5;
}

/** Threads side by side are channels; each takes a small rectangle of pixels. */
function channelTile({ output, geometry }: Tiled, outChannels: number): Tile {
  const rows = rowsFor(output.height, 5);
  const columns = rowsFor(output.width, 5);
  const [tileRows, tileColumns] = [blocks(output.height, rows), blocks(output.width, columns)];
  return {
    constants: { ROWS: rows, COLS: columns },
    sizes: { tileRows, tileColumns },
    workgroups: [blocks(outChannels * tileRows * tileColumns * output.batch, 64), geometry.groups, 1],
  };
}
