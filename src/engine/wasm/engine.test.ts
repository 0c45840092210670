import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { wasmInNode } from "../../../cli/wasm-in-node.ts";
import { averaging, checkAverage } from "../../../tests/gpu/reference/average.ts";
import {
  engineSettings,
  everythingGraph,
  livelyWeights,
  randomBatch,
} from "../../../tests/gpu/reference/fixtures.ts";
import { moveReference, referenceState, runPlan } from "../../../tests/gpu/reference/run.ts";
import { eachElement, tensorAt } from "../../../tests/gpu/reference/tensors.ts";
import { PlaygroundError } from "../../core/index.ts";
import { buildGraph, buildPlainDetector, type Graph } from "../../graph/index.ts";
import type { EngineSettings, EngineState, OptimizerSettings } from "../engine.ts";
import { planPrediction, planTraining } from "../plan/plan.ts";
import { buildWasmEngine, type WasmEngine } from "./engine.ts";
import { wasmFactory } from "./factory.ts";
import type { WasmHost } from "./host.ts";
import { RECORD_WORDS } from "./program.ts";

const adamw: OptimizerSettings = {
  kind: "adamw",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};
const sgd: OptimizerSettings = { kind: "sgd", momentum: 0.9, weightDecay: 0.001 };

const open: WasmEngine[] = [];
afterEach(() => {
  for (const engine of open.splice(0)) engine.dispose();
});

async function build(settings: EngineSettings, host: WasmHost = wasmInNode(1)): Promise<WasmEngine> {
  const engine = await buildWasmEngine(settings, () => undefined, host);
  open.push(engine);
  return engine;
}

function lively(graph: Graph, changes: Partial<EngineSettings> & { batchSize: number; sizePx: number }) {
  return engineSettings(graph, { initialWeights: livelyWeights(graph, 4), ...changes });
}

/** Relative differences of the losses of the first steps, from equal weights. */
async function lossDifferences(
  settings: EngineSettings,
  steps: number,
  learningRate: number,
): Promise<number[]> {
  const engine = await build(settings);
  const plan = planTraining(settings.graph, settings);
  const reference = referenceState(plan, settings.initialWeights);
  const differences: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = randomBatch(settings.batchSize, settings.sizePx, step % 3);
    const { total, gradientNorm } = await engine.step(batch, learningRate).loss;
    const expected = runPlan(plan, reference.memory, batch, settings)?.total ?? Number.NaN;
    const isMove = (step + 1) % settings.accumulate === 0;
    const norm = isMove ? moveReference(reference, settings, learningRate) : Number.NaN;
    if (step < 3 && isMove) expect(Math.abs(gradientNorm / norm - 1)).toBeLessThan(1e-4);
    if (!isMove) expect(gradientNorm).toBeNaN();
    differences.push(Math.abs(total / expected - 1));
  }
  return differences;
}

describe("training steps equal the 64-bit reference", () => {
  it.each([
    ["AdamW with decay", { optimizer: adamw }],
    ["SGD, clipped, averaged over two batches", { optimizer: sgd, clipNorm: 1, accumulate: 2 }],
  ] as const)("every kind of node, %s, 20 steps", async (_name, changes) => {
    const settings = lively(everythingGraph(), { batchSize: 2, sizePx: 16, ...changes });
    const differences = await lossDifferences(settings, 20, 1e-3);
    expect(Math.max(...differences.slice(0, 5))).toBeLessThan(1e-4);
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });

  it("nano", async () => {
    const differences = await lossDifferences(
      lively(buildGraph("nano"), { batchSize: 1, sizePx: 64 }),
      3,
      1e-3,
    );
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  it("small, one step: every gradient", async () => {
    const settings = lively(buildGraph("small"), { batchSize: 1, sizePx: 64, optimizer: plainSgd });
    const engine = await build(settings);
    const batch = randomBatch(1, 64, 1);
    await engine.step(batch, 0).loss;
    const plan = planTraining(settings.graph, settings);
    const { memory } = referenceState(plan, settings.initialWeights);
    runPlan(plan, memory, batch, settings);
    const { optimizer } = await engine.readState();
    let [difference, size] = [0, 0];
    for (const [name, [velocity]] of optimizer) {
      const offset = plan.parameters.slots.get(name)?.offset ?? 0;
      for (const [index, value] of (velocity ?? []).entries()) {
        const expected = memory.gradients[offset + index] ?? Number.NaN;
        difference += (value - expected) ** 2;
        size += expected ** 2;
      }
    }
    expect(Math.sqrt(difference / size)).toBeLessThan(1e-4);
  });
});

const plainSgd: OptimizerSettings = { kind: "sgd", momentum: 0, weightDecay: 0 };
const tiny = buildPlainDetector({ name: "tiny", width: 4, inner: 8 });

/** Values of one parameter after one step of this optimiser, and what it started from. */
async function firstMove(optimizer: OptimizerSettings) {
  const settings = lively(tiny, { batchSize: 2, sizePx: 64, optimizer });
  const engine = await build(settings);
  const name = "decoder.in5.weight";
  await engine.step(randomBatch(2, 64, 1), 0.01).loss;
  const state = await engine.readState();
  const before = settings.initialWeights.get(name) ?? new Float32Array();
  return {
    before,
    after: state.weights.get(name) ?? new Float32Array(),
    moments: state.optimizer.get(name) ?? [],
  };
}

describe("optimisers", () => {
  it.each([
    ["decay added to the gradient", { ...adamw, decay: "gradient", weightDecay: 0.1 }],
    ["Nesterov's momentum", { ...sgd, nesterov: true, weightDecay: 0.1 }],
  ] as const)("%s", async (_name, optimizer) => {
    const { moments } = await firstMove(plainSgd);
    const gradient = moments[0] ?? new Float32Array();
    const { before, after } = await firstMove(optimizer);
    const expected = Array.from(before, (weight, index) => {
      const slope = (gradient[index] ?? 0) + optimizer.weightDecay * weight;
      if (optimizer.kind === "sgd") return -0.01 * (slope + optimizer.momentum * slope);
      return (-0.01 * slope) / (Math.abs(slope) + optimizer.epsilon);
    });
    const change = Array.from(after, (value, index) => value - (before[index] ?? 0));
    const error = Math.hypot(...change.map((value, index) => value - (expected[index] ?? 0)));
    expect(error / Math.hypot(...expected)).toBeLessThan(1e-4);
  });
});

describe("predict", () => {
  it.each([
    [1, true],
    [2, false],
    [3, true],
  ])("equals the reference for %i of three pages, threshold map: %s", async (pages, threshold) => {
    const graph = everythingGraph();
    const settings = lively(graph, { batchSize: 3, sizePx: 16 });
    const engine = await build(settings);
    const { images } = randomBatch(pages, 16, 5);
    const prediction = await engine.predict(images, { threshold });
    const plan = planPrediction(graph, { batchSize: pages, sizePx: 16 }, { threshold });
    const { memory } = referenceState(plan, settings.initialWeights);
    runPlan(plan, memory, { images, flags: new Uint8Array(), thresholds: new Uint8Array() }, settings);
    for (const name of ["probability", "threshold"] as const) {
      const view = plan.outputs[name];
      expect(prediction[name] === undefined).toBe(view === undefined);
      if (view === undefined) continue;
      const tensor = tensorAt(memory, view);
      const expected: number[] = [];
      eachElement(tensor, (...at) => expected.push(1 / (1 + Math.exp(-tensor.get(...at)))));
      const got = prediction[name] ?? new Float32Array();
      expect(got.length).toBe(expected.length);
      expect(Math.max(...expected.map((value, index) => Math.abs(value - (got[index] ?? 0))))).toBeLessThan(
        1e-5,
      );
    }
  });

  it("does not disturb training, and sees the step before it", async () => {
    const settings = lively(tiny, { batchSize: 2, sizePx: 64 });
    const [one, other] = [await build(settings), await build(settings)];
    const batch = randomBatch(2, 64, 1);
    const first = await one.predict(batch.images);
    one.step(batch, 1e-2);
    const second = await one.predict(batch.images);
    expect(second.probability).not.toEqual(first.probability);
    const [a, b] = [await one.step(batch, 1e-2).loss, await other.step(batch, 1e-2).loss];
    expect(b.total).not.toBe(a.total);
    expect(await other.step(batch, 1e-2).loss).toEqual(a);
  });
});

describe("state", () => {
  it("goes on elsewhere exactly where it was read", async () => {
    const settings = lively(everythingGraph(), { batchSize: 2, sizePx: 16, optimizer: adamw });
    const [one, other] = [
      await build(settings),
      await build({ ...settings, initialWeights: livelyWeights(settings.graph, 9) }),
    ];
    for (let step = 0; step < 2; step++) one.step(randomBatch(2, 16, step), 1e-3);
    const state = await one.readState();
    expect(state.moves).toBe(2);
    await other.writeState(state);
    expect(await other.readState()).toEqual(state);
    const batch = randomBatch(2, 16, 7);
    expect(await other.step(batch, 1e-3).loss).toEqual(await one.step(batch, 1e-3).loss);
  });

  it("names a parameter that does not fit, and keeps what it has", async () => {
    const engine = await build(lively(tiny, { batchSize: 1, sizePx: 32 }));
    const state = await engine.readState();
    const broken: EngineState = {
      ...state,
      weights: new Map([...state.weights, ["decoder.in2.weight", new Float32Array(3)]]),
    };
    await expect(engine.writeState(broken)).rejects.toThrow(/"decoder\.in2\.weight" has 3 values, not/);
    expect(await engine.readState()).toEqual(state);
  });
});

describe("the running average of the weights", () => {
  it("is what predictions use, and a part of the state", async () => {
    const frozen = new Set(["bn0.weight", "bn0.bias"]);
    const settings = lively(everythingGraph(), { batchSize: 2, sizePx: 16, optimizer: adamw, frozen });
    await checkAverage(settings, (changes) => build({ ...settings, ...changes }));
  });
});

describe("threads", () => {
  it("do not change a single bit", async () => {
    const changes = { optimizer: adamw, clipNorm: 1, ...averaging };
    const settings = lively(everythingGraph(), { batchSize: 2, sizePx: 32, ...changes });
    const results = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const engine = await build(settings, wasmInNode(threads));
        expect(engine.info.adapter).toBe(`WASM SIMD, ${threads} thread${threads === 1 ? "" : "s"}`);
        const losses = [];
        for (let step = 0; step < 4; step++)
          losses.push(await engine.step(randomBatch(2, 32, step), 1e-3).loss);
        const { probability } = await engine.predict(randomBatch(2, 32, 1).images);
        return { losses, probability, state: await engine.readState() };
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it("are not waited for when they come late or never", async () => {
    const settings = lively(tiny, { batchSize: 2, sizePx: 64 });
    const host = wasmInNode(2);
    const late: (() => void)[] = [];
    const alone = await build(settings);
    const waiting = await build(settings, {
      ...host,
      startHelper: (task) => {
        const pending = { ready: Promise.resolve(), failed: new Promise<never>(() => undefined) };
        let stop = (): void => undefined;
        late.push(() => {
          stop = host.startHelper(task).stop;
        });
        return { ...pending, stop: () => stop() };
      },
    });
    for (let step = 0; step < 6; step++) {
      if (step === 2) for (const start of late) start();
      const batch = randomBatch(2, 64, step);
      expect(await waiting.step(batch, 1e-3).loss).toEqual(await alone.step(batch, 1e-3).loss);
    }
  });

  it("tell when one dies", async () => {
    const death = deferred();
    const host = wasmInNode(2);
    const engine = await build(lively(tiny, { batchSize: 1, sizePx: 32 }), {
      ...host,
      startHelper: (task) => ({ ...host.startHelper(task), failed: death.promise }),
    });
    death.reject(new PlaygroundError({ code: "worker-died", message: "It stopped." }));
    await expect(engine.failed).rejects.toThrow("It stopped.");
    expect(() => engine.step(randomBatch(1, 32, 1), 1e-3)).toThrow("It stopped.");
  });
});

/** Takes part of an operation like a helper, and ends its thread with it in hand. */
const DIES_AT_WORK = `
const { parentPort, workerData } = require("node:worker_threads");
const { memory, control, recordBytes } = workerData;
const words = new Int32Array(memory.buffer);
const tickets = new BigInt64Array(memory.buffer);
parentPort.postMessage("ready");
let seen = 0;
run: while (true) {
  Atomics.wait(words, control / 4, seen);
  seen = Atomics.load(words, control / 4);
  const [program, count] = words.subarray(control / 4 + 1);
  for (let index = 0; index < count; index++) {
    const at = (program + index * recordBytes + 8) / 8;
    while (true) {
      const ticket = Atomics.load(tickets, at);
      if (Number(ticket >> 32n) !== seen) continue run;
      if ((ticket & 0xffffffffn) === 0n) break;
      if (Atomics.compareExchange(tickets, at, ticket, ticket - 1n) === ticket) process.exit();
    }
  }
}`;

/** Steps until the engine refuses; a helper may come too late to any one of them. */
async function stepsUntilFailure(engine: WasmEngine): Promise<unknown> {
  for (let step = 0; step < 2000; step++) {
    try {
      await engine.step(randomBatch(2, 64, step % 3), 1e-3).loss;
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

describe("a helper that fails", () => {
  it("by throwing: ends the step at once with the reason", async () => {
    const host = wasmInNode(2);
    const engine = await build(lively(tiny, { batchSize: 2, sizePx: 64 }), {
      ...host,
      startHelper: (task) => host.startHelper({ ...task, scratch: 0x7fff_0000 }),
    });
    const start = performance.now();
    expect(await stepsUntilFailure(engine)).toMatchObject({ data: { code: "worker-died" } });
    await expect(engine.failed).rejects.toMatchObject({ data: { code: "worker-died" } });
    expect(() => engine.step(randomBatch(2, 64, 1), 1e-3)).toThrow(/helper thread/);
    // Far below the 20 s that a silent helper is given.
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it("by being killed in the middle of its work: ends the step when patience is over", async () => {
    const engine = await build(lively(tiny, { batchSize: 2, sizePx: 64 }), {
      ...wasmInNode(2),
      patienceMs: 300,
      startHelper: ({ memory, control }) => {
        const workerData = { memory, control, recordBytes: RECORD_WORDS * 4 };
        const worker = new Worker(DIES_AT_WORK, { eval: true, workerData });
        const ready = new Promise<void>((resolve) => worker.once("message", () => resolve()));
        const failed = new Promise<never>(() => undefined);
        return { ready, failed, stop: () => void worker.terminate() };
      },
    });
    const error = await stepsUntilFailure(engine);
    expect(error).toMatchObject({ data: { code: "worker-died" } });
    expect(String(error)).toContain("no longer answers");
    expect(() => engine.step(randomBatch(2, 64, 1), 1e-3)).toThrow("no longer answers");
  });

  it("between two steps: is told, and the next step is refused", async () => {
    const workers: Worker[] = [];
    const host = wasmInNode(2);
    const engine = await build(lively(tiny, { batchSize: 2, sizePx: 64 }), {
      ...host,
      startHelper: (task) => host.startHelper(task, (worker) => workers.push(worker)),
    });
    await engine.step(randomBatch(2, 64, 1), 1e-3).loss;
    for (const worker of workers) void worker.terminate();
    await expect(engine.failed).rejects.toThrow("A helper thread of the training step has stopped.");
    expect(() => engine.step(randomBatch(2, 64, 1), 1e-3)).toThrow("has stopped");
  });
});

describe("a closed or misused engine", () => {
  it("answers in words", async () => {
    const engine = await build(lively(tiny, { batchSize: 1, sizePx: 32 }));
    expect(engine.memory().bytes).toBeGreaterThan(100_000);
    expect(() => engine.step(randomBatch(2, 32, 1), 1e-3)).toThrow(
      /8192 bytes of images; it was built for 4096 bytes/,
    );
    await expect(engine.predict(new Uint8Array(5))).rejects.toThrow(/1 to 1 pages/);
    const { loss } = engine.step(randomBatch(1, 32, 1), 1e-3);
    engine.dispose();
    engine.dispose();
    await expect(loss).rejects.toThrow("The engine has been closed.");
    expect(() => engine.step(randomBatch(1, 32, 1), 1e-3)).toThrow("The engine has been closed.");
    expect(engine.memory()).toEqual({ bytes: 0, objects: 0 });
  });
});

describe("wasmFactory", () => {
  it("needs a host outside a browser", async () => {
    expect(await wasmFactory().available()).toEqual({ ok: false, reason: "nothing here loads its kernels." });
    const factory = wasmFactory(wasmInNode);
    expect(await factory.available()).toEqual({ ok: true });
    const settings = lively(tiny, { batchSize: 1, sizePx: 32 });
    const engine = await factory.build({ ...settings, threads: 1 }, () => undefined);
    expect(engine.info).toMatchObject({ id: "wasm", isSoftware: true, adapter: "WASM SIMD, 1 thread" });
    expect(engine.info.fallbackNotice).toMatch(/^No GPU is used: .*\.$/);
    engine.dispose();
  });
});

function deferred(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  return { promise, reject };
}
