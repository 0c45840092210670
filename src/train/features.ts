// The switchable features as the screen sees them: on or off, proof of life, and a sentence with live numbers.

import type { CacheSwitches } from "../batch/index.ts";
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
    {
      id: "profiler",
      on: recorder.isOn(),
      proofOfLife: recorder.spanCount(),
      countedAtStep: facts.stepsDone,
      says: recorder.isOn() ? `on, ${facts.spansInStep} spans in the last step` : "off",
    },
  ];
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
