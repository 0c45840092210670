// Samples + targets → typed arrays ready to upload, in a seeded order; the loader pool.

export type { Sample, SampleRequest, SampleTiming } from "./types.ts";
