// How long a run is, counted in steps, epochs and pages. A step is one batch; batches run on across epochs without a rest,
// so every step has the same shape and no page is left out.

import type { Config } from "./types.ts";

/** Pages of the training split that a run uses. */
export function usedPages(config: Pick<Config, "train">, trainPages: number): number {
  const limit = config.train.limitPages;
  return limit === "all" ? trainPages : Math.min(limit, trainPages);
}

/** Steps the run will make; a last batch that an epoch does not fill takes pages of the next one. */
export function plannedSteps(config: Config, trainPages: number): number {
  return stepsOf(config.train.length, config, trainPages);
}

/** Passes over the training pages, usually not whole. Infinity without pages. */
export function plannedEpochs(config: Pick<Config, "train">, trainPages: number): number {
  if (config.train.length.unit === "epochs") return config.train.length.count;
  return (config.train.length.count * config.train.batchSize) / usedPages(config, trainPages);
}

/** Steps from one evaluation to the next, at least 1. */
export function evaluationEverySteps(config: Config, trainPages: number): number {
  return Math.max(1, stepsOf(config.evaluation.every, config, trainPages));
}

function stepsOf(
  span: { readonly unit: "steps" | "epochs"; readonly count: number },
  config: Config,
  trainPages: number,
): number {
  if (span.unit === "steps") return span.count;
  return Math.ceil((span.count * usedPages(config, trainPages)) / config.train.batchSize);
}
