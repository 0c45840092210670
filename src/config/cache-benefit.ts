// What a cache is predicted to save, in milliseconds: the mean cost of the stages that its hits would skip, as measured on pages
// of this run, times how often it will hit. Says nothing where nothing was measured.

import { type CacheSwitch, forecastCache, type PageTotals } from "./cache-forecast.ts";
import type { Config } from "./types.ts";

type Split = "train" | "validation";
type Stage = "read" | "place" | "outline" | "draw";

/** How often a stage was done and what it took, summed. */
export type MeasuredStages = Readonly<
  Record<
    Split,
    Readonly<
      Record<Stage, { readonly count: number; readonly sumMs: number; readonly sumSquaresMs2: number }>
    >
  >
>;

/** What a hit on a page of one split saves; null: not measured yet. */
export interface PageSaving {
  readonly meanMs: number;
  /** Standard deviation from page to page. */
  readonly spreadMs: number;
  /** Pages of which the rarest of its stages was measured. */
  readonly pages: number;
}

export interface CacheBenefit {
  /** From the second pass on, loading time of all loaders together. 0 where the tier skips nothing. */
  readonly stepMs: number;
  readonly evaluationMs: number;
  /** Null: this split saves nothing, for it is passed by or another cache that is on skips the same; else measured or not yet. */
  readonly train: PageSaving | "not measured" | null;
  readonly validation: PageSaving | "not measured" | null;
}

export function cacheBenefit(
  config: Config,
  which: CacheSwitch,
  totals: PageTotals,
  measured: MeasuredStages,
): CacheBenefit {
  const forecast = forecastCache(config, which, totals);
  const rate = config.features.cachePolicy === "pin" ? forecast.pinned : forecast.lru;
  const saving = (split: Split): CacheBenefit["train"] => {
    const stages = skipped(config, which, totals, split);
    return stages.length === 0 ? null : savingOf(stages.map((stage) => measured[split][stage]));
  };
  const train = saving("train");
  const validation = saving("validation");
  const trainMs = meanOf(train) * rate;
  return {
    train,
    validation,
    stepMs: trainMs * config.train.batchSize,
    evaluationMs: meanOf(validation) * rate * totals.validationPages,
  };
}

/** The stages of a page that a hit makes unnecessary and that no other cache which is on skips already. */
function skipped(config: Config, which: CacheSwitch, totals: PageTotals, split: Split): Stage[] {
  const { features } = config;
  const works = (tier: CacheSwitch): boolean => keeps(config, tier, totals, split);
  const isOn = (tier: CacheSwitch): boolean => tier !== which && features[tier] && works(tier);
  if (!works(which) || isOn("sampleCache")) return [];
  const outline: Stage[] = split === "validation" || isOn("polygonCache") ? [] : ["outline"];
  const maps: Stage[] = split === "validation" || isOn("mapCache") ? [] : ["draw", ...outline];
  const read: Stage[] = isOn("imageCache") ? [] : ["read"];
  switch (which) {
    case "imageCache":
      return read;
    case "polygonCache":
      return isOn("mapCache") ? [] : outline;
    case "mapCache":
      return maps;
    case "sampleCache":
      return [...read, "place", ...maps];
    default:
      return which satisfies never;
  }
}

/** Whether a tier keeps anything of the pages of a split. */
function keeps(config: Config, which: CacheSwitch, totals: PageTotals, split: Split): boolean {
  if (split === "train") return forecastCache(config, which, totals).bypass === "";
  return which === "imageCache" || which === "sampleCache";
}

function savingOf(times: readonly MeasuredStages[Split][Stage][]): PageSaving | "not measured" {
  const pages = Math.min(...times.map(({ count }) => count));
  if (pages === 0) return "not measured";
  let meanMs = 0;
  let variance = 0;
  for (const { count, sumMs, sumSquaresMs2 } of times) {
    const mean = sumMs / count;
    meanMs += mean;
    variance += count < 2 ? 0 : Math.max(0, (sumSquaresMs2 - count * mean * mean) / (count - 1));
  }
  return { meanMs, spreadMs: Math.sqrt(variance), pages };
}

function meanOf(saving: CacheBenefit["train"]): number {
  return saving === null || saving === "not measured" ? 0 : saving.meanMs;
}
