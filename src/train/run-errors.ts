// What stops a run, in sentences.

import { PlaygroundError } from "../core/index.ts";

export function noPages(split: "training" | "validation"): PlaygroundError {
  return new PlaygroundError({
    code: "bad-dataset",
    message: `There is no ${split} page, so nothing can be ${split === "training" ? "learned" : "scored"}.`,
    doing: "starting the run",
    next: "Bring at least two labelled pages, or choose a built-in set.",
  });
}

export function notFinite(step: number): PlaygroundError {
  return new PlaygroundError({
    code: "not-finite",
    message: `The loss is not a number at step ${step}.`,
    what: `step ${step}`,
    doing: "training",
    kept: "Charts, log and the last evaluation stay.",
    next: "Reset with a lower learning rate, or turn gradient clipping on.",
  });
}
