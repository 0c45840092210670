import { describe, expect, it, vi } from "vitest";
import type { Engine } from "../../src/engine/index.ts";
import { buildPlainDetector, initialWeights } from "../../src/graph/index.ts";
import { differenceToEngine, greatestDifference } from "./predict.ts";

describe("two answers", () => {
  it("lie as far apart as their worst pixel; other lengths and NaN are no small difference", () => {
    const of = (...values: number[]): Float32Array => Float32Array.from(values);
    expect(greatestDifference(of(0, 0.5, 1), of(0, 0.25, 1))).toBe(0.25);
    expect(greatestDifference(of(0), of(0, 1))).toBeNaN();
    expect(greatestDifference(of(0, Number.NaN), of(0, 1))).toBeNaN();
  });

  it("leave no engine behind when onnxruntime refuses the file", async () => {
    const graph = buildPlainDetector({ name: "tiny", width: 2, inner: 4 });
    const preprocessing = { channels: "rgb", mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
    const dispose = vi.fn();
    const predict = async () => ({ probability: new Float32Array(64 * 64) });
    const factory = { build: async () => ({ predict, dispose }) as unknown as Engine };
    const detector = { graph, weights: initialWeights(graph, 1), preprocessing };
    const page = new Uint8Array(64 * 64 * 4);
    await expect(differenceToEngine(factory, detector, new Uint8Array(8), page, 64)).rejects.toThrow(
      /model\.onnx cannot be run/,
    );
    expect(dispose).toHaveBeenCalledOnce();
  });
});
