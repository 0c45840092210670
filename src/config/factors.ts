// The switchable features, as whatever shows, links or assesses them sees them: a few settings each,
// and the counter that proves it on or off. A feature that the table gains becomes an arm of the lab by one entry here.

import type { CacheSwitch } from "./cache-forecast.ts";
import type { FieldPath, FieldValue } from "./fields.ts";

export type FactorId = string;

export type Settings = Readonly<Partial<Record<FieldPath, FieldValue>>>;

export interface Factor {
  /** What `--arms` takes. */
  readonly id: FactorId;
  readonly label: string;
  /** Settings that switch it on; all of `off` must hold in every arm without it. */
  readonly on: Settings;
  readonly off: Settings;
  /** Id of the feature whose proof of life moves exactly while the factor is on. */
  readonly proof: string;
  /** A cache is another thing empty and full: it is assessed in both regimes, apart. */
  readonly isCache: boolean;
  /** A cache that training steps fill: they come to an epoch after the loaders have. */
  readonly isFilledBySteps?: boolean;
  /** Set for the profiler's arms: the depth whose cost this is. */
  readonly profilerDepth?: number;
}

export const FACTORS: readonly Factor[] = [
  cache("polygonCache", "Polygon cache"),
  cache("imageCache", "Image cache"),
  cache("mapCache", "Map cache"),
  cache("sampleCache", "Sample cache"),
  {
    id: "frozenFeatures",
    label: "Frozen features",
    on: { "features.frozenFeatures": true },
    off: { "features.frozenFeatures": false },
    proof: "frozenFeatures",
    isCache: true,
    isFilledBySteps: true,
  },
  profiler("profiler", "Profiler", 1, "phases"),
  profiler("profiler0", "Profiler, counters only", 0, "counters"),
  profiler("profiler2", "Profiler, every kernel", 2, "kernels"),
];

/** The caches' ids are the names of their switches. */
function cache(id: CacheSwitch, label: string): Factor {
  const path = `features.${id}` as const;
  return { id, label, on: { [path]: true }, off: { [path]: false }, proof: id, isCache: true };
}

function profiler(id: FactorId, label: string, profilerDepth: number, depth: string): Factor {
  return {
    id,
    label,
    on: { "features.profiler": true, "features.profilerDepth": depth },
    off: { "features.profiler": false },
    proof: "profiler",
    isCache: false,
    profilerDepth,
  };
}

export const DEFAULT_FACTORS: readonly FactorId[] = ["polygonCache", "profiler"];

/** Undefined for a name that is none. */
export function findFactor(id: string): Factor | undefined {
  return FACTORS.find((factor) => factor.id === id);
}
