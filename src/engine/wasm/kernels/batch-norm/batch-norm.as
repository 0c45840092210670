// Batch norm with the batch's own statistics, fused with its activation, and its gradient. Ioffe & Szegedy, "Batch
// Normalization" (2015). One tile is one channel over all pages, so that every sum has one fixed order.

import { activate, Active, firstLanes, laneSum, slopeAt, storeUpTo } from "../../assembly/math";
import { planeSum } from "../product/dot";

/** Values that one 32-bit register may add up before they go on in 64 bits. */
const CHUNK = 1024;

@unmanaged
class BatchNorm {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  batch: i32;
  plane: i32;
  input: usize;
  inputBatch: usize;
  output: usize;
  outputBatch: usize;
  savedMean: usize;
  savedInverse: usize;
  gamma: usize;
  beta: usize;
  runningMean: usize;
  runningVariance: usize;
  epsilon: f32;
  momentum: f32;
  activation: i32;
  slope: f32;
}

export function batchNorm(at: usize, tile: i32): void {
  const op = changetype<BatchNorm>(at);
  const place = <usize>tile << 2;
  const planeBytes = <usize>op.plane << 2;
  const input = op.input + <usize>tile * planeBytes;
  const count = <f64>(op.batch * op.plane);
  let total: f64 = 0;
  for (let page = 0; page < op.batch; page++) total += planeSum(input + <usize>page * op.inputBatch, op.plane);
  const mean = <f32>(total / count);
  let squares: f64 = 0;
  for (let page = 0; page < op.batch; page++) {
    squares += centredSquares(input + <usize>page * op.inputBatch, op.plane, mean);
  }
  const variance = squares / count;
  const inverse = <f32>(1 / Math.sqrt(variance + <f64>op.epsilon));
  store<f32>(op.savedMean + place, mean);
  store<f32>(op.savedInverse + place, inverse);
  const unbiased = <f32>(squares / Math.max(count - 1, 1));
  const share = op.momentum;
  const oldMean = load<f32>(op.runningMean + place);
  const oldVariance = load<f32>(op.runningVariance + place);
  store<f32>(op.runningMean + place, oldMean * (1 - share) + mean * share);
  store<f32>(op.runningVariance + place, oldVariance * (1 - share) + unbiased * share);
  const scale = f32x4.splat(load<f32>(op.gamma + place) * inverse);
  const beta = f32x4.splat(load<f32>(op.beta + place));
  const centre = f32x4.splat(mean);
  for (let page = 0; page < op.batch; page++) {
    const from = input + <usize>page * op.inputBatch;
    const to = op.output + <usize>page * op.outputBatch + <usize>tile * planeBytes;
    // A constant kind lets the compiler drop the choice from the loop.
    if (op.activation == Active.Relu) writePlane(Active.Relu, 0, from, to, op.plane, centre, scale, beta);
    else writePlane(op.activation, op.slope, from, to, op.plane, centre, scale, beta);
  }
}

@inline
function writePlane(
  kind: i32,
  slope: f32,
  from: usize,
  to: usize,
  count: i32,
  centre: v128,
  scale: v128,
  beta: v128,
): void {
  for (let i = 0; i < count; i += 4) {
    const offset = <usize>i << 2;
    const value = f32x4.add(f32x4.mul(f32x4.sub(v128.load(from + offset), centre), scale), beta);
    storeUpTo(to + offset, activate(kind, slope, value), count - i);
  }
}

function centredSquares(from: usize, count: i32, mean: f32): f64 {
  const centre = f32x4.splat(mean);
  let total: f64 = 0;
  for (let start = 0; start < count; start += CHUNK) {
    const end = min(start + CHUNK, count);
    let sum = f32x4.splat(0);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const value = f32x4.sub(v128.load(from + (<usize>i << 2)), centre);
      sum = f32x4.add(sum, f32x4.mul(value, value));
    }
    if (i < end) {
      const value = firstLanes(f32x4.sub(v128.load(from + (<usize>i << 2)), centre), end - i);
      sum = f32x4.add(sum, f32x4.mul(value, value));
    }
    total += <f64>laneSum(sum);
  }
  return total;
}

@unmanaged
class BatchNormGradient {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  batch: i32;
  plane: i32;
  input: usize;
  inputBatch: usize;
  outputGradient: usize;
  outputGradientBatch: usize;
  inputGradient: usize;
  inputGradientBatch: usize;
  accumulate: i32;
  /** Of the batch, or the running one. */
  savedMean: usize;
  /** 0 with running statistics. */
  savedInverse: usize;
  gamma: usize;
  beta: usize;
  /** 0 where it is not trained. */
  gammaGradient: usize;
  betaGradient: usize;
  activation: i32;
  slope: f32;
  runningVariance: usize;
  epsilon: f32;
}

/** dx = γ/σ · (g − mean(g) − x̂·mean(g·x̂)), g the gradient behind the activation; γ/σ · g with running statistics. */
export function batchNormGradient(at: usize, tile: i32): void {
  const op = changetype<BatchNormGradient>(at);
  const place = <usize>tile << 2;
  const channel = (<usize>tile * op.plane) << 2;
  const centre = f32x4.splat(load<f32>(op.savedMean + place));
  const isRunning = op.savedInverse == 0;
  const inverse = f32x4.splat(
    isRunning
      ? <f32>(1 / Math.sqrt(<f64>load<f32>(op.runningVariance + place) + <f64>op.epsilon))
      : load<f32>(op.savedInverse + place),
  );
  const gamma = f32x4.splat(load<f32>(op.gamma + place));
  const beta = f32x4.splat(load<f32>(op.beta + place));
  const kind = op.activation;
  const slope = op.slope;
  let sums = f64x2.splat(0);
  for (let page = 0; page < op.batch; page++) {
    const x = op.input + <usize>page * op.inputBatch + channel;
    const dy = op.outputGradient + <usize>page * op.outputGradientBatch + channel;
    for (let start = 0; start < op.plane; start += CHUNK) {
      const offset = <usize>start << 2;
      const count = min(CHUNK, op.plane - start);
      const more =
        kind == Active.Relu
          ? chunkSums(Active.Relu, 0, x + offset, dy + offset, count, centre, inverse, gamma, beta)
          : chunkSums(kind, slope, x + offset, dy + offset, count, centre, inverse, gamma, beta);
      sums = f64x2.add(sums, more);
    }
  }
  const ofBeta = f64x2.extract_lane(sums, 0);
  const ofGamma = f64x2.extract_lane(sums, 1);
  const count = <f64>(op.batch * op.plane);
  const shared = f32x4.splat(isRunning ? 0 : <f32>(ofBeta / count));
  const along = f32x4.splat(isRunning ? 0 : <f32>(ofGamma / count));
  for (let page = 0; page < op.batch; page++) {
    const x = op.input + <usize>page * op.inputBatch + channel;
    const dy = op.outputGradient + <usize>page * op.outputGradientBatch + channel;
    const dx = op.inputGradient + <usize>page * op.inputGradientBatch + channel;
    const adds = op.accumulate != 0;
    if (kind == Active.Relu) {
      writeGradient(Active.Relu, 0, x, dy, dx, op.plane, centre, inverse, gamma, beta, shared, along, adds);
    } else writeGradient(kind, slope, x, dy, dx, op.plane, centre, inverse, gamma, beta, shared, along, adds);
  }
  if (op.gammaGradient != 0) {
    const to = op.gammaGradient + place;
    store<f32>(to, load<f32>(to) + <f32>ofGamma);
  }
  if (op.betaGradient != 0) {
    const to = op.betaGradient + place;
    store<f32>(to, load<f32>(to) + <f32>ofBeta);
  }
}

/** Σ g and Σ g·x̂ of at most CHUNK values, as two 64-bit numbers. */
@inline
function chunkSums(
  kind: i32,
  slope: f32,
  x: usize,
  dy: usize,
  count: i32,
  centre: v128,
  inverse: v128,
  gamma: v128,
  beta: v128,
): v128 {
  let sum = f32x4.splat(0);
  let weighted = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const offset = <usize>i << 2;
    let unit = f32x4.mul(f32x4.sub(v128.load(x + offset), centre), inverse);
    const before = f32x4.add(f32x4.mul(unit, gamma), beta);
    let inner = f32x4.mul(v128.load(dy + offset), slopeAt(kind, slope, before));
    if (count - i < 4) {
      inner = firstLanes(inner, count - i);
      unit = firstLanes(unit, count - i);
    }
    sum = f32x4.add(sum, inner);
    weighted = f32x4.add(weighted, f32x4.mul(inner, unit));
  }
  return f64x2.replace_lane(f64x2.splat(<f64>laneSum(sum)), 1, <f64>laneSum(weighted));
}

@inline
function writeGradient(
  kind: i32,
  slope: f32,
  x: usize,
  dy: usize,
  dx: usize,
  count: i32,
  centre: v128,
  inverse: v128,
  gamma: v128,
  beta: v128,
  shared: v128,
  along: v128,
  adds: bool,
): void {
  const scale = f32x4.mul(gamma, inverse);
  for (let i = 0; i < count; i += 4) {
    const offset = <usize>i << 2;
    const unit = f32x4.mul(f32x4.sub(v128.load(x + offset), centre), inverse);
    const before = f32x4.add(f32x4.mul(unit, gamma), beta);
    const inner = f32x4.mul(v128.load(dy + offset), slopeAt(kind, slope, before));
    let value = f32x4.mul(f32x4.sub(f32x4.sub(inner, shared), f32x4.mul(unit, along)), scale);
    if (adds) value = f32x4.add(value, v128.load(dx + offset));
    storeUpTo(dx + offset, value, count - i);
  }
}
