// Kernels chosen by trial: every candidate is timed on the real shape, the fastest is taken, and a shape is tried only once.

import { expect, it } from "vitest";
import type { Plan } from "../../src/engine/plan/types.ts";
import { wholeView } from "../../src/engine/plan/views.ts";
import { requestGpu } from "../../src/engine/webgpu/index.ts";
import { Compiler } from "../../src/engine/webgpu/program.ts";
import { tune, wantsTuning } from "../../src/engine/webgpu/tune.ts";
import { candidatesFor } from "../../src/engine/webgpu/variants.ts";
import { databaseLoss, engineSettings, everythingGraph } from "./reference/fixtures.ts";

const CHANNELS = 16;
const [input, output] = [0, 1].map((buffer) =>
  wholeView(buffer, 1, { channels: CHANNELS, heightPx: 8, widthPx: 8 }),
) as [ReturnType<typeof wholeView>, ReturnType<typeof wholeView>];
const geometry = { kernel: 1, stride: 1, padding: 0, groups: 1 };
const weight = { store: "trainable", offset: 0, size: CHANNELS ** 2 } as const;

const plan: Plan = {
  batchSize: 1,
  sizePx: 8,
  parameters: {
    slots: new Map([["w", weight]]),
    sizes: { trainable: weight.size, frozen: 0, statistics: 0 },
  },
  buffers: [input.batchStride, output.batchStride],
  ops: [
    { kind: "conv", input, output, weight, geometry, epilogue: {} },
    { kind: "convWeightGradient", input, outputGradient: output, gradient: weight, geometry },
  ],
  outputs: { probability: output },
};

it("takes the fastest of all that can run a shape, and knows it the next time", async () => {
  const gpu = await requestGpu();
  if (!gpu.device.features.has("timestamp-query")) return;
  const settings = engineSettings(everythingGraph(), { batchSize: 1, sizePx: 8, loss: databaseLoss });
  const tried: number[] = [];
  const compiler = new Compiler(gpu.device);
  const first = await tune(plan, settings, gpu, compiler, (done) => tried.push(done));
  const hasSubgroups = gpu.device.features.has("subgroups" as GPUFeatureName);
  expect(first.shapes).toHaveLength(plan.ops.length);
  for (const [index, op] of plan.ops.entries()) {
    const shape = first.shapes[index];
    expect(new Set(shape?.times.map(({ kernel }) => kernel))).toEqual(
      new Set(candidatesFor(op, hasSubgroups)),
    );
    const fastest = Math.min(...(shape?.times ?? []).map(({ milliseconds }) => milliseconds));
    expect(shape?.times.find(({ kernel }) => kernel === shape.kernel)?.milliseconds).toBe(fastest);
    expect(fastest).toBeGreaterThan(0);
    expect(first.variantOf(op)).toBe(shape?.kernel);
  }
  expect(tried).toEqual([0, 1, 2]);
  const again = await tune(plan, settings, gpu, compiler, (done) => tried.push(done));
  expect(again.shapes).toEqual(first.shapes);
  expect(tried).toHaveLength(3);
});

it("is left out on a software adapter unless it is asked for", async () => {
  const gpu = { ...(await requestGpu()), isSoftware: true };
  expect(wantsTuning("auto", gpu)).toBe(false);
  expect(wantsTuning("off", { ...gpu, isSoftware: false })).toBe(false);
  const canTime = gpu.device.features.has("timestamp-query");
  expect(wantsTuning("auto", { ...gpu, isSoftware: false })).toBe(canTime);
  if (canTime) expect(wantsTuning("on", gpu)).toBe(true);
  else expect(() => wantsTuning("on", gpu)).toThrow("cannot time its kernels");
});
