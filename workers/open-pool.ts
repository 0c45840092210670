// How a worker that trains opens its loaders: a worker of its own for each.

import { CACHE_NAMESPACE, openPoolWith } from "../src/train/index.ts";
import { startInPlace, startLoaderWorker } from "./start-loader.ts";

const start = { startLoader: startLoaderWorker, startInPlace };

export const openPool = openPoolWith({ ...start, records: CACHE_NAMESPACE });
/** The lab's caches begin empty each time: what a person's runs have kept would make a cold cache warm. */
export const openLabPool = openPoolWith(start);
