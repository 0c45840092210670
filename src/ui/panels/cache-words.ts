// What a cache is predicted to save, as sentences: measured on pages of this run, or said not to be known yet.

import type { CacheBenefit, PageSaving } from "../../config/index.ts";
import { count, duration } from "../format.ts";

export function benefitSentence(benefit: CacheBenefit | null): string {
  if (benefit === null) return NOT_MEASURED;
  const { train, validation, stepMs, evaluationMs } = benefit;
  if (train === null && validation === null) {
    return "Predicted to save nothing: another cache that is on already skips the same.";
  }
  const parts: string[] = [];
  if (isMeasured(train)) parts.push(`${fine(stepMs)} of loading a step (${each(train)})`);
  if (isMeasured(validation)) parts.push(`${fine(evaluationMs)} an evaluation (${each(validation)})`);
  if (parts.length === 0) return NOT_MEASURED;
  const rest =
    train === "not measured"
      ? " Training pages are not measured yet."
      : validation === "not measured"
        ? " Validation pages are not measured yet."
        : "";
  return `Predicted to save ${parts.join(", ")}.${rest}`;
}

const NOT_MEASURED = "What it would save is not measured yet.";

/** Under all predictions. `waitMs`: what a step waits for its pages at present. */
export function predictionNote(waitMs: number): string {
  return (
    "Predictions: from the second pass on; means ± standard deviation over pages prepared in this run. " +
    `A step waits ${fine(waitMs)} for its pages, so it can hardly become shorter by more.`
  );
}

function isMeasured(saving: CacheBenefit["train"]): saving is PageSaving {
  return saving !== null && saving !== "not measured";
}

function each({ meanMs, spreadMs, pages }: PageSaving): string {
  const spread = pages < 2 ? "" : ` ± ${fine(spreadMs)}`;
  return `${fine(meanMs)}${spread} a page, n = ${count(pages)}`;
}

/** Times far below a millisecond keep a digit that says something. */
export function fine(ms: number): string {
  return ms < 0.1 ? `${(1000 * ms).toFixed(1)} µs` : duration(ms);
}
