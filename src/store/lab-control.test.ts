import { describe, expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import type { LabClient, LabListener } from "../client/index.ts";
import { PlaygroundError, polygonIn } from "../core/index.ts";
import type { AssessOutcome, AssessRequest, Dataset } from "../protocol/index.ts";
import { createContext, type Machine } from "./context.ts";
import { createFastData } from "./fast.ts";
import { createLabControl } from "./lab-control.ts";
import type { RunControl } from "./run-control.ts";
import { type AppState, initialState } from "./state.ts";

const words = [{ polygon: polygonIn("upright", [0, 0, 9, 0, 9, 9]), ignore: false, text: null }];
const page = {
  id: "a",
  name: "a",
  file: { size: 1, type: "", arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) },
  orientation: 1 as const,
  size: { widthPx: 9, heightPx: 9 },
  words,
  labelSpace: "either" as const,
};
const dataset: Dataset = { name: "t", hash: "h", train: [page, page], validation: [page], reports: [] };
const cost = { depth: 1, difference: { mean: 0.2, median: 0.2, ciLow: -0.3, ciHigh: 0.7, n: 8 } };
const outcome = {
  conclusion: { sentence: "All is well." },
  assessed: { analysis: { profilerCost: [cost] } },
} as unknown as AssessOutcome;

function lab(assess: (request: AssessRequest) => Promise<AssessOutcome>) {
  const done: string[] = [];
  let tellVisible: (isVisible: boolean) => void = () => undefined;
  const store = createStore<AppState>(() => initialState);
  const client: LabClient = {
    assess: (request) => {
      done.push("assess");
      return assess(request);
    },
    runOriginal: () => Promise.reject(new Error("not asked")),
    quickCheck: () => Promise.reject(new Error("not asked")),
    profilerCost: () => Promise.reject(new Error("not asked")),
    race: () => Promise.reject(new Error("not asked")),
    setVisible: async (isVisible) => void done.push(isVisible ? "visible" : "hidden"),
    stop: async () => void done.push("stop"),
    close: () => void done.push("close"),
  };
  const machine: Machine = {
    startTrainer: () => Promise.reject(new Error("no trainer")),
    startInfer: () => Promise.reject(new Error("no inference in this test")),
    startData: () => Promise.reject(new Error("no data")),
    nowMs: () => 0,
    soon: (work) => work(),
    newRunId: () => "r",
    lab: {
      start: async (_listener: LabListener) => {
        done.push("start");
        return client;
      },
      watchVisible: (tell) => {
        tellVisible = tell;
        return () => void done.push("unwatched");
      },
      environment: () => ({ browser: "b", cores: 1, isIsolated: true, clockMs: 1 }),
      address: () => "http://here/",
    },
  };
  const fast = createFastData();
  fast.dataset = dataset;
  const setRun = (state: AppState["run"]["state"]): void =>
    store.setState(({ run }) => ({ run: { ...run, state } }));
  const control = {
    pause: async () => {
      done.push("pause");
      setRun({ kind: "pausing", step: 7 });
      queueMicrotask(() => setRun({ kind: "paused", step: 7 }));
    },
    train: async () => {
      done.push("train");
      setRun({ kind: "running", step: 7 });
    },
  } as unknown as RunControl;
  const made = createLabControl(createContext(machine, store, fast), control);
  return { store, done, setRun, made, tell: (is: boolean) => tellVisible(is) };
}

describe("the lab", () => {
  it("pauses the person's run, works beside it, frees its worker and lets the run go on", async () => {
    let asked: AssessRequest | undefined;
    const { store, done, setRun, made, tell } = lab(async (request) => {
      asked = request;
      tell(false);
      expect(store.getState().run.state.kind).toBe("paused");
      expect(store.getState().lab.job).toBe("assess");
      return outcome;
    });
    setRun({ kind: "running", step: 7 });
    await made.assess();
    expect(done).toEqual(["pause", "start", "assess", "hidden", "unwatched", "close", "train"]);
    expect(store.getState().lab).toMatchObject({ job: null, outcome, error: null, profilerCost: [cost] });
    expect(asked).toMatchObject({
      goal: { pages: 2, epochs: 20 },
    });
    expect(asked?.context.link).toMatch(/^http:\/\/here\/#c=quick&lab=open&lab\.arms=/);
  });

  it("leaves a run at rest alone, shows a failure, and frees its worker then too", async () => {
    const failure = new PlaygroundError({ code: "no-webgpu", message: "No engine." });
    const { store, done, made } = lab(() => Promise.reject(failure));
    await made.assess();
    expect(done).toEqual(["start", "assess", "unwatched", "close"]);
    expect(store.getState().lab.error).toMatchObject({ message: "No engine." });
    expect(store.getState().run.state.kind).toBe("idle");
  });

  it("does one job at a time", async () => {
    const { done, made } = lab(async () => {
      await made.assess();
      made.stop();
      return outcome;
    });
    await made.assess();
    expect(done.filter((what) => what === "assess")).toHaveLength(1);
    expect(done).toContain("stop");
  });
});
