// For tests: a machine whose truth is known. Times drift from unit to unit and carry noise; effects are planted.

import { FACTORS, findFactor } from "../config/index.ts";
import { type Random, randomFrom } from "../core/index.ts";
import type { Arm } from "./plan.ts";
import type { Runner, UnitResult } from "./runner.ts";

export interface Planted {
  readonly seed: number;
  /** Standard deviation of a unit's time, in %. */
  readonly noisePct: number;
  /** Added to the time of an arm, in %. */
  readonly effectsPct: Readonly<Record<string, number>>;
  /** Growth of the time over each unit, in %, as a machine that heats up. */
  readonly driftPct?: number;
  /** Others work here too: a mood that lasts over units, heavy tails, spells of units half as long again. */
  readonly isShared?: boolean;
  /** Features whose switch is wired to nothing. */
  readonly dead?: readonly string[];
  /** Why features cannot be switched on. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly change?: (arm: Arm, unit: UnitResult, run: number) => UnitResult;
}

export function fakeRunner(planted: Planted): Runner {
  const random = randomFrom(planted.seed, "fake machine");
  let runs = 0;
  let mood = 0;
  let spell = 0;
  const shared = (): number => {
    mood = 0.6 * mood + 0.08 * random.normal();
    if (spell > 0) spell--;
    else if (random.chance(0.08)) spell = 1 + random.int(4);
    const tail = (0.08 * random.normal()) / Math.max(0.3, Math.abs(random.normal()));
    return Math.exp(mood + tail + (spell > 0 ? 0.4 : 0));
  };
  return {
    prepare: async () => ({
      engine: { id: "fake", label: "fake", adapter: "none" },
      trainPages: 64,
      batchSize: 4,
      prefetch: 2,
      ...(planted.refused && { refused: planted.refused }),
    }),
    runUnit: async ({ arm, length }) => {
      const unit = unitOf(
        arm,
        length.warmupSteps,
        length.stretches * length.stretchSteps,
        planted,
        random,
        runs,
        planted.isShared === true ? shared() : 1,
      );
      runs++;
      return planted.change === undefined ? unit : planted.change(arm, unit, runs);
    },
    runOriginal: () => Promise.reject(new Error("not in this fake")),
  };
}

function unitOf(
  arm: Arm,
  warmupSteps: number,
  measured: number,
  planted: Planted,
  random: Random,
  runs: number,
  shared: number,
): UnitResult {
  const effect = planted.effectsPct[arm.id] ?? 0;
  const drift = 1 + ((planted.driftPct ?? 0) * runs) / 100;
  const ms = 40 * drift * (1 + effect / 100) * (1 + (planted.noisePct * random.normal()) / 100) * shared;
  const isOn = (proof: string): boolean => arm.factors.some((id) => findFactor(id)?.proof === proof);
  const lives = (id: string): number => (isOn(id) && !planted.dead?.includes(id) ? 120 : 0);
  const lookups = lives("polygonCache");
  return {
    stepMs: Array.from({ length: warmupSteps + measured }, () => ms),
    warmupSteps,
    losses: Array.from({ length: warmupSteps + measured }, (_, i) => 8 / (i + 1)),
    hmean: 0.1,
    counters: [...new Set(FACTORS.map(({ proof }) => proof))].map((id) => ({
      id,
      isOn: isOn(id),
      moved: lives(id),
      says: "",
    })),
    cache: {
      lookups,
      hits: arm.regime === "warm" ? lookups : 0,
      entries: 64,
      bytes: 64_000,
      savedMs: 1,
      spentMs: 1,
    },
    enginesBuilt: 0,
    wasHidden: false,
    wallMs: 1000,
  };
}
