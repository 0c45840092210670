// Targets as a batch carries them: masks in bits, thresholds in 8 bits. Rounding would move the L1 loss by more than the references' tolerance, so it is
// accounted for exactly: each target is rounded to the side of the prediction on which it lies, which leaves the gradient
// (a sign) as it was, and the loss gets back what rounding took.

import { FLAG_SHRINK_MASK, FLAG_TEXT, FLAG_THRESHOLD_MASK } from "../../../src/core/index.ts";
import type { LossTargets } from "../../../src/engine/index.ts";
import { Refused } from "./refused.ts";

export type ThresholdRange = readonly [number, number];

/** As narrow as the targets allow. */
export function rangeOf(values: Float32Array): ThresholdRange {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return high > low ? [low, high] : [low, low + 1];
}

export interface RoundedThresholds {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the mean masked |prediction − target| loses by the rounding; 0 where nothing is masked in. */
  readonly lost: number;
}

/** `predicted` are the threshold map's values, 0..1. */
export function roundThresholds(
  { threshold, thresholdMask }: LossTargets,
  predicted: Float32Array | Float64Array,
  [low, high]: ThresholdRange,
): RoundedThresholds {
  const bytes = new Uint8Array(threshold.length);
  let [lost, count] = [0, 0];
  for (const [at, wanted] of threshold.entries()) {
    const value = predicted[at] ?? Number.NaN;
    const exact = ((wanted - low) / (high - low)) * 255;
    const byte = Math.min(255, Math.max(0, wanted < value ? Math.floor(exact) : Math.ceil(exact)));
    bytes[at] = byte;
    if (thresholdMask[at] === 0) continue;
    const rounded = low + ((high - low) * byte) / 255;
    lost += Math.abs(value - wanted) - Math.abs(value - rounded);
    count += 1;
  }
  return { bytes, lost: count === 0 ? 0 : lost / count };
}

/** Masks as the bits of a batch. Throws Refused where they are no masks. */
export function flagsOf({ text, mask, thresholdMask }: LossTargets): Uint8Array<ArrayBuffer> {
  if ([text, mask, thresholdMask].some((map) => map.some((value) => value !== 0 && value !== 1)))
    throw new Refused("this engine takes masks of zeros and ones only");
  return Uint8Array.from(
    text,
    (value, at) =>
      value * FLAG_TEXT + (mask[at] ?? 0) * FLAG_SHRINK_MASK + (thresholdMask[at] ?? 0) * FLAG_THRESHOLD_MASK,
  );
}
