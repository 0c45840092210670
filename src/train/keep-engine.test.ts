import { describe, expect, it } from "vitest";
import { resolveOrThrow } from "../config/index.ts";
import type {
  Engine,
  EngineFactory,
  EngineSettings,
  FrozenCounters,
  FrozenFeatures,
} from "../engine/index.ts";
import { silentTracer } from "../trace/index.ts";
import { engineSettings } from "./build-engine.ts";
import { keepEngine } from "./keep-engine.ts";
import { startModel } from "./start-model.ts";

const { config } = resolveOrThrow({ preset: "quick", layers: [] }).resolved;

/** Remembers what became of every engine it built. */
function factory(canRead = true, frozenFeatures?: FrozenFeatures) {
  const built: { isDisposed: boolean; fail: (reason: Error) => void }[] = [];
  const made: EngineFactory = {
    id: "wasm",
    available: async () => ({ ok: true }),
    build: async (): Promise<Engine> => {
      const one = { isDisposed: false, fail: (_: Error): void => undefined };
      built.push(one);
      const failed = new Promise<never>((_resolve, reject) => {
        one.fail = reject;
      });
      return {
        info: {
          id: "wasm",
          label: "fake",
          adapter: "none",
          isSoftware: true,
          fallbackNotice: "",
          timesKernels: false,
        },
        failed,
        ...(frozenFeatures && { frozenFeatures }),
        step: () => {
          throw new Error("not asked");
        },
        predict: () => Promise.reject(new Error("not asked")),
        readState: () =>
          canRead
            ? Promise.resolve({ weights: new Map(), optimizer: new Map(), moves: 0 })
            : Promise.reject(new Error("no memory to read into")),
        writeState: async () => undefined,
        memory: () => ({ bytes: 0, objects: 0 }),
        dispose: () => {
          one.isDisposed = true;
        },
      };
    },
  };
  return { made, built };
}

const settings = async (change: Partial<EngineSettings> = {}): Promise<EngineSettings> => ({
  ...engineSettings(config, await startModel(config), silentTracer),
  ...change,
});

describe("the engine of many runs", () => {
  it("keeps nothing of a loan that was given back, and tells those that are not of its failure", async () => {
    const { made, built } = factory();
    const { factories } = keepEngine([made]);
    const borrow = async () => factories[0]?.build(await settings(), () => undefined);
    const first = await borrow();
    let isFirstTold = false;
    first?.failed.catch(() => {
      isFirstTold = true;
    });
    first?.dispose();
    const second = await borrow();
    second?.failed.catch(() => undefined);
    expect(built).toHaveLength(1);
    built[0]?.fail(new Error("the device is gone"));
    await expect(second?.failed).rejects.toThrow("the device is gone");
    expect([isFirstTold, built[0]?.isDisposed]).toEqual([false, true]);
    await borrow();
    expect(built).toHaveLength(2);
  });

  it("counts the look-ups of frozen features for each loan apart", async () => {
    const counters = (lookups: number): FrozenCounters => ({
      ...{ isOn: true, lookups, hits: lookups - 3, misses: { unknown: 2, noRoom: 1, withOthers: 0 } },
      ...{ entries: 4, bytes: 400, budgetBytes: "unlimited" },
    });
    let now = counters(10);
    const { factories } = keepEngine([
      factory(true, { pageBytes: 100, set: () => undefined, counters: () => now }).made,
    ]);
    await factories[0]?.build(await settings(), () => undefined);
    const later = await factories[0]?.build(await settings(), () => undefined);
    now = counters(15);
    expect(later?.frozenFeatures?.counters()).toMatchObject({
      ...{ lookups: 5, hits: 5, misses: { unknown: 0, noRoom: 0, withOthers: 0 } },
      ...{ entries: 4, bytes: 400 },
    });
  });

  it("frees an engine whose first state cannot be read", async () => {
    const { made, built } = factory(false);
    const { factories } = keepEngine([made]);
    await expect(factories[0]?.build(await settings(), () => undefined)).rejects.toThrow("no memory");
    expect(built.map(({ isDisposed }) => isDisposed)).toEqual([true]);
  });

  it("builds anew where other parts are frozen", async () => {
    const { made, built } = factory();
    const { factories } = keepEngine([made]);
    for (const frozen of [["a"], ["b"], ["b"]]) {
      await factories[0]?.build(await settings({ frozen: new Set(frozen) }), () => undefined);
    }
    expect(built).toHaveLength(2);
  });
});
