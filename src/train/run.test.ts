import { describe, expect, it, vi } from "vitest";
import { NO_CACHE_REPORT, type Sample, type SampleRequest } from "../batch/index.ts";
import { resolveOrThrow } from "../config/index.ts";
import { polygonIn } from "../core/index.ts";
import type { Dataset, Page } from "../dataset/index.ts";
import type { Engine, EngineFactory, EngineSettings, LossParts } from "../engine/index.ts";
import { STAGES, TRACKS } from "../trace/index.ts";
import type { LoopPlugin } from "./bus.ts";
import { NO_LOADERS } from "./instruments.ts";
import type { SamplePool } from "./run-facts.ts";
import { createTrainer } from "./trainer.ts";
import type { RunState, StartRequest, TrainerEvent } from "./types.ts";

const SIZE = 64;
const BOX = [16, 20, 48, 20, 48, 36, 16, 36];

function page(id: string): Page {
  const words = [{ polygon: polygonIn("upright", BOX), ignore: false, text: null }];
  const file = new Blob([]);
  return {
    id,
    name: id,
    file,
    orientation: 1,
    size: { widthPx: SIZE, heightPx: SIZE },
    words,
    labelSpace: "either",
  };
}

const dataset: Dataset = {
  name: "two boxes",
  hash: "0",
  train: ["a", "b", "c"].map(page),
  validation: ["x", "y", "z"].map(page),
  reports: [],
};

interface Faults {
  /** Step whose loss is NaN. */
  readonly notFiniteAt?: number;
  /** Step at which the device fails. */
  readonly deviceLostAt?: number;
  /** Step after whose end, when the loop breathes, the device fails. */
  readonly deviceLostAfter?: number;
  /** Validation page that cannot be prepared. */
  readonly brokenPage?: string;
  /** So many steps are in flight: a step's times and loss come only then. */
  readonly stepsLate?: number;
  /** Why the engine is not the best. */
  readonly notice?: string;
  /** The engine cannot be built. */
  readonly noEngine?: boolean;
}

interface Asked {
  steps: number;
  /** Pages of each prediction. */
  readonly predictions: number[];
  isDisposed: boolean;
  isPoolClosed: boolean;
}

async function afterMicrotasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

/** An engine that sees a box where the words are, and counts what it is asked. */
function fakeEngine(faults: Faults, asked: Asked, { tracer, initialWeights }: EngineSettings): Engine {
  const kernel = tracer.define({ kernel: "conv", layer: "", phase: "forward", flops: 0, bytes: 0 });
  const onTheirWay: (() => void)[] = [];
  let isDisposed = false;
  let lose: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    lose = reject;
  });
  failed.catch(() => undefined);
  const loss = (total: number): LossParts => ({
    total,
    probability: 1,
    threshold: 1,
    binary: 1,
    gradientNorm: 1,
  });
  const engine: Engine = {
    info: {
      id: "wasm",
      label: "fake",
      adapter: "none",
      isSoftware: true,
      fallbackNotice: faults.notice ?? "",
      timesKernels: false,
    },
    failed,
    step: () => {
      const step = ++asked.steps;
      if (step === faults.deviceLostAt) lose(new Error("the device is gone"));
      if (step === faults.deviceLostAfter) void afterMicrotasks(50).then(() => lose(new Error("lost")));
      const late = tracer.late();
      const came = new Promise<void>((resolve) => onTheirWay.push(resolve)).then(() => {
        late.record("forward", step, 1, TRACKS.gpu);
        late.recordKernel(kernel, step, 1);
        return loss(step === faults.notFiniteAt ? Number.NaN : 10 - step);
      });
      while (onTheirWay.length > (faults.stepsLate ?? 0)) onTheirWay.shift()?.();
      return { accepted: Promise.resolve(), loss: came };
    },
    predict: async (images) => {
      for (const come of onTheirWay.splice(0)) come();
      const pages = images.length / (SIZE * SIZE * 4);
      asked.predictions.push(pages);
      const probability = new Float32Array(pages * SIZE * SIZE);
      for (let n = 0; n < pages; n++) {
        for (let y = 23; y < 33; y++)
          probability.fill(1, (n * SIZE + y) * SIZE + 19, (n * SIZE + y) * SIZE + 45);
      }
      return { probability };
    },
    readState: async () => ({ weights: initialWeights, optimizer: new Map(), moves: 0 }),
    writeState: () => Promise.reject(new Error("not asked for")),
    memory: () => {
      if (isDisposed) throw new Error("disposed");
      return { bytes: 1234, objects: 1 };
    },
    dispose: () => {
      isDisposed = true;
      asked.isDisposed = true;
    },
  };
  return engine;
}

function fakePool(faults: Faults, asked: Asked): SamplePool {
  const area = SIZE * SIZE;
  const sample = (request: SampleRequest): Sample => ({
    request,
    image: new Uint8Array(area * 4),
    thresholds: new Uint8Array(area),
    flags: new Uint8Array(area),
    placement: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 },
    timing: { startMs: 0, loadMs: 0, decodeMs: 1, augmentMs: 1, targetsMs: 1 },
  });
  let sequence = 0;
  return {
    next: async () => sample({ pageId: "a", split: "train", epoch: 0, sequence: sequence++ }),
    validate: async function* (pages) {
      for (const [i, { id }] of pages.entries()) {
        yield id === faults.brokenPage
          ? null
          : sample({ pageId: id, split: "validation", epoch: 0, sequence: i });
      }
    },
    giveBack: () => undefined,
    setLoader: async () => undefined,
    setCaches: async () => undefined,
    clearCaches: async () => 0,
    cacheReport: async () => NO_CACHE_REPORT,
    counters: () => ({ ...NO_LOADERS, asked: 0, prepared: 0 }),
    close: () => {
      asked.isPoolClosed = true;
    },
  };
}

function stage(changes: Record<string, unknown>, faults: Faults = {}, plugins: readonly LoopPlugin[] = []) {
  const asked: Asked = { steps: 0, predictions: [], isDisposed: false, isPoolClosed: false };
  let startLoaders = (): void => undefined;
  const loadersStarted = new Promise<void>((resolve) => {
    startLoaders = resolve;
  });
  const factory: EngineFactory = {
    id: "wasm",
    available: async () => ({ ok: true }),
    // Comes only when the loaders were started: both are prepared at the same time.
    build: async (settings) => {
      await loadersStarted;
      if (faults.noEngine) throw new Error("no engine");
      return fakeEngine(faults, asked, settings);
    },
  };
  const events: TrainerEvent[] = [];
  const waiting: { until: (event: TrainerEvent) => boolean; resolve: (event: TrainerEvent) => void }[] = [];
  const trainer = createTrainer({
    factories: [factory],
    openPool: async () => {
      startLoaders();
      return fakePool(faults, asked);
    },
    plugins,
    send: (event) => {
      events.push(event);
      for (const { until, resolve } of waiting) if (until(event)) resolve(event);
    },
  });
  const { resolved } = resolveOrThrow({
    layers: [
      {
        layer: "file",
        from: "test",
        values: {
          "engine.kind": "wasm",
          "model.inputSizePx": SIZE,
          "train.batchSize": 2,
          "train.length.count": 5,
          "evaluation.every.count": 2,
          "schedule.kind": "constant",
          "schedule.warmupSteps": 0,
          ...changes,
        },
      },
    ],
  });
  const request = (until: StartRequest["until"], runId = "run"): StartRequest => ({
    runId,
    resolved,
    dataset,
    until,
  });
  const state = (kind: RunState["kind"]) =>
    new Promise<TrainerEvent>((resolve) => {
      waiting.push({ until: (event) => event.kind === "state" && event.state.kind === kind, resolve });
    });
  const of = <K extends TrainerEvent["kind"]>(kind: K) =>
    events.filter((event): event is Extract<TrainerEvent, { kind: K }> => event.kind === kind);
  return { trainer, asked, events, request, state, of };
}

describe("a run", () => {
  it("makes the planned steps, evaluates on time and at the end, and numbers its events", async () => {
    const { trainer, asked, events, request, state, of } = stage({});
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    expect(asked.steps).toBe(5);
    expect(of("losses").flatMap(({ points }) => points.map(({ step }) => step))).toEqual([1, 2, 3, 4, 5]);
    expect(of("evaluation").map(({ step }) => step)).toEqual([2, 4, 5]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i));
    expect(new Set(events.map(({ runId }) => runId))).toEqual(new Set(["run"]));
    await trainer.stop();
    expect(asked.isDisposed).toBe(true);
    expect(await trainer.counters()).toMatchObject({ stepsDone: 5, samplesSeen: 10, memoryBytes: 1234 });
  });

  it("names the engine with the reason why it was chosen, before and in a run", async () => {
    const { trainer, request, state, of } = stage({ "train.length.count": 1 }, { notice: "Not a GPU." });
    const why = "It is the fastest engine, and it runs here.";
    expect(await trainer.engines()).toEqual([{ id: "wasm", available: true, reason: "", why }]);
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    expect(of("engine")[0]?.info.fallbackNotice).toBe("Not a GPU. It is the engine that was asked for.");
  });

  it("leaves no loader behind when the engine cannot be built", async () => {
    const { trainer, asked, request } = stage({}, { noEngine: true });
    await expect(trainer.start(request("train"))).rejects.toThrow("no engine");
    await trainer.stop();
    expect(asked.isPoolClosed).toBe(true);
  });

  it("scores what the engine sees against the words, all pages in batches", async () => {
    const { trainer, asked, request, state, of } = stage({ "train.length.count": 1 });
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    expect(asked.predictions).toEqual([2, 1]);
    const [evaluation] = of("evaluation");
    expect(evaluation).toMatchObject({
      coverage: { scored: 3, asked: 3 },
      words: { found: 3, total: 3, missed: 0, falseBoxes: 0 },
      isNewPrediction: true,
    });
    expect(evaluation?.icdarIou.mean.hmean).toBe(1);
  });

  it("says how many pages the score speaks for when one cannot be prepared", async () => {
    const { trainer, request, state, of } = stage({ "train.length.count": 1 }, { brokenPage: "y" });
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    expect(of("evaluation")[0]?.coverage).toEqual({ scored: 2, asked: 3 });
  });

  it("pauses at the end of a step, makes exactly one on step, goes on, and stops when told", async () => {
    const { trainer, asked, request, state } = stage({ "train.length.count": 1000 });
    const first = state("paused");
    await trainer.start(request("step"));
    await first;
    expect(asked.steps).toBe(1);
    const again = state("paused");
    await trainer.step();
    await again;
    expect(asked.steps).toBe(2);
    const running = state("running");
    await trainer.resume();
    await running;
    const paused = state("paused");
    await trainer.pause();
    await paused;
    const { steps } = asked;
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.steps).toBe(steps);
    const finished = state("finished");
    await trainer.stop();
    expect(await finished).toMatchObject({ state: { step: steps, reason: "stopped" } });
  });

  it("ends once it was stopped, though a pause is asked before the step is over", async () => {
    const { trainer, request, state } = stage({ "train.length.count": 100_000 });
    const running = state("running");
    await trainer.start(request("train"));
    await running;
    const finished = state("finished");
    const stopped = trainer.stop();
    // The stop has arrived, the step it interrupts is not over.
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    await trainer.pause();
    expect(await finished).toMatchObject({ state: { reason: "stopped" } });
    await stopped;
  });

  it("prepared ahead, it shows what the untrained network sees and waits", async () => {
    const { trainer, asked, request, of } = stage({});
    await trainer.start(request("prepare"));
    expect(asked.steps).toBe(0);
    expect(of("evaluation").map(({ step }) => step)).toEqual([0]);
    await trainer.stop();
  });

  it("reads the kept maps again when a threshold moves, without the network", async () => {
    const { trainer, asked, request, of } = stage({});
    await trainer.start(request("prepare"));
    const { predictions } = asked;
    const before = predictions.length;
    const postprocess = { ...request("train").resolved.config.postprocess, boxThreshold: 1 };
    await trainer.set({ postprocess: { ...postprocess, threshold: 0.999, minSizePx: 60 } });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(predictions.length).toBe(before);
    expect(of("evaluation").at(-1)).toMatchObject({ isNewPrediction: false, words: { found: 0, missed: 3 } });
    await trainer.stop();
  });

  it("sends maps only of pages that somebody looks at", async () => {
    const { trainer, request, of } = stage({});
    await trainer.set({ watched: ["y"] });
    await trainer.start(request("prepare"));
    expect(of("frames").flatMap(({ frames }) => frames.map(({ pageId }) => pageId))).toEqual(["y"]);
    await trainer.set({ watched: ["y", "z"] });
    expect(
      of("frames")
        .at(-1)
        ?.frames.map(({ pageId }) => pageId),
    ).toEqual(["z"]);
    await trainer.stop();
  });

  it("fails with a sentence when the loss is no number, and when the device is gone", async () => {
    for (const [faults, text] of [
      [{ notFiniteAt: 2 }, "not a number at step 2"],
      [{ deviceLostAt: 2 }, "device is gone"],
    ] as const) {
      const { trainer, asked, request, state } = stage({ "train.length.count": 1000 }, faults);
      const failed = state("failed");
      await trainer.start(request("train"));
      expect(JSON.stringify(await failed)).toContain(text);
      await trainer.stop();
      expect(asked.isDisposed).toBe(true);
    }
  });

  it("leaves nothing on a promise that outlives its steps: it races as often in a long run as in a short one", async () => {
    const counts: number[] = [];
    for (const steps of [3, 30]) {
      const { trainer, request, state } = stage({
        "train.length.count": steps,
        "evaluation.every.count": 1000,
      });
      const races = vi.spyOn(Promise, "race");
      const finished = state("finished");
      await trainer.start(request("train"));
      await finished;
      await trainer.stop();
      counts.push(races.mock.calls.length);
      races.mockRestore();
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBe(counts[0]);
  });

  it.each(["train", "step"] as const)("has failed for good, also between two steps (%s)", async (until) => {
    const { trainer, request, state, of } = stage(
      { "train.length.count": 1000, "evaluation.every.count": 1000 },
      { deviceLostAfter: 1 },
    );
    const failed = state("failed");
    await trainer.start(request(until)).catch(() => undefined);
    await failed;
    // Whatever the loop was waiting for has come by then.
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(of("state").at(-1)?.state.kind).toBe("failed");
    await trainer.stop();
  });

  it("starts that overlap end each other in turn, and one that was stopped before its first step settles", async () => {
    const { trainer, request, of } = stage({ "train.length.count": 1000 });
    await Promise.all([
      trainer.start(request("train", "first")),
      trainer.start(request("train", "second")),
      trainer.start(request("step", "third")),
    ]);
    await trainer.stop();
    const ends = ["first", "second", "third"].map(
      (id) =>
        of("state")
          .filter(({ runId }) => runId === id)
          .at(-1)?.state.kind,
    );
    expect(ends).toEqual(["finished", "finished", "finished"]);
    const last = of("state").findLastIndex(({ runId }) => runId === "first");
    expect(of("state").findIndex(({ runId }) => runId === "second")).toBeGreaterThan(last);
  });

  it("does not begin without pages, and a new start ends the former run", async () => {
    const { trainer, request, of } = stage({ "train.length.count": 1000 });
    const empty = { ...request("train"), dataset: { ...dataset, validation: [] } };
    await expect(trainer.start(empty)).rejects.toThrow(/no validation page/);
    await trainer.start(request("train", "first"));
    await trainer.start(request("step", "second"));
    const firstEnd = of("state")
      .filter(({ runId }) => runId === "first")
      .at(-1);
    expect(firstEnd?.state.kind).toBe("finished");
    await trainer.stop();
  });
});

describe("events of the loop", () => {
  it("come in order, and a plug-in that throws does not stop the run", async () => {
    const seen: string[] = [];
    const watcher: LoopPlugin = {
      name: "watcher",
      on: {
        "run start": ({ plannedSteps }) => seen.push(`run ${plannedSteps}`),
        "epoch start": ({ epoch }) => seen.push(`epoch ${epoch}`),
        "step start": ({ step }) => seen.push(`step ${step}`),
        "step end": ({ step, samples }) => seen.push(`end ${step}, ${samples.length} pages`),
        "epoch end": ({ epoch }) => seen.push(`epoch ${epoch} ends`),
        "evaluation start": () => seen.push("evaluation"),
        "evaluation end": ({ evaluation }) => seen.push(`of ${evaluation.coverage.scored}`),
        "run end": ({ reason }) => seen.push(reason),
      },
    };
    const bad: LoopPlugin = {
      name: "bad",
      on: {
        "step end": () => {
          throw new Error("broken");
        },
      },
    };
    const { trainer, request, state, of } = stage({ "train.length.count": 2 }, {}, [bad, watcher]);
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    expect(seen).toEqual([
      "run 2",
      "epoch 0",
      "step 1",
      "end 1, 2 pages",
      "step 2",
      "end 2, 2 pages",
      "epoch 0 ends",
      "evaluation",
      "of 3",
      "length reached",
    ]);
    expect(of("log").filter(({ level }) => level === "warning")).toMatchObject([{ source: "trainer" }]);
    expect(of("log").find(({ level }) => level === "warning")?.text).toContain(
      "“bad” failed during “step end”",
    );
  });
});

describe("what was learnt", () => {
  it("is announced when it is made into a file, with its size", async () => {
    const seen: unknown[] = [];
    const watcher: LoopPlugin = {
      name: "watcher",
      on: {
        "checkpoint start": ({ step }) => seen.push(`begins at ${step}`),
        "checkpoint end": ({ step, sizeBytes }) => seen.push(`${sizeBytes} bytes at ${step}`),
      },
    };
    const { trainer, request, state } = stage({}, {}, [watcher]);
    const paused = state("paused");
    await trainer.start(request("step"));
    await paused;
    const bytes = await trainer.exportModel("checkpoint");
    expect(seen).toEqual(["begins at 1", `${bytes.length} bytes at 1`]);
    await trainer.stop();
  });
});

describe("the profiler", () => {
  it("sends spans while it is on, and looks at single steps on demand while it is off", async () => {
    const { trainer, request, state, of } = stage({ "train.length.count": 6, "features.profiler": true });
    const finished = state("finished");
    await trainer.start(request("train"));
    await finished;
    const spans = of("spans").reduce((sum, { batch }) => sum + (batch?.names.length ?? 0), 0);
    expect(spans).toBeGreaterThan(6 * 3);

    const quiet = stage({ "train.length.count": 6 });
    const paused = quiet.state("paused");
    await quiet.trainer.start(quiet.request("step"));
    await paused;
    await quiet.trainer.set({ record: { steps: 2, depth: 1 } });
    const done = quiet.state("finished");
    await quiet.trainer.resume();
    await done;
    const recorded = quiet.of("spans").at(-1)?.recorded;
    expect(recorded).toEqual({ fromStep: 2, toStep: 3 });
    const steps = quiet.of("spans").flatMap(({ batch }) => [...(batch?.steps ?? [])]);
    expect([Math.min(...steps), Math.max(...steps)]).toEqual([2, 3]);
  });

  it("keeps the GPU's times of recorded steps that come steps later, and none of other steps", async () => {
    const late = stage({ "train.length.count": 9, "evaluation.every.count": 100 }, { stepsLate: 3 });
    const paused = late.state("paused");
    await late.trainer.start(late.request("step"));
    await paused;
    await late.trainer.set({ record: { steps: 2, depth: 2 } });
    const done = late.state("finished");
    await late.trainer.resume();
    await done;
    const told = late
      .of("spans")
      .flatMap(({ batch }) =>
        [...(batch?.tracks ?? [])].flatMap((track, i) =>
          track === TRACKS.gpu
            ? [`${(batch?.names[i] ?? 0) < STAGES.length ? "phase" : "kernel"} ${batch?.steps[i]}`]
            : [],
        ),
      );
    expect(told).toEqual(["phase 2", "kernel 2", "phase 3", "kernel 3"]);
    const end = late.of("spans").find(({ recorded }) => recorded !== null);
    expect(end).toMatchObject({ recording: null, recorded: { fromStep: 2, toStep: 3 } });
  });

  it.each(["stopped", "finished", "failed"])(
    "ends a recording with a run that is %s before it",
    async (how) => {
      const { trainer, request, state, of } = stage(
        { "train.length.count": how === "finished" ? 3 : 1000, "evaluation.every.count": 100 },
        how === "failed" ? { deviceLostAt: 4 } : {},
      );
      const paused = state("paused");
      await trainer.start(request("step"));
      await paused;
      await trainer.set({ record: { steps: 500, depth: 1 } });
      const again = state("paused");
      await trainer.step();
      await again;
      const ended = state(how === "failed" ? "failed" : "finished");
      if (how === "stopped") await trainer.stop();
      else await trainer.resume();
      await ended;
      expect(of("spans").at(-1)).toMatchObject({ recording: null, recorded: { fromStep: 2 } });
    },
  );
});
