import { describe, expect, it } from "vitest";
import { DEFAULT_WISHES, resolveOrThrow } from "../config/index.ts";
import { PlaygroundError } from "../core/index.ts";
import type { Dataset } from "../dataset/index.ts";
import type { Engine, EngineFactory } from "../engine/index.ts";
import { createLab, type LabTools } from "./lab.ts";

const dataset: Dataset = { name: "t", hash: "0", train: [], validation: [], reports: [] };
const subject = (values: Record<string, unknown> = {}) => ({
  ...resolveOrThrow({
    preset: "quick",
    layers: [{ layer: "file", from: "test", values: { "engine.kind": "wasm", ...values } }],
  }),
  dataset,
});

const engine: Engine = {
  info: {
    id: "wasm",
    label: "fake",
    adapter: "none",
    isSoftware: true,
    fallbackNotice: "",
    timesKernels: false,
  },
  failed: new Promise(() => undefined),
  step: () => {
    throw new Error("not asked");
  },
  predict: () => Promise.reject(new Error("not asked")),
  readState: async () => ({ weights: new Map(), optimizer: new Map(), moves: 0 }),
  writeState: async () => undefined,
  memory: () => ({ bytes: 0, objects: 0 }),
  dispose: () => undefined,
};

function lab(build: EngineFactory["build"], change: Partial<LabTools> = {}) {
  return createLab({
    factories: [{ id: "wasm", available: async () => ({ ok: true }), build }],
    openPool: () => Promise.reject(new Error("not asked")),
    send: () => undefined,
    ...change,
  });
}

const assessment = {
  ...subject(),
  wishes: { ...DEFAULT_WISHES, factors: ["profiler2"] },
  goal: { pages: 1, epochs: 1, cacheBudgetBytes: { polygonCache: 1 } },
  context: { environment: [], madeAt: "", link: "" } as never,
};

describe("the lab", () => {
  it("refuses a second job while one is going on, and takes one again when it has ended", async () => {
    let refuse: (reason: Error) => void = () => undefined;
    const busy = lab(() => new Promise((_resolve, reject) => (refuse = reject)));
    const race = { ...subject(), engines: ["wasm", "wasm"] as const, steps: 1 };
    const first = busy.race(race);
    await expect(busy.race(race)).rejects.toThrow("busy with another job");
    await expect(busy.assess(assessment)).rejects.toThrow("busy with another job");
    refuse(new Error("not today"));
    await expect(first).rejects.toThrow("not today");
    const second = busy.race(race);
    await new Promise((resolve) => setImmediate(resolve));
    refuse(new Error("nor tomorrow"));
    await expect(second).rejects.toThrow("nor tomorrow");
  });

  it("does not assess the timing of kernels on an engine that cannot time them", async () => {
    await expect(lab(async () => engine).assess(assessment)).rejects.toThrow(
      "“Profiler, every kernel” cannot be assessed: fake does not time single kernels",
    );
  });

  it("begins where the run would: from a detector that comes along, or from a file", async () => {
    const asked: string[] = [];
    const begins = lab(async () => engine, {
      loadModel: async (name) => {
        asked.push(name);
        throw new PlaygroundError({ code: "bad-file", message: "It did not arrive." });
      },
    });
    const pretrained = subject({ "model.init": "ppocrv3-en" });
    const ofFile = {
      ...subject({ "model.init": "file" }),
      modelFile: { name: "mine.onnx", bytes: new Uint8Array(4) },
    };
    const race = { engines: ["wasm", "wasm"] as const, steps: 1 };
    await expect(begins.race({ ...pretrained, ...race })).rejects.toThrow("It did not arrive.");
    const { checks } = await begins.quickCheck(pretrained);
    expect(checks.find(({ id }) => id === "engine")?.says).toBe("It did not arrive.");
    await expect(begins.race({ ...ofFile, ...race })).rejects.toThrow("mine.onnx");
    const own = await begins.quickCheck(ofFile);
    expect(own.checks.find(({ id }) => id === "engine")?.says).toContain("mine.onnx");
    expect(asked).toEqual(["ppocrv3-en", "ppocrv3-en"]);
  });
});
