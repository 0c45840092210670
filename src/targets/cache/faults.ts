// Faults that can be planted for lessons and tests: what the original project's caches did wrong, each as a switch that cannot
// be reached by mistake. The other faults of the story (capacity 0, a store smaller than a pass, one epoch) are plain settings.

export const CACHE_FAULTS = [
  "none",
  "key after augmentation",
  "private copies",
  "whole-store rewrite",
  "key without structure",
  "stale version",
] as const;
export type CacheFault = (typeof CACHE_FAULTS)[number];
