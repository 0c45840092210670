// Test help: a loader without a thread that answers at once, when told to, or wrongly. Not part of the product.

import type { ErrorData } from "../../core/index.ts";
import type { Page } from "../../dataset/index.ts";
import type { CacheSwitches, LoaderHandle, LoaderSetup } from "../loader.ts";
import type { Sample, SampleBytes, SampleRequest } from "../types.ts";
import { NO_CACHE_REPORT } from "./counters.ts";

export function page(id: string): Page {
  return {
    id,
    name: id,
    file: { size: 0, type: "image/png", arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)) },
    orientation: 1,
    size: { widthPx: 10, heightPx: 10 },
    words: [],
    labelSpace: "either",
  };
}

export function sampleOf(request: SampleRequest): Sample {
  return {
    request,
    image: new Uint8Array(0),
    thresholds: new Uint8Array(0),
    flags: new Uint8Array(0),
    placement: { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 },
    timing: { startMs: 0, loadMs: 0, decodeMs: 0, augmentMs: 0, targetsMs: 0 },
  };
}

/** A loader that answers at once, or when told to; refuses pages that it does not own. */
export class FakeLoader implements LoaderHandle {
  setup: LoaderSetup | undefined;
  readonly seen: SampleRequest[] = [];
  readonly spent: SampleBytes[] = [];
  readonly waiting: (() => void)[] = [];
  isSlow = false;
  isTerminated = false;
  /** What `prepare` does instead, by page. */
  readonly misdeeds = new Map<string, (request: SampleRequest) => Promise<Sample>>();
  #die: (error: ErrorData) => void = () => undefined;

  readonly calls = {
    setUp: async (setup: LoaderSetup) => {
      this.setup = setup;
    },
    setCaches: async (on: Partial<CacheSwitches>) => {
      if (this.setup === undefined) return;
      const { features } = this.setup.config;
      const polygonCache = on.polygons ?? features.polygonCache;
      this.setup = {
        ...this.setup,
        config: { ...this.setup.config, features: { ...features, polygonCache } },
      };
    },
    prepare: async (request: SampleRequest, spent?: SampleBytes) => {
      this.seen.push(request);
      if (spent !== undefined) this.spent.push(spent);
      if (!this.setup?.pages.some((p) => p.id === request.pageId))
        throw new Error(`not my page: ${request.pageId}`);
      const misdeed = this.misdeeds.get(request.pageId);
      if (misdeed !== undefined) return misdeed(request);
      if (this.isSlow) await new Promise<void>((resolve) => this.waiting.push(resolve));
      return sampleOf(request);
    },
    clearCaches: async () => 7,
    caches: async () => {
      const polygons = NO_CACHE_REPORT.tiers.polygons;
      const lookups = this.seen.length;
      const counters = { ...polygons.counters, lookups, misses: lookups, bytes: 7 };
      return { ...NO_CACHE_REPORT, tiers: { ...NO_CACHE_REPORT.tiers, polygons: { ...polygons, counters } } };
    },
  };

  terminate(): void {
    this.isTerminated = true;
  }
  onDeath(listener: (error: ErrorData) => void): void {
    this.#die = listener;
  }
  die(): void {
    this.#die({
      code: "internal",
      message: "out of memory",
      what: "",
      doing: "",
      kept: "",
      next: "",
      cause: "",
    });
  }
  release(): void {
    for (const go of this.waiting.splice(0)) go();
  }
}
