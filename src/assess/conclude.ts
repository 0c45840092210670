// What a person takes home: a sentence, what one run would have claimed, a projection to their own set, and when to switch what on.
// Everything here follows from the analysis; nothing is measured.

import { randomFrom } from "../core/index.ts";
import type { ArmResult } from "./analyse.ts";
import type { Assessed } from "./assess.ts";
import { findFactor, type FactorId, MIN_BLOCKS } from "../config/index.ts";
import { signed } from "./gates.ts";
import { type ArmId, BASELINE } from "./plan.ts";
import { type Estimate, estimate, median } from "./statistics.ts";
import { verdictOf } from "./verdict.ts";

/** The set and the length of run that somebody has in mind. */
export interface Goal {
  readonly pages: number;
  readonly epochs: number;
  /** Of each cache that can be an arm. */
  readonly cacheBudgetBytes: Readonly<Record<FactorId, number | "unlimited">>;
}

/** What a single run of each arm, one after another, would have said: the differences of the first block. */
export interface OneRunClaim {
  readonly armId: ArmId;
  readonly label: string;
  readonly claimPct: number;
  /** What the other blocks, each as good a single run, would have said. */
  readonly leastPct: number;
  readonly mostPct: number;
  readonly truth: Estimate | null;
}

export interface Projection {
  readonly factor: FactorId;
  readonly pages: number;
  readonly epochs: number;
  /** Change of the whole run's time, in %; the first epoch is cold, the others are warm. */
  readonly difference: Estimate;
  readonly savedSeconds: { readonly mean: number; readonly low: number; readonly high: number };
  /** Fewest epochs from which the whole interval lies below 0; null when none up to 1000 does. */
  readonly paysFromEpochs: number | null;
  readonly needsBytes: number;
  readonly fits: boolean;
  readonly says: string;
}

export interface Advice {
  readonly factor: FactorId;
  readonly label: string;
  readonly advice: "turn on" | "may stay on" | "keep off" | "cannot say";
  readonly says: string;
}

export interface Conclusion {
  readonly sentence: string;
  readonly advice: readonly Advice[];
  readonly projections: readonly Projection[];
  readonly oneRun: readonly OneRunClaim[];
  /** What these numbers do not say. */
  readonly limits: readonly string[];
}

export function conclude(assessed: Assessed, goal: Goal): Conclusion {
  const { analysis, wishes } = assessed;
  const features = analysis.arms.filter(({ arm }) => arm.role === "feature");
  const projections = wishes.factors.flatMap((id) => projectionOf(id, assessed, goal));
  const failed = analysis.gates.filter(({ passed }) => !passed);
  const sentence =
    failed.length > 0
      ? failed.map(({ says }) => says).join(" ")
      : analysis.blocks === 0
        ? "No block was finished, so there is no answer."
        : `${features.map(verdictSentence).join(" ")} ${noiseSentence(analysis.noiseFloor)}`;
  return {
    sentence,
    advice: wishes.factors.map((id) => adviceOf(id, assessed, projections)),
    projections,
    oneRun: analysis.blocks === 0 ? [] : oneRunOf(analysis.arms),
    limits: limitsOf(assessed),
  };
}

function verdictSentence({ arm, verdict, difference, gates, moreBlocks }: ArmResult): string {
  if (verdict === "gate failed") {
    const gate = gates.find(({ passed }) => !passed);
    return `${arm.label}: no number${gate === undefined ? "" : `, ${gate.says}`}`;
  }
  if (difference === null) return `${arm.label}: not decided yet (${blocksSentence(moreBlocks)}).`;
  const range = intervalText(difference);
  const more = verdict === "not decided yet" ? `, ${blocksSentence(moreBlocks)}` : "";
  return `${arm.label}: ${verdict} (${range}, n = ${difference.n}${more}).`;
}

/** "polygon cache": in the middle of a sentence. */
export function labelOf(id: FactorId): string {
  return (findFactor(id)?.label ?? id).toLowerCase();
}

/** "needs about 12 more blocks". */
export function blocksSentence(blocks: number): string {
  if (!Number.isFinite(blocks) || blocks > 500)
    return "it lies too close to the margin for any sensible number of blocks";
  return `needs about ${blocks} more ${blocks === 1 ? "block" : "blocks"}`;
}

/** "+4.4 % [+2.9, +5.8]". */
export function intervalText({ mean, ciLow, ciHigh }: Estimate): string {
  return `${signed(mean)} % [${signed(ciLow)}, ${signed(ciHigh)}]`;
}

function noiseSentence(noise: Estimate | null): string {
  if (noise === null) return `An interval needs at least ${MIN_BLOCKS} blocks.`;
  const floor = Math.max(Math.abs(noise.ciLow), Math.abs(noise.ciHigh));
  return `Noise floor: ±${floor.toFixed(1)} % (the baseline against itself, n = ${noise.n}).`;
}

function oneRunOf(arms: readonly ArmResult[]): OneRunClaim[] {
  return arms
    .filter(({ arm, differencesPct }) => arm.id !== BASELINE && differencesPct.length > 0)
    .map(({ arm, differencesPct, difference }) => ({
      armId: arm.id,
      label: arm.label,
      claimPct: differencesPct[0] ?? Number.NaN,
      leastPct: Math.min(...differencesPct),
      mostPct: Math.max(...differencesPct),
      truth: difference,
    }));
}

function projectionOf(id: FactorId, assessed: Assessed, goal: Goal): Projection[] {
  const { analysis, wishes, facts, blocks } = assessed;
  const alone = (regime: "cold" | "warm"): ArmResult | undefined =>
    analysis.arms.find(
      ({ arm, difference }) => arm.factors.join() === id && arm.regime === regime && difference !== null,
    );
  const cold = alone("cold")?.differencesPct;
  const warm = alone("warm")?.differencesPct;
  const baselineMs = analysis.arms.find(({ arm }) => arm.id === BASELINE)?.medianMs;
  if (cold === undefined || warm === undefined || baselineMs === undefined) return [];
  const over = (epochs: number): Estimate =>
    estimate(
      cold.map((first, block) => (first + (epochs - 1) * (warm[block] ?? Number.NaN)) / epochs),
      randomFrom(wishes.seed, "projection", id, epochs),
      2000,
    );
  const difference = over(goal.epochs);
  const candidates = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000];
  const paysFromEpochs = candidates.find((epochs) => over(epochs).ciHigh < 0) ?? null;
  const seconds = (goal.epochs * Math.ceil(goal.pages / facts.batchSize) * baselineMs) / 1000;
  const saved = (pct: number): number => (-seconds * pct) / 100;
  const needsBytes = goal.pages * bytesPerPage(id, blocks);
  const budget = goal.cacheBudgetBytes[id] ?? "unlimited";
  const fits = budget === "unlimited" || needsBytes <= budget;
  const size = bytesText(needsBytes);
  const room = fits
    ? `It needs about ${size} and fits its budget.`
    : `It needs about ${size}, more than its budget: pages would be thrown out, and this projection does not hold.`;
  const range = `${secondsText(saved(difference.ciHigh))} to ${secondsText(saved(difference.ciLow))}`;
  return [
    {
      factor: id,
      pages: goal.pages,
      epochs: goal.epochs,
      difference,
      savedSeconds: {
        mean: saved(difference.mean),
        low: saved(difference.ciHigh),
        high: saved(difference.ciLow),
      },
      paysFromEpochs,
      needsBytes,
      fits,
      says:
        `Estimated for ${goal.pages} pages × ${goal.epochs} epochs (${secondsText(seconds)} of training steps): ` +
        `${intervalText(difference)}, that is ${secondsText(saved(difference.mean))} saved (${range}). ${room}`,
    },
  ];
}

function bytesPerPage(id: FactorId, blocks: Assessed["blocks"]): number {
  const units = blocks.flatMap(({ units }) => units.filter(({ armId }) => armId === `${id}+warm`));
  return median(units.map(({ unit: { cache } }) => cache.bytes / Math.max(1, cache.entries)));
}

function bytesText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1 ? `${(1024 * mebibytes).toFixed(1)} KiB` : `${mebibytes.toFixed(1)} MiB`;
}

function secondsText(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < 1) return size < 5e-4 ? "0 ms" : `${sign}${(1000 * size).toFixed(0)} ms`;
  if (size < 100) return `${sign}${size.toFixed(size < 10 ? 1 : 0)} s`;
  return size < 6000 ? `${sign}${(size / 60).toFixed(1)} min` : `${sign}${(size / 3600).toFixed(1)} h`;
}

function adviceOf(id: FactorId, assessed: Assessed, projections: readonly Projection[]): Advice {
  const factor = findFactor(id);
  const label = factor?.label ?? id;
  const { analysis, wishes } = assessed;
  const margin = `±${wishes.marginPct} %`;
  const arms = analysis.arms.filter(({ arm }) => arm.factors.join() === id);
  const broken = arms.find(({ verdict }) => verdict === "gate failed");
  if (broken !== undefined || arms.length === 0) {
    return {
      factor: id,
      label,
      advice: "cannot say",
      says: "A gate failed, so this assessment says nothing about it.",
    };
  }
  const projection = projections.find((one) => one.factor === id);
  const decisive = projection?.difference ?? arms[0]?.difference ?? null;
  if (decisive === null) {
    return {
      factor: id,
      label,
      advice: "cannot say",
      says: `Fewer than ${MIN_BLOCKS} blocks: keep it off until it is known.`,
    };
  }
  const range = `${intervalText(decisive)}, n = ${decisive.n}`;
  const scope =
    projection === undefined ? "" : ` over ${projection.epochs} epochs of ${projection.pages} pages`;
  const pays =
    projection === undefined
      ? ""
      : projection.paysFromEpochs === null
        ? " No number of epochs up to 1000 makes it pay for certain."
        : ` It pays for certain in runs of ${projection.paysFromEpochs} or more epochs${projection.fits ? "" : ", given a larger budget"}.`;
  switch (verdictOf(decisive, wishes.marginPct, analysis.noiseFloor)) {
    case "faster":
      return { factor: id, label, advice: "turn on", says: `Faster${scope}: ${range}.${pays}` };
    case "slower":
      return {
        factor: id,
        label,
        advice: "keep off",
        says: `Slower${scope}: ${range}. Turn it on only while you need what it shows.${pays}`,
      };
    case "no difference that matters":
      return {
        factor: id,
        label,
        advice: "may stay on",
        says: `The whole interval lies within ${margin}${scope}: ${range}.${pays}`,
      };
    case "not decided yet":
      return {
        factor: id,
        label,
        advice: "cannot say",
        says: `The interval reaches beyond ${margin}${scope}: ${range}. Keep it off until it is known, or assess longer.${pays}`,
      };
  }
}

function limitsOf({ facts, length, wishes, analysis, elapsedMs, rerun, stoppedBecause }: Assessed): string[] {
  const measured = length.stretches * length.stretchSteps;
  return [
    `Valid for this machine (${facts.engine.label}, ${facts.engine.adapter}), these settings and these pages, while nothing else changes.`,
    `A unit is ${length.warmupSteps} warm-up steps that do not count and ${measured} measured steps over ${length.pages} of ${facts.trainPages} training pages; its time is the median of its measured steps, so what happens rarely is not in it.`,
    `${analysis.blocks} blocks in ${secondsText(elapsedMs / 1000)}, order by seed ${wishes.seed}; it ended because ${stoppedBecause}.`,
    ...(rerun > 0 ? [`${rerun} units were run again because the page was hidden.`] : []),
  ];
}
