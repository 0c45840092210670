// Whole steps of the compiled engine against the 64-bit reference, the promise that a seed repeats bit by bit, and state
// that survives being read and written.

import { describe, expect, it } from "vitest";
import { PlaygroundError } from "../../src/core/index.ts";
import type { EngineSettings, LossParts } from "../../src/engine/engine.ts";
import { freeze } from "../../src/engine/freeze.ts";
import { planPrediction, planTraining } from "../../src/engine/plan/plan.ts";
import { buildWebGpuEngine, requestGpu, type WebGpuEngine } from "../../src/engine/webgpu/index.ts";
import { buildGraph } from "../../src/graph/index.ts";
import { createRecorder, STAGES } from "../../src/trace/index.ts";
import { relativeError } from "./check-operation.ts";
import { checkAverage } from "./reference/average.ts";
import { engineSettings, everythingGraph, livelyWeights, randomBatch } from "./reference/fixtures.ts";
import { moveReference, referenceState, runPlan } from "./reference/run.ts";

async function build(settings: EngineSettings): Promise<WebGpuEngine> {
  return buildWebGpuEngine(settings, () => undefined, await requestGpu());
}

async function train(
  engine: WebGpuEngine,
  settings: EngineSettings,
  seeds: readonly number[],
): Promise<LossParts[]> {
  const losses: Promise<LossParts>[] = [];
  for (const seed of seeds) {
    const ticket = engine.step(randomBatch(settings.batchSize, settings.sizePx, seed), 1e-3);
    losses.push(ticket.loss);
    await ticket.accepted;
  }
  return Promise.all(losses);
}

const nano = (changes: Partial<EngineSettings> = {}) =>
  engineSettings(buildGraph("nano"), { batchSize: 2, sizePx: 32, ...changes });

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => 100 + index);

describe("a step", () => {
  // Not smaller: at 32 px the last batch norm would see two values, and its gradient is noise in any precision.
  it.each<[string, EngineSettings]>([
    [
      "nano, Adam with decay in the gradient",
      nano({
        sizePx: 64,
        optimizer: {
          kind: "adamw",
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          weightDecay: 0.01,
          decay: "gradient",
        },
      }),
    ],
    [
      "nano, SGD with Nesterov momentum, clipped, two batches a move",
      nano({
        sizePx: 64,
        optimizer: { kind: "sgd", momentum: 0.9, weightDecay: 1e-3, nesterov: true },
        clipNorm: 1,
        accumulate: 2,
      }),
    ],
    [
      "every kind of node, one batch norm and a head's first layer frozen, AdamW with decay",
      engineSettings(everythingGraph(), {
        batchSize: 2,
        sizePx: 24,
        frozen: new Set(["bn0.weight", "bn0.bias", "thresholdHead.0.weight"]),
        initialWeights: livelyWeights(everythingGraph(), 5),
        optimizer: { kind: "adamw", beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01 },
      }),
    ],
  ])("has the reference's losses and norms: %s", async (_, settings) => {
    const engine = await build(settings);
    const losses = await train(engine, settings, seeds(6));
    const { graph, runningNorms } = freeze(settings.graph, settings);
    const plan = planTraining(graph, settings, runningNorms);
    const state = referenceState(plan, settings.initialWeights);
    for (const [index, seed] of seeds(6).entries()) {
      const expected = runPlan(
        plan,
        state.memory,
        randomBatch(settings.batchSize, settings.sizePx, seed),
        settings,
      );
      const got = losses[index];
      if (expected === undefined || got === undefined) throw new Error("a loss is missing");
      expect(Math.abs(got.total - expected.total) / expected.total).toBeLessThan(1e-4);
      const isMove = (index + 1) % settings.accumulate === 0;
      const norm = isMove ? moveReference(state, settings, 1e-3) : Number.NaN;
      if (isMove) expect(Math.abs(got.gradientNorm - norm) / norm).toBeLessThan(1e-4);
      else expect(got.gradientNorm).toBeNaN();
    }
    const prediction = planPrediction(graph, settings, { threshold: true });
    const buffers = prediction.buffers.map((size) => new Float64Array(size));
    const batch = randomBatch(settings.batchSize, settings.sizePx, 7);
    runPlan(prediction, { ...state.memory, buffers }, batch, settings);
    const maps = await engine.predict(batch.images, { threshold: true });
    for (const [view, map] of [
      [prediction.outputs.probability, maps.probability],
      [prediction.outputs.threshold, maps.threshold],
    ] as const) {
      if (view === undefined || map === undefined) throw new Error("a map is missing");
      const expected = Float64Array.from(map, (_, i) => {
        const page = Math.floor(i / settings.sizePx ** 2);
        const at = view.offset + page * view.batchStride + (i % settings.sizePx ** 2);
        return 1 / (1 + Math.exp(-(buffers[view.buffer]?.[at] ?? Number.NaN)));
      });
      expect(relativeError(map, expected)).toBeLessThan(1e-3);
    }
    engine.dispose();
  });

  it("tells the times of single kernels, as their step's, before its loss, and computes the same", async () => {
    const plain = await build(nano());
    const recorder = createRecorder();
    const settings = nano({ tracer: recorder.tracer });
    const engine = await build(settings);
    const held = engine.memory().bytes;
    recorder.setDepth(2);
    recorder.setStep(1);
    const ticket = engine.step(randomBatch(2, 32, 100), 1e-3);
    recorder.setDepth("off");
    recorder.setStep(2);
    await ticket.accepted;
    const after = engine.step(randomBatch(2, 32, 101), 1e-3);
    expect([await ticket.loss, await after.loss]).toEqual(await train(plain, settings, seeds(2)));
    const batch = recorder.takeBatch();
    expect(new Set(batch?.steps)).toEqual(new Set([1]));
    const kernels = [...(batch?.names ?? [])].filter((name) => name >= STAGES.length);
    expect(kernels.length > 0).toBe(engine.info.timesKernels);
    if (engine.info.timesKernels) {
      expect(kernels.length).toBe(engine.dispatchesPerStep);
      // Its buffers are counted with the engine's.
      expect(engine.memory().bytes).toBeGreaterThan(held);
      // Calls that share a number share their work, so that the rates are theirs.
      expect(new Set(batch?.kernels.map((facts) => JSON.stringify(facts))).size).toBe(batch?.kernels.length);
    }
    plain.dispose();
    engine.dispose();
  });

  it("repeats bit by bit, and goes on exactly from a state that was read", async () => {
    const settings = nano();
    const [first, second, third] = [await build(settings), await build(settings), await build(settings)];
    const whole = await train(first, settings, seeds(4));
    expect(await train(second, settings, seeds(4))).toEqual(whole);
    const state = await second.readState();
    expect(state.moves).toBe(4);
    await third.writeState(state);
    expect(await train(third, settings, [7, 8])).toEqual(await train(first, settings, [7, 8]));
    expect([...(await third.readState()).weights]).toEqual([...(await first.readState()).weights]);
    for (const engine of [first, second, third]) engine.dispose();
  });

  it("predicts with the running average of the weights, which is a part of the state", async () => {
    const frozen = new Set(["bn0.weight", "bn0.bias"]);
    const settings = engineSettings(everythingGraph(), { batchSize: 2, sizePx: 24, frozen });
    const engines: WebGpuEngine[] = [];
    await checkAverage(settings, async (changes) => {
      const engine = await build({ ...settings, ...changes });
      engines.push(engine);
      return engine;
    });
    for (const engine of engines) engine.dispose();
  });

  it("predicts one page as it predicts it among others", async () => {
    const settings = nano();
    const engine = await build(settings);
    await train(engine, settings, seeds(2));
    const { images } = randomBatch(2, 32, 3);
    const both = await engine.predict(images);
    const one = await engine.predict(images.slice(32 * 32 * 4));
    expect(one.probability).toEqual(both.probability.slice(32 * 32));
    expect(both.threshold).toBeUndefined();
    engine.dispose();
  });

  it("stays within its budget: one submit, nothing created, few dispatches", async () => {
    const settings = nano();
    const engine = await build(settings);
    await train(engine, settings, seeds(1));
    await engine.predict(randomBatch(2, 32, 3).images);
    const { device } = await requestGpu();
    const calls: string[] = [];
    const undo = (
      ["createBuffer", "createBindGroup", "createComputePipelineAsync", "createShaderModule"] as const
    ).map((name) => {
      const original = device[name];
      Object.defineProperty(device, name, {
        configurable: true,
        value: (...given: unknown[]) => {
          calls.push(name);
          return Reflect.apply(original, device, given);
        },
      });
      return () => Reflect.deleteProperty(device, name);
    });
    const submit = device.queue.submit;
    Object.defineProperty(device.queue, "submit", {
      configurable: true,
      value: (buffers: Iterable<GPUCommandBuffer>) => {
        calls.push("submit");
        submit.call(device.queue, buffers);
      },
    });
    await train(engine, settings, [5]);
    for (const restore of undo) restore();
    Reflect.deleteProperty(device.queue, "submit");
    expect(calls).toEqual(["submit"]);
    expect(engine.dispatchesPerStep).toBeLessThanOrEqual(120);
    engine.dispose();
  });

  it("stores activations in 16 bits where the adapter can, nearly the same training, or says that it cannot", async () => {
    const settings = nano({ sizePx: 64, optimizer: { kind: "sgd", momentum: 0.9, weightDecay: 0 } });
    const { device } = await requestGpu();
    if (!device.features.has("shader-f16" as GPUFeatureName)) {
      await expect(build({ ...settings, storage: "f16" })).rejects.toThrow(/no "shader-f16"/);
      return;
    }
    const [full, half] = [await build(settings), await build({ ...settings, storage: "f16" })];
    const [expected, got] = [await train(full, settings, seeds(4)), await train(half, settings, seeds(4))];
    for (const [step, { total }] of got.entries()) {
      expect(Math.abs(total / (expected[step]?.total ?? Number.NaN) - 1)).toBeLessThan(1e-2);
      expect(total).not.toBe(expected[step]?.total);
    }
    expect(half.memory().bytes).toBeLessThan(full.memory().bytes);
    for (const engine of [full, half]) engine.dispose();
  });

  it("refuses batches of another size and work after it was closed", async () => {
    const settings = nano();
    const engine = await build(settings);
    expect(() => engine.step(randomBatch(1, 32, 1), 1e-3)).toThrow(PlaygroundError);
    await expect(engine.predict(new Uint8Array(12))).rejects.toThrow(PlaygroundError);
    engine.dispose();
    expect(() => engine.step(randomBatch(2, 32, 1), 1e-3)).toThrow(/closed/);
  });
});
