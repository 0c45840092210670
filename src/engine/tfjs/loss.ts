// The loss of DBNet: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020),
// L = 5·balanced BCE(P) + 10·masked L1(T) + 1·dice(B), with the sums and masks of the published implementation.

import * as tf from "@tensorflow/tfjs-core";
import type { LossSettings } from "../engine.ts";
import { hardNegativeWeights, withoutGradient } from "./hard-negatives.ts";

/** All [P]: the pixels of the whole batch, row by row. Counts are known to whoever made the masks. */
export interface TargetTensors {
  /** 1 inside shrunk text that counts. */
  readonly positive: tf.Tensor1D;
  /** 1 outside shrunk text, where that counts. */
  readonly negative: tf.Tensor1D;
  readonly threshold: tf.Tensor1D;
  readonly thresholdMask: tf.Tensor1D;
  readonly counts: TargetCounts;
}

export interface TargetCounts {
  readonly positive: number;
  readonly negative: number;
  readonly thresholdMask: number;
}

/** Scalars; `total` is the weighted sum. */
export interface LossTensors {
  readonly total: tf.Scalar;
  readonly probability: tf.Scalar;
  readonly threshold: tf.Scalar;
  readonly binary: tf.Scalar;
}

/** Three maps [P] in 0..1: probability, threshold and approximate binary map. */
export interface LossMaps {
  readonly probability: tf.Tensor1D;
  readonly threshold: tf.Tensor1D;
  readonly binary: tf.Tensor1D;
}

/** Logits [P] of both heads. The cross entropy is taken from logits, where probabilities would saturate. */
export function lossFromLogits(
  probabilityLogits: tf.Tensor1D,
  thresholdLogits: tf.Tensor1D,
  targets: TargetTensors,
  settings: LossSettings,
): LossTensors {
  const probability = tf.sigmoid(probabilityLogits);
  const threshold = tf.sigmoid(thresholdLogits);
  const binary = binaryMap(probability, threshold, settings.k);
  const crossEntropy = tf.sub(tf.softplus(probabilityLogits), tf.mul(probabilityLogits, targets.positive));
  return combine(crossEntropy as tf.Tensor1D, { threshold, binary }, targets, settings);
}

/** The approximate binary map B = 1/(1 + exp(−k(P − T))). */
export function binaryMap(probability: tf.Tensor1D, threshold: tf.Tensor1D, k: number): tf.Tensor1D {
  return tf.sigmoid(tf.mul(tf.sub(probability, threshold), k));
}

/** As the published code computes it: from probabilities, with logarithms not below −100. */
export function lossFromMaps(maps: LossMaps, targets: TargetTensors, settings: LossSettings): LossTensors {
  const log = (x: tf.Tensor): tf.Tensor => tf.maximum(tf.log(x), -100);
  const ofText = tf.mul(log(maps.probability), targets.positive);
  const ofBackground = tf.mul(log(tf.sub(1, maps.probability)), targets.negative);
  const crossEntropy = tf.neg(tf.add(ofText, ofBackground)) as tf.Tensor1D;
  return combine(crossEntropy, maps, targets, settings);
}

/** How many negatives count beside `positive` positives. */
export function hardNegativeCount(counts: TargetCounts, settings: LossSettings): number {
  return Math.min(counts.negative, Math.floor(counts.positive * settings.negativeRatio));
}

function combine(
  crossEntropy: tf.Tensor1D,
  maps: Pick<LossMaps, "threshold" | "binary">,
  targets: TargetTensors,
  settings: LossSettings,
): LossTensors {
  const probability = balanced(crossEntropy, targets, settings);
  const threshold = maskedL1(maps.threshold, targets);
  const binary = dice(maps.binary, targets, settings);
  const total = tf.addN([
    tf.mul(probability, settings.probabilityWeight),
    tf.mul(threshold, settings.thresholdWeight),
    tf.mul(binary, settings.binaryWeight),
  ]) as tf.Scalar;
  return { total, probability, threshold, binary };
}

/** Mean over all positives and the hardest negatives of the batch; 0 without positives. */
function balanced(crossEntropy: tf.Tensor1D, targets: TargetTensors, settings: LossSettings): tf.Scalar {
  const { positive, negative, counts } = targets;
  const hard = hardNegativeCount(counts, settings);
  const chosen = withoutGradient((losses) => {
    if (hard === 0) return tf.clone(positive);
    if (hard === counts.negative) return tf.add(positive, negative);
    return tf.add(positive, hardNegativeWeights(losses as tf.Tensor1D, negative, hard));
  }, crossEntropy);
  const sum = tf.sum(tf.mul(crossEntropy, chosen));
  return tf.div(sum, counts.positive + hard + settings.epsilon);
}

/** 1 − 2·Σ(B·text)/(ΣB + Σtext), one ratio over the batch, masked. */
function dice(binary: tf.Tensor1D, targets: TargetTensors, settings: LossSettings): tf.Scalar {
  const { positive, negative, counts } = targets;
  const overlap = tf.sum(tf.mul(binary, positive));
  const predicted = tf.sum(tf.mul(binary, tf.add(positive, negative)));
  const union = tf.add(predicted, counts.positive + settings.epsilon);
  return tf.sub(1, tf.div(tf.mul(overlap, 2), union));
}

/** Mean of |T − t| over the mask; 0 when it is empty. */
function maskedL1(threshold: tf.Tensor1D, targets: TargetTensors): tf.Scalar {
  const { thresholdMask, counts } = targets;
  const sum = tf.sum(tf.mul(tf.abs(tf.sub(threshold, targets.threshold)), thresholdMask));
  return tf.div(sum, Math.max(counts.thresholdMask, 1));
}
