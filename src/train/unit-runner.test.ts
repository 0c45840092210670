import { describe, expect, it } from "vitest";
import { armsOf, quickCheck, unitLength } from "../assess/index.ts";
import { randomDials } from "../augment/index.ts";
import { createLoader, LoaderPool } from "../batch/index.ts";
import { DEFAULT_WISHES, resolveOrThrow, usedPages } from "../config/index.ts";
import { PlaygroundError, polygonIn, type TrainBatch } from "../core/index.ts";
import type { Dataset, Page } from "../dataset/index.ts";
import type { Engine, EngineFactory, EngineState } from "../engine/index.ts";
import { switchedConfig } from "./switched-run.ts";
import { createUnitRunner, type UnitRunnerTools } from "./unit-runner.ts";

const SIZE = 64;

function page(id: string): Page {
  const words = [
    { polygon: polygonIn("upright", [16, 20, 48, 20, 48, 36, 16, 36]), ignore: false, text: null },
  ];
  const size = { widthPx: SIZE, heightPx: SIZE };
  return { id, name: id, file: new Blob([]), orientation: 1, size, words, labelSpace: "either" };
}

const names = (letter: string, count: number) =>
  Array.from({ length: count }, (_, i) => page(`${letter}${i}`));
const dataset: Dataset = {
  name: "t",
  hash: "0",
  train: names("a", 16),
  validation: names("v", 6),
  reports: [],
};

const { resolved } = resolveOrThrow({
  preset: "quick",
  layers: [{ layer: "file", from: "test", values: { "model.inputSizePx": SIZE, "train.batchSize": 2 } }],
});

/** Its loss depends on its state and on every byte it was given, so a unit that starts or runs otherwise shows. */
function statefulFactory(): EngineFactory & { built: number } {
  const factory = {
    id: "wasm" as const,
    built: 0,
    available: async () => ({ ok: true as const }),
    build: async (): Promise<Engine> => {
      factory.built++;
      let weight = 1;
      let moves = 0;
      return {
        info: {
          id: "wasm",
          label: "fake",
          adapter: "none",
          isSoftware: true,
          fallbackNotice: "",
          timesKernels: false,
        },
        failed: new Promise(() => undefined),
        step: ({ images, flags }: TrainBatch, learningRate) => {
          const seen = images.reduce((sum, byte, i) => (sum + byte * (i % 97)) % 10007, 0) + flags.length;
          weight = (weight * 31 + seen + learningRate) % 1009;
          moves++;
          const parts = { probability: 1, threshold: 1, binary: 1, gradientNorm: 1 };
          return { accepted: Promise.resolve(), loss: Promise.resolve({ total: 1 + weight, ...parts }) };
        },
        predict: async (images) => ({ probability: new Float32Array(images.length / 4) }),
        readState: async (): Promise<EngineState> => ({
          weights: new Map([["w", Float32Array.of(weight)]]),
          optimizer: new Map(),
          moves,
        }),
        writeState: async (state) => {
          weight = state.weights.get("w")?.[0] ?? 0;
          moves = state.moves;
        },
        memory: () => ({ bytes: 0, objects: 0 }),
        dispose: () => undefined,
      };
    },
  };
  return factory;
}

function tools(factory: EngineFactory): UnitRunnerTools {
  // Every page has its own colour, so that the order of pages is in the bytes.
  const loader = () =>
    createLoader({
      load: (p) => Promise.resolve(p),
      decode: async ({ id, size }) => ({
        rgba: new Uint8ClampedArray(SIZE * SIZE * 4).fill(id.charCodeAt(1) + id.length * 50),
        size: size as { widthPx: number; heightPx: number },
      }),
      now: () => performance.now(),
    });
  const start = () => ({ calls: loader(), terminate: () => undefined, onDeath: () => undefined });
  return {
    factories: [factory],
    openPool: ({ resolved: { config }, dataset: { train, validation } }) =>
      LoaderPool.open({
        config,
        loader: config.loader,
        trainPages: train.slice(0, usedPages(config, train.length)),
        validationPages: validation,
        startLoader: start,
        startInPlace: start,
        onProblem: () => undefined,
      }),
    wasHidden: () => false,
    onProgress: () => undefined,
  };
}

describe("a unit of the lab", () => {
  it("begins every arm with the same weights and batches, empties or keeps the cache, and proves its switches", async () => {
    const factory = statefulFactory();
    const runner = createUnitRunner({ resolved, dataset }, tools(factory));
    const facts = await runner.prepare();
    const length = unitLength(facts);
    expect(length).toEqual({ warmupSteps: 14, stretchSteps: 8, stretches: 4, pages: 16 });
    const losses: string[] = [];
    for (const arm of armsOf(DEFAULT_WISHES.factors)) {
      const unit = await runner.runUnit({ arm, length });
      expect(unit.stepMs).toHaveLength(14 + 32);
      expect(unit).toMatchObject({ enginesBuilt: 0, wasHidden: false, warmupSteps: 14 });
      losses.push(JSON.stringify(unit.losses));
      const moved = Object.fromEntries(unit.counters.map(({ id, moved }) => [id, moved]));
      const hasCache = arm.factors.includes("polygonCache");
      const isProfiled = arm.factors.includes("profiler");
      expect(unit.cache.lookups).toBe(hasCache ? 64 : 0);
      expect(unit.cache.hits).toBe(arm.regime === "warm" ? 64 : 0);
      expect(moved.polygonCache).toBe(unit.cache.lookups);
      expect((moved.profiler ?? 0) > 0).toBe(isProfiled);
    }
    expect(new Set(losses).size).toBe(1);
    expect(factory.built).toBe(1);
    runner.close();
  });

  it("runs the original protocol with an engine of its own each time, and never sees a page twice", async () => {
    const factory = statefulFactory();
    const runner = createUnitRunner({ resolved, dataset }, tools(factory));
    const arm = armsOf(["polygonCache"]).find(({ regime }) => regime === "cold");
    if (arm === undefined) throw new Error("no arm");
    for (let i = 0; i < 2; i++) {
      const run = await runner.runOriginal(arm, { train: 5, validation: 3 });
      expect(run).toMatchObject({ trainSteps: 5, cache: { hits: 0 } });
      expect(run.cache.lookups).toBeGreaterThanOrEqual(10);
      expect(run.wallMs).toBeGreaterThanOrEqual(run.trainMs);
    }
    expect(factory.built).toBe(2);
  });

  it("tells why a unit failed", async () => {
    const runner = createUnitRunner(
      { resolved, dataset },
      {
        ...tools(statefulFactory()),
        openPool: () =>
          Promise.reject(new PlaygroundError({ code: "worker-died", message: "No loader came." })),
      },
    );
    const [arm] = armsOf(["profiler"]);
    if (arm === undefined) throw new Error("no arm");
    const length = unitLength(await runner.prepare());
    await expect(runner.runUnit({ arm, length })).rejects.toThrow("No loader came.");
  });

  it("fails with the reason, and hangs nowhere, when a switch is refused at a border", async () => {
    const able = tools(statefulFactory());
    const runner = createUnitRunner(
      { resolved, dataset },
      {
        ...able,
        openPool: async (request, emitter) => {
          const pool = await able.openPool(request, emitter);
          return {
            next: () => pool.next(),
            giveBack: (samples) => pool.giveBack(samples),
            validate: (pages) => pool.validate(pages),
            setLoader: (loader) => pool.setLoader(loader),
            cacheReport: () => pool.cacheReport(),
            counters: () => pool.counters(),
            close: () => pool.close(),
            setCaches: () => Promise.reject(new Error("The loader would not.")),
            clearCaches: () => pool.clearCaches(),
          };
        },
      },
    );
    const [arm] = armsOf(["profiler"]);
    if (arm === undefined) throw new Error("no arm");
    const length = unitLength(await runner.prepare());
    await expect(runner.runUnit({ arm, length })).rejects.toThrow("The loader would not.");
  });

  it("is what quick validation checks: every feature and every pair alive", async () => {
    const runner = createUnitRunner({ resolved, dataset }, tools(statefulFactory()));
    const check = await quickCheck({
      runner,
      checkConfiguration: () => null,
      missing: [],
      now: () => performance.now(),
      onProgress: () => undefined,
    });
    expect(check.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(check.checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "engine",
        "training step",
        "evaluation step",
        "profiler",
        "polygonCache+imageCache+mapCache+sampleCache+profiler+cold",
      ]),
    );
  });

  it("measures the profiler by switching it while a run goes on, and the losses do not notice", async () => {
    const runner = createUnitRunner({ resolved, dataset }, tools(statefulFactory()));
    const plain = await runner.runSwitched((step) => (step < 12 ? "off" : null));
    const spans: number[] = [];
    const depths = ["off", 0, 1, "off"] as const;
    const switched = await runner.runSwitched((step, stepMs, spanCount) => {
      expect(stepMs).toBeGreaterThan(0);
      spans.push(spanCount);
      return step < 12 ? (depths[Math.floor(step / 3)] ?? null) : null;
    });
    expect(switched.losses).toEqual(plain.losses);
    expect(switched.losses).toHaveLength(12);
    // Steps 1 to 3 and 10 to 12 are off; what lies between is not.
    expect(spans.slice(0, 3)).toEqual([0, 0, 0]);
    expect(spans[5]).toBeGreaterThan(spans[2] ?? 0);
    expect(spans[8]).toBeGreaterThan(spans[5] ?? 0);
    expect(spans[11]).toBe(spans[9]);
    runner.close();
  });

  it("measures it over samples from memory, few enough to fit there, with nothing random about them", () => {
    const big = resolveOrThrow({
      preset: "balanced",
      layers: [{ layer: "file", from: "test", values: { "model.inputSizePx": 640, "train.batchSize": 8 } }],
    }).resolved.config;
    const { train, augment, features } = switchedConfig(big, 4, 1000);
    expect(randomDials(augment)).toEqual([]);
    expect(augment.color).toBe(0);
    expect(features).toMatchObject({ profiler: false, sampleCache: true, polygonCache: false });
    // 6 batches of 8 pages: 6 bytes a pixel.
    expect(train.limitPages).toBe(48);
    const small = { ...big, train: { ...big.train, limitPages: 12 } };
    expect(switchedConfig(small, 4, 1000).train.limitPages).toBe(12);
  });
});
