// What each cache will do for a run, before it begins: the room that all of its pages need, and how often it will hit. Follows
// from counts and the budget alone; what a hit saves is measured while the run goes on.

import { evaluationEverySteps, plannedEpochs, plannedSteps, usedPages } from "./plan.ts";
import type { Config } from "./types.ts";

export const CACHE_SWITCHES = ["polygonCache", "imageCache", "mapCache", "sampleCache"] as const;
export type CacheSwitch = (typeof CACHE_SWITCHES)[number];

/** Of the pages a run would use. */
export interface PageTotals {
  readonly trainPages: number;
  readonly validationPages: number;
  readonly trainWords: number;
  /** Upright pixels of all pages. */
  readonly trainPx: number;
  readonly validationPx: number;
}

export interface CacheForecast {
  /** Of everything the tier would keep. */
  readonly needsBytes: number;
  readonly budgetBytes: number | "unlimited";
  readonly fits: boolean;
  /** Passes over the pages that this tier is asked for, on average. */
  readonly passes: number;
  /** Share of the look-ups of a later pass that hit: least recently used leaves, or what fits first stays. */
  readonly lru: number;
  readonly pinned: number;
  /** Over the whole run, the first pass included, with the policy that is set. */
  readonly overall: number;
  /** Why training pages are passed by, or empty. */
  readonly bypass: string;
  /** The criterion of the automatic choice: it fits, is asked for again, and at least half of all look-ups will hit. */
  readonly pays: boolean;
}

/** Measured on drawn pages of 20, 50 and 100 words: 226 to 333 bytes a word. */
const GEOMETRY_BYTES_A_WORD = 300;
/** Of a key's texts. */
const KEY_BYTES = 400;
const PAYS_FROM = 0.5;

export function forecastCache(config: Config, which: CacheSwitch, totals: PageTotals): CacheForecast {
  const train = usedPages(config, totals.trainPages);
  const used = totals.trainPages === 0 ? 0 : train / totals.trainPages;
  const bypass = which === "mapCache" || which === "sampleCache" ? randomDials(config, which) : "";
  const area = config.model.inputSizePx ** 2;
  const trainBytes = {
    polygonCache: totals.trainWords * used * GEOMETRY_BYTES_A_WORD,
    imageCache: 4 * totals.trainPx * used,
    mapCache: train * (area + (3 * area) / 8),
    sampleCache: train * 6 * area,
  }[which];
  const validationBytes = {
    polygonCache: 0,
    imageCache: 4 * totals.validationPx,
    mapCache: 0,
    sampleCache: totals.validationPages * 4 * area,
  }[which];
  const trained = bypass === "" ? train : 0;
  const validated = validationBytes === 0 ? 0 : totals.validationPages;
  const needsBytes = Math.round(
    (bypass === "" ? trainBytes : 0) + validationBytes + KEY_BYTES * (trained + validated),
  );
  const budgetBytes = config.features[`${which}Bytes`];
  const part = budgetBytes === "unlimited" || needsBytes === 0 ? 1 : Math.min(1, budgetBytes / needsBytes);
  const epochs = train === 0 ? 0 : plannedEpochs(config, totals.trainPages);
  const every = evaluationEverySteps(config, totals.trainPages);
  const evaluations = Math.max(1, Math.ceil(plannedSteps(config, totals.trainPages) / every));
  const asked = (bypass === "" ? trained : train) * epochs + validated * evaluations;
  const again = trained * Math.max(0, epochs - 1) + validated * Math.max(0, evaluations - 1);
  const lru = lruRate(part);
  const rate = config.features.cachePolicy === "pin" ? part : lru;
  const overall = asked === 0 ? 0 : (rate * again) / asked;
  return {
    ...{ needsBytes, budgetBytes, fits: part >= 1, lru, pinned: part, overall, bypass },
    passes:
      trained + validated === 0 ? 0 : (trained * epochs + validated * evaluations) / (trained + validated),
    pays: part >= 1 && overall >= PAYS_FROM,
  };
}

/**
 * What the polygon cache would hit over a run if its key were taken after augmentation: a page then has as many keys as it has
 * placements. With flips alone two, which E passes meet (1 − pᴱ) + (1 − (1 − p)ᴱ) of; with anything continuous, a new one each time.
 */
export function forecastKeyAfterAugmentation(
  config: Config,
  totals: PageTotals,
): { readonly before: number; readonly after: number; readonly random: string } {
  const before = forecastCache(config, "polygonCache", totals).overall;
  const random = randomDials(config, "mapCache");
  const { flip, rotateDeg, scaleMin, scaleMax, crop } = config.augment;
  if (random === "") return { before, after: before, random };
  if (rotateDeg > 0 || scaleMin !== scaleMax || crop) return { before, after: 0, random };
  const epochs = plannedEpochs(config, totals.trainPages);
  const met = 1 - flip ** epochs + (1 - (1 - flip) ** epochs);
  const again = Math.max(1e-9, epochs - 1);
  return { before, after: before * (Math.max(0, epochs - met) / again), random };
}

/**
 * Hit rate of a least-recently-used store with room for a share of the pages, each pass in a new random order. A page at place x
 * of one pass and y of the next has (1 − x) + x·y of the others between its two look-ups; it hits where that is below the share.
 */
function lruRate(share: number): number {
  if (share >= 1) return 1;
  return share <= 0 ? 0 : share + (1 - share) * Math.log(1 - share);
}

/** What keeps a finished training sample from being the same in every epoch; empty where nothing is random. */
function randomDials({ augment }: Config, which: CacheSwitch): string {
  const dials = [
    augment.flip > 0 && augment.flip < 1 ? "flip" : "",
    augment.rotateDeg > 0 ? "rotation" : "",
    augment.scaleMin !== augment.scaleMax ? "scale" : "",
    augment.crop ? "crop" : "",
    // Maps show no colour.
    augment.color > 0 && which === "sampleCache" ? "colour" : "",
  ].filter((dial) => dial !== "");
  return dials.length === 0 ? "" : `augmentation is random (${dials.join(", ")})`;
}
