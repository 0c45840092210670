// The compiled engine and plain tfjs on the same adapter, from equal weights on equal batches: the same training.
// With SGD: AdamW's first moves are nearly the sign of the gradient, so where a gradient is almost zero the last digit
// decides, and two correct engines part (a 64-bit run with gradients off by 1e-6 parts from itself by 1e-3 in 3 steps).

import { expect, it } from "vitest";
import { type Engine, type EngineId, engineFactories } from "../../src/engine/index.ts";
import { buildGraph } from "../../src/graph/index.ts";
import { relativeError } from "./check-operation.ts";
import { engineSettings, randomBatch } from "./reference/fixtures.ts";

const STEPS = 20;

async function build(id: EngineId, settings: ReturnType<typeof engineSettings>): Promise<Engine> {
  const factory = engineFactories.find((one) => one.id === id);
  if (factory === undefined) throw new Error(`there is no engine "${id}"`);
  return factory.build(settings, () => undefined);
}

it(`webgpu and tfjs-webgpu have the same losses for ${STEPS} steps of nano, and the same average of the weights`, async () => {
  const optimizer = { kind: "sgd", momentum: 0.9, weightDecay: 1e-4 } as const;
  const settings = engineSettings(buildGraph("nano"), {
    batchSize: 2,
    sizePx: 64,
    optimizer,
    averageDecay: 0.9,
  });
  const engines = [await build("webgpu", settings), await build("tfjs-webgpu", settings)];
  for (let step = 0; step < STEPS; step++) {
    const batch = randomBatch(2, 64, step % 4);
    const [ours, theirs] = await Promise.all(engines.map((engine) => engine.step(batch, 1e-3).loss));
    if (ours === undefined || theirs === undefined) throw new Error("a loss is missing");
    const bound = step < 5 ? 1e-4 : 1e-3;
    for (const part of ["total", "probability", "threshold", "binary"] as const) {
      expect(Math.abs(ours[part] - theirs[part]) / theirs[part], `${part} of step ${step}`).toBeLessThan(
        bound,
      );
    }
  }
  const [mean, otherMean] = (await Promise.all(engines.map((engine) => engine.readState()))).map(
    ({ average }) => average,
  );
  expect(mean?.size).toBe(settings.graph.parameters.length);
  for (const [name, values] of mean ?? [])
    expect(relativeError(values, otherMean?.get(name) ?? []), name).toBeLessThan(1e-2);
  const { images } = randomBatch(2, 64, 9);
  const [mine, other] = await Promise.all(engines.map((engine) => engine.predict(images)));
  const theirs = other?.probability ?? new Float32Array();
  const differences = Array.from(mine?.probability ?? [], (value, index) =>
    Math.abs(value - (theirs[index] ?? Number.NaN)),
  );
  expect(Math.max(...differences)).toBeLessThan(1e-2);
  for (const engine of engines) engine.dispose();
});
