// Depthwise convolutions: each group has one output channel, so a tile of four rows would compute three for nothing. One row
// by 32 pixels for values and input gradients, one row by nine taps for weight gradients. The walk over tiles is that of
// gemm.as and dot.as, and so is the order of every sum.

import { fma, laneSum } from "../../assembly/math";

/** Pixels of one rowProduct. */
export const ROW_PIXELS: i32 = 32;
/** Taps of one rowDot. */
export const ROW_TAPS: i32 = 9;

/** 32 sums, `depth` products each. Of the packed weights, four to a step, the first is the row's. */
export function rowProduct(weights: usize, input: usize, offsets: usize, depth: i32, to: usize, adds: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let w = weights;
  const end = offsets + (<usize>depth << 2);
  for (let o = offsets; o < end; o += 4) {
    const from = input + <usize>load<i32>(o);
    const weight = v128.load32_splat(w);
    s0 = fma(weight, v128.load(from), s0);
    s1 = fma(weight, v128.load(from, 16), s1);
    s2 = fma(weight, v128.load(from, 32), s2);
    s3 = fma(weight, v128.load(from, 48), s3);
    s4 = fma(weight, v128.load(from, 64), s4);
    s5 = fma(weight, v128.load(from, 80), s5);
    s6 = fma(weight, v128.load(from, 96), s6);
    s7 = fma(weight, v128.load(from, 112), s7);
    w += 16;
  }
  put(to, s0, adds);
  put(to + 16, s1, adds);
  put(to + 32, s2, adds);
  put(to + 48, s3, adds);
  put(to + 64, s4, adds);
  put(to + 80, s5, adds);
  put(to + 96, s6, adds);
  put(to + 112, s7, adds);
}

@inline
function put(to: usize, value: v128, adds: bool): void {
  v128.store(to, adds ? f32x4.add(value, v128.load(to)) : value);
}

/**
 * Adds the products of one row of `bytes` with up to nine shifted rows to sums that lie 16 bytes apart. Taps that do not
 * exist repeat the last one; nobody reads their sums.
 */
export function rowDot(left: usize, right: usize, offsets: usize, taps: i32, bytes: usize, to: usize): void {
  const last = taps - 1;
  const r0 = tapAt(right, offsets, 0, last);
  const r1 = tapAt(right, offsets, 1, last);
  const r2 = tapAt(right, offsets, 2, last);
  const r3 = tapAt(right, offsets, 3, last);
  const r4 = tapAt(right, offsets, 4, last);
  const r5 = tapAt(right, offsets, 5, last);
  const r6 = tapAt(right, offsets, 6, last);
  const r7 = tapAt(right, offsets, 7, last);
  const r8 = tapAt(right, offsets, 8, last);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let s8 = s0;
  for (let i: usize = 0; i < bytes; i += 16) {
    const value = v128.load(left + i);
    s0 = fma(value, v128.load(r0 + i), s0);
    s1 = fma(value, v128.load(r1 + i), s1);
    s2 = fma(value, v128.load(r2 + i), s2);
    s3 = fma(value, v128.load(r3 + i), s3);
    s4 = fma(value, v128.load(r4 + i), s4);
    s5 = fma(value, v128.load(r5 + i), s5);
    s6 = fma(value, v128.load(r6 + i), s6);
    s7 = fma(value, v128.load(r7 + i), s7);
    s8 = fma(value, v128.load(r8 + i), s8);
  }
  sumInto(to, s0, 0, taps);
  sumInto(to, s1, 1, taps);
  sumInto(to, s2, 2, taps);
  sumInto(to, s3, 3, taps);
  sumInto(to, s4, 4, taps);
  sumInto(to, s5, 5, taps);
  sumInto(to, s6, 6, taps);
  sumInto(to, s7, 7, taps);
  sumInto(to, s8, 8, taps);
}

@inline
function tapAt(right: usize, offsets: usize, tap: i32, last: i32): usize {
  return right + <usize>load<i32>(offsets + (<usize>min(tap, last) << 2));
}

@inline
function sumInto(to: usize, sum: v128, tap: i32, taps: i32): void {
  if (tap >= taps) return;
  const at = to + (<usize>tap << 4);
  store<f32>(at, load<f32>(at) + laneSum(sum));
}
