// Arithmetic on counters: an epoch's share of the totals, and several loaders' shards as one cache.

import type { CacheCounters, MissReason } from "./types.ts";

/** What was added since `before`; entries, bytes and budget are those of `now`. The counters themselves stay untouched. */
export function countersSince(now: CacheCounters, before: CacheCounters): CacheCounters {
  return {
    ...now,
    lookups: now.lookups - before.lookups,
    hits: now.hits - before.hits,
    misses: now.misses - before.misses,
    reasons: combined(now.reasons, before.reasons, (a, b) => a - b),
    savedMs: now.savedMs - before.savedMs,
    spentMs: now.spentMs - before.spentMs,
  };
}

/** The sum over shards; one unlimited budget makes the whole unlimited. Throws RangeError when there is none. */
export function totalCounters(shards: readonly CacheCounters[]): CacheCounters {
  const [first, ...others] = shards;
  if (first === undefined) throw new RangeError("totalCounters needs at least one cache");
  return others.reduce(
    (sum, shard) => ({
      lookups: sum.lookups + shard.lookups,
      hits: sum.hits + shard.hits,
      misses: sum.misses + shard.misses,
      reasons: combined(sum.reasons, shard.reasons, (a, b) => a + b),
      entries: sum.entries + shard.entries,
      bytes: sum.bytes + shard.bytes,
      budgetBytes:
        sum.budgetBytes === "unlimited" || shard.budgetBytes === "unlimited"
          ? "unlimited"
          : sum.budgetBytes + shard.budgetBytes,
      savedMs: sum.savedMs + shard.savedMs,
      spentMs: sum.spentMs + shard.spentMs,
    }),
    first,
  );
}

function combined(
  a: CacheCounters["reasons"],
  b: CacheCounters["reasons"],
  with_: (a: number, b: number) => number,
): Record<MissReason, number> {
  const entries = Object.entries(a) as [MissReason, number][];
  return Object.fromEntries(entries.map(([reason, count]) => [reason, with_(count, b[reason])])) as Record<
    MissReason,
    number
  >;
}
