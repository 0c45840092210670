// Batch norm in training: normalises with the batch's own statistics. Ioffe & Szegedy, "Batch Normalization" (2015).
// The gradient is the closed form instead of the chain that tfjs would derive, which costs three times the kernels.

import * as tf from "@tensorflow/tfjs-core";

export interface BatchStatistics {
  /** [C], kept: whoever receives them disposes them. */
  readonly mean: tf.Tensor1D;
  /** [C], biased (divided by `count`), kept. */
  readonly variance: tf.Tensor1D;
  /** Values per channel. */
  readonly count: number;
}

const OVER_PIXELS = [0, 1, 2];

/** x [N, H, W, C], γ and β [C] → [N, H, W, C]; `onStatistics` receives what the running statistics need. */
export function batchNormTraining(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  onStatistics: (statistics: BatchStatistics) => void,
): tf.Tensor4D {
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  const normalise = tf.customGrad((...inputs) => {
    const [input, scale, shift, save] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const mean = tf.mean(input, OVER_PIXELS) as tf.Tensor1D;
    const centred = tf.sub(input, mean);
    const variance = tf.mean(tf.square(centred), OVER_PIXELS) as tf.Tensor1D;
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normalised = tf.mul(centred, inverse);
    const value = tf.add(tf.mul(normalised, scale), shift);
    save([normalised, tf.mul(inverse, scale)]);
    // Last, because the receiver may dispose them at once.
    onStatistics({ mean: tf.keep(mean), variance: tf.keep(variance), count });
    return {
      value,
      gradFunc: (dy, saved) => {
        const [unit, slope] = saved as [tf.Tensor4D, tf.Tensor1D];
        const shiftGradient = tf.sum(dy, OVER_PIXELS);
        const scaleGradient = tf.sum(tf.mul(dy, unit), OVER_PIXELS);
        const common = tf.add(tf.div(shiftGradient, count), tf.mul(unit, tf.div(scaleGradient, count)));
        return [tf.mul(tf.sub(dy, common), slope), scaleGradient, shiftGradient];
      },
    };
  });
  return normalise(x, gamma, beta) as tf.Tensor4D;
}

/** With running statistics: an affine map per channel. */
export function batchNormInference(
  x: tf.Tensor4D,
  parameters: { gamma: tf.Tensor; beta: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor },
  epsilon: number,
): tf.Tensor4D {
  const { gamma, beta, mean, variance } = parameters;
  const slope = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, slope), tf.sub(beta, tf.mul(mean, slope)));
}
