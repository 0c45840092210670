// Cache reports of loaders that do not exist yet or any more. Nothing is lost when a loader retires: its totals stay in the sum.

import {
  type CacheReport,
  NO_CACHE_COUNTERS,
  NO_STAGES,
  sumOfStages,
  type Tier,
  type TierReport,
  TIERS,
  totalReport,
} from "../../targets/index.ts";

const NO_TIER: TierReport = {
  on: false,
  counters: NO_CACHE_COUNTERS,
  epochs: [],
  misses: [],
  distances: [],
  workingSetBytes: 0,
  loaders: [],
};

export const NO_CACHE_REPORT: CacheReport = {
  tiers: { images: NO_TIER, polygons: NO_TIER, maps: NO_TIER, samples: NO_TIER },
  findings: [],
  stages: NO_STAGES,
};

/** What stays of a loader that is gone: what it did, not what it held. */
export function retired(report: CacheReport): CacheReport {
  return mapTiers(report, (tier) => ({
    ...tier,
    on: false,
    workingSetBytes: 0,
    counters: { ...tier.counters, entries: 0, bytes: 0, budgetBytes: 0 },
  }));
}

/** All loaders as one; `gone` are those that have retired. */
export function joined(
  gone: CacheReport,
  living: readonly { readonly name: string; readonly report: CacheReport }[],
): CacheReport {
  const all = [{ name: "loaders before", report: gone }, ...living];
  const tiers = Object.fromEntries(
    TIERS.map((tier) => [
      tier,
      totalReport(all.map(({ name, report }) => ({ name, report: report.tiers[tier] }))),
    ]),
  ) as Record<Tier, TierReport>;
  const stages = all.map(({ report }) => report.stages).reduce(sumOfStages, NO_STAGES);
  return { tiers, findings: [], stages };
}

function mapTiers(report: CacheReport, change: (tier: TierReport) => TierReport): CacheReport {
  const { images, polygons, maps, samples } = report.tiers;
  return {
    ...report,
    tiers: {
      images: change(images),
      polygons: change(polygons),
      maps: change(maps),
      samples: change(samples),
    },
  };
}
