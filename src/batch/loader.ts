// What a loader is, wherever it runs: the calls it answers and the handle by which the pool holds it.
// A worker exposes these calls; with 0 workers the trainer's own thread answers them.

import type { Config } from "../config/index.ts";
import type { ErrorData } from "../core/index.ts";
import type { Page } from "../dataset/index.ts";
import type { CacheReport, Tier } from "../targets/index.ts";
import type { Sample, SampleBytes, SampleRequest } from "./types.ts";

export type LoaderConfig = Pick<Config, "model" | "targets" | "augment" | "features" | "train">;

export type CacheSwitches = Readonly<Record<Tier, boolean>>;

export interface LoaderSetup {
  readonly config: LoaderConfig;
  /** The pages this loader owns; nobody else prepares them. */
  readonly pages: readonly Page[];
  /** This loader's part of each cache's budget. */
  readonly budgets: Readonly<Record<Tier, number | "unlimited">>;
  /** Where what is cached outlives the tab, by name; none: nowhere. */
  readonly records?: string;
}

export interface LoaderCalls {
  /** May come again: what is cached of pages that are still owned stays. */
  setUp(setup: LoaderSetup): Promise<void>;
  /** Live switches; turning one off empties its cache. */
  setCaches(on: Partial<CacheSwitches>): Promise<void>;
  /** Written into `spent` where that has the length; it is the loader's from then on. */
  prepare(request: SampleRequest, spent?: SampleBytes): Promise<Sample>;
  /** Empties all tiers of this loader's memory. Bytes freed. */
  clearCaches(): Promise<number>;
  caches(): Promise<CacheReport>;
}

/** A started loader. `startLoader(index)` makes one; who wires the pool decides how. */
export interface LoaderHandle {
  readonly calls: LoaderCalls;
  terminate(): void;
  /** Calls back once when the loader is gone without having been terminated. */
  onDeath(listener: (error: ErrorData) => void): void;
}
