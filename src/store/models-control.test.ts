import { describe, expect, it, vi } from "vitest";
import type { InferClient, InferListener, TrainerClient, TrainerListener } from "../client/index.ts";
import { type ErrorData, PlaygroundError } from "../core/index.ts";
import type {
  ExportedModel,
  OpenedModel,
  ScoreRequest,
  SetReading,
  StartRequest,
  TrainerEventBody,
} from "../protocol/index.ts";
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

/** What a model answers on the general set, by hmean. */
const readingOf = (hmean: number): SetReading => {
  const same = { hmean, precision: hmean, recall: hmean };
  return { ...reading, cleval: { mean: same, pooled: same }, icdarIou: { mean: same, pooled: same } };
};
const generalScore = (hmean: number) => {
  const { cleval, icdarIou } = readingOf(hmean);
  return { cleval: cleval.mean, icdarIou: icdarIou.pooled };
};

/**
 * A page whose inference workers are made by the test, one after the other. Its trainer does nothing by itself: the test says what
 * happens to the run. The model that comes along scores 0.5, what was learnt 0.9.
 */
async function booted(run: (which: number) => Promise<SetReading>) {
  const started: InferListener[] = [];
  const scored: ScoreRequest[] = [];
  let trainer: TrainerListener | undefined;
  let runId = "";
  let sequence = 0;
  const say = (body: TrainerEventBody): void => trainer?.onEvent({ ...body, runId, sequence: sequence++ });
  const page = { id: "a", name: "a", size: { widthPx: 64, heightPx: 64 }, words: [] };
  const set = { name: "set", hash: "set", train: [page], validation: [page], reports: [] };
  const never = () => Promise.reject(new Error("not in this test"));
  const playground = createPlayground(
    {
      nowMs: () => 0,
      soon: (work) => work(),
      newRunId: () => `run ${sequence}`,
      startTrainer: async (listener) => {
        trainer = listener;
        const client: Partial<TrainerClient> = {
          engines: async () => [],
          set: async () => undefined,
          start: async (request: StartRequest) => {
            ({ runId } = request);
          },
          exportWithMaps: async () => ({ bytes: Uint8Array.of(7), step: 50 }) as unknown as ExportedModel,
        };
        return client as TrainerClient;
      },
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
            return readingOf(request.source.kind === "file" ? 0.9 : 0.5);
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
  return { playground, models: () => playground.store.getState().models, started, scored, say };
}

const wishes = { batchNorm: "running", thresholdHead: "clone", learningRate: 0.001 } as const;

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
    await playground.models.tune({ train: "neckAndHead", ...wishes });
    expect(scored.map(({ settings }) => settings.boxThreshold)).toEqual([0.4]);
    playground.setValue("postprocess.boxThreshold", 0.9);
    expect(models().general?.postprocess.boxThreshold).toBe(0.4);
  });

  it("scores what was learnt on the same set when the run ends, beside what it was before", async () => {
    const { playground, models, scored, say } = await booted(() => Promise.resolve(reading));
    await playground.models.open("ppocrv3-en");
    await playground.models.tune({ train: "neckAndHead", ...wishes });
    expect(models().general).toMatchObject({
      before: { label: "PP-OCRv3 English", ...generalScore(0.5) },
      now: null,
    });
    await playground.train();
    say({ kind: "state", state: { kind: "running", step: 1 } });
    playground.setValue("postprocess.boxThreshold", 0.9);
    say({ kind: "state", state: { kind: "finished", step: 50, reason: "length reached" } });
    await vi.waitFor(() => expect(models().job).toBeNull());
    const [before, now] = scored;
    expect(now?.source).toMatchObject({ kind: "file", name: "step 50" });
    expect(now?.pages).toEqual(before?.pages);
    expect(now?.settings).toEqual(before?.settings);
    expect(models().general).toMatchObject({
      before: { label: "PP-OCRv3 English", ...generalScore(0.5) },
      now: { label: "after 50 steps", ...generalScore(0.9) },
    });
  });

  it("leaves the general set alone when a run ends that began from random weights", async () => {
    const { playground, models, scored, say } = await booted(() => Promise.resolve(reading));
    await playground.models.open("ppocrv3-en");
    await playground.models.tune({ train: "neckAndHead", ...wishes });
    playground.setValue("model.init", "scratch");
    await playground.train();
    say({ kind: "state", state: { kind: "finished", step: 50, reason: "length reached" } });
    expect(models()).toMatchObject({ job: null, general: { now: null } });
    expect(scored).toHaveLength(1);
  });
});
