// Cache counters of loaders that do not exist yet or any more. Nothing is lost when a loader retires: its totals stay in the sum.

import type { CacheCounters, MissReason } from "../../targets/index.ts";

const NO_REASONS: Readonly<Record<MissReason, number>> = {
  "first time": 0,
  "key changed": 0,
  evicted: 0,
  "capacity zero": 0,
  "other copy": 0,
  invalidated: 0,
  bypassed: 0,
  "store failed": 0,
};

export const NO_CACHE_COUNTERS: CacheCounters = {
  lookups: 0,
  hits: 0,
  misses: 0,
  reasons: NO_REASONS,
  entries: 0,
  bytes: 0,
  budgetBytes: 0,
  savedMs: 0,
  spentMs: 0,
};

/** What stays of a loader that is gone: what it did, not what it held. */
export function retired(counters: CacheCounters): CacheCounters {
  return { ...counters, entries: 0, bytes: 0, budgetBytes: 0 };
}
