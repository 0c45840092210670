// A pretrained detector trained further for a few steps, in every way that the settings offer: the loss falls, what is frozen stays
// as it came to the last bit, the written file answers as the engine does. And the loss is made from logits.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { armsOf } from "../../src/assess/index.ts";
import { randomBatch } from "../../tests/gpu/reference/fixtures.ts";
import {
  type Config,
  type FieldPath,
  type FieldValue,
  type ResolvedConfig,
  resolveOrThrow,
} from "../../src/config/index.ts";
import { wasmFactory } from "../../src/engine/index.ts";
import { readCheckpoint, readOnnx, type TrainedModel } from "../../src/exchange/index.ts";
import type { Dataset } from "../../src/dataset/index.ts";
import type { Weights } from "../../src/graph/index.ts";
import { silentTracer } from "../../src/trace/index.ts";
import {
  CACHE_NAMESPACE,
  createTrainer,
  createUnitRunner,
  engineSettings,
  type FeatureStatus,
  openPoolWith,
  startModel,
} from "../../src/train/index.ts";
import { collectFiles } from "../train/files.ts";
import { importPages } from "../train/node/pages.ts";
import { startInPlace, startLoaderThread } from "../train/node/start-loader.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import { loadModelFile } from "./files.ts";
import { writeLinePages } from "./line-pages.ts";
import { placePage } from "./pages.ts";
import { greatestDifference, predictByEngine, predictInOnnxruntime } from "./predict.ts";

const SIZE_PX = 96;
const folder = mkdtempSync(join(tmpdir(), "tuning-"));
let dataset: Dataset;
let came: Weights;

beforeAll(async () => {
  writeLinePages(folder, { pages: 3, sizePx: 128, seed: 3 });
  const whole = { labelSpace: "auto", validationShare: 0.34, seed: 1 } as const;
  dataset = await importPages(collectFiles(folder, undefined), "lines", whole);
  const file = loadModelFile("ppocrv3-en");
  const { detector } = readOnnx(file.bytes, file);
  if (!detector.ok) throw new Error(detector.error.sentence);
  came = detector.value.weights;
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly losses: readonly number[];
  readonly model: TrainedModel;
  readonly onnx: Uint8Array;
  readonly frozenFeatures: FeatureStatus | undefined;
}

function resolved(values: Readonly<Partial<Record<FieldPath, FieldValue>>>): ResolvedConfig {
  const all = {
    "data.set": "own",
    "model.init": "ppocrv3-en",
    "model.inputSizePx": SIZE_PX,
    "train.batchSize": 2,
    "train.length.count": 8,
    "evaluation.every.count": 4,
    "schedule.kind": "constant",
    "schedule.warmupSteps": 0,
    "optimizer.learningRate": 0.001,
    "loader.workers": 0,
    "engine.kind": "wasm",
    ...values,
  };
  return resolveOrThrow({ layers: [{ layer: "command line", from: "test", values: all }] }).resolved;
}

/** The whole loop, as `npm run train` runs it. */
async function train(values: Readonly<Partial<Record<FieldPath, FieldValue>>>): Promise<Outcome> {
  const losses: number[] = [];
  let settle = (_error?: Error): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  const trainer = createTrainer({
    factories: [wasmFactory(wasmInNode)],
    openPool: openPoolWith({ startLoader: startLoaderThread, startInPlace, records: CACHE_NAMESPACE }),
    loadModel: async (name) => loadModelFile(name),
    send: (event) => {
      if (event.kind === "losses") losses.push(...event.points.map(({ total }) => total));
      if (event.kind !== "state") return;
      if (event.state.kind === "finished") settle();
      if (event.state.kind === "failed") settle(new Error(event.state.error.message));
    },
  });
  await trainer.start({ runId: "r", resolved: resolved(values), dataset, until: "train", keepWeights: true });
  await ended;
  const { features } = await trainer.counters();
  const [checkpoint, onnx] = [await trainer.exportModel("checkpoint"), await trainer.exportModel("onnx")];
  await trainer.stop();
  if (checkpoint === null || onnx === null) throw new Error("nothing was learnt");
  return {
    losses,
    model: readCheckpoint(checkpoint, "model.safetensors"),
    onnx,
    frozenFeatures: features.find(({ id }) => id === "frozenFeatures"),
  };
}

/** Names of the parameters that differ from those that came along. */
function movedIn({ model }: Outcome): string[] {
  return model.graph.parameters.flatMap(({ name }) => {
    const now = model.weights.get(name);
    const before = came.get(name);
    const isSame = before !== undefined && now?.every((value, i) => Object.is(value, before[i]));
    return isSame === true ? [] : [name];
  });
}

describe("a pretrained detector trained further", () => {
  type Model = Config["model"];
  it.each<[Model["train"], Model["batchNorm"], Model["thresholdHead"]]>([
    ["head", "running", "clone"],
    ["head", "batch", "none"],
    ["neckAndHead", "running", "none"],
    ["neckAndHead", "batch", "clone"],
    ["all", "running", "clone"],
    ["all", "batch", "none"],
  ])("%s trains, batch norm with %s statistics, threshold head: %s", async (trains, batchNorm, head) => {
    const outcome = await train({
      "model.train": trains,
      "model.batchNorm": batchNorm,
      "model.thresholdHead": head,
    });
    const { losses, model, onnx } = outcome;
    expect(losses).toHaveLength(8);
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));

    const { parameters } = model.graph;
    const moved = new Set(movedIn(outcome));
    const frozen: readonly string[] = { head: ["encoder", "neck"], neckAndHead: ["encoder"], all: [] }[
      trains
    ];
    const inBlocks = (blocks: readonly string[]) => parameters.filter(({ block }) => blocks.includes(block));
    expect(inBlocks(frozen).filter(({ name }) => moved.has(name))).toEqual([]);
    const learning = parameters.filter(({ block }) => !frozen.includes(block) && block !== "thresholdHead");
    const still = learning.filter(({ trainable, name }) => trainable && !moved.has(name));
    expect(still).toEqual([]);
    const statistics = learning.filter(({ trainable }) => !trainable);
    expect(statistics.length).toBeGreaterThan(0);
    expect(statistics.filter(({ name }) => moved.has(name)).length).toBe(
      batchNorm === "batch" ? statistics.length : 0,
    );

    const twins = inBlocks(["thresholdHead"]);
    expect(twins.length > 0).toBe(head === "clone");
    const heads = inBlocks(["probabilityHead"]);
    for (const [i, { name }] of twins.entries()) {
      const other = heads[i]?.name ?? "";
      expect(came.get(other)?.length).toBe(model.weights.get(name)?.length);
    }

    const { detector: written, description } = readOnnx(onnx, { name: "model.onnx" });
    const told: unknown = JSON.parse(description.metadata.get("ocr.provenance") ?? "");
    expect(told).toMatchObject({
      ...{ runId: "r", steps: 8, beganFrom: "ppocrv3-en", data: { name: "lines", hash: dataset.hash } },
      scores: { step: 8, icdarIouHmean: expect.any(Number) },
      configuration: { model: { train: trains } },
      configurationHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    if (!written.ok) throw new Error(written.error.sentence);
    expect(written.value.graph.parameters.some(({ block }) => block === "thresholdHead")).toBe(false);
    const [page] = dataset.validation;
    if (page === undefined) throw new Error("no page");
    const { image } = await placePage(page, SIZE_PX);
    const [ours, theirs] = [
      await predictByEngine(wasmFactory(wasmInNode), model, image, SIZE_PX),
      await predictInOnnxruntime(onnx, model.preprocessing, image, SIZE_PX),
    ];
    expect(Math.max(...theirs)).toBeGreaterThan(0.1);
    expect(greatestDifference(ours, theirs)).toBeLessThan(1e-4);
  });

  it("with frozen features kept has the same losses to the last bit; every look-up is a hit or a miss", async () => {
    const [off, on] = [await train({}), await train({ "features.frozenFeatures": true })];
    expect(on.losses).toEqual(off.losses);
    expect(off.frozenFeatures).toMatchObject({ on: false, proofOfLife: 0, says: "off" });
    expect(on.frozenFeatures).toMatchObject({ on: true, proofOfLife: 16 });
    expect(on.frozenFeatures?.says).toMatch(/^2 pages, .* 16 look-ups: 14 hits, 2 misses/);
    const turned = await train({
      "features.frozenFeatures": true,
      "augment.rotateDeg": 3,
      "train.length.count": 1,
    });
    expect(turned.frozenFeatures).toMatchObject({ on: false, proofOfLife: 0 });
    expect(turned.frozenFeatures?.says).toContain("augmentation (rotation)");
  });
});

describe("frozen features as an arm of the lab", () => {
  const runnerOf = (values: Parameters<typeof resolved>[0]) =>
    createUnitRunner(
      {
        resolved: resolved({ "model.inputSizePx": 64, "train.batchSize": 1, "loader.workers": 1, ...values }),
        dataset,
      },
      {
        factories: [wasmFactory(wasmInNode)],
        openPool: openPoolWith({ startLoader: startLoaderThread, startInPlace, records: CACHE_NAMESPACE }),
        loadModel: async (name) => loadModelFile(name),
        wasHidden: () => false,
        onProgress: () => undefined,
      },
    );

  it("is empty in each epoch or full throughout, with the baseline's losses; loaders that run ahead change nothing", async () => {
    const runner = runnerOf({ "loader.prefetch": 1 });
    expect(await runner.prepare()).toMatchObject({ prefetch: 1, refused: {} });
    const length = { warmupSteps: 3, stretchSteps: 2, stretches: 2, pages: 2 };
    const losses: string[] = [];
    for (const arm of armsOf(["frozenFeatures"])) {
      const { cache, counters, ...unit } = await runner.runUnit({ arm, length });
      losses.push(unit.losses.join());
      const isOn = arm.role === "feature";
      expect(cache).toMatchObject({ lookups: isOn ? 4 : 0, hits: arm.regime === "warm" ? 4 : 0 });
      expect(counters.find(({ id }) => id === "frozenFeatures")).toMatchObject({ isOn, moved: isOn ? 4 : 0 });
    }
    expect(losses).toHaveLength(4);
    expect(new Set(losses).size).toBe(1);
    runner.close();
  });

  it.each([
    ["all layers of this run train", { "model.train": "all" }],
    ["augmentation (rotation)", { "augment.rotateDeg": 3 }],
  ] as const)("is refused: %s", async (why, values) => {
    const runner = runnerOf(values);
    expect((await runner.prepare()).refused?.frozenFeatures).toContain(why);
    runner.close();
  });
});

it("the loss is made from logits: where every probability is 1 in 32 bits it still grows and has a gradient", async () => {
  const { config } = resolved({ "model.train": "head", "model.thresholdHead": "none", "train.batchSize": 1 });
  const model = await startModel(config, async (name) => loadModelFile(name));
  const bias = model.graph.nodes.flatMap((node) =>
    node.id === model.graph.outputs.probability && "bias" in node ? (node.bias ?? []) : [],
  )[0];
  if (bias === undefined) throw new Error("the last layer has no bias");
  const lossAt = async (logit: number) => {
    const weights = new Map(model.weights).set(bias, Float32Array.of(logit));
    const settings = engineSettings(config, { ...model, weights }, silentTracer);
    const engine = await wasmFactory(wasmInNode).build(settings, () => undefined);
    const batch = randomBatch(1, SIZE_PX, 1);
    const { probability } = await engine.predict(batch.images);
    const loss = await engine.step(batch, 0).loss;
    engine.dispose();
    return { least: Math.min(...probability), loss };
  };
  const [high, higher] = [await lossAt(150), await lossAt(250)];
  expect([high.least, higher.least]).toEqual([1, 1]);
  expect(higher.loss.probability - high.loss.probability).toBeGreaterThan(10);
  expect(higher.loss.gradientNorm).toBeGreaterThan(1e-3);
});
