// Online hard example mining without leaving the GPU: which negative pixels count in the balanced cross entropy.
// Shrivastava et al., "Training Region-based Object Detectors with Online Hard Example Mining" (2016), as in DBNet.
// tf.topk would sort everything, and on WebGL read it back; a search for the k-th largest value does neither.

import * as tf from "@tensorflow/tfjs-core";

/** The interval shrinks by 8 in each pass: to 1/16 777 216 of its width, the spacing of 32-bit floats. */
const PARTS = 8;
const PASSES = 8;

/**
 * Weights [P] of the `count` largest of `losses` [P] where `negative` [P] is 1; losses are ≥ 0. All above the
 * count-th largest value weigh 1; values that 32-bit floats can hardly tell from it share what is left, so the weights
 * always sum to `count`. `count` must be ≥ 1 and less than the number of negatives.
 */
export function hardNegativeWeights(losses: tf.Tensor1D, negative: tf.Tensor1D, count: number): tf.Tensor1D {
  return tf.tidy(() => {
    // −1 where not negative: below every loss, so never chosen.
    const candidates = tf.sub(tf.mul(tf.add(losses, 1), negative), 1);
    const column = tf.reshape(tf.range(1, PARTS, 1), [PARTS - 1, 1]);
    const row = tf.reshape(candidates, [1, -1]);
    const above = (threshold: tf.Tensor): tf.Tensor => tf.cast(tf.greater(row, threshold), "float32");
    // Invariant: more than `count` − 1 candidates lie above `low`, fewer than `count` above `high`.
    let low: tf.Tensor = tf.scalar(-0.5);
    let high: tf.Tensor = tf.max(candidates);
    for (let pass = 0; pass < PASSES; pass++) {
      const step = tf.div(tf.sub(high, low), PARTS);
      const edges = tf.add(low, tf.mul(step, column));
      const counts = tf.sum(above(edges), 1);
      const part = tf.sum(tf.cast(tf.greaterEqual(counts, count), "float32"));
      // The last part ends at `high` itself, which rounding could miss.
      const end = tf.add(low, tf.mul(step, tf.add(part, 1)));
      high = tf.where(tf.equal(part, PARTS - 1), high, end);
      low = tf.add(low, tf.mul(step, part));
    }
    const certain = above(high);
    const shared = tf.sub(above(low), certain);
    const share = tf.div(tf.sub(count, tf.sum(certain)), tf.maximum(tf.sum(shared), 1));
    return tf.reshape<tf.Rank.R1>(tf.add(certain, tf.mul(shared, share)), [-1]);
  });
}

/** `value` of `inputs` with no gradient: tfjs has no gradient for comparisons and no stop-gradient. */
export function withoutGradient<T extends tf.Tensor>(
  value: (...inputs: tf.Tensor[]) => T,
  ...inputs: tf.Tensor[]
): T {
  const constant = tf.customGrad((...given) => ({
    value: value(...(given.slice(0, inputs.length) as tf.Tensor[])),
    gradFunc: () => inputs.map((input) => tf.zerosLike(input)),
  }));
  return constant(...inputs) as T;
}
