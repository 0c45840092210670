import { describe, expect, it } from "vitest";
import { FACTORS, findFactor } from "../config/index.ts";
import { fakeRunner } from "./fake-runner.ts";
import { aliveArms } from "./plan.ts";
import { quickCheck } from "./quick-check.ts";

const check = (dead: readonly string[] = [], refused: Readonly<Record<string, string>> = {}) =>
  quickCheck({
    runner: fakeRunner({ seed: 1, noisePct: 0, effectsPct: {}, dead, refused }),
    checkConfiguration: () => null,
    missing: [],
    now: () => 0,
    onProgress: () => undefined,
  });

describe("quick validation", () => {
  it("has every feature alone, and every pair that can be on together", () => {
    const arms = aliveArms().map(({ factors }) => factors);
    for (const { id } of FACTORS) expect(arms).toContainEqual([id]);
    for (const a of FACTORS) {
      for (const b of FACTORS) {
        if (a.proof === b.proof) continue;
        expect(arms.some((on) => on.includes(a.id) && on.includes(b.id))).toBe(true);
      }
    }
    // Two depths of the profiler are never on together.
    for (const on of arms) expect(new Set(on.map((id) => findFactor(id)?.proof)).size).toBe(on.length);
  });

  it("does not try what cannot be switched on here, and says why", async () => {
    const { checks, passed } = await check(["frozenFeatures"], { frozenFeatures: "All layers train." });
    expect(passed).toBe(true);
    expect(checks.filter(({ id }) => id.includes("frozenFeatures")).map(({ says }) => says)).toEqual([
      "Frozen features is not tried. All layers train.",
    ]);
    expect(checks.map(({ says }) => says).join("\n")).toMatch(/all alive together, 10 pairs/);
  });

  it("passes where all is alive, and names what is dead, alone and with others", async () => {
    const alive = await check();
    expect(alive.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(alive.checks.map(({ says }) => says).join("\n")).toMatch(/all alive together, 15 pairs/);
    const dead = await check(["mapCache"]);
    const failed = dead.checks.filter(({ passed }) => !passed).map(({ id }) => id);
    expect(failed).toHaveLength(4);
    expect(failed.every((id) => id.includes("mapCache"))).toBe(true);
  });
});
