import { describe, expect, it } from "vitest";
import { DEFAULT_WISHES } from "../config/index.ts";
import { fakeRunner, type Planted } from "./fake-runner.ts";
import { type Assessed, assess, armsOf, unitLength } from "./index.ts";

/** `units`: how many units the time limit allows. */
function run(planted: Planted, wishes: Partial<typeof DEFAULT_WISHES> = {}, units = 300): Promise<Assessed> {
  const merged = { ...DEFAULT_WISHES, seed: planted.seed, ...wishes };
  const inner = fakeRunner(planted);
  let done = 0;
  return assess(merged, {
    runner: {
      ...inner,
      runUnit: (request) => {
        done++;
        return inner.runUnit(request);
      },
    },
    onProgress: () => undefined,
    resamples: 500,
    isStopped: () => false,
    now: () => (done / units) * merged.minutes * 60_000,
  });
}

const verdictIn = (assessed: Assessed, id: string) =>
  assessed.analysis.arms.find(({ arm }) => arm.id === id)?.verdict;

describe("the plan", () => {
  it("is 2 × 2 with an A/A arm, caches cold and warm apart", () => {
    expect(armsOf(DEFAULT_WISHES.factors).map(({ id }) => id)).toEqual([
      "baseline",
      "baseline-again",
      "polygonCache+cold",
      "polygonCache+warm",
      "profiler",
      "polygonCache+profiler+cold",
      "polygonCache+profiler+warm",
    ]);
  });

  it("makes stretches of whole epochs that begin where the loaders begin one", () => {
    const length = unitLength({ trainPages: 64, batchSize: 4, prefetch: 2 });
    expect(length).toEqual({ warmupSteps: 14, stretchSteps: 16, stretches: 2, pages: 64 });
    expect(unitLength({ trainPages: 5000, batchSize: 4, prefetch: 0 })).toMatchObject({
      pages: 120,
      stretches: 1,
    });
    expect(unitLength({ trainPages: 3, batchSize: 4, prefetch: 2 })).toMatchObject({
      stretchSteps: 1,
      pages: 3,
    });
    // What steps fill has seen every page when the measured steps begin.
    expect(unitLength({ trainPages: 5000, batchSize: 4, prefetch: 2, isFilledBySteps: true })).toMatchObject({
      warmupSteps: 58,
      stretchSteps: 30,
    });
  });

  it("refuses what makes no plan, by name", async () => {
    expect(() => armsOf(["nonsense"])).toThrow(/nonsense/);
    expect(() => armsOf([])).toThrow(/at least one/);
    await expect(run({ seed: 1, noisePct: 1, effectsPct: {} }, { blocks: 4 })).rejects.toThrow(/from 5/);
    const machine = {
      seed: 1,
      noisePct: 1,
      effectsPct: {},
      refused: { frozenFeatures: "All layers train." },
    };
    await expect(run(machine, { factors: ["frozenFeatures"] })).rejects.toThrow(
      "“Frozen features” cannot be assessed. All layers train.",
    );
  });
});

describe("an assessment", () => {
  it("finds a planted slowdown of 5 %, and stops when all is answered", async () => {
    const effectsPct = { "polygonCache+warm": -12, profiler: 5, "polygonCache+profiler+warm": -8 };
    const assessed = await run({ seed: 3, noisePct: 1, effectsPct, driftPct: 0.02 });
    expect(assessed.stoppedBecause).toBe("every question is answered");
    expect(verdictIn(assessed, "profiler")).toBe("slower");
    expect(verdictIn(assessed, "polygonCache+warm")).toBe("faster");
    expect(verdictIn(assessed, "polygonCache+cold")).toBe("no difference that matters");
    const warm = assessed.analysis.effects.find(({ regime }) => regime === "warm");
    // Both: −8; the sum of the two alone: −7.
    expect(warm?.interaction.ciLow).toBeLessThan(-1);
    expect(warm?.interaction.ciHigh).toBeGreaterThan(-1);
  });

  it("raises a false alarm in at most 5 % of cases, and finds 5 % in at least 90 %", async () => {
    let alarms = 0;
    let noise = 0;
    let found = 0;
    const runs = 200;
    for (let seed = 0; seed < runs; seed++) {
      const planted = { seed, noisePct: 2, effectsPct: { profiler: 5 } };
      const assessed = await run(planted, { factors: ["profiler"] }, 60);
      if (verdictIn(assessed, "profiler") === "slower") found++;
      if (!assessed.analysis.gates.every(({ passed }) => passed)) noise++;
      const nothing = await run({ seed, noisePct: 2, effectsPct: {} }, { factors: ["profiler"] }, 60);
      if (["slower", "faster"].includes(verdictIn(nothing, "profiler") ?? "")) alarms++;
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.05);
    expect(noise / runs).toBeLessThanOrEqual(0.05);
    expect(found / runs).toBeGreaterThanOrEqual(0.9);
  });

  it("takes the baseline for itself in 95 of 100 cases on a machine that others use, drifting", async () => {
    let failed = 0;
    const runs = 600;
    for (let seed = 0; seed < runs; seed++) {
      const planted = { seed, noisePct: 1, effectsPct: {}, isShared: true, driftPct: 0.3 };
      const { analysis } = await run(planted, { factors: ["profiler"], seed: seed + 1000 }, 40);
      if (!analysis.gates.every(({ passed }) => passed)) failed++;
    }
    // 4.5 % of 2000; of 600 one draw in forty lies further off than this.
    expect(failed / runs).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / runs));
    expect(failed / runs).toBeGreaterThan(0.02);
  });

  it("shows no number of a feature that is wired to nothing", async () => {
    const assessed = await run({ seed: 5, noisePct: 1, effectsPct: { profiler: 9 }, dead: ["profiler"] });
    const arm = assessed.analysis.arms.find(({ arm }) => arm.id === "profiler");
    expect(arm).toMatchObject({ verdict: "gate failed", difference: null });
    expect(arm?.gates.find(({ passed }) => !passed)?.says).toContain("Profiler was to be on");
    expect(assessed.analysis.profilerCost).toEqual([]);
    expect(verdictIn(assessed, "polygonCache+cold")).not.toBe("gate failed");
  });

  it("shows no number where the loss or the work is another", async () => {
    const assessed = await run({
      seed: 6,
      noisePct: 1,
      effectsPct: {},
      change: (arm, unit) => {
        if (arm.id === "profiler") return { ...unit, losses: unit.losses.map((loss) => loss * (1 + 1e-9)) };
        if (arm.id === "polygonCache+cold") return { ...unit, stepMs: unit.stepMs.slice(1) };
        return unit;
      },
    });
    const failed = (id: string) =>
      assessed.analysis.arms.find(({ arm }) => arm.id === id)?.gates.filter(({ passed }) => !passed) ?? [];
    expect(failed("profiler").map(({ id }) => id)).toEqual(["loss"]);
    expect(failed("polygonCache+cold").map(({ id }) => id)).toEqual(["budget"]);
  });

  it("shows no number at all when the baseline differs from itself", async () => {
    const assessed = await run({ seed: 7, noisePct: 0.3, effectsPct: { "baseline-again": 3, profiler: 9 } });
    expect(assessed.analysis.gates[0]).toMatchObject({ id: "noise", passed: false });
    expect(verdictIn(assessed, "profiler")).toBe("gate failed");
    expect(assessed.analysis.arms.find(({ arm }) => arm.id === "profiler")?.difference).toBeNull();
  });

  it("runs hidden units again, drops half a block, and says why it stopped", async () => {
    const hidden = await run(
      {
        seed: 8,
        noisePct: 1,
        effectsPct: {},
        change: (_, unit, n) => ({ ...unit, wasHidden: n % 10 === 0 }),
      },
      {},
      70,
    );
    expect(hidden.rerun).toBeGreaterThan(3);
    expect(hidden.analysis.arms.flatMap(({ gates }) => gates).every(({ passed }) => passed)).toBe(true);
    const short = await run({ seed: 8, noisePct: 1, effectsPct: {} }, {}, 7 * 3 + 4);
    expect(short).toMatchObject({ stoppedBecause: "the time was up" });
    expect(short.blocks).toHaveLength(3);
    expect(verdictIn(short, "profiler")).toBe("not decided yet");
    expect(short.analysis.arms.find(({ arm }) => arm.id === "profiler")?.moreBlocks).toBe(2);
  });

  it("ends with a failed gate when a unit fails", async () => {
    const assessed = await run({
      seed: 9,
      noisePct: 1,
      effectsPct: {},
      change: (_, unit, n) => {
        if (n > 50) throw new Error("the device is gone");
        return unit;
      },
    });
    expect(assessed.stoppedBecause).toBe("a unit failed");
    expect(assessed.analysis.gates.at(-1)).toMatchObject({ id: "device", passed: false });
    expect(verdictIn(assessed, "profiler")).toBe("gate failed");
  });
});
