// DBNet's loss and its gradient in 64 bits, after MhLiao/DB (decoders/*_loss.py): sums over the whole batch, hard
// negatives by sorting. Negatives that tie with the last chosen one share what is left.

import { FLAG_SHRINK_MASK, FLAG_TEXT, FLAG_THRESHOLD_MASK } from "../../../src/core/index.ts";
import type { LossSettings } from "../../../src/engine/engine.ts";

export interface ReferenceLoss {
  readonly total: number;
  readonly probability: number;
  readonly threshold: number;
  readonly binary: number;
  /** Of the total, for each pixel's logit. */
  readonly probabilityGradient: Float64Array;
  readonly thresholdGradient: Float64Array;
}

export interface ReferenceTargets {
  readonly flags: Uint8Array;
  readonly thresholds: Uint8Array;
  readonly thresholdRange: readonly [number, number];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Logits of all pixels of the batch. */
export function lossReference(
  probabilityLogits: Float64Array,
  thresholdLogits: Float64Array,
  targets: ReferenceTargets,
  settings: LossSettings,
): ReferenceLoss {
  const { flags, thresholds, thresholdRange } = targets;
  const [low, high] = thresholdRange;
  const count = flags.length;
  const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;
  const has = (i: number, flag: number): boolean => (at(flags, i) & flag) !== 0;
  const isPositive = (i: number): boolean => has(i, FLAG_TEXT) && has(i, FLAG_SHRINK_MASK);
  const isNegative = (i: number): boolean => !has(i, FLAG_TEXT) && has(i, FLAG_SHRINK_MASK);
  const pixels = Array.from({ length: count }, (_, i) => i);

  const positives = pixels.filter(isPositive);
  const negatives = pixels.filter(isNegative);
  const hard = Math.min(negatives.length, Math.floor(settings.negativeRatio * positives.length));
  const weights = new Float64Array(count);
  for (const i of positives) weights[i] = 1;
  const sorted = negatives.map((i) => at(probabilityLogits, i)).sort((a, b) => b - a);
  if (hard > 0) {
    const last = at(sorted, hard - 1);
    const above = sorted.filter((value) => value > last).length;
    const equal = sorted.filter((value) => value === last).length;
    for (const i of negatives) {
      const value = at(probabilityLogits, i);
      if (value > last) weights[i] = 1;
      else if (value === last) weights[i] = (hard - above) / equal;
    }
  }
  const chosen = positives.length + hard + settings.epsilon;
  const sumOf = (value: (i: number) => number): number => pixels.reduce((sum, i) => sum + value(i), 0);
  const text = (i: number): number => (isPositive(i) ? 1 : 0);
  const masked = (i: number): number => (has(i, FLAG_SHRINK_MASK) ? 1 : 0);
  const probability =
    sumOf((i) => {
      const logit = at(probabilityLogits, i);
      return at(weights, i) === 0 ? 0 : at(weights, i) * (softplus(logit) - text(i) * logit);
    }) / chosen;

  const p = probabilityLogits.map(sigmoid);
  const t = thresholdLogits.map(sigmoid);
  const wanted = (i: number): number => low + ((high - low) * at(thresholds, i)) / 255;
  const inL1 = (i: number): number => (has(i, FLAG_THRESHOLD_MASK) ? 1 : 0);
  const l1Count = sumOf(inL1);
  const threshold = l1Count === 0 ? 0 : sumOf((i) => inL1(i) * Math.abs(at(t, i) - wanted(i))) / l1Count;

  const b = p.map((value, i) => sigmoid(settings.k * (value - at(t, i))));
  const overlap = sumOf((i) => at(b, i) * text(i));
  const union = sumOf((i) => at(b, i) * masked(i)) + positives.length + settings.epsilon;
  const binary = 1 - (2 * overlap) / union;

  const { probabilityWeight, thresholdWeight, binaryWeight } = settings;
  const probabilityGradient = new Float64Array(count);
  const thresholdGradient = new Float64Array(count);
  for (const i of pixels) {
    const [pi, ti, bi] = [at(p, i), at(t, i), at(b, i)];
    const ofB = binaryWeight * ((-2 * text(i)) / union + (2 * overlap * masked(i)) / union ** 2);
    const ofDifference = ofB * settings.k * bi * (1 - bi);
    const ofBce = (probabilityWeight * at(weights, i) * (pi - text(i))) / chosen;
    probabilityGradient[i] = ofBce + ofDifference * pi * (1 - pi);
    const ofL1 = l1Count === 0 ? 0 : (thresholdWeight * inL1(i) * Math.sign(ti - wanted(i))) / l1Count;
    thresholdGradient[i] = (ofL1 - ofDifference) * ti * (1 - ti);
  }
  const total = probabilityWeight * probability + thresholdWeight * threshold + binaryWeight * binary;
  return { total, probability, threshold, binary, probabilityGradient, thresholdGradient };
}
