// One dispatch for a convolution, or for the input gradient of a stride-1 convolution, which is one too, by the kernel that
// is asked for; unless one is, by a register tile that suits the size of the map. Sizes travel in the uniform.

import type { ConvGeometry, Epilogue, PlanOp, Slot, View } from "../../../plan/types.ts";
import { type Binding, blocks, type KernelCall, place, reads, readsSlot, writes } from "../../kernel.ts";
import { epilogueParts, NO_EPILOGUE, withEpilogue } from "../shared/epilogue.ts";
import { DEPTH, rowsFor } from "../shared/tiles.ts";
import { SIDES, type Variant } from "../../variants.ts";
import subgroupsText from "../conv-subgroups/conv-subgroups.wgsl?raw";
import workgroupText from "../conv-workgroup/conv-workgroup.wgsl?raw";
import channelsText from "../conv-channels/conv-channels.wgsl?raw";
import text from "./conv.wgsl?raw";

type ConvOp = Extract<PlanOp, { kind: "conv" }>;
type InputGradientOp = Extract<PlanOp, { kind: "convInputGradient" }>;

export function conv(op: ConvOp, variant?: Variant): KernelCall {
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
    variant,
  });
}

/** Stride 1 only. */
export function convInputGradient(op: InputGradientOp, variant?: Variant): KernelCall {
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
    variant,
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
  readonly variant: Variant | undefined;
}

/** Below this width threads side by side would often stand in different rows. */
const NARROW = 16;
/** Neighbouring threads need that many channels to stand side by side in. */
const MANY_CHANNELS = 16;

function tiled(name: string, what: Tiled): KernelCall {
  const { input, output, weight, geometry, strides } = what;
  const { kernel, padding, groups } = geometry;
  const [inChannels, outChannels] = [input.channels / groups, output.channels / groups];
  const variant = what.variant ?? usualConv(what, outChannels);
  const tile = tileOf(variant, what, outChannels);
  const parts = epilogueParts(what.epilogue);
  const bindings: Record<string, Binding> = {
    input: reads(input),
    weight: readsSlot(weight),
    ...parts.bindings,
    output: writes(output),
  };
  return {
    kernel: variant === "columns" ? name : `${name}${KERNEL_NAMES[variant]}`,
    source: withEpilogue(tile.text),
    ...(variant === "subgroups" ? { features: ["subgroups"] as const } : {}),
    constants: {
      K: kernel,
      STRIDE: geometry.stride,
      ACCUMULATE: Number(what.accumulate),
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

type Tile = Pick<KernelCall, "constants" | "sizes" | "workgroups"> & { readonly text: string };

const KERNEL_NAMES: Readonly<Record<Exclude<Variant, "columns">, string>> = {
  channels: "Channels",
  workgroup32: "Workgroup32",
  workgroup64: "Workgroup64",
  subgroups: "Subgroups",
};

function usualConv({ output, geometry }: Tiled, outChannels: number): Variant {
  const isSmall = output.width < NARROW && outChannels >= MANY_CHANNELS && geometry.kernel <= 3;
  return isSmall ? "channels" : "columns";
}

function tileOf(variant: Variant, what: Tiled, outChannels: number): Tile {
  if (variant === "columns") return columnTile(what, outChannels);
  if (variant === "channels") return channelTile(what, outChannels);
  if (variant === "subgroups") return subgroupTile(what, outChannels);
  return workgroupTile(what, outChannels, SIDES[variant]);
}

/** Threads side by side are columns; each takes some rows of some channels. */
function columnTile({ output, geometry }: Tiled, outChannels: number): Tile {
  const { kernel, groups } = geometry;
  const out = Math.min(8, outChannels);
  const rows = rowsFor(output.height, mostRows(geometry));
  const strips = blocks(output.height, rows);
  const tiles = blocks(outChannels, out);
  return {
    text,
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
    text: channelsText,
    constants: { ROWS: rows, COLS: columns },
    sizes: { tileRows, tileColumns },
    workgroups: [blocks(outChannels * tileRows * tileColumns * output.batch, 64), geometry.groups, 1],
  };
}

/** A workgroup takes SIDE channels × SIDE pixels, and keeps what it needs of both operands in its own memory. */
function workgroupTile({ output, geometry }: Tiled, outChannels: number, side: number): Tile {
  const tiles = blocks(outChannels, side);
  const pixels = output.batch * output.height * output.width;
  return {
    text: workgroupText,
    constants: { SIDE: side, DEPTH },
    sizes: { tiles },
    workgroups: [blocks(pixels, side), geometry.groups * tiles, 1],
  };
}

/** A thread takes one pixel of some channels; weights go round in the subgroup. */
function subgroupTile({ output, geometry }: Tiled, outChannels: number): Tile {
  const out = Math.min(8, outChannels);
  const tiles = blocks(outChannels, out);
  const pixels = output.batch * output.height * output.width;
  return {
    text: subgroupsText,
    constants: { OUT: out },
    sizes: { tiles },
    workgroups: [blocks(pixels, 64), geometry.groups * tiles, 1],
  };
}
