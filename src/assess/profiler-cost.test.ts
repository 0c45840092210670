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
  /** Others work here too: spells of steps twice as long, heavy tails, and every eighth step waits for the loaders. */
  readonly isShared?: boolean;
  readonly seed?: number;
}

/** A machine of 10 ms steps on a clock of its own. */
function machine(planted: Planted) {
  const { effectPct, noisePct = 0, driftPct = 0, isDead = false, isDisturbed = false } = planted;
  const { isShared = false, seed = 7 } = planted;
  let clock = 0;
  const random = randomFrom(seed, "machine");
  let spell = 0;
  let mood = 0;
  const sharedWith = (step: number): number => {
    mood = 0.8 * mood + 0.1 * random.normal();
    if (spell > 0) spell--;
    else if (random.chance(0.03)) spell = 1 + random.int(30);
    const tail = (0.05 * Math.abs(random.normal())) / Math.max(0.1, Math.abs(random.normal()));
    return Math.exp(mood) * (1 + tail + (spell > 0 ? 1 : 0) + (step % 8 === 0 ? 1.5 : 0));
  };
  const seen: string[] = [];
  const runSwitched = async (depthAt: DepthAt) => {
    const losses: number[] = [];
    let depth: ReturnType<DepthAt> = "off";
    let spans = 0;
    for (let step = 1; depth !== null; step++) {
      const slow = 1 + (driftPct * step) / 100 + (noisePct * random.normal()) / 100;
      const shared = isShared ? sharedWith(step) : 1;
      const ms = 10 * slow * shared * (1 + (effectPct[String(depth)] ?? 0) / 100);
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
      {
        runner,
        now: () => clock,
        onProgress: () => undefined,
        isStopped: () => false,
        ...(isShared && { resamples: 300 }),
      },
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
      expect(difference.n).toBe(outcome.blocks);
    }
    expect(outcome.costs.map(({ depth }) => depth)).toEqual([0, 1, 2]);
    expect(outcome.costs[1]?.difference.ciHigh).toBeLessThan(1);
  });

  it("keeps its promise on a machine that others use: one interval in twenty misses", async () => {
    const runs = 500;
    const missed = { noise: 0, depth0: 0, depth1: 0 };
    for (let seed = 1000; seed < 1000 + runs; seed++) {
      const { costs, noise, gates } = await machine({
        effectPct: { 1: 3 },
        driftPct: 0.01,
        isShared: true,
        seed,
      }).measure({ seed, minutes: 0.6 });
      const contains = (truth: number, { ciLow, ciHigh } = { ciLow: 0, ciHigh: 0 }): boolean =>
        ciLow <= truth && ciHigh >= truth;
      if (!contains(0, noise ?? undefined)) missed.noise++;
      // Where the noise gate fails, no number is shown.
      const isSound = gates.every(({ passed }) => passed);
      expect(costs).toHaveLength(isSound ? 2 : 0);
      if (isSound && !contains(0, costs[0]?.difference)) missed.depth0++;
      if (isSound && !contains(3, costs[1]?.difference)) missed.depth1++;
    }
    for (const count of Object.values(missed)) {
      // 4.5 % (off against off) to 5.1 % of 3000; of 500 one draw in forty lies further off than this.
      expect(count / runs).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / runs));
      expect(count / runs).toBeGreaterThan(0.02);
    }
  });

  it("gives every depth the same number of steps in every block", async () => {
    const { measure, seen } = machine({ effectPct: {} });
    const { blocks, raw } = await measure({ minutes: 0.5 });
    const counted = (depth: string) => seen.filter((one) => one === depth).length;
    expect(counted("0")).toBe(counted("1"));
    expect(counted("0")).toBe(blocks * 14);
    expect(new Set(raw.flatMap(({ ms }) => ms.map((steps) => steps.length)))).toEqual(new Set([10]));
    expect(new Set(raw.map(({ ms }) => ms.length))).toEqual(new Set([blocks]));
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
    expect(json.profilerCost[1]).toMatchObject({ depth: 1, n: outcome.blocks });
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
