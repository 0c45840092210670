// What flows from pages to the engine: requests in a seeded order, samples as bytes, batches.

import type { Affine } from "../core/index.ts";
import type { PageId } from "../dataset/index.ts";

/** One page to prepare. Everything random about it follows from these facts, whoever prepares it. */
export interface SampleRequest {
  readonly pageId: PageId;
  readonly split: "train" | "validation";
  readonly epoch: number;
  /** Number of the sample in the run, from 0: names lost and doubled samples. */
  readonly sequence: number;
  /** Under the planted fault "private copies": another loader that has prepared this page. */
  readonly elsewhere?: string;
}

/** One page placed in the input square. S = input size. */
export interface Sample {
  readonly request: SampleRequest;
  /** S·S·4, RGBX. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** S·S, see TrainBatch.thresholds. Empty for validation samples. */
  readonly thresholds: Uint8Array<ArrayBuffer>;
  /** S·S, see TrainBatch.flags. Empty for validation samples. */
  readonly flags: Uint8Array<ArrayBuffer>;
  readonly placement: Affine<"upright", "input">;
  /** Milliseconds by stage, for the profiler. */
  readonly timing: SampleTiming;
}

/** The arrays of a sample. Whoever is done with them hands them back to be written again: fresh memory costs more than filling it. */
export type SampleBytes = Pick<Sample, "image" | "thresholds" | "flags">;

/** What is known of a sample when its arrays are gone. */
export type Prepared = Omit<Sample, keyof SampleBytes>;

export interface SampleTiming {
  /** When loading began, on the clock of the thread that prepared it or, once `place` is there, of the thread that asked. */
  readonly startMs: number;
  /** Set by whoever brings samples over from another thread: its track in the profiler, and how exact `startMs` is. */
  readonly place?: { readonly track: number; readonly uncertaintyMs: number };
  readonly loadMs: number;
  readonly decodeMs: number;
  readonly augmentMs: number;
  readonly targetsMs: number;
  /** Of what the loader read from the browser's storage and wrote to it since its last sample: start (as `startMs`) and duration in turn. */
  readonly storageMs?: readonly number[];
}
