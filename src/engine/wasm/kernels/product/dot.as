// The product behind every weight gradient: each gradient row (an output channel's pixels) times each shifted image row,
// summed over all pixels and pages. A register tile of 4 × 3 sums; chunks of fixed size, so the order of the sum does not
// depend on who computes it.

import { fma, laneSum } from "../../assembly/math";
import { ROW_TAPS, rowDot } from "../depthwise/depthwise";

/** Pixels of one chunk; a register adds at most a quarter of them. */
const CHUNK = 1024;

@unmanaged
class Dot {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  batch: i32;
  groups: i32;
  /** Left rows: one plane for each row of a group. */
  left: usize;
  leftBatch: usize;
  leftGroup: usize;
  leftRow: usize;
  rows: i32;
  right: usize;
  rightBatch: usize;
  rightGroup: usize;
  /** Byte offsets of the right rows. */
  offsets: usize;
  columns: i32;
  /** Multiple of 4; whatever is beyond the image is zero on the left. */
  pixels: i32;
  gradient: usize;
  gradientGroup: usize;
  gradientRow: usize;
  rowBlocks: i32;
  columnBlocks: i32;
  /** Multiple of 3. */
  blockColumns: i32;
}

/** `scratch` holds 4 sums for each column of the block. */
export function dot(at: usize, tile: i32, scratch: usize): void {
  const op = changetype<Dot>(at);
  let rest = tile;
  const columnBlock = rest % op.columnBlocks;
  rest /= op.columnBlocks;
  const rowBlock = rest % op.rowBlocks;
  const group = rest / op.rowBlocks;
  const firstRow = rowBlock << 2;
  const rows = min(4, op.rows - firstRow);
  const firstColumn = columnBlock * op.blockColumns;
  const endColumn = min(firstColumn + op.blockColumns, op.columns);
  const width = endColumn - firstColumn;
  for (let column = 0; column < width; column++) v128.store(scratch + (<usize>column << 4), f32x4.splat(0));
  for (let page = 0; page < op.batch; page++) {
    const left = op.left + <usize>page * op.leftBatch + <usize>group * op.leftGroup + <usize>firstRow * op.leftRow;
    const right = op.right + <usize>page * op.rightBatch + <usize>group * op.rightGroup;
    // Rows that do not exist repeat the last one; nobody reads their sums.
    const l1 = <usize>min(1, rows - 1) * op.leftRow;
    const l2 = <usize>min(2, rows - 1) * op.leftRow;
    const l3 = <usize>min(3, rows - 1) * op.leftRow;
    for (let pixel = 0; pixel < op.pixels; pixel += CHUNK) {
      const bytes = <usize>min(CHUNK, op.pixels - pixel) << 2;
      const start = left + (<usize>pixel << 2);
      const image = right + (<usize>pixel << 2);
      for (let column = 0; op.rows == 1 && column < width; column += ROW_TAPS) {
        const offsets = op.offsets + (<usize>(firstColumn + column) << 2);
        rowDot(start, image, offsets, min(ROW_TAPS, width - column), bytes, scratch + (<usize>column << 4));
      }
      if (op.rows == 1) continue;
      for (let column = 0; column < width; column += 3) {
        const offsets = op.offsets + (<usize>(firstColumn + column) << 2);
        const many = width - column;
        const r0 = image + <usize>load<i32>(offsets);
        const r1 = many > 1 ? image + <usize>load<i32>(offsets, 4) : r0;
        const r2 = many > 2 ? image + <usize>load<i32>(offsets, 8) : r0;
        sums(start, start + l1, start + l2, start + l3, r0, r1, r2, bytes, scratch + (<usize>column << 4), many);
      }
    }
  }
  const to = op.gradient + <usize>group * op.gradientGroup + <usize>firstRow * op.gradientRow;
  for (let column = 0; column < width; column++) {
    let at = to + (<usize>(firstColumn + column) << 2);
    const from = scratch + (<usize>column << 4);
    for (let row = 0; row < rows; row++) {
      store<f32>(at, load<f32>(at) + load<f32>(from + (<usize>row << 2)));
      at += op.gradientRow;
    }
  }
}

/** Adds the products of four left with three right rows to scratch[column][row]. */
@inline
function sums(
  left0: usize,
  left1: usize,
  left2: usize,
  left3: usize,
  right0: usize,
  right1: usize,
  right2: usize,
  bytes: usize,
  to: usize,
  columns: i32,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let c0 = a0;
  let c1 = a0;
  let c2 = a0;
  let d0 = a0;
  let d1 = a0;
  let d2 = a0;
  let i: usize = 0;
  for (; i + 16 < bytes; i += 32) {
    const x0_0 = v128.load(right0 + i);
    const x1_0 = v128.load(right1 + i);
    const x2_0 = v128.load(right2 + i);
    const a_0 = v128.load(left0 + i);
    a0 = fma(a_0, x0_0, a0);
    a1 = fma(a_0, x1_0, a1);
    a2 = fma(a_0, x2_0, a2);
    const b_0 = v128.load(left1 + i);
    b0 = fma(b_0, x0_0, b0);
    b1 = fma(b_0, x1_0, b1);
    b2 = fma(b_0, x2_0, b2);
    const c_0 = v128.load(left2 + i);
    c0 = fma(c_0, x0_0, c0);
    c1 = fma(c_0, x1_0, c1);
    c2 = fma(c_0, x2_0, c2);
    const d_0 = v128.load(left3 + i);
    d0 = fma(d_0, x0_0, d0);
    d1 = fma(d_0, x1_0, d1);
    d2 = fma(d_0, x2_0, d2);
    const x0_16 = v128.load(right0 + i, 16);
    const x1_16 = v128.load(right1 + i, 16);
    const x2_16 = v128.load(right2 + i, 16);
    const a_16 = v128.load(left0 + i, 16);
    a0 = fma(a_16, x0_16, a0);
    a1 = fma(a_16, x1_16, a1);
    a2 = fma(a_16, x2_16, a2);
    const b_16 = v128.load(left1 + i, 16);
    b0 = fma(b_16, x0_16, b0);
    b1 = fma(b_16, x1_16, b1);
    b2 = fma(b_16, x2_16, b2);
    const c_16 = v128.load(left2 + i, 16);
    c0 = fma(c_16, x0_16, c0);
    c1 = fma(c_16, x1_16, c1);
    c2 = fma(c_16, x2_16, c2);
    const d_16 = v128.load(left3 + i, 16);
    d0 = fma(d_16, x0_16, d0);
    d1 = fma(d_16, x1_16, d1);
    d2 = fma(d_16, x2_16, d2);
  }
  if (i < bytes) {
    const x0_0 = v128.load(right0 + i);
    const x1_0 = v128.load(right1 + i);
    const x2_0 = v128.load(right2 + i);
    const a_0 = v128.load(left0 + i);
    a0 = fma(a_0, x0_0, a0);
    a1 = fma(a_0, x1_0, a1);
    a2 = fma(a_0, x2_0, a2);
    const b_0 = v128.load(left1 + i);
    b0 = fma(b_0, x0_0, b0);
    b1 = fma(b_0, x1_0, b1);
    b2 = fma(b_0, x2_0, b2);
    const c_0 = v128.load(left2 + i);
    c0 = fma(c_0, x0_0, c0);
    c1 = fma(c_0, x1_0, c1);
    c2 = fma(c_0, x2_0, c2);
    const d_0 = v128.load(left3 + i);
    d0 = fma(d_0, x0_0, d0);
    d1 = fma(d_0, x1_0, d1);
    d2 = fma(d_0, x2_0, d2);
  }
  v128.store(to, f32x4.add(v128.load(to), lanes(a0, b0, c0, d0)));
  if (columns > 1) v128.store(to, f32x4.add(v128.load(to, 16), lanes(a1, b1, c1, d1)), 16);
  if (columns > 2) v128.store(to, f32x4.add(v128.load(to, 32), lanes(a2, b2, c2, d2)), 32);
}

/** [Σa, Σb, Σc, Σd]. */
@inline
function lanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

@unmanaged
class ChannelSum {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  input: usize;
  inputBatch: usize;
  batch: i32;
  plane: i32;
  gradient: usize;
}

/** Adds each channel's sum over batch and pixels to a bias gradient. One tile is one channel. */
export function channelSum(at: usize, tile: i32): void {
  const op = changetype<ChannelSum>(at);
  let total: f64 = 0;
  for (let page = 0; page < op.batch; page++) {
    total += planeSum(op.input + <usize>page * op.inputBatch + ((<usize>tile * op.plane) << 2), op.plane);
  }
  const to = op.gradient + (<usize>tile << 2);
  store<f32>(to, load<f32>(to) + <f32>total);
}

export function planeSum(from: usize, count: i32): f64 {
  let total: f64 = 0;
  let at = from;
  let left = count;
  while (left >= 4) {
    let sum = f32x4.splat(0);
    const steps = min(left >> 2, CHUNK >> 2);
    for (let i = 0; i < steps; i++) {
      sum = f32x4.add(sum, v128.load(at));
      at += 16;
    }
    left -= steps << 2;
    total += <f64>laneSum(sum);
  }
  for (; left > 0; left--) {
    total += <f64>load<f32>(at);
    at += 4;
  }
  return total;
}
