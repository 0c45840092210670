// The product behind every convolution and input gradient: rows of packed weights times shifted rows of an image, a register
// tile of 4 rows by 8 pixels, without ever writing the unrolled image. After Goto & van de Geijn (2008) and, for the table
// of addresses, Dukhan, "The Indirect Convolution Algorithm" (2019).

import { activate, fma } from "../../assembly/math";
import { ROW_PIXELS, rowProduct } from "../depthwise/depthwise";

const enum Store {
  Replace,
  Accumulate,
  /** The four rows are the 2×2 output pixels of a transposed convolution. */
  Quad,
}

@unmanaged
class Gemm {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  /** Panels of [depth][4], for each group. */
  weights: usize;
  groupPanels: i32;
  /** Byte offsets of the image rows, `depth` of them. */
  offsets: usize;
  depth: i32;
  /** Rows of one group. */
  rows: i32;
  groups: i32;
  input: usize;
  inputBatch: usize;
  inputGroup: usize;
  /** Flat positions: rows of `pitch`, of which `width` count. */
  pixels: i32;
  pitch: i32;
  width: i32;
  output: usize;
  outputBatch: usize;
  outputGroup: usize;
  outputChannel: usize;
  outputRow: usize;
  /** Bytes from one column to the next. */
  outputColumn: usize;
  store: i32;
  /** Arrays over all output channels, or 0. */
  scale: usize;
  shift: usize;
  activation: i32;
  slope: f32;
  pixelBlocks: i32;
  rowBlocks: i32;
  /** Pixels and panels of a tile. */
  blockPixels: i32;
  blockPanels: i32;
}

export function gemm(at: usize, tile: i32, scratch: usize): void {
  const op = changetype<Gemm>(at);
  let rest = tile;
  const rowBlock = rest % op.rowBlocks;
  rest /= op.rowBlocks;
  const pixelBlock = rest % op.pixelBlocks;
  rest /= op.pixelBlocks;
  const group = rest % op.groups;
  const page = rest / op.groups;
  const input = op.input + <usize>page * op.inputBatch + <usize>group * op.inputGroup;
  const output = op.output + <usize>page * op.outputBatch + <usize>group * op.outputGroup;
  const panels = (op.rows + 3) >> 2;
  const firstPanel = rowBlock * op.blockPanels;
  const endPanel = min(firstPanel + op.blockPanels, panels);
  const panelBytes = <usize>op.depth << 4;
  const weights = op.weights + <usize>(group * op.groupPanels) * panelBytes;
  const endPixel = min((pixelBlock + 1) * op.blockPixels, op.pixels);
  const isPlain = op.outputColumn == 4 && op.store != Store.Quad;
  const isDepthwise = isPlain && op.rows == 1;
  for (let pixel = pixelBlock * op.blockPixels; pixel < endPixel; pixel += 8) {
    const y = pixel / op.pitch;
    const x = pixel % op.pitch;
    const isWhole = x + 8 <= op.width && pixel + 8 <= op.pixels;
    const from = input + (<usize>pixel << 2);
    if (isDepthwise && x + ROW_PIXELS <= op.width && pixel + ROW_PIXELS <= endPixel) {
      const place = output + <usize>y * op.outputRow + (<usize>x << 2);
      rowProduct(weights, from, op.offsets, op.depth, place, op.store == Store.Accumulate);
      for (let eight: usize = 0; op.scale != 0 && eight < 128; eight += 32) {
        finishRow(op, place + eight, <usize>group << 2);
      }
      pixel += ROW_PIXELS - 8;
      continue;
    }
    for (let panel = firstPanel; panel < endPanel; panel++) {
      const panelWeights = weights + <usize>panel * panelBytes;
      const rows = min(4, op.rows - (panel << 2));
      const to = output + <usize>(panel << 2) * op.outputChannel;
      const place = to + <usize>y * op.outputRow + (<usize>x << 2);
      if (isPlain && isWhole && rows == 4 && op.scale == 0) {
        multiply(panelWeights, from, op.offsets, op.depth, place, op.outputChannel, op.store == Store.Accumulate);
        continue;
      }
      multiply(panelWeights, from, op.offsets, op.depth, scratch, ROW_BYTES, false);
      if (op.store == Store.Quad) {
        const channel = group * (op.rows >> 2) + panel;
        storeQuad(op, scratch, output + <usize>panel * op.outputChannel, channel, pixel, isWhole);
        continue;
      }
      if (op.scale != 0) finish(op, scratch, group * op.rows + (panel << 2), rows);
      if (isPlain && isWhole) storeWhole(op, scratch, place, rows);
      else storeParts(op, scratch, to, rows, y, x, min(8, op.pixels - pixel));
    }
  }
}

/** Of eight sums in a thread's scratch. */
const ROW_BYTES: usize = 32;

/** Eight sums for each of four rows, which lie `rowBytes` apart. */
@inline
function multiply(
  weights: usize,
  input: usize,
  offsets: usize,
  depth: i32,
  to: usize,
  rowBytes: usize,
  adds: bool,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let w = weights;
  let o = offsets;
  const end = offsets + (<usize>depth << 2);
  while (o < end) {
    const from = input + <usize>load<i32>(o);
    const x0 = v128.load(from);
    const x1 = v128.load(from, 16);
    const wa = v128.load32_splat(w);
    a0 = fma(wa, x0, a0);
    a1 = fma(wa, x1, a1);
    const wb = v128.load32_splat(w, 4);
    b0 = fma(wb, x0, b0);
    b1 = fma(wb, x1, b1);
    const wc = v128.load32_splat(w, 8);
    c0 = fma(wc, x0, c0);
    c1 = fma(wc, x1, c1);
    const wd = v128.load32_splat(w, 12);
    d0 = fma(wd, x0, d0);
    d1 = fma(wd, x1, d1);
    w += 16;
    o += 4;
  }
  storeRow(to, a0, a1, adds);
  storeRow(to + rowBytes, b0, b1, adds);
  storeRow(to + 2 * rowBytes, c0, c1, adds);
  storeRow(to + 3 * rowBytes, d0, d1, adds);
}

@inline
function storeRow(to: usize, first: v128, second: v128, adds: bool): void {
  v128.store(to, adds ? f32x4.add(first, v128.load(to)) : first);
  v128.store(to, adds ? f32x4.add(second, v128.load(to, 16)) : second, 16);
}

/** Scale, shift and activation of a prediction, in place. */
function finish(op: Gemm, sums: usize, channel: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    const at = <usize>(channel + row) << 2;
    finishRow(op, sums + (<usize>row << 5), at);
  }
}

function finishRow(op: Gemm, sums: usize, at: usize): void {
  const scale = v128.load32_splat(op.scale + at);
  const shift = v128.load32_splat(op.shift + at);
  for (let half: usize = 0; half < 32; half += 16) {
    const value = f32x4.add(f32x4.mul(v128.load(sums + half), scale), shift);
    v128.store(sums + half, activate(op.activation, op.slope, value));
  }
}

@inline
function storeWhole(op: Gemm, sums: usize, to: usize, rows: i32): void {
  let at = to;
  const adds = op.store == Store.Accumulate;
  for (let row = 0; row < rows; row++) {
    let first = v128.load(sums + (<usize>row << 5));
    let second = v128.load(sums + (<usize>row << 5), 16);
    if (adds) {
      first = f32x4.add(first, v128.load(at));
      second = f32x4.add(second, v128.load(at, 16));
    }
    v128.store(at, first);
    v128.store(at, second, 16);
    at += op.outputChannel;
  }
}

/** Where a tile runs over the end of a row, or columns are not neighbours. */
function storeParts(op: Gemm, sums: usize, to: usize, rows: i32, y: i32, x: i32, count: i32): void {
  const adds = op.store == Store.Accumulate;
  let row = y;
  let column = x;
  for (let index = 0; index < count; index++) {
    if (column < op.width) {
      let at = to + <usize>row * op.outputRow + <usize>column * op.outputColumn;
      for (let r = 0; r < rows; r++) {
        const value = load<f32>(sums + (<usize>r << 5) + (<usize>index << 2));
        store<f32>(at, adds ? load<f32>(at) + value : value);
        at += op.outputChannel;
      }
    }
    column++;
    if (column == op.pitch) {
      column = 0;
      row++;
    }
  }
}

/** Four rows of eight sums → two output rows of sixteen pixels of one channel. */
function storeQuad(op: Gemm, sums: usize, to: usize, channel: i32, pixel: i32, isWhole: bool): void {
  if (op.scale != 0) {
    for (let row: usize = 0; row < 4; row++) finishRow(op, sums + (row << 5), <usize>channel << 2);
  }
  if (isWhole) {
    let at = to + <usize>(pixel / op.pitch) * 2 * op.outputRow + <usize>(pixel % op.pitch) * 8;
    for (let pair: usize = 0; pair < 2; pair++) {
      const rows = sums + (pair << 6);
      for (let half: usize = 0; half < 32; half += 16) {
        const left = v128.load(rows + half);
        const right = v128.load(rows + half, 32);
        v128.store(at + 2 * half, v128.shuffle<f32>(left, right, 0, 4, 1, 5));
        v128.store(at + 2 * half, v128.shuffle<f32>(left, right, 2, 6, 3, 7), 16);
      }
      at += op.outputRow;
    }
    return;
  }
  const count = min(8, op.pixels - pixel);
  for (let index = 0; index < count; index++) {
    const at = pixel + index;
    const y = at / op.pitch;
    const x = at % op.pitch;
    if (x >= op.width) continue;
    const corner = to + <usize>y * 2 * op.outputRow + <usize>x * 8;
    const from = sums + (<usize>index << 2);
    store<f32>(corner, load<f32>(from));
    store<f32>(corner, load<f32>(from, 32), 4);
    store<f32>(corner + op.outputRow, load<f32>(from, 64));
    store<f32>(corner + op.outputRow, load<f32>(from, 96), 4);
  }
}

@unmanaged
class Pack {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  weights: usize;
  /** Bytes from one row to the next, and from one group to the next. */
  rowBytes: usize;
  groupBytes: usize;
  /** Byte offsets of a row's values, `depth` of them. */
  offsets: usize;
  depth: i32;
  rows: i32;
  output: usize;
  groupPanels: i32;
}

/** Weights → panels of [depth][4]; rows that do not exist are zero. One tile is one panel of one group. */
export function pack(at: usize, tile: i32): void {
  const op = changetype<Pack>(at);
  const group = tile / op.groupPanels;
  const panel = tile % op.groupPanels;
  let to = op.output + ((<usize>tile * op.depth) << 4);
  const first = panel << 2;
  const from = op.weights + <usize>group * op.groupBytes + <usize>first * op.rowBytes;
  const rows = min(4, op.rows - first);
  for (let k = 0; k < op.depth; k++) {
    let source = from + <usize>load<i32>(op.offsets + (<usize>k << 2));
    for (let row = 0; row < 4; row++) {
      store<f32>(to + (<usize>row << 2), row < rows ? load<f32>(source) : 0);
      source += op.rowBytes;
    }
    to += 16;
  }
}

@unmanaged
class Fold {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  channels: i32;
  bias: usize;
  gamma: usize;
  beta: usize;
  mean: usize;
  variance: usize;
  epsilon: f32;
  scale: usize;
  shift: usize;
}

/** Bias and batch norm with running statistics as one scale and one shift for each channel; absent parts are 0. */
export function fold(at: usize): void {
  const op = changetype<Fold>(at);
  for (let c = 0; c < op.channels; c++) {
    const place = <usize>c << 2;
    let scale: f32 = 1;
    let shift: f32 = op.bias == 0 ? 0 : load<f32>(op.bias + place);
    if (op.gamma != 0) {
      const variance = load<f32>(op.variance + place) + op.epsilon;
      scale = load<f32>(op.gamma + place) / sqrt<f32>(variance);
      shift = load<f32>(op.beta + place) + (shift - load<f32>(op.mean + place)) * scale;
    }
    store<f32>(op.scale + place, scale);
    store<f32>(op.shift + place, shift);
  }
}
