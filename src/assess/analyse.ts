// From units to answers: paired differences in % of the baseline of the same block, gates, verdicts, main effects, interaction.
// Pure: the same units and seed give the same answers, so a report can be checked.

import { randomFrom } from "../core/index.ts";
import { type AssessWishes, FACTORS, type FactorId, MIN_BLOCKS } from "../config/index.ts";
import { type ArmUnits, armGates, type Gate, noiseGate, worstLossDifference } from "./gates.ts";
import { AGAIN, type Arm, type ArmId, BASELINE, type Regime } from "./plan.ts";
import type { UnitResult } from "./runner.ts";
import { type Estimate, estimate, estimateRatio, median, RESAMPLES } from "./statistics.ts";
import { moreBlocks, type Verdict, verdictOf } from "./verdict.ts";

/** All arms once, in the order in which they ran. */
export interface Block {
  readonly units: readonly { readonly armId: ArmId; readonly unit: UnitResult }[];
}

export interface ArmResult {
  readonly arm: Arm;
  /** Median step time of the measured steps of each block, in time order. */
  readonly blockMs: readonly number[];
  readonly medianMs: number;
  /** Against the baseline of the same block, in %; empty for the baseline. */
  readonly differencesPct: readonly number[];
  /** Null for the baseline, under five blocks, and where a gate failed: then the gate is shown, not the number. */
  readonly difference: Estimate | null;
  /** In %, over all measured look-ups; null without a cache. */
  readonly hitRatePct: number | null;
  readonly verdict: Verdict | "noise floor" | "gate failed" | null;
  /** Blocks still needed for a verdict; 0 when there is one. */
  readonly moreBlocks: number;
  readonly gates: readonly Gate[];
}

/** Of two factors a and b in one regime, in % of the baseline. */
export interface Effects {
  readonly factors: readonly [FactorId, FactorId];
  readonly regime: Regime | null;
  readonly mainFirst: Estimate;
  readonly mainSecond: Estimate;
  /** What both together cost beyond the sum of each alone. */
  readonly interaction: Estimate;
}

export interface ProfilerCost {
  readonly depth: number;
  readonly difference: Estimate;
  /** What of the steps was compared. */
  readonly of: "the median step of a unit" | "the lower quartile of steps" | "the mean step";
}

export interface Analysis {
  readonly blocks: number;
  readonly arms: readonly ArmResult[];
  readonly noiseFloor: Estimate | null;
  readonly effects: readonly Effects[];
  readonly profilerCost: readonly ProfilerCost[];
  /** About the assessment as a whole. */
  readonly gates: readonly Gate[];
  readonly isAnswered: boolean;
}

/** The time of a step in a unit: the median of its measured steps. */
export function unitMs(unit: UnitResult): number {
  return median(unit.stepMs.slice(unit.warmupSteps));
}

export function analyse(
  arms: readonly Arm[],
  blocks: readonly Block[],
  wishes: AssessWishes,
  failure: Gate | null,
  resamples = RESAMPLES,
): Analysis {
  const unitsOf = (arm: Arm): UnitResult[] =>
    blocks.flatMap(({ units }) => units.filter(({ armId }) => armId === arm.id).map(({ unit }) => unit));
  const all: ArmUnits[] = arms.map((arm) => ({ arm, units: unitsOf(arm) }));
  const baseline = all.find(({ arm }) => arm.id === BASELINE)?.units ?? [];
  const baselineMs = baseline.map(unitMs);
  const again = all.find(({ arm }) => arm.id === AGAIN)?.units ?? [];
  const isRepeatable = worstLossDifference(again, baseline) === 0;
  const differencesOf = (units: readonly UnitResult[]): number[] =>
    units.map((unit, block) => 100 * (unitMs(unit) / (baselineMs[block] ?? Number.NaN) - 1));
  const estimateOf = (name: string, values: readonly number[]): Estimate =>
    estimate(values, randomFrom(wishes.seed, "bootstrap", name, values.length), resamples);

  const ratioOf = (name: string, values: readonly number[]): Estimate =>
    estimateRatio(values, randomFrom(wishes.seed, "bootstrap", name, values.length), resamples);

  const noise = again.length >= MIN_BLOCKS ? ratioOf(AGAIN, differencesOf(again)) : null;
  // Where the whole assessment fails a gate, no arm shows a number.
  const isTrusted = failure === null && (noise === null || noiseGate(noise).passed);
  const gates = [...(noise === null ? [] : [noiseGate(noise)]), ...(failure === null ? [] : [failure])];

  const results = all.map(({ arm, units }): ArmResult => {
    const own = blocks.length === 0 ? [] : armGates({ arm, units }, baseline, isRepeatable);
    const isSound = own.every(({ passed }) => passed);
    const differencesPct = arm.role === "baseline" ? [] : differencesOf(units);
    const isShown =
      arm.role !== "baseline" && isSound && (isTrusted || arm.role === "again") && units.length >= MIN_BLOCKS;
    const difference = isShown ? ratioOf(arm.id, differencesPct) : null;
    const isFailed = !isSound || (!isTrusted && arm.role !== "baseline");
    const blockMs = units.map(unitMs);
    return {
      arm,
      blockMs,
      medianMs: median(blockMs),
      differencesPct,
      difference,
      hitRatePct: hitRate(arm, units),
      verdict: isFailed ? "gate failed" : word(arm, difference, wishes.marginPct, noise),
      moreBlocks:
        arm.role === "feature" && !isFailed
          ? blocksLeft(difference, units.length, wishes.marginPct, noise)
          : 0,
      gates: own,
    };
  });
  const sound = new Map(results.filter(({ difference }) => difference !== null).map((r) => [r.arm.id, r]));
  const features = results.filter(({ arm }) => arm.role === "feature");
  return {
    blocks: blocks.length,
    arms: results,
    noiseFloor: noise,
    effects: arms.flatMap((arm) => effectsOf(arm, sound, estimateOf)),
    profilerCost: features.flatMap(({ arm, difference }) => {
      const depth = FACTORS.find(({ id }) => id === arm.factors[0])?.profilerDepth;
      return arm.factors.length === 1 && depth !== undefined && difference !== null
        ? [{ depth, difference, of: "the median step of a unit" as const }]
        : [];
    }),
    gates,
    isAnswered:
      blocks.length > 0 &&
      isTrusted &&
      features.every(({ verdict }) => verdict !== null && verdict !== "not decided yet"),
  };
}

function blocksLeft(
  difference: Estimate | null,
  blocks: number,
  marginPct: number,
  noise: Estimate | null,
): number {
  return difference === null ? MIN_BLOCKS - blocks : moreBlocks(difference, marginPct, noise);
}

function word(
  arm: Arm,
  difference: Estimate | null,
  marginPct: number,
  noise: Estimate | null,
): ArmResult["verdict"] {
  if (arm.role === "baseline") return null;
  if (difference === null) return arm.role === "again" ? null : "not decided yet";
  return arm.role === "again" ? "noise floor" : verdictOf(difference, marginPct, noise);
}

function hitRate(arm: Arm, units: readonly UnitResult[]): number | null {
  const lookups = units.reduce((sum, { cache }) => sum + cache.lookups, 0);
  const hits = units.reduce((sum, { cache }) => sum + cache.hits, 0);
  return arm.regime === null || lookups === 0 ? null : (100 * hits) / lookups;
}

/** Of an arm of two factors, when each alone was measured too. */
function effectsOf(
  both: Arm,
  results: ReadonlyMap<ArmId, ArmResult>,
  estimateOf: (name: string, values: readonly number[]) => Estimate,
): Effects[] {
  const [first, second] = both.factors;
  if (first === undefined || second === undefined || both.factors.length !== 2) return [];
  const alone = (id: FactorId): ArmResult | undefined =>
    [...results.values()].find(
      ({ arm }) =>
        arm.factors.length === 1 &&
        arm.factors[0] === id &&
        (arm.regime === both.regime || arm.regime === null),
    );
  const a = alone(first)?.differencesPct;
  const b = alone(second)?.differencesPct;
  const ab = results.get(both.id)?.differencesPct;
  if (a === undefined || b === undefined || ab === undefined) return [];
  const combine = (name: string, rule: (x: number, y: number, xy: number) => number): Estimate =>
    estimateOf(
      `${name} ${both.id}`,
      ab.map((xy, block) => rule(a[block] ?? Number.NaN, b[block] ?? Number.NaN, xy)),
    );
  return [
    {
      factors: [first, second],
      regime: both.regime,
      mainFirst: combine("main effect of the first in", (x, y, xy) => (x + xy - y) / 2),
      mainSecond: combine("main effect of the second in", (x, y, xy) => (y + xy - x) / 2),
      interaction: combine("interaction in", (x, y, xy) => xy - x - y),
    },
  ];
}
