// Polygons → shrink and threshold maps and their masks; cache/ keeps their geometry.

export { type BudgetBytes, checkedBudget } from "./cache/budget.ts";
export { countersSince, totalCounters } from "./cache/counters.ts";
export {
  GeometryCache,
  type GeometryCacheOptions,
  type LookUp,
  type Outcome,
} from "./cache/geometry-cache.ts";
export { type ChangedPart, type GeometryKey, type GeometryRequest, keyOf } from "./cache/key.ts";
export type { CacheCounters, MissReason } from "./cache/types.ts";
export { buildPageGeometry, type PageGeometry } from "./page-geometry.ts";
export { TARGETS_VERSION, type TargetParams } from "./params.ts";
export { type FloatTargets, type RenderedTargets, renderFloatTargets, renderTargets } from "./render.ts";
