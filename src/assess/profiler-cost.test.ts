import { describe, expect, it } from "vitest";
import { randomFrom } from "../core/index.ts";
import { type CostOutcome, type CostWishes, DEFAULT_COST_WISHES, profilerCost } from "./profiler-cost.ts";
import { costJson } from "./report/cost-json.ts";
import type { CostRunner, DepthAt } from "./runner.ts";

interface Planted {
  /** Added to a step by depth, in %. */
  readonly effectPct: Readonly<Record<string, number>>;
  readonly noisePct?: number;
  /** Slows down from step to step, in %. */
  readonly driftPct?: number;
  readonly isDead?: boolean;
  /** Losses change when a depth is on. */
  readonly isDisturbed?: boolean;
}

/** A machine of 10 ms steps on a clock of its own. */
function machine({ effectPct, noisePct = 0, driftPct = 0, isDead = false, isDisturbed = false }: Planted) {
  let clock = 0;
  const random = randomFrom(7, "machine");
  const seen: string[] = [];
  const runSwitched = async (depthAt: DepthAt) => {
    const losses: number[] = [];
    let depth: ReturnType<DepthAt> = "off";
    let spans = 0;
    for (let step = 1; depth !== null; step++) {
      const slow = 1 + (driftPct * step) / 100 + (noisePct * random.normal()) / 100;
      const ms = 10 * slow * (1 + (effectPct[String(depth)] ?? 0) / 100);
      clock += ms;
      if (depth !== "off" && !isDead) spans += 5;
      losses.push(isDisturbed && depth !== "off" ? 2 / step : 1 / step);
      seen.push(String(depth));
      depth = depthAt(step, ms, spans);
    }
    return { losses, wasHidden: false };
  };
  const runner: CostRunner = {
    prepare: async () => ({
      engine: { id: "fake", label: "fake", adapter: "none" },
      trainPages: 8,
      batchSize: 2,
      prefetch: 2,
    }),
    runSwitched,
  };
  const measure = (wishes: Partial<CostWishes> = {}): Promise<CostOutcome> =>
    profilerCost(
      { ...DEFAULT_COST_WISHES, minutes: 1, ...wishes },
      { runner, now: () => clock, onProgress: () => undefined, isStopped: () => false },
    );
  return { measure, seen };
}

describe("the profiler's cost", () => {
  it("finds what was planted through noise and drift, and ends when it is known", async () => {
    const outcome = await machine({
      effectPct: { 0: 0.1, 1: 0.5, 2: 30 },
      noisePct: 5,
      driftPct: 0.002,
    }).measure({ depths: [0, 1, 2], minutes: 60 });
    expect(outcome.stoppedBecause).toBe("every question is answered");
    const planted = [0.1, 0.5, 30];
    for (const [i, { difference }] of outcome.costs.entries()) {
      // One interval in twenty may miss; the seed is one of the nineteen.
      expect(difference.ciLow).toBeLessThan(planted[i] ?? 0);
      expect(difference.ciHigh).toBeGreaterThan(planted[i] ?? 0);
      expect(difference.n).toBe(outcome.rounds);
    }
    expect(outcome.costs.map(({ depth }) => depth)).toEqual([0, 1, 2]);
    expect(outcome.costs[1]?.difference.ciHigh).toBeLessThan(1);
  });

  it("gives every depth the same number of steps in every round", async () => {
    const { measure, seen } = machine({ effectPct: {} });
    const { rounds, raw } = await measure({ minutes: 0.5 });
    const counted = (depth: string) => seen.filter((one) => one === depth).length;
    expect(counted("0")).toBe(counted("1"));
    expect(counted("0")).toBe(rounds * 8);
    expect(new Set(raw.map(({ ms }) => ms.length))).toEqual(new Set([rounds]));
  });

  it("prints the failed gate and no number", async () => {
    const dead = await machine({ effectPct: {}, noisePct: 1, isDead: true }).measure();
    expect(dead.costs).toEqual([]);
    expect(dead.gates.find(({ passed }) => !passed)?.says).toMatch(/^depth 0: 0 spans/);
    const disturbed = await machine({ effectPct: {}, noisePct: 1, isDisturbed: true }).measure();
    expect(disturbed.costs).toEqual([]);
    expect(disturbed.gates.filter(({ passed }) => !passed)).toMatchObject([{ id: "loss" }]);
  });

  it("writes the keys of an assessment", async () => {
    const outcome = await machine({ effectPct: { 1: 0.2 }, noisePct: 1 }).measure();
    const json = JSON.parse(costJson(outcome));
    expect(json.profilerCost[1]).toMatchObject({ depth: 1, n: outcome.rounds });
    for (const arm of json.arms) {
      expect(Object.keys(arm)).toEqual(
        expect.arrayContaining([
          "id",
          "regime",
          "medianMs",
          "differencePct",
          "ciLowPct",
          "ciHighPct",
          "n",
          "verdict",
          "gates",
        ]),
      );
    }
    expect(json.noiseFloor.ciLowPct).toBeLessThan(json.noiseFloor.ciHighPct);
  });
});
