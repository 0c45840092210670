// Polygons → shrink and threshold maps and their masks; cache/ keeps their geometry.

export type { CacheCounters, MissReason } from "./cache/types.ts";
export { buildPageGeometry, type PageGeometry } from "./page-geometry.ts";
export { TARGETS_VERSION, type TargetParams } from "./params.ts";
export { type FloatTargets, type RenderedTargets, renderFloatTargets, renderTargets } from "./render.ts";
