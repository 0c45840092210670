// How a worker that trains opens its loaders: a worker of its own for each.

import { openPoolWith } from "../src/train/index.ts";
import { startInPlace, startLoaderWorker } from "./start-loader.ts";

export const openPool = openPoolWith({ startLoader: startLoaderWorker, startInPlace });
