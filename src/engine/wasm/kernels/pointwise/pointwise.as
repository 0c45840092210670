// Operations on planes: one tile is one channel of one page. Copies, activations, nearest-neighbour upsampling, scaling of
// channels, and their gradients.

import { activate, firstLanes, laneSum, slopeFromOutput, storeUpTo } from "../../assembly/math";

/** One shape for all of them; what an operation does not use is 0. */
@unmanaged
class Planes {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  channels: i32;
  /** Of the smaller image, where there are two. */
  height: i32;
  width: i32;
  factor: i32;
  accumulate: i32;
  activation: i32;
  slope: f32;
  first: usize;
  firstBatch: usize;
  second: usize;
  secondBatch: usize;
  output: usize;
  outputBatch: usize;
}

@inline
function planeOf(base: usize, batch: usize, op: Planes, tile: i32, pixels: i32): usize {
  return base + <usize>(tile / op.channels) * batch + ((<usize>(tile % op.channels) * pixels) << 2);
}

/** x · scale[c] + shift[c], then activation; `second` is the scales, `secondBatch` the shifts. */
export function affine(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const x = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const y = planeOf(op.output, op.outputBatch, op, tile, pixels);
  const place = <usize>(tile % op.channels) << 2;
  const scale = v128.load32_splat(op.second + place);
  const shift = v128.load32_splat(op.secondBatch + place);
  for (let i = 0; i < pixels; i += 4) {
    const offset = <usize>i << 2;
    const value = f32x4.add(f32x4.mul(v128.load(x + offset), scale), shift);
    storeUpTo(y + offset, activate(op.activation, op.slope, value), pixels - i);
  }
}

export function activation(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const x = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const y = planeOf(op.output, op.outputBatch, op, tile, pixels);
  for (let i = 0; i < pixels; i += 4) {
    const offset = <usize>i << 2;
    storeUpTo(y + offset, activate(op.activation, op.slope, v128.load(x + offset)), pixels - i);
  }
}

/** `first` is what was saved, `second` the output's gradient. */
export function activationGradient(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const saved = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const dy = planeOf(op.second, op.secondBatch, op, tile, pixels);
  const dx = planeOf(op.output, op.outputBatch, op, tile, pixels);
  for (let i = 0; i < pixels; i += 4) {
    const offset = <usize>i << 2;
    let value = slopeFromOutput(op.activation, op.slope, v128.load(saved + offset));
    value = f32x4.mul(value, v128.load(dy + offset));
    if (op.accumulate) value = f32x4.add(value, v128.load(dx + offset));
    storeUpTo(dx + offset, value, pixels - i);
  }
}

export function copy(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const x = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const y = planeOf(op.output, op.outputBatch, op, tile, pixels);
  for (let i = 0; i < pixels; i += 4) {
    const offset = <usize>i << 2;
    let value = v128.load(x + offset);
    if (op.accumulate) value = f32x4.add(value, v128.load(y + offset));
    storeUpTo(y + offset, value, pixels - i);
  }
}

export function upsample(at: usize, tile: i32): void {
  enlarge(changetype<Planes>(at), tile, false);
}

/** `first` is the coarse image, `second` the base. */
export function addUpsampled(at: usize, tile: i32): void {
  enlarge(changetype<Planes>(at), tile, true);
}

@inline
function enlarge(op: Planes, tile: i32, adds: bool): void {
  const factor = op.factor;
  const wide = op.width * factor;
  const pixels = op.height * op.width;
  const all = pixels * factor * factor;
  let coarse = planeOf(op.first, op.firstBatch, op, tile, pixels);
  let base = adds ? planeOf(op.second, op.secondBatch, op, tile, all) : 0;
  let to = planeOf(op.output, op.outputBatch, op, tile, all);
  for (let y = 0; y < op.height; y++) {
    for (let fine = 0; fine < factor; fine++) {
      for (let x = 0; x < wide; x += 4) {
        const offset = <usize>x << 2;
        let value = coarseFour(coarse, x, factor);
        if (adds) value = f32x4.add(value, v128.load(base + offset));
        storeUpTo(to + offset, value, wide - x);
      }
      to += <usize>wide << 2;
      base += <usize>wide << 2;
    }
    coarse += <usize>op.width << 2;
  }
}

/** Coarse values above the fine columns x … x + 3; x is a multiple of 4. */
@inline
function coarseFour(row: usize, x: i32, factor: i32): v128 {
  if (factor == 1) return v128.load(row + (<usize>x << 2));
  if (factor == 2) {
    const two = v128.load64_zero(row + (<usize>(x >> 1) << 2));
    return v128.shuffle<f32>(two, two, 0, 0, 1, 1);
  }
  return v128.load32_splat(row + (<usize>(x / factor) << 2));
}

/** Sums over factor × factor squares; `first` is the fine gradient. */
export function upsampleGradient(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const factor = op.factor;
  const wide = op.width * factor;
  const pixels = op.height * op.width;
  let fine = planeOf(op.first, op.firstBatch, op, tile, pixels * factor * factor);
  let to = planeOf(op.output, op.outputBatch, op, tile, pixels);
  const rowBytes = <usize>wide << 2;
  for (let y = 0; y < op.height; y++) {
    for (let x = 0; x < op.width; x++) {
      const corner = fine + (<usize>(x * factor) << 2);
      let sum: f32 = 0;
      if (factor >= 4) {
        let four = f32x4.splat(0);
        for (let row = 0; row < factor; row++) {
          for (let column = 0; column < factor; column += 4) {
            four = f32x4.add(four, v128.load(corner + <usize>row * rowBytes + (<usize>column << 2)));
          }
        }
        sum = laneSum(four);
      } else {
        for (let row = 0; row < factor; row++) {
          for (let column = 0; column < factor; column++) {
            sum += load<f32>(corner + <usize>row * rowBytes + (<usize>column << 2));
          }
        }
      }
      store<f32>(to, op.accumulate ? load<f32>(to) + sum : sum);
      to += 4;
    }
    fine += rowBytes * factor;
  }
}

/** `first` times a number for each channel, at `second`; its gradient is the same operation. */
export function scaleChannels(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const x = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const y = planeOf(op.output, op.outputBatch, op, tile, pixels);
  const scale = v128.load32_splat(planeOf(op.second, op.secondBatch, op, tile, 1));
  for (let i = 0; i < pixels; i += 4) {
    const offset = <usize>i << 2;
    let value = f32x4.mul(v128.load(x + offset), scale);
    if (op.accumulate) value = f32x4.add(value, v128.load(y + offset));
    storeUpTo(y + offset, value, pixels - i);
  }
}

/** Σ first · second over a plane, into a number for each channel. */
export function scaleGradient(at: usize, tile: i32): void {
  const op = changetype<Planes>(at);
  const pixels = op.height * op.width;
  const x = planeOf(op.first, op.firstBatch, op, tile, pixels);
  const dy = planeOf(op.second, op.secondBatch, op, tile, pixels);
  let total: f64 = 0;
  for (let start = 0; start < pixels; start += 1024) {
    const end = min(start + 1024, pixels);
    let sum = f32x4.splat(0);
    for (let i = start; i < end; i += 4) {
      const offset = <usize>i << 2;
      let value = f32x4.mul(v128.load(x + offset), v128.load(dy + offset));
      if (end - i < 4) value = firstLanes(value, end - i);
      sum = f32x4.add(sum, value);
    }
    total += <f64>laneSum(sum);
  }
  const to = planeOf(op.output, op.outputBatch, op, tile, 1);
  store<f32>(to, op.accumulate ? load<f32>(to) + <f32>total : <f32>total);
}
