// The switchable features as the screen sees them: on or off, proof of life, and a sentence with live numbers.

import { randomDials } from "../augment/index.ts";
import type { CacheSwitches } from "../batch/index.ts";
import type { Config } from "../config/index.ts";
import type { FrozenCounters } from "../engine/index.ts";
import type { CacheReport, Tier } from "../targets/index.ts";
import type { Recorder } from "../trace/index.ts";
import type { FeatureStatus } from "./types.ts";

const TIER_OF = {
  polygonCache: "polygons",
  imageCache: "images",
  mapCache: "maps",
  sampleCache: "samples",
} as const satisfies Partial<Record<FeatureStatus["id"], Tier>>;

interface CacheFacts {
  readonly caches: CacheReport;
  readonly epochStart: CacheReport;
  readonly stepsDone: number;
}

/** `epochStart`: caches at the start of the current epoch; `spansInStep`: of the last step. */
export function describeFeatures(
  facts: CacheFacts & {
    readonly cachesOn: CacheSwitches;
    /** Step at which the loaders were last asked. */
    readonly countedAtStep: number;
    readonly frozen: FrozenFacts;
    readonly recorder: Recorder;
    readonly spansInStep: number;
  },
): FeatureStatus[] {
  const { recorder, cachesOn, caches, countedAtStep } = facts;
  return [
    ...Object.entries(TIER_OF).map(
      ([id, tier]): FeatureStatus => ({
        id: id as keyof typeof TIER_OF,
        on: cachesOn[tier],
        proofOfLife: caches.tiers[tier].counters.lookups,
        countedAtStep,
        says: cachesOn[tier] ? cacheSentence(facts, tier) : "off",
      }),
    ),
    frozenStatus(facts.frozen, facts.stepsDone),
    {
      id: "profiler",
      on: recorder.isOn(),
      proofOfLife: recorder.spanCount(),
      countedAtStep: facts.stepsDone,
      says: recorder.isOn() ? `on, ${facts.spansInStep} spans in the last step` : "off",
    },
  ];
}

/** Why a page's image is another one in every epoch, as a sentence; "" where it stays. */
export function changingImages(augment: Config["augment"]): string {
  const dials = [...randomDials(augment), ...(augment.color > 0 ? ["colour"] : [])];
  return dials.length === 0
    ? ""
    : `Nothing is kept: augmentation (${dials.join(", ")}) makes every image another one.`;
}

/** Why nothing can be kept of frozen layers, as a sentence; "" where it can. `bypass` as `changingImages` says. */
export function keepsNothing(bypass: string, isOffered: boolean): string {
  if (bypass !== "" || isOffered) return bypass;
  return "Nothing is kept: all layers of this run train, or its engine is one of tfjs, which cannot keep them.";
}

/** `counters`: null where the engine has nothing frozen or cannot keep it. */
export interface FrozenFacts {
  readonly isWanted: boolean;
  readonly counters: FrozenCounters | null;
  /** Why no step names its pages, or "". */
  readonly bypass: string;
}

function frozenStatus({ isWanted, counters, bypass }: FrozenFacts, stepsDone: number): FeatureStatus {
  const refused = keepsNothing(bypass, counters !== null);
  return {
    id: "frozenFeatures",
    on: isWanted && refused === "",
    proofOfLife: counters?.lookups ?? 0,
    countedAtStep: stepsDone,
    says: !isWanted ? "off" : counters === null || refused !== "" ? refused : frozenSentence(counters),
  };
}

function frozenSentence({ lookups, hits, misses, entries, bytes, budgetBytes }: FrozenCounters): string {
  const budget = budgetBytes === "unlimited" ? "" : ` of ${(budgetBytes / 2 ** 20).toFixed(0)}`;
  const crowded = misses.noRoom > 0 ? `, ${misses.noRoom} for want of room` : "";
  return (
    `${entries} pages, ${(bytes / 2 ** 20).toFixed(1)}${budget} MiB; ${lookups} look-ups: ${hits} hits, ` +
    `${lookups - hits} misses (${misses.unknown} new, ${misses.withOthers} beside a new one${crowded})`
  );
}

function cacheSentence({ caches, epochStart, stepsDone }: CacheFacts, tier: Tier): string {
  const { counters } = caches.tiers[tier];
  const before = epochStart.tiers[tier].counters;
  const lookups = counters.lookups - before.lookups;
  const hits = counters.hits - before.hits;
  const rate =
    lookups > 0 ? `${((100 * hits) / lookups).toFixed(0)} % hits this epoch` : "no look-up this epoch yet";
  const perStep = (totalMs: number): string => (totalMs / Math.max(1, stepsDone)).toPrecision(2);
  return (
    `${counters.entries} entries, ${(counters.bytes / 2 ** 20).toFixed(2)} MiB, ${rate}, ` +
    `saves ${perStep(counters.savedMs)} ms a step, costs ${perStep(counters.spentMs)} ms`
  );
}
