// The global gradient norm, one optimiser move over all parameters at once, and the running average of what it moves.
// AdamW: Loshchilov & Hutter (2019); SGD with momentum as in PyTorch.

import { clear } from "../layout/spread";
import { laneSum } from "../../assembly/math";

@unmanaged
class Move {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  /** Values, a multiple of 4, and those of one tile. */
  count: i32;
  block: i32;
  weights: usize;
  gradients: usize;
  first: usize;
  second: usize;
  /** Sum of squares of each tile, 64 bits. */
  partials: usize;
  /** Values of this step, 32 bits: learning rate, lr / (1 − β1^t), 1 / √(1 − β2^t), 1 / batches, 1 − lr·decay. */
  step: usize;
  /** Where the norm goes, 64 bits. */
  norm: usize;
  /** 0: AdamW · 1: SGD. */
  optimizer: i32;
  /** 0: no clipping. */
  clipNorm: f32;
  /** β1 or momentum. */
  beta1: f32;
  beta2: f32;
  restOfBeta1: f32;
  restOfBeta2: f32;
  epsilon: f32;
  /** Weight decay that is added to the gradient. */
  decay: f32;
  nesterov: i32;
}

export function clearGradients(at: usize, tile: i32): void {
  const op = changetype<Move>(at);
  const start = tile * op.block;
  clear(op.gradients + (<usize>start << 2), min(op.block, op.count - start));
}

export function squareSum(at: usize, tile: i32): void {
  const op = changetype<Move>(at);
  const start = tile * op.block;
  const end = min(start + op.block, op.count);
  let total: f64 = 0;
  for (let chunk = start; chunk < end; chunk += 1024) {
    const last = min(chunk + 1024, end);
    let sum = f32x4.splat(0);
    for (let i = chunk; i < last; i += 4) {
      const value = v128.load(op.gradients + (<usize>i << 2));
      sum = f32x4.add(sum, f32x4.mul(value, value));
    }
    total += <f64>laneSum(sum);
  }
  store<f64>(op.partials + (<usize>tile << 3), total);
}

export function move(at: usize, tile: i32): void {
  const op = changetype<Move>(at);
  const start = tile * op.block;
  const end = min(start + op.block, op.count);
  let squares: f64 = 0;
  for (let part = 0; part < op.tiles; part++) squares += load<f64>(op.partials + (<usize>part << 3));
  const share = <f64>load<f32>(op.step, 12);
  const norm = Math.sqrt(squares) * share;
  if (tile == 0) store<f64>(op.norm, norm);
  let factor = share;
  if (op.clipNorm > 0) factor *= Math.min(1, <f64>op.clipNorm / (norm + 1e-6));
  const scale = f32x4.splat(<f32>factor);
  const decay = f32x4.splat(op.decay);
  const rate = v128.load32_splat(op.step);
  const firstRate = v128.load32_splat(op.step, 4);
  const secondRate = v128.load32_splat(op.step, 8);
  const kept = v128.load32_splat(op.step, 16);
  const beta1 = f32x4.splat(op.beta1);
  const beta2 = f32x4.splat(op.beta2);
  const rest1 = f32x4.splat(op.restOfBeta1);
  const rest2 = f32x4.splat(op.restOfBeta2);
  const epsilon = f32x4.splat(op.epsilon);
  for (let i = start; i < end; i += 4) {
    const offset = <usize>i << 2;
    const weight = v128.load(op.weights + offset);
    let slope = f32x4.mul(v128.load(op.gradients + offset), scale);
    slope = f32x4.add(slope, f32x4.mul(weight, decay));
    const old = v128.load(op.first + offset);
    if (op.optimizer == 1) {
      const velocity = f32x4.add(f32x4.mul(old, beta1), slope);
      v128.store(op.first + offset, velocity);
      const direction = op.nesterov ? f32x4.add(slope, f32x4.mul(velocity, beta1)) : velocity;
      v128.store(op.weights + offset, f32x4.sub(weight, f32x4.mul(direction, rate)));
      continue;
    }
    const first = f32x4.add(f32x4.mul(old, beta1), f32x4.mul(slope, rest1));
    const squared = f32x4.mul(f32x4.mul(slope, slope), rest2);
    const second = f32x4.add(f32x4.mul(v128.load(op.second + offset), beta2), squared);
    v128.store(op.first + offset, first);
    v128.store(op.second + offset, second);
    const deviation = f32x4.add(f32x4.mul(f32x4.sqrt(second), secondRate), epsilon);
    const change = f32x4.mul(f32x4.div(first, deviation), firstRate);
    v128.store(op.weights + offset, f32x4.sub(f32x4.mul(weight, kept), change));
  }
}

@unmanaged
class Average {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  /** Values, a multiple of 4, and those of one tile. */
  count: i32;
  block: i32;
  values: usize;
  average: usize;
  /** Share of the new values in this step, 32 bits. */
  share: usize;
}

export function average(at: usize, tile: i32): void {
  const op = changetype<Average>(at);
  const start = tile * op.block;
  const end = min(start + op.block, op.count);
  const share = v128.load32_splat(op.share);
  for (let i = start; i < end; i += 4) {
    const offset = <usize>i << 2;
    const old = v128.load(op.average + offset);
    const change = f32x4.sub(v128.load(op.values + offset), old);
    v128.store(op.average + offset, f32x4.add(old, f32x4.mul(change, share)));
  }
}
