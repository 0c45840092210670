// Polygons → shrink and threshold maps and their masks; cache/ keeps their geometry.

export type { CacheCounters, MissReason } from "./cache/types.ts";
