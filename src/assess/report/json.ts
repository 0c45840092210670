// The assessment as plain data, versioned; numbers that are not known are null. Everything needed to recompute the intervals is in it.

import { labelOf } from "../conclude.ts";
import type { Assessed } from "../assess.ts";
import { unitMs } from "../analyse.ts";
import type { Conclusion } from "../conclude.ts";
import type { Estimate } from "../statistics.ts";
import type { ReportContext } from "./context.ts";

export const ASSESSMENT_SCHEMA = "ocr-training-playground/assessment@1";

export function assessmentJson(assessed: Assessed, conclusion: Conclusion, context: ReportContext): string {
  const { analysis, wishes, facts, length, blocks } = assessed;
  const document = {
    schema: ASSESSMENT_SCHEMA,
    madeAt: context.madeAt,
    question: questionOf(assessed),
    verdict: conclusion.sentence,
    arms: analysis.arms.map((result) => ({
      id: result.arm.id,
      label: result.arm.label,
      regime: result.arm.regime,
      medianMs: result.medianMs,
      ...numbersOf(result.difference),
      n: result.blockMs.length,
      hitRatePct: result.hitRatePct,
      verdict: result.verdict,
      moreBlocks: Number.isFinite(result.moreBlocks) ? result.moreBlocks : null,
      gates: result.gates,
    })),
    noiseFloor: numbersOf(analysis.noiseFloor),
    effects: analysis.effects.map(({ factors, regime, mainFirst, mainSecond, interaction }) => ({
      factors,
      regime,
      mainEffects: [numbersOf(mainFirst), numbersOf(mainSecond)],
      interaction: numbersOf(interaction),
    })),
    profilerCost: analysis.profilerCost.map(({ depth, difference }) => ({
      depth,
      ...numbersOf(difference),
      n: difference.n,
    })),
    gates: analysis.gates,
    advice: conclusion.advice,
    projections: conclusion.projections,
    oneRun: conclusion.oneRun,
    limits: conclusion.limits,
    plan: { ...wishes, ...length, blocksDone: analysis.blocks, stoppedBecause: assessed.stoppedBecause },
    elapsedMs: Math.round(assessed.elapsedMs),
    engine: facts.engine,
    environment: context.environment,
    dataset: context.subject.dataset,
    settings: {
      preset: context.subject.preset,
      values: context.subject.config,
      differing: context.subject.differing,
    },
    link: context.link,
    raw: {
      dryStepMs: assessed.dryMs,
      blocks: blocks.map(({ units }) =>
        units.map(({ armId, unit }) => ({
          armId,
          unitMs: unitMs(unit),
          warmupSteps: unit.warmupSteps,
          stepMs: unit.stepMs.map((ms) => Number(ms.toFixed(4))),
          lastLoss: unit.losses.at(-1) ?? null,
          hmean: unit.hmean,
          counters: unit.counters.map(({ id, isOn, moved }) => ({ id, isOn, moved })),
          cache: unit.cache,
          wallMs: Math.round(unit.wallMs),
        })),
      ),
    },
  };
  // JSON.stringify writes NaN and Infinity as null: unknown, not zero.
  return `${JSON.stringify(document, null, 1)}\n`;
}

export function questionOf({ wishes }: Assessed): string {
  const names = wishes.factors.map((id) => labelOf(id));
  return `Does ${names.join(" or ")}, switched on, change the time of a training step by more than ±${wishes.marginPct} %?`;
}

function numbersOf(value: Estimate | null): Record<string, number | null> {
  return {
    differencePct: value?.mean ?? null,
    medianDifferencePct: value?.median ?? null,
    ciLowPct: value?.ciLow ?? null,
    ciHighPct: value?.ciHigh ?? null,
  };
}
