// Samples + targets → typed arrays ready to upload, in a seeded order; the loader pool.

export { collectBatch } from "./collect-batch.ts";
export { createLoader, type LoaderTools } from "./create-loader.ts";
export type { LoaderCalls, LoaderConfig, LoaderHandle, LoaderSetup } from "./loader.ts";
export { epochOrder, sampleSequence, validationSequence } from "./order.ts";
export { NO_CACHE_COUNTERS } from "./pool/counters.ts";
export { LoaderPool, type LoaderPoolSetup, type PoolCounters } from "./pool/loader-pool.ts";
export { ownerOf, shareOfBudget } from "./pool/ownership.ts";
export { prepareSample, type SampleTools, type TargetMaps } from "./prepare-sample.ts";
export { resample } from "./resample.ts";
export type { Sample, SampleRequest, SampleTiming } from "./types.ts";
