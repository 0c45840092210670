// The lines that a run prints while it goes on.

import type { EvaluationSummary } from "../../src/client/index.ts";
import type { LossPoint, TimingEvent } from "../../src/protocol/index.ts";

/** "step 120/400 · loss 1.234 · CLEval mean hmean 0.612 · 41.2 ms/step · 12 s left" */
export function progressLine(
  timing: TimingEvent,
  loss: LossPoint | undefined,
  evaluation: EvaluationSummary | undefined,
): string {
  const left = ((timing.plannedSteps - timing.step) * timing.stepMs.medianMs) / 1000;
  return [
    `step ${loss?.step ?? timing.step}/${timing.plannedSteps}`,
    `loss ${loss === undefined ? "—" : loss.total.toFixed(3)}`,
    `CLEval mean hmean ${evaluation === undefined ? "—" : evaluation.cleval.mean.hmean.toFixed(3)}`,
    `${Number.isFinite(timing.stepMs.medianMs) ? timing.stepMs.medianMs.toPrecision(3) : "—"} ms/step`,
    `${Number.isFinite(left) ? duration(left) : "—"} left`,
  ].join(" · ");
}

/** "evaluated at step 100: CLEval mean hmean 0.71 (P 0.80 R 0.65), pooled 0.70, IoU mean 0.61 pooled 0.60, 16/16 pages" */
export function evaluationLine(evaluation: EvaluationSummary): string {
  const { cleval, icdarIou, coverage } = evaluation;
  const three = (value: number): string => value.toFixed(3);
  return (
    `evaluated at step ${evaluation.step}: CLEval mean hmean ${three(cleval.mean.hmean)} ` +
    `(P ${three(cleval.mean.precision)}, R ${three(cleval.mean.recall)}), pooled ${three(cleval.pooled.hmean)}; ` +
    `ICDAR IoU mean ${three(icdarIou.mean.hmean)}, pooled ${three(icdarIou.pooled.hmean)}; ` +
    `${coverage.scored} of ${coverage.asked} pages`
  );
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}
