import { describe, expect, it } from "vitest";
import { randomFrom } from "../../../src/core/index.ts";
import { flagsOf, rangeOf, roundThresholds } from "./targets.ts";

const random = randomFrom("rounded thresholds");
const values = (): Float32Array => Float32Array.from({ length: 500 }, () => random.range(0.2, 0.8));

describe("threshold targets in 8 bits", () => {
  it("stay on their side of the prediction, and the loss gets back what they lost", () => {
    const [threshold, predicted] = [values(), values()];
    const thresholdMask = threshold.map(() => (random.chance(0.5) ? 1 : 0));
    const [low, high] = rangeOf(threshold);
    const targets = { text: thresholdMask, mask: thresholdMask, threshold, thresholdMask };
    const { bytes, lost } = roundThresholds(targets, predicted, [low, high]);
    const rounded = Float64Array.from(bytes, (byte) => low + ((high - low) * byte) / 255);
    let [before, after, count] = [0, 0, 0];
    for (const [at, value] of predicted.entries()) {
      const [wanted, got] = [threshold[at] ?? 0, rounded[at] ?? 0];
      if (Math.abs(value - got) > 1e-9) expect(Math.sign(value - got)).toBe(Math.sign(value - wanted));
      expect(Math.abs(got - wanted)).toBeLessThan((high - low) / 254);
      if (thresholdMask[at] !== 1) continue;
      before += Math.abs(value - wanted);
      after += Math.abs(value - got);
      count += 1;
    }
    expect(Math.abs(after - before) / count).toBeGreaterThan(1e-5);
    expect((after / count + lost) / (before / count)).toBeCloseTo(1, 9);
  });

  it("keep nothing where nothing is masked in, and refuse what is no mask", () => {
    const zeros = new Float32Array(4);
    const targets = { text: zeros, mask: zeros, threshold: zeros.map(() => 0.5), thresholdMask: zeros };
    expect(rangeOf(targets.threshold)).toEqual([0.5, 1.5]);
    expect(roundThresholds(targets, zeros, [0.5, 1.5]).lost).toBe(0);
    expect(() => flagsOf({ ...targets, mask: zeros.map(() => 0.5) })).toThrow(/zeros and ones/);
  });
});
