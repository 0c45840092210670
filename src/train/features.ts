// The two switchable features as the screen sees them: on or off, proof of life, and a sentence with live numbers.

import type { CacheCounters } from "../targets/index.ts";
import type { Recorder } from "../trace/index.ts";
import type { FeatureStatus } from "./types.ts";

/** `epochStart`: counters at the start of the current epoch; `spansInStep`: of the last step. */
export function describeFeatures(facts: {
  readonly cacheOn: boolean;
  readonly counters: CacheCounters;
  readonly epochStart: CacheCounters;
  readonly stepsDone: number;
  /** Step at which the loaders were last asked for `counters`. */
  readonly countedAtStep: number;
  readonly recorder: Recorder;
  readonly spansInStep: number;
}): FeatureStatus[] {
  const { recorder, cacheOn, counters } = facts;
  return [
    {
      id: "polygonCache",
      on: cacheOn,
      proofOfLife: counters.lookups,
      countedAtStep: facts.countedAtStep,
      says: cacheOn ? cacheSentence(facts) : "off",
    },
    {
      id: "profiler",
      on: recorder.isOn(),
      proofOfLife: recorder.spanCount(),
      countedAtStep: facts.stepsDone,
      says: recorder.isOn() ? `on, ${facts.spansInStep} spans in the last step` : "off",
    },
  ];
}

function cacheSentence(facts: {
  readonly counters: CacheCounters;
  readonly epochStart: CacheCounters;
  readonly stepsDone: number;
}): string {
  const { counters, epochStart, stepsDone } = facts;
  const lookups = counters.lookups - epochStart.lookups;
  const hits = counters.hits - epochStart.hits;
  const rate =
    lookups > 0 ? `${((100 * hits) / lookups).toFixed(0)} % hits this epoch` : "no look-up this epoch yet";
  const perStep = (totalMs: number): string => (totalMs / Math.max(1, stepsDone)).toPrecision(2);
  return (
    `${counters.entries} entries, ${(counters.bytes / 2 ** 20).toFixed(2)} MiB, ${rate}, ` +
    `saves ${perStep(counters.savedMs)} ms a step, costs ${perStep(counters.spentMs)} ms`
  );
}
