// Polygons → shrink and threshold maps and their masks; cache/ is what keeps them, in four tiers, and counts.

export { NO_CACHE_COUNTERS, totalReport } from "./cache/counters.ts";
export { diagnose } from "./cache/diagnose.ts";
export { GeometryCache } from "./cache/geometry-cache.ts";
export { hashBytes, type KeyParts, keyOf } from "./cache/key.ts";
export { packedBytes, type PackedMaps, packMaps, unpackMaps } from "./cache/packed-maps.ts";
export { type MadeMs, NO_STAGES, sumOfStages, withPage } from "./cache/stage-times.ts";
export { TierCache } from "./cache/tier-cache.ts";
export {
  type Asker,
  type CacheCounters,
  type CacheReport,
  type EpochCounts,
  type MissReason,
  type MissRecord,
  type StageTime,
  type StageTimes,
  type Tier,
  type TierReport,
  TIERS,
} from "./cache/types.ts";
export { buildPageGeometry, type PageGeometry } from "./page-geometry.ts";
export type { TargetParams } from "./params.ts";
export { type FloatTargets, renderFloatTargets, renderTargets } from "./render.ts";
