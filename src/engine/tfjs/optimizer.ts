// One optimiser move over all trainable values at once: they lie in one vector, so a move is a dozen operations
// whatever the number of layers. AdamW: Loshchilov & Hutter (2019); SGD with momentum as PyTorch writes it.

import * as tf from "@tensorflow/tfjs-core";
import type { OptimizerSettings } from "../engine.ts";

/** PyTorch's clip_grad_norm_ adds this to the norm. */
const CLIP_EPSILON = 1e-6;

/** How many moment vectors an optimiser carries. */
export function momentCount(settings: OptimizerSettings): number {
  return settings.kind === "adamw" ? 2 : 1;
}

/** Global norm of a gradient vector. */
export function gradientNorm(gradient: tf.Tensor1D): tf.Scalar {
  return tf.sqrt(tf.sum(tf.square(gradient)));
}

/** The gradient scaled down to at most `clipNorm`; `norm` is its global norm. */
export function clipped(gradient: tf.Tensor1D, norm: tf.Scalar, clipNorm: number | "off"): tf.Tensor1D {
  if (clipNorm === "off") return gradient;
  return tf.mul(gradient, tf.minimum(tf.div(clipNorm, tf.add(norm, CLIP_EPSILON)), 1));
}

export interface Move {
  readonly values: tf.Tensor1D;
  readonly moments: readonly tf.Tensor1D[];
}

/** Values and moments after one more move; `move` counts from 1. Disposes nothing. */
export function moved(
  before: Move,
  gradient: tf.Tensor1D,
  settings: OptimizerSettings,
  learningRate: number,
  move: number,
): Move {
  const { values, moments } = before;
  if (settings.kind === "sgd") {
    const decayed = withDecay(gradient, values, settings.weightDecay);
    const velocity = tf.add<tf.Tensor1D>(tf.mul(momentAt(moments, 0), settings.momentum), decayed);
    const direction =
      settings.nesterov === true ? tf.add(decayed, tf.mul(velocity, settings.momentum)) : velocity;
    return { values: tf.sub(values, tf.mul(direction, learningRate)), moments: [velocity] };
  }
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const isDecoupled = settings.decay !== "gradient";
  const slope = isDecoupled ? gradient : withDecay(gradient, values, weightDecay);
  const first = mixed(momentAt(moments, 0), slope, beta1);
  const second = mixed(momentAt(moments, 1), tf.square(slope), beta2);
  const deviation = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** move)), epsilon);
  const change = tf.mul(tf.div(first, deviation), learningRate / (1 - beta1 ** move));
  const kept = isDecoupled && weightDecay !== 0 ? tf.mul(values, 1 - learningRate * weightDecay) : values;
  return { values: tf.sub(kept, change), moments: [first, second] };
}

function withDecay(gradient: tf.Tensor1D, values: tf.Tensor1D, weightDecay: number): tf.Tensor1D {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(values, weightDecay));
}

/** beta·old + (1 − beta)·value. */
function mixed(old: tf.Tensor1D, value: tf.Tensor1D, beta: number): tf.Tensor1D {
  return tf.add(tf.mul(old, beta), tf.mul(value, 1 - beta));
}

function momentAt(moments: readonly tf.Tensor1D[], index: number): tf.Tensor1D {
  const moment = moments[index];
  if (moment === undefined) throw new Error(`the optimiser has no moment ${index}`);
  return moment;
}
