// The same plan on two devices: WASM SIMD and compiled WebGPU, from equal weights on equal batches, are the same training.
// With SGD, for the reason in engines-agree.test.ts. `npm run bench -- --suite parity --engines wasm,webgpu` has more cases.

import { expect, it } from "vitest";
import { type Engine, type EngineId, engineFactories } from "../../src/engine/index.ts";
import { buildGraph, withoutThresholdHead } from "../../src/graph/index.ts";
import { engineSettings, randomBatch } from "./reference/fixtures.ts";

const STEPS = 20;
const [BATCH_SIZE, SIZE_PX] = [2, 64];

async function build(id: EngineId, settings: ReturnType<typeof engineSettings>): Promise<Engine> {
  const factory = engineFactories.find((one) => one.id === id);
  if (factory === undefined) throw new Error(`there is no engine "${id}"`);
  return factory.build(settings, () => undefined);
}

it.each([
  ["nano", "both heads", STEPS],
  ["small", "both heads", STEPS],

  ["nano", "the probability head alone", STEPS],
])(
  "wasm and webgpu have the same total loss, within 1e-4: %s with %s, %i steps",
  async (model, heads, steps) => {
    const both = buildGraph(model);
    const graph = heads === "both heads" ? both : withoutThresholdHead(both, new Map()).graph;
    const settings = engineSettings(graph, {
      batchSize: BATCH_SIZE,
      sizePx: SIZE_PX,
      optimizer: { kind: "sgd", momentum: 0.9, weightDecay: 1e-4 },
    });
    const engines = [await build("wasm", settings), await build("webgpu", settings)];
    const totals: number[] = [];
    for (let step = 0; step < steps; step++) {
      const batch = randomBatch(BATCH_SIZE, SIZE_PX, step % 4);
      const [ours, theirs] = await Promise.all(engines.map((engine) => engine.step(batch, 1e-3).loss));
      if (ours === undefined || theirs === undefined) throw new Error("a loss is missing");
      expect(Math.abs(ours.total / theirs.total - 1), `step ${step}`).toBeLessThan(1e-4);
      totals.push(ours.total);
    }
    // The steps did move something: the fifth batch is the first one again.
    expect(Math.abs((totals[4] ?? 0) / (totals[0] ?? 1) - 1)).toBeGreaterThan(1e-3);
    const { images } = randomBatch(BATCH_SIZE, SIZE_PX, 9);
    const [mine, other] = await Promise.all(engines.map((engine) => engine.predict(images)));
    const apart = Array.from(mine?.probability ?? [], (value, index) =>
      Math.abs(value - (other?.probability[index] ?? Number.NaN)),
    );
    expect(apart.length).toBe(BATCH_SIZE * SIZE_PX ** 2);
    expect(Math.max(...apart)).toBeLessThan(1e-2);
    for (const engine of engines) engine.dispose();
  },
);
