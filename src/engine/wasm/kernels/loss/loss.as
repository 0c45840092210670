// DBNet's loss and its gradient to both logits: balanced cross entropy over the hardest negatives, masked L1, dice of the
// approximate binary map. Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020).
// Hard negatives are chosen by the exact k-th greatest logit, found digit by digit in an order-preserving code (the loss
// grows with the logit). Negatives equal to it share what is left, so their weights sum to k.

import { laneSum, sigmoid, softplus } from "../../assembly/math";

const TEXT = 1;
const SHRINK_MASK = 2;
const THRESHOLD_MASK = 4;

/** Sums of one tile, in 64 bits: positives, negatives, their cross entropy, L1 count, L1, overlap, area, hard negatives' loss. */
const PART_BYTES: usize = 64;
const BINS = 2048;

/** One record for all four passes. */
@unmanaged
class Loss {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  /** Pixels of a page, a multiple of 4, and of a tile. */
  plane: i32;
  blockPixels: i32;
  blocks: i32;
  /** Tiles of the passes over pixels. */
  parts: i32;
  probability: usize;
  probabilityBatch: usize;
  threshold: usize;
  thresholdBatch: usize;
  probabilityGradient: usize;
  probabilityGradientBatch: usize;
  thresholdGradient: usize;
  thresholdGradientBatch: usize;
  flags: usize;
  thresholds: usize;
  /** One code for each pixel; 0 where it is no negative. */
  codes: usize;
  /** Sums of each tile. */
  partials: usize;
  histogram: usize;
  /** What the selection found; see Chosen. */
  chosen: usize;
  report: usize;
  probabilityWeight: f32;
  thresholdWeight: f32;
  binaryWeight: f32;
  negativeRatio: f32;
  k: f32;
  epsilon: f32;
  low: f32;
  high: f32;
}

@unmanaged
class Chosen {
  positives: f64;
  hard: f64;
  /** Cross entropy's, L1's and dice's denominators, and dice's overlap. */
  counted: f64;
  absoluteCount: f64;
  unionSize: f64;
  overlap: f64;
  share: f64;
  limit: u32;
}

@inline
function has(flags: v128, flag: i32): v128 {
  return i32x4.ne(v128.and(flags, i32x4.splat(flag)), i32x4.splat(0));
}

@inline
function fourBytes(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Codes compare as unsigned numbers the way the floats do. */
@inline
function codesOf(logits: v128): v128 {
  const isNegative = i32x4.shr_s(logits, 31);
  return v128.xor(logits, v128.or(isNegative, i32x4.splat(i32.MIN_VALUE)));
}

@inline
function wantedThreshold(op: Loss, at: usize): v128 {
  const byte = f32x4.convert_i32x4_s(fourBytes(at));
  return f32x4.add(f32x4.splat(op.low), f32x4.mul(byte, f32x4.splat((op.high - op.low) / 255)));
}

export function lossStatistics(at: usize, tile: i32): void {
  const op = changetype<Loss>(at);
  const page = tile / op.blocks;
  const first = (tile % op.blocks) * op.blockPixels;
  const end = min(first + op.blockPixels, op.plane);
  const probability = op.probability + <usize>page * op.probabilityBatch;
  const threshold = op.threshold + <usize>page * op.thresholdBatch;
  const toProbability = op.probabilityGradient + <usize>page * op.probabilityGradientBatch;
  const toThreshold = op.thresholdGradient + <usize>page * op.thresholdGradientBatch;
  const start = <usize>page * op.plane;
  const one = f32x4.splat(1);
  let positives = f32x4.splat(0);
  let negatives = positives;
  let entropy = positives;
  let absoluteCount = positives;
  let absolute = positives;
  let overlap = positives;
  let area = positives;
  for (let i = first; i < end; i += 4) {
    const flags = fourBytes(op.flags + start + i);
    const logit = v128.load(probability + (<usize>i << 2));
    const p = sigmoid(logit);
    const t = sigmoid(v128.load(threshold + (<usize>i << 2)));
    // The last pass needs both again, and writes its gradients over them.
    v128.store(toProbability + (<usize>i << 2), p);
    v128.store(toThreshold + (<usize>i << 2), t);
    const b = sigmoid(f32x4.mul(f32x4.splat(op.k), f32x4.sub(p, t)));
    const isMasked = has(flags, SHRINK_MASK);
    const isText = v128.and(isMasked, has(flags, TEXT));
    const isNegative = v128.andnot(isMasked, isText);
    positives = f32x4.add(positives, v128.and(isText, one));
    negatives = f32x4.add(negatives, v128.and(isNegative, one));
    if (v128.any_true(isText)) {
      entropy = f32x4.add(entropy, v128.and(isText, softplus(f32x4.neg(logit))));
      overlap = f32x4.add(overlap, v128.and(isText, b));
    }
    area = f32x4.add(area, v128.and(isMasked, b));
    const inL1 = has(flags, THRESHOLD_MASK);
    absoluteCount = f32x4.add(absoluteCount, v128.and(inL1, one));
    const miss = f32x4.abs(f32x4.sub(t, wantedThreshold(op, op.thresholds + start + i)));
    absolute = f32x4.add(absolute, v128.and(inL1, miss));
    v128.store(op.codes + ((start + i) << 2), v128.and(isNegative, codesOf(logit)));
  }
  const to = op.partials + <usize>tile * PART_BYTES;
  store<f64>(to, <f64>laneSum(positives));
  store<f64>(to, <f64>laneSum(negatives), 8);
  store<f64>(to, <f64>laneSum(entropy), 16);
  store<f64>(to, <f64>laneSum(absoluteCount), 24);
  store<f64>(to, <f64>laneSum(absolute), 32);
  store<f64>(to, <f64>laneSum(overlap), 40);
  store<f64>(to, <f64>laneSum(area), 48);
}

function sumOfParts(op: Loss, which: usize): f64 {
  let sum: f64 = 0;
  for (let part = 0; part < op.parts; part++) sum += load<f64>(op.partials + <usize>part * PART_BYTES + (which << 3));
  return sum;
}

/** Finds the k-th greatest negative; one tile, for its passes read only one word a pixel. */
export function lossSelect(at: usize): void {
  const op = changetype<Loss>(at);
  const chosen = changetype<Chosen>(op.chosen);
  const positives = sumOfParts(op, 0);
  const negatives = sumOfParts(op, 1);
  const hard = Math.min(negatives, Math.floor(<f64>op.negativeRatio * positives));
  chosen.positives = positives;
  chosen.hard = hard;
  chosen.counted = positives + hard + <f64>op.epsilon;
  chosen.absoluteCount = sumOfParts(op, 3);
  chosen.overlap = sumOfParts(op, 5);
  chosen.unionSize = sumOfParts(op, 6) + positives + <f64>op.epsilon;
  chosen.limit = u32.MAX_VALUE;
  chosen.share = 0;
  if (hard < 1) return;
  let wanted = <i32>hard;
  const pixels = <usize>(op.parts / op.blocks) * op.plane;
  let limit: u32 = 0;
  let bits = 32;
  for (let digit = 0; digit < 3; digit++) {
    const width = digit == 2 ? 10 : 11;
    count(op, pixels, limit, bits, width);
    bits -= width;
    let bin = (1 << width) - 1;
    while (bin > 0 && load<i32>(op.histogram + (<usize>bin << 2)) < wanted) {
      wanted -= load<i32>(op.histogram + (<usize>bin << 2));
      bin--;
    }
    limit = (limit << width) | bin;
    if (digit == 2) chosen.share = <f64>wanted / <f64>load<i32>(op.histogram + (<usize>bin << 2));
  }
  chosen.limit = limit;
}

/** Histogram of the next `width` bits below bit `bits` of all codes that start with `prefix`. */
function count(op: Loss, pixels: usize, prefix: u32, bits: i32, width: i32): void {
  memory.fill(op.histogram, 0, BINS << 2);
  const shift = bits - width;
  const mask = (1 << width) - 1;
  const end = op.codes + (pixels << 2);
  for (let from = op.codes; from < end; from += 4) {
    const code = load<u32>(from);
    if (code == 0 || (bits < 32 && code >> bits != prefix)) continue;
    const to = op.histogram + (<usize>((code >> shift) & mask) << 2);
    store<i32>(to, load<i32>(to) + 1);
  }
}

export function lossGradient(at: usize, tile: i32): void {
  const op = changetype<Loss>(at);
  const chosen = changetype<Chosen>(op.chosen);
  const page = tile / op.blocks;
  const first = (tile % op.blocks) * op.blockPixels;
  const end = min(first + op.blockPixels, op.plane);
  const probability = op.probability + <usize>page * op.probabilityBatch;
  const toProbability = op.probabilityGradient + <usize>page * op.probabilityGradientBatch;
  const toThreshold = op.thresholdGradient + <usize>page * op.thresholdGradientBatch;
  const start = <usize>page * op.plane;
  const one = f32x4.splat(1);
  const limit = i32x4.splat(chosen.limit);
  const share = f32x4.splat(<f32>chosen.share);
  const ofEntropy = f32x4.splat(<f32>(<f64>op.probabilityWeight / chosen.counted));
  const ofMiss = f32x4.splat(chosen.absoluteCount == 0 ? 0 : <f32>(<f64>op.thresholdWeight / chosen.absoluteCount));
  const ofDice = f32x4.splat(<f32>((<f64>op.binaryWeight * 2) / chosen.unionSize));
  const ratio = f32x4.splat(<f32>(chosen.overlap / chosen.unionSize));
  const k = f32x4.splat(op.k);
  let losses = f32x4.splat(0);
  for (let i = first; i < end; i += 4) {
    const offset = <usize>i << 2;
    const flags = fourBytes(op.flags + start + i);
    const p = v128.load(toProbability + offset);
    const t = v128.load(toThreshold + offset);
    const b = sigmoid(f32x4.mul(k, f32x4.sub(p, t)));
    const isMasked = has(flags, SHRINK_MASK);
    const text = v128.and(v128.and(isMasked, has(flags, TEXT)), one);
    const code = v128.load(op.codes + ((start + i) << 2));
    const isHard = gtUnsigned(code, limit);
    const isLast = v128.and(i32x4.eq(code, limit), i32x4.ne(code, i32x4.splat(0)));
    const hard = v128.or(v128.and(isHard, one), v128.and(isLast, share));
    if (v128.any_true(hard)) {
      losses = f32x4.add(losses, f32x4.mul(hard, softplus(v128.load(probability + offset))));
    }
    const weight = f32x4.add(text, hard);
    const ofB = v128.and(isMasked, f32x4.mul(ofDice, f32x4.sub(ratio, text)));
    const ofDifference = f32x4.mul(f32x4.mul(ofB, k), f32x4.mul(b, f32x4.sub(one, b)));
    const slopeP = f32x4.mul(p, f32x4.sub(one, p));
    const slopeT = f32x4.mul(t, f32x4.sub(one, t));
    const entropy = f32x4.mul(f32x4.mul(ofEntropy, weight), f32x4.sub(p, text));
    v128.store(toProbability + offset, f32x4.add(entropy, f32x4.mul(ofDifference, slopeP)));
    const miss = f32x4.sub(t, wantedThreshold(op, op.thresholds + start + i));
    const sign = f32x4.sub(
      v128.and(f32x4.gt(miss, f32x4.splat(0)), one),
      v128.and(f32x4.lt(miss, f32x4.splat(0)), one),
    );
    const ofT = v128.and(has(flags, THRESHOLD_MASK), f32x4.mul(ofMiss, sign));
    v128.store(toThreshold + offset, f32x4.mul(f32x4.sub(ofT, ofDifference), slopeT));
  }
  store<f64>(op.partials + <usize>tile * PART_BYTES, <f64>laneSum(losses), 56);
}

@inline
function gtUnsigned(a: v128, b: v128): v128 {
  return i32x4.gt_u(a, b);
}

/** total, probability, threshold, binary, as 64-bit numbers. */
export function lossReport(at: usize): void {
  const op = changetype<Loss>(at);
  const chosen = changetype<Chosen>(op.chosen);
  const probability = (sumOfParts(op, 2) + sumOfParts(op, 7)) / chosen.counted;
  const threshold = chosen.absoluteCount == 0 ? 0 : sumOfParts(op, 4) / chosen.absoluteCount;
  const binary = 1 - (2 * chosen.overlap) / chosen.unionSize;
  const total =
    <f64>op.probabilityWeight * probability + <f64>op.thresholdWeight * threshold + <f64>op.binaryWeight * binary;
  store<f64>(op.report, total);
  store<f64>(op.report, probability, 8);
  store<f64>(op.report, threshold, 16);
  store<f64>(op.report, binary, 24);
}
