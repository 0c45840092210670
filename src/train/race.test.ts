import { describe, expect, it } from "vitest";
import { createLoader, LoaderPool } from "../batch/index.ts";
import { resolveOrThrow } from "../config/index.ts";
import { PlaygroundError, polygonIn, type TrainBatch } from "../core/index.ts";
import type { Dataset, Page } from "../dataset/index.ts";
import type { Engine, EngineFactory, EngineId } from "../engine/index.ts";
import { race, RACE_WARM_UP, type RaceStep, type RaceTools, summarise } from "./race.ts";

const SIZE = 64;
const { resolved } = resolveOrThrow({
  preset: "quick",
  layers: [{ layer: "file", from: "test", values: { "model.inputSizePx": SIZE, "train.batchSize": 2 } }],
});

function page(id: string): Page {
  const words = [
    { polygon: polygonIn("upright", [16, 20, 48, 20, 48, 36, 16, 36]), ignore: false, text: null },
  ];
  const size = { widthPx: SIZE, heightPx: SIZE };
  return { id, name: id, file: new Blob([]), orientation: 1, size, words, labelSpace: "either" };
}

const dataset: Dataset = {
  name: "t",
  hash: "0",
  train: ["a", "b", "c"].map(page),
  validation: [page("v")],
  reports: [],
};

/** An engine whose step takes `ms` of the race's own clock. */
function racer(id: EngineId, ms: number, drift: number, log: string[], clock: { ms: number }): EngineFactory {
  return {
    id,
    available: async () => ({ ok: true }),
    build: async (): Promise<Engine> => ({
      info: { id, label: id, adapter: "none", isSoftware: true, fallbackNotice: "", timesKernels: false },
      failed: new Promise(() => undefined),
      step: ({ images }: TrainBatch) => {
        log.push(`${id} ${images.reduce((sum, byte, i) => (sum + byte * (i % 97)) % 10007, 0)}`);
        clock.ms += ms;
        const parts = { probability: 1, threshold: 1, binary: 1, gradientNorm: 1 };
        return { accepted: Promise.resolve(), loss: Promise.resolve({ total: 10 + drift, ...parts }) };
      },
      predict: () => Promise.reject(new Error("not asked")),
      readState: () => Promise.reject(new Error("not asked")),
      writeState: () => Promise.reject(new Error("not asked")),
      memory: () => ({ bytes: 0, objects: 0 }),
      dispose: () => void log.push(`${id} freed`),
    }),
  };
}

function tools(log: string[], change: Partial<RaceTools> = {}): RaceTools {
  const clock = { ms: 0 };
  return {
    factories: [racer("webgpu", 4, 0, log, clock), racer("wasm", 1, 0.001, log, clock)],
    openPool: ({ resolved: { config }, dataset: { train } }) =>
      LoaderPool.open({
        config,
        loader: { workers: 0 },
        trainPages: train,
        validationPages: [],
        startLoader: () => Promise.reject(new Error("not asked")),
        startInPlace: () => ({
          calls: createLoader({
            load: (p) => Promise.resolve(p),
            decode: async ({ id }) => ({
              rgba: new Uint8ClampedArray(SIZE * SIZE * 4).fill(id.charCodeAt(0)),
              size: { widthPx: SIZE, heightPx: SIZE },
            }),
            now: () => 0,
          }),
          terminate: () => undefined,
          onDeath: () => undefined,
        }),
        onProblem: () => undefined,
      }),
    onProgress: () => undefined,
    onSteps: () => undefined,
    isStopped: () => false,
    now: () => clock.ms,
    ...change,
  };
}

describe("the race", () => {
  it("gives both engines the same batches in turn and says by what ratio one is faster", async () => {
    const log: string[] = [];
    const outcome = await race({ resolved, dataset, engines: ["webgpu", "wasm"], steps: 6 }, tools(log));
    expect(outcome.steps).toHaveLength(RACE_WARM_UP + 6);
    expect(outcome.ratio).toMatchObject({ n: 6 });
    expect(outcome.ratio.mean).toBeCloseTo(4, 9);
    expect(outcome.lossDifference).toBeCloseTo(1e-4, 6);
    // Who goes first alternates; the batch is the same for both.
    const steps = log.slice(0, -2).map((line) => line.split(" "));
    for (let i = 0; i < steps.length; i += 2) expect(steps[i]?.[1]).toBe(steps[i + 1]?.[1]);
    expect(steps.slice(0, 4).map(([id]) => id)).toEqual(["webgpu", "wasm", "wasm", "webgpu"]);
    expect(log.slice(-2)).toEqual(["webgpu freed", "wasm freed"]);
  });

  it("ends early with what was measured, and frees its engines when one cannot be built", async () => {
    const seen: RaceStep[] = [];
    let asked = 0;
    const log: string[] = [];
    const stopping = tools(log, {
      onSteps: (steps) => seen.push(...steps),
      // Asked once after each build and before each step.
      isStopped: () => ++asked > 2 + 5,
    });
    const { steps, ratio } = await race(
      { resolved, dataset, engines: ["webgpu", "wasm"], steps: 50 },
      stopping,
    );
    expect(steps).toHaveLength(5);
    expect(seen).toEqual(steps);
    expect(ratio.n).toBe(2);

    const half: string[] = [];
    const broken = tools(half);
    const refusing: EngineFactory = {
      id: "tfjs-cpu",
      available: async () => ({ ok: false, reason: "Not here." }),
      build: () => Promise.reject(new PlaygroundError({ code: "internal", message: "never" })),
    };
    const factories = [...broken.factories, refusing];
    await expect(
      race({ resolved, dataset, engines: ["webgpu", "tfjs-cpu"], steps: 5 }, { ...broken, factories }),
    ).rejects.toThrow(PlaygroundError);
    expect(half).toEqual(["webgpu freed"]);
  });

  it("tells of its steps at most ten times a second, each once, with how many there are in all", async () => {
    const told: (readonly RaceStep[])[] = [];
    const counting = tools([], { onSteps: (steps) => told.push(steps) });
    const { steps } = await race({ resolved, dataset, engines: ["webgpu", "wasm"], steps: 30 }, counting);
    // A pair takes 5 ms of its clock: at once, after 100 ms, and what is left.
    expect(told.map(({ length }) => length)).toEqual([1, 20, 12]);
    expect(told.flat()).toEqual(steps);
    expect(new Set(steps.map(({ of }) => of))).toEqual(new Set([33]));
  });

  it("stopped while it builds its engines, it builds no other and frees what there is", async () => {
    const log: string[] = [];
    const stopped = tools(log, { isStopped: () => true });
    await expect(
      race({ resolved, dataset, engines: ["webgpu", "wasm"], steps: 5 }, stopped),
    ).rejects.toMatchObject({ data: { code: "cancelled" } });
    expect(log).toEqual(["webgpu freed"]);
  });

  it("has no interval with one pair, and none of the warm-up counts", () => {
    const step = (isWarmUp: boolean, a: number): RaceStep => ({
      step: 1,
      of: 2,
      isWarmUp,
      stepMs: [a, 1],
      losses: [1, 1],
    });
    const { ratio } = summarise([step(true, 99), step(false, 2)], 1);
    expect(ratio.mean).toBeCloseTo(2, 9);
    expect(ratio.n).toBe(1);
    expect(ratio.ciLow).toBeNaN();
  });
});
