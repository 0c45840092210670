// How a run's loaders are opened: over the pages that it uses. Only how a loader starts differs from place to place.

import { LoaderPool, type LoaderPoolSetup } from "../batch/index.ts";
import { usedPages } from "../config/index.ts";
import type { RunTools } from "./run.ts";

/** Whose records the caches of a person's run are; the lab's loaders keep none. */
export const CACHE_NAMESPACE = "caches";

export function openPoolWith(
  start: Pick<LoaderPoolSetup, "startLoader" | "startInPlace" | "records">,
): RunTools["openPool"] {
  return ({ resolved: { config }, dataset }, emitter) =>
    LoaderPool.open({
      config,
      loader: config.loader,
      trainPages: dataset.train.slice(0, usedPages(config, dataset.train.length)),
      validationPages: dataset.validation,
      ...start,
      onProblem: ({ data }) => emitter.log("warning", "loader", data.message),
    });
}
