// How a worker that trains opens its loaders: over the pages a run uses.

import { LoaderPool } from "../src/batch/index.ts";
import { usedPages } from "../src/config/index.ts";
import type { RunTools } from "../src/train/index.ts";
import { startInPlace, startLoaderWorker } from "./start-loader.ts";

export const openPool: RunTools["openPool"] = ({ resolved: { config }, dataset }, emitter) =>
  LoaderPool.open({
    config,
    loader: config.loader,
    trainPages: dataset.train.slice(0, usedPages(config, dataset.train.length)),
    validationPages: dataset.validation,
    startLoader: startLoaderWorker,
    startInPlace,
    onProblem: ({ data }) => emitter.log("warning", "loader", data.message),
  });
