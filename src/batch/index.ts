// Samples + targets → typed arrays ready to upload, in a seeded order; the loader pool.

export { collectBatch } from "./collect-batch.ts";
export { createCaches, switchesOf } from "./caches.ts";
export { createLoader, type LoaderTools } from "./create-loader.ts";
export type { CacheSwitches, LoaderCalls, LoaderConfig, LoaderHandle, LoaderSetup } from "./loader.ts";
export { epochOrder, sampleSequence, validationSequence } from "./order.ts";
export { NO_CACHE_REPORT } from "./pool/counters.ts";
export { LoaderPool, type LoaderPoolSetup, type PoolCounters } from "./pool/loader-pool.ts";
export { ownerOf, shareOfBudget } from "./pool/ownership.ts";
export { prepareSample, type SampleTools } from "./prepare-sample.ts";
export { callsTo, type RemoteLoader } from "./remote-loader.ts";
export type { RecordStore } from "./shelf.ts";
export type { OpenRecords } from "./shelves.ts";
export { resample } from "./resample.ts";
export type { Prepared, Sample, SampleBytes, SampleRequest, SampleTiming } from "./types.ts";
