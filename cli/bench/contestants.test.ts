import { describe, expect, it } from "vitest";
import { FLAG_SHRINK_MASK, FLAG_TEXT } from "../../src/core/index.ts";
import { engineFactories } from "../../src/engine/index.ts";
import { jaxOn } from "./jax.ts";
import { batchOf, convolutionFlop, floatsOf, settingsOf } from "./nets.ts";
import { NETS, percentile, timesOf } from "./types.ts";

describe("nets", () => {
  it("have the size that the measurements name", () => {
    const gflop = NETS.map((name) => convolutionFlop(settingsOf(name).graph, settingsOf(name)) / 1e9);
    expect(gflop.map((value) => Number(value.toPrecision(1)))).toEqual([2, 0.09, 0.02]);
  });

  it.each(NETS)("have batches in which hard-negative mining changes nothing: %s", (name) => {
    const { flags } = batchOf(settingsOf(name), 3);
    const counted = flags.filter((flag) => (flag & FLAG_SHRINK_MASK) !== 0);
    const text = counted.filter((flag) => (flag & FLAG_TEXT) !== 0).length;
    expect(counted.length - text).toBeLessThanOrEqual(settingsOf(name).loss.negativeRatio * text);
    expect(text).toBeGreaterThan(0);
  });

  it("become floats in either layout", () => {
    const settings = settingsOf("S");
    const batch = batchOf(settings, 1);
    const [inner, outer] = [floatsOf(batch, settings, "NHWC"), floatsOf(batch, settings, "NCHW")];
    const pixel = 64 * 5 + 7;
    const green = ((batch.images[4 * pixel + 1] ?? 0) / 255 - 0.456) / 0.224;
    expect(inner.images[3 * pixel + 1]).toBeCloseTo(green, 5);
    expect(outer.images[64 * 64 + pixel]).toBeCloseTo(green, 5);
  });
});

describe("figures", () => {
  it("are percentiles of the times", () => {
    expect(percentile([5, 1, 3], 0.5)).toBe(3);
    expect(timesOf([10, 20, 30, 40, 50])).toEqual({ medianMs: 30, p10Ms: 10, p90Ms: 50, n: 5 });
  });
});

describe("jax-js", () => {
  it("trains the same network with the same loss as an engine", async () => {
    const settings = settingsOf("S");
    const jax = await jaxOn("wasm", "jaxWasm", "jax-js on WASM").build(settings);
    const factory = engineFactories.find(({ id }) => id === "tfjs-cpu");
    if (factory === undefined) throw new Error("there is no tfjs engine");
    const engine = await factory.build(settings, () => undefined);
    for (let step = 0; step < 2; step++) {
      const batch = batchOf(settings, step);
      const { loss } = await jax.step(batch, 1e-3);
      const { total } = await engine.step(batch, 1e-3).loss;
      expect(Math.abs(loss / total - 1)).toBeLessThan(1e-4);
    }
    jax.dispose();
    engine.dispose();
  });
});
