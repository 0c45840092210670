import { describe, expect, it } from "vitest";
import { resolveOrThrow } from "../config/index.ts";
import { initialLog, logText, withEntry } from "./log-slice.ts";
import { createLossColumns } from "./loss-columns.ts";
import { readView, rememberView } from "./preferences.ts";
import { withHeaps } from "./profiler-slice.ts";
import { initialRun, isSilent, withFeatures } from "./run-slice.ts";
import { warningsOnPages } from "./selectors.ts";
import { initialView, movePage, toggleOverlay, wallStart } from "./view-slice.ts";

const point = (step: number) => ({
  step,
  total: step * 2,
  probability: 1,
  threshold: 2,
  binary: 3,
  gradientNorm: Number.NaN,
  learningRate: 0.1,
});

describe("loss columns", () => {
  it("grow beyond their first capacity without losing a point", () => {
    const columns = createLossColumns();
    const points = Array.from({ length: 3000 }, (_, i) => point(i + 1));
    columns.push(points.slice(0, 1000));
    columns.push(points.slice(1000));
    expect(columns.length()).toBe(3000);
    expect(columns.since(0)).toEqual(points);
    expect(columns.since(2998)).toEqual(points.slice(2998));
    expect(columns.column("total").at(-1)).toBe(6000);
    expect(columns.at(3000)).toBeUndefined();
    columns.clear();
    expect(columns.column("step")).toHaveLength(0);
  });
});

describe("log", () => {
  it("keeps the newest thousand and copies as text", () => {
    let log = initialLog;
    for (let i = 0; i < 1005; i++)
      log = withEntry(log, { timeMs: 0, level: "info", source: "page", text: `${i}` });
    expect(log.entries).toHaveLength(1000);
    expect(log.entries[0]?.text).toBe("5");
    expect(logText(log.entries.slice(-1))).toBe("1970-01-01T00:00:00.000Z info page: 1004");
  });
});

describe("switches", () => {
  it("are silent when nothing moved for two steps, and never while off", () => {
    const feature = {
      id: "profiler" as const,
      on: true,
      proofOfLife: 5,
      says: "",
      movedAtStep: 3,
      countedAtStep: 4,
    };
    expect(isSilent(feature)).toBe(false);
    expect(isSilent({ ...feature, countedAtStep: 5 })).toBe(true);
    expect(isSilent({ ...feature, on: false, countedAtStep: 99 })).toBe(false);
  });

  it("count from the step at which they went on", () => {
    const off = { id: "profiler" as const, on: false, proofOfLife: 0, countedAtStep: 8, says: "" };
    const facts = (feature: typeof off) => ({
      features: [feature],
      polygons: null as never,
      caches: null as never,
      loaders: null as never,
    });
    const before = withFeatures({ ...initialRun, state: { kind: "running", step: 8 } }, facts(off));
    const on = withFeatures(
      { ...before, state: { kind: "running", step: 9 } },
      facts({ ...off, on: true, countedAtStep: 9 }),
    );
    expect(on.features[0]?.movedAtStep).toBe(9);
  });
});

describe("view", () => {
  it("shows at most one map", () => {
    const threshold = toggleOverlay(initialView, "threshold");
    expect(threshold.overlays).toMatchObject({ probability: false, threshold: true });
    expect(toggleOverlay(threshold, "probability").overlays).toMatchObject({
      probability: true,
      threshold: false,
    });
  });

  it("stays within the pages and finds the wall of a page", () => {
    expect(movePage(initialView, -1, 5).pageIndex).toBe(0);
    expect(movePage(initialView, 99, 5).pageIndex).toBe(4);
    expect([0, 11, 12, 30].map(wallStart)).toEqual([0, 0, 12, 24]);
  });

  it("is remembered, and broken or refused memory is harmless", () => {
    const kept = new Map<string, string>();
    const memory = { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) };
    rememberView(memory, { ...initialView, theme: "dark", pageIndex: 3 });
    expect(readView(memory)).toEqual({ ...initialView, theme: "dark" });
    const broken = (text: string) => readView({ ...memory, getItem: () => text });
    expect(broken("{")).toEqual(initialView);
    expect(broken('{"theme":"__proto__"}')).toEqual(initialView);
    const refused = () => {
      throw new Error("refused");
    };
    expect(readView({ getItem: refused, setItem: refused })).toEqual(initialView);
    expect(() => rememberView({ getItem: refused, setItem: refused }, initialView)).not.toThrow();
  });
});

describe("warnings", () => {
  it("take the pages into account once they are known, and say nothing twice", () => {
    const { resolved, warnings } = resolveOrThrow({
      preset: "quick",
      layers: [{ layer: "screen", from: "you", values: { "train.batchSize": 32 } }],
    });
    expect(warningsOnPages(warnings, resolved.config, null)).toEqual(warnings);
    const known = warningsOnPages(warnings, resolved.config, 16);
    expect(known.map(({ path, sentence }) => `${path} ${sentence}`)).toEqual([
      "train.batchSize is 32, but there are only 16 pages: a step sees some of them twice.",
    ]);
    expect(warningsOnPages(known as never, resolved.config, 16)).toEqual(known);
  });
});

describe("heaps", () => {
  it("keep the greatest size that was measured, thread by thread", () => {
    const first = withHeaps(null, [{ thread: "page", bytes: 5 }]);
    const second = withHeaps(first, [
      { thread: "page", bytes: 3 },
      { thread: "trainer", bytes: 7 },
    ]);
    expect(second).toEqual([
      { thread: "page", bytes: 3, peakBytes: 5 },
      { thread: "trainer", bytes: 7, peakBytes: 7 },
    ]);
  });
});
