// Encodes the three records of gemm.as and the one of dot.as, and decides how large their tiles are.
// Tiles depend on shapes alone, never on the number of threads, so that results do not either.

import type { Activation, Epilogue, View } from "../../../plan/types.ts";
import { real, type Record } from "../../program.ts";
import { pageBytes, type Space } from "../../space.ts";
import type { Layout } from "../layout/layout.ts";

/** Multiply-adds worth handing to a thread. */
const TILE_PRODUCTS = 200_000;
const MOST_PANELS = 8;
/** Sums of a dot tile must fit a thread's scratch: 4 floats each. */
const MOST_COLUMNS = 72;
/** Tiles wished for, so that several threads find work. */
const TILES_WISHED = 16;

export const ACTIVATIONS = ["none", "relu", "sigmoid", "hardSigmoid", "hardSwish"] as const;

export function activationWords(activation: Activation | undefined): readonly [number, number] {
  return [ACTIVATIONS.indexOf(activation?.kind ?? "none"), real(activation?.slope ?? 0)];
}

export interface PackedWeights {
  readonly address: number;
  /** Panels of four rows in each group. */
  readonly groupPanels: number;
  readonly depth: number;
  readonly rows: number;
}

export interface Packing {
  /** Address of the first value. */
  readonly weights: number;
  readonly rowBytes: number;
  readonly groupBytes: number;
  /** Of a row's values, in the order of the product. */
  readonly offsets: readonly number[];
  readonly rows: number;
  readonly groups: number;
}

/** Lets the weights be packed at the start of the program. */
export function packWeights(how: Packing, space: Space): PackedWeights {
  const depth = how.offsets.length;
  const groupPanels = Math.ceil(how.rows / 4);
  const tiles = groupPanels * how.groups;
  const address = space.packed(tiles * depth * 16);
  const offsets = space.table(how.offsets);
  const words = [how.weights, how.rowBytes, how.groupBytes, offsets, depth, how.rows, address, groupPanels];
  space.preparation.push({ kind: "pack", tiles, words, isFree: true });
  return { address, groupPanels, depth, rows: how.rows };
}

export interface Target {
  readonly address: number;
  readonly pageBytes: number;
  readonly groupBytes: number;
  /** From one row of the product to the next; for "quad" from one channel to the next. */
  readonly channelBytes: number;
  readonly rowBytes: number;
  readonly columnBytes: number;
  readonly store: "replace" | "accumulate" | "quad";
  readonly height: number;
  readonly width: number;
}

export interface Finish {
  readonly scale: number;
  readonly shift: number;
  readonly activation?: Activation;
}

export interface Product {
  readonly weights: PackedWeights;
  readonly image: Layout;
  /** Channels of the image that one group reads. */
  readonly groupChannels: number;
  /** Of the image rows, as many as the weights are deep. */
  readonly offsets: readonly number[];
  readonly groups: number;
  readonly batch: number;
  readonly target: Target;
  readonly finish?: Finish;
}

export function gemm(product: Product, space: Space): Record {
  const { weights, image, groups, batch, target, finish, groupChannels } = product;
  const pixels = (target.height - 1) * image.pitch + target.width;
  const panels = weights.groupPanels;
  const blockPanels = Math.min(panels, MOST_PANELS);
  const wished = TILE_PRODUCTS / (Math.max(weights.depth, 1) * blockPanels * 4);
  const blockPixels = Math.min(512, Math.max(32, Math.ceil(wished / 8) * 8));
  const pixelBlocks = Math.ceil(pixels / blockPixels);
  const rowBlocks = Math.ceil(panels / blockPanels);
  const offsets = space.table(product.offsets);
  const words = [
    ...[weights.address, panels, offsets, weights.depth, weights.rows, groups],
    ...[image.address, image.pageBytes, groupChannels * image.channelBytes],
    ...[pixels, image.pitch, target.width],
    ...[target.address, target.pageBytes, target.groupBytes, target.channelBytes],
    ...[target.rowBytes, target.columnBytes, ["replace", "accumulate", "quad"].indexOf(target.store)],
    ...[finish?.scale ?? 0, finish?.shift ?? 0, ...activationWords(finish?.activation)],
    ...[pixelBlocks, rowBlocks, blockPixels, blockPanels],
  ];
  return { kind: "gemm", tiles: batch * groups * pixelBlocks * rowBlocks, words };
}

/** Scale and shift of each output channel, made at the start of the program. */
export function foldEpilogue(epilogue: Epilogue, channels: number, space: Space): Finish | undefined {
  const { bias, norm, activation } = epilogue;
  if (bias === undefined && norm === undefined && activation === undefined) return undefined;
  const [scale, shift] = [space.packed(channels * 4), space.packed(channels * 4)];
  const words = [
    ...[channels, space.optional(bias), space.optional(norm?.gamma), space.optional(norm?.beta)],
    ...[space.optional(norm?.runningMean), space.optional(norm?.runningVariance)],
    ...[real(norm?.epsilon ?? 0), scale, shift],
  ];
  space.preparation.push({ kind: "fold", tiles: 1, words, isFree: true });
  return { scale, shift, ...(activation === undefined ? {} : { activation }) };
}

export interface Gradient {
  readonly left: Layout;
  readonly leftRows: number;
  readonly right: Layout;
  readonly rightGroupChannels: number;
  readonly offsets: readonly number[];
  readonly groups: number;
  readonly batch: number;
  /** Flat positions that count. */
  readonly pixels: number;
  readonly gradient: number;
}

/** gradient[group][row][column] += Σ left[row] · right[column]. */
export function dot(how: Gradient, space: Space): Record {
  const { left, right, leftRows, offsets, groups } = how;
  const columns = offsets.length;
  const rowBlocks = Math.ceil(leftRows / 4);
  const wished = Math.ceil((columns * rowBlocks * groups) / TILES_WISHED / 3) * 3;
  const blockColumns = Math.min(MOST_COLUMNS, Math.max(9, wished));
  const columnBlocks = Math.ceil(columns / blockColumns);
  const words = [
    ...[
      how.batch,
      groups,
      left.address,
      left.pageBytes,
      leftRows * left.channelBytes,
      left.channelBytes,
      leftRows,
    ],
    ...[right.address, right.pageBytes, how.rightGroupChannels * right.channelBytes],
    ...[space.table(offsets), columns, Math.ceil(how.pixels / 4) * 4],
    ...[how.gradient, leftRows * columns * 4, columns * 4, rowBlocks, columnBlocks, blockColumns],
  ];
  return { kind: "dot", tiles: groups * rowBlocks * columnBlocks, words };
}

/** A tensor's rows, one after the other. */
export function plainTarget(view: View, address: number, accumulate: boolean, groups: number): Target {
  return {
    address,
    pageBytes: pageBytes(view),
    groupBytes: (view.channels / groups) * view.height * view.width * 4,
    channelBytes: view.height * view.width * 4,
    rowBytes: view.width * 4,
    columnBytes: 4,
    store: accumulate ? "accumulate" : "replace",
    height: view.height,
    width: view.width,
  };
}
