import { expect, it } from "vitest";
import { buildGraph, initialWeights } from "../../graph/index.ts";
import { silentTracer } from "../../trace/index.ts";
import type { EngineSettings, OptimizerSettings } from "../engine.ts";
import { buildWebGpuEngine } from "./build.ts";
import type { GpuDevice } from "./device.ts";

const graph = buildGraph("nano");

function settings(optimizer: OptimizerSettings): EngineSettings {
  return {
    graph,
    initialWeights: initialWeights(graph, 1),
    loss: {
      probabilityWeight: 5,
      thresholdWeight: 10,
      binaryWeight: 1,
      negativeRatio: 3,
      k: 50,
      epsilon: 1e-6,
    },
    optimizer,
    clipNorm: "off",
    batchSize: 1,
    accumulate: 1,
    sizePx: 32,
    normalisation: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
  };
}

/** Refused before the device is touched. */
const noDevice = {} as GpuDevice;

it.each<[string, OptimizerSettings]>([
  ["Nesterov", { kind: "sgd", momentum: 0.9, weightDecay: 0, nesterov: true }],
  [
    "through the gradient",
    { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, decay: "gradient" },
  ],
])("refuses an optimiser that its kernel does not have: %s", async (text, optimizer) => {
  await expect(buildWebGpuEngine(settings(optimizer), () => undefined, noDevice)).rejects.toThrow(text);
});
