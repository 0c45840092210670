import { describe, expect, it } from "vitest";
import type { TrainerListener } from "../client/index.ts";
import { encodeLink } from "../config/index.ts";
import { type ErrorData, PlaygroundError, polygonIn } from "../core/index.ts";
import type {
  CacheReport,
  Dataset,
  EvaluationEvent,
  LiveSettings,
  Page,
  StartRequest,
  TrainerEventBody,
} from "../protocol/index.ts";
import { createAutomation } from "./automation.ts";
import type { Machine } from "./context.ts";
import { createPlayground } from "./playground.ts";
import { pendingFields } from "./selectors.ts";
import { initialView } from "./view-slice.ts";

function page(id: string): Page {
  const words = [0, 1].map((i) => ({
    polygon: polygonIn("upright", [0, i * 10, 20, i * 10, 20, i * 10 + 8, 0, i * 10 + 8]),
    ignore: false,
    text: "word",
  }));
  const file = { size: 1, type: "image/png", arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) };
  return {
    id,
    name: id,
    file,
    orientation: 1,
    size: { widthPx: 64, heightPx: 64 },
    words,
    labelSpace: "either",
  };
}

function dataset(name: string): Dataset {
  const ids = (split: string, count: number) =>
    Array.from({ length: count }, (_, i) => page(`${name} ${split} ${i}`));
  return { name, hash: name, train: ids("t", 8), validation: ids("v", 3), reports: [] };
}

const score = { hmean: 0.5, precision: 0.5, recall: 0.5 };

function evaluation(set: Dataset, step: number, missedOn: string): { kind: "evaluation" } & EvaluationEvent {
  const pages = set.validation.map(({ id }) => ({
    pageId: id,
    words: id === missedOn ? (["matched", "missed"] as const) : (["matched", "matched"] as const),
    boxes: [],
    cleval: score,
    icdarIou: score,
  }));
  const both = { mean: score, pooled: score };
  return {
    kind: "evaluation",
    step,
    epoch: 0,
    isNewPrediction: true,
    coverage: { scored: 3, asked: 3 },
    cleval: both,
    icdarIou: both,
    words: { found: 5, total: 6, missed: 1, falseBoxes: 0 },
    pages,
    durationMs: 1,
  };
}

/** A machine whose trainer does nothing by itself: the test speaks for it. */
function fakeMachine(
  options: {
    readonly startFails?: ErrorData;
    readonly dataFails?: ErrorData;
    readonly emptyImport?: boolean;
  } = {},
) {
  const calls: string[] = [];
  const live: LiveSettings[] = [];
  const starts: StartRequest[] = [];
  let listener: TrainerListener | undefined;
  let sequence = 0;
  let runs = 0;
  const machine: Machine = {
    nowMs: () => 0,
    soon: (work) => work(),
    newRunId: () => `run ${++runs}`,
    lab: {
      start: () => Promise.reject(new Error("no lab in this test")),
      watchVisible: () => () => undefined,
      environment: () => ({ browser: "", cores: 1, isIsolated: true, clockMs: 1 }),
      address: () => "",
    },
    startInfer: () => Promise.reject(new Error("no inference in this test")),
    startData: () =>
      Promise.resolve({
        drawSet: ({ data }) =>
          options.dataFails === undefined
            ? Promise.resolve(dataset(data.set))
            : Promise.reject(new PlaygroundError(options.dataFails)),
        importFiles: ({ name }) =>
          Promise.resolve(options.emptyImport ? { ...dataset(name), train: [] } : dataset(name)),
        close: () => calls.push("data closed"),
      }),
    startTrainer: (given) => {
      listener = given;
      const note = (name: string) => () => {
        calls.push(name);
        return Promise.resolve();
      };
      return Promise.resolve({
        engines: () => Promise.resolve([{ id: "tfjs-cpu" as const, available: true, reason: "" }]),
        start: (request) => {
          starts.push(request);
          calls.push(`start ${request.until}`);
          return options.startFails === undefined
            ? Promise.resolve()
            : Promise.reject(new PlaygroundError(options.startFails));
        },
        pause: note("pause"),
        resume: note("resume"),
        step: note("step"),
        stop: note("stop"),
        set: (settings) => {
          live.push(settings);
          return Promise.resolve();
        },
        evaluate: note("evaluate"),
        clock: { offsetMs: 0, uncertaintyMs: 0 },
        counters: () => Promise.reject(new Error("not used")),
        clearCaches: () => Promise.reject(new Error("not used")),
        exportModel: () => Promise.reject(new Error("not used")),
        exportWithMaps: () => Promise.reject(new Error("not used")),
        close: note("close"),
      });
    },
  };
  const say = (body: TrainerEventBody, runId = starts.at(-1)?.runId ?? ""): void =>
    listener?.onEvent({ ...body, runId, sequence: sequence++ });
  return { machine, calls, live, starts, say, die: (error: ErrorData) => listener?.onDied(error) };
}

async function booted(options: Parameters<typeof fakeMachine>[0] = {}) {
  const fake = fakeMachine(options);
  const playground = createPlayground(fake.machine, initialView);
  await playground.boot("");
  return { ...fake, playground, state: () => playground.store.getState() };
}

const lossAt = (step: number): TrainerEventBody => ({
  kind: "losses",
  points: [{ step, total: 3, probability: 1, threshold: 1, binary: 1, gradientNorm: 1, learningRate: 0.1 }],
});

const counters: CacheReport["tiers"]["polygons"]["counters"] = {
  lookups: 0,
  hits: 0,
  misses: 0,
  reasons: {
    "first time": 0,
    "key changed": 0,
    evicted: 0,
    "capacity zero": 0,
    "other copy": 0,
    invalidated: 0,
    bypassed: 0,
    "store failed": 0,
  },
  collisions: 0,
  entries: 0,
  bytes: 0,
  budgetBytes: "unlimited",
  savedMs: 0,
  spentMs: 0,
  builds: 0,
  buildMs: 0,
  lookUpMs: 0,
  storeMs: 0,
  keptBytes: 0,
  movedBytes: 0,
  hitsAfterAugmentation: 0,
  restored: 0,
  refused: 0,
  stored: 0,
  storedBytes: 0,
  storeFailures: 0,
};
const tier = { on: false, counters, epochs: [], misses: [], distances: [], workingSetBytes: 0, loaders: [] };
const noTime = { count: 0, sumMs: 0, sumSquaresMs2: 0 };
const noTimes = { read: noTime, place: noTime, outline: noTime, draw: noTime };
const noCaches: CacheReport = {
  stages: { train: noTimes, validation: noTimes },
  tiers: { images: tier, polygons: tier, maps: tier, samples: tier },
  findings: [],
};
const noLoaders = {
  ...{ workers: 0, delivered: 0, queued: 0, inFlight: 0 },
  ...{ waitMs: 0, failed: 0, doubled: 0, lost: 0 },
};

const failure: ErrorData = {
  code: "adapter-refused",
  message: "Refused.",
  what: "",
  doing: "",
  kept: "",
  next: "",
  cause: "",
};

describe("playground", () => {
  it("draws the default set and looks at the machine before anything is asked", async () => {
    const { state, playground, starts } = await booted();
    expect(state().data.dataset).toMatchObject({ name: "synth-small", trainPages: 8, validationWords: 6 });
    expect(state().engines).toHaveLength(1);
    expect(playground.fast.dataset?.validation).toHaveLength(3);
    expect(starts).toHaveLength(0);
  });

  it("trains, pauses and goes on", async () => {
    const { playground, calls, say, state } = await booted();
    await playground.train();
    expect(state().run.state.kind).toBe("preparing");
    say({ kind: "state", state: { kind: "running", step: 0 } });
    say(lossAt(1));
    expect(state().run.state).toEqual({ kind: "running", step: 1 });
    await playground.pause();
    expect(state().run.state).toEqual({ kind: "pausing", step: 1 });
    say({ kind: "state", state: { kind: "paused", step: 2 } });
    await playground.train();
    expect(calls).toEqual(["start train", "pause", "resume"]);
  });

  it("drops and counts events of a former run", async () => {
    const { playground, say, state } = await booted();
    await playground.train();
    say(lossAt(1));
    await playground.reset("same");
    say(lossAt(2), "run 1");
    expect(playground.fast.losses.length()).toBe(0);
    expect(state().run).toMatchObject({ staleEvents: 1, state: { kind: "idle" } });
    await playground.train();
    say(lossAt(3), "run 1");
    expect(state().run.staleEvents).toBe(2);
    expect(createAutomation(playground).snapshot().staleEvents).toBe(2);
  });

  it("goes on from a warm-up when nothing changed, and starts afresh when something did", async () => {
    const { playground, calls, say } = await booted();
    await playground.warmUp();
    say({ kind: "state", state: { kind: "paused", step: 0 } });
    await playground.train();
    expect(calls).toEqual(["start prepare", "resume"]);
    say({ kind: "state", state: { kind: "paused", step: 0 } }, "another run");
    await playground.reset("same");
    await playground.warmUp();
    say({ kind: "state", state: { kind: "paused", step: 0 } });
    playground.setValue("optimizer.learningRate", 0.01);
    await playground.train();
    expect(calls.slice(2)).toEqual(["stop", "start prepare", "start train"]);
  });

  it("remembers Train pressed during the warm-up", async () => {
    const { playground, calls, say, state } = await booted();
    await playground.warmUp();
    await playground.train();
    expect(calls).toEqual(["start prepare"]);
    say({ kind: "state", state: { kind: "paused", step: 0 } });
    expect(state().run.state.kind).toBe("running");
    expect(calls).toEqual(["start prepare", "resume"]);
  });

  it("shows pages brought during the warm-up at once, and trains on them", async () => {
    const { playground, calls, say, state } = await booted();
    await playground.warmUp();
    await playground.openFiles([], "receipts");
    expect(state().data).toMatchObject({ dataset: { name: "receipts" }, waiting: null });
    say({ kind: "state", state: { kind: "paused", step: 0 } }, "run 1");
    expect(state().run.state.kind).toBe("idle");
    await playground.train();
    expect(calls.at(-1)).toBe("start train");
  });

  it("keeps the pages of a run that has learnt something until it is reset", async () => {
    const { playground, say, state } = await booted();
    await playground.train();
    say({ kind: "state", state: { kind: "paused", step: 7 } });
    await playground.openFiles([], "receipts");
    expect(state().data).toMatchObject({ dataset: { name: "synth-small" }, waiting: { name: "receipts" } });
    await playground.reset("same");
    expect(state().data).toMatchObject({ dataset: { name: "receipts" }, waiting: null });
    expect(playground.fast.dataset?.name).toBe("receipts");
  });

  it("hands live settings to the run and marks the others for the next reset", async () => {
    const { playground, live, say, state } = await booted();
    await playground.train();
    say({ kind: "state", state: { kind: "running", step: 3 } });
    playground.setValue("postprocess.threshold", 0.45);
    expect(live.at(-1)?.postprocess?.threshold).toBe(0.45);
    expect(pendingFields(state())).toEqual([]);
    playground.setValue("train.batchSize", 2);
    expect(pendingFields(state()).map(({ path }) => path)).toEqual(["train.batchSize"]);
    expect(state().settings.resolved.provenance["train.batchSize"]?.from).toBe("you");
    await playground.reset("same");
    expect(pendingFields(state())).toEqual([]);
  });

  it("tells the trainer which pages are looked at", async () => {
    const { playground, live } = await booted();
    await playground.train();
    expect(live[0]?.watched).toEqual([0, 1, 2].map((i) => `synth-small v ${i}`));
    playground.showPage(1);
    playground.toggleOverlay("threshold");
    playground.toggleOverlay("boxes");
    // Only what changed is told, so that a look at a page does not read all maps anew.
    expect(live.slice(1)).toEqual([{ watched: ["synth-small v 1"] }, { wantThreshold: true }]);
  });

  it("does not go on from a warm-up with other pages under the same settings", async () => {
    const { playground, starts, say, state } = await booted();
    await playground.openFiles([], "first");
    await playground.warmUp();
    say({ kind: "state", state: { kind: "paused", step: 0 } });
    await playground.openFiles([], "second");
    expect(state().run.state.kind).toBe("idle");
    await playground.train();
    expect(starts.map(({ dataset: { name } }) => name)).toEqual(["first", "second"]);
  });

  it("keeps a finished run and its pages until another one starts", async () => {
    const { playground, starts, say, state } = await booted();
    await playground.train();
    say(lossAt(1));
    say({ kind: "state", state: { kind: "finished", step: 9, reason: "length reached" } });
    await playground.openFiles([], "receipts");
    expect(state().data.dataset?.name).toBe("synth-small");
    expect(playground.fast.losses.length()).toBe(1);
    await playground.train();
    expect(starts.at(-1)?.dataset.name).toBe("receipts");
  });

  it("does not train on former pages when the new ones cannot be used", async () => {
    const { playground, starts, state } = await booted({ emptyImport: true });
    await playground.openFiles([], "holiday");
    expect(state().error).toMatchObject({ code: "bad-dataset" });
    await playground.train();
    expect(starts).toHaveLength(0);
  });

  it("jumps to pages with errors, around the end", async () => {
    const { playground, say, state } = await booted();
    await playground.train();
    const set = dataset("synth-small");
    say(evaluation(set, 5, "synth-small v 1"));
    playground.nextError(1);
    expect(state().view.pageIndex).toBe(1);
    playground.nextError(1);
    expect(state().view.pageIndex).toBe(1);
    expect(state().quality.summaries[0]?.pages[1]).toMatchObject({ words: 2, found: 1, missed: 1 });
  });

  it("replaces the summary of a step that is only read again", async () => {
    const { playground, say, state } = await booted();
    await playground.train();
    const set = dataset("synth-small");
    say(evaluation(set, 5, ""));
    say({ ...evaluation(set, 5, ""), isNewPrediction: false });
    say(evaluation(set, 10, ""));
    expect(state().quality.summaries.map(({ step }) => step)).toEqual([5, 10]);
  });

  it("a run that cannot begin fails with the reason, and Reset brings it back", async () => {
    const { playground, state } = await booted({ startFails: failure });
    await playground.train();
    expect(state().run.state).toMatchObject({ kind: "failed", error: { code: "adapter-refused" } });
    await playground.reset("same");
    expect(state().run.state.kind).toBe("idle");
  });

  it("a dead worker fails its run, and the next Train starts another worker", async () => {
    const { playground, die, starts, state, say } = await booted();
    await playground.train();
    say({ kind: "state", state: { kind: "running", step: 4 } });
    die({ ...failure, code: "worker-died" });
    expect(state().run.state).toMatchObject({ kind: "failed", step: 4, error: { code: "worker-died" } });
    await playground.train();
    expect(starts).toHaveLength(2);
  });

  it("says what kept the pages from being drawn", async () => {
    const { state } = await booted({ dataFails: { ...failure, code: "bad-dataset" } });
    expect(state().error?.code).toBe("bad-dataset");
    expect(state().data.progress).toBeNull();
  });

  it("sees a switch that is on and silent, and one that lives", async () => {
    const { playground, say, state } = await booted();
    await playground.train();
    const report = (step: number, proofOfLife: number): void => {
      const stepMs = { count: 1, meanMs: 1, medianMs: 1, p95Ms: 1, p99Ms: 1 };
      say({
        kind: "timing",
        step,
        epoch: 0,
        samplesSeen: 0,
        stepMs,
        lastStep: {},
        stages: {},
        plannedSteps: 9,
        memoryBytes: 0,
      });
      say({
        kind: "features",
        features: [{ id: "profiler", on: true, proofOfLife, countedAtStep: step, says: "" }],
        polygons: counters,
        caches: noCaches,
        loaders: noLoaders,
      });
    };
    report(1, 12);
    report(2, 24);
    expect(state().run.features[0]?.movedAtStep).toBe(2);
    report(3, 24);
    report(4, 24);
    expect(state().run.features[0]?.movedAtStep).toBe(2);
  });

  it("reopens a report's link with the arms, blocks and goal that were assessed, and shows the lab", async () => {
    const first = await booted();
    const wishes = { factors: ["sampleCache", "profiler0"], blocks: 12, minutes: 3, marginPct: 1, seed: 5 };
    first.playground.setValue("train.seed", 9);
    first.playground.lab.setWishes(wishes);
    first.playground.lab.setGoal({ goalPages: 3272, goalEpochs: 50 });
    const { settings, lab } = first.state();
    // The address carries what was asked, without opening the lab; the report's link opens it.
    const address = first.playground.link();
    expect(address).toContain("lab.arms=sampleCache,profiler0&lab.blocks=12");
    const second = await booted();
    second.playground.openLink(address);
    expect(second.state()).toMatchObject({ lab: { wishes, goalEpochs: 50 }, view: { drawer: null } });
    const third = fakeMachine();
    const playground = createPlayground(third.machine, initialView);
    await playground.boot(encodeLink(settings.resolved, lab, true));
    expect(playground.store.getState()).toMatchObject({
      lab: { wishes, goalPages: 3272, goalEpochs: 50 },
      view: { drawer: "lab" },
      settings: { notices: [], resolved: { config: { train: { seed: 9 } } } },
    });
    expect(playground.link()).toBe(address);
  });

  it("automation runs exactly what it is given", async () => {
    const { playground, starts, say } = await booted();
    const automation = createAutomation(playground);
    const { resolved } = playground.store.getState().settings;
    const asked = {
      ...resolved,
      config: { ...resolved.config, data: { ...resolved.config.data, set: "own" as const } },
    };
    await automation.run(asked, [new File(["x"], "a.png")], "mine");
    expect(starts[0]).toMatchObject({ until: "train", dataset: { name: "mine" } });
    expect(starts[0]?.resolved).toBe(asked);
    say(lossAt(1));
    say(lossAt(2));
    const { losses, lossCount } = automation.snapshot(1);
    expect(lossCount).toBe(2);
    expect(losses.map(({ step }) => step)).toEqual([2]);
  });

  it("automation rejects with the sentence when the pages cannot be had", async () => {
    const fake = fakeMachine({ dataFails: { ...failure, message: "No pages." } });
    const playground = createPlayground(fake.machine, initialView);
    const automation = createAutomation(playground);
    const { resolved } = playground.store.getState().settings;
    await expect(automation.run(resolved)).rejects.toThrow("No pages.");
  });
});
