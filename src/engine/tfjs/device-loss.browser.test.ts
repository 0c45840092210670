import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { expect, it } from "vitest";
import { GraphBuilder, initialWeights } from "../../graph/index.ts";
import { silentTracer } from "../../trace/index.ts";
import type { Engine } from "../engine.ts";
import { buildTfjsEngine } from "./engine.ts";

const SIZE_PX = 8;

function build(): Promise<Engine> {
  const builder = new GraphBuilder();
  const output = builder.conv(builder.input(3), "c", { channels: 1, kernel: 1 });
  const graph = builder.build("one conv", 1, { probability: output, threshold: output });
  const settings = {
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
    optimizer: { kind: "sgd", momentum: 0, weightDecay: 0 },
    clipNorm: "off",
    batchSize: 1,
    accumulate: 1,
    sizePx: SIZE_PX,
    normalisation: { mean: [0, 0, 0], deviation: [1, 1, 1] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
  } as const;
  return buildTfjsEngine("webgpu", settings, () => undefined);
}

it("a lost device is told once, stops the engine by name, and the next engine gets a new device", async () => {
  const page = new Uint8Array(SIZE_PX * SIZE_PX * 4).fill(200);
  const engine = await build();
  const { probability } = await engine.predict(page);
  (tf.backend() as WebGPUBackend).device.destroy();
  await expect(engine.failed).rejects.toMatchObject({ data: { code: "device-lost" } });
  await expect(engine.predict(page)).rejects.toMatchObject({ data: { code: "device-lost" } });
  engine.dispose();
  const next = await build();
  expect((await next.predict(page)).probability).toEqual(probability);
  next.dispose();
});
