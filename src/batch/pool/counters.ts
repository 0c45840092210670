// Sums of what the loaders count. Nothing is lost when a loader retires: its totals stay in the sum.

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

export function addCacheCounters(a: CacheCounters, b: CacheCounters): CacheCounters {
  const reasons = { ...a.reasons };
  for (const reason of Object.keys(NO_REASONS) as MissReason[]) reasons[reason] += b.reasons[reason];
  return {
    lookups: a.lookups + b.lookups,
    hits: a.hits + b.hits,
    misses: a.misses + b.misses,
    reasons,
    entries: a.entries + b.entries,
    bytes: a.bytes + b.bytes,
    budgetBytes:
      a.budgetBytes === "unlimited" || b.budgetBytes === "unlimited"
        ? "unlimited"
        : a.budgetBytes + b.budgetBytes,
    savedMs: a.savedMs + b.savedMs,
    spentMs: a.spentMs + b.spentMs,
  };
}

/** What stays of a loader that is gone: what it did, not what it held. */
export function retired(counters: CacheCounters): CacheCounters {
  return { ...counters, entries: 0, bytes: 0, budgetBytes: 0 };
}
