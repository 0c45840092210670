// The plain tfjs engine on every backend that a browser has: the same training on each, and a sample of the references.
// The net is the smallest that has every kind of node of a detector; shader compilation takes most of the time.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTrainingChecks } from "../../cli/verify/training-checks.ts";
import { randomFrom, type TrainBatch } from "../../src/core/index.ts";
import {
  type Engine,
  type EngineSettings,
  engineFactories,
  type LossParts,
  tfjsEngineParts,
} from "../../src/engine/index.ts";
import { dbHead, type Graph, GraphBuilder, initialWeights } from "../../src/graph/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import { readReference } from "./reference-files.ts";

const SIZE_PX = 32;
const PAGES = 2;

function smallestDetector(): Graph {
  const builder = new GraphBuilder();
  const stem = builder.conv(builder.input(3), "encoder.conv1", { channels: 8, kernel: 3, stride: 2 });
  const c2 = builder.maxPool(builder.relu(builder.batchNorm(stem, "encoder.bn1")), { kernel: 3, padding: 1 });
  const c3 = builder.conv(c2, "encoder.conv2", { channels: 8, kernel: 3, stride: 2 });
  builder.begin("neck");
  const up = builder.upsample(c3, 2);
  const fused = builder.concat([up, builder.add(c2, up, "decoder.add")], "decoder.fuse");
  return builder.build("smallest", 8, {
    probability: dbHead(builder, fused, "probability"),
    threshold: dbHead(builder, fused, "threshold"),
  });
}

function settings(): EngineSettings {
  const graph = smallestDetector();
  return {
    graph,
    initialWeights: initialWeights(graph, 3),
    loss: {
      probabilityWeight: 5,
      thresholdWeight: 10,
      binaryWeight: 1,
      negativeRatio: 3,
      k: 50,
      epsilon: 1e-6,
    },
    optimizer: { kind: "sgd", momentum: 0.9, weightDecay: 1e-4 },
    clipNorm: 5,
    batchSize: PAGES,
    accumulate: 1,
    sizePx: SIZE_PX,
    normalisation: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
    thresholdRange: [0.3, 0.7],
    tracer: silentTracer,
  };
}

function batch(): TrainBatch {
  const random = randomFrom("tfjs backends");
  const pixels = PAGES * SIZE_PX ** 2;
  return {
    images: Uint8Array.from({ length: pixels * 4 }, () => random.int(256)),
    thresholds: Uint8Array.from({ length: pixels }, () => random.int(256)),
    flags: Uint8Array.from({ length: pixels }, () => (random.chance(0.1) ? 7 : 6)),
  };
}

interface Outcome {
  readonly losses: readonly LossParts[];
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly probability: Float32Array;
}

async function build(id: string): Promise<Engine> {
  const factory = engineFactories.find((one) => one.id === id);
  if (factory === undefined) throw new Error(`there is no engine ${id}`);
  return factory.build(settings(), () => undefined);
}

async function outcomeOf(engine: Engine): Promise<Outcome> {
  const losses: LossParts[] = [];
  for (let step = 0; step < 2; step++) losses.push(await engine.step(batch(), 0.005).loss);
  const { probability } = await engine.predict(batch().images);
  return { losses, weights: (await engine.readState()).weights, probability };
}

describe.each(["tfjs-webgl", "tfjs-webgpu"])("%s", (id) => {
  // One engine for all tests: the backend, and with it every compiled shader, lives as long as an engine.
  let engine: Engine;
  beforeAll(async () => {
    engine = await build(id);
  });
  afterAll(() => engine.dispose());

  it("trains as the processor does, keeps its memory and says where it runs", async () => {
    const reference = await build("tfjs-cpu");
    const expected = await outcomeOf(reference);
    reference.dispose();
    const got = await outcomeOf(engine);
    for (const [step, parts] of expected.losses.entries()) {
      for (const [name, value] of Object.entries(parts)) {
        expect(
          Math.abs((got.losses[step]?.[name as keyof LossParts] ?? Number.NaN) - value),
          name,
        ).toBeLessThan(1e-3 * Math.abs(value));
      }
    }
    for (const [name, values] of expected.weights) {
      expect(greatestDifference(got.weights.get(name), values), name).toBeLessThan(1e-3);
    }
    expect(greatestDifference(got.probability, expected.probability)).toBeLessThan(1e-3);
    const before = engine.memory();
    await engine.step(batch(), 0.005).loss;
    await engine.predict(batch().images);
    expect(engine.memory().objects).toBe(before.objects);
    expect(engine.info).toMatchObject({ id, isSoftware: true });
    expect(engine.info.adapter).toMatch(/swiftshader/i);
    expect(engine.info.fallbackNotice).toMatch(
      /Measured on a software adapter, a step takes about \d+ times/,
    );
  });

  it("lets at most three steps run ahead and reads their losses in order", async () => {
    const tickets = [1, 2, 3, 4].map(() => engine.step(batch(), 0.005));
    const order: string[] = [];
    const seen = tickets.map(async ({ loss }, step) => {
      await loss;
      order.push(`loss ${step}`);
    });
    const accepted = tickets[3]?.accepted.then(() => order.push("accepted 3"));
    await Promise.all([...seen, accepted]);
    expect(order.indexOf("accepted 3")).toBeGreaterThan(order.indexOf("loss 0"));
    expect(order.filter((event) => event.startsWith("loss"))).toEqual([
      "loss 0",
      "loss 1",
      "loss 2",
      "loss 3",
    ]);
  });

  it("agrees with a sample of the references", async (context) => {
    const [losses, ops] = await Promise.all([readReference("losses"), readReference("ops")]);
    if (losses === undefined || ops === undefined) return context.skip("the reference vectors are not here");
    const parts = await tfjsEngineParts(id === "tfjs-webgl" ? "webgl" : "webgpu");
    try {
      const checks = createTrainingChecks(parts);
      const sample = {
        ops: pick(ops.ops, [0, 11, 15]),
        optimizers: pick(ops.optimizers, [5]),
        schedules: [],
        grad_clip: pick(ops.grad_clip, [0]),
      };
      const results = [
        ...(await checks.losses({ ...losses, cases: pick(losses.cases, [1]) })),
        ...(await checks.ops(sample)),
      ];
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results).toHaveLength(6);
    } finally {
      parts.dispose();
    }
  });
});

function greatestDifference(got: Float32Array | undefined, expected: Float32Array): number {
  if (got?.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (got[at] ?? Number.NaN))), 0);
}

function pick(list: unknown, indices: readonly number[]): unknown[] {
  if (!Array.isArray(list)) throw new Error("the reference file has no such list");
  return indices.map((index) => list[index]);
}
