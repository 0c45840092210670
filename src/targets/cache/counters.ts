// Arithmetic on counters: an epoch's share of the totals, and several loaders' shards as one cache.

import {
  type CacheCounters,
  type EpochCounts,
  MISS_REASONS,
  type MissReason,
  type TierReport,
} from "./types.ts";

export function noReasons(): Record<MissReason, number> {
  return Object.fromEntries(MISS_REASONS.map((reason) => [reason, 0])) as Record<MissReason, number>;
}

/** Of a cache that holds nothing and was never asked. */
export const NO_CACHE_COUNTERS: CacheCounters = {
  lookups: 0,
  hits: 0,
  misses: 0,
  reasons: noReasons(),
  collisions: 0,
  entries: 0,
  bytes: 0,
  budgetBytes: 0,
  savedMs: 0,
  spentMs: 0,
  builds: 0,
  buildMs: 0,
  lookUpMs: 0,
  storeMs: 0,
  keptBytes: 0,
  movedBytes: 0,
  hitsAfterAugmentation: 0,
  restored: 0,
  refused: 0,
  stored: 0,
  storedBytes: 0,
  storeFailures: 0,
};

/** Totals that only grow. */
const GROWING = [
  "lookups",
  "hits",
  "misses",
  "collisions",
  "savedMs",
  "spentMs",
  "builds",
  "buildMs",
  "lookUpMs",
  "storeMs",
  "keptBytes",
  "movedBytes",
  "hitsAfterAugmentation",
  "restored",
  "refused",
  "stored",
  "storedBytes",
  "storeFailures",
] as const;

/** The sum over shards; one unlimited budget makes the whole unlimited. Throws RangeError when there is none. */
export function totalCounters(shards: readonly CacheCounters[]): CacheCounters {
  const [first, ...others] = shards;
  if (first === undefined) throw new RangeError("totalCounters needs at least one cache");
  return others.reduce(addShard, first);
}

function addShard(sum: CacheCounters, shard: CacheCounters): CacheCounters {
  const grown = Object.fromEntries(GROWING.map((name) => [name, sum[name] + shard[name]]));
  const isUnlimited = sum.budgetBytes === "unlimited" || shard.budgetBytes === "unlimited";
  return {
    ...sum,
    ...grown,
    reasons: combined(sum.reasons, shard.reasons, (a, b) => a + b),
    entries: sum.entries + shard.entries,
    bytes: sum.bytes + shard.bytes,
    budgetBytes: isUnlimited ? "unlimited" : Number(sum.budgetBytes) + Number(shard.budgetBytes),
  };
}

/** A tier over all its loaders. Distances are those within a loader's own share, so they are scaled to the whole budget. */
export function totalReport(
  shards: readonly { readonly name: string; readonly report: TierReport }[],
): TierReport {
  const reports = shards.map(({ report }) => report);
  const epochs = new Map<string, EpochCounts>();
  for (const row of reports.flatMap((report) => report.epochs)) {
    const name = `${row.split}/${row.epoch}`;
    const sum = epochs.get(name);
    epochs.set(
      name,
      sum === undefined
        ? row
        : {
            ...row,
            lookups: sum.lookups + row.lookups,
            hits: sum.hits + row.hits,
            misses: sum.misses + row.misses,
            reasons: combined(sum.reasons, row.reasons, (a, b) => a + b),
          },
    );
  }
  const scale = Math.round(
    2 * Math.log2(Math.max(1, reports.filter(({ counters }) => counters.entries > 0).length)),
  );
  const buckets = Math.max(...reports.map(({ distances }) => distances.length), 0);
  return {
    on: reports.some(({ on }) => on),
    counters: totalCounters([NO_CACHE_COUNTERS, ...reports.map(({ counters }) => counters)]),
    epochs: [...epochs.values()],
    misses: shards
      .flatMap(({ name, report }) => report.misses.map((miss) => ({ ...miss, loader: miss.loader ?? name })))
      .slice(-400),
    distances: Array.from({ length: buckets }, (_, bucket) =>
      reports.reduce((sum, { distances }) => sum + (distances[bucket - scale] ?? 0), 0),
    ),
    workingSetBytes: reports.reduce((sum, report) => sum + report.workingSetBytes, 0),
    loaders: shards.map(({ name, report }) => ({ name, counters: report.counters })),
  };
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
