import { describe, expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { leavesOf, openLink, resolveOrThrow } from "../../config/index.ts";
import type { EvaluationEvent } from "../../protocol/index.ts";
import { meanInterval } from "../../trace/index.ts";
import { createContext, type Machine } from "../context.ts";
import { createFastData } from "../fast.ts";
import { withEvaluation } from "../quality-slice.ts";
import { beginRun, withState } from "../run-slice.ts";
import { type AppState, initialState } from "../state.ts";
import { differenceOf, differingPaths, groupRuns } from "./compare-runs.ts";
import { bestOf, linkOf, readRecord, type RunRecord } from "./run-record.ts";
import { createRunsControl, type RunShelf } from "./runs-control.ts";

function record(
  id: string,
  change: Partial<RunRecord> = {},
  settings: RunRecord["settings"] = {},
): RunRecord {
  const { config } = resolveOrThrow({ preset: "quick", layers: [] }).resolved;
  const seed = Number(settings["train.seed"] ?? config.train.seed);
  return {
    version: 1,
    id,
    startedAtMs: 0,
    preset: "quick",
    settings: { ...Object.fromEntries(leavesOf(config)), ...settings },
    changedLive: [],
    seed,
    dataset: { name: "d", hash: "h" },
    engine: "e",
    steps: 100,
    end: "length reached",
    stepMs: { median: 10, n: 100 },
    evaluations: [],
    loss: { step: [], total: [] },
    note: "",
    isPinned: false,
    ...change,
  };
}

function scored(hmean: number, step = 100): RunRecord["evaluations"][number] {
  return { step, hmean: { "cleval mean": hmean, "cleval pooled": 0, "iou mean": 0, "iou pooled": 0 } };
}

describe("meanInterval", () => {
  it("is Student's interval: 1, 2, 3 gives 2 ± 2.484", () => {
    const { low, high, n } = meanInterval([1, 2, 3]);
    expect([low, high, n]).toEqual([expect.closeTo(-0.484, 3), expect.closeTo(4.484, 3), 3]);
    expect(meanInterval([7])).toMatchObject({ mean: 7, low: Number.NaN, n: 1 });
    // qt(0.975, 40) = 2.0211
    const forty = meanInterval(Array.from({ length: 41 }, (_, i) => (i % 2 === 0 ? 1 : -1)));
    const deviation = Math.sqrt((41 - 1 / 41) / 40);
    expect((forty.high - forty.mean) / (deviation / Math.sqrt(41))).toBeCloseTo(2.0211, 3);
  });
});

describe("comparing runs", () => {
  it("names the settings that differ, without the seed", () => {
    const a = record("a");
    const b = record("b", {}, { "train.seed": 7, "optimizer.learningRate": 0.5, "loader.prefetch": 9 });
    expect(differenceOf(b, a)).toMatchObject([
      { path: "loader.prefetch", to: 9 },
      { path: "optimizer.learningRate", from: a.settings["optimizer.learningRate"], to: 0.5 },
    ]);
    expect(differingPaths([a, b])).toEqual(["optimizer.learningRate", "loader.prefetch"]);
  });

  it("groups by all but one setting, with one value a seed", () => {
    const rate = (value: number, seed: number, hmean: number, id: string, more = {}) =>
      record(
        id,
        { evaluations: [scored(hmean)] },
        { "train.seed": seed, "optimizer.learningRate": value, ...more },
      );
    const [main, other] = groupRuns(
      [
        rate(0.1, 1, 0.4, "a"),
        rate(0.1, 2, 0.6, "b"),
        // The same seed again is no further seed.
        rate(0.1, 2, 0.6, "b again"),
        rate(0.01, 1, 0.8, "c"),
        rate(0.01, 1, 0.1, "another family", { "train.batchSize": 16 }),
      ],
      "optimizer.learningRate",
      "cleval mean",
    );
    expect(main?.rows.map(({ value, runIds }) => [value, runIds.length])).toEqual([
      [0.01, 1],
      [0.1, 3],
    ]);
    expect(main?.rows[1]?.hmean).toMatchObject({ mean: 0.5, n: 2 });
    expect(main?.rows[0]?.hmean).toMatchObject({ mean: 0.8, low: Number.NaN, n: 1 });
    expect(main?.warning).toBeNull();
    expect(other?.rows).toHaveLength(1);
  });

  it("says of unequal budgets that they are not compared", () => {
    const [group] = groupRuns(
      [
        record("a", { steps: 50 }, { "train.batchSize": 2 }),
        record("b", { steps: 100 }, { "train.batchSize": 4 }),
      ],
      "train.batchSize",
      "cleval mean",
    );
    expect(group?.warning).toMatch(/50 to 100 steps: .*not compared/);
  });

  it("takes the best score after the first step, with its step", () => {
    const one = record("a", { evaluations: [scored(0.9, 0), scored(0.5, 10), scored(0.4, 20)] });
    expect(bestOf(one, "cleval mean")).toEqual({ hmean: 0.5, step: 10 });
    expect(bestOf(record("b"), "cleval mean")).toBeNull();
  });

  it("opens the settings of a record by a link", () => {
    const one = record("a", {}, { "optimizer.learningRate": 0.25 });
    const { resolved, notices } = openLink(linkOf(one));
    expect(Object.fromEntries(leavesOf(resolved.config))).toEqual(one.settings);
    expect(notices).toEqual([]);
  });
});

function controlOn(shelf?: RunShelf) {
  const store = createStore<AppState>(() => initialState);
  const fast = createFastData();
  const soon: Machine["soon"] = (work) => work();
  const machine = { nowMs: () => 0, soon, ...(shelf && { runShelf: shelf }) } as Machine;
  return { store, fast, control: createRunsControl(createContext(machine, store, fast)) };
}

function memoryShelf(foreign: unknown[] = []) {
  const kept = new Map<string, unknown>();
  const shelf: RunShelf = {
    all: async () => [...foreign, ...kept.values()],
    put: async (id, one) => void kept.set(id, structuredClone(one)),
    remove: async (id) => void kept.delete(id),
  };
  return { shelf, kept };
}

const { resolved } = resolveOrThrow({ preset: "quick", layers: [] });
const both = {
  mean: { hmean: 0.5, precision: 0, recall: 0 },
  pooled: { hmean: 0.25, precision: 0, recall: 0 },
};
const evaluation = { step: 3, cleval: both, icdarIou: both, pages: [] } as unknown as EvaluationEvent;

describe("keeping runs", () => {
  it("keeps a run at every evaluation and at its end, and not before its first step", async () => {
    const { shelf, kept } = memoryShelf();
    const { store, fast, control } = controlOn(shelf);
    await control.load();
    store.setState(({ run }) => ({
      run: beginRun(run, { runId: "r1", started: resolved, startedAtMs: 5, until: "train" }),
    }));
    store.setState(({ quality }) => ({ quality: withEvaluation(quality, { ...evaluation, step: 0 }) }));
    expect(kept.size).toBe(0);
    const run = store.getState().run;
    store.setState({ run: withState(run, { kind: "reported", state: { kind: "running", step: 3 } }) });
    fast.losses.push([
      { step: 3, total: 1.5, probability: 0, threshold: 0, binary: 0, gradientNorm: 0, learningRate: 0 },
    ]);
    expect(kept.size).toBe(0);
    store.setState(({ quality }) => ({ quality: withEvaluation(quality, evaluation) }));
    expect(kept.get("r1")).toMatchObject({ end: "running", steps: 3, loss: { step: [3], total: [1.5] } });
    control.setNote("r1", "mine");
    control.pin("r1");
    control.beforeForgetting();
    expect(readRecord(kept.get("r1"))).toMatchObject({ end: "given up", note: "mine", isPinned: true });
  });

  it("brings back what was kept, leaves out what it cannot read, and says so", async () => {
    const { shelf } = memoryShelf([record("a", { end: "running" }), { version: 99 }, null]);
    const { store, control } = controlOn(shelf);
    await control.load();
    expect(store.getState().runs).toMatchObject({
      place: "browser",
      records: [{ id: "a", end: "given up" }],
    });
    expect(store.getState().log.entries.at(-1)?.text).toMatch(/2 of 3 kept runs/);
  });

  it("goes on in memory where the browser refuses, and says it once", async () => {
    const { store, control } = controlOn({
      all: () => Promise.reject(new Error("denied")),
      put: () => Promise.reject(new Error("denied")),
      remove: () => Promise.reject(new Error("denied")),
    });
    await control.load();
    store.setState(({ runs }) => ({ runs: { ...runs, records: [record("a")] } }));
    control.setNote("a", "x");
    await Promise.resolve();
    expect(store.getState().runs.place).toBe("memory");
    expect(store.getState().runs.records[0]?.note).toBe("x");
    expect(store.getState().log.entries.filter(({ source }) => source === "storage")).toHaveLength(1);
  });

  it("has one baseline at most", () => {
    const { store, control } = controlOn();
    store.setState(({ runs }) => ({ runs: { ...runs, records: [record("a"), record("b")] } }));
    control.pin("a");
    control.pin("b");
    expect(store.getState().runs.records.map(({ isPinned }) => isPinned)).toEqual([false, true]);
    control.pin("b");
    expect(store.getState().runs.records.some(({ isPinned }) => isPinned)).toBe(false);
  });
});
