// Polygons → shrink and threshold maps and their masks; cache/ keeps their geometry.

export { type BudgetBytes, checkedBudget } from "./cache/budget.ts";
export { countersSince, NO_CACHE_COUNTERS, totalCounters, totalReport } from "./cache/counters.ts";
export { diagnose, type Finding, type FindingId, shuffledLruHitRate } from "./cache/diagnose.ts";
export { CACHE_FAULTS, type CacheFault } from "./cache/faults.ts";
export { GeometryCache, type LookUp } from "./cache/geometry-cache.ts";
export { type GeometryKey, type GeometryRequest, hashBytes, type KeyParts, keyOf } from "./cache/key.ts";
export { packedBytes, type PackedMaps, packMaps, unpackMaps } from "./cache/packed-maps.ts";
export { bucketOf, hitRateWithin } from "./cache/reuse.ts";
export { TierCache } from "./cache/tier-cache.ts";
export {
  type Asker,
  type CacheCounters,
  type CacheReport,
  type ChangedPart,
  type EpochCounts,
  MISS_REASONS,
  type MissReason,
  type MissRecord,
  type Outcome,
  type Tier,
  type TierReport,
  TIERS,
} from "./cache/types.ts";
export { buildPageGeometry, type PageGeometry } from "./page-geometry.ts";
export { TARGETS_VERSION, type TargetParams } from "./params.ts";
export { type FloatTargets, type RenderedTargets, renderFloatTargets, renderTargets } from "./render.ts";
