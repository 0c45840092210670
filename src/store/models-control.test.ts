import { describe, expect, it } from "vitest";
import type { InferClient, InferListener } from "../client/index.ts";
import { type ErrorData, PlaygroundError } from "../core/index.ts";
import type { OpenedModel, ScoreRequest, SetReading } from "../protocol/index.ts";
import { createPlayground } from "./playground.ts";
import { initialView } from "./view-slice.ts";

const died: ErrorData = {
  code: "worker-died",
  message: "The inference worker stopped unexpectedly.",
  what: "inference worker",
  doing: "",
  kept: "",
  next: "Ask for the same again.",
  cause: "",
};
const opened = {
  facts: { label: "PP-OCRv3 English", notTrainable: null },
  session: { ok: true, provider: "wasm", why: "", threads: 1, createMs: 1 },
} as unknown as OpenedModel;
const score = { hmean: 0.5, precision: 0.5, recall: 0.5 };
const reading = {
  pages: [],
  cleval: { mean: score, pooled: score },
  icdarIou: { mean: score, pooled: score },
  failures: [],
} as unknown as SetReading;

/** A page whose inference workers are made by the test, one after the other. */
async function booted(run: (which: number) => Promise<SetReading>) {
  const started: InferListener[] = [];
  const scored: ScoreRequest[] = [];
  const page = { id: "a", name: "a", size: { widthPx: 64, heightPx: 64 }, words: [] };
  const set = { name: "set", hash: "set", train: [page], validation: [page], reports: [] };
  const never = () => Promise.reject(new Error("not in this test"));
  const playground = createPlayground(
    {
      nowMs: () => 0,
      soon: (work) => work(),
      newRunId: () => "run",
      startTrainer: async () => ({ engines: async () => [], set: async () => undefined }) as never,
      startData: async () => ({
        drawSet: async () => set as never,
        importFiles: never,
        close: () => undefined,
      }),
      lab: {
        start: never,
        watchVisible: () => () => undefined,
        environment: () => ({ browser: "", cores: 1, isIsolated: true, clockMs: 1 }),
        address: () => "",
      },
      startInfer: async (listener) => {
        const which = started.push(listener);
        const client: Partial<InferClient> = {
          open: async () => opened,
          run: () => run(which),
          score: async (request) => {
            scored.push(request);
            return reading;
          },
          mapOf: async () => null,
          readPage: async () => null,
          readAll: async () => null,
        };
        return client as InferClient;
      },
    },
    initialView,
  );
  await playground.boot("");
  return { playground, models: () => playground.store.getState().models, started, scored };
}

describe("the Models tab", () => {
  it("says that the inference worker died, forgets its model, and starts another one for the next wish", async () => {
    const { playground, models, started } = await booted((which) => {
      if (which > 1) return Promise.resolve(reading);
      started[0]?.onDied(died);
      return Promise.reject(new PlaygroundError({ ...died, doing: "running a model" }));
    });
    await playground.models.open("ppocrv3-en");
    expect(models().opened).toBe(opened);
    await playground.models.run("all");
    expect(models()).toMatchObject({ opened: null, reading: null, job: null, progress: null });
    expect(models().error?.message).toBe(died.message);
    await playground.models.open("ppocrv3-en");
    await playground.models.run("all");
    expect(started).toHaveLength(2);
    expect(models()).toMatchObject({ error: null, job: null });
    expect(models().reading?.icdarIou.pooled.hmean).toBe(0.5);
  });

  it("scores the general set with the thresholds that the run begins with, whatever is moved since", async () => {
    const { playground, models, scored } = await booted(() => Promise.resolve(reading));
    await playground.models.open("ppocrv3-en");
    const wishes = { batchNorm: "running", thresholdHead: "clone", learningRate: 0.001 } as const;
    await playground.models.tune({ train: "neckAndHead", ...wishes });
    expect(scored.map(({ settings }) => settings.boxThreshold)).toEqual([0.4]);
    playground.setValue("postprocess.boxThreshold", 0.9);
    expect(models().general?.postprocess.boxThreshold).toBe(0.4);
  });
});
