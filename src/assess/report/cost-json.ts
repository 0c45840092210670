// The profiler's cost as JSON, with the keys of an assessment: whoever reads one reads the other.

import { type Condition, COST_QUANTILE, type CostOutcome } from "../profiler-cost.ts";
import type { Estimate } from "../statistics.ts";
import { verdictOf } from "../verdict.ts";

export const COST_SCHEMA = "ocr-training-playground/profiler-cost@2";

export function costJson(cost: CostOutcome): string {
  const { wishes, facts, costs, meanCosts, noise, gates, stepMs, blocks, stretch, raw } = cost;
  const differenceOf = (condition: Condition): Estimate | null =>
    condition === "off again" ? noise : (costs.find(({ depth }) => depth === condition)?.difference ?? null);
  const document = {
    schema: COST_SCHEMA,
    arms: stepMs.map(({ condition, ...ms }) => {
      const difference = differenceOf(condition);
      return {
        id: typeof condition === "number" ? `profiler depth ${condition}` : `profiler ${condition}`,
        regime: null,
        ...ms,
        ...numbersOf(difference),
        n: blocks,
        verdict:
          typeof condition === "number" && difference !== null
            ? verdictOf(difference, wishes.targetPct, noise)
            : null,
        gates,
      };
    }),
    noiseFloor: numbersOf(noise),
    profilerCost: costs.map(({ depth, difference }) => ({
      depth,
      ...numbersOf(difference),
      n: difference.n,
      ofMeanSteps: numbersOf(meanCosts.find((cost) => cost.depth === depth)?.difference ?? null),
    })),
    plan: {
      ...wishes,
      ...stretch,
      blocks,
      comparedAtQuantile: COST_QUANTILE,
      stoppedBecause: cost.stoppedBecause,
    },
    elapsedMs: Math.round(cost.elapsedMs),
    engine: facts.engine,
    batchSize: facts.batchSize,
    trainPages: facts.trainPages,
    raw: raw.map(({ condition, ms }) => ({ condition, stepMsByBlock: ms.map((steps) => steps.map(short)) })),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function numbersOf(value: Estimate | null) {
  return {
    differencePct: value?.mean ?? null,
    medianDifferencePct: value?.median ?? null,
    ciLowPct: value?.ciLow ?? null,
    ciHighPct: value?.ciHigh ?? null,
  };
}

function short(ms: number): number {
  return Number(ms.toFixed(4));
}
